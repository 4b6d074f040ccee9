"""English verse out of TEI files: poems, stanzas and lines as printed."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.corpora.archives import read_files

_DEATHS = re.compile(r"<death>\s*<date>([^<]*)</date>")
_AUTHOR = re.compile(r"<titleStmt>.*?<author>([^<]*)</author>", re.DOTALL)
_EVENT = re.compile(
    r"<lg(?: type=\"(?P<group>\w+)\")?[^>]*>|(?P<close></lg>)|<l(?: [^>]*)?>(?P<line>.*?)</l>"
    r"|<(?P<aside>note|front|back|list|figure)\b[^>]*>|</(?P<aside_end>note|front|back|list|figure)>",
    re.DOTALL,
)
_ANCHOR = re.compile(r"<span[^>]*>.*?</span>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Poem:
    """Stanzas of raw lines, tokens apart by spaces as the files have them. `path` is the file's."""

    path: str
    author: str
    stanzas: tuple[tuple[str, ...], ...]


def read_poems(path: Path, *, dead_by: int) -> Iterator[Poem]:
    """Yield the poems of an archive or clone whose authors all died in or before the year `dead_by`.

    Verse in notes, front and back matter is passed over; files that don't say when their authors died, too.
    """
    for name, content in sorted(read_files(path, suffixes=(".xml",))):
        text = content.decode("utf-8", errors="replace")
        deaths = [death.strip() for death in _DEATHS.findall(text)]
        if not deaths or not all(death.isdigit() and int(death) <= dead_by for death in deaths):
            continue
        author = _AUTHOR.search(text)
        name_of_author = html.unescape(author[1]).strip() if author else ""
        for stanzas in _poems(text):
            yield Poem(name, name_of_author, stanzas)


def _poems(text: str) -> Iterator[tuple[tuple[str, ...], ...]]:
    """The stanzas of each outermost group of lines."""
    stanzas: list[tuple[str, ...]] = []
    lines: list[str] = []
    depth = aside = 0
    body = text.find("<text")
    for event in _EVENT.finditer(text, max(body, 0)):
        if event["aside"]:
            aside += not event[0].endswith("/>")
        elif event["aside_end"]:
            aside = max(0, aside - 1)
        elif event["line"] is not None:
            if not aside:
                lines.append(_plain(event["line"]))
        else:
            if lines:
                stanzas.append(tuple(lines))
                lines = []
            depth += -1 if event["close"] else 1
            if depth <= 0:
                depth = 0
                if stanzas:
                    yield tuple(stanzas)
                    stanzas = []
    if stanzas:
        yield tuple(stanzas)


def _plain(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", _ANCHOR.sub(" ", markup))).split())
