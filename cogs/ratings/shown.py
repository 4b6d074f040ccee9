"""What stands in a message, and is meant by a reaction under it: one work, or two that are compared blind.

Under two, 🅰️ 🅱️ ⚖️ pick, as the buttons do; whatever else is said there is said of both.
"""

from dataclasses import dataclass

from domain.votes import undressed
from storage import Pair, Pick, Storage

_PICKS = {undressed("🅰️"): Pick.A, undressed("🅱️"): Pick.B, undressed("⚖️"): Pick.EQUAL}


def pick_of(emoji: str) -> Pick | None:
    """What an emoji says of two works; None where it says nothing of which is the better one."""
    return _PICKS.get(undressed(emoji))


@dataclass(frozen=True, slots=True)
class Shown:
    """The ids of the works, none in a message that shows none, and their pair, where they are one."""

    work_ids: tuple[int, ...]
    pair: Pair | None = None


async def shown_in(message_id: int, storage: Storage) -> Shown:
    work_id = await storage.postings.work_of(message_id)
    if work_id is not None:
        return Shown((work_id,))
    pair = await storage.preferences.in_message(message_id)
    return Shown(()) if pair is None else Shown((pair.a_id, pair.b_id), pair)
