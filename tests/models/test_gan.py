import numpy as np
import pytest
import torch

from domain.genres import Genre
from domain.score import Key, Metre
from models.gan.critic import Critic, Hearing
from models.gan.generator import (
    BEFORE,
    FIRST_PITCH,
    GO_ON,
    MOVES,
    REST,
    STATES,
    Config,
    Generator,
    moves_of,
    states_after,
)
from models.gan.settings import phrase_setting, told_of
from models.gan.writing import write_phrases
from models.lanes import LANES, MELODY
from models.roll_networks import gumbel_noise, to_roll, with_spectral_norm
from models.tokens import Plan

TINY = Config(noise=4, hidden=16, column=8, pen=8, sketch=8, melody=8, reader_lane=4, reader=8, critic=8)
TICKS = (0, 6, 12, 18, 24, 30)
COLUMNS = 24


def plan(metre: str = "3/4") -> Plan:
    return Plan(Genre.HYMN, Key(0), Metre.parse(metre), 90, 8, 4, density=2, register=5)


def _setting(rows: int, melody: torch.Tensor | None = None):
    told = torch.from_numpy(np.stack([told_of(plan())] * rows))
    return phrase_setting(told, TICKS, [0] * rows, [8] * rows, melody)


def _written(rows: int = 3, melody: torch.Tensor | None = None, seed: int = 0):
    torch.manual_seed(0)
    generator = Generator(TINY).eval()
    random = np.random.default_rng(seed)
    noise = torch.from_numpy(random.standard_normal((rows, 4), dtype=np.float32))
    chance = gumbel_noise(random, rows, LANES, COLUMNS, MOVES)
    history = torch.full((rows, LANES, COLUMNS), BEFORE)
    setting = _setting(rows, melody)
    return generator, write_phrases(generator, history, noise, setting, chance), noise, setting, chance


def test_moves_lead_to_the_states_they_are_of() -> None:
    _, states, *_ = _written()
    moves = moves_of(states[..., COLUMNS:], states[..., COLUMNS - 1])
    now = states[..., COLUMNS - 1]
    for column in range(COLUMNS):
        now = states_after(moves[..., column], now)
        assert torch.equal(now, states[..., COLUMNS + column])
    assert {GO_ON, REST}.issubset(moves.unique().tolist())


def test_moves_of_a_known_line() -> None:
    # silence, a note, held, the same struck again, silence, silence
    line = torch.tensor([[[0, 2 * 30 + 1, 2 * 30, 2 * 30 + 1, 0, 0]]])
    moves = moves_of(line, torch.tensor([[BEFORE]]))
    note = FIRST_PITCH + 29
    assert moves.tolist() == [[[GO_ON, note, GO_ON, note, REST, GO_ON]]]


def test_what_is_written_is_the_likeliest_of_the_noisy_logits_of_what_is_heard_again() -> None:
    generator, states, noise, setting, chance = _written()
    logits = generator(states, noise, setting)
    drawn = (logits + chance).argmax(-1)
    moves = moves_of(states[..., COLUMNS:], states[..., COLUMNS - 1])
    # A note struck again and a move that is the same in effect are told apart by nothing.
    assert (drawn == moves).float().mean() > 0.99


def test_noise_and_chance_both_change_what_is_written() -> None:
    generator, states, noise, setting, chance = _written()
    history = states[..., :COLUMNS]
    other_noise = write_phrases(generator, history, 100 * noise + 50, setting, chance)
    other_chance = write_phrases(generator, history, noise, setting, chance.flip(-1))
    assert not torch.equal(states, other_noise)
    assert not torch.equal(states, other_chance)
    assert torch.equal(states, write_phrases(generator, history, noise, setting, chance))


def test_a_given_melody_is_kept_and_changes_the_rest() -> None:
    random = np.random.default_rng(3)
    melody = torch.from_numpy(2 * random.integers(20, 40, (3, COLUMNS)) + 1)
    _, states, *_ = _written(melody=melody)
    assert torch.equal(states[:, MELODY, COLUMNS:], melody)
    _, others, *_ = _written(melody=melody + 10)
    assert not torch.equal(states[:, 1:, COLUMNS:], others[:, 1:, COLUMNS:])


def test_resting_is_impossible_where_nothing_sounds() -> None:
    generator, states, noise, setting, _ = _written()
    silent = torch.zeros_like(states)
    logits = generator(silent, noise, setting)
    assert torch.isinf(logits[..., REST]).all()
    assert torch.isfinite(logits[..., FIRST_PITCH:]).all()


@pytest.mark.parametrize("deviation", [True, False])
def test_the_critic_answers_for_phrase_and_bars(*, deviation: bool) -> None:
    torch.manual_seed(0)
    critic = with_spectral_norm(Critic(TINY, deviation=deviation))
    _, states, _, setting, _ = _written()
    written = states[..., COLUMNS:]
    roll = to_roll(written // 2, written % 2 == 1)
    answers = critic(roll, torch.zeros_like(roll), setting.told, setting.ticks)
    assert answers.shape == (3, 5)
    assert not torch.allclose(answers, critic(roll, roll, setting.told, setting.ticks))


def test_the_critic_hears_intervals_and_returns() -> None:
    pitch = torch.zeros(1, LANES, COLUMNS, dtype=torch.long)
    pitch[0, 0] = 40
    pitch[0, 3] = 40 - 7 - 12
    roll = to_roll(pitch, pitch > 0)
    heard = Hearing()(roll, torch.zeros_like(roll))
    assert heard.shape == (1, Hearing.width, COLUMNS)
    intervals = heard[0, LANES * 16 : LANES * 16 + 72].unflatten(0, (6, 12))
    sounding = intervals[:, :, 5].nonzero().tolist()
    assert len(sounding) == 1  # of all pairs of lanes only melody and bass sound
    assert sounding[0][0] == 2
    assert torch.equal(intervals[..., 0], intervals[..., 11])
    bar_ago = heard[0, LANES * 16 + 72 : LANES * 16 + 72 + LANES]
    assert bar_ago[:, 0].sum() == 0  # nothing came before
    assert bar_ago[:, 6].tolist() == [1, 0, 0, 1]
    again = Hearing()(roll, roll)[0, LANES * 16 + 72 :]
    assert again[:, 0].sum() == 12  # both lanes, struck as well as sounding, after one, two and four bars


@pytest.mark.parametrize(("metre", "known"), [("6/8", "6/8"), ("5/4", "3/2")])
def test_an_unknown_metre_is_told_as_one_about_as_long(metre: str, known: str) -> None:
    told, wanted = told_of(plan(metre)), told_of(plan(known))
    lengths = [Metre.parse(each).bar_ticks for each in (metre, known)]
    assert abs(lengths[0] - lengths[1]) <= 12
    assert told[2] == wanted[2] or lengths[0] != lengths[1]


def test_states_fit_their_tables() -> None:
    _, states, *_ = _written()
    assert int(states.max()) < STATES
