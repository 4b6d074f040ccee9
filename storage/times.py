"""Time as the tables keep it: whole UTC milliseconds since 1970."""

import time
from datetime import UTC, datetime


def now_milliseconds() -> int:
    return time.time_ns() // 1_000_000


def moment(milliseconds: int) -> datetime:
    """The aware UTC datetime of a stored time."""
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
