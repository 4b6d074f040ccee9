"""Plays passages as sound for the judge's ear to learn from: quickly, on many instruments, in many rooms.

Each pitch of each instrument is rendered once by the bot's own synthesizer; a passage is then put together
from those notes. Whether a passage is a person's plays no part in how it sounds.
"""

import importlib.util
import io
import wave
from dataclasses import dataclass
from pathlib import Path

import midirenderer
import mido
import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy.signal import resample_poly

from domain.score import Score
from models.critic.sound import PITCHES
from models.critic.spectra import LOWEST_PITCH, RATE

ENSEMBLES = (
    *((0,), (0,), (0,), (0, 42), (4,), (6,), (10,), (19,), (20,), (24,), (24,), (25,), (46,), (48,), (53,)),
    *((40, 41, 42), (40, 0), (73, 0), (73, 24, 32), (71, 70), (68, 71, 60, 70), (56, 57, 58), (61,), (80,)),
    *((110, 25, 32), (79, 46), (74, 25), (22,), (11, 32), (105, 25)),
)
"""Who plays, by General MIDI program, from the highest part down; the last plays all parts below."""

PROGRAMS = tuple(sorted({program for players in ENSEMBLES for program in players}))

_NOTE_SECONDS = 3.0
_RING_SECONDS = 0.6
_HELD_SECONDS = _NOTE_SECONDS - _RING_SECONDS
_SYNTHESIZER_RATE = 48_000
_VELOCITY = 90

Floats = NDArray[np.float32]


def synthesized(midi: bytes) -> Floats:
    """A MIDI file as the bot's synthesizer plays it with TimGM6mb: mono, at RATE."""
    sound = midirenderer.render_wave_from(_soundfont(), midi)
    with wave.open(io.BytesIO(sound)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    mono = samples.astype(np.float32).mean(axis=1) / np.float32(32768)
    return resample_poly(mono, RATE // 150, _SYNTHESIZER_RATE // 150).astype(np.float32)


def _soundfont() -> bytes:
    """pretty_midi's TimGM6mb. Raises FileNotFoundError where it is not installed."""
    spec = importlib.util.find_spec("pretty_midi")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "TimGM6mb.sf2"
        if path.exists():
            return path.read_bytes()
    raise FileNotFoundError(2, "no soundfont", "TimGM6mb.sf2")


class Instruments:
    """Notes of every program: (programs, PITCHES, samples) as whole numbers, each program at one loudness."""

    def __init__(self, folder: Path) -> None:
        """Read what lies in `folder`, or render it there first."""
        folder.mkdir(parents=True, exist_ok=True)
        self._notes: dict[int, NDArray[np.int16]] = {}
        for program in track(PROGRAMS, description="instruments"):
            path = folder / f"program-{program}.npy"
            if not path.exists():
                np.save(path, _render_program(program))
            self._notes[program] = np.load(path, mmap_mode="r")

    def note(self, program: int, pitch: int, seconds: float) -> Floats:
        """A note held so long, and its ring, which is faded out."""
        held = min(seconds, _HELD_SECONDS)
        samples = self._notes[program][pitch - LOWEST_PITCH, : round((held + _RING_SECONDS) * RATE)]
        sound = samples.astype(np.float32)
        ring = min(round(0.12 * RATE), len(sound))
        start = min(round(held * RATE), len(sound) - ring)
        sound[start : start + ring] *= np.linspace(1, 0, ring, dtype=np.float32)
        sound[start + ring :] = 0
        return sound[: start + ring]


def _render_program(program: int) -> NDArray[np.int16]:
    length = round(_NOTE_SECONDS * RATE)
    track_ = mido.MidiTrack([mido.Message("program_change", program=program)])
    for number in (91, 93):  # no room but the one that is drawn for the passage
        track_.append(mido.Message("control_change", control=number, value=0))
    ticks = 960  # to a second
    for pitch in range(LOWEST_PITCH, LOWEST_PITCH + PITCHES):
        track_.append(mido.Message("note_on", note=pitch, velocity=_VELOCITY))
        track_.append(mido.Message("note_off", note=pitch, time=round(_NOTE_SECONDS * ticks * 0.98)))
        track_.append(mido.Message("control_change", control=120, time=round(_NOTE_SECONDS * ticks * 0.02)))
    written = io.BytesIO()
    mido.MidiFile(type=0, ticks_per_beat=480, tracks=[track_]).save(file=written)
    samples = synthesized(written.getvalue())
    samples = np.pad(samples, (0, max(0, PITCHES * length - len(samples))))[: PITCHES * length]
    notes = samples.reshape(PITCHES, length)
    loud = np.sqrt(np.mean(notes[:, : RATE // 2] ** 2, axis=1))
    level = float(np.median(loud[loud > 0])) if (loud > 0).any() else 1.0
    return np.clip(np.rint(notes * (2500 / level)), -32768, 32767).astype(np.int16)


@dataclass(frozen=True, slots=True)
class Setting:
    """How a passage sounds: who plays it, how fast and how evenly, and the room and gear it is heard through.

    `unevenness` is a standard deviation of onsets, in seconds; `filter` (bins,) is what the room and the gear
    do to each frequency; `noise_db` how far below the music the hiss is.
    """

    programs: tuple[int, ...]
    tempo_factor: float
    unevenness: float
    balance: tuple[float, ...]
    room: NDArray[np.complex64]
    noise_db: float
    seed: int


def draw_setting(seconds: float, random: np.random.Generator) -> Setting:
    """A setting for passages of `seconds`, drawn without regard to what will be played."""
    return Setting(
        programs=ENSEMBLES[int(random.integers(len(ENSEMBLES)))],
        tempo_factor=float(random.uniform(0.8, 1.2)),
        unevenness=float(random.uniform(0, 0.012)),
        balance=tuple(float(each) for each in 10 ** random.uniform(-0.35, 0.1, 8)),
        room=_draw_room(round(seconds * RATE), random),
        noise_db=float(random.uniform(-75, -22)),
        seed=int(random.integers(2**31)),
    )


def _draw_room(samples: int, random: np.random.Generator) -> NDArray[np.complex64]:
    """(bins,): echoes that die away, a tilt, and the ends of the spectrum that cheap gear and MP3 cut off."""
    size = -(-samples // 1000) * 1000  # even, so that it can be told from bins, and of small factors
    frequencies = np.fft.rfftfreq(size, 1 / RATE)
    dying = random.uniform(0.08, 0.5)
    length = min(round(3 * dying * RATE), samples)
    echoes = random.normal(size=length) * np.exp(-np.arange(length) / (dying * RATE))
    echoes *= random.uniform(0, 0.7) / max(float(np.sqrt(np.sum(echoes**2))), 1e-9)
    echoes[0] += 1
    tilt = 10 ** (random.uniform(-5, 3) / 20 * np.log2(np.maximum(frequencies, 60) / 500))
    ceiling, floor = random.uniform(3500, 11000), random.uniform(20, 140)
    ends = 1 / (1 + (frequencies / ceiling) ** 8) / (1 + (floor / np.maximum(frequencies, 1)) ** 4)
    return (np.fft.rfft(echoes, size) * tilt * ends).astype(np.complex64)


@dataclass(frozen=True, slots=True)
class PlayedNote:
    """A note as it is played, in seconds, at a loudness and on a program."""

    onset: float
    seconds: float
    pitch: int
    loudness: float
    program: int


def played_notes(score: Score, setting: Setting) -> list[PlayedNote]:
    """What the players make of a score.

    What is drawn by chance depends on the setting and a note's place alone: two versions of a passage are
    played alike.
    """
    random = np.random.default_rng(setting.seed)
    late = random.normal(0, setting.unevenness, 4096)
    loud = 10 ** random.uniform(-0.2, 0.1, 4096)
    tick = score.seconds_per_tick / setting.tempo_factor
    found: list[PlayedNote] = []
    for place, part in enumerate(score.parts):
        program = setting.programs[min(place, len(setting.programs) - 1)]
        for note in part.notes:
            drawn = (note.onset * 7 + place * 1013) % 4096
            loudness = float(loud[drawn]) * setting.balance[place % 8]
            onset = note.onset * tick + float(late[drawn])
            found.append(PlayedNote(onset, note.duration * tick, note.pitch, loudness, program))
    return found


def played(
    score: Score, setting: Setting, instruments: Instruments, *, start: float, seconds: float
) -> Floats:
    """The score from a second on, as mono sound at RATE; silence where it has ended."""
    sound = np.zeros(round(seconds * RATE), np.float32)
    for note in played_notes(score, setting):
        begins = round((note.onset - start) * RATE)
        if not 0 <= begins < len(sound) or not 0 <= note.pitch - LOWEST_PITCH < PITCHES:
            continue
        heard = instruments.note(note.program, note.pitch, note.seconds)[: len(sound) - begins]
        sound[begins : begins + len(heard)] += heard * np.float32(note.loudness)
    return _through(sound, setting, np.random.default_rng([setting.seed, 1]))


def _through(sound: Floats, setting: Setting, random: np.random.Generator) -> Floats:
    """The sound in its room, with the hiss of its gear."""
    size = 2 * (len(setting.room) - 1)
    filtered = np.fft.irfft(np.fft.rfft(sound, size) * setting.room, size)[: len(sound)]
    level = float(np.sqrt(np.mean(filtered**2))) * 10 ** (setting.noise_db / 20)
    return (filtered + level * random.standard_normal(len(sound), dtype=np.float32)).astype(np.float32)
