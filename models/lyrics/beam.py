"""From a network to stanzas: sampling and beam search over many rows side by side, held by constraints.

Knows token ids, which of them begin words, and what may come next; not what is good verse.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
import torch
from numpy.typing import NDArray

from models.lyrics.metre import SMALL_WORDS
from models.lyrics.networks import Sources, Writer
from models.lyrics.pairs import END, Pairs
from models.lyrics.scenes import STOP_WORDS
from models.lyrics.stanzas import JOINT
from models.lyrics.vocabulary import BOS, EOL, WORD_START, Vocabulary
from models.sampling import choose

Rows = NDArray[np.float32]
"""(R, V) log-probabilities."""

_FARTHEST = 5.0
"""The most nats by which a scene can count for or against a token, before they are multiplied."""

_HALF_STRANGE = 0.4
"""How strange a word is that was read before the next one, but not before the next two."""

_UNTELLING = STOP_WORDS | SMALL_WORDS
_EARLY = 0.15
_IMPATIENCE = 0.75
_MOST_IMPATIENT = 2.5
"""How much a word is wished for before it is due, more with each line after, and at most."""


class Hold(Protocol):
    """Where one row stands under its constraints. Never changed, so that beams can share it."""

    @property
    def finished(self) -> bool: ...

    def allowed(self) -> NDArray[np.bool_]:
        """(V,) which tokens may come next; none where no word is left for a rhyme."""
        ...

    @property
    def beside(self) -> tuple[str, str | None] | None:
        """What a word that begins now would stand before, and what is after that (see `Pairs`); None where
        that tells nothing.
        """
        ...

    def after(self, token: int) -> "Hold": ...


class Constraint(Protocol):
    """What one stanza is held to."""

    def start(self) -> Hold: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How tokens are chosen. `heat` is what a temperature asked for is multiplied by: one language's network
    is surer than another's. `guidance` is λ of log p(y|x) + λ (log p(y|x) - log p(y)), where p(y) is
    told no keywords; `bonus` the nats that a word wished for gets per piece from the line on where it is due;
    `freshness` the nats that a telling word loses once it was said, `strangeness` those that a word loses
    before one that it was never read before, `pauses` those that a mark inside a line loses (a hyphen twice
    as many), `smallness` those that a small word (the, and, of) loses; `longest` when a row is given up.
    """

    temperature: float = 0.9
    heat: float = 1.0
    top_p: float = 0.92
    guidance: float = 0.0
    bonus: float = 2.0
    freshness: float = 0.0
    strangeness: float = 0.0
    pauses: float = 0.0
    smallness: float = 0.0
    longest: int = 200


@dataclass(frozen=True, slots=True)
class Words:
    """(V,) each: the tokens that begin a word, those of them that begin a telling one, and all that words are
    made of; what a mark costs inside a line; and which words were read side by side.
    """

    begins: NDArray[np.bool_]
    telling: NDArray[np.bool_]
    pieces: NDArray[np.bool_]
    marks: NDArray[np.float32]
    pairs: Pairs | None = None

    @classmethod
    def of(cls, vocabulary: Vocabulary, pairs: Pairs | None = None) -> Self:
        ids = range(len(vocabulary))
        begins = [vocabulary.starts_word(token) for token in ids]
        small = [vocabulary.names[token].removeprefix(WORD_START) in _UNTELLING for token in ids]
        return cls(
            np.array(begins),
            np.array([first and not little for first, little in zip(begins, small, strict=True)]),
            np.array([vocabulary.is_piece(token) for token in ids]),
            np.array(
                [vocabulary.is_mark(token) * (1.0 + (vocabulary.names[token] == JOINT)) for token in ids],
                np.float32,
            ),
            pairs,
        )

    def repeated(self, tokens: Sequence[int]) -> list[int]:
        """The tokens that would repeat three pieces in a row of `tokens`, of at least two words."""
        if len(tokens) < 3 or not all(self.pieces[token] for token in tokens[-2:]):
            return []
        one, two = tokens[-2:]
        begun = int(self.begins[one]) + int(self.begins[two])
        thirds = (
            tokens[at + 2] for at in range(len(tokens) - 2) if tokens[at] == one and tokens[at + 1] == two
        )
        return [third for third in thirds if self.pieces[third] and begun + int(self.begins[third]) >= 2]


@dataclass(frozen=True, slots=True)
class Wish:
    """A word wished for: the pieces of each of its forms, any of which will do, and the line it is due in."""

    spellings: tuple[tuple[int, ...], ...]
    due: int = 0

    def weight(self, line: int) -> float:
        """How much it is wished for in a line: more and more, once it is due."""
        return min(1.0 + _IMPATIENCE * (line - self.due), _MOST_IMPATIENT) if line >= self.due else _EARLY


@dataclass(frozen=True, slots=True)
class Wishes:
    """The words still wished for, and those begun: the wish and the pieces that are missing."""

    waiting: tuple[Wish, ...]
    begun: tuple[tuple[Wish, tuple[int, ...]], ...] = ()

    def next_pieces(self, line: int = 0) -> dict[int, float]:
        """What brings a wish nearer, and how much it is wished for."""
        if not self.waiting:
            return {}
        found = {missing[0]: _MOST_IMPATIENT for _, missing in self.begun}
        for wish in self.waiting:
            for spelling in wish.spellings:
                found[spelling[0]] = max(found.get(spelling[0], 0.0), wish.weight(line))
        return found

    def after(self, token: int) -> "Wishes":
        if not self.waiting:
            return self
        started = [(wish, spelling) for wish in self.waiting for spelling in wish.spellings]
        gone_on = [(wish, rest[1:]) for wish, rest in (*started, *self.begun) if rest[0] == token]
        if not gone_on and not self.begun:
            return self
        granted = [wish for wish, missing in gone_on if not missing]
        waiting = tuple(wish for wish in self.waiting if wish not in granted)
        return Wishes(waiting, tuple(part for part in gone_on if part[1] and part[0] not in granted))


@dataclass(frozen=True, slots=True)
class Task:
    """One stanza to write: its source, which of its tokens are keywords', the constraints it starts under,
    the words wished for, the first pieces of telling words that were `said` before, and the seed of its
    chances.
    """

    source: Sequence[int]
    copyable: Sequence[bool]
    hold: Hold
    wishes: tuple[Wish, ...] = ()
    said: frozenset[int] = frozenset()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """A row as it was written: -log p of its tokens by the network alone, what it was chosen by, how much
    likelier the keywords make it (where there is guidance), how many lines are done, and the telling words'
    first pieces that were said.
    """

    tokens: tuple[int, ...]
    nats: float
    score: float
    hold: Hold
    wishes: Wishes
    gain: float = 0.0
    line: int = 0
    said: frozenset[int] = frozenset()

    @classmethod
    def nothing(cls, task: Task) -> Self:
        return cls((), 0.0, 0.0, task.hold, Wishes(task.wishes), said=task.said)

    @property
    def normalised(self) -> float:
        """The score of beam search: longer rows are not punished for their length (Wu et al. 2016)."""
        return self.score / ((5 + len(self.tokens)) / 6) ** 0.6

    def with_token(self, token: int, told: "Told", at: int, words: Words) -> "Written":
        """A token more; `at` is this row's place among those told."""
        return Written(
            (*self.tokens, token),
            self.nats - float(told.likely[at, token]),
            self.score + float(told.steered[at, token]),
            self.hold.after(token),
            self.wishes.after(token),
            self.gain + (0.0 if told.gain is None else float(told.gain[at, token])),
            self.line + (token == EOL),
            self.said | {token} if words.telling[token] and token not in self.said else self.said,
        )

    def allowed(self, words: Words) -> NDArray[np.bool_]:
        """(V,) what may come: not what repeats, unless nothing else is left."""
        allowed = self.hold.allowed()
        repeated = words.repeated(self.tokens)
        if not repeated:
            return allowed
        fresh = allowed.copy()
        fresh[repeated] = False
        return fresh if fresh.any() else allowed


@dataclass(frozen=True, slots=True)
class Told:
    """(R, V) each of what follows some rows: log-probabilities, the same with guidance and bonus, and how
    much the keywords add.
    """

    likely: Rows
    steered: Rows
    gain: Rows | None


class Sampling:
    """Writes every task by chance, each by its own seed, so that its result is its own; a token at a step."""

    def __init__(self, writer: Writer[Any], tasks: Sequence[Task], words: Words, manner: Manner) -> None:
        self.words, self.manner = words, manner
        self.rows = [Written.nothing(task) for task in tasks]
        self._chances = [np.random.default_rng(task.seed) for task in tasks]
        self._going = list(range(len(tasks)))
        with torch.inference_mode():
            self._voice = _Voice(writer, tasks, words, manner)

    @property
    def finished(self) -> bool:
        return not self._going

    @torch.inference_mode()
    def step(self) -> None:
        """Write a token more of every row that is not over."""
        told = self._voice.after([self.rows[index] for index in self._going])
        still: list[int] = []
        for at, index in enumerate(self._going):
            row = self.rows[index]
            allowed = row.allowed(self.words)
            if not allowed.any():  # no word is left for the rhyme: this row is given up
                continue
            token = choose(
                told.steered[at],
                allowed,
                temperature=self.manner.temperature,
                top_p=self.manner.top_p,
                chance=self._chances[index].random(),
            )
            self.rows[index] = row.with_token(token, told, at, self.words)
            if not _over(self.rows[index], self.manner):
                still.append(at)
        if 0 < len(still) < len(self._going):
            self._voice.keep(still)
        self._going = [self._going[at] for at in still]


def sample(writer: Writer[Any], tasks: Sequence[Task], words: Words, manner: Manner) -> list[Written]:
    """Write every task by chance, at once."""
    sampling = Sampling(writer, tasks, words, manner)
    while not sampling.finished:
        sampling.step()
    return sampling.rows


@torch.inference_mode()
def search(
    writer: Writer[Any], tasks: Sequence[Task], words: Words, manner: Manner, *, beams: int
) -> list[list[Written]]:
    """The likeliest rows of each task, the best first, by beam search with `beams` rows a task."""
    going = [[Written.nothing(task)] for task in tasks]
    done: list[list[Written]] = [[] for _ in tasks]
    voice = _Voice(writer, tasks, words, manner)
    while any(going):
        rows = [row for task in going for row in task]
        told = voice.after(rows)
        first, origins = 0, list[int]()
        for index, live in enumerate(going):
            found = _widen(live, told, first, words, beams)
            done[index] += [row for _, row in found if _over(row, manner)]
            kept = [] if len(done[index]) >= beams else [one for one in found if not _over(one[1], manner)]
            origins += [first + origin for origin, _ in kept]
            first += len(live)
            going[index] = [row for _, row in kept]
        voice.keep(origins)
    return [sorted(rows, key=lambda row: -row.normalised)[:beams] for rows in done]


def _widen(
    live: Sequence[Written], told: Told, first: int, words: Words, beams: int
) -> list[tuple[int, Written]]:
    """The `beams` best continuations of a task's rows, each with the row that it continues; the task's first
    row is `first` among those told.
    """
    if not live:
        return []
    allowed = np.stack([row.allowed(words) for row in live])
    steered = told.steered[first : first + len(live)]
    scores = np.where(allowed, steered + np.array([[row.score] for row in live]), -np.inf).ravel()
    count = min(beams, int(np.isfinite(scores).sum()))
    best = np.argpartition(-scores, min(count, len(scores) - 1))[:count]
    best = best[np.argsort(-scores[best], kind="stable")]
    return [
        (int(origin), live[origin].with_token(int(token), told, first + int(origin), words))
        for origin, token in zip(*np.divmod(best, steered.shape[1]), strict=True)
    ]


def _over(row: Written, manner: Manner) -> bool:
    return row.hold.finished or len(row.tokens) >= manner.longest


class _Voice:
    """The network's state for rows in step; with guidance, each row a second time without keywords."""

    def __init__(self, writer: Writer[Any], tasks: Sequence[Task], words: Words, manner: Manner) -> None:
        self.writer, self.manner, self.words = writer, manner, words
        self.pauses = words.marks * np.float32(manner.pauses)
        self.small = (words.begins & ~words.telling) * np.float32(manner.smallness)
        self.strangeness = words.begins.astype(np.float32) * manner.strangeness
        self.rows = len(tasks)
        self.device = next(writer.parameters()).device
        sources = [list(task.source) for task in tasks]
        copyable = [list(task.copyable) for task in tasks]
        if manner.guidance:
            kept = [[not flag for flag in flags] for flags in copyable]
            sources += [
                [token for token, keep in zip(row, keeps, strict=True) if keep]
                for row, keeps in zip(sources, kept, strict=True)
            ]
            copyable += [[False] * sum(keeps) for keeps in kept]
        self.state = writer.begin(Sources.of(sources, copyable).to(self.device))

    def after(self, rows: Sequence[Written]) -> Told:
        """What may follow the rows."""
        last = [row.tokens[-1] if row.tokens else BOS for row in rows]
        tokens = torch.tensor(last * 2 if self.manner.guidance else last, device=self.device)
        told, self.state = self.writer.step(self.state, tokens)
        likely: Rows = told[: len(rows)].cpu().numpy()
        steered, gain = likely.copy(), None
        if self.manner.guidance:
            gain = likely - told[len(rows) :].cpu().numpy()
            steered += self.manner.guidance * gain.clip(-_FARTHEST, _FARTHEST)
        steered -= self.small
        for at, row in enumerate(rows):
            beside = row.hold.beside
            if beside is not None and beside[0] != END:
                steered[at] -= self.pauses
            if beside is not None and self.manner.strangeness and self.words.pairs:
                before = self.words.pairs.openings_before(*beside)
                if len(before.known):
                    steered[at] -= self.strangeness
                    steered[at, before.known] += self.manner.strangeness * (1 - _HALF_STRANGE)
                    steered[at, before.usual] += self.manner.strangeness * _HALF_STRANGE
            if self.manner.freshness and row.said:
                steered[at, list(row.said)] -= self.manner.freshness
            for piece, weight in row.wishes.next_pieces(row.line).items():
                steered[at, piece] += weight * self.manner.bonus
        return Told(likely, steered, gain)

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with these rows, in this order."""
        chosen = torch.tensor(rows, dtype=torch.int64, device=self.device)
        if self.manner.guidance:
            chosen = torch.cat([chosen, chosen + self.rows])
        self.state = self.state.select(chosen)
        self.rows = len(rows)
