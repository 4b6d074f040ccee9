"""From a score to sound: every part as its own stem, levelled, placed, in one room, mastered.

Synthesizes with rustysynth (through midirenderer). Knows nothing of files for people: encoding is
another module's.
"""

import io
import itertools
import wave
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import midirenderer
import numpy as np
from numpy.typing import NDArray

from domain.genres import Genre
from domain.score import Score
from engine.craft.loudness import RATE, Signal, loudness, mastered
from engine.craft.midi_files import stem_bytes
from engine.craft.performance import PlayedPart, perform
from engine.craft.roles import Role
from engine.craft.room import in_room
from engine.craft.soundfonts import soundfont

SAMPLE_RATE = RATE
"""Fixed by midirenderer."""

MIN_TAIL_SECONDS, MAX_TAIL_SECONDS = 0.9, 3.0
"""What follows the end of the last note: its release and the room's."""

_MAX_QUIET_SECONDS = 0.75  # of a tail drawn out to reach the length asked for
_INAUDIBLE = 1e-3  # of the peak: -60 dB
_LEAD_IN_SECONDS = 0.004

_MIXING_SHARE = 0.6
"""Of the work, what the stems are; room and mastering are the rest."""

# Loudness of stems before the mix, against the lead's, and where they stand.
_STEM_LUFS = -24.0
_ROLE_DB: Mapping[Role, float] = {Role.LEAD: 0.0, Role.INNER: -3.0, Role.BASS: -1.5, Role.DRUMS: -6.0}
_MAX_STEM_GAIN_DB = 24.0
_POSITIONS: Mapping[Role, float] = {Role.LEAD: 0.15, Role.BASS: -0.15, Role.DRUMS: 0.05}
_INNER_POSITIONS = (0.45, -0.45, 0.25, -0.25)


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


def render(score: Score, *, genre: Genre | None = None, length_seconds: float | None = None) -> Audio:
    """The score, played as its genre is, as finished sound: -14 LUFS, no silence before it.

    The sound ends with its release, 0.9 to 3 s after the last note; within that span it is made
    `length_seconds` long when that is given. A score without an audible note is a moment of silence.
    Raises RenderingFailed when the synthesizer fails, FileNotFoundError without a soundfont.
    """
    steps = rendering(score, genre=genre, length_seconds=length_seconds)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def rendering(
    score: Score, *, genre: Genre | None = None, length_seconds: float | None = None
) -> Generator[float, None, Audio]:
    """`render` in steps, between which it may be left; yields how much is done, 0 to 1."""
    players = [player for player in perform(score, genre=genre) if player.notes]
    music_seconds = max((note.end_seconds for player in players for note in player.notes), default=0.0)
    mix = yield from _mixing(players, until_seconds=music_seconds + MAX_TAIL_SECONDS)
    sound = _trimmed(in_room(mix, SAMPLE_RATE), music_seconds=music_seconds, length_seconds=length_seconds)
    yield (1 + _MIXING_SHARE) / 2
    finished = mastered(sound)
    return Audio(np.ascontiguousarray(finished.T), SAMPLE_RATE)


def _mixing(players: Sequence[PlayedPart], *, until_seconds: float) -> Generator[float, None, Signal]:
    """The sum of what the players play, each at their level and place, dry; stem by stem."""
    mix = np.zeros((2, round(until_seconds * SAMPLE_RATE)), np.float32)
    positions = _positions([player.role for player in players])
    shares = _shares(players)
    for done, places in enumerate(shares):
        yield _MIXING_SHARE * done / len(shares)
        stems = _stems([players[place] for place in places], until_seconds=until_seconds)
        for place, stem in zip(places, stems, strict=True):
            gain = _stem_gain(stem, players[place].role) if len(players) > 1 else 1.0
            frames = min(stem.shape[1], mix.shape[1])
            # A single channel goes to both with half its power.
            spread = gain * _balance(positions[place]) / np.sqrt(3 - len(stem), dtype=np.float32)
            mix[:, :frames] += spread[:, None] * stem[:, :frames]
    yield _MIXING_SHARE
    return mix


def _shares(players: Sequence[PlayedPart]) -> list[list[int]]:
    """The players' places, two by two where both can do with one channel, since a render has two."""
    font = soundfont()
    centred = [
        place
        for place, player in enumerate(players)
        if len(players) > 1 and not player.percussion and font.is_centred(player.preset)
    ]
    pairs = [centred[first : first + 2] for first in range(0, len(centred), 2)]
    return [*pairs, *([place] for place in range(len(players)) if place not in centred)]


def _stems(players: Sequence[PlayedPart], *, until_seconds: float) -> list[Signal]:
    """What one player plays, in two channels, or two players in one each; dry, about `until_seconds` long."""
    font = soundfont().file(*sorted({player.preset for player in players}))
    midi = stem_bytes(*players, until_seconds=until_seconds)
    try:
        sound = midirenderer.render_wave_from(font, midi)
    except BaseException as error:
        # A panic in the Rust code arrives as pyo3's PanicException, which is no Exception and
        # would take the whole process down.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            programs = " and ".join(str(player.program) for player in players)
            raise RenderingFailed(f"program {programs}: {error}") from error
        raise
    with wave.open(io.BytesIO(sound)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    channels = samples.T.astype(np.float32, order="C") / np.float32(32768)
    return [channels] if len(players) == 1 else [channels[:1], channels[1:]]


def _stem_gain(stem: Signal, role: Role) -> float:
    measured = loudness(stem)
    if not np.isfinite(measured):
        return 0.0
    return 10 ** (min(_STEM_LUFS + _ROLE_DB[role] - measured, _MAX_STEM_GAIN_DB) / 20)


def _positions(roles: Sequence[Role]) -> list[float]:
    """Where each player stands, from -1 (left) to 1: inner parts to the sides, the others in the middle."""
    if len(roles) == 1:
        return [0.0]
    sides = itertools.cycle(_INNER_POSITIONS)
    return [next(sides) if role is Role.INNER else _POSITIONS[role] for role in roles]


def _balance(position: float) -> NDArray[np.float32]:
    """Gains of the left and right channel for a position from -1 (left) to 1."""
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
