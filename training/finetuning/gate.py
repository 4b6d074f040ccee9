"""Whether a version may be used: better on votes that it did not learn from, and no worse at anything else.

Knows scores, votes and figures. Chance is told from taste by shuffling the votes: how often is as much found
where there is nothing to find?
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from domain.finetuning import FEWEST_LESSONS, FEWEST_OF_A_SIDE, Gated, Lesson, Preferred, Refusal
from domain.genres import Genre
from domain.score import Score
from models.composition.checks import examine
from models.composition.norms import Norms
from training.evaluation.copying import copying, note_steps
from training.finetuning.preferences import Pair
from training.gan.diversity import diversity

SHUFFLES = 199
"""How often the votes are shuffled and all is learned anew from them."""

LUCKY = 4
"""So many shuffles at most may do as well as the votes: random votes are taken for a taste in 2.5%.

With half as many, some simulated listeners with a taste were refused; chosen on those from 100 on.
"""

NETWORK_LUCK = 0.005
"""How probable it may be that random votes show as much, where only a network tells anything."""

KEPT_LUCK = 0.1
"""The same for what is kept of a network where it makes a leaning foretell better."""

LEAST_GAIN = 0.03
"""Of the accuracy; what is surer than chance but less than that is not worth a version."""

MOST_NATS = 1.02
LEAST_DIVERSITY = 0.95
MOST_COPIED_MORE = 0.02
"""The share of a piece's 8-grams that may stand in known works beyond what did before."""

MUSIC_BANDS = ("scale", "empty bars", "polyphony", "groove")
"""What must stay within a deviation of people's music, or as near to it as it was (`docs/quality.md`)."""

VERSE_BANDS = ("metre", "scene")
"""The same of verse, beside its bars. Rhymes and syllables hold whatever is learned."""

BANDS = (*MUSIC_BANDS, *VERSE_BANDS)

_BAND_SLACK = 0.25
"""Deviations that a figure of a few dozen pieces may drift by chance."""


def objection(
    lessons: Sequence[Lesson], pairs: Sequence[Pair], preferred: Sequence[Preferred] = ()
) -> Refusal | None:
    """Why nothing can be learned from these, None where it can be tried."""
    if len(lessons) + len(preferred) < FEWEST_LESSONS:
        return Refusal.TOO_LITTLE
    liked, disliked = {pair.liked for pair in pairs}, {pair.disliked for pair in pairs}
    return Refusal.NO_SPREAD if min(len(liked), len(disliked)) < FEWEST_OF_A_SIDE else None


def shuffled(
    lessons: Sequence[Lesson], preferred: Sequence[Preferred], *, seed: int, turn: int
) -> tuple[list[Lesson], list[Preferred]]:
    """The same works with each other's votes, and picks turned round at random."""
    random = np.random.default_rng([seed, turn])
    votes = [lessons[place] for place in random.permutation(len(lessons))]
    turned = random.random(len(preferred)) < 0.5
    return (
        [
            replace(lesson, approval=vote.approval, voters=vote.voters)
            for lesson, vote in zip(lessons, votes, strict=True)
        ],
        [
            Preferred(pick.disliked_id, pick.liked_id, pick.margin) if turn_it else pick
            for pick, turn_it in zip(preferred, turned, strict=True)
        ],
    )


def luck(scores: Sequence[float], pairs: Sequence[Pair], *, seed: int, rounds: int = 1999) -> float:
    """How probable it is that scores which know nothing of these votes agree as well with them."""
    places = sorted({place for pair in pairs for place in (pair.liked, pair.disliked)})
    row_of = {place: row for row, place in enumerate(places)}
    liked = np.array([row_of[pair.liked] for pair in pairs])
    disliked = np.array([row_of[pair.disliked] for pair in pairs])
    weights = np.array([pair.weight for pair in pairs])
    values = np.array([scores[place] for place in places])

    def agreement(given: NDArray[np.float64]) -> float:
        return float(weights @ np.sign(given[liked] - given[disliked]))

    random = np.random.default_rng(seed)
    found = agreement(values)
    reached = sum(agreement(random.permutation(values)) >= found for _ in range(rounds))
    return (1 + reached) / (1 + rounds)


def rehearsed(
    before: Sequence[tuple[Genre, Score]], after: Sequence[tuple[Genre, Score]], known: Sequence[Score]
) -> dict[str, float]:
    """What pieces of the same requests say of a version: bands, diversity and copying, before and after."""
    norms = Norms.load()
    figures: dict[str, float] = {}
    for name, pieces in (("_before", before), ("", after)):
        apart = [norms.distances(genre, examine(score)) for genre, score in pieces]
        for band in MUSIC_BANDS:
            figures[f"{band}{name}"] = float(np.median([each[band] for each in apart if band in each]))
    scores = [[score for _, score in pieces] for pieces in (before, after)]
    then, now = (diversity(each, known).features for each in scores)
    copied_before, copied = (each.gram_overlap for each in copying(scores, known, read=note_steps))
    return figures | {"diversity_ratio": now / then, "copied_before": copied_before, "copied": copied}


def verdict(figures: Mapping[str, float], *, sure: bool) -> Gated:
    """Accepted or refused by these figures; `sure` where chance alone would hardly do as well."""
    return Gated(refusal=_refusal(figures, sure=sure), figures=dict(figures))


def _refusal(figures: Mapping[str, float], *, sure: bool) -> Refusal | None:
    if not sure or figures["accuracy"] < figures["accuracy_before"] + LEAST_GAIN:
        return Refusal.NOT_BETTER
    if figures.get("nats_ratio", 1.0) > MOST_NATS:
        return Refusal.FORGETS
    if any(figures.get(band, 0) > max(1.0, figures.get(f"{band}_before", 0) + _BAND_SLACK) for band in BANDS):
        return Refusal.OUT_OF_BANDS
    if figures.get("diversity_ratio", 1.0) < LEAST_DIVERSITY:
        return Refusal.LESS_DIVERSE
    if figures.get("copied", 0.0) > figures.get("copied_before", 0.0) + MOST_COPIED_MORE:
        return Refusal.COPIES
    return None
