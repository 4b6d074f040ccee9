"""Which works are one music, and which split each family goes to.

Tunes are compared by their top line alone, whatever key, metre or bar lines they are written in.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from domain.score import Score
from training.corpora.works import Work

GRAM_LENGTH = 12
_SAME_FAMILY = 0.3
_DUPLICATE = 0.9
_SPLIT_ENDS = (("train", 0.80), ("valid", 0.85), ("test", 0.95), ("judge", 1.0))

Fingerprint = frozenset[int]


@dataclass(frozen=True)
class Grouped:
    """Works in their splits, and how many were dropped as duplicates or joined with another's family."""

    works: tuple[Work, ...]
    duplicates: int
    joined: int


def group(works: Sequence[Work]) -> Grouped:
    """Join near-duplicates into families, drop duplicates and give every family its split.

    Of two duplicates the one that comes first in `works` stays.
    """
    prints = [fingerprint(work.score) for work in works]
    parents = {work.family: work.family for work in works}
    dropped: set[int] = set()
    joined = 0
    for (first, second), shared in sorted(_shared_grams(prints).items()):
        sizes = sorted((len(prints[first]), len(prints[second])))
        if shared / sizes[0] <= _SAME_FAMILY:
            continue
        joined += _join(parents, works[first].family, works[second].family)
        same_genre = works[first].genre == works[second].genre
        if shared / sizes[1] >= _DUPLICATE and same_genre and first not in dropped:
            dropped.add(second)
    kept = [
        replace(work, family=_root(parents, work.family))
        for index, work in enumerate(works)
        if index not in dropped
    ]
    return Grouped(tuple(assign_splits(kept)), len(dropped), joined)


def assign_splits(works: Sequence[Work]) -> list[Work]:
    """Give each family one split, every genre being shared out 80/5/10/5.

    Families are taken in the order of a hash of their name; a family in several genres goes with the
    genre that most of it belongs to.
    """
    members: dict[str, list[Work]] = defaultdict(list)
    for work in works:
        members[work.family].append(work)
    by_genre: dict[str, list[str]] = defaultdict(list)
    for family, own in members.items():
        counts = Counter(str(work.genre) for work in own)
        by_genre[max(sorted(counts), key=lambda genre: counts[genre])].append(family)
    splits: dict[str, str] = {}
    for families in by_genre.values():
        total = sum(len(members[family]) for family in families)
        before = 0
        for family in sorted(families, key=_hash):
            middle = (before + len(members[family]) / 2) / total
            splits[family] = next(name for name, end in _SPLIT_ENDS if middle < end)
            before += len(members[family])
    return [replace(work, split=splits[work.family]) for work in works]


def fingerprint(score: Score) -> Fingerprint:
    """The set of `GRAM_LENGTH`-grams of (interval, ratio of time between onsets) in the top line."""
    top: dict[int, int] = {}
    for part in score.parts:
        for note in part.notes:
            top[note.onset] = max(note.pitch, top.get(note.onset, 0))
    onsets = sorted(top)
    gaps = [later - earlier for earlier, later in pairwise(onsets)]
    steps = [
        (top[onsets[index + 1]] - top[onsets[index]], _ratio(gaps[index], gaps[index - 1]))
        for index in range(1, len(gaps))
    ]
    grams = zip(*(steps[offset:] for offset in range(GRAM_LENGTH)), strict=False)
    return frozenset(hash(gram) for gram in grams)


def _ratio(gap: int, before: int) -> int:
    """A time ratio as one number, so that 1:2 is the same in quarters and in eighths."""
    return round(840 * gap / before)


def _shared_grams(prints: Sequence[Fingerprint]) -> Counter[tuple[int, int]]:
    """For every pair of works (by index) that share any gram, how many."""
    holders: dict[int, list[int]] = defaultdict(list)
    for index, grams in enumerate(prints):
        for gram in grams:
            holders[gram].append(index)
    shared: Counter[tuple[int, int]] = Counter()
    for indices in holders.values():
        shared.update(_pairs(indices))
    return shared


def _pairs(indices: Sequence[int]) -> Iterable[tuple[int, int]]:
    for place, first in enumerate(indices):
        for second in indices[place + 1 :]:
            yield first, second


def _root(parents: dict[str, str], family: str) -> str:
    while parents[family] != family:
        family = parents[family]
    return family


def _join(parents: dict[str, str], first: str, second: str) -> bool:
    """Make two families one, under the name that sorts first. False when they already were."""
    roots = sorted((_root(parents, first), _root(parents, second)))
    parents[roots[1]] = roots[0]
    return roots[0] != roots[1]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
