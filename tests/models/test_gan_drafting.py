from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from domain.errors import Reason, Unavailable
from domain.genres import Genre
from domain.score import Key, Metre, Mode
from models.gan.drafting import GANModel, PhraseDrafting, draw_moves
from models.gan.files import load_gan, save_gan
from models.gan.generator import FIRST_PITCH, GO_ON, MOVES, REST, Generator
from models.grammar import TRIADS
from models.lanes import LANES, MELODY
from models.plans import Habit, Profile
from models.registry import available_styles
from models.scripts import Arrival, Copy, Script
from models.tokens import Plan
from tests.models.test_gan import TINY


@pytest.fixture(scope="module")
def model() -> GANModel:
    torch.manual_seed(1)
    profile = Profile({"C major": 1}, (Habit("4/4", "major", 4, 2, 90.0, 60.0, 3),))
    return GANModel("tiny", Generator(TINY).eval(), {Genre.HYMN: profile})


def _plan(metre: str = "4/4", bars: int = 6, parts: int = 4, tonic: int = 2) -> Plan:
    return Plan(Genre.HYMN, Key(tonic), Metre.parse(metre), 90, bars, parts, density=2, register=5)


def _draft(model: GANModel, plans: list[Plan], scripts: list[Script | None] | None = None) -> PhraseDrafting:
    count = len(plans)
    drafting = model.draft(
        plans, [[7, n] for n in range(count)], temperatures=[0.95] * count, scripts=scripts or [None] * count
    )
    while not drafting.finished:
        before = drafting.fraction
        drafting.advance()
        assert drafting.fraction > before
    return drafting


def test_pieces_of_several_metres_and_lengths_are_written_at_once(model: GANModel) -> None:
    plans = [_plan("4/4", 6), _plan("6/8", 3), _plan("9/8", 5), _plan("2/4", 9), _plan("4/4", 2)]
    scores = [candidate.score for candidate in _draft(model, plans).candidates()]
    for plan, score in zip(plans, scores, strict=True):
        assert (score.metre, score.bars, score.key) == (plan.metre, plan.bars, plan.key)
        assert len(score.parts) == 4
        assert score.end_tick <= plan.end_tick
        assert sum(len(part.notes) for part in score.parts) > 0


def test_the_same_seeds_give_the_same_pieces_and_others_do_not(model: GANModel) -> None:
    plans = [_plan(), _plan()]
    first, again = (_draft(model, plans).candidates() for _ in range(2))
    assert first == again
    assert first[0] != first[1]


def test_without_a_script_a_piece_comes_home(model: GANModel) -> None:
    (candidate,) = _draft(model, [_plan(tonic=4)]).candidates()
    last = max(note.onset for part in candidate.score.parts for note in part.notes)
    sounding = [
        note for part in candidate.score.parts for note in part.notes if note.onset <= last < note.end
    ]
    assert {(note.pitch - 4) % 12 for note in sounding} <= TRIADS[Mode.MAJOR]
    assert (min(sounding, key=lambda note: note.pitch).pitch - 4) % 12 == 0


def test_scripts_are_obeyed(model: GANModel) -> None:
    bar = 48
    dominant = frozenset({7, 11, 2})
    script = Script(
        arrivals=(
            Arrival(3 * bar + 24, dominant, frozenset({7}), dominant, hold=12),
            Arrival(7 * bar + 24, TRIADS[Mode.MAJOR], frozenset({0}), frozenset({0}), final=True),
        ),
        copies=(Copy(4 * bar, 6 * bar, 0),),
    )
    (lanes,) = _draft(model, [_plan(bars=8)], [script]).lanes()
    columns = 16
    first, again = slice(1, 2 * columns), slice(4 * columns + 1, 6 * columns)
    assert np.array_equal(lanes.pitch[:, first], lanes.pitch[:, again])
    assert np.array_equal(lanes.onset[:, first], lanes.onset[:, again])
    half = 3 * columns + 8
    sounding = lanes.pitch[:, half][lanes.pitch[:, half] > 0].astype(int) - 1 + 28
    assert len(sounding)
    assert set((sounding % 12).tolist()) <= dominant
    assert not lanes.onset[:, half + 1 : half + 4].any()
    end = 7 * columns + 8
    assert (int(lanes.pitch[MELODY, end]) - 1 + 28) % 12 == 0
    assert not lanes.onset[:, end + 1 :].any()


def test_what_goes_with_a_given_melody_stays_under_it(model: GANModel) -> None:
    random = np.random.default_rng(0)
    melody = 2 * random.integers(30, 45, 6 * 16) + 1
    drafting = PhraseDrafting(
        model.generator, [_plan()], [3], temperatures=[1.0], scripts=[None], melody=melody
    )
    while not drafting.finished:
        drafting.advance()
    (lanes,) = drafting.lanes()
    assert np.array_equal(lanes.pitch[MELODY], melody // 2)
    begins = lanes.onset[1:]
    assert begins.any()
    assert (lanes.pitch[1:] <= lanes.pitch[MELODY])[begins].all()


def _shares(likely: dict[int, float], temperature: float = 1.0) -> list[float]:
    logits = torch.full((1, MOVES), -torch.inf)
    for move, probability in likely.items():
        logits[0, move] = float(np.log(probability))
    chance = torch.linspace(0, 0.9999, 4000).unsqueeze(1)
    drawn = draw_moves(logits.expand(4000, -1), chance, torch.full((4000, 1), temperature))
    return (drawn.bincount(minlength=MOVES) / 4000).tolist()


def test_notes_are_drawn_from_their_nucleus_as_often_as_notes_begin() -> None:
    first, second, last = FIRST_PITCH + 30, FIRST_PITCH + 10, FIRST_PITCH + 71
    shares = _shares({GO_ON: 0.98, first: 0.012, second: 0.0077, last: 0.0003})
    assert shares[GO_ON] == pytest.approx(0.98, abs=0.001)
    assert shares[last] == 0
    assert shares[first] == pytest.approx(0.02 * 0.12 / 0.197, abs=0.001)
    cold = _shares({GO_ON: 0.5, first: 0.3, second: 0.2}, temperature=0.5)
    assert cold[GO_ON] == pytest.approx(0.5, abs=0.001)
    assert cold[first] == pytest.approx(0.5 * 9 / 13, abs=0.001)


def test_what_hardly_ever_happens_does_not() -> None:
    shares = _shares({GO_ON: 0.9995, FIRST_PITCH + 3: 0.0005})
    assert shares[GO_ON] == 1
    assert _shares({GO_ON: 0.4, REST: 0.6})[REST] == pytest.approx(0.6, abs=0.001)


def test_weights_come_back_from_their_files(model: GANModel, tmp_path: Path) -> None:
    weights = tmp_path / "gan.safetensors"
    save_gan(model.generator, weights, profiles=model.profiles, facts={"genres": ["hymn"]})
    (style,) = available_styles(tmp_path)
    assert style.family == "gan"
    loaded = load_gan(style, torch.device("cpu"))
    assert loaded.profiles == model.profiles
    assert loaded.version == style.model_version
    for name, value in model.generator.state_dict().items():
        assert torch.allclose(loaded.generator.state_dict()[name], value, atol=2e-3, rtol=1e-3)


def test_altered_weights_are_refused(model: GANModel, tmp_path: Path) -> None:
    weights = tmp_path / "gan.safetensors"
    save_gan(model.generator, weights, profiles=model.profiles, facts={"genres": ["hymn"]})
    weights.write_bytes(weights.read_bytes()[:-8])
    (style,) = available_styles(tmp_path)
    with pytest.raises(Unavailable) as refused:
        load_gan(style, torch.device("cpu"))
    assert refused.value.reason is Reason.WEIGHTS_UNUSABLE


def test_a_dance_is_a_tune_alone(model: GANModel) -> None:
    dance = replace(_plan("6/8", parts=1), genre=Genre.JIG)
    (lanes,) = _draft(model, [dance]).lanes()
    assert lanes.onset[MELODY].any()
    assert not lanes.pitch[MELODY + 1 :].any()


def test_no_bar_stays_silent() -> None:
    torch.manual_seed(1)
    generator = Generator(TINY).eval()
    for layer in generator.pen.lanes:  # nothing begins but by force
        assert isinstance(layer, torch.nn.Linear)
        layer.bias.data[FIRST_PITCH:] -= 30
    (lanes,) = _draft(GANModel("still", generator, {}), [_plan(bars=4)]).lanes()
    bars = lanes.pitch.reshape(LANES, 4, 16)
    assert (bars > 0).any(axis=(0, 2)).all()
    assert lanes.onset[MELODY, 0]
    assert lanes.onset[MELODY].sum() < 8


def test_lanes_are_legal(model: GANModel) -> None:
    (lanes,) = _draft(model, [_plan(bars=5)]).lanes()
    assert lanes.pitch.shape == (LANES, 5 * 16)
    assert not (lanes.onset & (lanes.pitch == 0)).any()
    changes = np.diff(lanes.pitch, axis=1, prepend=0) != 0
    assert (lanes.onset | ~changes | (lanes.pitch == 0)).all()
