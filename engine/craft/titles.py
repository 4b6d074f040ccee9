"""Names for pieces, drawn from the seed: a tune wants one, and people remember it."""

import numpy as np

from domain.genres import Genre
from domain.limits import MAX_TITLE
from domain.score import Key
from domain.transformations import (
    AccompanyRequest,
    BlendRequest,
    RestyleRequest,
    Transformation,
    VaryRequest,
)

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
_VARIED = ", varied"
_ACCOMPANIED = ", accompanied"
_RESTYLED = {
    Genre.REEL: " as a Reel",
    Genre.JIG: " as a Jig",
    Genre.SLIP_JIG: " as a Slip Jig",
    Genre.HORNPIPE: " as a Hornpipe",
    Genre.POLKA: " as a Polka",
    Genre.CHORALE: " as a Chorale",
    Genre.HYMN: " as a Hymn",
    Genre.GUITAR: " for the Guitar",
    Genre.BAROQUE: ", in Baroque Style",
    Genre.CLASSICAL: ", in Classical Style",
    Genre.ROMANTIC: ", in Romantic Style",
    Genre.RAGTIME: " as a Rag",
    Genre.FOLK: " as a Folk Tune",
    Genre.SONG: " as a Song",
}
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


def title_of_transformation(request: Transformation, genre: Genre) -> str:
    """A title that says what the piece was made from: `The Old Mill as a Chorale`."""
    match request:
        case BlendRequest():
            title = f"{request.first.title} meets {request.second.title}"
        case VaryRequest():
            title = request.source.title.removesuffix(_VARIED) + _VARIED
        case AccompanyRequest():
            title = request.source.title.removesuffix(_ACCOMPANIED) + _ACCOMPANIED
        case RestyleRequest():
            before = request.source.title
            for ending in _RESTYLED.values():
                before = before.removesuffix(ending)
            title = before + _RESTYLED[genre]
    return title[:MAX_TITLE]
