"""A run of learning: from a request to a version and the gate's word on it, in steps that can be resumed.

The votes are learned from three times: for the leaning, which foretells each work from votes on others; for
networks, in two halves, each tried on the works of the other, whose mean is what is kept; and shuffled, which
tells taste from chance. Knows the order of things and what is kept of them; what is learned and what counts
is in the modules beside it.
"""

import hashlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor

from domain.finetuning import Finetuned, FinetuneRequest, Gated, Learning, adapter_name
from models.adapters import Adapter, Deltas, adapted
from models.leanings import NO_LEANING, Leaning
from training.finetuning.changes import changes_of
from training.finetuning.checkpoints import read_standing
from training.finetuning.foretelling import foretell
from training.finetuning.frugality import give_back
from training.finetuning.gate import (
    KEPT_LUCK,
    LUCKY,
    NETWORK_LUCK,
    SHUFFLES,
    luck,
    objection,
    shuffled,
    verdict,
)
from training.finetuning.learner import Learner
from training.finetuning.low_rank import as_shipped, mean_of, scaled
from training.finetuning.preferences import Pair, accuracy, pairs_of
from training.finetuning.preferring import Preferring
from training.finetuning.runs import Run
from training.finetuning.splits import folds, within
from training.finetuning.students import Student, nats_of
from training.finetuning.subjects import Subject, open_subject

HALVES = 2

FEWEST_STEPS, MOST_STEPS = 60, 240
"""Of learning a half: twice as many as it has works, between these."""

GAMES = 60
"""Steps of a game against a critic."""

PLAYED = "played"
"""What is learned by that is kept as."""

FACTORS = (1.0, 0.7, 0.5, 0.35, 0.25)
"""What deltas are scaled back by, until they forget as little as is aimed at."""


def learn(request: FinetuneRequest, weights: Path, folder: Path) -> Iterator[Learning | Finetuned]:
    """Learn from votes: `Learning` every second or so, at last `Finetuned`.

    `folder` is the run's own, where checkpoints are kept; whoever has kept what came of it may remove it.
    What is left off, by closing the iterator or by a kill at any moment, is gone on with where the same
    request is made again, and ends in the same bytes. Raises Unavailable where weights can't be used, OSError
    where the folder can't be written to.
    """
    pairs = pairs_of(request.lessons, request.preferred)
    refusal = objection(request.lessons, pairs, request.preferred)
    if refusal is not None:
        figures = {"lessons": float(len(request.lessons))}
        yield Finetuned(gated=Gated(refusal=refusal, figures=figures), adapter=None)
        return
    subject = yield from open_subject(request, weights)
    yield Learning(fraction=0.0)
    yield from Course(request, pairs, subject, folder).run()


class Course:
    """A request that there is something to learn from, on the way to its version."""

    def __init__(
        self, request: FinetuneRequest, pairs: Sequence[Pair], subject: Subject, folder: Path
    ) -> None:
        self._request, self._pairs, self._subject = request, pairs, subject
        self._half = folds(request.lessons, HALVES, seed=request.seed)
        asked = (request.teachable, request.lessons, request.preferred, request.seed, dict(subject.bases))
        self._run = Run(folder, hashlib.sha256(repr(asked).encode()).hexdigest(), self._work_to_do())

    def run(self) -> Iterator[Learning | Finetuned]:
        request, view = self._request, self._subject.view
        foretold = foretell(request.lessons, request.preferred, view)
        yield from self._shuffle(accuracy(foretold.expected, self._pairs))
        leans = foretold.anything and self._run.plain["reached"] <= LUCKY
        scores = foretold.expected if leans else [0.0] * len(request.lessons)
        scores, deltas, chance = yield from self._teach_all(scores)
        sure = leans or chance <= NETWORK_LUCK
        figures = {
            "lessons": float(len(request.lessons)),
            "accuracy": accuracy(scores, self._pairs),
            "accuracy_before": 0.5,
        }
        leaning = (foretold.leaning if leans else None) or NO_LEANING
        played = yield from self._play(leaning)
        adapter = Adapter(
            teachable=request.teachable,
            bases=self._subject.bases,
            leaning=leaning,
            latent=foretold.latent if leans else None,
            deltas={**deltas, **played},
        )
        gated, content = yield from self._examine(adapter, figures, sure=sure)
        if played and not gated.accepted:
            # What is drawn by the leaning may still do where notes that are written by it don't.
            yield self._run.advance("rehearsal", 0.0)
            without = replace(adapter, deltas=deltas)
            gated, content = yield from self._examine(without, figures, sure=sure)
        self._run.save()
        yield Finetuned(gated=gated, adapter=content, changes=changes_of(leaning))

    def _work_to_do(self) -> dict[str, int]:
        students = self._subject.students
        return {
            "shuffle": SHUFFLES,
            "step": sum(self._steps(half) for half in range(HALVES)) * len(students),
            "reward": sum(len(work) > 0 for student in students for work in student.works),
            "play": 0 if self._subject.player is None else GAMES,
            "nats": 2 * sum(len(student.held_out) for student in self._subject.learning),
            "rehearsal": 1,
        }

    def _steps(self, half: int) -> int:
        return min(max(2 * self._half.count(half), FEWEST_STEPS), MOST_STEPS)

    def _shuffle(self, found: float) -> Iterator[Learning]:
        """Count how often shuffled votes are foretold as well, no further than it matters."""
        plain, request = self._run.plain, self._request
        plain.setdefault("reached", 0 if found > 0.5 else SHUFFLES)
        for turn in range(plain.setdefault("tried", 0), SHUFFLES):
            if plain["reached"] > LUCKY:
                break
            lessons, preferred = shuffled(request.lessons, request.preferred, seed=request.seed, turn=turn)
            scores = foretell(lessons, preferred, self._subject.view).expected
            plain["reached"] += int(accuracy(scores, pairs_of(lessons, preferred)) >= found)
            plain["tried"] = turn + 1
            yield self._run.advance("shuffle")
        self._run.skip("shuffle")

    def _teach_all(
        self, scores: list[float]
    ) -> Generator[Learning, None, tuple[list[float], dict[str, Deltas], float]]:
        """What networks foretell beside these scores, deltas that are worth it, and how lucky they are."""
        deltas: dict[str, Deltas] = {}
        least = 1.0
        students = self._subject.students
        for student in students:
            rewards = yield from self._teach(student)
            gained = [score + reward for score, reward in zip(scores, rewards, strict=True)]
            chance = min(self._luck_of(rewards) * len(students), 1.0)
            if chance <= KEPT_LUCK and accuracy(gained, self._pairs) > accuracy(scores, self._pairs):
                scores, least = gained, min(least, chance)
                deltas[student.name] = _mean(self._run.tensors, student.name)
        return scores, deltas, least

    def _luck_of(self, rewards: Sequence[float]) -> float:
        """How probable it is that random votes agree as well with what was foretold of them.

        What one half says of the other hangs together with what the other says of it, so that both are worth
        no more than one: twice their mean is probable enough whatever they have in common.
        """
        halves = [within(self._pairs, [at == half for at in self._half]) for half in range(HALVES)]
        if not all(halves):
            return 1.0
        return sum(luck(rewards, pairs, seed=self._request.seed) for pairs in halves)

    def _teach(self, student: Student[Any]) -> Generator[Learning, None, list[float]]:
        """Learn each half of the votes; what each half foretells of the other's works."""
        rewards: dict[str, float] = self._run.plain.setdefault(f"rewards.{student.name}", {})
        for half in range(HALVES):
            name, kept = f"{student.name}.{half}", [at == half for at in self._half]
            if name in self._run.plain.setdefault("finished", []):
                continue
            preferring = Preferring(
                student.reader,
                student.network,
                student.works,
                within(self._pairs, kept),
                student.replayed,
                seed=self._request.seed * HALVES + half,
            )
            self._resume(preferring, name)
            steps = self._steps(half) if preferring.learnable else 0
            while preferring.steps_done < steps:
                loss = preferring.step(steps)
                yield self._run.advance("step", loss=loss)
            for place, work in enumerate(student.works):
                if work and not kept[place] and str(place) not in rewards:
                    rewards[str(place)] = preferring.reward(work)
                    yield self._run.advance("reward")
            self._finish(preferring, name)
        return [rewards.get(str(place), 0.0) for place in range(len(student.works))]

    def _play(self, leaning: Leaning) -> Generator[Learning, None, dict[str, Deltas]]:
        """The deltas of who plays for what the leaning likes; none where nobody does, or nothing is liked."""
        player = self._subject.player
        if player is None or leaning == NO_LEANING:
            return {}
        student = player.student
        name = f"{student.name}.{PLAYED}"
        if name not in self._run.plain.setdefault("finished", []):
            playing = player.begin(leaning.of_score, seed=self._request.seed)
            self._resume(playing, name)
            while playing.steps_done < GAMES:
                loss = -playing.step(GAMES)
                yield self._run.advance("play", loss=loss)
            self._finish(playing, name)
        return {student.name: _half(self._run.tensors, name)}

    def _resume(self, learner: Learner, name: str) -> None:
        """Go on with what was learned where it was left off, and write it down from now on."""
        kept = {
            key.removeprefix(f"{name}/"): tensor
            for key, tensor in self._run.tensors.items()
            if key.startswith(f"{name}/")
        }
        if kept:
            learner.restore(kept)
        self._run.standing = lambda: {f"{name}/{key}": each for key, each in learner.state().items()}

    def _finish(self, learner: Learner, name: str) -> None:
        """Keep no more of a learner than its deltas."""
        run = self._run
        run.tensors = {key: each for key, each in run.tensors.items() if not key.startswith(f"{name}/")}
        for matrix, (up, down) in learner.deltas.items():
            run.tensors |= {f"{name}.up/{matrix}": up, f"{name}.down/{matrix}": down}
        run.plain["finished"].append(name)
        run.standing = dict

    def _scale_back(
        self, deltas: Mapping[str, Deltas]
    ) -> Generator[Learning, None, tuple[dict[str, Deltas], float]]:
        """Deltas as far as they forget little, and how many times as much unlearned works cost with them."""
        worst, kept = 1.0, dict[str, Deltas]()
        for student in self._subject.learning:
            if student.name not in deltas:
                continue
            before = yield from self._nats(student, "before", {})
            ratio = 1.0
            for factor in FACTORS:
                kept[student.name] = as_shipped(scaled(deltas[student.name], factor))
                ratio = (yield from self._nats(student, str(factor), kept[student.name])) / before
                if ratio <= student.aim:
                    break
            worst = max(worst, ratio)
        return kept, worst

    def _nats(self, student: Student[Any], way: str, deltas: Deltas) -> Generator[Learning, None, float]:
        """What the held-out works cost with these deltas, in nats a token."""
        found: dict[str, float] = self._run.plain.setdefault(f"nats.{student.name}", {})
        if way not in found:
            network = adapted(student.network, deltas)
            nats, tokens = 0.0, 0
            for passage in student.held_out:
                cost, count = nats_of(student, network, passage)
                nats, tokens = nats + cost, tokens + count
                yield self._run.advance("nats")
            found[way] = nats / max(tokens, 1)
        return found[way]

    def _examine(
        self, adapter: Adapter, figures: Mapping[str, float], *, sure: bool
    ) -> Generator[Learning, None, tuple[Gated, bytes]]:
        """The gate's word on a version, of which the deltas are scaled back first, and its content."""
        if sure:
            deltas, ratio = yield from self._scale_back(adapter.deltas)
            adapter, figures = replace(adapter, deltas=deltas), {**figures, "nats_ratio": ratio}
        content = adapter.to_bytes()
        if sure:
            figures = {**figures, **(yield from self._rehearse(content))}
        return verdict(figures, sure=sure), content

    def _rehearse(self, content: bytes) -> Generator[Learning, None, dict[str, float]]:
        """What is made with the version is like beside what the shipped models make."""
        give_back()  # what learning has left, before what takes the most
        found: dict[str, dict[str, float]] = self._run.plain.setdefault("rehearsed", {})
        name = adapter_name(content)
        comparing, told = self._subject.rehearsing.compare(Adapter.from_bytes(content)), 0.0
        while name not in found:
            try:
                fraction = next(comparing)
            except StopIteration as finished:
                found[name] = finished.value
                break
            yield self._run.advance("rehearsal", fraction - told)
            told = fraction
        return found[name]


def learned_deltas(folder: Path, name: str) -> Deltas:
    """What the network of this name came to in a run that has ended, whether or not that was kept; nothing
    where it learned nothing. The run's folder has to be there still.
    """
    _, tensors = read_standing(folder) or ({}, {})
    played = _half(tensors, f"{name}.{PLAYED}")
    if played:
        return played
    learned = any(key.startswith(f"{name}.0.up/") for key in tensors)
    return _mean(tensors, name) if learned else {}


def _mean(tensors: Mapping[str, Tensor], name: str) -> Deltas:
    """The mean of both halves' deltas, as `_finish` left them."""
    return mean_of(_half(tensors, f"{name}.{half}") for half in range(HALVES))


def _half(tensors: Mapping[str, Tensor], name: str) -> Deltas:
    prefix = f"{name}.up/"
    matrices = [key.removeprefix(prefix) for key in tensors if key.startswith(prefix)]
    return {matrix: (tensors[f"{prefix}{matrix}"], tensors[f"{name}.down/{matrix}"]) for matrix in matrices}
