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
    "lines": (Aspect.LONGER_VERSE, Aspect.SHORTER_VERSE),
    "line": (Aspect.LONGER_LINES, Aspect.SHORTER_LINES),
    "couplets": (Aspect.COUPLETS, Aspect.APART),
    "rhymes": (Aspect.RHYMING, Aspect.FREER),
    "words": (Aspect.LONGER_WORDS, Aspect.PLAINER_WORDS),
    "metre": (Aspect.REGULAR, Aspect.IRREGULAR),
    "exclaims": (Aspect.EXCLAIMING, Aspect.CALMER),
    "asks": (Aspect.ASKING, Aspect.STATING),
    "bright": (Aspect.BRIGHTER, Aspect.DARKER),
    "nature": (Aspect.NATURE, Aspect.LESS_NATURE),
    "self": (Aspect.PERSONAL, Aspect.IMPERSONAL),
}
"""By trait, whatever its language: what more of it is called, and what less."""


def changes_of(leaning: Leaning) -> tuple[Change, ...]:
    """What is liked, the surest first."""
    sure: dict[Aspect, float] = {}
    for trait, liking in leaning.likings.items():
        aspects = _ASPECTS.get(trait.split()[-1])
        if aspects is not None and abs(liking.weight) >= _LEAST:
            aspect = aspects[0 if liking.weight > 0 else 1]
            # Verse of two languages may be liked for the same.
            sure[aspect] = max(sure.get(aspect, 0.0), _strength(liking.weight))
    found = [Change(aspect, strength) for aspect, strength in sure.items()]
    best = sorted(leaning.genres.items(), key=lambda each: (-each[1], each[0]))[:_MOST_GENRES]
    found += [Change(Aspect.GENRE, _strength(worth), str(genre)) for genre, worth in best if worth >= _LEAST]
    return tuple(sorted(found, key=lambda change: -change.strength))


def _strength(logits: float) -> float:
    """0 to 1, from how much it is liked."""
    return math.tanh(abs(logits))
