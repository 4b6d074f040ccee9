"""Leanings: what music is described by, and what follows for what is chosen."""

import math
from dataclasses import replace

import pytest

from domain.genres import Genre
from domain.score import Key, Metre, Mode, Note, Part, Score
from models.leanings import MOST_BEND, NO_LEANING, TRAITS, Leaning, Liking, describe, promise
from models.plans import Habit

SLOW = Habit("4/4", "minor", 1, 2, 80.0, 60.0, 5)
FAST = replace(SLOW, tempo=120.0)
FASTER_IS_BETTER = Leaning({"pace": Liking(math.log2(100), 0.5, 1.0)}, {Genre.REEL: 0.5})


def scale(tempo: float = 120.0, length: int = 6, metre: str = "4/4") -> Score:
    """Two bars of a scale up and down."""
    steps = (0, 2, 4, 5, 7, 5, 4, 2)
    notes = tuple(
        Note(at, 60 + steps[at // length % 8], length)
        for at in range(0, 2 * Metre.parse(metre).bar_ticks, length)
    )
    return Score(
        Key(0, Mode.MINOR), Metre.parse(metre), tempo, 2, (Part("tune", 0, notes), Part("rest", 0, ()))
    )


def test_music_is_described_in_octaves_and_semitones():
    told = describe(scale())
    assert told.keys() == set(TRAITS)
    assert (told["minor"], told["triple"], told["voices"]) == (1.0, 0.0, 0.0)
    assert told["pace"] == math.log2(120)
    assert told["density"] == pytest.approx(1.0)  # two notes a quarter
    assert told["speed"] == pytest.approx(2.0)  # four a second
    assert told["register"] == pytest.approx(63.6, abs=0.2)
    # In 6/8 the same beats are half as long again.
    assert describe(scale(metre="6/8"))["speed"] == pytest.approx(2.0 + math.log2(1.5))
    assert describe(replace(scale(), parts=())).keys() == {"minor", "pace", "triple"}


def test_a_habit_promises_about_what_its_music_is_like():
    promised, told = promise(replace(FAST, density=4, mean_pitch=63.6), Genre.REEL), describe(scale())
    assert promised.keys() == told.keys()
    for trait in ("minor", "pace", "density", "speed", "register", "voices", "triple"):
        assert promised[trait] == pytest.approx(told[trait], abs=0.2)


def test_what_is_liked_is_followed_sooner_and_tempos_bend_to_it_but_not_far():
    likes = FASTER_IS_BETTER
    assert likes.favour(FAST, Genre.REEL) > likes.favour(SLOW, Genre.REEL) > 0
    assert likes.favour(FAST, Genre.REEL) > likes.favour(FAST, Genre.JIG)
    assert SLOW.tempo < likes.tempo_of(SLOW, Genre.REEL) <= SLOW.tempo * 2**MOST_BEND
    keen = Leaning({"pace": Liking(6.3, 0.5, 8.0)})
    assert keen.tempo_of(SLOW, Genre.REEL) == pytest.approx(SLOW.tempo * 2**MOST_BEND)
    assert NO_LEANING.tempo_of(SLOW, Genre.REEL) == SLOW.tempo
    assert NO_LEANING.favour(SLOW, Genre.REEL) == 1.0


def test_a_middle_may_be_liked_better_than_both_ends():
    middling = Leaning({"pace": Liking(math.log2(100), 0.5, 0.0, -1.0)})
    worth = [middling.of_score(scale(tempo), Genre.REEL) for tempo in (50, 100, 200)]
    assert worth[1] > max(worth[0], worth[2])


def test_a_leaning_comes_back_as_it_was_written():
    assert Leaning.from_plain(FASTER_IS_BETTER.to_plain()).to_plain() == FASTER_IS_BETTER.to_plain()
