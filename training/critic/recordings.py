"""Passages played once and kept on disk, for the judge's ear to be taught on and its judge to hear.

People's passages, spoilt ones and such as nobody wrote, played alike, some to a shard; a shard is decided by
its role and number alone. Knows no network.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.genres import Genre
from domain.score import TICKS_PER_QUARTER, Score
from domain.score_json import score_from_plain, score_to_plain
from models.critic.spectra import RATE, Spectra, listen
from training.corpora.beats import Count
from training.corpora.json_lines import load_json_lines, save_json_lines
from training.critic.passages import HUMAN, Examples
from training.critic.sound_players import Instruments, draw_setting, played, played_notes

MOST_SECONDS = 40.0
"""Of a passage, so much is judged by ear."""

SHARD = 50
"""Passages kept in one file."""

_LEAST_SECONDS = 10.2
_SPOILT_SHARE = 0.45
_WRITTEN_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Sounding:
    """Notes in seconds, (N, 3) of onset, end and pitch, part after part, and how they sound together."""

    notes: NDArray[np.float32]
    spectra: Spectra


@dataclass(frozen=True, slots=True)
class Recording:
    """A passage, what it is, and how it sounds."""

    score: Score
    genre: Genre
    origin: str
    sounding: Sounding

    @property
    def count(self) -> Count:
        """How it is counted; a bar begins with the first second."""
        ticks = sum(note.duration for part in self.score.parts for note in part.notes)
        seconds = float((self.sounding.notes[:, 1] - self.sounding.notes[:, 0]).sum())
        return Count(TICKS_PER_QUARTER * seconds / ticks, 0.0, self.score.metre)


def record(score: Score, instruments: Instruments, random: np.random.Generator) -> Sounding:
    """Have a score played in a setting drawn by chance, and listen to its first MOST_SECONDS."""
    seconds = round(max(_LEAST_SECONDS, min(MOST_SECONDS, score.seconds * 1.25 + 1)) * RATE) / RATE
    setting = draw_setting(seconds, random)
    rows = [(note.onset, note.onset + note.seconds, note.pitch) for note in played_notes(score, setting)]
    spectra = listen(played(score, setting, instruments, start=0, seconds=seconds))
    return Sounding(np.asarray(rows, np.float32).reshape(-1, 3), spectra)


@dataclass(frozen=True, slots=True)
class Recordings:
    """A role's recordings, kept in a folder by SHARD."""

    role: str
    examples: Examples
    instruments: Instruments
    folder: Path

    def shard(self, number: int) -> list[Recording]:
        """Played on first use, then read."""
        described, levels = (self.folder / f"{self.role}-{number}{end}" for end in (".jsonl.gz", ".npz"))
        if not described.exists():
            random = np.random.default_rng([number, *self.role.encode()])
            _save([self.draw(random) for _ in range(SHARD)], described, levels)
        return list(_load(described, levels))

    def draw(self, random: np.random.Generator) -> Recording:
        """A passage of people, or one that was spoilt or that nobody wrote."""
        genre, chance = self.examples.draw_genre(random), random.random()
        found: tuple[Score, str] | None = None
        if chance < _SPOILT_SHARE:
            pair = self.examples.spoilt_pair(genre, random)
            found = None if pair is None else (pair.after, pair.kind)
        elif chance < _SPOILT_SHARE + _WRITTEN_SHARE:
            found = self.examples.written_passage(genre, random)
        score, origin = found or (self.examples.human_passage(genre, random), HUMAN)
        return Recording(score, genre, origin, record(score, self.instruments, random))


def _save(recordings: list[Recording], described: Path, levels: Path) -> None:
    levels.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        levels,
        semitones=np.concatenate([each.sounding.spectra.semitones for each in recordings]),
        mel=np.concatenate([each.sounding.spectra.mel for each in recordings]),
        notes=np.concatenate([each.sounding.notes for each in recordings]),
    )
    save_json_lines(described, map(_to_plain, recordings))


def _to_plain(recording: Recording) -> dict[str, Any]:
    return {
        "genre": str(recording.genre),
        "origin": recording.origin,
        "frames": len(recording.sounding.spectra.semitones),
        "notes": len(recording.sounding.notes),
        "score": score_to_plain(recording.score),
    }


def _load(described: Path, levels: Path) -> Iterator[Recording]:
    with np.load(levels) as kept:
        semitones, mel, notes = kept["semitones"], kept["mel"], kept["notes"]
    frame = note = 0
    for plain in load_json_lines(described):
        after, last = frame + plain["frames"], note + plain["notes"]
        yield Recording(
            score_from_plain(plain["score"]),
            Genre(plain["genre"]),
            plain["origin"],
            Sounding(notes[note:last], Spectra(semitones[frame:after], mel[2 * frame : 2 * after])),
        )
        frame, note = after, last
