"""Finished clips: a row and four files each, kept in step; songs have words and a lead sheet as well."""

import asyncio
import hashlib
import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiosqlite

from domain.clips import Clip
from domain.errors import Reason, Unavailable
from domain.remarks import Remark
from domain.requests import Recipe
from domain.verses import Verse
from storage import works
from storage.cleaning import Cleaning
from storage.database import Database, unbroken
from storage.errors import plain_errors
from storage.files import ClipFolder
from storage.packing import pack, unpack
from storage.times import moment
from storage.verses import add_verse, read_verse

_CLIP_ROW = """
    SELECT clips.*, verses.verse, works.title, works.created_at, jobs.user_id, jobs.guild_id, jobs.channel_id
    FROM jobs JOIN works USING (id) JOIN clips USING (id) LEFT JOIN verses USING (id) WHERE id = :id
"""
_CLIP_NAMES = """
    SELECT jobs.id, works.title, clips.genre FROM jobs JOIN works USING (id) JOIN clips USING (id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClip:
    """A clip as the library knows it; its id is its job's id, shown as `#42`.

    The paths say where the files lie, or lay: with `files_cleaned` they are gone, and the recipe can
    make them again. `created_at` is aware, in UTC; `user_id` is who asked for the clip; `midi_sha256` is
    None for clips from before it was kept. A song has its `verse` and a `lead_sheet`.
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
    verse: Verse | None = None
    lead_sheet: Path | None = None


@dataclass(frozen=True, slots=True)
class ClipName:
    """What a clip is picked by."""

    id: int
    title: str
    genre: str


class Clips:
    """The table of clips and the folder of their files, which `cleaning` keeps under a cap."""

    def __init__(self, database: Database, folder: ClipFolder, cleaning: Cleaning) -> None:
        self._database = database
        self._folder = folder
        self._cleaning = cleaning

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
        if row is None or not works.is_shown(row, guild_id=guild_id, channel_id=channel_id):
            return None
        return self._stored_clip(row)

    async def newest(self, *, guild_id: int | None, channel_id: int, limit: int) -> list[ClipName]:
        """The newest clips of this server, or of this conversation, newest first."""
        rows = await works.newest(
            self._database, _CLIP_NAMES, guild_id=guild_id, channel_id=channel_id, limit=limit
        )
        return [ClipName(row["id"], row["title"], row["genre"]) for row in rows]

    async def load(self, clip: StoredClip) -> Clip:
        """The clip with its files' contents.

        Raises Unavailable(FILES_GONE) when they were cleaned away or removed by somebody else, or when the
        MIDI file is not the one that was saved.
        """
        try:
            midi, audio, picture, lead_sheet = await asyncio.to_thread(
                self._folder.read, clip.id, song=clip.verse is not None
            )
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
            verse=clip.verse,
            lead_sheet=lead_sheet,
        )

    async def restore(self, clip: StoredClip, files: Clip) -> None:
        """Keep the files of a clip again whose own are gone, and clean to the cap. Its rows stay as they are.

        Cancelled, it first finishes. Raises Unavailable(DATABASE_BUSY or DISK_FULL).
        """
        await unbroken(self._restore(clip, files))

    async def _save(self, job_id: int, clip: Clip) -> StoredClip:
        # Asked before anything is written: the files of a job already finished must not be touched.
        await works.check_open(self._database, job_id)
        with plain_errors():
            file_bytes = await asyncio.to_thread(self._folder.write, job_id, clip)
        try:
            async with self._database.transaction() as connection:
                await _insert(connection, job_id, clip, file_bytes=file_bytes)
                [row] = await connection.execute_fetchall(_CLIP_ROW, {"id": job_id})
                cleaned = await self._cleaning.mark(connection, spared_id=job_id)
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
            kept = await connection.execute(
                "UPDATE clips SET file_bytes = ?, files_cleaned_at = NULL WHERE id = ?",
                (file_bytes, clip.id),
            )
            cleaned = await self._cleaning.mark(connection, spared_id=clip.id)
        if kept.rowcount == 0:  # the clip was deleted meanwhile
            cleaned.append(clip.id)
        await asyncio.to_thread(self._folder.remove, cleaned)

    def _stored_clip(self, row: sqlite3.Row) -> StoredClip:
        paths = self._folder.paths(row["id"])
        return StoredClip(
            id=row["id"],
            title=row["title"],
            recipe=Recipe.from_json(unpack(row["recipe"])),
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
            verse=None if row["verse"] is None else read_verse(row["verse"]),
            lead_sheet=None if row["verse"] is None else paths.lead_sheet,
        )


async def _insert(connection: aiosqlite.Connection, job_id: int, clip: Clip, *, file_bytes: int) -> None:
    """Finish the job and add the clip's rows. Raises ValueError when the job was ended meanwhile."""
    recipe = clip.recipe
    await works.finish(connection, job_id, title=clip.title, model_version=recipe.model_version)
    await connection.execute(
        "INSERT INTO clips (id, style, genre, key, tempo, recipe, seconds, judgement, source_judgement,"
        " remarks, midi_sha256, file_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            job_id,
            recipe.request.style,
            recipe.genre,
            str(recipe.key),
            recipe.tempo,
            pack(recipe.to_json()),
            clip.seconds,
            clip.judgement,
            clip.source_judgement,
            _write_remarks(clip.remarks),
            sha256_of(clip.midi),
            file_bytes,
        ),
    )
    if clip.verse is not None:
        await add_verse(connection, job_id, clip.verse)


def sha256_of(midi: bytes) -> str:
    """By which a clip that is made again is known to be the same."""
    return hashlib.sha256(midi).hexdigest()


def _write_remarks(remarks: tuple[Remark, ...]) -> str:
    """Remarks as a JSON list of objects with `topic` and `values`."""
    return json.dumps([remark.to_plain() for remark in remarks], ensure_ascii=False)


def _read_remarks(text: str) -> tuple[Remark, ...]:
    return tuple(map(Remark.from_plain, json.loads(text)))
