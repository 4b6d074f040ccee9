"""Learning what a server likes: what is learned from, and what comes of it.

A server's *version* of a style is the shipped model and an *adapter*, a small file named by the hash of its
content. Nothing here says who voted: lessons are works of the bot, and sums of votes.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import BadRequest, Reason
from domain.requests import WorkRequest
from domain.score import Score
from domain.verses import Verse

MAX_ADAPTER_BYTES = 2_000_000

FEWEST_LESSONS = 12
"""Rated works, compared pairs among them, below which nothing is learned."""

FEWEST_OF_A_SIDE = 3
"""So many works have to be liked, and so many not, for there to be a difference to learn."""

FEWEST_VOTERS = 2
"""What one person likes is not what a server likes, and no sum that hides who said it."""


def adapter_name(content: bytes) -> str:
    """What the adapter with this content is called, wherever it is kept or asked for."""
    return hashlib.sha256(content).hexdigest()[:16]


def version_with(version: str, adapter: str) -> str:
    """The version of a model as the adapter of this name changes it."""
    return f"{version}~{adapter[:8]}"


def adapter_in(version: str) -> str:
    """The beginning of the name of the adapter that the first model of a work was changed by; "" for none."""
    return version.partition("+")[0].partition("~")[2]


class Teachable(StrEnum):
    """What can be taught. A style's networks, or those that write verse in either language."""

    RNN = "rnn"
    VAE = "vae"
    GAN = "gan"
    LYRICS = "lyrics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What there is to learn from: rated works, their votes, and how many people cast those.

    `liked` works have more approval than disapproval. `spread` is the standard deviation of the works'
    approval (-1 to 1), `agreement` the share of pairs of people with one opinion (liked or not) of the same
    work, None where no two rated one. `pairs` were compared blind, with one of the two preferred.
    """

    works: int
    votes: int
    voters: int
    liked: int
    spread: float
    agreement: float | None
    pairs: int

    def check(self) -> None:
        """Raise BadRequest where this is not enough to learn from."""
        if self.votes + self.pairs == 0:
            raise BadRequest(Reason.FINETUNE_NO_VOTES)
        if self.works + self.pairs < FEWEST_LESSONS:
            raise BadRequest(Reason.FINETUNE_TOO_FEW, value=self.works + self.pairs, limit=FEWEST_LESSONS)
        if self.voters < FEWEST_VOTERS:
            raise BadRequest(Reason.FINETUNE_ONE_VOTER, limit=FEWEST_VOTERS)
        if self.works - self.liked + self.pairs < FEWEST_OF_A_SIDE:
            raise BadRequest(Reason.FINETUNE_ALL_LIKED, limit=FEWEST_OF_A_SIDE)
        if self.liked + self.pairs < FEWEST_OF_A_SIDE:
            raise BadRequest(Reason.FINETUNE_NONE_LIKED, limit=FEWEST_OF_A_SIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A work, and how people liked it.

    `made` is its notes without accompaniment, or its words. `request` is its recipe's, with every choice
    made. `approval` is the mean of its votes, -1 (everybody disliked it) to 1, and `voters` how many
    cast one: 0, with an approval of 0, where it is known from comparisons alone.
    """

    work_id: int
    request: WorkRequest
    made: Score | Verse
    approval: float
    voters: int


@dataclass(frozen=True, slots=True)
class Preferred:
    """That `margin` more people (at least 1) picked one work than the other, not knowing which was which."""

    liked_id: int
    disliked_id: int
    margin: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedWork:
    """A lesson as the library has it: of a clip its MIDI file, whose first `parts` tracks were composed."""

    work_id: int
    request: WorkRequest
    made: bytes | Verse
    approval: float
    voters: int
    parts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeachRequest:
    """What the tutor is asked for: a FinetuneRequest whose lessons are still to be read.

    `run` is the path of the run's own folder.
    """

    teachable: Teachable
    works: tuple[RatedWork, ...]
    preferred: tuple[Preferred, ...] = ()
    seed: int = 0
    run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeseeRequest:
    """What is asked for where nothing is to be learned yet: what would change."""

    works: tuple[RatedWork, ...]
    preferred: tuple[Preferred, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetuneRequest:
    """Learn from these lessons, on shipped weights. The same request and weights give the same."""

    teachable: Teachable
    lessons: tuple[Lesson, ...]
    preferred: tuple[Preferred, ...] = ()
    seed: int = 0


class Refusal(StrEnum):
    """Why a version was not accepted."""

    TOO_LITTLE = "too_little"
    NO_SPREAD = "no_spread"
    NOT_BETTER = "not_better"
    FORGETS = "forgets"
    OUT_OF_BANDS = "out_of_bands"
    LESS_DIVERSE = "less_diverse"
    COPIES = "copies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """What the gate measured, by name, and why it refused, if it did.

    Figures: `accuracy`, `accuracy_before` (of held-out preferences), `nats_ratio` (of the corpus, to before),
    `diversity_ratio`, `copied`, `copied_before`, `lessons`.
    """

    refusal: Refusal | None
    figures: Mapping[str, float]

    @property
    def accepted(self) -> bool:
        return self.refusal is None


class Aspect(StrEnum):
    """What may have changed in what is made, in the words of people."""

    MAJOR = "major"
    MINOR = "minor"
    FASTER = "faster"
    SLOWER = "slower"
    DENSER = "denser"
    SPARSER = "sparser"
    HIGHER = "higher"
    LOWER = "lower"
    SMOOTHER = "smoother"
    LEAPING = "leaping"
    LONGER_VERSE = "longer_verse"
    SHORTER_VERSE = "shorter_verse"
    LONGER_LINES = "longer_lines"
    SHORTER_LINES = "shorter_lines"
    COUPLETS = "couplets"
    APART = "apart"
    RHYMING = "rhyming"
    FREER = "freer"
    LONGER_WORDS = "longer_words"
    PLAINER_WORDS = "plainer_words"
    REGULAR = "regular"
    IRREGULAR = "irregular"
    EXCLAIMING = "exclaiming"
    CALMER = "calmer"
    ASKING = "asking"
    STATING = "stating"
    BRIGHTER = "brighter"
    DARKER = "darker"
    NATURE = "nature"
    LESS_NATURE = "less_nature"
    PERSONAL = "personal"
    IMPERSONAL = "impersonal"
    GENRE = "genre"
    """More of a genre or form, which is named beside it."""


@dataclass(frozen=True, slots=True)
class Change:
    """An aspect that is liked, how sure that is (0 to 1), and the genre or form meant by GENRE."""

    aspect: Aspect
    strength: float
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finetuned:
    """What a run ends in. `adapter` is the file's content, also where the gate refused it; None where nothing
    could be learned.
    """

    gated: Gated
    adapter: bytes | None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What votes would change if they were learned, as far as an instant tells: before networks, before the
    gate.

    `accuracy` is the share of votes that is foretold rightly from the others, 0.5 by chance.
    """

    changes: tuple[Change, ...]
    accuracy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """How far a run is, 0 to 1; the loss it learns by, None before the first; how long it will still take."""

    fraction: float
    loss: float | None = None
    remaining_seconds: float | None = None
