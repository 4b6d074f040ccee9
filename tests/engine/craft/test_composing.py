"""Whole jobs with a tiny network: random notes, but real choices, files and errors."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from domain.clips import Clip, Progress, Stage
from domain.errors import BadRequest, Reason, Unavailable
from domain.requests import ComposeRequest, Recipe
from domain.score import Key, Metre, Note, Part, Score
from domain.transformations import Source
from engine.craft.composing import Composer
from engine.craft.repertoire import Repertoire
from models.rnn.files import save_rnn
from tests.models.networks import tiny_network, tiny_profiles

REQUEST = ComposeRequest(style="rnn", seed=11, length_seconds=8)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    save_rnn(
        tiny_network(),
        folder / "rnn.safetensors",
        profiles=tiny_profiles(),
        facts={"genres": ["chorale", "reel"]},
    )
    return folder


@pytest.fixture(scope="module")
def composer(weights: Path) -> Composer:
    return Composer(Repertoire(weights, "cpu"))


def compose(composer: Composer, request: ComposeRequest) -> Clip:
    *_, clip = composer.compose(request)
    assert isinstance(clip, Clip)
    return clip


def test_progress_comes_in_order_and_the_clip_last(composer: Composer) -> None:
    *steps, clip = composer.compose(REQUEST)
    assert isinstance(clip, Clip)
    assert all(isinstance(step, Progress) for step in steps)
    stages = [step.stage for step in steps]
    assert stages == sorted(stages, key=[Stage.COMPOSING, Stage.RENDERING].index)
    fractions = [step.fraction for step in steps if step.stage is Stage.COMPOSING]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)


def test_the_recipe_makes_the_same_midi_and_another_seed_another(composer: Composer) -> None:
    clip = compose(composer, REQUEST)
    again = compose(composer, clip.recipe.request)
    assert again.midi == clip.midi
    assert again.recipe == clip.recipe
    assert compose(composer, replace(REQUEST, seed=12)).midi != clip.midi


@pytest.mark.parametrize(
    ("length", "tempo", "genre"),
    [(5, 40, "chorale"), (5, None, "reel"), (20, 240, "reel"), (13, 61, "chorale")],
)
def test_the_clip_is_what_was_asked_for(
    composer: Composer, length: int, tempo: float | None, genre: str
) -> None:
    request = replace(REQUEST, length_seconds=length, tempo=tempo, genre=genre, key=Key.parse("F# minor"))
    clip = compose(composer, request)
    samples, rate = soundfile.read(io.BytesIO(clip.audio))
    assert abs(len(samples) / rate - length) <= 2
    assert clip.seconds == pytest.approx(len(samples) / rate, abs=0.1)
    made = clip.recipe.request
    assert (made.genre, str(made.key)) == (genre, "F# minor")
    assert tempo is None or made.tempo == tempo
    assert clip.recipe.model_version.startswith("rnn-")
    assert clip.picture.startswith(b"\x89PNG")


def test_the_rest_before_an_upbeat_is_made_up_for_at_the_end(composer: Composer) -> None:
    # Slow bars of six seconds, of which an upbeat may leave most unplayed.
    for seed in range(4):
        clip = compose(composer, replace(REQUEST, seed=seed, length_seconds=26, tempo=40, genre="chorale"))
        assert abs(clip.seconds - 26) <= 2


def test_a_clip_with_an_opening_is_as_long_as_asked_for_and_its_recipe_keeps_the_notes(
    composer: Composer,
) -> None:
    line = tuple(Note(tick, 62 + tick // 12 % 5, 12) for tick in range(36, 144, 12))  # an upbeat of one beat
    opening = Source.of("Ode", Score(Key(2), Metre(4, 4), 90.0, 3, (Part("tune", 0, line),)))
    clip = compose(composer, replace(REQUEST, length_seconds=20, genre="reel", opening=opening))
    assert abs(clip.seconds - 20) <= 1.5
    assert clip.recipe.request.sources == (opening,)
    assert compose(composer, Recipe.from_json(clip.recipe.to_json()).request).midi == clip.midi


def test_an_unknown_genre_or_style_is_named_with_what_is_known(composer: Composer) -> None:
    for request, reason in (
        (replace(REQUEST, genre="polka"), Reason.UNKNOWN_GENRE),
        (replace(REQUEST, style="vae"), Reason.UNKNOWN_STYLE),
    ):
        with pytest.raises(BadRequest) as refused:
            compose(composer, request)
        assert refused.value.reason is reason


def test_damaged_weights_do_not_stop_the_engine_but_are_told_to_who_asks(
    weights: Path, tmp_path: Path
) -> None:
    for file in weights.iterdir():
        (tmp_path / file.name).write_bytes(
            file.read_bytes()[:-10] if file.suffix == ".safetensors" else file.read_bytes()
        )
    broken = Composer(Repertoire(tmp_path, "cpu"))
    broken.warm_up()
    with pytest.raises(Unavailable, match="rnn"):
        compose(broken, REQUEST)


def test_without_weights_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        compose(Composer(Repertoire(tmp_path, "cpu")), REQUEST)
    assert refused.value.reason is Reason.NO_STYLES
