"""Irish dance tunes of the CRÉ corpus: one melody a file, its dance told by metre and title.

abc2midi wrote the files, one tick late; a second and third track only repeat chords and drones.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import symusic

from domain.genres import Genre
from domain.score import Metre, Part, Score
from training.corpora.archives import CRE, read_files
from training.corpora.barlines import find_pickup, shift
from training.corpora.keys import find_key
from training.corpora.quantize import snap, timed_notes
from training.corpora.works import Work

_FIDDLE = 40
_LEAST_BARS = 8
_MOST_BENT = 0.15
TEMPOS = {
    Genre.REEL: 200.0,
    Genre.HORNPIPE: 160.0,
    Genre.JIG: 116.0,
    Genre.SLIP_JIG: 116.0,
    Genre.POLKA: 132.0,
}
"""Session tempos in beats a minute: quarters, dotted quarters where the beat divides in three."""


def read_works(path: Path) -> Iterator[Work]:
    """Yield the tunes in an archive or clone at `path` that are reels, jigs, slip jigs, hornpipes or polkas."""
    for name, content in read_files(path, suffixes=(".mid",)):
        if "cre_corpus/MIDI/" not in name:
            continue
        work = _read_tune(PurePosixPath(name).stem, content)
        if work is not None:
            yield work


def _read_tune(stem: str, content: bytes) -> Work | None:
    midi = symusic.Score.from_midi(content)
    if len(midi.time_signatures) != 1 or not midi.tracks[0].notes:
        return None
    signature = midi.time_signatures[0]
    metre = Metre(signature.numerator, signature.denominator)
    title = _clean_title(midi.tracks[0].name) or stem
    genre = _genre(metre, f"{title} {stem}")
    if genre is None:
        return None
    if metre == Metre(2, 2):
        metre = Metre(4, 4)
    start = midi.tracks[0].start()
    snapped = snap(timed_notes(midi.tracks[0], midi.tpq, start_ticks=start if start < 10 else 0))
    if snapped.bent_share > _MOST_BENT:
        return None
    parts: tuple[Part, ...] = (Part("melody", _FIDDLE, snapped.notes),)
    pickup = find_pickup(parts, metre, longest_ticks=12)
    if pickup:
        parts = shift(parts, metre.bar_ticks - pickup)
    bars = -(-max(note.end for note in parts[0].notes) // metre.bar_ticks)
    if bars < _LEAST_BARS:
        return None
    fifths = midi.key_signatures[0].key if midi.key_signatures else None
    key = find_key(parts, fifths=fifths, modal=True)
    return Work(
        id=f"cre/{stem}",
        title=title,
        composer="traditional",
        source=CRE.name,
        licence=CRE.licence,
        genre=genre,
        split="",
        family=f"cre/{stem}",
        score=Score(key, metre, TEMPOS[genre], bars, parts),
    )


def _clean_title(name: str) -> str:
    """`Achonry Lasses (reel), The` as `The Achonry Lasses (reel)`; numbers and asterisks go."""
    title = re.sub(r"[*\s]+", " ", name).strip()
    match = re.fullmatch(r"(.*), The", title)
    return f"The {match[1]}" if match else title


def _genre(metre: Metre, title: str) -> Genre | None:
    """The dance, or None for marches, slides, airs and set dances, which have too few tunes each."""
    lowered = title.lower()
    if any(
        other in lowered for other in ("march", "air", "slide", "set dance", "waltz", "barndance", "fling")
    ):
        return None
    if str(metre) in ("4/4", "2/2"):
        return Genre.HORNPIPE if "hornpipe" in lowered else Genre.REEL
    return {"6/8": Genre.JIG, "9/8": Genre.SLIP_JIG, "2/4": Genre.POLKA}.get(str(metre))
