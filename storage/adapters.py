"""Versions' files on the disk: named by the hash of their content, written whole or not at all. Knows no SQL.

All of it blocks; `Versions` calls it in threads.
"""

import re
from collections.abc import Collection
from pathlib import Path

from domain.finetuning import adapter_name
from storage.files import remove_file, sync_folder, unfinished, write_through

ENDING = ".safetensors"

_OWN_NAME = re.compile(r"(?P<name>[0-9a-f]{16})\.safetensors(?P<unfinished>\.part)?")


class AdapterFolder:
    """The folder that the engine takes adapters from."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, content: bytes) -> str:
        """Keep an adapter so that it outlasts a power cut; its name.

        Under its name there is never a part of it. Raises OSError.
        """
        name = adapter_name(content)
        path = self._path(name)
        try:
            write_through(unfinished(path), content)
            unfinished(path).replace(path)
            sync_folder(self._folder)
        except OSError:
            remove_file(unfinished(path))
            raise
        return name

    def is_whole(self, name: str) -> bool:
        """Whether the file is there, and is what its name says."""
        try:
            return adapter_name(self._path(name).read_bytes()) == name
        except OSError:
            return False

    def sweep(self, *, kept: Collection[str]) -> int:
        """Remove what a crash left: unfinished files, and those that no version names; how many."""
        orphans = [
            path
            for path in self._folder.iterdir()
            if (own := _OWN_NAME.fullmatch(path.name)) and (own["unfinished"] or own["name"] not in kept)
        ]
        for path in orphans:
            remove_file(path)
        return len(orphans)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{ENDING}"
