"""Clips' files kept under a size cap: the oldest clips lose theirs, and what a crash left is removed."""

import asyncio
import logging

import aiosqlite

from storage.database import Database
from storage.files import ClipFolder
from storage.times import now_milliseconds

_log = logging.getLogger(__name__)

_OLDEST_BEYOND = """
    SELECT id, file_bytes FROM (
        SELECT id, file_bytes, sum(file_bytes) OVER (ORDER BY id) - file_bytes AS freed_before
        FROM clips
        WHERE files_cleaned_at IS NULL
            AND id IS NOT :spared_id
            AND NOT EXISTS (SELECT 1 FROM ratings WHERE work_id = clips.id)
            AND NOT EXISTS (SELECT 1 FROM favourites WHERE work_id = clips.id)
    )
    WHERE freed_before < :excess
"""


class Cleaning:
    """The cap of `max_clip_bytes` for all clips' files together.

    The files of a clip that somebody rated or saved are never cleaned away, nor those of one just saved;
    where these alone pass the cap, it is passed.
    """

    def __init__(self, database: Database, folder: ClipFolder, *, max_clip_bytes: int) -> None:
        self._database = database
        self._folder = folder
        self._max_clip_bytes = max_clip_bytes

    async def mark(self, connection: aiosqlite.Connection, *, spared_id: int | None) -> list[int]:
        """Mark the oldest clips cleaned until the rest is under the cap; whose files are to be removed.

        Marked first and removed after the COMMIT: a crash between leaves files for `tidy`, never a row
        that promises files.
        """
        [[kept_bytes]] = await connection.execute_fetchall(
            "SELECT coalesce(sum(file_bytes), 0) FROM clips WHERE files_cleaned_at IS NULL"
        )
        excess = kept_bytes - self._max_clip_bytes
        if excess <= 0:
            return []
        found = await connection.execute_fetchall(_OLDEST_BEYOND, {"spared_id": spared_id, "excess": excess})
        rows = list(found)
        if sum(row["file_bytes"] for row in rows) < excess:
            _log.warning(
                "Clips that can't be cleaned away (rated, saved, just made) are over the cap of %d bytes.",
                self._max_clip_bytes,
            )
        ids = [row["id"] for row in rows]
        now = now_milliseconds()
        await connection.executemany(
            "UPDATE clips SET files_cleaned_at = ? WHERE id = ?", [(now, clip_id) for clip_id in ids]
        )
        return ids

    async def tidy(self) -> None:
        """Remove the files that a crash left without a row, then clean to the cap.

        For the start, before anything is saved: files that are just being saved look the same.
        """
        kept = await self._database.rows("SELECT id FROM clips WHERE files_cleaned_at IS NULL")
        newest = await self._database.row("SELECT seq FROM sqlite_sequence WHERE name = 'jobs'")
        swept = await asyncio.to_thread(
            self._folder.sweep,
            kept={row["id"] for row in kept},
            newest_id=0 if newest is None else newest["seq"],
        )
        if swept:
            _log.warning("Removed %d files that a crash had left without a clip.", swept)
        async with self._database.transaction() as connection:
            cleaned = await self.mark(connection, spared_id=None)
        await asyncio.to_thread(self._folder.remove, cleaned)
