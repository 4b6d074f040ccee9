"""Style transfer's figures beside their bars, as tables and for the model card. Computes no flips."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from domain.genres import Genre
from training.evaluation.checks import Check
from training.evaluation.tables import Table, check_table
from training.style_transfer.flips import LEAST, Direction

FLIPPED = 0.7
PAIRS = 3
CHROMA = 0.85
OFFERED = 0.5
"""A genre is offered where so many pieces flip into it, on average over where they come from."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """How well the classifier knows a genre's held-out pieces: `recall` among all genres and none."""

    genre: Genre
    pieces: int
    recall: float


def counted(directions: Sequence[Direction]) -> list[tuple[Direction, Direction]]:
    """Both ways between two genres, where there are pieces enough each way; the best pairs first."""
    by_ends = {(each.source, each.target): each for each in directions if each.pieces >= LEAST}
    genres = list(dict.fromkeys(source for source, _ in by_ends))
    pairs = [
        (by_ends[a, b], by_ends[b, a])
        for a, b in combinations(genres, 2)
        if (a, b) in by_ends and (b, a) in by_ends
    ]
    return sorted(pairs, key=lambda pair: -min(way.flipped for way in pair))


def checks(directions: Sequence[Direction]) -> list[Check]:
    """The bars: flips both ways on enough pairs, harmony kept there, tunes kept everywhere."""
    pairs = counted(directions)
    flipping = [pair for pair in pairs if min(way.flipped for way in pair) >= FLIPPED]
    shown = flipping or pairs[:PAIRS]
    chroma = float(np.mean([way.chroma for pair in shown for way in pair])) if shown else 0.0
    kept = float(np.mean([each.kept for each in directions])) if directions else 0.0
    return [
        Check(
            f"pairs of genres that flip in {FLIPPED:.0%} each way",
            "all",
            len(flipping),
            None,
            PAIRS,
            at_least=True,
        ),
        *(
            Check(
                "flips the less willing way",
                f"{a.source} – {a.target}",
                min(a.flipped, b.flipped),
                None,
                FLIPPED,
                at_least=True,
            )
            for a, b in pairs[: max(PAIRS, len(flipping))]
        ),
        Check("chroma similarity, pairs that flip", "mean", chroma, None, CHROMA, at_least=True),
        Check("tunes kept note for note, metre kept", "all", kept, None, 1.0, at_least=True),
    ]


def tables(directions: Sequence[Direction], known: Sequence[Recognition]) -> list[Table]:
    """The bars, every direction, and what the classifier is worth."""
    rows = [
        (
            f"{way.source} to {way.target}" + ("" if way.pieces >= LEAST else " (few)"),
            str(way.pieces),
            *(
                f"{figure:.2f}"
                for figure in (
                    way.flipped,
                    way.named,
                    way.before,
                    way.relaid,
                    way.textures,
                    way.chroma,
                    way.texture_chroma,
                )
            ),
        )
        for way in directions
    ]
    header = (
        "from, to",
        "pieces",
        "flipped",
        "named",
        "untouched",
        "laid out anew",
        "people's textures",
        "chroma kept",
        "without the tune",
    )
    note = (
        "Shares of held-out pieces (to 32 bars, placed by the mean of their stretches of eight bars), "
        "those that the classifier placed rightly before. Flipped when asked for one of the two genres, "
        "named when asked for any or none. The generator never writes the tune."
    )
    recognised = [(str(each.genre), str(each.pieces), f"{each.recall:.2f}") for each in known]
    return [
        check_table(checks(directions)),
        Table("Held-out pieces in another genre", header, tuple(rows), note),
        Table("People's held-out pieces, placed", ("genre", "pieces", "recall"), tuple(recognised)),
    ]


def offered(directions: Sequence[Direction]) -> list[Genre]:
    """The genres that pieces flip into often enough, in the order they come."""
    into: dict[Genre, list[float]] = {}
    for way in directions:
        if way.pieces >= LEAST:
            into.setdefault(way.target, []).append(way.flipped)
    return [genre for genre, shares in into.items() if np.mean(shares) >= OFFERED]


def metrics(directions: Sequence[Direction], known: Sequence[Recognition]) -> dict[str, Any]:
    """What the model card says of them: the bars, every direction, the classifier's recall."""
    return {
        "metrics": [check.to_plain() for check in checks(directions)],
        "directions": [
            {
                "from": str(way.source),
                "to": str(way.target),
                "pieces": way.pieces,
                "flipped": round(way.flipped, 3),
                "named": round(way.named, 3),
                "people's textures": round(way.textures, 3),
                "chroma": round(way.chroma, 3),
            }
            for way in directions
        ],
        "classifier": {str(each.genre): round(each.recall, 3) for each in known},
    }
