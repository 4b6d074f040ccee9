"""Hymns of the Open Hymnal: four voices in ABC, with true bar lines.

Only tunes are taken, and only from files that name no copyright in words, tune or setting.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from domain.genres import Genre
from domain.score import Part, Score
from training.corpora.abc import AbcError, Tune, read_abc
from training.corpora.archives import OPEN_HYMNAL, read_files
from training.corpora.sections import sections
from training.corpora.tempos import tempo_of
from training.corpora.works import Work
from training.corpora.written import Staff, Written

VOICES = ("soprano", "alto", "tenor", "bass")
CHURCH_ORGAN = 19
LEAST_BARS = 6


def read_works(path: Path) -> Iterator[Work]:
    """Yield the four-part hymns in an archive or clone at `path`."""
    for name, content in sorted(read_files(path, suffixes=(".abc",))):
        if name.startswith("Complete/"):
            yield from _read_hymn(name, content.decode("latin-1"))


def _read_hymn(path: str, text: str) -> Iterator[Work]:
    stem = PurePosixPath(path).stem
    if re.search(r"copyright:?\s*(?:\(c\)\s*)?\d{4}", text, re.IGNORECASE):
        return
    try:
        tune = read_abc(text)
    except AbcError:
        return
    if len(tune.voices) != len(VOICES) or tune.metre is None:
        return
    for section in sections(_written(tune), least_bars=LEAST_BARS):
        if len(section.parts) != len(VOICES):
            continue
        tempo = tempo_of(Genre.HYMN, quarters_a_minute=tune.tempo, beat_ticks=section.metre.beat_ticks)
        yield Work(
            id=f"openhymnal/{stem}",
            title=tune.titles[0] if tune.titles else stem.replace("_", " "),
            composer=_composer(text),
            source=OPEN_HYMNAL.name,
            path=path,
            licence=OPEN_HYMNAL.licence,
            genre=Genre.HYMN,
            split="",
            family=f"openhymnal/{stem}",
            score=Score(section.key, section.metre, tempo, section.bars, _voices(section.parts)),
        )


def _voices(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The file's order is from the soprano down, even where voices cross."""
    return tuple(Part(name, CHURCH_ORGAN, part.notes) for name, part in zip(VOICES, parts, strict=True))


def _written(tune: Tune) -> Written:
    first = next(iter(tune.voices.values()))
    metres = () if tune.metre is None else ((0.0, tune.metre),)
    return Written(
        staves=tuple(Staff(name, CHURCH_ORGAN, tuple(voice.notes)) for name, voice in tune.voices.items()),
        metres=metres,
        keys=((0.0, tune.signature),),
        bar_lines=(0.0, *first.bar_lines),
        tempo=tune.tempo,
    )


def _composer(text: str) -> str:
    """`%OHCOMPOSER Nettleton, Asahel (1783-1844)` as `Nettleton, Asahel (1783-1844)`."""
    match = re.search(r"^%OHCOMPOSER\s+(\S.*?)\s*$", text, re.MULTILINE)
    return match[1] if match else "unknown"
