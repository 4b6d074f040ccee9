"""The better stanza wins: on its own words, its scene, its metre, and never with what may not be printed."""

import codecs
from dataclasses import replace

import pytest

from models.lyrics.merits import Merits, Weights, merits_of, metre_share, openings, repetitions
from models.lyrics.quotations import Quotations
from models.lyrics.stanzas import Line, Stanza

BEST = Merits(
    nats=3.0, relevance=0.2, wishes=1.0, metre=1.0, strange=0, unusual=0, repetitions=0, openings=0,
    quotations=0, safe=True,
)  # fmt: skip


def _line(text: str) -> Line:
    words = tuple(text.split())
    return Line(words, ("",) * len(words))


def _merits(*lines: str) -> Merits:
    stanza = Stanza(tuple(map(_line, lines)))
    return merits_of(
        stanza, (), language="en", nats=3.0, relevance=0.0, wishes=1.0, quotations=Quotations.none("en")
    )


@pytest.mark.parametrize(
    "worse",
    [
        {"nats": 3.5},
        {"wishes": 0.5},
        {"metre": 0.5},
        {"strange": 2},
        {"unusual": 4},
        {"repetitions": 2},
        {"openings": 2},
        {"quotations": 1},
        {"relevance": 0.0},
    ],
)
def test_each_merit_counts(worse: dict[str, float]) -> None:
    assert replace(BEST, **worse).total(Weights()) < BEST.total(Weights())


def test_what_is_unsafe_never_wins() -> None:
    poor = replace(BEST, nats=12.0, wishes=0.0, metre=0.0, strange=40, repetitions=60, quotations=30)
    assert replace(BEST, safe=False).total(Weights()) < poor.total(Weights())


def test_an_acrostic_is_seen() -> None:
    letters = codecs.decode("fuvg", "rot13")
    assert not _merits(*(f"{letter}ow comes the day" for letter in letters)).safe
    assert _merits("now comes the day", "and so the night").safe


def test_words_that_come_again_are_counted_by_their_common_form() -> None:
    lines = [_line("the birds of spring"), _line("a bird of rain")]
    assert repetitions(lines, [], "en") == 2
    assert repetitions(lines[:1], lines[1:], "en") == 1
    assert repetitions([_line("the moon"), _line("the sun")], [], "en") == 0
    chinese = Line(("山", "水", "山"), ("", "", ""))
    assert repetitions([chinese], [], "zh") == 2


def test_lines_that_begin_alike_are_counted() -> None:
    lines = [_line("and so"), _line("the end"), _line("and now"), _line("and so")]
    assert openings(lines, []) == 3  # two more with and, of which one with and so
    assert openings([_line("the end"), _line("a start")], []) == 0


def test_metre_is_a_share_of_lines() -> None:
    lines = [_line("the golden river of the night"), _line("murmuring beautiful melody memory")]
    assert metre_share(lines) == 0.5
