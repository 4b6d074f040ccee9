"""Writes that wait for a library that is busy just now. Knows nothing of what is written."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from domain.errors import Unavailable

log = logging.getLogger(__name__)

PAUSES_SECONDS = (1, 10, 60)
"""How long to wait before each new try when the database is locked or the disk full."""


async def patiently(write: Callable[[], Awaitable[object]], *, about: str) -> None:
    """Run `write` until it is not Unavailable. Gives up with a log entry, which says what it was `about`."""
    for seconds in (*PAUSES_SECONDS, None):
        try:
            await write()
        except Unavailable:
            log.warning("could not write %s", about, exc_info=True)
        else:
            return
        if seconds is not None:
            await asyncio.sleep(seconds)
