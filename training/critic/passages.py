"""What the judge learns from: passages of human works, of pieces nobody wrote, and of works spoilt.

All are cut alike, at the lines of their phrases and to the same lengths, and have gone through the
models' tokens, so that nothing but the music tells them apart. Knows neither network nor loss.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.genres import Genre
from domain.score import Score
from models.critic.passages import Passage, hear
from models.plans import Profile
from training.corpora.works import Work
from training.critic.corruption import CORRUPTIONS, spoil
from training.critic.rewriting import altered_bars, as_written, cut

HUMAN = "human"
LENGTHS = (8, 12, 16, 16, 24, 32)
"""Bars of a passage, drawn evenly; an upbeat comes on top."""

PLACEABLE = (
    *("wrong notes", "wrong degrees", "wrong register", "part transposed", "part delayed"),
    *("rhythm jittered", "durations mangled", "melody shuffled", "harmony swapped", "dropped"),
)
"""The corruptions that can be heard bar by bar: the network is also told where they are."""

_HARD = ("bars permuted", "spliced")
"""Corruptions heard twice as often as others: what is wrong with them is in no single bar."""

_KINDS = list(CORRUPTIONS)
_KIND_SHARES = [(2 if kind in _HARD else 1) / (len(_KINDS) + len(_HARD)) for kind in _KINDS]

_CALIBRATING = 3
"""One family of judge works in so many is kept for calibration."""


@dataclass(frozen=True, slots=True)
class Example:
    """A passage, what it is said to be, and where it is from.

    `altered` (B,) marks the bars that were spoilt, and is None where no bar can be blamed. `believed` is how
    likely another judge found it to be a person's, 0 to 1, where one was asked.
    """

    passage: Passage
    genre: Genre
    origin: str
    weight: float
    altered: NDArray[np.bool_] | None
    believed: float | None = None

    @property
    def is_human(self) -> bool:
        return self.origin == HUMAN


@dataclass(frozen=True, slots=True)
class SpoiltPair:
    """A human passage before and after it was spoilt, and in which way."""

    before: Score
    after: Score
    kind: str


Pieces = Mapping[Genre, Sequence[Score]]


@dataclass(frozen=True, slots=True)
class Material:
    """One role's music: human works by genre, and by source the pieces nobody wrote."""

    human: Pieces
    sources: Mapping[str, Pieces]


def sort_out(
    works: Sequence[Work], written: Mapping[str, Sequence[Work]], profiles: Mapping[Genre, Profile]
) -> dict[str, Material]:
    """Material for learning, choosing, calibrating and testing; no family of works serves two of them.

    Human works of a layout that the generator never plays (a rare metre) are left out of its genres: their
    layout alone would tell them.
    """
    roles: dict[str, Material] = {}
    for role in ("learn", "choose", "calibrate", "test"):
        human: dict[Genre, list[Score]] = defaultdict(list)
        for work in works:
            if _human_role(work) == role and _is_played(work, profiles):
                score = as_written(work.score, work.genre)
                if score is not None:
                    human[work.genre].append(score)
        sources: dict[str, dict[Genre, list[Score]]] = {}
        for name, pieces in written.items():
            sources[name] = defaultdict(list)
            for index, piece in enumerate(pieces):
                if _written_role(piece, index) == role:
                    sources[name][piece.genre].append(piece.score)
        roles[role] = Material(dict(human), {name: dict(pieces) for name, pieces in sources.items()})
    return roles


def _human_role(work: Work) -> str:
    if work.split == "judge":
        digest = int(hashlib.sha256(work.family.encode()).hexdigest(), 16)
        return "calibrate" if digest % _CALIBRATING == 0 else "learn"
    return {"train": "learn", "valid": "choose", "test": "test"}[work.split]


def _written_role(piece: Work, index: int) -> str:
    if piece.split == "judge":
        return "choose" if index % 2 else "calibrate"
    return {"train": "learn", "test": "test"}[piece.split]


def _is_played(work: Work, profiles: Mapping[Genre, Profile]) -> bool:
    if work.genre not in profiles:
        return True
    score = work.score
    layout = (str(score.metre), str(score.key.mode), len(score.parts))
    return any((h.metre, h.mode, h.parts) == layout for h in profiles[work.genre].habits)


def draw_passage(score: Score, random: np.random.Generator) -> Score:
    """A stretch of the score, its beginning, its end or what lies between, from phrase line to phrase line.

    Whole where the score is no longer than the length drawn.
    """
    length = int(random.choice(LENGTHS))
    upbeat = int(score.first_tick > 0)
    if score.bars <= length + upbeat:
        return score
    place = random.random()
    if place < 0.3:
        return cut(score, 0, length + upbeat)
    if place < 0.65:
        return cut(score, score.bars - length, length)
    starts = range(upbeat, score.bars - length + 1, 4)
    return cut(score, starts[int(random.integers(len(starts)))], length)


class Examples:
    """Draws examples: to each human passage one of each kind of other, with half its weight each."""

    def __init__(self, material: Material, shares: Mapping[Genre, float]) -> None:
        self.material = material
        self.genres = sorted(genre for genre in material.human if shares.get(genre))
        total = sum(shares[genre] for genre in self.genres)
        self._shares = [shares[genre] / total for genre in self.genres]

    def draw(self, random: np.random.Generator) -> Iterator[Example]:
        """A human passage, and one or two that are none, all of one genre."""
        genre = self.draw_genre(random)
        human = self.human(genre, random)
        if human is None:
            return
        yield human
        spoilt = self.spoilt(genre, random)
        written = self.written(genre, random)
        others = [example for example in (spoilt, written) if example is not None]
        for other in others:
            yield Example(other.passage, genre, other.origin, 1 / len(others), other.altered)

    def human_passage(self, genre: Genre, random: np.random.Generator) -> Score:
        """A stretch of one of the genre's works."""
        return draw_passage(_pick(self.material.human[genre], random), random)

    def human(self, genre: Genre, random: np.random.Generator) -> Example | None:
        score = self.human_passage(genre, random)
        return as_example(score, genre, HUMAN, altered=np.zeros(score.bars, dtype=np.bool_))

    def written(
        self, genre: Genre, random: np.random.Generator, *, name: str | None = None
    ) -> Example | None:
        """A passage that this source or any wrote; None where there is none of this genre."""
        found = self.written_passage(genre, random, name=name)
        return None if found is None else as_example(found[0], genre, found[1], altered=None)

    def spoilt(self, genre: Genre, random: np.random.Generator, kind: str | None = None) -> Example | None:
        """A human passage spoilt in one way, of a strength drawn by chance."""
        pair = self.spoilt_pair(genre, random, kind)
        if pair is None:
            return None
        where = altered_bars(pair.before, pair.after) if pair.kind in PLACEABLE else None
        return as_example(pair.after, genre, pair.kind, altered=where)

    def spoilt_pair(
        self, genre: Genre, random: np.random.Generator, kind: str | None = None
    ) -> SpoiltPair | None:
        """A human passage before and after it was spoilt in one way, of a strength drawn by chance."""
        score = self.human_passage(genre, random)
        kinds = [kind] if kind else random.choice(_KINDS, len(_KINDS), replace=False, p=_KIND_SHARES)
        donor = self._donor(score, genre, random)
        for each in kinds:
            spoilt = spoil(str(each), score, donor, genre, strength=random.random(), random=random)
            if spoilt is not None:
                return SpoiltPair(score, spoilt, str(each))
        return None

    def draw_genre(self, random: np.random.Generator) -> Genre:
        return self.genres[int(random.choice(len(self.genres), p=self._shares))]

    def written_passage(
        self, genre: Genre, random: np.random.Generator, *, name: str | None = None
    ) -> tuple[Score, str] | None:
        """A passage that this source or any wrote, and which; None where there is none of this genre."""
        sources = self.material.sources
        names = [each for each in sources if name in (None, each) and sources[each].get(genre)]
        if not names:
            return None
        # A source is drawn by how much it wrote.
        sizes = np.cumsum([len(sources[each][genre]) for each in names])
        place = int(random.integers(sizes[-1]))
        chosen = names[int(np.searchsorted(sizes, place, side="right"))]
        return draw_passage(_pick(sources[chosen][genre], random), random), chosen

    def _donor(self, score: Score, genre: Genre, random: np.random.Generator) -> Score:
        """Another work, of the same metre and as many parts where a few tries find one."""
        works = self.material.human[genre]
        for _ in range(12):
            donor = _pick(works, random)
            if donor.metre == score.metre and len(donor.parts) >= len(score.parts):
                return donor
        return _pick(works, random)


def _pick(scores: Sequence[Score], random: np.random.Generator) -> Score:
    return scores[int(random.integers(len(scores)))]


def as_example(
    score: Score, genre: Genre, origin: str, *, altered: NDArray[np.bool_] | None
) -> Example | None:
    passages = hear(score)
    if not passages:
        return None
    return Example(passages[0], genre, origin, 1.0, altered)
