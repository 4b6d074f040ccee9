"""Requests, recipes and verse as long as real ones, as the tables keep them. What they say is nonsense."""

import random
from dataclasses import dataclass, replace

from domain.genres import Genre
from domain.requests import ClipRequest, ComposeRequest, Recipe
from domain.score import Key, Metre, Mode, Note, Part, Score
from domain.song_requests import SongRequest
from domain.transformations import AccompanyRequest, BlendRequest, RestyleRequest, Source, VaryRequest
from domain.verses import (
    Language,
    LyricsRequest,
    RhymeScheme,
    Verse,
    VerseForm,
    VerseLine,
    VerseRecipe,
    VerseStanza,
)
from storage.packing import pack
from storage.verses import verse_text

SHARES = {
    "compose": 0.6,
    "blend": 0.03,
    "vary": 0.09,
    "accompany": 0.04,
    "restyle": 0.04,
    "lyrics": 0.12,
    "song": 0.08,
}
"""What people ask for: a guess. One in five is made from other works, and keeps their notes."""

NOTES = (150, 700)
"""Of a piece that another is made from. A reel of 24 bars has 180, a piano piece of 64 bars has the most."""

_WORDS = ("the", "rain", "of", "our", "hill", "lantern", "river", "under", "silver", "bird", "sings", "alone")
VERSION = "rnn-b2e50915+critic-8880a12c"
_KEY, _TEMPO = Key(9, Mode.MINOR), 202.8


@dataclass(frozen=True, slots=True)
class Texts:
    """What is kept of one work: `recipe` of music, `verse` of words, of a song both."""

    kind: str
    request: str
    recipe: str | None
    verse: str | None


def make_texts(rng: random.Random, kind: str) -> Texts:
    """A work of this kind."""
    if kind == "lyrics":
        return Texts(kind, pack(_lyrics(rng).to_json()), None, _verse(rng))
    request, asked = _request(rng, kind)
    genre = request.genre if isinstance(request, ComposeRequest) else None
    recipe = Recipe(
        request=request,
        model_version=VERSION,
        genre=genre or Genre.REEL,
        key=_KEY,
        metre="4/4",
        tempo=_TEMPO,
        bars=24,
        parts=1,
    )
    return Texts(kind, pack(asked), pack(recipe.to_json()), _verse(rng) if kind == "song" else None)


def _request(rng: random.Random, kind: str) -> tuple[ClipRequest, str]:
    """The request with every choice made, and, as JSON, as it was asked."""
    seed = rng.randrange(2**31)
    match kind:
        case "compose":
            wish = ComposeRequest(style=rng.choice(["rnn", "vae", "gan"]), seed=seed)
            choices = {"genre": rng.choice(list(Genre)), "key": _KEY, "tempo": _TEMPO}
            return replace(wish, **choices), wish.to_json()
        case "blend":
            made = BlendRequest(first=_source(rng), second=_source(rng), seed=seed)
        case "vary":
            made = VaryRequest(source=_source(rng), seed=seed)
        case "accompany":
            made = AccompanyRequest(source=_source(rng), seed=seed)
        case "restyle":
            made = RestyleRequest(source=_source(rng), genre=rng.choice(list(Genre)), seed=seed)
        case _:
            made = SongRequest(words=_lyrics(rng), source=_source(rng) if rng.random() < 0.5 else None)
    return made, made.to_json()


def _source(rng: random.Random) -> Source:
    """A piece of notes that wander: what packs worse than music does."""
    notes: list[Note] = []
    tick, pitch = 0, 67
    for _ in range(rng.randint(*NOTES)):
        tick += rng.choice([0, 6, 12, 12, 12, 24])
        pitch = max(40, min(88, pitch + rng.choice([-7, -4, -3, -2, -1, 0, 1, 2, 3, 4, 7])))
        notes.append(Note(tick, pitch, rng.choice([6, 12, 12, 24]), velocity=rng.choice([72, 80, 80, 88])))
    metre = Metre(4, 4)
    bars = tick // metre.bar_ticks + 1
    score = Score(Key(rng.randrange(12)), metre, 112.0, bars, (Part("Fiddle", 110, tuple(notes)),))
    return Source.of("Reel in A minor", score, genre=Genre.REEL, clip_id=rng.randrange(1, 100_000))


def _lyrics(rng: random.Random) -> LyricsRequest:
    return LyricsRequest(
        scene=_line(rng, 4),
        seed=rng.randrange(2**31),
        language=rng.choice(list(Language)),
        lines=rng.choice([8, 12, 16]),
        form=VerseForm.QUATRAINS,
        rhyme=RhymeScheme.ABAB,
        model="transformer",
    )


def _verse(rng: random.Random) -> str:
    request = _lyrics(rng)
    assert request.lines is not None  # noqa: S101
    lines = [VerseLine(_line(rng, 8), 10, rng.choice("AB"), "0101010101") for _ in range(request.lines)]
    stanzas = tuple(VerseStanza(tuple(lines[first : first + 4])) for first in range(0, len(lines), 4))
    recipe = VerseRecipe(request=request, model_version=VERSION)
    return verse_text(
        Verse(title=_line(rng, 3), recipe=recipe, stanzas=stanzas, scene_words=("rain", "hill"))
    )


def _line(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(_WORDS, k=words))
