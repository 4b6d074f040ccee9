"""Four-part chorales of the JS Fake Chorales: soprano, alto, tenor and bass, with no key or bar lines.

All are taken to be in 4/4, as their files say; a few in a hundred sound like 3/4.
"""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from domain.genres import Genre
from domain.score import Metre, Part, Score
from training.corpora.archives import JS_FAKES, read_files
from training.corpora.keys import find_key
from training.corpora.midi import read_midi
from training.corpora.quantize import bar_count, shift, snap
from training.corpora.shared_bars import find_pickups
from training.corpora.tempos import TYPICAL_TEMPOS
from training.corpora.works import Work

VOICES = ("soprano", "alto", "tenor", "bass")
CHOIR = 52
_METRE = Metre(4, 4)
_PICKUPS_TICKS = (0, 12)
"""Bach's chorales begin on the bar line or a quarter before it."""

_LEAST_BARS = 6
_LONGEST_NOTE_BARS = 2
_MOST_BENT = 0.1


def read_works(path: Path) -> Iterator[Work]:
    """Yield the chorales in an archive or clone at `path`."""
    chorales: dict[str, tuple[Part, ...]] = {}
    for name, content in sorted(read_files(path, suffixes=(".mid",))):
        file = PurePosixPath(name)
        parts = _read_chorale(content)
        if parts is not None:
            chorales[f"{file.parent.name}/{file.stem}"] = parts
    pickups = find_pickups(list(chorales.values()), _METRE, candidates=_PICKUPS_TICKS)
    for (name, parts), pickup in zip(chorales.items(), pickups, strict=True):
        work = _finish(name, parts, pickup)
        if work.score.bars >= _LEAST_BARS:
            yield work


def _read_chorale(content: bytes) -> tuple[Part, ...] | None:
    voices = [snap(track.notes) for track in read_midi(content).tracks]
    if len(voices) != len(VOICES) or any(voice.bent_share > _MOST_BENT for voice in voices):
        return None
    longest = max(note.duration for voice in voices for note in voice.notes)
    if longest > _LONGEST_NOTE_BARS * _METRE.bar_ticks:
        return None  # one file's generator got stuck on a chord
    return tuple(Part(voice, CHOIR, snapped.notes) for voice, snapped in zip(VOICES, voices, strict=True))


def _finish(name: str, parts: tuple[Part, ...], pickup: int) -> Work:
    lead = _METRE.bar_ticks - pickup if pickup else 0
    parts = tuple(Part(part.name, part.program, shift(part.notes, lead)) for part in parts)
    bars = bar_count(parts, _METRE)
    return Work(
        id=f"js-fakes/{name}",
        title=f"Chorale {name}",
        composer="Omar Peracha",
        source=JS_FAKES.name,
        path=f"{name}.mid",
        licence=JS_FAKES.licence,
        genre=Genre.CHORALE,
        split="",
        family=f"js-fakes/{name}",
        score=Score(find_key(parts), _METRE, TYPICAL_TEMPOS[Genre.CHORALE], bars, parts),
    )
