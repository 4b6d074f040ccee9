"""Where a section comes to rest, and on which degree: said once, for what writes and for what measures.

Pure arithmetic on metres and sections; knows no notes.
"""

from domain.score import Cadence, Metre, Section

TONIC, DOMINANT = 0, 7
"""Degrees as semitones above the tonic."""

DOMINANT_TRIAD = frozenset({7, 11, 2})


def cadence_tick(metre: Metre, section: Section) -> int:
    """The tick of a section's cadence point: the last strong beat of its last bar.

    That is the half-bar where the bar has an even number of beats, the second beat where it has
    three, and the downbeat where it has one (3/8) or another number. What sounds at this tick, newly begun
    or held, makes the cadence.
    """
    last_bar = (section.end_bar - 1) * metre.bar_ticks
    beats = _beats(metre)
    if beats % 2 == 0:
        return last_bar + metre.bar_ticks // 2
    return last_bar + (metre.bar_ticks // 3 if beats == 3 else 0)


def cadence_degrees(cadence: Cadence, parts: int) -> frozenset[int]:
    """The degrees that the lowest sounding note may have at the cadence point, of music in `parts` parts.

    A full cadence rests on the tonic, a half cadence on the dominant. One part alone has no bass under
    it, so at a half cadence any note of the dominant triad will do.
    """
    if cadence is Cadence.FULL:
        return frozenset({TONIC})
    return DOMINANT_TRIAD if parts == 1 else frozenset({DOMINANT})


def _beats(metre: Metre) -> int:
    """How many beats a bar is felt in: 6/8 in two, 3/8 in one, 2/2 in two, 3/2 in three."""
    if metre.unit >= 8 and metre.beats % 3 == 0:
        return metre.beats // 3
    return metre.beats
