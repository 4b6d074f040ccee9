"""Words under the voice of the OpenScore Lieder: phrases from breath to breath, for want of known lines."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from training.corpora.archives import read_files
from training.corpora.music_xml import MusicXmlError, Song, Word, read_music_xml
from training.songs.sung_lines import KINDS, SetLine, Sung, as_line, ticks

_CLOSES = (".", ",", ";", ":", "!", "?", "–", "—")
_LEAST, _MOST = 4, 13
"""Syllables of a phrase that may pass for a line."""


def read_lieder(path: Path) -> Iterator[tuple[str, list[SetLine]]]:
    """Yield (name, phrases) of the songs in an archive or clone that keep one metre that is counted."""
    for name, content in read_files(path, suffixes=(".mxl",)):
        try:
            song = read_music_xml(content)
        except MusicXmlError:
            continue
        lines = _lines(song)
        if lines:
            yield name, lines


def _lines(song: Song) -> list[SetLine]:
    metres = {metre for _, metre in song.written.metres}
    bar_lines = (song.written.bar_lines or ())[1:]
    if len(metres) != 1 or (metre := metres.pop()) not in KINDS or not bar_lines:
        return []
    kind, factor = KINDS[metre]
    origin = bar_lines[0]
    if any(ticks(line - origin, factor) % kind.bar_ticks for line in bar_lines):
        return []
    phrases = _phrases(song.words)
    return [
        as_line(kind, line, following[0] if following else None)
        for line, following in pairwise(
            [*([_sung(word, origin, factor) for word in phrase] for phrase in phrases), list[Sung]()]
        )
        if _LEAST <= len(line) <= _MOST
    ]


def _sung(word: Word, origin: float, factor: Fraction) -> Sung:
    onset, end = ticks(word.onset - origin, factor), ticks(word.end - origin, factor)
    return Sung(onset, end, word.notes, word.text, word.ends_word)


def _phrases(words: Sequence[Word]) -> list[list[Word]]:
    """The words, parted where there is a rest or a sign that ends a clause."""
    phrases: list[list[Word]] = [[]]
    for word, following in pairwise([*words, None]):
        if word is None:
            continue
        phrases[-1].append(word)
        closes = word.ends_word and word.text.rstrip("\"”'»").endswith(_CLOSES)
        if following is None or closes or following.onset > word.end:
            phrases.append([])
    return [phrase for phrase in phrases if phrase]
