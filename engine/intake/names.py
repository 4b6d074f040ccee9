"""Names from strangers' files, fit to be shown. Knows nothing of where."""

import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

from domain.limits import MAX_TITLE

_REPLACEMENT = "\ufffd"
_MIDI = (".mid", ".midi", ".kar")


def clean_name(name: str) -> str:
    """On one line, without control and formatting characters; empty where its encoding was not understood."""
    if _REPLACEMENT in name:
        return ""
    shown = "".join(" " if letter.isspace() else letter for letter in name)
    shown = "".join(letter for letter in shown if unicodedata.category(letter)[0] != "C")
    return " ".join(shown.split())[:MAX_TITLE].strip()


def title_of(file_name: str) -> str:
    """What to call a piece by its file's name; “MIDI” where that says nothing."""
    base = PurePosixPath(PureWindowsPath(file_name).name).name
    stem = base.rpartition(".")[0] or base
    return clean_name(stem.replace("_", " ")) or "MIDI"


def is_midi(file_name: str, content: bytes = b"") -> bool:
    """Whether a file is meant to be MIDI, by its name's ending or its first bytes."""
    return file_name.lower().endswith(_MIDI) or content.startswith(b"MThd")
