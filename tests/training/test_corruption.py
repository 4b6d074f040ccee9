"""Music is spoilt in the way and to the degree that was asked for, and stays writable."""

import numpy as np
import pytest

from domain.genres import Genre
from domain.score import Key, Metre, Mode, Score
from models.tokens import encode
from tests.training.evaluation_scores import march, score, waltz
from training.critic.corruption import CORRUPTIONS, spoil
from training.critic.rewriting import (
    altered_bars,
    as_written,
    bars_to_borrow,
    cut,
    join_bars,
    split_bars,
    step_along_scale,
)


def song(seed: int, bars: int = 16) -> Score:
    written = as_written(waltz(np.random.default_rng(seed), bars=bars), Genre.SONG)
    assert written is not None
    return written


def pitches(music: Score, part: int = 0) -> list[int]:
    return [note.pitch for note in music.parts[part].notes]


@pytest.mark.parametrize("kind", CORRUPTIONS)
def test_every_corruption_spoils_and_can_be_written_down(kind: str) -> None:
    music, donor = song(1), song(2)
    spoilt = spoil(kind, music, donor, Genre.SONG, strength=0.7, random=np.random.default_rng(4))
    assert spoilt is not None
    assert altered_bars(music, spoilt).any()
    assert (spoilt.bars, spoilt.metre, spoilt.key, len(spoilt.parts)) == (16, music.metre, music.key, 2)
    assert as_written(spoilt, Genre.SONG) == spoilt
    encode(spoilt, Genre.SONG)
    again = spoil(kind, music, donor, Genre.SONG, strength=0.7, random=np.random.default_rng(4))
    assert again == spoilt


@pytest.mark.parametrize("kind", ["wrong notes", "wrong degrees", "wrong register", "rhythm jittered"])
def test_a_stronger_corruption_spoils_more(kind: str) -> None:
    music, random = song(1, bars=32), np.random.default_rng(0)

    def spoilt_bars(strength: float) -> int:
        spoilt = spoil(kind, music, music, Genre.SONG, strength=strength, random=random)
        return 0 if spoilt is None else int(altered_bars(music, spoilt).sum())

    weak, strong = ([spoilt_bars(strength) for _ in range(5)] for strength in (0.0, 1.0))
    assert 0 < np.mean(weak) < np.mean(strong)


def test_wrong_degrees_stay_in_the_scale_and_wandering_keeps_the_rhythm() -> None:
    music, random = song(3), np.random.default_rng(0)
    degrees = CORRUPTIONS["wrong degrees"](music, music, 1.0, random)
    wandering = CORRUPTIONS["wandering"](music, music, 1.0, random)
    natural_minor = {(9 + step) % 12 for step in (0, 2, 3, 5, 7, 8, 10)}
    assert {pitch % 12 for pitch in pitches(degrees)} <= natural_minor
    assert {note.onset for note in wandering.parts[0].notes} == {note.onset for note in music.parts[0].notes}


def test_one_line_has_no_harmony_to_swap() -> None:
    tune = as_written(march(np.random.default_rng(1)), Genre.REEL)
    assert tune is not None
    random = np.random.default_rng(0)
    assert spoil("harmony swapped", tune, tune, Genre.REEL, strength=1.0, random=random) is None


def test_what_is_stuck_repeats_and_what_is_permuted_keeps_its_bars() -> None:
    music, random = song(5), np.random.default_rng(0)
    stuck = CORRUPTIONS["stuck"](music, music, 1.0, random)
    assert len({str(bar) for bar in split_bars(stuck)}) <= 2
    permuted = CORRUPTIONS["bars permuted"](music, music, 1.0, random)
    assert sorted(map(str, split_bars(permuted))) == sorted(map(str, split_bars(music)))
    assert permuted != music


def test_borrowed_bars_come_in_the_borrowers_key_and_parts() -> None:
    in_g = score([(0, 67, 12), (12, 71, 12)], bars=1, key=Key(7))
    in_c = score([(0, 60, 12)], [(0, 48, 12)], bars=1)
    (bar,) = bars_to_borrow(in_g, in_c)
    assert [[note.pitch for note in notes] for notes in bar] == [[72, 76], []]


def test_bars_taken_apart_and_joined_are_the_same() -> None:
    music = song(6)
    assert join_bars(music, split_bars(music)) == music


def test_steps_along_the_scale() -> None:
    in_a_minor = score([(0, 69, 12)], key=Key(9, Mode.MINOR))
    assert step_along_scale(69, 2, in_a_minor) == 72
    assert step_along_scale(69, -1, in_a_minor) == 67
    assert step_along_scale(70, 7, in_a_minor) == 82  # a note outside moves with the degree below it


def test_a_cut_ends_what_goes_on_and_leaves_out_what_began_before() -> None:
    music = score([(0, 60, 60), (60, 62, 40), (96, 64, 12)], bars=3)
    (line,) = cut(music, 1, 1).parts
    assert [(note.onset, note.pitch, note.duration) for note in line.notes] == [(12, 62, 36)]


def test_off_the_grid_off_the_keyboard_and_too_long_are_put_right() -> None:
    music = score([(1, 5, 13), (23, 60, 500)], bars=2)
    written = as_written(music, Genre.SONG)
    assert written is not None
    assert [(note.onset, note.pitch, note.duration) for note in written.parts[0].notes] == [
        (0, 29, 12),
        (24, 60, 72),
    ]
    assert as_written(score([], bars=1), Genre.SONG) is None
    assert as_written(score([(0, 60, 6)], metre=Metre(7, 8)), Genre.SONG) is None
