"""Simulated listeners vote on the shipped model's pieces; new pieces, after learning, are held against them.

What is learned in an instant is measured here, the leaning and the latent direction, each part of its use
alone; networks are not. Strengths were chosen on listeners from 100 on; those reported are 0 to 19.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from domain.finetuning import Lesson, Teachable, adapter_name
from domain.score import Score
from models.adapters import Adapter, version_with
from models.composition.gate import likings
from models.leanings import NO_LEANING, Leaning
from models.vae.drafting import VAEModel
from training.finetuning.gate import LEAST_GAIN, LUCKY, SHUFFLES, accuracy, shuffled
from training.finetuning.leaning import fit_leaning
from training.finetuning.listeners import Listener
from training.finetuning.pool import Drafted, Studio, kept_drafts
from training.finetuning.preferences import pairs_of
from training.finetuning.vae import LatentView, fit_latent
from training.gan.diversity import diversity

POOL = 240
"""Pieces of the shipped model that listeners know; each votes on some of them."""

VOTES = 60

FIRST_NEW = 10_000
"""The first seed of the pieces before and after learning, none of which was voted on."""

_MEASURED = 60
"""Pieces of the pool by which features are scaled."""

ROWS = ("choices", "gate", "choices and gate")
"""What is learned and used: of what is left open, among candidates, or both."""


@dataclass(frozen=True, slots=True)
class Learned:
    """An adapter, None where there is nothing in the votes; the accuracy on votes it was not learned from,
    and how many shuffles of the votes gave as much, of those that it took to tell.
    """

    adapter: Adapter | None
    accuracy: float
    lucky: int

    @property
    def accepted(self) -> bool:
        """As the gate has it."""
        return self.adapter is not None and self.accuracy >= 0.5 + LEAST_GAIN and self.lucky <= LUCKY


@dataclass(frozen=True, slots=True)
class Spread:
    """How different two new pieces are on average, beside two of the shipped model's from the same seeds.

    By the notes that they don't share, and by the features of Yang and Lerch. All that was left open was
    drawn anew, so this has what a taste narrows down on purpose in it.
    """

    notes: float = 1.0
    features: float = 1.0


@dataclass(frozen=True, slots=True)
class Heard:
    """How much more one listener likes new pieces, in deviations of base pieces, by row; 0 where the version
    was refused.
    """

    listener: int
    learned: Learned
    gains: Mapping[str, float]
    spread: Spread


@dataclass(frozen=True, slots=True)
class Listening:
    """What came of all listeners, and for how many of as many who voted at random the gate refused."""

    style: str
    pieces: int
    heard: tuple[Heard, ...]
    refused: int

    def gain(self, row: str) -> float:
        """The mean over all listeners, in deviations of base pieces."""
        return float(np.mean([each.gains[row] for each in self.heard]))

    def up(self, row: str) -> int:
        """How many listeners like new pieces better than before."""
        return sum(each.gains[row] > 0 for each in self.heard)

    @property
    def spread(self) -> Spread:
        """The mean over all listeners."""
        return Spread(
            float(np.mean([each.spread.notes for each in self.heard])),
            float(np.mean([each.spread.features for each in self.heard])),
        )


def measure_listeners(style: str, *, listeners: Sequence[int], pieces: int, folder: Path) -> Listening:
    """So many new pieces for each of the listeners, all composed pieces kept in the folder."""
    studio = Studio.open(style)
    version = studio.style.model_version
    pool = kept_drafts(studio, range(POOL), folder / f"pool-{version}.jsonl.gz")
    new = range(FIRST_NEW, FIRST_NEW + pieces)
    before = kept_drafts(studio, new, folder / f"new-{version}.jsonl.gz")
    known = [(each.best, each.genre) for each in pool]
    heard: list[Heard] = []
    refused = 0
    for number in track(listeners, description=style):
        at_random = votes_of(Listener.drawn(number, known), pool, seed=number, at_random=True)
        refused += not learn_from(at_random, studio).accepted
        heard.append(hear_listener(number, studio, pool, before, folder))
    return Listening(style, pieces, tuple(heard), refused)


def votes_of(
    listener: Listener, pool: Sequence[Drafted], *, seed: int, at_random: bool = False
) -> list[Lesson]:
    """A listener's votes on some of the pool; at random, each other piece's vote."""
    random = np.random.default_rng([seed, 5])
    rated = random.permutation(len(pool))[:VOTES]
    votes = [listener.vote(pool[place].best, pool[place].genre, random) for place in rated]
    if at_random:
        votes = random.permutation(votes).tolist()
    return [
        Lesson(
            work_id=int(place),
            request=pool[place].request,
            made=pool[place].best,
            approval=(vote - 3) / 2,
            voters=1,
        )
        for place, vote in zip(rated, votes, strict=True)
    ]


def learn_from(lessons: Sequence[Lesson], studio: Studio) -> Learned:
    """What is learned from votes in an instant: the leaning and, of the autoencoder, the latent direction."""
    view = LatentView.of(studio.model, lessons) if isinstance(studio.model, VAEModel) else None
    leaning, latent, found = _learn(lessons, view)
    if leaning is None and latent is None:
        return Learned(None, found, SHUFFLES)
    name = studio.style.name
    adapter = Adapter(
        teachable=Teachable(name),
        bases={name: studio.style.model_version},
        leaning=leaning or NO_LEANING,
        latent=latent,
    )
    lucky = 0
    for turn in range(SHUFFLES):
        votes, _ = shuffled(lessons, (), seed=0, turn=turn)
        lucky += _learn(votes, view)[2] >= found
        if lucky > LUCKY:
            break
    return Learned(adapter, found, lucky)


def _learn(
    lessons: Sequence[Lesson], view: LatentView | None
) -> tuple[Leaning | None, NDArray[np.float64] | None, float]:
    """A leaning, a direction, and the accuracy on votes that neither was learned from."""
    fitted = fit_leaning(lessons)
    expected, latent = dict(fitted.expected), None
    if view is not None:
        latent, more = fit_latent(view, lessons, known=expected)
        expected = {work: worth + more.get(work, 0.0) for work, worth in expected.items()}
    found = accuracy([expected[lesson.work_id] for lesson in lessons], pairs_of(lessons))
    return fitted.leaning, latent, found


def hear_listener(
    number: int, studio: Studio, pool: Sequence[Drafted], before: Sequence[Drafted], folder: Path
) -> Heard:
    """One listener votes; what is learned is used for the seeds of `before`."""
    listener = Listener.drawn(number, [(each.best, each.genre) for each in pool])
    learned = learn_from(votes_of(listener, pool, seed=number), studio)
    adapter = learned.adapter
    if adapter is None or not learned.accepted:
        return Heard(number, learned, dict.fromkeys(ROWS, 0.0), Spread())
    digest = adapter_name(adapter.to_bytes())
    taught = studio
    if isinstance(studio.model, VAEModel):
        version = version_with(studio.model.version, digest)
        taught = replace(studio, model=studio.model.liking(adapter.latent, version=version))
    seeds = [each.request.seed for each in before]
    after = kept_drafts(taught, seeds, folder / f"{digest}.jsonl.gz", adapter.leaning)
    score = _Scores(listener, adapter.leaning)
    usual = score.of(before, leans=False)
    gains = {
        "choices": score.of(after, leans=False) - usual,
        "gate": score.of(before, leans=True) - usual,
        "choices and gate": score.of(after, leans=True) - usual,
    }
    return Heard(number, learned, gains, _diversity(before, after, pool))


@dataclass(frozen=True, slots=True)
class _Scores:
    listener: Listener
    leaning: Leaning

    def of(self, drafts: Sequence[Drafted], *, leans: bool) -> float:
        """How much pieces are liked on average, the best of each being chosen by a gate that leans or not."""
        chosen = [_chosen(each, self.leaning) if leans else each.best for each in drafts]
        return float(
            np.mean(
                [self.listener.score(score, each.genre) for score, each in zip(chosen, drafts, strict=True)]
            )
        )


def _chosen(drafted: Drafted, leaning: Leaning) -> Score:
    gains = likings(leaning, drafted.candidates, drafted.genre)
    merits = [merit + gain for merit, gain in zip(drafted.merits, gains, strict=True)]
    return drafted.candidates[int(np.argmax(merits))]


def _diversity(before: Sequence[Drafted], after: Sequence[Drafted], pool: Sequence[Drafted]) -> Spread:
    people = [each.best for each in pool[:_MEASURED]]
    then, now = (diversity([each.best for each in drafts], people) for drafts in (before, after))
    return Spread(now.notes / then.notes, now.features / then.features)
