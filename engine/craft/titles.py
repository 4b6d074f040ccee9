"""Names for pieces, drawn from the seed: a tune wants one, and people remember it."""

import numpy as np

from domain.genres import Genre
from domain.score import Key

_QUALITIES = (
    *("Early", "Silver", "Quiet", "Wandering", "Golden", "Distant", "Merry", "Winter", "Summer", "Old"),
    *("Laughing", "Hidden", "Rising", "Lonely", "Morning", "Midnight", "Gentle", "Wild", "Little", "Last"),
)
_THINGS = (
    *(
        "Nightingale",
        "Heron",
        "Harbour",
        "Meadow",
        "Lantern",
        "Willow",
        "River",
        "Swallow",
        "Mill",
        "Orchard",
    ),
    *("Bridge", "Blackbird", "Garden", "Mountain", "Ferry", "Moon", "Skylark", "Forest", "Window", "Star"),
)
_NAMED_BY_FORM = {
    Genre.CHORALE: "Chorale",
    Genre.HYMN: "Hymn",
    Genre.BAROQUE: "Invention",
    Genre.CLASSICAL: "Sonatina",
    Genre.ROMANTIC: "Song without Words",
}


def title_of(genre: Genre, key: Key, seed: int) -> str:
    """A title: of the form and key in art music (`Chorale in G minor`), a tune's name elsewhere."""
    if genre in _NAMED_BY_FORM:
        return f"{_NAMED_BY_FORM[genre]} in {key}"
    random = np.random.default_rng([seed, list(Genre).index(genre), key.tonic])
    quality, thing = random.choice(_QUALITIES), random.choice(_THINGS)
    suffix = " Rag" if genre is Genre.RAGTIME else ""
    return f"The {quality} {thing}{suffix}"
