"""Note values: what a bar looks like, and that it always adds up."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.score import Metre
from engine.craft.sheets.beams import beamed
from engine.craft.sheets.rhythm import Symbol, write_bar
from engine.craft.sheets.rounding import round_voice
from engine.craft.sheets.spelling import Spelling
from engine.craft.sheets.voices import Chord, Voice

C = (Spelling("C", 0, 5),)

QUARTERS = {"whole": 48, "half": 24, "quarter": 12, "eighth": 6, "16th": 3, "32nd": 1.5}


def voice(*times: tuple[int, int]) -> Voice:
    return tuple(Chord(start, end, C) for start, end in times)


def bar_of(
    metre: str, *times: tuple[int, int], first_tick: int = 0, ticks: int | None = None
) -> list[Symbol]:
    """The bar with sounds at these times."""
    measure = Metre.parse(metre)
    symbols = write_bar(voice(*times), measure, first_tick=first_tick, ticks=ticks or measure.bar_ticks)
    return beamed(symbols, measure)


def looks(symbols: list[Symbol]) -> str:
    """As players would say it: q is a quarter, r a rest, ~ a tie, 3 a triplet."""
    letters = {
        "whole": "w",
        "half": "h",
        "quarter": "q",
        "eighth": "e",
        "16th": "s",
        "32nd": "t",
        None: "bar",
    }
    return " ".join(
        ("r" if symbol.chord is None else "")
        + letters[symbol.value]
        + "." * symbol.dots
        + ("3" if symbol.triplet else "")
        + ("~" if symbol.tied_on else "")
        for symbol in symbols
    )


@pytest.mark.parametrize(
    ("metre", "times", "look"),
    [
        ("4/4", [], "rbar"),
        ("4/4", [(0, 48)], "w"),
        ("4/4", [(0, 12)], "q rq rh"),
        ("4/4", [(12, 36)], "rq h rq"),  # a syncopation that everybody reads
        ("4/4", [(18, 30)], "rq re e~ e re rq"),  # the half bar is seen
        ("4/4", [(0, 18), (18, 24), (24, 48)], "q. e h"),
        ("4/4", [(12, 48)], "rq h."),
        ("4/4", [(0, 15), (15, 24)], "q~ s e. rh"),
        ("4/4", [(6, 48)], "re q.~ h"),
        ("3/4", [(0, 36)], "h."),
        ("3/4", [(6, 18), (18, 36)], "re q q."),
        ("2/4", [(3, 9), (9, 24)], "rs e s~ q"),
        ("6/8", [(0, 12), (12, 18), (18, 36)], "q e q."),
        ("6/8", [(12, 24)], "rq e~ e re re"),
        ("6/8", [(0, 6)], "e re re rq."),
        ("9/8", [(0, 54)], "h.~ q."),
        ("9/8", [(0, 48), (48, 54)], "h.~ q e"),
        ("12/8", [(18, 54)], "rq. q.~ q. rq."),
        ("12/8", [(0, 36), (36, 72)], "h. h."),
        ("3/8", [(0, 18)], "q."),
        ("2/2", [(0, 24), (24, 48)], "h h"),
        ("3/2", [(0, 72)], "w."),
        ("3/2", [(12, 36), (36, 72)], "rq h q~ h"),
        ("6/4", [(24, 48)], "rq rq q~ q rq rq"),
        ("4/4", [(0, 4), (4, 8), (8, 12), (12, 48)], "e3 e3 e3 h."),
        ("4/4", [(0, 8), (8, 12), (12, 24)], "q3 e3 q rh"),
        ("4/4", [(0, 8), (8, 16), (16, 24), (24, 48)], "q3 q3 q3 h"),
        ("4/4", [(0, 2), (2, 4), (4, 12), (12, 24)], "s3 s3 q3 q rh"),
        ("6/8", [(0, 2), (2, 4), (4, 6), (6, 36)], "s3 s3 s3 q~ q."),
    ],
)
def test_what_a_bar_looks_like(metre: str, times: list[tuple[int, int]], look: str) -> None:
    assert looks(bar_of(metre, *times)) == look


def test_a_note_held_over_bar_lines_is_tied_on_both_sides() -> None:
    [symbol] = bar_of("4/4", (24, 120), first_tick=48)
    assert (symbol.tied_from, symbol.tied_on, symbol.value) == (True, True, "whole")


def test_an_upbeat_is_written_like_the_end_of_a_bar() -> None:
    symbols = bar_of("4/4", (42, 48), first_tick=30, ticks=18)
    assert looks(symbols) == "re re e"
    assert [symbol.start for symbol in symbols] == [0, 6, 12]


def test_beams_join_the_notes_of_a_beat() -> None:
    eighths = [(6 * place, 6 * place + 6) for place in range(8)]
    assert [symbol.beams for symbol in bar_of("4/4", *eighths)] == [
        ("begin",), ("continue",), ("continue",), ("end",),
    ] * 2  # fmt: skip
    assert [symbol.beams for symbol in bar_of("6/8", *eighths[:6])] == [
        ("begin",),
        ("continue",),
        ("end",),
    ] * 2
    assert [symbol.beams for symbol in bar_of("3/4", *eighths[:6])] == [("begin",), ("end",)] * 3


def test_beams_of_mixed_values() -> None:
    dotted = bar_of("2/4", (0, 9), (9, 12), (12, 15), (15, 21), (21, 24))
    assert [symbol.beams for symbol in dotted] == [
        ("begin",),
        ("end", "backward hook"),
        ("begin", "forward hook"),
        ("continue",),
        ("end", "backward hook"),
    ]
    assert [symbol.beams for symbol in bar_of("2/4", (0, 6), (12, 24))] == [(), (), ()]


def test_only_triplets_under_one_beam_go_without_a_bracket() -> None:
    symbols = bar_of("4/4", (0, 4), (4, 8), (8, 12), (12, 20), (20, 24), (24, 48))
    assert [symbol.triplet and symbol.triplet.beamed for symbol in symbols] == [True] * 3 + [False] * 2 + [
        None
    ]


METRES = [
    Metre.parse(text) for text in ("4/4", "3/4", "2/4", "6/8", "9/8", "12/8", "3/8", "2/2", "6/4", "3/2")
]


@given(
    metre=st.sampled_from(METRES),
    steps=st.lists(st.tuples(st.integers(0, 20), st.integers(1, 60)), max_size=30),
    missing=st.sampled_from([0, 12, 24]),
)
def test_bars_always_add_up(metre: Metre, steps: list[tuple[int, int]], missing: int) -> None:
    now, times = missing, list[tuple[int, int]]()
    for rest, length in steps:
        times.append((now + rest, now + rest + length))
        now += rest + length
    rounded = round_voice(voice(*times), metre)
    assert all(chord.ticks > 0 for chord in rounded)
    assert all(chord.end <= following.onset for chord, following in pairwise(rounded))
    written: dict[Chord, int] = {}
    bars = max([chord.end for chord in rounded], default=0) // metre.bar_ticks + 1
    for bar in range(bars):
        cut = missing % metre.bar_ticks if bar == 0 else 0
        first = bar * metre.bar_ticks + cut
        symbols = beamed(write_bar(rounded, metre, first_tick=first, ticks=metre.bar_ticks - cut), metre)
        assert [symbol.start for symbol in symbols] == [0, *(symbol.end for symbol in symbols)][:-1]
        assert symbols[-1].end == metre.bar_ticks - cut
        check_values(symbols)
        for symbol in symbols:
            if symbol.chord is not None:
                written[symbol.chord] = written.get(symbol.chord, 0) + symbol.ticks
    assert written == {chord: chord.ticks for chord in rounded}


def check_values(symbols: list[Symbol]) -> None:
    """Every symbol is as long as it looks, triplets and beams are whole."""
    in_triplet = False
    depth = 0
    for symbol in symbols:
        assert in_triplet == (symbol.triplet is not None and not symbol.triplet.first)
        in_triplet = symbol.triplet is not None and not symbol.triplet.last
        if symbol.value is not None:
            length = QUARTERS[symbol.value] * (1.5 if symbol.dots else 1) * (2 / 3 if symbol.triplet else 1)
            assert symbol.ticks == pytest.approx(length)
        if symbol.beams:
            assert (symbol.beams[0] == "begin") == (depth == 0)
            depth = 0 if symbol.beams[0] == "end" else 1
        else:
            assert depth == 0
    assert not in_triplet
    assert depth == 0
