"""What a leaning changes in what is made, as aspects that people have words for."""

import math

from domain.finetuning import Aspect, Change
from models.leanings import Leaning

_LEAST = 0.1
"""Logits for a deviation, or for a genre; what is liked less than that goes unsaid."""

_MOST_GENRES = 3

_ASPECTS: dict[str, tuple[Aspect, Aspect]] = {
    "minor": (Aspect.MINOR, Aspect.MAJOR),
    "pace": (Aspect.FASTER, Aspect.SLOWER),
    "density": (Aspect.DENSER, Aspect.SPARSER),
    "register": (Aspect.HIGHER, Aspect.LOWER),
    "leaps": (Aspect.LEAPING, Aspect.SMOOTHER),
}
"""By trait: what more of it is called, and what less."""


def changes_of(leaning: Leaning) -> tuple[Change, ...]:
    """What is liked, the surest first."""
    found: list[Change] = []
    for trait, (more, less) in _ASPECTS.items():
        liking = leaning.likings.get(trait)
        if liking is not None and abs(liking.weight) >= _LEAST:
            found.append(Change(more if liking.weight > 0 else less, _strength(liking.weight)))
    best = sorted(leaning.genres.items(), key=lambda each: (-each[1], each[0]))[:_MOST_GENRES]
    found += [Change(Aspect.GENRE, _strength(worth), str(genre)) for genre, worth in best if worth >= _LEAST]
    return tuple(sorted(found, key=lambda change: -change.strength))


def _strength(logits: float) -> float:
    """0 to 1, from how much it is liked."""
    return math.tanh(abs(logits))
