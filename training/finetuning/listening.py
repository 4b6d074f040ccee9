"""Simulated listeners vote on the shipped model's pieces; new pieces, after learning, are held against them.

What is learned quickly is measured here, the leaning, the latent direction and what the adversarial
composer's game comes to, each part of its use alone; networks that are taught for minutes are not. Strengths
were chosen on listeners from 100 on; those reported are 0 to 19.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.progress import track

from domain.finetuning import Lesson, Teachable, adapter_name, version_with
from domain.score import Score
from models.composition.gate import likings
from models.families import model_with
from models.leanings import Leaning
from models.registry import WEIGHTS
from models.vae.drafting import VAEModel
from training.finetuning.gan import Player
from training.finetuning.instant import Heard, Learned, Listening, learn_at_once
from training.finetuning.listeners import Listener
from training.finetuning.pool import Drafted, Studio, kept_drafts
from training.finetuning.replay import read_replay
from training.finetuning.subjects import player_of
from training.finetuning.vae import LatentView, latents_of
from training.finetuning.voting import lessons_of
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

SPREADS = (
    "notes, same choices",
    "features, same choices",
    "notes, choices that lean",
    "features, choices that lean",
)
"""By the notes that two pieces don't share, and by the features of Yang and Lerch. Where genres, keys, metres
and tempos are the shipped model's, what is lost the networks and the gate have lost; what choices that lean
lose has what a taste narrows down on purpose in it.
"""


def measure_listeners(style: str, *, listeners: Sequence[int], pieces: int, folder: Path) -> Listening:
    """So many new pieces for each of the listeners, all composed pieces kept in the folder."""
    studio = Studio.open(style)
    version = studio.style.model_version
    pool = kept_drafts(studio, range(POOL), folder / f"pool-{version}.jsonl.gz")
    new = range(FIRST_NEW, FIRST_NEW + pieces)
    before = kept_drafts(studio, new, folder / f"new-{version}.jsonl.gz")
    known = [(each.best, each.genre) for each in pool]
    player = player_of(studio.model, read_replay(WEIGHTS, style), WEIGHTS)
    heard: list[Heard] = []
    refused = 0
    for number in track(listeners, description=style):
        at_random = votes_of(Listener.drawn(number, known), pool, seed=number, at_random=True)
        refused += not learn_from(at_random, studio).accepted
        heard.append(hear_listener(number, studio, pool, before, folder, player))
    return Listening(style, pieces, tuple(heard), refused)


def votes_of(
    listener: Listener, pool: Sequence[Drafted], *, seed: int, at_random: bool = False
) -> list[Lesson]:
    """A listener's votes on some of the pool; at random, each other piece's vote."""
    works = [(each.request, each.best) for each in pool]

    def vote(place: int, random: np.random.Generator) -> float:
        return listener.vote(pool[place].best, pool[place].genre, random)

    return lessons_of(works, vote, votes=VOTES, seed=seed, at_random=at_random)


def learn_from(lessons: Sequence[Lesson], studio: Studio, player: Player | None = None) -> Learned:
    """What is learned from votes quickly: the leaning, of the autoencoder the latent direction, and what the
    game of a `player` comes to.
    """
    view = None
    if isinstance(studio.model, VAEModel):
        view = LatentView.of(studio.model, dict(latents_of(studio.model, lessons)))
    name = studio.style.name
    return learn_at_once(lessons, Teachable(name), {name: studio.style.model_version}, view, player)


def hear_listener(
    number: int,
    studio: Studio,
    pool: Sequence[Drafted],
    before: Sequence[Drafted],
    folder: Path,
    player: Player | None = None,
) -> Heard:
    """One listener votes; what is learned is used for the seeds of `before`."""
    listener = Listener.drawn(number, [(each.best, each.genre) for each in pool])
    learned = learn_from(votes_of(listener, pool, seed=number), studio, player)
    adapter = learned.adapter
    if adapter is None or not learned.accepted:
        return Heard(number, learned, dict.fromkeys(ROWS, 0.0), dict.fromkeys(SPREADS, 1.0))
    digest = adapter_name(adapter.to_bytes())
    model, version = studio.model, version_with(studio.model.version, digest)
    taught = replace(studio, model=model_with(model, studio.style.name, adapter, version=version))
    seeds = [each.request.seed for each in before]
    after = kept_drafts(taught, seeds, folder / f"{digest}.jsonl.gz", adapter.leaning)
    alike = before  # where the model is as shipped, it makes the same of the same choices
    if adapter.latent is not None or adapter.deltas:
        alike = kept_drafts(taught, seeds, folder / f"{digest}-alike.jsonl.gz")
    score = _Scores(listener, adapter.leaning)
    usual = score.of(before, leans=False)
    gains = {
        "choices": score.of(after, leans=False) - usual,
        "gate": score.of(before, leans=True) - usual,
        "choices and gate": score.of(after, leans=True) - usual,
    }
    chosen_alike, chosen = ([_chosen(each, adapter.leaning) for each in drafts] for drafts in (alike, after))
    usually, people = [each.best for each in before], [each.best for each in pool[:_MEASURED]]
    spreads = (*_spread(usually, chosen_alike, people), *_spread(usually, chosen, people))
    return Heard(number, learned, gains, dict(zip(SPREADS, spreads, strict=True)))


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


def _spread(before: Sequence[Score], after: Sequence[Score], people: Sequence[Score]) -> tuple[float, float]:
    then, now = diversity(before, people), diversity(after, people)
    return now.notes / then.notes, now.features / then.features
