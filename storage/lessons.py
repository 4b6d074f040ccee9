"""What is learned from: a server's rated works, and what was compared blind there, without who said what.

Knows nothing of how it is learned. Only pieces composed and verse written by what is taught are lessons:
what was made of other music, or set to it, was liked for that as well.
"""

import asyncio
import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.finetuning import Preferred, RatedWork, Survey, Teachable
from domain.requests import Recipe
from domain.votes import VOTE
from storage.database import Database
from storage.files import ClipFolder
from storage.jobs import JobKind
from storage.packing import unpack
from storage.preferences import Difference, Pick, Preferences
from storage.verses import read_verse

MOST_LESSONS = 400
"""The newest so many rated works are learned from."""

_VALUES = """
    SELECT work_id, value FROM listings JOIN ratings USING (work_id)
    WHERE listings.place = :guild_id AND listings.kind = :kind AND listings.style IS :style
    ORDER BY work_id DESC, value
"""
_VOTERS = """
    SELECT count(*) FROM (
        SELECT ratings.user_id FROM listings JOIN ratings USING (work_id)
            WHERE listings.place = :guild_id AND listings.kind = :kind AND listings.style IS :style
        UNION
        SELECT picks.user_id FROM listings JOIN pairs ON pairs.a_id = listings.work_id
            JOIN picks ON picks.pair_id = pairs.id
            WHERE pairs.differ_in = 'seed'
            AND listings.place = :guild_id AND listings.kind = :kind AND listings.style IS :style
    )
"""
_TAUGHT = """
    SELECT work_id FROM listings WHERE place = :guild_id AND kind = :kind AND style IS :style
        AND work_id IN (SELECT a_id FROM pairs UNION SELECT b_id FROM pairs)
"""
_MADE = """
    SELECT works.id, clips.recipe, verses.verse
    FROM works LEFT JOIN clips USING (id) LEFT JOIN verses USING (id) WHERE works.id = ?
"""


@dataclass(frozen=True, slots=True)
class Rated:
    """A work's approval, -1 to 1, and how many cast a vote."""

    work_id: int
    approval: float
    voters: int


@dataclass(frozen=True, slots=True)
class Selection:
    """What is learned from, as it stood at one moment."""

    works: tuple[Rated, ...]
    preferred: tuple[Preferred, ...] = ()


class Lessons:
    """Reads only. Raises Unavailable(DATABASE_BUSY)."""

    def __init__(self, database: Database, folder: ClipFolder) -> None:
        self._database = database
        self._folder = folder
        self._preferences = Preferences(database)

    async def survey(self, guild_id: int, teachable: Teachable) -> Survey:
        """What the server's people said of what this made."""
        values = await self._values(guild_id, teachable)
        [voters] = await self._database.row(_VOTERS, _where(guild_id, teachable)) or [0]
        approvals = [_approval(votes) for votes in values.values()]
        return Survey(
            works=len(values),
            votes=sum(map(len, values.values())),
            voters=voters,
            liked=sum(approval > 0 for approval in approvals),
            spread=statistics.pstdev(approvals) if approvals else 0.0,
            agreement=_agreement(values.values()),
            pairs=len(await self._preferred(guild_id, teachable)),
        )

    async def select(self, guild_id: int, teachable: Teachable) -> Selection:
        """The lessons there are now."""
        values = await self._values(guild_id, teachable)
        preferred = await self._preferred(guild_id, teachable)
        rated = [Rated(work_id, _approval(votes), len(votes)) for work_id, votes in values.items()]
        compared = {work_id for each in preferred for work_id in (each.liked_id, each.disliked_id)}
        unrated = [Rated(work_id, 0.0, 0) for work_id in sorted(compared - values.keys())]
        return Selection(tuple(sorted([*rated, *unrated], key=lambda each: each.work_id)), preferred)

    async def load(self, selection: Selection) -> tuple[tuple[RatedWork, ...], tuple[Preferred, ...]]:
        """The works themselves; those that were deleted, or lost their files, are no lessons any more."""
        loaded = [work for rated in selection.works if (work := await self._load(rated)) is not None]
        known = {work.work_id for work in loaded}
        preferred = [each for each in selection.preferred if {each.liked_id, each.disliked_id} <= known]
        return tuple(loaded), tuple(preferred)

    async def _load(self, rated: Rated) -> RatedWork | None:
        row = await self._database.row(_MADE, (rated.work_id,))
        if row is None:
            return None
        parts = None
        if row["recipe"] is None:
            made = read_verse(row["verse"])
            request = made.recipe.request
        else:
            recipe = Recipe.from_json(unpack(row["recipe"]))
            request, parts = recipe.request, recipe.parts
            try:
                made = await asyncio.to_thread(self._folder.paths(rated.work_id).midi.read_bytes)
            except FileNotFoundError:
                return None
        return RatedWork(
            work_id=rated.work_id,
            request=request,
            made=made,
            approval=rated.approval,
            voters=rated.voters,
            parts=parts,
        )

    async def _values(self, guild_id: int, teachable: Teachable) -> dict[int, list[int]]:
        """The votes of the newest rated works, by the work's id."""
        values: dict[int, list[int]] = {}
        for row in await self._database.rows(_VALUES, _where(guild_id, teachable)):
            if row["work_id"] not in values and len(values) == MOST_LESSONS:
                break
            values.setdefault(row["work_id"], []).append(row["value"])
        return values

    async def _preferred(self, guild_id: int, teachable: Teachable) -> tuple[Preferred, ...]:
        """What more people picked than the other while they did not know which was which."""
        taught = {row["work_id"] for row in await self._database.rows(_TAUGHT, _where(guild_id, teachable))}
        preferred: list[Preferred] = []
        for comparison in await self._preferences.here(guild_id=guild_id, channel_id=0):
            pair = comparison.pair
            margin = comparison.blind[Pick.A] - comparison.blind[Pick.B]
            # Which version was picked says how a version fared: a verdict on learning, not matter for it.
            if pair.differ_in is Difference.SEED and margin and {pair.a_id, pair.b_id} <= taught:
                liked, other = (pair.a_id, pair.b_id) if margin > 0 else (pair.b_id, pair.a_id)
                preferred.append(Preferred(liked, other, abs(margin)))
        return tuple(preferred[-MOST_LESSONS:])


def _where(guild_id: int, teachable: Teachable) -> dict[str, object]:
    """What the works are listed under that a teachable made."""
    if teachable is Teachable.LYRICS:
        return {"guild_id": guild_id, "kind": JobKind.LYRICS, "style": None}
    return {"guild_id": guild_id, "kind": JobKind.COMPOSE, "style": teachable}


def _approval(votes: Sequence[int]) -> float:
    low, high = VOTE
    return statistics.fmean(2 * (value - low) / (high - low) - 1 for value in votes)


def _agreement(works: Iterable[Sequence[int]]) -> float | None:
    """Of all pairs of people who rated the same work, the share that both liked it or both did not."""
    middle = sum(VOTE) / 2
    agreeing = pairs = 0
    for votes in works:
        liking = Counter(value > middle for value in votes)
        agreeing += sum(math.comb(count, 2) for count in liking.values())
        pairs += math.comb(len(votes), 2)
    return agreeing / pairs if pairs else None
