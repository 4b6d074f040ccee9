"""Walks through phrases: where they change, what they hold on to, and what the decoder makes of them."""

from dataclasses import replace

import numpy as np
import pytest

from domain.score import Metre, Mode
from models.lanes import LANES
from models.vae.drafting import VAEModel
from models.vae.units import PATCH_COLUMNS
from models.vae.walking import MOST_NOTES, Heard, Integers, decode_walk, hear, stray, walk
from tests.models.vaes import tiny_model

COMMON = Metre(4, 4)
PHRASES, LENGTH = 3, 8


@pytest.fixture(scope="module")
def model() -> VAEModel:
    return tiny_model()


def heard_beats(*, struck: int = 1) -> Heard:
    """Three phrases in which every beat is different music, of one harmony and the same pitches."""
    shape = PHRASES * LENGTH, 8
    harmony = np.zeros((*shape, 12))
    harmony[..., 0] = 1
    return Heard(
        metre=COMMON,
        mode=Mode.MAJOR,
        length=LENGTH,
        starts=np.arange(0, 16, 2),
        first=np.full((*shape, LANES), 30),
        harmony=harmony,
        struck=np.full(shape, struck),
        said=np.arange(shape[0] * shape[1]).reshape(shape),
    )


def along(
    heard: Heard, *, units: int = 12, seed: int = 0, likings: tuple[float, ...] = (0, 0, 0)
) -> Integers:
    return walk(heard, np.array(likings), first=0, units=units, random=np.random.default_rng(seed))


def runs(rows: Integers) -> list[int]:
    """How many beats in a row are said by one unit, or by the one that follows it."""
    phrases = rows // LENGTH
    changes = np.flatnonzero(np.diff(phrases.reshape(-1)) != 0)
    return np.diff(np.concatenate([[-1], changes, [rows.size - 1]])).tolist()


def test_a_walk_begins_where_it_is_told_and_changes_phrases() -> None:
    rows = along(heard_beats())
    assert rows.shape == (12, 8)
    assert rows[0, 0] == 0
    assert set(np.unique(rows // LENGTH).tolist()) == {0, 1, 2}


def test_no_run_has_more_notes_than_a_listener_would_know_again() -> None:
    busy = heard_beats(struck=3)
    for seed in range(5):
        assert max(runs(along(busy, seed=seed))) <= MOST_NOTES // 3


def test_harmony_and_nearness_decide_where_a_walk_goes() -> None:
    heard = heard_beats()
    other_chord = heard.harmony.copy()
    other_chord[LENGTH : 2 * LENGTH] = np.eye(12)[6]
    rows = along(replace(heard, harmony=other_chord))
    assert np.isin(rows // LENGTH, (0, 2)).mean() > 0.95
    far = heard.first.copy()
    far[2 * LENGTH :] += 12
    rows = along(replace(heard, first=far))
    assert np.isin(rows // LENGTH, (0, 1)).mean() > 0.95
    rows = along(heard, likings=(0.0, -30.0, 0.0))
    assert not (rows // LENGTH == 1).any()


def test_a_rest_of_all_voices_is_left_and_not_gone_to() -> None:
    heard = heard_beats()
    first = heard.first.copy()
    first[1, 4:] = 0
    first[2 * LENGTH :] = 0
    for seed in range(5):
        rows = along(replace(heard, first=first), seed=seed)
        assert first[rows, np.arange(8)].any(2).mean() > 0.97


def test_a_phrase_goes_on_with_its_next_unit_and_begins_again_after_its_last(model: VAEModel) -> None:
    heard = hear(model.network, model.units[:1], COMMON, Mode.MAJOR)
    rows = walk(heard, np.zeros(1), first=0, units=10, random=np.random.default_rng(0))
    assert rows[:, 0].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 0, 1]
    assert (rows == rows[:, :1]).all()


@pytest.mark.parametrize("metre", ["4/4", "6/8", "3/8", "9/8", "2/2"])
def test_beats_are_heard_in_every_metre(model: VAEModel, metre: str) -> None:
    read = Metre.parse(metre)
    heard = hear(model.network, model.units, read, Mode.MAJOR)
    beats = 2 * -(-read.bar_ticks // read.beat_ticks)
    assert heard.first.shape == (len(model.anchors) * LENGTH, beats, LANES)
    lengths = np.linalg.norm(heard.harmony, axis=2)
    sounding = lengths > 0
    assert np.allclose(lengths[sounding], 1)
    assert sounding[(heard.first > 0).any(2)].all()


def test_what_one_phrase_says_alone_is_decoded_as_it_was_heard(model: VAEModel) -> None:
    heard = hear(model.network, model.units[:2], COMMON, Mode.MAJOR)
    rows = np.repeat(np.arange(3)[:, None], len(heard.starts), axis=1)
    random = np.random.default_rng(0)
    lanes = decode_walk(model.network, model.units[:2], heard, rows, temperature=1e-4, random=random)
    assert lanes.bars == 6
    columns = heard.starts * PATCH_COLUMNS
    pitch = lanes.pitch.reshape(LANES, 3, -1)[:, :, columns]
    assert np.array_equal(pitch.transpose(1, 2, 0), heard.first[:3])


def test_straying_leaves_at_more_beats_with_the_amount_and_alike_from_the_same_units() -> None:
    heard = heard_beats()
    same = heard.said.copy()
    same[2] = same[0]
    heard = replace(heard, said=same)
    home = np.arange(4)

    def away(amount: float) -> Integers:
        random = np.random.default_rng(5)
        return stray(heard, np.array([-np.inf, 0.0, 0.0]), home, amount=amount, random=random)

    stayed = [away(amount) == home[:, None] for amount in (0.0, 0.3, 0.6, 1.0)]
    assert stayed[0].all()
    assert not stayed[3].any()
    assert 0.4 < stayed[1].mean() < 1
    assert (stayed[1] | ~stayed[2]).all()
    assert np.array_equal(away(1.0)[0], away(1.0)[2])
