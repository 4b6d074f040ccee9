"""The checks find what they are named for, in pieces of a few notes."""

import pytest

from domain.score import Key, Metre, Note, Part, Score
from models.composition.checks import examine


def score(*voices: list[int], bars: int = 1) -> Score:
    """Voices in quarters, in 4/4."""
    parts = tuple(
        Part("voice", 0, tuple(Note(12 * beat, pitch, 12) for beat, pitch in enumerate(voice) if pitch))
        for voice in voices
    )
    return Score(Key(0), Metre(4, 4), 100.0, bars, parts)


@pytest.mark.parametrize(
    ("check", "piece", "expected"),
    [
        ("dissonance", score([60, 60, 60, 60], [64, 61, 67, 71]), 0.5),
        ("range", score([60, 62, 64, 72], [48, 50, 0, 50]), 24.0),
        ("wide leaps", score([60, 73, 72, 71]), 1 / 3),
        ("repetition", score([60, 62, 64, 65, 60, 62, 64, 65], bars=2), 1.0),
        ("empty bars", score([60, 62, 64, 65], bars=2), 0.5),
        ("notes a bar", score([60, 62, 64, 65]), 4.0),
        ("voice crossing", score([60, 60, 60, 60], [57, 62, 57, 57], [48, 48, 48, 48]), 0.25),
        ("parallels", score([67, 69, 71, 72], [64, 64, 62, 64], [60, 62, 64, 60]), 2.0),
    ],
)
def test_each_check_counts_its_fault(check: str, piece: Score, expected: float) -> None:
    assert examine(piece)[check] == pytest.approx(expected)


def test_two_hands_are_not_voices() -> None:
    figures = examine(score([60, 62, 64, 65], [67, 69, 71, 72]))
    assert figures["voice crossing"] == figures["parallels"] == 0.0


def test_nothing_is_wrong_with_silence() -> None:
    figures = examine(score([0, 0, 0, 0]))
    assert figures["empty bars"] == 1.0
    assert figures["dissonance"] == figures["range"] == 0.0
