"""Words under the tunes of the Open Hymnal: every verse, line by line as its metrical number says."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from domain.score import Metre
from training.corpora.abc import AbcError, Tune, Voice, read_abc
from training.corpora.archives import read_files
from training.songs.sung_lines import KINDS, SetLine, Sung, as_line, ticks

_SYLLABLE = re.compile(r"(?P<skip>[*_|])|(?P<hyphen>-)|(?P<text>(?:\\-|[^\s*_|-])+)")
_VERSE_NUMBER = re.compile(r"^\(?\d+(?:[.,]?\d*)*[.)]*")
_RESTRICTED = re.compile(r"copyright:?\s*(?:\(c\)\s*)?\d{4}", re.IGNORECASE)
_CAPITALS = 0.8
"""The share of lines that begin with a capital, from which a division into lines is believed."""


def read_hymns(path: Path) -> Iterator[tuple[str, list[list[SetLine]]]]:
    """Yield (name, verses) of the hymns at `path` whose lines can be told; a verse is its lines."""
    for name, content in sorted(read_files(path, suffixes=(".abc",))):
        text = content.decode("latin-1")
        if not name.startswith("Complete/") or _RESTRICTED.search(text):
            continue
        try:
            tune = read_abc(text)
        except AbcError:
            continue
        lengths = metrical_number(text)
        verses = list(_verses(tune, lengths)) if lengths else []
        if verses:
            yield name, verses


def metrical_number(text: str) -> tuple[int, ...]:
    """`%OHMETRICAL 8 6 8 6` as the syllables of each line; empty where it says anything else."""
    found = re.search(r"^%OHMETRICAL\s+([\d ]+?)(\s*D)?\s*$", text, re.MULTILINE)
    if found is None:
        return ()
    return tuple(map(int, found[1].split())) * (2 if found[2] else 1)


def syllables_of(words: str) -> list[tuple[str, bool] | None]:
    """A `w:` line note by note: (text, ends its word), or None for a note that the one before goes on to."""
    found: list[tuple[str, bool] | None] = []
    for match in _SYLLABLE.finditer(words):
        if match["skip"]:
            if match["skip"] != "|":
                found.append(None)
        elif match["hyphen"]:
            place = next((at for at in range(len(found) - 1, -1, -1) if found[at] is not None), None)
            if place is not None and (last := found[place]) is not None:
                found[place] = (last[0], False)
        else:
            text = _VERSE_NUMBER.sub("", match["text"].replace("~", " ").replace("\\-", "-").strip()).strip()
            found.append((text, True))
    return found


def _verses(tune: Tune, lengths: Sequence[int]) -> Iterator[list[SetLine]]:
    voice = next(iter(tune.voices.values()), None)
    if voice is None or tune.metre not in KINDS or not voice.bar_lines:
        return
    kind, factor = KINDS[tune.metre]
    origin = voice.bar_lines[0]
    steady = [ticks(line - origin, factor) % kind.bar_ticks == 0 for line in voice.bar_lines[:-1]]
    if sum(steady) < 0.9 * len(steady):
        return
    for verse in range(1, 1 + max((row.verse for row in voice.words), default=0)):
        sung = _sung(voice, verse, kind, origin)
        sung = [
            Sung(ticks(each[0] - origin, factor), ticks(each[1] - origin, factor), *each[2:]) for each in sung
        ]
        lines = _lines(sung, lengths)
        if lines:
            yield [
                as_line(kind, line, after[0] if after else None)
                for line, after in pairwise([*lines, list[Sung]()])
            ]


def _sung(voice: Voice, verse: int, metre: Metre, origin: float) -> list[tuple[float, float, int, str, bool]]:
    """A verse's syllables with onset and end in quarters."""
    del metre, origin
    sung: list[tuple[float, float, int, str, bool]] = []
    for row in voice.words:
        if row.verse != verse:
            continue
        heads = voice.written[row.first :]
        for head, syllable in zip(heads, syllables_of(row.text), strict=False):
            note = voice.notes[head]
            if syllable is not None and syllable[0]:
                sung.append((note.onset, note.end, 1, *syllable))
            elif sung and note.onset >= sung[-1][1]:
                onset, _, notes, text, ends = sung[-1]
                sung[-1] = (onset, note.end, notes + 1, text, ends)
            elif sung:
                onset, end, notes, text, ends = sung[-1]
                sung[-1] = (onset, max(end, note.end), notes, text, ends)
    return sung


def _lines(sung: Sequence[Sung], lengths: Sequence[int]) -> list[list[Sung]]:
    """The syllables in lines of these lengths; empty where they do not come out or begin without capitals."""
    if not sung or len(sung) % sum(lengths):
        return []
    lines: list[list[Sung]] = []
    place = 0
    while place < len(sung):
        length = lengths[len(lines) % len(lengths)]
        lines.append(list(sung[place : place + length]))
        place += length
    capitals = sum(line[0].text.lstrip("'\"“‘(¡¿")[:1].isupper() for line in lines)
    return lines if capitals >= _CAPITALS * len(lines) else []
