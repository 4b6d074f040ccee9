"""What a server likes in a piece: mode, tempo, density, register, leaps, metre, genre, as one number.

A leaning is learned from votes (`training.finetuning.leaning`); here it is only applied, to finished music
and to what a genre's habits promise; what verse is like is told by `models.lyrics.verse_traits`. Knows no
files, and not how works are made. Imports no torch.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, Self

from domain.genres import Genre
from domain.score import TICKS_PER_QUARTER, Metre, Mode, Score
from models.composition.norms import Norms
from models.features import average_pitch_interval
from models.note_table import tabulate
from models.plans import Habit
from models.tokens import DENSITY_EDGES, mean_pitch

TRAITS = ("minor", "pace", "density", "speed", "register", "leaps", "voices", "triple")
"""What a piece is described by, beside its genre.

`pace` is the tempo, in octaves (log2 of beats a minute); `density` moments a quarter and `speed` moments a
second, both in octaves; `register` the mean MIDI pitch; `leaps` the mean step of a tune in semitones;
`voices` the number of parts, in octaves; `minor` and `triple` are 0 or 1.
"""

VERSE_TRAITS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "en lines",
        "en line",
        "en uneven",
        "en couplets",
        "en rhymes",
        "en words",
        "en metre",
        "en exclaims",
        "en asks",
        "en pauses",
        "en bright",
        "en nature",
        "en self",
    ),
    "zh": (
        "zh lines",
        "zh line",
        "zh uneven",
        "zh couplets",
        "zh rhymes",
        "zh bright",
        "zh nature",
        "zh self",
    ),
}
"""What verse is described by, by language; what a short line is in one is a long line in another.

`lines` of the whole, in octaves; `line` and `uneven` are the mean and the deviation of the lines' syllables;
`couplets` and `rhymes` the shares of lines that rhyme with the one before or after, and with any; `words`
syllables a word; `metre` the share of regular lines; all others are counted a line: exclamations, questions,
other marks inside it, bright words less dark ones, words of nature, and words for oneself.
"""

BENDING = ("pace", "density", "speed", "register", "leaps")
"""Traits of which a middle may be liked better than either end."""

FARTHEST = 2.5
"""Deviations beyond which more of a trait is no more liked: nobody voted on such music."""

EAGERNESS = 3.0
"""How many times more than it is liked a choice is made more often.

Half of it keeps pieces about as different as they were, but then they are not liked a deviation better: of
`vae` with 3, 2 and 1.5 by 1.17, 1.13 and 0.88 (listeners 100 to 111), and features differ 0.85, 0.85 and 0.94
times as much as the shipped model's.
"""

MOST_EAGER = 6.0
"""The logarithm of how much more or less often a leaning makes a choice, at most."""

MOST = 8.0
"""No number of a leaning read from a file is larger."""

TEMPO_SPREAD = 0.12
"""How far tempos of pieces with one habit lie apart, in octaves."""

MOST_BEND = 0.2
"""How far, in octaves, a leaning bends a habit's tempo at most: as moods do."""

Described = Mapping[str, float]
"""Values of traits by name; those that can't be told are left out."""


@dataclass(frozen=True, slots=True)
class Liking:
    """How a trait counts: its usual value and deviation, what a deviation more is worth, and its square."""

    mean: float
    deviation: float
    weight: float
    bend: float = 0.0

    def of(self, value: float) -> float:
        apart = min(max((value - self.mean) / self.deviation, -FARTHEST), FARTHEST)
        return self.weight * apart + self.bend * (apart * apart - 1)


@dataclass(frozen=True, slots=True)
class Leaning:
    """Likings by trait, and what each genre is worth besides; in logits of being liked."""

    likings: Mapping[str, Liking]
    genres: Mapping[Genre, float] = field(default_factory=dict)

    def of(self, described: Described, genre: Genre | None = None) -> float:
        """How much a work like this is liked; about 0 for what is as usual."""
        told = (liking.of(described[trait]) for trait, liking in self.likings.items() if trait in described)
        return sum(told) + (0.0 if genre is None else self.genres.get(genre, 0.0))

    def of_score(self, score: Score, genre: Genre) -> float:
        return self.of(describe(score), genre)

    def of_habit(self, habit: Habit, genre: Genre) -> float:
        """How much music that follows a habit is likely to be liked."""
        return self.of(promise(habit, genre), genre)

    def favour(self, habit: Habit, genre: Genre) -> float:
        """How many times as often a habit is followed as works of the genre do."""
        return eager(self.of_habit(habit, genre))

    def tempo_of(self, habit: Habit, genre: Genre) -> float:
        """The habit's tempo, bent towards what is liked as far as such pieces vary."""
        promised = dict(promise(habit, genre))
        step = 0.05
        slower, faster = (
            self.of({**promised, **_at_pace(promised, octaves)}, genre) for octaves in (-step, step)
        )
        octaves = (faster - slower) / (2 * step) * TEMPO_SPREAD**2
        return habit.tempo * 2 ** min(max(octaves, -MOST_BEND), MOST_BEND)

    def to_plain(self) -> dict[str, Any]:
        """A dict that `json.dumps` takes."""
        return {
            "likings": {
                trait: [round(value, 5) for value in (one.mean, one.deviation, one.weight, one.bend)]
                for trait, one in sorted(self.likings.items())
            },
            "genres": {str(genre): round(worth, 5) for genre, worth in sorted(self.genres.items())},
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Read what `to_plain` gave. Raises ValueError, KeyError or TypeError where it is no leaning."""
        likings = {trait: Liking(*map(_number, values)) for trait, values in plain["likings"].items()}
        genres = {Genre(name): _number(worth) for name, worth in plain["genres"].items()}
        worths = [*genres.values(), *(part for one in likings.values() for part in (one.weight, one.bend))]
        if set(likings) - _KNOWN or any(one.deviation <= 0 for one in likings.values()):
            raise ValueError("not a leaning")
        if any(abs(worth) > MOST for worth in worths):
            raise ValueError("a leaning past all bounds")
        return cls(likings, genres)


NO_LEANING = Leaning({})
"""All is liked alike."""

_KNOWN = {*TRAITS, *(trait for traits in VERSE_TRAITS.values() for trait in traits)}


def eager(liked: float) -> float:
    """How many times as often as usual a choice is made that is liked so, in logits."""
    return math.exp(min(max(EAGERNESS * liked, -MOST_EAGER), MOST_EAGER))


def gains(liked: Sequence[float], *, each: float, most: float) -> list[float]:
    """What candidates of one work gain by being liked more than the others are on average: so much for each
    logit, but no more than `most`.
    """
    usual = sum(liked) / len(liked)
    return [min(max(each * (one - usual), -most), most) for one in liked]


def describe(score: Score) -> Described:
    """Every trait of finished music; of empty music only those that its plan tells."""
    table = tabulate(score)
    sounding = sum(bool(part.notes) for part in score.parts)
    told = {
        "minor": float(score.key.mode is Mode.MINOR),
        "pace": math.log2(score.tempo),
        "triple": float(_is_triple(score.metre)),
    }
    if table.is_empty:
        return told
    moments = len({note.onset for part in score.parts for note in part.notes})
    density = math.log2(moments * TICKS_PER_QUARTER / (score.bars * score.metre.bar_ticks))
    return {
        **told,
        "density": density,
        "speed": _speed(density, score.tempo, score.metre),
        "register": mean_pitch(score),
        "leaps": average_pitch_interval(table),
        "voices": math.log2(sounding),
    }


@lru_cache(maxsize=2048)
def promise(habit: Habit, genre: Genre) -> Described:
    """What music that follows a genre's habit is likely to be like."""
    metre, density = Metre.parse(habit.metre), math.log2(_DENSITIES[habit.density])
    told = {
        "minor": float(habit.mode == Mode.MINOR),
        "pace": math.log2(habit.tempo),
        "density": density,
        "speed": _speed(density, habit.tempo, metre),
        "register": habit.mean_pitch,
        "voices": math.log2(habit.parts),
        "triple": float(_is_triple(metre)),
    }
    leaps = _usual_leaps().get(genre)
    return told if leaps is None else {**told, "leaps": leaps}


_DENSITIES = (
    0.75 * DENSITY_EDGES[0],
    *(math.sqrt(low * high) for low, high in pairwise(DENSITY_EDGES)),
    1.15 * DENSITY_EDGES[-1],
)
"""The middle of each density class, in moments a quarter."""


@cache
def _usual_leaps() -> Mapping[Genre, float]:
    norms = Norms.load().genres
    return {genre: checks["intervals"].mean for genre, checks in norms.items() if "intervals" in checks}


def _at_pace(promised: Described, octaves: float) -> dict[str, float]:
    """The traits that change where the same music is played faster."""
    return {trait: promised[trait] + octaves for trait in ("pace", "speed")}


def _speed(density: float, tempo: float, metre: Metre) -> float:
    quarters_a_second = tempo / 60 * metre.beat_ticks / TICKS_PER_QUARTER
    return density + math.log2(quarters_a_second)


def _is_triple(metre: Metre) -> bool:
    return metre.beats % 3 == 0


def _number(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("not a number")
    return float(value)
