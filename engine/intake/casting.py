"""Which of a file's tracks carry the piece: at most four of them, from the highest down.

Takes and gives notes in quarters of time; knows nothing of grids, metres and files.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from training.corpora.midi import TimedNote

MAX_LINES = 4

_LEAD = re.compile(r"melod|vocal|\bvox\b|\bvoice|\bsing|\blead\b|soprano|旋律|主唱|人声", re.IGNORECASE)

_BASS_SHARE = 0.25
"""A bass sounds for at least so much of the time that the busiest line does."""

_DOUBLING = 0.1
"""What a note is worth that another line has too, beside one of its own: more than silence."""

_SAME_TIME = 1 / 8
"""Quarters by which the notes of one line, on two tracks, may overlap."""


@dataclass(frozen=True)
class Line:
    """What one track plays, its notes in order of onset; at least one."""

    name: str
    program: int
    notes: tuple[TimedNote, ...]

    @cached_property
    def mean_pitch(self) -> float:
        return sum(note.pitch for note in self.notes) / len(self.notes)

    @cached_property
    def coverage(self) -> float:
        """Quarters during which it sounds."""
        covered, until = 0.0, 0.0
        for note in self.notes:
            covered += max(0.0, note.end - max(note.onset, until))
            until = max(until, note.end)
        return covered

    @cached_property
    def singleness(self) -> float:
        """1 where one note sounds at a time, 1/n where n do."""
        total = sum(note.end - note.onset for note in self.notes)
        return self.coverage / total if total > 0 else 0.0

    @cached_property
    def classes(self) -> frozenset[tuple[int, int]]:
        """When it strikes which pitch class: what another line that doubles it has, too."""
        return frozenset((round(note.onset * 8), note.pitch % 12) for note in self.notes)


def cast_lines(lines: Iterable[Line]) -> list[Line]:
    """At most four lines, the tune first where a name tells it, then from the highest down.

    A line on several tracks (an instrument that changes its sound) is put together. Of more than four,
    the tune and the bass stay, and the two between them that add most.
    """
    lines = _joined(lines)
    if len(lines) > MAX_LINES:
        lines = _telling(lines)
    return sorted(lines, key=lambda line: (not _LEAD.search(line.name), -line.mean_pitch))


def _joined(lines: Iterable[Line]) -> list[Line]:
    """Lines of one name that never sound together and lie within an octave, as one."""
    by_name: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_name[line.name].append(line)
    joined: list[Line] = []
    for name, namesakes in by_name.items():
        if len(namesakes) > 1 and name and _take_turns(namesakes):
            notes = sorted(note for line in namesakes for note in line.notes)
            joined.append(Line(name, namesakes[0].program, tuple(notes)))
        else:
            joined.extend(namesakes)
    return joined


def _take_turns(lines: Sequence[Line]) -> bool:
    pitches = [line.mean_pitch for line in lines]
    if max(pitches) - min(pitches) > 12:
        return False
    player, until = -1, 0.0
    for note, index in sorted((note, index) for index, line in enumerate(lines) for note in line.notes):
        if index != player and note.onset < until - _SAME_TIME:
            return False
        player, until = index, max(until, note.end)
    return True


def _telling(lines: Sequence[Line]) -> list[Line]:
    """The tune, the bass, and two more: those that sound longest without doubling the ones chosen."""
    tune = _tune(lines)
    others = [line for line in lines if line is not tune]
    busiest = max(line.coverage for line in others)
    bass = min(
        (line for line in others if line.coverage >= _BASS_SHARE * busiest), key=lambda line: line.mean_pitch
    )
    chosen = [tune, bass]
    heard = set(tune.classes | bass.classes)
    others.remove(bass)

    def gain(line: Line) -> float:
        return line.coverage * (_DOUBLING + len(line.classes - heard) / len(line.classes))

    while len(chosen) < MAX_LINES:
        best = max(others, key=gain)
        others.remove(best)
        chosen.append(best)
        heard |= best.classes
    return chosen


def _tune(lines: Sequence[Line]) -> Line:
    """The line that is called one, or sounds long, high and one note at a time."""
    named = [line for line in lines if _LEAD.search(line.name)]
    low = min(line.mean_pitch for line in lines)
    reach = max(line.mean_pitch for line in lines) - low or 1.0

    def merit(line: Line) -> float:
        return line.coverage * line.singleness * (0.5 + (line.mean_pitch - low) / reach)

    return max(named or lines, key=merit)
