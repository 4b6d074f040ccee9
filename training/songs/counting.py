"""How people set lines of verse, counted: the file that `models.composition.rhythm` sets new lines by.

Hymns count line by line, once for each tune; art songs for less, since they are freer. Stress is counted
under English words of two syllables or more, about which there can be no doubt.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from models.composition.rhythm_habits import COUNTS_FILE, crowding
from models.lyrics.pronouncing import stresses
from training.corpora.archives import LIEDER, OPEN_HYMNAL, find_upstream
from training.songs.hymns import read_hymns
from training.songs.lieder_words import read_lieder
from training.songs.sung_lines import SetLine, Sung

_ART = 0.15
"""What a phrase of an art song counts beside a line of a hymn."""

_STEP = 3
"""Onsets are counted on sixteenths."""

_RARE = 1.0
"""What was found less often than this is left out."""


Weights = dict[int, float]
Table = dict[int, Weights]


def _weights() -> Weights:
    return defaultdict(float)


def _table() -> Table:
    return defaultdict(_weights)


@dataclass
class Tally:
    """Weights in one metre, by position in the bar in ticks; of steps, by crowding first."""

    entries: Weights = field(default_factory=_weights)
    steps: dict[int, Table] = field(default_factory=lambda: defaultdict(_table))
    ends: Table = field(default_factory=_table)
    bars: Table = field(default_factory=_table)
    accents: dict[int, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))

    def add_rhythm(self, line: SetLine, weight: float) -> None:
        bar = line.metre.bar_ticks
        first, last = line.syllables[0], line.syllables[-1]
        self.entries[_place(first, bar)] += weight
        steps = self.steps[crowding(len(line.syllables), line.bars)]
        for sung, following in pairwise(line.syllables):
            steps[_place(sung, bar)][_rounded(following.onset - sung.onset)] += weight
        self.ends[_place(last, bar)][_rounded(last.ticks)] += weight
        self.bars[len(line.syllables)][line.bars] += weight

    def add_accents(self, line: SetLine) -> None:
        for sung, stress in _stressed(line.syllables):
            self.accents[_place(sung, line.metre.bar_ticks)][stress] += 1

    def to_plain(self) -> dict[str, Any]:
        return {
            "entries": _common(self.entries),
            "steps": {str(crowd): _tables(steps) for crowd, steps in sorted(self.steps.items())},
            "ends": _tables(self.ends),
            "bars": _tables(self.bars),
            "accents": {str(place): counts for place, counts in sorted(self.accents.items())},
        }


def count_rhythms(archives: Path) -> Path:
    """Count what the hymns and songs under `archives` do, and write the file. Raises ArchiveError."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    notes = Counter[int]()
    for _, verses in read_hymns(find_upstream(archives, OPEN_HYMNAL)):
        _add(tallies, verses[0], 1.0)
        for line in (line for verse in verses for line in verse):
            tallies[str(line.metre)].add_accents(line)
            notes.update(sung.notes for sung in line.syllables)
    for _, lines in read_lieder(find_upstream(archives, LIEDER)):
        _add(tallies, lines, _ART)
        for line in lines:
            tallies[str(line.metre)].add_accents(line)
    plain = {
        "one note a syllable in hymns": round(notes[1] / notes.total(), 4),
        "metres": {metre: tallies[metre].to_plain() for metre in sorted(tallies)},
    }
    COUNTS_FILE.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    return COUNTS_FILE


def _add(tallies: dict[str, Tally], lines: Iterable[SetLine], weight: float) -> None:
    for line in lines:
        if all(sung.onset < following.onset for sung, following in pairwise(line.syllables)):
            tallies[str(line.metre)].add_rhythm(line, weight)


def _stressed(syllables: Sequence[Sung]) -> Iterator[tuple[Sung, int]]:
    """The syllables of longer words that the dictionary knows, and whether each is stressed."""
    word: list[Sung] = []
    for sung in syllables:
        word.append(sung)
        if not sung.ends_word:
            continue
        letters = "".join(each.text for each in word).lower().strip(".,;:!?\"'“”‘’()—– ")
        found = stresses(letters) if len(word) > 1 else ""
        if len(found) == len(word):
            yield from (
                (each, int(mark == "1")) for each, mark in zip(word, found, strict=True) if mark != "2"
            )
        word = []


def _place(sung: Sung, bar: int) -> int:
    return _rounded(sung.onset % bar) % bar


def _rounded(ticks: int) -> int:
    return round(ticks / _STEP) * _STEP


def _tables(tables: Table) -> dict[str, dict[str, float]]:
    kept = {str(key): _common(weights) for key, weights in sorted(tables.items())}
    return {key: weights for key, weights in kept.items() if weights}


def _common(weights: Weights) -> dict[str, float]:
    return {str(key): round(weight, 1) for key, weight in sorted(weights.items()) if weight >= _RARE}
