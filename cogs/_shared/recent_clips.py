"""The newest clips of each server and conversation, kept in memory for suggestions."""

from collections import OrderedDict, deque

import discord

from storage import ClipName, Clips

REMEMBERED = 100
"""Clips of one place. Older ones can be asked for by their id."""

MAX_PLACES = 1000

_Place = tuple[int | None, int]


class RecentClips:
    """Asks the library once a place, when somebody first types there; the rest is told by who saves clips."""

    def __init__(self, clips: Clips) -> None:
        self._clips = clips
        self._places: OrderedDict[_Place, deque[ClipName]] = OrderedDict()
        self._saved: dict[_Place, list[ClipName]] = {}  # while a place is being asked for

    async def here(self, interaction: discord.Interaction) -> list[ClipName]:
        """Where the interaction is: the newest clips, newest first. Raises Unavailable (DATABASE_BUSY)."""
        place = _place(interaction)
        if place not in self._places:
            guild_id, channel_id = place
            saved = self._saved.setdefault(place, [])
            try:
                newest = await self._clips.newest(guild_id=guild_id, channel_id=channel_id, limit=REMEMBERED)
            finally:
                self._saved.pop(place, None)
            # What was saved while the library was being asked, it may have told or not.
            later = [name for name in reversed(saved) if name not in newest]
            self._places.setdefault(place, deque([*later, *newest], REMEMBERED))
        self._places.move_to_end(place)
        while len(self._places) > MAX_PLACES:
            self._places.popitem(last=False)
        return list(self._places[place])

    def add(self, interaction: discord.Interaction, name: ClipName) -> None:
        """Note a clip that was made where the interaction is, if anybody has asked there yet."""
        place = _place(interaction)
        if place in self._saved:
            self._saved[place].append(name)
        known = self._places.get(place)
        if known is not None and name not in known:
            known.appendleft(name)

    def forget(self, clip_id: int) -> None:
        """Suggest a clip no more that was deleted."""
        for names in (*self._places.values(), *self._saved.values()):
            for name in [name for name in names if name.id == clip_id]:
                names.remove(name)


def _place(interaction: discord.Interaction) -> _Place:
    """A server whole, or one conversation."""
    if interaction.guild_id is not None:
        return interaction.guild_id, 0
    return None, interaction.channel_id or 0
