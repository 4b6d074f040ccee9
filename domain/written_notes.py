"""Notes as people type them: `key=D metre=4/4 C4 E4 G4:2 r:1/2`. Knows nothing of how such text is read."""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from domain.score import PITCH_NAMES, TICKS_PER_QUARTER, Mode, Part, Score


def written(score: Score) -> str:
    """The first part as text: names and octaves (C4 is middle C), lengths in quarters where they aren't one.

    One thing sounds at a time: of notes that are still held when the next begin, the rest is not written.
    """
    key = PITCH_NAMES[score.key.tonic] + ("m" if score.key.mode is Mode.MINOR else "")
    settings = f"tempo={round(score.tempo, 1):g} metre={score.metre} key={key}"
    return " ".join([settings, *_items(score.parts[0])])


def _items(part: Part) -> Iterator[str]:
    begun: defaultdict[int, list[int]] = defaultdict(list)
    ends: dict[int, int] = {}
    for note in part.notes:
        begun[note.onset].append(note.pitch)
        ends[note.onset] = max(ends.get(note.onset, 0), note.end)
    onsets = sorted(begun)
    if onsets and onsets[0] > 0:
        yield f"r{_length(onsets[0])}"
    for onset, following in pairwise([*onsets, *(ends[onset] for onset in onsets[-1:])]):
        end = min(ends[onset], following)
        names = [f"{PITCH_NAMES[pitch % 12]}{pitch // 12 - 1}" for pitch in sorted(begun[onset])]
        yield (names[0] if len(names) == 1 else f"[{' '.join(names)}]") + _length(end - onset)
        if following > end:
            yield f"r{_length(following - end)}"


def _length(ticks: int) -> str:
    quarters = Fraction(ticks, TICKS_PER_QUARTER)
    return "" if quarters == 1 else f":{quarters}"
