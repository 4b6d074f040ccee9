"""The gate keeps what people could have written, with a judge and without."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from domain.genres import Genre
from domain.score import Key, Metre, Note, Part, Score
from models.composition.bands import Band, Bands
from models.composition.gate import Candidate, Gate

SCALE = [60, 62, 64, 65, 67, 65, 64, 62]


def piece(pitches: list[int]) -> Score:
    notes = tuple(Note(12 * beat, pitch, 12) for beat, pitch in enumerate(pitches))
    return Score(Key(0), Metre(4, 4), 100.0, 2, (Part("line", 0, notes),))


BANDS = Bands({Genre.REEL: {"range": Band(5.0, 20.0), "surprise, rnn": Band(1.0, 2.0)}})
GOOD = Candidate(piece(SCALE), surprise=1.5)


@pytest.mark.parametrize(
    "bad",
    [replace(GOOD, surprise=3.0), replace(GOOD, surprise=0.1), Candidate(piece([60] * 8), surprise=1.5)],
    ids=["wild", "bland", "one note"],
)
def test_what_lies_outside_of_what_people_write_has_less_merit(bad: Candidate) -> None:
    good, other = Gate(None, BANDS).weigh([GOOD, bad], genre=Genre.REEL, style="rnn")
    assert good.merit == 0.0 > other.merit
    assert good.judgement is None


def test_a_genre_without_bands_is_held_to_none() -> None:
    (verdict,) = Gate(None, BANDS).weigh([replace(GOOD, surprise=9.0)], genre=Genre.JIG, style="rnn")
    assert verdict.merit == 0.0


def test_a_fault_costs_no_more_than_a_width() -> None:
    far, further = Gate(None, BANDS).weigh(
        [replace(GOOD, surprise=5.0), replace(GOOD, surprise=50.0)], genre=Genre.REEL, style="rnn"
    )
    assert far.merit == further.merit


def test_bands_come_back_as_they_were_saved(tmp_path: Path) -> None:
    path = tmp_path / "bands.json"
    BANDS.save(path)
    assert Bands.load(path) == BANDS


def test_the_shipped_bands_hold_every_check_of_every_genre_offered() -> None:
    bands = Bands.load()
    assert len(bands.genres) >= 12
    assert all(band.low <= band.high for checks in bands.genres.values() for band in checks.values())
    assert all(np.isfinite(band.high) for checks in bands.genres.values() for band in checks.values())
