"""From a network to stanzas: sampling and beam search over many rows side by side, held by constraints.

Knows what may come next and what is wished for; not what is good verse.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from models.lyrics.networks import Sources, Speaker
from models.lyrics.pairs import END
from models.lyrics.rows import Rows, Task, Told, Words, Written
from models.lyrics.vocabulary import BOS
from models.sampling import choose

_FARTHEST = 5.0
"""The most nats by which a scene can count for or against a token, before they are multiplied."""

_HALF_STRANGE = 0.4
"""How strange a word is that was read before the next one, but not before the next two."""


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


class Sampling:
    """Writes every task by chance, each by its own seed, so that its result is its own; a token at a step."""

    def __init__(self, speaker: Speaker[Any], tasks: Sequence[Task], words: Words, manner: Manner) -> None:
        self.words, self.manner = words, manner
        self.rows = [Written.nothing(task) for task in tasks]
        self._chances = [np.random.default_rng(task.seed) for task in tasks]
        self._going = list(range(len(tasks)))
        with torch.inference_mode():
            self._voice = _Voice(speaker, tasks, words, manner)

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


def sample(speaker: Speaker[Any], tasks: Sequence[Task], words: Words, manner: Manner) -> list[Written]:
    """Write every task by chance, at once."""
    sampling = Sampling(speaker, tasks, words, manner)
    while not sampling.finished:
        sampling.step()
    return sampling.rows


@torch.inference_mode()
def search(
    speaker: Speaker[Any], tasks: Sequence[Task], words: Words, manner: Manner, *, beams: int
) -> list[list[Written]]:
    """The likeliest rows of each task, the best first, by beam search with `beams` rows a task."""
    going = [[Written.nothing(task)] for task in tasks]
    done: list[list[Written]] = [[] for _ in tasks]
    voice = _Voice(speaker, tasks, words, manner)
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

    def __init__(self, speaker: Speaker[Any], tasks: Sequence[Task], words: Words, manner: Manner) -> None:
        self.speaker, self.manner, self.words = speaker, manner, words
        self.pauses = words.marks * np.float32(manner.pauses)
        self.small = (words.begins & ~words.telling) * np.float32(manner.smallness)
        self.strangeness = words.begins.astype(np.float32) * manner.strangeness
        self.rows = len(tasks)
        self.device = speaker.device
        sources = [list(task.source) for task in tasks]
        copyable = [list(task.copyable) for task in tasks]
        if manner.guidance:
            kept = [[not flag for flag in flags] for flags in copyable]
            sources += [
                [token for token, keep in zip(row, keeps, strict=True) if keep]
                for row, keeps in zip(sources, kept, strict=True)
            ]
            copyable += [[False] * sum(keeps) for keeps in kept]
        self.state = speaker.begin(Sources.of(sources, copyable).to(self.device))

    def after(self, rows: Sequence[Written]) -> Told:
        """What may follow the rows."""
        last = [row.tokens[-1] if row.tokens else BOS for row in rows]
        tokens = torch.tensor(last * 2 if self.manner.guidance else last, device=self.device)
        told, self.state = self.speaker.step(self.state, tokens)
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
