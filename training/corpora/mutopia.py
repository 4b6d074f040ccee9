"""Pieces of the Mutopia Project, rendered to MIDI: hymns, keyboard, guitar, quartets, rags, folk dances.

The manifest beside the MIDI files says what each is and under which licence. A style there is what its
contributor typed: composers known to belong elsewhere are moved.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath

from domain.genres import Genre
from domain.score import Part, Score
from training.corpora.archives import MUTOPIA, ArchiveError, read_files
from training.corpora.midi import Midi, Track, read_midi
from training.corpora.quantize import bar_count
from training.corpora.sections import Section, high_to_low, mean_pitch, merge, sections
from training.corpora.tempos import tempo_of
from training.corpora.voices import split_voices
from training.corpora.works import Work
from training.corpora.written import Staff, Written

_PIANO, _HARPSICHORD, _ORGAN, _GUITAR = 0, 6, 19, 24
_QUARTET = (("violin I", 40), ("violin II", 40), ("viola", 41), ("cello", 42))
_VOICES = ("soprano", "alto", "tenor", "bass")
_LEAST_BARS = {Genre.HYMN: 6}
_LEAST_BARS_ELSEWHERE = 8
_LICENCES = {"PD": "public domain", "BY": "CC BY"}

_KEYBOARD = re.compile(
    r"(?:(?:harpsichord|clavichord|piano|pianoforte|organ)(?:\s*[,/]\s*)?)+", re.IGNORECASE
)
_GUITARS = re.compile(
    r"(?:classical |lute, |vihuela, )?guitar(?:, vihuela)?|lute, guitar, vihuela", re.IGNORECASE
)
_OTHER_STYLES = ("Technique", "March", "Modern", "Hymn", "Popular / Dance", "Song")
_RAGTIME = ("JoplinS", "TurpinT", "HunterC")
_PERIODS = {
    Genre.BAROQUE: {
        *("BachJS", "BanchieriA", "BuxtehudeD", "CouperinF", "DandrieuJ", "FischerJKF", "FrobergerJJ"),
        *("HandelGF", "MuffatG", "PurcellH", "RameauJP", "RitterC", "ScarlattiD", "ScheidemannH"),
        *("TitelouzeJ", "WeckmannM"),
    },
    Genre.CLASSICAL: {
        *("AndreJ", "BachCPE", "BeethovenLv", "BendaJA", "ClementiM", "HaydnFJ", "KuhlauF", "MozartWA"),
        *("MuellerAE", "PleyelIJ", "WanhalJ"),
    },
    Genre.ROMANTIC: {
        *("AdamA", "AlbenizIMF", "BrahmsJ", "BurgmullerJFF", "ChopinFF", "CzernyC", "DvorakA", "FaureG"),
        *("FranckC", "GlazunovA", "GottschalkLM", "GounodC", "GriegE", "LisztF", "Mendelssohn-BartholdyF"),
        *("MinkusLA", "NielsenCA", "PejacsevichD", "RegerM", "Rimsky-KorsakovN", "Saint-SaensC", "SatieE"),
        *("SchubertF", "SchumannR", "TchaikovskyPI"),
    },
}
_LATEST_END_QUARTERS = 8
_FAMILY_FILES = 6
"""A folder with more pieces than this is a collection, whose pieces are works of their own."""


@dataclass(frozen=True)
class _Piece:
    """A row of the manifest, as far as it is used."""

    files: tuple[str, ...]
    title: str
    composer: str
    instrument: str
    licence: str
    path: str
    family: str
    genre: Genre


def read_works(path: Path) -> Iterator[Work]:
    """Yield the pieces of the genres above from an archive or its unpacked folder at `path`.

    Raises ArchiveError for a clone of the upstream, which holds LilyPond sources and no MIDI.
    """
    files = dict(read_files(path, suffixes=(".mid", "manifest.csv")))
    if "manifest.csv" not in files:
        raise ArchiveError(
            f"{path} has no manifest.csv: Mutopia is read from its archive of MIDI files alone"
        )
    for piece in _read_manifest(files["manifest.csv"].decode()):
        for name in piece.files:
            yield from _read_file(piece, name, files[f"midi/{name}"])


def _read_manifest(content: str) -> list[_Piece]:
    rows = list(csv.DictReader(io.StringIO(content)))
    folders = Counter(_work_folder(row["source_path"]) for row in rows)
    pieces: list[_Piece] = []
    for row in rows:
        genre = _genre(row)
        if genre is None or row["licence"] not in _LICENCES:
            continue
        folder = _work_folder(row["source_path"])
        whole = folders[folder] <= _FAMILY_FILES
        family = folder if whole else str(PurePosixPath(row["source_path"]).with_suffix(""))
        licence = row["licence_text"] if row["licence"] == "BY" else _LICENCES["PD"]
        pieces.append(
            _Piece(
                files=tuple(row["files"].split()),
                title=" ".join(row["title"].split()),
                composer=_composer(row["composer"]),
                instrument=row["instrument"],
                licence=licence,
                path=row["source_path"],
                family=f"mutopia/{family}",
                genre=genre,
            )
        )
    return pieces


def _composer(name: str) -> str:
    """`BurgmullerJFF` as `Burgmuller, J. F. F.`."""
    match = re.fullmatch(r"(.*[a-z])([A-Z]+)(v?)", name)
    if match is None:
        return name
    initials = " ".join(f"{initial}." for initial in match[2])
    return f"{match[1]}, {initials}" + (" v." if match[3] else "")


def _work_folder(source_path: str) -> str:
    """`ftp/BeethovenLv/O27/moonlight/moonlight.ly` as `BeethovenLv/O27`."""
    return "/".join(source_path.split("/")[1:3])


def _genre(row: Mapping[str, str]) -> Genre | None:
    """What the piece is learned as, or None: marches, studies, choirs, songs, orchestras, koto tunes."""
    instrument, style, composer = row["instrument"].strip(), row["style"], row["composer"]
    if style == "Hymn" and instrument in ("Voice (SATB)", "", "Voice (SATB) and Organ or Piano"):
        return Genre.HYMN
    if _GUITARS.fullmatch(instrument) or row["title"].startswith("Guitar-Skole"):
        return Genre.GUITAR
    if instrument.startswith("String Quartet") and composer in _PERIODS[Genre.CLASSICAL]:
        return Genre.CLASSICAL
    if not _KEYBOARD.fullmatch(instrument):
        return None
    return _keyboard_genre(style, composer)


def _keyboard_genre(style: str, composer: str) -> Genre | None:
    if style == "Folk":
        return Genre.FOLK
    if style == "Jazz" or composer in _RAGTIME:
        return Genre.RAGTIME
    if style in _OTHER_STYLES:
        return None
    for genre, composers in _PERIODS.items():
        if composer in composers:
            return genre
    return {str(genre): genre for genre in _PERIODS}.get(style.lower())


def _read_file(piece: _Piece, name: str, content: bytes) -> Iterator[Work]:
    written = _written(piece, read_midi(content))
    if written is None:
        return
    least_bars = _LEAST_BARS.get(piece.genre, _LEAST_BARS_ELSEWHERE)
    stem = PurePosixPath(name).stem
    for section in sections(written, least_bars=least_bars):
        parts = _parts(piece, section)
        if parts is None:
            continue
        beat_ticks = section.metre.beat_ticks
        tempo = tempo_of(piece.genre, quarters_a_minute=written.tempo, beat_ticks=beat_ticks)
        yield Work(
            id=f"mutopia/{stem}" + (f"/{section.number + 1}" if section.number else ""),
            title=piece.title,
            composer=piece.composer,
            source=MUTOPIA.name,
            path=piece.path,
            licence=piece.licence,
            genre=piece.genre,
            split="",
            family=piece.family,
            score=Score(section.key, section.metre, tempo, bar_count(parts, section.metre), parts),
        )


def _written(piece: _Piece, midi: Midi) -> Written | None:
    tracks = [track for track in midi.tracks if not track.is_drum]
    if not tracks or not midi.metres or not _end_together(piece, tracks):
        return None
    staves = [Staff(track.name, track.program, track.notes) for track in tracks]
    if piece.genre == Genre.HYMN:
        split = _hymn_voices(tracks)
        if split is None:
            return None
        staves = split
    return Written(
        staves=tuple(staves),
        metres=midi.metres,
        keys=midi.keys,
        tempo=midi.tempos[0][1] if midi.tempos else None,
    )


def _end_together(piece: _Piece, tracks: Sequence[Track]) -> bool:
    """Whether two hands, or a quartet, end at once; else they unfolded their repeats differently."""
    if len(tracks) != 2 and not _is_quartet(piece):
        return True
    ends = [max(note.end for note in track.notes) for track in tracks]
    return max(ends) - min(ends) <= _LATEST_END_QUARTERS


def _is_quartet(piece: _Piece) -> bool:
    return piece.instrument.startswith("String Quartet")


def _hymn_voices(tracks: Sequence[Track]) -> list[Staff] | None:
    """Four voices, from four tracks or from two staves of two voices."""
    if len(tracks) == len(_VOICES):
        return [Staff(name, _ORGAN, track.notes) for name, track in zip(_VOICES, tracks, strict=True)]
    if len(tracks) != 2:
        return None
    staves: list[Staff] = []
    for track in tracks:
        voices = split_voices(track.notes)
        if voices is None:
            return None
        staves.extend(Staff("", _ORGAN, tuple(voice)) for voice in voices)
    return [Staff(name, _ORGAN, staff.notes) for name, staff in zip(_VOICES, staves, strict=True)]


def _parts(piece: _Piece, section: Section) -> tuple[Part, ...] | None:
    """The section's staves as the parts of its genre, from high to low."""
    staves = list(section.parts)
    if piece.genre == Genre.HYMN:
        return tuple(staves) if len(staves) == len(_VOICES) else None
    if piece.genre == Genre.GUITAR:
        return (merge(staves, name="guitar", program=_GUITAR),)
    if _is_quartet(piece):
        if len(staves) != len(_QUARTET):
            return None
        named = zip(_QUARTET, high_to_low(staves), strict=True)
        return tuple(Part(name, program, part.notes) for (name, program), part in named)
    return _keyboard_parts(piece, staves)


def _keyboard_parts(piece: _Piece, staves: Sequence[Part]) -> tuple[Part, ...] | None:
    """Two hands, and an organ's pedal as a third part; None where a hand is missing."""
    instrument = piece.instrument.lower()
    program = _PIANO
    if piece.genre == Genre.BAROQUE and "harpsichord" in instrument:
        program = _HARPSICHORD
    if instrument == "organ":
        program = _ORGAN
    names = ("right hand", "left hand", "pedal")[: 3 if program == _ORGAN and len(staves) > 2 else 2]
    groups = _grouped(staves, len(names))
    if groups is None:
        return None
    return tuple(merge(group, name=name, program=program) for name, group in zip(names, groups, strict=True))


def _grouped(staves: Sequence[Part], count: int) -> list[list[Part]] | None:
    """Staves from high to low in `count` groups, cut where neighbours are farthest apart."""
    ordered = high_to_low(staves)
    if len(ordered) < count:
        return None
    gaps = [mean_pitch(upper) - mean_pitch(lower) for upper, lower in pairwise(ordered)]
    cuts = sorted(sorted(range(1, len(ordered)), key=lambda place: -gaps[place - 1])[: count - 1])
    return [ordered[start:end] for start, end in zip([0, *cuts], [*cuts, len(ordered)], strict=True)]
