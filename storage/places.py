"""Where works belong: a server, whole, or one private conversation. They are listed nowhere else."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """The server `guild_id`, or, where that is None, the conversation `channel_id`. Ids are Discord's."""

    guild_id: int | None
    channel_id: int | None = None

    def __post_init__(self) -> None:
        if self.guild_id is None and self.channel_id is None:
            raise ValueError("a place is a server or a conversation")

    @property
    def key(self) -> int:
        """What listings name the place by: the server's id, or the conversation's, negated."""
        if self.guild_id is not None:
            return self.guild_id
        return -(self.channel_id or 0)
