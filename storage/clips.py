"""Finished clips: a row and four files each, kept in step, and cleaned to a size cap, oldest first."""

import asyncio
import hashlib
import json
import logging
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiosqlite

from domain.clips import Clip
from domain.errors import Reason, Unavailable
from domain.remarks import Remark
from domain.requests import Recipe
from storage.database import Database, unbroken
from storage.errors import plain_errors
from storage.files import ClipFolder
from storage.times import moment, now_milliseconds

_log = logging.getLogger(__name__)

_OPEN_JOB = "SELECT 1 FROM jobs WHERE id = ? AND status IN ('queued', 'running')"
_CLIP_ROW = """
    SELECT clips.*, jobs.user_id, jobs.guild_id, jobs.channel_id
    FROM clips JOIN jobs USING (id) WHERE id = :id
"""
_NEWEST_WHERE = """
    SELECT jobs.id, clips.title, clips.genre
    FROM jobs JOIN clips USING (id)
    WHERE {place}
    ORDER BY jobs.id DESC LIMIT :limit
"""
_NEWEST_OF_SERVER = _NEWEST_WHERE.format(place="jobs.guild_id = :guild_id")
_NEWEST_OF_CONVERSATION = _NEWEST_WHERE.format(
    place="jobs.guild_id IS NULL AND jobs.channel_id = :channel_id"
)
_OLDEST_BEYOND = """
    SELECT id, file_bytes FROM (
        SELECT id, file_bytes, sum(file_bytes) OVER (ORDER BY id) - file_bytes AS freed_before
        FROM clips
        WHERE files_cleaned_at IS NULL
            AND id IS NOT :spared_id
            AND NOT EXISTS (SELECT 1 FROM ratings WHERE clip_id = clips.id)
            AND NOT EXISTS (SELECT 1 FROM favourites WHERE clip_id = clips.id)
    )
    WHERE freed_before < :excess
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClip:
    """A clip as the library knows it; its id is its job's id, shown as `#42`.

    The paths say where the files lie, or lay: with `files_cleaned` they are gone, and the recipe can
    make them again. `created_at` is aware, in UTC; `user_id` is who asked for the clip; `midi_sha256` is
    None for clips from before it was kept.
    """

    id: int
    title: str
    recipe: Recipe
    seconds: float
    user_id: int
    guild_id: int | None
    created_at: datetime
    midi: Path
    audio: Path
    picture: Path
    recipe_file: Path
    judgement: float | None = None
    source_judgement: float | None = None
    remarks: tuple[Remark, ...] = ()
    files_cleaned: bool = False
    midi_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class ClipName:
    """What a clip is picked by."""

    id: int
    title: str
    genre: str


class Clips:
    """The table of clips and the folder of their files, under `max_clip_bytes` for all files together.

    The files of a clip that somebody rated or saved are never cleaned away, nor those of one just saved;
    where these alone pass the cap, it is passed.
    """

    def __init__(self, database: Database, folder: ClipFolder, *, max_clip_bytes: int) -> None:
        self._database = database
        self._folder = folder
        self._max_clip_bytes = max_clip_bytes

    async def save(self, job_id: int, clip: Clip) -> StoredClip:
        """Keep the clip of an open job, finish the job, and clean to the cap.

        On an error neither row nor files stay, the job is still open, and it may be tried again.
        Cancelled, it first finishes. Raises Unavailable(DATABASE_BUSY or DISK_FULL), and ValueError for
        a job that is not open.
        """
        return await unbroken(self._save(job_id, clip))

    async def get(
        self, clip_id: int, *, guild_id: int | None, channel_id: int | None = None
    ) -> StoredClip | None:
        """The clip, where it was made on this server; None for another server's or an unknown one.

        `guild_id` None looks among the clips of direct messages; give `channel_id` as well to find only
        those of this conversation.
        """
        row = await self._database.row(_CLIP_ROW, {"id": clip_id})
        if row is None or row["guild_id"] != guild_id:
            return None
        if guild_id is None and channel_id not in (None, row["channel_id"]):
            return None
        return self._stored_clip(row)

    async def newest(self, *, guild_id: int | None, channel_id: int, limit: int) -> list[ClipName]:
        """The newest clips of this server, or of this conversation, newest first."""
        rows = await self._database.rows(
            _NEWEST_OF_CONVERSATION if guild_id is None else _NEWEST_OF_SERVER,
            {"guild_id": guild_id, "channel_id": channel_id, "limit": limit},
        )
        return [ClipName(row["id"], row["title"], row["genre"]) for row in rows]

    async def load(self, clip: StoredClip) -> Clip:
        """The clip with its files' contents.

        Raises Unavailable(FILES_GONE) when they were cleaned away or removed by somebody else, or when the
        MIDI file is not the one that was saved.
        """
        try:
            midi, audio, picture = await asyncio.to_thread(self._folder.read, clip.id)
        except FileNotFoundError as error:
            raise Unavailable(Reason.FILES_GONE, value=f"#{clip.id}") from error
        if clip.midi_sha256 not in (None, sha256_of(midi)):
            raise Unavailable(Reason.FILES_GONE, value=f"#{clip.id}")
        return Clip(
            title=clip.title,
            recipe=clip.recipe,
            seconds=clip.seconds,
            audio=audio,
            midi=midi,
            picture=picture,
            judgement=clip.judgement,
            source_judgement=clip.source_judgement,
            remarks=clip.remarks,
        )

    async def restore(self, clip: StoredClip, files: Clip) -> None:
        """Keep the files of a clip again whose own are gone, and clean to the cap. The row stays as it is.

        Cancelled, it first finishes. Raises Unavailable(DATABASE_BUSY or DISK_FULL).
        """
        await unbroken(self._restore(clip, files))

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
            cleaned = await self._mark_cleaned(connection, spared_id=None)
        await asyncio.to_thread(self._folder.remove, cleaned)

    async def _save(self, job_id: int, clip: Clip) -> StoredClip:
        # Asked before anything is written: the files of a job already finished must not be touched.
        if not await self._database.rows(_OPEN_JOB, (job_id,)):
            raise ValueError(f"job {job_id} is not open")
        with plain_errors():
            file_bytes = await asyncio.to_thread(self._folder.write, job_id, clip)
        try:
            async with self._database.transaction() as connection:
                await _insert(connection, job_id, clip, file_bytes=file_bytes)
                [row] = await connection.execute_fetchall(_CLIP_ROW, {"id": job_id})
                cleaned = await self._mark_cleaned(connection, spared_id=job_id)
        except Exception:
            # Not on a cancellation, which here can only be the loop's end and may have come after the
            # COMMIT: then `tidy` tells at the next start whether the files have a row.
            await asyncio.to_thread(self._folder.remove, [job_id])
            raise
        await asyncio.to_thread(self._folder.remove, cleaned)
        return self._stored_clip(row)

    async def _restore(self, clip: StoredClip, files: Clip) -> None:
        with plain_errors():
            file_bytes = await asyncio.to_thread(self._folder.write, clip.id, files)
        async with self._database.transaction() as connection:
            # Where this fails the files stay: they are the clip's own, and `tidy` knows what to do with them.
            await connection.execute(
                "UPDATE clips SET file_bytes = ?, files_cleaned_at = NULL WHERE id = ?",
                (file_bytes, clip.id),
            )
            cleaned = await self._mark_cleaned(connection, spared_id=clip.id)
        await asyncio.to_thread(self._folder.remove, cleaned)

    async def _mark_cleaned(self, connection: aiosqlite.Connection, *, spared_id: int | None) -> list[int]:
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

    def _stored_clip(self, row: sqlite3.Row) -> StoredClip:
        paths = self._folder.paths(row["id"])
        return StoredClip(
            id=row["id"],
            title=row["title"],
            recipe=Recipe.from_json(row["recipe"]),
            seconds=row["seconds"],
            user_id=row["user_id"],
            guild_id=row["guild_id"],
            created_at=moment(row["created_at"]),
            midi=paths.midi,
            audio=paths.audio,
            picture=paths.picture,
            recipe_file=paths.recipe_file,
            judgement=row["judgement"],
            source_judgement=row["source_judgement"],
            remarks=_read_remarks(row["remarks"]),
            files_cleaned=row["files_cleaned_at"] is not None,
            midi_sha256=row["midi_sha256"],
        )


async def _insert(connection: aiosqlite.Connection, job_id: int, clip: Clip, *, file_bytes: int) -> None:
    """Add the clip's row and finish its job. Raises ValueError when the job was ended meanwhile."""
    recipe = clip.recipe
    now = now_milliseconds()
    finished = await connection.execute(
        "UPDATE jobs SET status = 'finished', finished_at = ?, model_version = ?"
        " WHERE id = ? AND status IN ('queued', 'running')",
        (now, recipe.model_version, job_id),
    )
    if finished.rowcount == 0:
        raise ValueError(f"job {job_id} was ended while its clip was being saved")
    await connection.execute(
        "INSERT INTO clips (id, title, style, genre, model_version, recipe, seconds, judgement,"
        " source_judgement, remarks, file_bytes, midi_sha256, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            job_id,
            clip.title,
            recipe.request.style,
            recipe.genre,
            recipe.model_version,
            recipe.to_json(),
            clip.seconds,
            clip.judgement,
            clip.source_judgement,
            _write_remarks(clip.remarks),
            file_bytes,
            sha256_of(clip.midi),
            now,
        ),
    )


def sha256_of(midi: bytes) -> str:
    """By which a clip that is made again is known to be the same."""
    return hashlib.sha256(midi).hexdigest()


def _write_remarks(remarks: tuple[Remark, ...]) -> str:
    """Remarks as a JSON list of objects with `topic` and `values`."""
    return json.dumps([remark.to_plain() for remark in remarks], ensure_ascii=False)


def _read_remarks(text: str) -> tuple[Remark, ...]:
    return tuple(map(Remark.from_plain, json.loads(text)))
