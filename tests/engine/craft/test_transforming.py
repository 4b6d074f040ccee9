"""Whole transforming jobs with tiny networks: random notes, but real sources, choices, files and errors."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.clips import Clip, Progress, Stage
from domain.errors import BadRequest, Reason, Unavailable
from domain.finetuning import Teachable, adapter_name
from domain.genres import Genre
from domain.remarks import Remark, Topic
from domain.requests import Recipe
from domain.score import Metre, Note, Section
from domain.transformations import (
    AccompanyRequest,
    BlendRequest,
    RestyleRequest,
    Source,
    Transformation,
    VaryRequest,
)
from engine.craft.repertoire import Repertoire
from engine.craft.transforming import Transformer, _choose_genre, _remarks
from engine.intake.clip_files import composition_of, read_score
from models.adapters import Adapter, file_of
from models.composition.transformation import Transformed
from models.lanes import Simplified
from models.tokens import Plan
from tests.engine.craft.pieces import chorale, jig, of_notes
from tests.models.transformers import save_transformers

CHORALE = Source.of("Chorale in G", chorale(bars=2, tempo=200), genre=Genre.CHORALE, clip_id=4)
JIG = Source.of("The Washerwoman", jig(bars=4, tempo=200))

EACH_KIND: list[Transformation] = [
    BlendRequest(first=CHORALE, second=JIG, ratio=0.6, seed=1),
    BlendRequest(first=CHORALE, second=JIG, seed=1),
    VaryRequest(source=CHORALE, amount=0.5, seed=1),
    AccompanyRequest(source=CHORALE, seed=1),
    RestyleRequest(source=CHORALE, genre="reel", seed=1),
]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    save_transformers(folder)
    return folder


@pytest.fixture(scope="module")
def transformer(weights: Path) -> Transformer:
    return Transformer(Repertoire(weights, "cpu"))


def made_of(transformer: Transformer, request: Transformation) -> Clip:
    *_, clip = transformer.transform(request)
    assert isinstance(clip, Clip)
    return clip


@pytest.mark.parametrize("request_", EACH_KIND, ids=lambda each: f"{each.kind}{getattr(each, 'ratio', '')}")
def test_each_kind_gives_a_clip_whose_recipe_makes_it_again(
    transformer: Transformer, request_: Transformation
) -> None:
    *steps, clip = transformer.transform(request_)
    assert isinstance(clip, Clip)
    stages = [step.stage for step in steps if isinstance(step, Progress)]
    assert stages == sorted(stages, key=[Stage.COMPOSING, Stage.RENDERING].index)
    recipe = Recipe.from_json(clip.recipe.to_json())
    assert recipe == clip.recipe
    assert recipe.request is not None
    again = made_of(transformer, recipe.request)  # type: ignore[arg-type]
    assert (again.midi, again.recipe) == (clip.midi, clip.recipe)
    assert clip.judgement is not None
    score = read_score(clip.midi)
    assert (str(score.metre), score.bars) == (recipe.metre, recipe.bars)
    assert recipe.parts is not None
    assert 1 <= recipe.parts <= len(score.parts)
    assert recipe.model_version.startswith(request_.style)


def test_accompanying_tells_how_far_it_is(transformer: Transformer) -> None:
    steps = [*transformer.transform(AccompanyRequest(source=CHORALE, seed=1))]
    told = [step.fraction for step in steps if isinstance(step, Progress) and step.stage is Stage.COMPOSING]
    assert told == sorted(told)
    assert len(set(told)) > 4
    rendered = [
        step.fraction for step in steps if isinstance(step, Progress) and step.stage is Stage.RENDERING
    ]
    assert rendered == sorted(rendered)


def test_sections_of_what_was_accompanied_are_in_the_file(transformer: Transformer) -> None:
    sections = (Section("A", 0, 1), Section("B", 1, 1))
    source = replace(CHORALE, score=replace(CHORALE.score, sections=sections))
    clip = made_of(transformer, AccompanyRequest(source=source, seed=1))
    assert read_score(clip.midi).sections == sections


def test_the_accompanied_tune_is_the_sources(transformer: Transformer) -> None:
    clip = made_of(transformer, AccompanyRequest(source=CHORALE, seed=1))
    assert clip.recipe.genre == "chorale"
    composed = composition_of(read_score(clip.midi), clip.recipe.parts)
    tune = [(note.onset, note.pitch % 12) for note in CHORALE.score.parts[0].notes]
    kept = {(note.onset, note.pitch % 12) for part in composed.parts for note in part.notes}
    assert set(tune) <= kept
    assert clip.title == "Chorale in G, accompanied"


def test_a_source_of_no_known_genre_is_accompanied_in_one_drawn_from_the_seed() -> None:
    requests = [AccompanyRequest(source=JIG, seed=seed) for seed in range(8)]
    drawn = {_choose_genre(request, (Genre.REEL, Genre.CHORALE)) for request in requests}
    assert drawn == {Genre.REEL, Genre.CHORALE}


def test_restyling_is_judged_before_and_after(transformer: Transformer) -> None:
    clip = made_of(transformer, RestyleRequest(source=CHORALE, genre="reel", seed=1))
    assert clip.source_judgement is not None
    assert clip.recipe.genre == "reel"
    assert clip.title == "Chorale in G as a Reel"
    assert made_of(transformer, VaryRequest(source=CHORALE, seed=1)).source_judgement is None


def test_a_blend_is_played_as_the_nearer_piece(transformer: Transformer) -> None:
    blend = BlendRequest(first=CHORALE, second=replace(JIG, genre=Genre.REEL), ratio=0.2, seed=1)
    assert made_of(transformer, blend).recipe.genre == "chorale"
    assert made_of(transformer, replace(blend, ratio=0.8)).recipe.genre == "reel"


def test_what_was_lost_is_remarked_on(transformer: Transformer) -> None:
    cut = Remark(Topic.CUT, {"title": "Crowd", "bars": "90", "limit": "64"})
    crowd = of_notes(
        *(Note(24 * place, 100 + pitch, 24) for place in range(4) for pitch in range(12)),
        Note(97, 60, 12),
        bars=3,
        tempo=200,
    )
    source = Source.of("Crowd", crowd, left_out=(cut,))
    clip = made_of(transformer, BlendRequest(first=source, second=JIG, ratio=0.1, seed=1))
    by_topic = {remark.topic: remark.values for remark in clip.remarks}
    assert clip.remarks[0] == cut
    assert {Topic.METRES_DIFFER, Topic.TOO_DENSE, Topic.OUT_OF_RANGE, Topic.OFF_GRID} <= set(by_topic)
    assert by_topic[Topic.METRES_DIFFER]["chosen"] == clip.recipe.metre
    assert int(by_topic[Topic.TOO_DENSE]["notes"]) >= 4 * 8


def test_what_one_piece_lost_is_said_once_where_it_meets_itself() -> None:
    cut = Remark(Topic.CUT, {"title": "Crowd", "bars": "90", "limit": "64"})
    source = replace(CHORALE, left_out=(cut,))
    blend = BlendRequest(first=source, second=source, seed=1)
    plan = Plan(Genre.CHORALE, source.score.key, source.score.metre, 100.0, 2, 4, 2, 3)
    assert _remarks(blend, Transformed(source.score, plan, Simplified())) == (cut,)


@pytest.mark.parametrize(
    "request_",
    [
        AccompanyRequest(source=CHORALE, genre="polka", seed=1),
        RestyleRequest(source=CHORALE, genre="polka", seed=1),
    ],
    ids=lambda each: each.kind,
)
def test_a_genre_that_is_not_offered_is_named_with_those_that_are(
    transformer: Transformer, request_: Transformation
) -> None:
    with pytest.raises(BadRequest, match="chorale, reel") as refused:
        made_of(transformer, request_)
    assert refused.value.reason is Reason.GENRE_NOT_OFFERED


def test_a_metre_that_cannot_be_read_is_a_sentence(transformer: Transformer) -> None:
    odd = Source.of("Odd", replace(chorale(), metre=Metre(4, 2)))
    with pytest.raises(BadRequest, match="“Odd” is in 4/2"):
        made_of(transformer, VaryRequest(source=odd, seed=1))


@pytest.mark.parametrize("request_", EACH_KIND[1:], ids=lambda each: each.kind)
def test_missing_weights_are_a_sentence(tmp_path: Path, request_: Transformation) -> None:
    with pytest.raises(Unavailable, match=f"“{request_.style}” can't be used: they are missing"):
        made_of(Transformer(Repertoire(tmp_path, "cpu")), request_)


def test_damaged_weights_are_told_to_who_asks_and_harm_nobody_else(weights: Path, tmp_path: Path) -> None:
    for file in weights.iterdir():
        whole = file.read_bytes()
        hurt = file.name == "style_transfer.safetensors"
        (tmp_path / file.name).write_bytes(whole[:-10] if hurt else whole)
    transformer = Transformer(Repertoire(tmp_path, "cpu"))
    with pytest.raises(Unavailable, match="sha256"):
        made_of(transformer, RestyleRequest(source=CHORALE, genre="reel", seed=1))
    assert made_of(transformer, VaryRequest(source=CHORALE, seed=1)).midi


@pytest.mark.parametrize("request_", EACH_KIND[1:4], ids=lambda each: each.kind)
def test_the_version_in_use_makes_it_and_the_shipped_model_where_that_is_missing(
    weights: Path, tmp_path: Path, request_: BlendRequest | VaryRequest | AccompanyRequest
) -> None:
    repertoire = Repertoire(weights, "cpu", tmp_path)
    version = repertoire.composer(request_.style).model.version
    adapter = Adapter(teachable=Teachable(request_.style), bases={request_.style: version})
    name = adapter_name(adapter.to_bytes())
    file_of(tmp_path, name).write_bytes(adapter.to_bytes())
    transformer = Transformer(repertoire)
    shipped, clip, missing = (
        made_of(transformer, replace(request_, adapter=each)) for each in (None, name, "0" * 16)
    )
    assert clip.recipe.model_version == shipped.recipe.model_version.replace(version, f"{version}~{name[:8]}")
    assert clip.recipe.request.adapter == name  # type: ignore[union-attr]
    assert (missing.midi, missing.recipe) == (shipped.midi, shipped.recipe)
    assert Topic.ADAPTER_UNUSABLE in {remark.topic for remark in missing.remarks}
