"""Songs for voice and piano of the OpenScore Lieder corpus, with true bar lines; words are passed over."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from domain.genres import Genre
from domain.score import Part, Score
from training.corpora.archives import LIEDER, read_files
from training.corpora.music_xml import MusicXmlError, read_music_xml
from training.corpora.sections import sections
from training.corpora.tempos import tempo_of
from training.corpora.works import Work

_VOICE_AND_PIANO = (1, 2)
_PARTS = (("voice", 53), ("right hand", 0), ("left hand", 0))
_LEAST_BARS = 8


def read_works(path: Path) -> Iterator[Work]:
    """Yield the songs for one voice and piano in an archive or clone at `path`.

    The parts are voice, right hand, left hand, whichever is higher.
    """
    for name, content in read_files(path, suffixes=(".mxl",)):
        yield from _read_song(name, content)


def _read_song(path: str, content: bytes) -> Iterator[Work]:
    try:
        song = read_music_xml(content)
    except MusicXmlError:
        return
    if song.staves_by_part != _VOICE_AND_PIANO:
        return
    file = PurePosixPath(path)
    # scores/<composer>/<set>/<song>/<number>.mxl
    composer, _, title = file.parts[-4:-1]
    for section in sections(song.written, least_bars=_LEAST_BARS):
        if len(section.parts) != len(_PARTS):
            continue
        tempo = tempo_of(
            Genre.SONG, quarters_a_minute=song.written.tempo, beat_ticks=section.metre.beat_ticks
        )
        parts = tuple(
            Part(name, program, part.notes)
            for (name, program), part in zip(_PARTS, section.parts, strict=True)
        )
        yield Work(
            id=f"lieder/{file.stem}" + (f"/{section.number + 1}" if section.number else ""),
            title=title.replace("_", " "),
            composer=composer.replace("_", " "),
            source=LIEDER.name,
            path=path,
            licence=LIEDER.licence,
            genre=Genre.SONG,
            split="",
            family=f"lieder/{file.stem}",
            score=Score(section.key, section.metre, tempo, section.bars, parts),
        )
