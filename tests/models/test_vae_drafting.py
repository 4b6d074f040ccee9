"""Pieces between known phrases: as planned and scripted, repeatable, and files that hold what they need."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from domain.errors import Reason, Unavailable
from domain.genres import Genre
from domain.score import Key, Metre, Mode, Score
from models.composition.form import plan_form
from models.composition.script import script_of
from models.grammar import TRIADS
from models.registry import Style, available_styles
from models.scripts import Script
from models.tokens import Plan
from models.vae.anchors import fitness, like
from models.vae.drafting import Dreaming, VAEModel, draw_latents, slerp
from models.vae.files import load_vae, save_vae
from tests.models.vaes import tiny_model


@pytest.fixture(scope="module")
def model() -> VAEModel:
    return tiny_model()


def plan(genre: Genre = Genre.CHORALE, metre: str = "4/4", bars: int = 6, parts: int = 4) -> Plan:
    return Plan(genre, Key(2), Metre.parse(metre), 90, bars, parts, density=3, register=6)


def draft(
    model: VAEModel, plans: list[Plan], script: Script | None = None, *, heat: float = 0.95
) -> Dreaming:
    count = len(plans)
    drafting = model.draft(
        plans, [[7, n] for n in range(count)], temperatures=[heat] * count, scripts=[script] * count
    )
    while not drafting.finished:
        before = drafting.fraction
        drafting.advance()
        assert drafting.fraction > before
    return drafting


def scores(drafting: Dreaming) -> list[Score]:
    return [candidate.score for candidate in drafting.candidates()]


def test_pieces_are_as_planned(model: VAEModel) -> None:
    plans = [plan(bars=5), plan(metre="6/8"), plan(metre="9/8", bars=17), plan(Genre.REEL, bars=40, parts=1)]
    for asked, score in zip(plans, scores(draft(model, plans)), strict=True):
        assert (score.metre, score.bars, score.key) == (asked.metre, asked.bars, asked.key)
        assert len(score.parts) == asked.parts
        assert 0 < score.end_tick <= asked.end_tick


def test_the_same_seed_gives_the_same_piece_whatever_is_beside_it(model: VAEModel) -> None:
    first, again = (scores(draft(model, [plan(), plan()])) for _ in range(2))
    assert first == again
    assert first[0] != first[1]
    assert scores(draft(model, [plan()])) == first[:1]


def test_a_tune_alone_stays_alone(model: VAEModel) -> None:
    (score,) = scores(draft(model, [plan(Genre.REEL, parts=1)]))
    (part,) = score.parts
    ends = [note.end for note in part.notes]
    assert all(end <= note.onset for end, note in zip(ends, part.notes[1:], strict=False))


def test_a_piece_without_a_script_comes_home(model: VAEModel) -> None:
    (score,) = scores(draft(model, [plan()]))
    last = max(note.onset for part in score.parts for note in part.notes)
    sounding = {(note.pitch - 2) % 12 for part in score.parts for note in part.notes if note.end > last}
    assert sounding <= TRIADS[Mode.MAJOR]


def test_bars_that_return_are_the_same(model: VAEModel) -> None:
    asked = plan(bars=16)
    passages = plan_form(asked.genre, asked.key, asked.metre, 16, np.random.default_rng(1))
    script = script_of(passages, asked)
    (score,) = scores(draft(model, [asked], script))
    copy = script.copies[0]
    top = score.parts[0].notes
    source = [(n.onset - copy.source, n.pitch) for n in top if copy.source <= n.onset < copy.source + 24]
    returned = [(n.onset - copy.start, n.pitch) for n in top if copy.start <= n.onset < copy.start + 24]
    assert source
    assert source == returned


def test_anchors_of_the_genre_are_drawn_and_two_different_ones(model: VAEModel) -> None:
    chances = fitness(model.anchors, plan(Genre.REEL, parts=1))
    assert chances[:3].sum() > 0.999
    assert draw_latents(model, plan(Genre.REEL, parts=1), 0, np.random.default_rng(0)).lanes == (0,)
    lonely = replace(model, anchors=model.anchors[:1], units=model.units[:1])
    assert torch.isfinite(draw_latents(lonely, plan(), 0, np.random.default_rng(0)).latents).all()


def test_a_tune_keeps_to_the_scale_of_its_anchor(model: VAEModel) -> None:
    scale = {0, 2, 4, 5, 7, 9, 11}
    diatonic = tuple(replace(anchor, classes=tuple(sorted(scale))) for anchor in model.anchors)
    plans = [plan(Genre.REEL, parts=1), plan(Genre.REEL, bars=20, parts=1)]
    for score in scores(draft(replace(model, anchors=diatonic), plans)):
        assert {(note.pitch - 2) % 12 for part in score.parts for note in part.notes} <= scale


def test_voices_walk_through_their_own_genre_or_through_all_where_it_is_small(model: VAEModel) -> None:
    assert like(model.anchors, 3) == (3, 4, 5)
    fewer = (*model.anchors[:5], replace(model.anchors[5], genre=Genre.HYMN))
    assert like(fewer, 5) == (3, 4, 5)
    hymns = tuple(replace(anchor, genre=Genre.HYMN) for anchor in model.anchors[3:]) * 2
    assert like((*model.anchors, *hymns), 6) == tuple(range(6, 12))


def test_one_phrase_alone_is_enough_for_voices(model: VAEModel) -> None:
    lonely = replace(model, anchors=model.anchors[3:4], units=model.units[3:4])
    (score,) = scores(draft(lonely, [plan(bars=20)]))
    assert score.bars == 20


def test_a_genre_that_was_not_learned_gets_the_nearest(model: VAEModel) -> None:
    (score,) = scores(draft(model, [plan(Genre.RAGTIME, "3/8", parts=2)]))
    assert len(score.parts) == 2


def test_slerp_goes_along_the_arc() -> None:
    first, second = torch.tensor([3.0, 0.0]), torch.tensor([0.0, 3.0])
    assert torch.allclose(slerp(first, second, 0.0), first, atol=1e-4)
    assert torch.allclose(slerp(first, second, 1.0), second, atol=1e-4)
    half = slerp(first, second, 0.5)
    assert torch.allclose(half, torch.full((2,), 3 / 2**0.5), atol=1e-4)
    assert torch.allclose(slerp(first, first, 0.3), first, atol=1e-3)


def saved(model: VAEModel, folder: Path) -> Style:
    save_vae(
        model.network,
        folder / "vae.safetensors",
        profiles=model.profiles,
        anchors=model.anchors,
        units=model.units,
        facts={"genres": ["reel", "chorale"]},
    )
    (style,) = available_styles(folder)
    return style


def test_weights_and_anchors_come_back(model: VAEModel, tmp_path: Path) -> None:
    loaded = load_vae(saved(model, tmp_path), torch.device("cpu"))
    assert loaded.anchors == model.anchors
    assert loaded.profiles == model.profiles
    assert torch.allclose(loaded.units, model.units, atol=1e-2)
    for name, tensor in model.network.state_dict().items():
        assert torch.equal(loaded.network.state_dict()[name], tensor.half().float())


def test_a_damaged_file_is_unusable(model: VAEModel, tmp_path: Path) -> None:
    style = saved(model, tmp_path)
    style.weights.write_bytes(style.weights.read_bytes()[:-10])
    with pytest.raises(Unavailable) as error:
        load_vae(style, torch.device("cpu"))
    assert error.value.reason is Reason.WEIGHTS_UNUSABLE


def test_a_card_of_another_shape_is_unusable(model: VAEModel, tmp_path: Path) -> None:
    style = saved(model, tmp_path)
    card_path = style.weights.with_suffix(".json")
    card = json.loads(card_path.read_text())
    card_path.write_text(json.dumps(card | {"anchors": card["anchors"][1:]}))
    with pytest.raises(Unavailable):
        load_vae(style, torch.device("cpu"))


def test_phrases_that_are_liked_are_gone_to_and_the_rest_stays_as_it_was(model: VAEModel) -> None:
    asked = plan(Genre.REEL, parts=1)
    direction = (model.latents[2] - model.latents[:3].mean(0)).double().numpy()
    liking = model.liking(20 * direction / np.linalg.norm(direction), version="liking")
    assert liking.fitness(asked)[2] > model.fitness(asked)[2]
    assert liking.fitness(asked).sum() == pytest.approx(1)
    assert (model.liked, liking.version, liking.network) == (None, "liking", model.network)
    assert np.array_equal(model.fitness(asked), fitness(model.anchors, asked))
    plans = [asked, plan()]
    assert scores(draft(liking, plans)) != scores(draft(model, plans))
    indifferent = model.liking(0 * direction, version="indifferent")
    assert scores(draft(indifferent, plans)) == scores(draft(model, plans))
