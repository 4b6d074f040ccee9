"""From a score to sound: every part as its own stem, levelled, placed, in one room, mastered.

Synthesizes with rustysynth (through midirenderer) and the soundfont that pretty_midi installs.
Knows nothing of files for people: encoding is another module's.
"""

import functools
import importlib.util
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import midirenderer
import numpy as np
import soundfile
from numpy.typing import NDArray

from domain.score import Score
from engine.craft.loudness import Signal, loudness, mastered
from engine.craft.midi_files import stem_bytes
from engine.craft.performance import PlayedNote, perform
from engine.craft.room import in_room

SAMPLE_RATE = 48_000
"""Fixed by midirenderer."""

MIN_TAIL_SECONDS, MAX_TAIL_SECONDS = 1.0, 3.0
"""What follows the end of the last note: its release and the room's."""

_MAX_QUIET_SECONDS = 1.0  # of a tail drawn out to reach the length asked for
_INAUDIBLE = 1e-3  # of the peak: -60 dB
_LEAD_IN_SECONDS = 0.004

# Loudness of stems before the mix: the first part, which leads, in front.
_STEM_LUFS = -24.0
_INNER_DB, _BASS_DB = -3.0, -1.5
_MAX_STEM_GAIN_DB = 24.0


@dataclass(frozen=True, slots=True)
class Audio:
    """Stereo sound. `samples` are float32 of shape (frames, 2), within -1 to 1."""

    samples: NDArray[np.float32]
    sample_rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.sample_rate


class RenderingFailed(RuntimeError):
    """The synthesizer could not play a part."""


def render(score: Score, *, length_seconds: float | None = None) -> Audio:
    """The score as finished sound: -14 LUFS, no silence before it, a release that dies away.

    The sound ends with its release, 1 to 3 s after the last note; within that span it is made
    `length_seconds` long when that is given. A score without an audible note is a second of silence.
    Raises RenderingFailed when the synthesizer fails, FileNotFoundError without its soundfont.
    """
    played = perform(score)
    programs = [part.program for part in score.parts]
    music_seconds = max((note.end_seconds for notes in played for note in notes), default=0.0)
    mix = _mixed(
        [(notes, program) for notes, program in zip(played, programs, strict=True) if notes],
        until_seconds=music_seconds + MAX_TAIL_SECONDS,
    )
    sound = _trimmed(in_room(mix, SAMPLE_RATE), music_seconds=music_seconds, length_seconds=length_seconds)
    finished = mastered(sound, SAMPLE_RATE)
    return Audio(np.ascontiguousarray(finished.T), SAMPLE_RATE)


@functools.cache
def soundfont() -> bytes:
    """TimGM6mb, read from where pretty_midi is installed (without importing pretty_midi)."""
    spec = importlib.util.find_spec("pretty_midi")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "TimGM6mb.sf2"
        if path.exists():
            return path.read_bytes()
    raise FileNotFoundError("TimGM6mb.sf2 was not found: is pretty_midi installed?")


def _mixed(players: Sequence[tuple[Sequence[PlayedNote], int]], *, until_seconds: float) -> Signal:
    """The sum of what the players (notes and program) play, each at their level and place, dry."""
    mix = np.zeros((2, round(until_seconds * SAMPLE_RATE)), np.float32)
    for place, (notes, program) in enumerate(players):
        stem = _stem(notes, program=program, until_seconds=until_seconds)
        gains = _stem_gain(stem, place, len(players)) * _balance(place, len(players))
        frames = min(stem.shape[1], mix.shape[1])
        mix[:, :frames] += gains[:, None] * stem[:, :frames]
    return mix


def _stem(notes: Sequence[PlayedNote], *, program: int, until_seconds: float) -> Signal:
    """One part, dry. Shape (2, frames), about `until_seconds` long."""
    font = soundfont()
    midi = stem_bytes(notes, program=program, until_seconds=until_seconds)
    try:
        wave = midirenderer.render_wave_from(font, midi)
    except BaseException as error:
        # A panic in the Rust code arrives as pyo3's PanicException, which is no Exception and
        # would take the whole process down.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise RenderingFailed(f"program {program}: {error}") from error
        raise
    samples, _ = soundfile.read(io.BytesIO(wave), dtype="float32", always_2d=True)
    return np.ascontiguousarray(samples.T, np.float32)


def _stem_gain(stem: Signal, place: int, count: int) -> float:
    if count == 1:
        return 1.0
    measured = loudness(stem.mean(axis=0, keepdims=True), SAMPLE_RATE)
    if not np.isfinite(measured):
        return 0.0
    role_db = 0.0 if place == 0 else _BASS_DB if place == count - 1 else _INNER_DB
    return 10 ** (min(_STEM_LUFS + role_db - measured, _MAX_STEM_GAIN_DB) / 20)


def _balance(place: int, count: int) -> NDArray[np.float32]:
    """Gains of the left and right channel: lead and bass near the middle, the others around them."""
    if count == 1:
        position = 0.0
    elif place == 0:
        position = 0.15
    elif place == count - 1:
        position = -0.15
    else:
        position = 0.45 if place % 2 else -0.45
    angle = (position + 1) * np.pi / 4
    return (np.sqrt(2) * np.array([np.cos(angle), np.sin(angle)])).astype(np.float32)


def _trimmed(sound: Signal, *, music_seconds: float, length_seconds: float | None) -> Signal:
    """The sound from its first audible moment to the end of its release, faded out at the end."""
    level = np.abs(sound).max(axis=0)
    audible = np.flatnonzero(level > _INAUDIBLE * level.max())
    if not len(audible):
        return sound[:, : round(MIN_TAIL_SECONDS * SAMPLE_RATE)]
    start = max(int(audible[0]) - round(_LEAD_IN_SECONDS * SAMPLE_RATE), 0)
    start_seconds = start / SAMPLE_RATE
    last_audible_seconds = audible[-1] / SAMPLE_RATE - start_seconds
    earliest = music_seconds + MIN_TAIL_SECONDS - start_seconds
    latest = music_seconds + MAX_TAIL_SECONDS - start_seconds
    if length_seconds is None:
        wanted = last_audible_seconds
    else:
        wanted = min(length_seconds, last_audible_seconds + _MAX_QUIET_SECONDS)
    seconds = min(max(wanted, earliest), latest)
    trimmed = sound[:, start : start + round(seconds * SAMPLE_RATE)].copy()
    fade_frames = round((seconds - music_seconds + start_seconds) / 2 * SAMPLE_RATE)
    trimmed[:, -fade_frames:] *= np.cos(np.linspace(0, np.pi / 2, fade_frames, dtype=np.float32)) ** 2
    return trimmed
