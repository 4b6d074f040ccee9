"""Irish dance tunes of the CRÉ corpus: one melody a file, its dance told by metre and title.

abc2midi wrote the files, one tick late and without bar lines; where a file has more tracks, they repeat
its chord symbols. Repeats are written out in about half of them.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from domain.genres import Genre
from domain.score import TICKS_PER_QUARTER, Key, Metre, Note, Part, Score
from training.corpora.archives import CRE, read_files
from training.corpora.keys import find_dance_key
from training.corpora.midi import KeySignature, TimedNote, read_midi
from training.corpora.quantize import bar_count, shift, snap
from training.corpora.shared_bars import find_pickups, strong_ticks
from training.corpora.tempos import TYPICAL_TEMPOS
from training.corpora.works import Work

_FIDDLE = 40
_LEAST_BARS = 8
_MOST_BENT = 0.15
_METRES = {
    Genre.REEL: Metre(4, 4),
    Genre.HORNPIPE: Metre(4, 4),
    Genre.JIG: Metre(6, 8),
    Genre.SLIP_JIG: Metre(9, 8),
    Genre.POLKA: Metre(2, 4),
}
_PICKUPS_TICKS = (0, 6, 12)
"""Nothing, an eighth or a quarter; never half a bar, which would be as good as none."""

_OTHER_DANCES = ("march", "air", "slide", "set dance", "waltz", "barndance", "fling")


@dataclass(frozen=True)
class _Tune:
    stem: str
    title: str
    genre: Genre
    signature: KeySignature
    notes: tuple[TimedNote, ...]


def read_works(path: Path) -> Iterator[Work]:
    """Yield the reels, jigs, slip jigs, hornpipes and polkas in an archive or clone at `path`."""
    dances: dict[Genre, list[_Tune]] = defaultdict(list)
    for name, content in sorted(read_files(path, suffixes=(".mid",))):
        if "cre_corpus/MIDI/" in name:
            tune = _read_tune(PurePosixPath(name).stem, content)
            if tune is not None:
                dances[tune.genre].append(tune)
    for genre, tunes in dances.items():
        metre = _METRES[genre]
        pickups = find_pickups(
            [(_part(snap(tune.notes).notes),) for tune in tunes],
            metre,
            candidates=[pickup for pickup in _PICKUPS_TICKS if pickup < metre.bar_ticks / 2],
        )
        for tune, pickup in zip(tunes, pickups, strict=True):
            work = _finish(tune, metre, pickup)
            if work is not None:
                yield work


def _read_tune(stem: str, content: bytes) -> _Tune | None:
    midi = read_midi(content)
    if len(midi.metres) != 1 or not midi.keys or not midi.tracks:
        return None
    melody = midi.tracks[0]
    title = _clean_title(melody.name) or stem
    genre = _genre(midi.metres[0][1], f"{title} {stem}")
    if genre is None:
        return None
    # The first note is a tick late; so are all the others.
    late = melody.notes[0].onset if melody.notes[0].onset < 1 / 48 else 0.0
    notes = tuple(TimedNote(note.onset - late, note.end - late, note.pitch) for note in melody.notes)
    return _Tune(stem, title, genre, midi.keys[0][1], notes)


def _part(notes: tuple[Note, ...]) -> Part:
    return Part("melody", _FIDDLE, notes)


def _finish(tune: _Tune, metre: Metre, pickup: int) -> Work | None:
    """A work on true bar lines; None for a tune too short or too free."""
    lead = (metre.bar_ticks - pickup) % metre.bar_ticks
    snapped = snap(tune.notes, later=lead / TICKS_PER_QUARTER)
    if snapped.bent_share > _MOST_BENT:
        return None
    silent = snapped.notes[0].onset // metre.bar_ticks * metre.bar_ticks
    notes = shift(snapped.notes, -silent)
    key = find_dance_key(notes, metre, tune.signature)
    notes = _end(notes, metre, key)
    bars = bar_count((_part(notes),), metre)
    if bars < _LEAST_BARS:
        return None
    return Work(
        id=f"cre/{tune.stem}",
        title=tune.title,
        composer="traditional",
        source=CRE.name,
        path=f"cre_corpus/MIDI/{tune.stem}.mid",
        licence=CRE.licence,
        genre=tune.genre,
        split="",
        family=f"cre/{tune.stem}",
        score=Score(key, metre, TYPICAL_TEMPOS[tune.genre], bars, (_part(notes),)),
    )


def _end(notes: tuple[Note, ...], metre: Metre, key: Key) -> tuple[Note, ...]:
    """Close the tune as on its last time through: without the lead back to its beginning.

    The lead goes when it is a quarter at most and follows the tonic on a strong beat; a final note held
    beyond its bar ends with it.
    """
    bar = metre.bar_ticks
    for count in range(1, min(5, len(notes))):
        last = notes[-count]
        follows = notes[len(notes) - count + 1 :]
        lead = follows[-1].end - follows[0].onset if follows else 0
        if lead > TICKS_PER_QUARTER:
            break
        if last.pitch % 12 == key.tonic and last.onset % bar in strong_ticks(metre):
            notes = notes[: len(notes) - count + 1]
            break
    last = notes[-1]
    bar_end = (last.onset // bar + 1) * bar
    return (*notes[:-1], Note(last.onset, last.pitch, min(last.duration, bar_end - last.onset)))


def _clean_title(name: str) -> str:
    """`Achonry Lasses (reel), The` as `The Achonry Lasses (reel)`; asterisks go."""
    title = re.sub(r"[*\s]+", " ", name).strip()
    match = re.fullmatch(r"(.*?), The\b(.*)", title)
    return f"The {match[1]}{match[2]}" if match else title


def _genre(metre: Metre, title: str) -> Genre | None:
    """The dance, or None for those that have too few tunes to learn from: marches, slides, airs."""
    lowered = title.lower()
    if any(other in lowered for other in _OTHER_DANCES):
        return None
    if str(metre) in ("4/4", "2/2"):
        return Genre.HORNPIPE if "hornpipe" in lowered else Genre.REEL
    return {"6/8": Genre.JIG, "9/8": Genre.SLIP_JIG, "2/4": Genre.POLKA}.get(str(metre))
