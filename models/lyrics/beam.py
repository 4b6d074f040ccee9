"""From a network to stanzas: sampling and beam search over many rows side by side, held by constraints.

Knows token ids, which of them begin words, and what may come next; not what is good verse.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
import torch
from numpy.typing import NDArray

from models.lyrics.networks import Sources, Writer
from models.lyrics.vocabulary import BOS, Vocabulary
from models.sampling import choose

Rows = NDArray[np.float32]
"""(R, V) log-probabilities."""

_FARTHEST = 5.0
"""The most nats by which a scene can count for or against a token, before they are multiplied."""


class Hold(Protocol):
    """Where one row stands under its constraints. Never changed, so that beams can share it."""

    @property
    def finished(self) -> bool: ...

    def allowed(self) -> NDArray[np.bool_]:
        """(V,) which tokens may come next; at least one."""
        ...

    def after(self, token: int) -> "Hold": ...


class Constraint(Protocol):
    """What one stanza is held to."""

    def start(self) -> Hold: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How tokens are chosen. `guidance` is λ of log p(y|x) + λ (log p(y|x) - log p(y)), where p(y) is told
    no keywords; `bonus` the nats that each word wished for gets until it is there, per piece; `longest`
    when a row is given up.
    """

    temperature: float = 0.9
    top_p: float = 0.92
    guidance: float = 0.0
    bonus: float = 2.0
    longest: int = 200


@dataclass(frozen=True, slots=True)
class Words:
    """(V,) each: the tokens that begin a word, and all that words are made of."""

    begins: NDArray[np.bool_]
    pieces: NDArray[np.bool_]

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> Self:
        ids = range(len(vocabulary))
        return cls(
            np.array([vocabulary.starts_word(token) for token in ids]),
            np.array([vocabulary.is_piece(token) for token in ids]),
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


Spellings = tuple[tuple[int, ...], ...]
"""A word wished for: the pieces of each of its forms, any of which will do."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The words still wished for, and those begun: the wish's place and the pieces that are missing."""

    waiting: tuple[Spellings, ...]
    begun: tuple[tuple[Spellings, tuple[int, ...]], ...] = ()

    def next_pieces(self) -> list[int]:
        """What brings a wish nearer."""
        firsts = [spelling[0] for wish in self.waiting for spelling in wish]
        return list({*firsts, *(missing[0] for _, missing in self.begun)})

    def after(self, token: int) -> "Wishes":
        started = [(wish, spelling) for wish in self.waiting for spelling in wish]
        gone_on = [(wish, rest[1:]) for wish, rest in (*started, *self.begun) if rest[0] == token]
        granted = [wish for wish, missing in gone_on if not missing]
        waiting = tuple(wish for wish in self.waiting if wish not in granted)
        return Wishes(waiting, tuple(part for part in gone_on if part[1] and part[0] not in granted))


@dataclass(frozen=True, slots=True)
class Task:
    """One stanza to write: its source, which of its tokens are keywords', the constraints it starts under,
    the words wished for, and the seed of its chances.
    """

    source: Sequence[int]
    copyable: Sequence[bool]
    hold: Hold
    wishes: tuple[Spellings, ...] = ()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """A row as it was written: -log p of its tokens by the network alone, and what it was chosen by."""

    tokens: tuple[int, ...]
    nats: float
    score: float
    hold: Hold
    wishes: Wishes

    @classmethod
    def nothing(cls, task: Task) -> Self:
        return cls((), 0.0, 0.0, task.hold, Wishes(task.wishes))

    @property
    def normalised(self) -> float:
        """The score of beam search: longer rows are not punished for their length (Wu et al. 2016)."""
        return self.score / ((5 + len(self.tokens)) / 6) ** 0.6

    def with_token(self, token: int, likely: float, steered: float) -> "Written":
        return Written(
            (*self.tokens, token),
            self.nats - likely,
            self.score + steered,
            self.hold.after(token),
            self.wishes.after(token),
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


@torch.inference_mode()
def sample(writer: Writer[Any], tasks: Sequence[Task], words: Words, manner: Manner) -> list[Written]:
    """Write every task by chance, each by its own seed, so that its result is its own."""
    chances = [np.random.default_rng(task.seed) for task in tasks]
    rows = {index: Written.nothing(task) for index, task in enumerate(tasks)}
    going = list(rows)
    voice = _Voice(writer, tasks, manner)
    while going:
        likely, steered = voice.after([rows[index] for index in going])
        for at, index in enumerate(going):
            row = rows[index]
            token = choose(
                steered[at],
                row.allowed(words),
                temperature=manner.temperature,
                top_p=manner.top_p,
                chance=chances[index].random(),
            )
            rows[index] = row.with_token(token, likely[at, token], steered[at, token])
        still = [at for at, index in enumerate(going) if not _over(rows[index], manner)]
        if len(still) < len(going):
            voice.keep(still)
            going = [going[at] for at in still]
    return [rows[index] for index in range(len(tasks))]


@torch.inference_mode()
def search(
    writer: Writer[Any], tasks: Sequence[Task], words: Words, manner: Manner, *, beams: int
) -> list[list[Written]]:
    """The likeliest rows of each task, the best first, by beam search with `beams` rows a task."""
    going = [[Written.nothing(task)] for task in tasks]
    done: list[list[Written]] = [[] for _ in tasks]
    voice = _Voice(writer, tasks, manner)
    while any(going):
        rows = [row for task in going for row in task]
        likely, steered = voice.after(rows)
        first, origins = 0, list[int]()
        for index, live in enumerate(going):
            places = slice(first, first + len(live))
            found = _widen(live, likely[places], steered[places], words, beams)
            done[index] += [row for _, row in found if _over(row, manner)]
            kept = [] if len(done[index]) >= beams else [one for one in found if not _over(one[1], manner)]
            origins += [first + origin for origin, _ in kept]
            first += len(live)
            going[index] = [row for _, row in kept]
        voice.keep(origins)
    return [sorted(rows, key=lambda row: -row.normalised)[:beams] for rows in done]


def _widen(
    live: Sequence[Written], likely: Rows, steered: Rows, words: Words, beams: int
) -> list[tuple[int, Written]]:
    """The `beams` best continuations of a task's rows, each with the row that it continues."""
    if not live:
        return []
    allowed = np.stack([row.allowed(words) for row in live])
    scores = np.where(allowed, steered + np.array([[row.score] for row in live]), -np.inf).ravel()
    count = min(beams, int(np.isfinite(scores).sum()))
    best = np.argpartition(-scores, min(count, len(scores) - 1))[:count]
    best = best[np.argsort(-scores[best], kind="stable")]
    found: list[tuple[int, Written]] = []
    for origin, token in zip(*np.divmod(best, likely.shape[1]), strict=True):
        row = live[origin].with_token(int(token), likely[origin, token], steered[origin, token])
        found.append((int(origin), row))
    return found


def _over(row: Written, manner: Manner) -> bool:
    return row.hold.finished or len(row.tokens) >= manner.longest


class _Voice:
    """The network's state for rows in step; with guidance, each row a second time without keywords."""

    def __init__(self, writer: Writer[Any], tasks: Sequence[Task], manner: Manner) -> None:
        self.writer, self.manner = writer, manner
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

    def after(self, rows: Sequence[Written]) -> tuple[Rows, Rows]:
        """(R, V) twice: log-probabilities of what follows the rows, and the same with guidance and bonus."""
        last = [row.tokens[-1] if row.tokens else BOS for row in rows]
        tokens = torch.tensor(last * 2 if self.manner.guidance else last, device=self.device)
        told, self.state = self.writer.step(self.state, tokens)
        likely: Rows = told[: len(rows)].cpu().numpy()
        steered = likely.copy()
        if self.manner.guidance:
            gain = likely - told[len(rows) :].cpu().numpy()
            steered += self.manner.guidance * gain.clip(-_FARTHEST, _FARTHEST)
        for at, row in enumerate(rows):
            steered[at, row.wishes.next_pieces()] += self.manner.bonus
        return likely, steered

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with these rows, in this order."""
        chosen = torch.tensor(rows, dtype=torch.int64, device=self.device)
        if self.manner.guidance:
            chosen = torch.cat([chosen, chosen + self.rows])
        self.state = self.state.select(chosen)
        self.rows = len(rows)
