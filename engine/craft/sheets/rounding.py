"""A voice's times, rounded until they can be written down plainly.

Onsets that no grid holds move to the nearest one that does, crumbs of silence become part of the note
before them, and swung eighths become straight ones, to be played with swing.
"""

from collections.abc import Sequence
from dataclasses import replace

from domain.score import TICKS_PER_QUARTER, Metre, Score
from engine.craft.sheets.voices import Chord, Voice

EIGHTH, SIXTEENTH = TICKS_PER_QUARTER // 2, TICKS_PER_QUARTER // 4

_SWUNG = 2 * TICKS_PER_QUARTER // 3  # where the second of two swung eighths begins
_SWING_BEATS = 8  # fewer swung beats than these are triplets
_SWING_SHARE = 2  # and so many times as many as the straight ones

# Per cell, in ticks: where onsets may be, and how much (in ticks moved) a grid is disliked.
_GRIDS = {
    EIGHTH: (((0, 3, 6), 0.0), ((0, 2, 4, 6), 0.5)),
    TICKS_PER_QUARTER: (((0, 3, 6, 9, 12), 0.0), ((0, 4, 8, 12), 0.5), ((0, 2, 4, 6, 8, 10, 12), 1.5)),
}
_COLLISION = 3.0  # two onsets that become one


def cell_ticks(metre: Metre) -> int:
    """What divides either in two or in three: an eighth where beats are dotted, else a quarter."""
    return EIGHTH if metre.is_compound or metre.unit > 4 else TICKS_PER_QUARTER


def is_swung(score: Score) -> bool:
    """True where eighths are long and short nearly throughout, as in hornpipes."""
    if cell_ticks(score.metre) == EIGHTH:
        return False
    beats: dict[tuple[int, int], set[int]] = {}
    for number, part in enumerate(score.parts):
        for note in part.notes:
            beat, within = divmod(note.onset, TICKS_PER_QUARTER)
            beats.setdefault((number, beat), set()).add(within)
    swung = sum(_SWUNG in onsets and TICKS_PER_QUARTER // 3 not in onsets for onsets in beats.values())
    straight = sum(not onsets.isdisjoint((3, 6, 9)) for onsets in beats.values())
    return swung >= _SWING_BEATS and swung >= _SWING_SHARE * straight


def straighten(voice: Voice) -> Voice:
    """Swung eighths as straight ones, with all other triplets as they are."""
    triplets = {
        chord.onset // TICKS_PER_QUARTER
        for chord in voice
        if chord.onset % TICKS_PER_QUARTER == TICKS_PER_QUARTER // 3
    }

    def straight(tick: int) -> int:
        beat, within = divmod(tick, TICKS_PER_QUARTER)
        return tick - _SWUNG + EIGHTH if within == _SWUNG and beat not in triplets else tick

    return tuple(replace(chord, onset=straight(chord.onset), end=straight(chord.end)) for chord in voice)


def round_voice(voice: Voice, metre: Metre) -> Voice:
    """Onsets on grids and lengths that can be written; chords that land on one onset become one."""
    cell = cell_ticks(metre)
    grids = _grids({chord.onset for chord in voice}, cell)
    moved: dict[int, Chord] = {}
    for chord in voice:
        onset = _nearest(chord.onset, grids, cell)
        other = moved.get(onset)
        spellings = chord.spellings if other is None else (*other.spellings, *chord.spellings)
        end = max(chord.end, onset + 1)
        moved[onset] = replace(chord, onset=onset, end=end, spellings=tuple(dict.fromkeys(spellings)))
    chords = list(moved.values())
    following = [chord.onset for chord in chords[1:]] + [
        -(-chord.end // cell) * cell for chord in chords[-1:]
    ]
    return tuple(
        _lengthened(chord, until, grids, cell) for chord, until in zip(chords, following, strict=True)
    )


def _grids(onsets: set[int], cell: int) -> dict[int, tuple[int, ...]]:
    """The grid of each cell in which something begins."""
    within: dict[int, set[int]] = {}
    for onset in onsets:
        within.setdefault(onset // cell, set()).add(onset % cell)

    def cost(grid: tuple[tuple[int, ...], float], offsets: set[int]) -> float:
        places, dislike = grid
        targets = [min(places, key=lambda place: abs(place - offset)) for offset in offsets]
        moved = sum(abs(target - offset) for target, offset in zip(targets, offsets, strict=True))
        return moved + dislike + _COLLISION * (len(offsets) - len(set(targets)))

    return {
        index: min(_GRIDS[cell], key=lambda grid: cost(grid, offsets))[0] for index, offsets in within.items()
    }


def _nearest(tick: int, grids: dict[int, tuple[int, ...]], cell: int) -> int:
    index, offset = divmod(tick, cell)
    places: Sequence[int] = grids.get(index, _GRIDS[cell][0][0])
    return index * cell + min(places, key=lambda place: abs(place - offset))


def _lengthened(chord: Chord, until: int, grids: dict[int, tuple[int, ...]], cell: int) -> Chord:
    """The chord as long as it is best written, where the next one begins at `until`."""
    played = min(chord.end, until) - chord.onset
    room = until - chord.onset
    if room - played < EIGHTH:
        written = room
    elif played < EIGHTH and chord.onset % EIGHTH == 0:
        written = EIGHTH
    else:
        written = _nearest(chord.onset + played, grids, cell) - chord.onset
        if written <= 0:
            grid = grids.get(chord.onset // cell, _GRIDS[cell][0][0])
            written = grid[1] - grid[0]
        written = min(written, room)
    short = 2 * played <= written and written in (EIGHTH, TICKS_PER_QUARTER)
    return replace(chord, end=chord.onset + written, short=short)
