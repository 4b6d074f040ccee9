"""The gate keeps what people could have written, with a judge and without."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.genres import Genre
from domain.score import Key, Metre, Note, Part, Score
from models.composition.checks import CHECKS
from models.composition.gate import MOST_LIKING, Candidate, Gate
from models.composition.norms import Norm, Norms, surprise_of
from models.leanings import Leaning, Liking
from models.registry import available_styles

SCALE = [60, 62, 64, 65, 67, 65, 64, 62]


def piece(pitches: list[int]) -> Score:
    notes = tuple(Note(12 * beat, pitch, 12) for beat, pitch in enumerate(pitches))
    return Score(Key(0), Metre(4, 4), 100.0, 2, (Part("line", 0, notes),))


NORMS = Norms({Genre.REEL: {"range": Norm(7.0, 2.0), "surprise, rnn": Norm(1.5, 0.5)}})
GOOD = Candidate(piece(SCALE), surprise=1.5)


@pytest.mark.parametrize(
    "bad",
    [replace(GOOD, surprise=3.0), replace(GOOD, surprise=0.1), Candidate(piece([60] * 8), surprise=1.5)],
    ids=["wild", "bland", "one note"],
)
def test_what_lies_outside_of_what_people_write_has_less_merit(bad: Candidate) -> None:
    good, other = Gate(None, NORMS).weigh([GOOD, bad], genre=Genre.REEL, style="rnn")
    assert good.merit == 0.0 > other.merit
    assert good.judgement is None


def test_a_genre_without_norms_is_held_to_none() -> None:
    (verdict,) = Gate(None, NORMS).weigh([replace(GOOD, surprise=9.0)], genre=Genre.JIG, style="rnn")
    assert verdict.merit == 0.0


def test_what_is_far_off_costs_no_more_than_what_is_further_off() -> None:
    far, further = Gate(None, NORMS).weigh(
        [replace(GOOD, surprise=5.0), replace(GOOD, surprise=50.0)], genre=Genre.REEL, style="rnn"
    )
    assert far.merit == further.merit


def test_norms_come_back_as_they_were_saved(tmp_path: Path) -> None:
    path = tmp_path / "norms.json"
    NORMS.save(path)
    assert Norms.load(path) == NORMS


def test_the_shipped_norms_hold_every_check_of_every_genre_offered() -> None:
    norms = Norms.load()
    for style in available_styles():
        # Only the recurrent family can tell how likely it finds music.
        wanted = {*CHECKS, surprise_of(style.name)} if style.family == "rnn" else {*CHECKS}
        for genre in style.genres:
            assert norms.genres[genre].keys() >= wanted
    assert all(norm.deviation >= 0 for checks in norms.genres.values() for norm in checks.values())


def test_a_leaning_chooses_among_the_good_and_not_the_spoilt() -> None:
    leaping = Candidate(piece([60, 67, 60, 67, 60, 67, 60, 67]), surprise=1.5)
    likes_leaps = Leaning({"leaps": Liking(3.0, 1.0, 1.0)})
    leaning = Gate(None, NORMS, likes_leaps)
    liked, other = leaning.weigh([leaping, GOOD], genre=Genre.REEL, style="rnn")
    assert liked.merit > 0 > other.merit
    keen = Gate(None, NORMS, Leaning({"leaps": Liking(3.0, 0.1, 8.0)}))
    liked, other = keen.weigh([leaping, GOOD], genre=Genre.REEL, style="rnn")
    assert liked.merit - other.merit <= 2 * MOST_LIKING
    spoilt, _ = keen.weigh([replace(leaping, surprise=9.0), GOOD], genre=Genre.REEL, style="rnn")
    assert spoilt.merit < liked.merit
