"""Scores that nobody would write, for properties that hold for any: odd metres, wide leaps, any form."""

from hypothesis import strategies as st

from domain.score import Cadence, Key, Metre, Mode, Note, Part, Score, Section

METRES = ("4/4", "2/4", "3/4", "6/8", "9/8", "12/8", "2/2", "3/2", "5/4", "7/8", "3/8", "5/16", "3/16")

keys = st.builds(Key, st.integers(0, 11), st.sampled_from(Mode))


@st.composite
def any_sections(draw: st.DrawFn, bars: int) -> tuple[Section, ...]:
    """A form that covers all bars, or none."""
    sections: list[Section] = []
    first_bar = 0
    if draw(st.booleans()):
        while first_bar < bars:
            length = draw(st.integers(1, bars - first_bar))
            label = draw(st.sampled_from(["A", "A′", "B", "C″"]))
            cadence = draw(st.sampled_from([None, *Cadence]))
            key = draw(st.none() | keys) if first_bar + length < bars else None
            sections.append(Section(label, first_bar, length, cadence, key))
            first_bar += length
    return tuple(sections)


@st.composite
def any_scores(draw: st.DrawFn, *, parts: int = 1) -> Score:
    """A score of up to eight bars, in which every part has a note."""
    metre = Metre.parse(draw(st.sampled_from(METRES)))
    bars = draw(st.integers(1, 8))
    ticks = bars * metre.bar_ticks
    notes = st.builds(Note, st.integers(0, ticks - 1), st.integers(24, 100), st.integers(1, 60))
    written = tuple(
        Part(f"Part {place}", 0, tuple(sorted(draw(st.lists(notes, min_size=1, max_size=12)))))
        for place in range(draw(st.integers(1, parts)))
    )
    return Score(
        key=draw(keys),
        metre=metre,
        tempo=draw(st.floats(40, 240)),
        bars=bars,
        parts=written,
        sections=draw(any_sections(bars)),
    )
