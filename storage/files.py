"""Clips' files on the disk: written whole or not at all, found by the clip's id. Knows no SQL.

All of it blocks; `Clips` calls it in threads. A clip's four files lie in `folder/SHARD/ID.mid`, `.mp3`,
`.png` and `.json`, a song's lead sheet in `.musicxml` beside them, a thousand clips to a shard.
"""

import logging
import os
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from domain.clips import Clip

_log = logging.getLogger(__name__)

_CLIPS_PER_SHARD = 1000
_UNFINISHED = ".part"
_OWN_NAME = re.compile(r"(?P<id>\d+)\.(mid|mp3|png|json|musicxml)(?P<unfinished>\.part)?")


@dataclass(frozen=True, slots=True)
class ClipPaths:
    """Where the files of one clip lie, or would lie once written; only songs have a lead sheet."""

    midi: Path
    audio: Path
    picture: Path
    recipe_file: Path
    lead_sheet: Path

    @property
    def all(self) -> tuple[Path, ...]:
        return (self.midi, self.audio, self.picture, self.recipe_file, self.lead_sheet)


class ClipFolder:
    """The folder that holds every clip's files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def paths(self, clip_id: int) -> ClipPaths:
        shard = self._folder / f"{clip_id // _CLIPS_PER_SHARD:06d}"
        return ClipPaths(
            midi=shard / f"{clip_id}.mid",
            audio=shard / f"{clip_id}.mp3",
            picture=shard / f"{clip_id}.png",
            recipe_file=shard / f"{clip_id}.json",
            lead_sheet=shard / f"{clip_id}.musicxml",
        )

    def write(self, clip_id: int, clip: Clip) -> int:
        """Write the clip's files so that they outlast a power cut; their size together, in bytes.

        On an error (OSError) none of them stays.
        """
        paths = self.paths(clip_id)
        contents = {
            paths.midi: clip.midi,
            paths.audio: clip.audio,
            paths.picture: clip.picture,
            paths.recipe_file: clip.recipe.to_json().encode(),
        }
        if clip.lead_sheet is not None:
            contents[paths.lead_sheet] = clip.lead_sheet
        try:
            shard = paths.midi.parent
            shard.mkdir(parents=True, exist_ok=True)
            for path, content in contents.items():
                write_through(unfinished(path), content)
            for path in contents:
                unfinished(path).replace(path)
            sync_folder(shard)
            sync_folder(self._folder)
        except OSError:
            self.remove([clip_id])
            raise
        return sum(len(content) for content in contents.values())

    def read(self, clip_id: int, *, song: bool) -> tuple[bytes, bytes, bytes, bytes | None]:
        """MIDI, audio, picture, and a song's lead sheet. Raises FileNotFoundError."""
        paths = self.paths(clip_id)
        lead_sheet = paths.lead_sheet.read_bytes() if song else None
        return paths.midi.read_bytes(), paths.audio.read_bytes(), paths.picture.read_bytes(), lead_sheet

    def remove(self, clip_ids: Iterable[int]) -> None:
        """Remove all files of these clips. What can't be removed now, `sweep` finds at the next start."""
        for clip_id in clip_ids:
            for path in self.paths(clip_id).all:
                remove_file(path)
                remove_file(unfinished(path))

    def sweep(self, *, kept: Collection[int], newest_id: int) -> int:
        """Remove what a crash left: unfinished files, and files of no `kept` clip; how many files.

        Ids above `newest_id` were never given out by this database: they are a sign that it was
        swapped for an older one, not of a crash, and stay. So does whatever is not named like ours.
        """
        orphans: list[Path] = []
        for path in self._folder.glob("*/*"):
            name = _OWN_NAME.fullmatch(path.name)
            if name is None or int(name["id"]) > newest_id:
                continue
            if name["unfinished"] or int(name["id"]) not in kept:
                orphans.append(path)
        for path in orphans:
            remove_file(path)
        return len(orphans)


def unfinished(path: Path) -> Path:
    """What a file is called while it is being written."""
    return path.with_name(path.name + _UNFINISHED)


def write_through(path: Path, content: bytes) -> None:
    """Write a file, and return once it is on the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` outlast a power cut; Windows does so without being asked."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_file(path: Path) -> None:
    """Remove it if it is there; what can't be removed is logged."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("Can't remove %s: %s", path, error)
