"""Small scores with known figures, for the tests of the evaluation."""

from collections.abc import Sequence

import numpy as np

from domain.genres import Genre
from domain.score import Key, Metre, Mode, Note, Part, Score
from training.corpora.works import Work

COMMON = Metre(4, 4)
SCALE = (0, 2, 4, 5, 7, 9, 11, 12)


def score(
    *lines: Sequence[tuple[int, int, int]], bars: int = 1, key: Key | None = None, metre: Metre = COMMON
) -> Score:
    """A score from rows of (onset, pitch, duration), a list a part."""
    parts = [Part("line", 0, tuple(sorted(Note(*row) for row in rows))) for rows in lines]
    return Score(key or Key(0, Mode.MAJOR), metre, 100.0, bars, tuple(parts))


def quarters(*pitches: int, bars: int | None = None) -> Score:
    """One line in quarters, in 4/4."""
    rows = [(12 * index, pitch, 12) for index, pitch in enumerate(pitches)]
    return score(rows, bars=bars or -(-len(pitches) // 4))


def march(rng: np.random.Generator, *, bars: int = 8) -> Score:
    """A tune of quarters that walks about C major, says each bar twice and ends on the tonic."""
    degree = 3
    pitches: list[int] = []
    for _ in range(bars // 2):
        bar: list[int] = []
        for _ in range(4):
            degree = int(np.clip(degree + rng.integers(-1, 2), 0, 7))
            bar.append(60 + SCALE[degree])
        pitches += bar + bar
    return quarters(*pitches[:-1], 60)


def waltz(rng: np.random.Generator, *, bars: int = 8) -> Score:
    """A tune of eighths that leaps about A minor in 3/4 over a bass of dotted halves."""
    tune = [(6 * place, 69 + int(rng.choice([-12, -9, -5, 0, 3, 7])), 6) for place in range(6 * bars - 6)]
    tune.append((36 * bars - 36, 69, 36))
    bass = [(36 * bar, 45 + int(rng.choice([0, 5, 7])), 36) for bar in range(bars - 1)]
    bass.append((36 * bars - 36, 45, 36))
    return score(tune, bass, bars=bars, key=Key(9, Mode.MINOR), metre=Metre(3, 4))


def works(count: int = 60) -> list[Work]:
    """Marches as reels and waltzes as songs, in every split."""
    rng = np.random.default_rng(5)
    splits = ("train", "train", "train", "valid", "test", "judge")
    found: list[Work] = []
    for index in range(count):
        for genre, compose in ((Genre.REEL, march), (Genre.SONG, waltz)):
            name = f"{genre}-{index}"
            split = splits[index % len(splits)]
            found.append(
                Work(
                    id=name,
                    title=name,
                    composer="",
                    source="",
                    path="",
                    licence="",
                    genre=genre,
                    split=split,
                    family=name,
                    score=compose(rng),
                )
            )
    return found
