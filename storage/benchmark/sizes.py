"""How wide the rows of works are, by what was asked for: simulated ones beside those of real music.

Real music is what `python -m training report` keeps; it is saved as the bot saves it. Verse is not measured.
"""

import gzip
import json
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, pairwise
from pathlib import Path

from rich.table import Table

from domain.clips import Clip
from domain.genres import Genre
from domain.requests import ClipRequest, ComposeRequest, Recipe
from domain.score import Score
from domain.score_json import score_from_plain
from domain.transformations import AccompanyRequest, BlendRequest, RestyleRequest, Source, VaryRequest
from storage import open_storage
from storage.benchmark.texts import SHARES, VERSION

PIECES_OF_EACH = 3
"""Of each style and genre, the pieces that are saved."""

_GUILD, _CHANNEL, _USER = 10**18 + 1, 10**18 + 2, 10**18 + 3

_MEANS = """
    SELECT jobs.kind, count(*), avg(length(request)), avg(length(recipe) + length(remarks)),
        avg(length(verse))
    FROM works JOIN jobs USING (id) LEFT JOIN clips USING (id) LEFT JOIN verses USING (id)
    WHERE works.id IN (SELECT id FROM works ORDER BY id DESC LIMIT 5000) GROUP BY jobs.kind
"""


@dataclass(frozen=True, slots=True)
class Width:
    """How many works of a kind there are, and the mean lengths of their texts; 0 where they have none."""

    works: int
    request: float
    recipe: float
    verse: float

    @property
    def all(self) -> float:
        return self.request + self.recipe + self.verse


def widths(database: Path) -> dict[str, Width]:
    """By kind of job, the widths of the newest works in this library, which is only read."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute(_MEANS).fetchall()
    return {kind: Width(works, *(each or 0.0 for each in means)) for kind, works, *means in rows}


async def real_widths(pieces: Path) -> dict[str, Width]:
    """The widths of works that are made from the pieces kept in this folder, saved as the bot saves them."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_storage(Path(folder), max_clip_bytes=10**9) as storage:
            # One kind after the other: pieces of one genre are alike, and follow each other.
            for pair, kind in zip(pairwise(_scores(pieces)), cycle(range(5)), strict=False):
                request = _requests(*pair)[kind]
                job_id = await storage.jobs.add(request, user_id=_USER, guild_id=_GUILD, channel_id=_CHANNEL)
                await storage.clips.save(job_id, _clip(request, pair[0]))
        return widths(Path(folder) / "nightingale.db")


def _scores(pieces: Path) -> Iterator[Score]:
    for path in sorted(pieces.glob("*-with-form-and-gate.*.json.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            yield from map(score_from_plain, json.load(file)[:PIECES_OF_EACH])


def _requests(score: Score, other: Score) -> tuple[ClipRequest, ...]:
    source, second = (
        Source.of("Reel in A minor", each, genre=Genre.REEL, clip_id=1) for each in (score, other)
    )
    return (
        ComposeRequest(style="rnn", seed=1, genre=Genre.REEL, key=score.key, tempo=score.tempo),
        BlendRequest(first=source, second=second, seed=1),
        VaryRequest(source=source, seed=1),
        AccompanyRequest(source=source, seed=1),
        RestyleRequest(source=source, genre=Genre.CHORALE, seed=1),
    )


def _clip(request: ClipRequest, score: Score) -> Clip:
    recipe = Recipe(
        request=request,
        model_version=VERSION,
        genre=Genre.REEL,
        key=score.key,
        metre=str(score.metre),
        tempo=score.tempo,
        bars=score.bars,
        parts=len(score.parts),
    )
    return Clip(title="Reel", recipe=recipe, seconds=30.0, audio=b"", midi=b"", picture=b"")


def table_of(assumed: Mapping[str, Width], written: Mapping[str, Width]) -> Table:
    """Both, side by side, and what a mean work takes, by the assumed shares of kinds."""
    names = ("asked for", "share", "request", "recipe", "verse", "all assumed", "of real music", "works")
    table = Table(*names)
    for kind, share in SHARES.items():
        if (width := assumed.get(kind)) is None:
            continue
        lengths = (f"{each:,.0f}" for each in (width.request, width.recipe, width.verse, width.all))
        real = written.get(kind)
        told = ("not measured", "") if real is None else (f"{real.all:,.0f}", str(real.works))
        table.add_row(kind, f"{share:.0%}", *lengths, *told)
    both = [kind for kind in SHARES if kind in assumed and kind in written]
    if both:
        means = (_mean(assumed, both), _mean(written, both))
        table.add_row("these together", "", "", "", "", *(f"{each:,.0f}" for each in means), "")
    return table


def _mean(found: Mapping[str, Width], kinds: list[str]) -> float:
    return sum(SHARES[kind] * found[kind].all for kind in kinds) / sum(SHARES[kind] for kind in kinds)
