"""How a server's versions of a style fared against each other, by what people picked blind.

What made a work is told by its model version, so a work that the shipped model had to make in place of a
version counts as the shipped model's. Knows nothing of messages.
"""

from collections import Counter
from dataclasses import dataclass

from domain.finetuning import Teachable, adapter_in
from storage.database import Database
from storage.preferences import Difference, Pick, Preferences
from storage.versions import SHIPPED, Versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Two versions by their numbers, `first` the lower; people's first picks, over all their pairs."""

    teachable: Teachable
    first: int
    second: int
    first_picks: int
    second_picks: int
    equal: int


class Contests:
    """Reads only. Raises Unavailable(DATABASE_BUSY)."""

    def __init__(self, database: Database, versions: Versions) -> None:
        self._preferences = Preferences(database)
        self._versions = versions

    async def here(self, guild_id: int, teachable: Teachable | None = None) -> list[Contest]:
        """Of one style or of all: every two versions that anybody compared, the newest versions first."""
        versions = await self._versions.all(guild_id, teachable)
        known = {
            version.adapter[:8]: (version.teachable, version.number)
            for version in versions
            if version.adapter is not None
        }
        picked: dict[tuple[Teachable, int, int], Counter[str]] = {}
        for comparison in await self._preferences.here(guild_id=guild_id, channel_id=0):
            pair, blind = comparison.pair, comparison.blind
            names = [adapter_in(pair.a_version), adapter_in(pair.b_version)]
            styles = {known[name][0] for name in names if name in known}
            if pair.differ_in is not Difference.VERSION or len(styles) != 1:
                continue
            a, b = (known[name][1] if name in known else SHIPPED for name in names)
            if a == b or any(name and name not in known for name in names):
                continue
            [style] = styles
            counts = picked.setdefault((style, min(a, b), max(a, b)), Counter())
            counts.update({str(a): blind[Pick.A], str(b): blind[Pick.B], "equal": blind[Pick.EQUAL]})
        return [
            Contest(
                teachable=style,
                first=first,
                second=second,
                first_picks=counts[str(first)],
                second_picks=counts[str(second)],
                equal=counts["equal"],
            )
            for (style, first, second), counts in sorted(
                picked.items(), key=lambda each: (each[0][0], -each[0][2], -each[0][1])
            )
        ]
