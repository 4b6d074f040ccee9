"""What a musician would look at in a piece before playing it: plain figures of one score.

The figures mean nothing alone; `norms` says what they are like in people's music. Knows no model.
"""

from collections.abc import Callable, Mapping

import numpy as np

from domain.score import Metre, Score
from models.features import (
    average_inter_onset_interval,
    average_pitch_interval,
    empty_bar_rate,
    groove_consistency,
    notes_per_bar,
    pitch_class_entropy,
    pitch_count,
    pitch_range,
    polyphony,
    scale_consistency,
    self_similarity,
)
from models.note_table import BoolArray, IntArray, NoteTable, tabulate

_SHARP = (1, 11)
"""Intervals, in semitones within the octave, that grate: a minor second and a major seventh."""

_PERFECT = (0, 7)
_VOICES = 3
"""From so many parts on, parts are voices: they should not cross, nor move in parallel fifths and octaves."""


def dissonance(table: NoteTable) -> float:
    """The share of beats on which two of the sounding notes grate."""
    beats = _beats(table.bars, table.metre)
    clashes = [_grates(pitches) for pitches in _sounding_at(table, beats)]
    return float(np.mean(clashes)) if clashes else 0.0


def wide_leaps(table: NoteTable) -> float:
    """The share of the leading part's steps that are wider than an octave."""
    steps = np.abs(np.diff(table.lines[0].pitch)) if table.lines else np.zeros(0)
    return float(np.mean(steps > 12)) if len(steps) else 0.0


def voice_crossing(voices: IntArray) -> float:
    """The share of beats on which a voice is above the one over it."""
    both = (voices[:-1] > 0) & (voices[1:] > 0)
    return float(np.mean((both & (voices[1:] > voices[:-1])).any(axis=0)))


def parallels(voices: IntArray) -> int:
    """How many fifths and octaves move in parallel from beat to beat."""
    found = 0
    for upper in range(len(voices)):
        for lower in range(upper + 1, len(voices)):
            found += int(np.count_nonzero(_moves_in_parallel(voices[upper], voices[lower])))
    return found


FIGURES: Mapping[str, Callable[[NoteTable], float]] = {
    "range": pitch_range,
    "pitches": pitch_count,
    "pitch class entropy": pitch_class_entropy,
    "scale": scale_consistency,
    "intervals": average_pitch_interval,
    "notes a bar": notes_per_bar,
    "time between onsets": average_inter_onset_interval,
    "groove": groove_consistency,
    "empty bars": empty_bar_rate,
    "polyphony": polyphony,
    "repetition": self_similarity,
    "dissonance": dissonance,
    "wide leaps": wide_leaps,
}
CHECKS = (*FIGURES, "voice crossing", "parallels")


def examine(score: Score) -> dict[str, float]:
    """The figure of every check; those of voices are 0 in music of fewer than three parts."""
    table = tabulate(score)
    figures = {name: figure(table) for name, figure in FIGURES.items()}
    voices = _voices(score) if len(score.parts) >= _VOICES else None
    figures["voice crossing"] = 0.0 if voices is None else voice_crossing(voices)
    figures["parallels"] = 0.0 if voices is None else parallels(voices) / score.bars
    return figures


def _beats(bars: int, metre: Metre) -> IntArray:
    """The ticks of all beats."""
    return np.arange(0, bars * metre.bar_ticks, metre.beat_ticks, dtype=np.int64)


def _sounding_at(table: NoteTable, ticks: IntArray) -> list[IntArray]:
    """The pitches that sound at each tick."""
    ends = table.onset + table.duration
    return [table.pitch[(table.onset <= tick) & (tick < ends)] for tick in ticks]


def _grates(pitches: IntArray) -> bool:
    apart = np.abs(pitches[:, None] - pitches[None, :]) % 12
    return bool(np.isin(apart, _SHARP).any())


def _voices(score: Score) -> IntArray:
    """(parts, beats): the pitch of each part on each beat, 0 where it rests."""
    beats = _beats(score.bars, score.metre)
    voices = np.zeros((len(score.parts), len(beats)), dtype=np.int64)
    for row, part in enumerate(score.parts):
        for note in part.notes:
            first, end = np.searchsorted(beats, (note.onset, note.end))
            voices[row, first:end] = note.pitch
    return voices


def _moves_in_parallel(upper: IntArray, lower: IntArray) -> BoolArray:
    """(beats - 1,): where both move the same way and stay a fifth or an octave apart."""
    sounding = (upper > 0) & (lower > 0)
    apart = (upper - lower) % 12
    moves = np.sign(np.diff(upper))
    together = (moves != 0) & (moves == np.sign(np.diff(lower)))
    kept = np.isin(apart[:-1], _PERFECT) & (apart[:-1] == apart[1:])
    return together & kept & sounding[:-1] & sounding[1:]
