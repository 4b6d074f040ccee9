"""From performed time to the grid: onsets on sixteenths and eighth-note triplets, ends likewise.

Works on one staff or voice at a time and knows nothing of keys or files.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.score import TICKS_PER_QUARTER, Metre, Note, Part
from training.corpora.midi import TimedNote

SIXTEENTHS = (0, 3, 6, 9, 12)
TRIPLETS = (0, 4, 8, 12)
POSITIONS = (0, 3, 4, 6, 8, 9, 12)

_OFF_GRID_TICKS = 0.5
"""Farther than this from the grid (1/24 of a quarter), an onset was not written on it."""


@dataclass(frozen=True)
class Snapped:
    """Notes on the grid, and how far the music was bent to get there."""

    notes: tuple[Note, ...]
    heard: int
    off_grid: int
    lost: int

    @property
    def bent_share(self) -> float:
        """The share of notes that were moved audibly or left out."""
        return (self.off_grid + self.lost) / max(self.heard, 1)


def snap(notes: Iterable[TimedNote], *, later: float = 0.0) -> Snapped:
    """Put notes on the grid, all moved `later` by so many quarters: the beats must fall on whole ones.

    Each quarter of time is heard as sixteenths or as triplets, whichever bends it less. Where notes that
    followed each other fall on one position (ornaments, thirty-seconds), the one written nearest to it
    stays; a chord stays whole.
    """
    ordered = sorted(TimedNote(note.onset + later, note.end + later, note.pitch) for note in notes)
    grids = _choose_grids(ordered)
    by_tick: dict[int, list[TimedNote]] = defaultdict(list)
    off_grid = 0
    for note in ordered:
        tick, error = _nearest(note.onset, grids)
        off_grid += error > _OFF_GRID_TICKS
        by_tick[tick].append(note)
    kept: list[Note] = []
    for tick, rivals in by_tick.items():
        kept.extend(_settle(tick, rivals))
    kept = truncate_overlaps(kept)
    return Snapped(tuple(kept), len(ordered), off_grid, len(ordered) - len(kept))


def truncate_overlaps(notes: Iterable[Note]) -> list[Note]:
    """Sort notes, drop repeats of one pitch at one onset and end a pitch where it sounds again."""
    longest: dict[tuple[int, int], Note] = {}
    for note in notes:
        at = (note.onset, note.pitch)
        if at not in longest or note.duration > longest[at].duration:
            longest[at] = note
    following: dict[int, int] = {}
    result: list[Note] = []
    for note in sorted(longest.values(), reverse=True):
        end = min(note.end, following.get(note.pitch, note.end))
        following[note.pitch] = note.onset
        result.append(Note(note.onset, note.pitch, end - note.onset, note.velocity))
    return result[::-1]


def _choose_grids(notes: Sequence[TimedNote]) -> dict[int, tuple[int, ...]]:
    """Which grid each quarter of time is on; quarters without an entry are on sixteenths."""
    within: dict[int, list[float]] = defaultdict(list)
    for note in notes:
        # An onset a hair before the beat belongs to it.
        quarter = int((note.onset + 1 / 48) // 1)
        within[quarter].append((note.onset - quarter) * TICKS_PER_QUARTER)
    return {
        quarter: TRIPLETS
        for quarter, places in within.items()
        if sum(_error(place, TRIPLETS) for place in places)
        < sum(_error(place, SIXTEENTHS) for place in places) - 1e-6
    }


def _error(place: float, grid: tuple[int, ...]) -> float:
    return min(abs(place - line) for line in grid)


def _nearest(onset: float, grids: dict[int, tuple[int, ...]]) -> tuple[int, float]:
    """The grid tick for an onset in quarters, and its distance in ticks."""
    quarter = int((onset + 1 / 48) // 1)
    place = (onset - quarter) * TICKS_PER_QUARTER
    line = min(grids.get(quarter, SIXTEENTHS), key=lambda position: abs(place - position))
    return max(0, quarter * TICKS_PER_QUARTER + line), abs(place - line)


def _settle(tick: int, rivals: list[TimedNote]) -> list[Note]:
    """The notes that stay among those that fall on one tick."""
    best = min(rivals, key=lambda note: (abs(note.onset * TICKS_PER_QUARTER - tick), note.onset))
    return [
        Note(tick, note.pitch, max(1, _snap_end(note.end, after=tick) - tick))
        for note in rivals
        if abs(note.onset - best.onset) < 1 / 32
    ]


def _snap_end(end: float, *, after: int) -> int:
    """The nearest position to `end` (quarters), at the earliest the first one after the tick `after`."""
    quarter = int(end // 1)
    place = (end - quarter) * TICKS_PER_QUARTER
    tick = quarter * TICKS_PER_QUARTER + min(POSITIONS, key=lambda position: abs(place - position))
    if tick > after:
        return tick
    base = after - after % TICKS_PER_QUARTER
    return next(base + position for position in POSITIONS if base + position > after)


def shift(notes: Iterable[Note], ticks: int) -> tuple[Note, ...]:
    """Move notes later by `ticks`."""
    return tuple(Note(note.onset + ticks, note.pitch, note.duration, note.velocity) for note in notes)


def bar_count(parts: Iterable[Part], metre: Metre) -> int:
    """The bars from tick 0 to the end of the last note."""
    return -(-max(note.end for part in parts for note in part.notes) // metre.bar_ticks)
