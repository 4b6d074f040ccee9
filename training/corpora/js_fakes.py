"""Four-part chorales of the JS Fake Chorales: soprano, alto, tenor and bass in 4/4, with no key or bar lines."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import symusic

from domain.genres import Genre
from domain.score import Metre, Part, Score
from training.corpora.archives import JS_FAKES, read_files
from training.corpora.barlines import find_pickup, shift
from training.corpora.keys import find_key
from training.corpora.quantize import snap, timed_notes
from training.corpora.works import Work

VOICES = ("soprano", "alto", "tenor", "bass")
CHOIR = 52
_METRE = Metre(4, 4)
_TEMPO = 80.0
_LEAST_BARS = 6
_MOST_BENT = 0.1


def read_works(path: Path) -> Iterator[Work]:
    """Yield the chorales in an archive or clone at `path`."""
    for name, content in read_files(path, suffixes=(".mid",)):
        stem = PurePosixPath(name)
        work = _read_chorale(f"{stem.parent.name}/{stem.stem}", content)
        if work is not None:
            yield work


def _read_chorale(name: str, content: bytes) -> Work | None:
    midi = symusic.Score.from_midi(content)
    voices = [snap(timed_notes(track, midi.tpq)) for track in midi.tracks if track.notes]
    if len(voices) != len(VOICES) or any(voice.bent_share > _MOST_BENT for voice in voices):
        return None
    parts = tuple(Part(voice, CHOIR, snapped.notes) for voice, snapped in zip(VOICES, voices, strict=True))
    pickup = find_pickup(parts, _METRE)
    if pickup:
        parts = shift(parts, _METRE.bar_ticks - pickup)
    bars = -(-max(note.end for part in parts for note in part.notes) // _METRE.bar_ticks)
    if bars < _LEAST_BARS:
        return None
    return Work(
        id=f"js-fakes/{name}",
        title=f"Chorale {name}",
        composer="Omar Peracha",
        source=JS_FAKES.name,
        licence=JS_FAKES.licence,
        genre=Genre.CHORALE,
        split="",
        family=f"js-fakes/{name}",
        score=Score(find_key(parts), _METRE, _TEMPO, bars, parts),
    )
