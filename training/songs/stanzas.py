"""The stanzas that songs are measured on, from `stanzas.txt`: hymns and other verse, English and Chinese."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from domain.songs import SungStanza
from models.lyrics.sung_words import sung_line

STANZAS_FILE = Path(__file__).parent / "stanzas.txt"


@dataclass(frozen=True, slots=True)
class Written:
    """A stanza with its lines' syllables as they are usually counted, and where it is from."""

    metre: str
    source: str
    stanza: SungStanza


def read_stanzas(path: Path = STANZAS_FILE) -> Iterator[Written]:
    """The stanzas of the file, in order."""
    for block in path.read_text(encoding="utf-8").split("\n\n")[1:]:
        heading, *lines = block.strip().splitlines()
        metre, _, source = heading.removeprefix("# ").partition(", ")
        yield Written(metre, source, SungStanza(tuple(map(sung_line, lines))))
