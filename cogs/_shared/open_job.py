"""What every job goes through, whatever it makes: making, then delivery, cancellation or failure, all told.

Knows neither what is made nor where it goes.
"""

import asyncio
from abc import ABC, abstractmethod
from typing import Generic, TypeVar

Made = TypeVar("Made")


class OpenJob(ABC, Generic[Made]):
    """A job of the person `user_id`. `run` is to be a task of its own, called `name`."""

    def __init__(self, *, name: str, user_id: int) -> None:
        self.name = name
        self.user_id = user_id
        self._making: asyncio.Task[Made] | None = None

    async def run(self) -> None:
        """Go to the end, telling all failures.

        Cancelled from outside (the bot closes), it leaves its rows open, for the next start to mark and tell.
        """
        try:
            await self._run()
        except Exception as error:  # noqa: BLE001  the last stop: logged with its trace, told with its code
            await self._fail(error)

    async def _run(self) -> None:
        self._making = asyncio.create_task(self._make(), name=self.name)
        try:
            await asyncio.wait([self._making])
        finally:
            self._making.cancel()
        if self._making.cancelled():
            await self._end_cancelled()
        else:
            await self._deliver(self._making.result())

    @property
    def is_making(self) -> bool:
        """True until there is something to deliver, or nothing will be."""
        return self._making is None or not self._making.done()

    def cancel(self) -> bool:
        """Stop making it, queued or not. False when there is nothing left to stop."""
        return self._making is not None and self._making.cancel()

    @abstractmethod
    async def _make(self) -> Made: ...

    @abstractmethod
    async def _deliver(self, made: Made) -> None:
        """Keep what was made, and post it."""

    @abstractmethod
    async def _end_cancelled(self) -> None: ...

    @abstractmethod
    async def _fail(self, error: Exception) -> None:
        """Log the error, tell it, and end the rows. Never raises."""
