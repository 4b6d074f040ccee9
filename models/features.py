"""Musical features of one score, from its notes alone: in beats and degrees, never in seconds or keys.

Two sets. `YANG_LERCH` are the absolute measures of Yang and Lerch, "On the evaluation of generative
models in music" (2018), whose distributions `overlap` compares. `SINGLE_NUMBERS` are the metrics
quoted one by one, as muspy defines them (Dong et al. 2020) unless a docstring says otherwise. An
empty score gives zeros.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from domain.score import TICKS_PER_QUARTER, Score
from models.note_table import BoolArray, FloatArray, IntArray, NoteTable, bar_similarity, tabulate

NOTE_LENGTHS = np.array([48.0, 24, 12, 6, 3, 36, 18, 9, 4.5, 16, 8, 4])
"""Yang and Lerch's length classes in ticks: whole to sixteenth, the same dotted, then triplets."""

_SCALE = np.array([0, 2, 4, 5, 7, 9, 11])
"""The major scale, and so the natural minor of its relative: all that muspy's metric looks for."""

_CONCURRENT_PITCHES = 2
"""muspy counts a moment as polyphonic when more than this many pitches sound."""


def pitch_count(table: NoteTable) -> float:
    """How many different pitches sound."""
    return float(len(np.unique(table.pitch)))


def pitch_class_count(table: NoteTable) -> float:
    """How many of the twelve pitch classes sound."""
    return float(len(np.unique(table.degree)))


def pitch_range(table: NoteTable) -> float:
    """From the lowest to the highest pitch, in semitones."""
    return 0.0 if table.is_empty else float(np.ptp(table.pitch))


def average_pitch_interval(table: NoteTable) -> float:
    """The mean step between neighbours in a part's top line, in semitones, without its direction."""
    steps = [np.abs(np.diff(line.pitch)) for line in table.lines]
    return _mean(np.concatenate(steps)) if steps else 0.0


def pitch_class_histogram(table: NoteTable) -> FloatArray:
    """Time spent on each degree above the tonic, as shares; shape (12,)."""
    return _shares(np.bincount(table.degree, weights=table.duration, minlength=12))


def pitch_class_transitions(table: NoteTable) -> FloatArray:
    """Pairs of successive degrees in the parts' top lines, as shares; shape (144,)."""
    return _transitions([(line.pitch - table.tonic) % 12 for line in table.lines])


def notes_per_bar(table: NoteTable) -> float:
    """Yang and Lerch's note count, a bar, so that the length of a piece plays no part."""
    return len(table.onset) / table.bars if table.bars else 0.0


def average_inter_onset_interval(table: NoteTable) -> float:
    """The mean time from one onset of the whole score to the next, in quarters."""
    return _mean(np.diff(np.unique(table.onset))) / TICKS_PER_QUARTER


def note_length_histogram(table: NoteTable) -> FloatArray:
    """Notes in each class of `NOTE_LENGTHS`, as shares; shape (12,)."""
    return _shares(np.bincount(_length_class(table.duration), minlength=12))


def note_length_transitions(table: NoteTable) -> FloatArray:
    """Pairs of successive length classes in the parts' top lines, as shares; shape (144,)."""
    return _transitions([_length_class(line.duration) for line in table.lines])


def pitch_class_entropy(table: NoteTable) -> float:
    """Entropy of the pitch classes of the notes, in bits: 0 for one pitch class, 3.58 for twelve alike."""
    shares = _shares(np.bincount(table.degree, minlength=12))
    used = shares[shares > 0]
    return float(-(used * np.log2(used)).sum())


def scale_consistency(table: NoteTable) -> float:
    """The largest share of notes that lie in one major (or natural minor) scale, whichever it is."""
    shares = _shares(np.bincount(table.degree, minlength=12))
    roots = np.arange(12)[:, None]
    return float(shares[(roots + _SCALE) % 12].sum(axis=1).max())


def groove_consistency(table: NoteTable) -> float:
    """How alike neighbouring bars are in which of their ticks carry an onset, 0 to 1 (one bar: 1)."""
    if table.bars < 2:
        return 1.0
    pattern = np.zeros((table.bars, table.bar_ticks), bool)
    inside = table.bar < table.bars
    pattern[table.bar[inside], table.onset[inside] % table.bar_ticks] = True
    return 1.0 - float(np.mean(pattern[:-1] != pattern[1:]))


def empty_bar_rate(table: NoteTable) -> float:
    """The share of bars in which nothing sounds. (muspy also counts the bar where a note just ends.)"""
    if table.bars == 0:
        return 0.0
    changes = np.zeros(table.bars + 1, np.int64)
    np.add.at(changes, np.minimum(table.bar, table.bars), 1)
    last_bar = (table.onset + table.duration - 1) // table.bar_ticks
    np.add.at(changes, np.minimum(last_bar + 1, table.bars), -1)
    return float(np.mean(np.cumsum(changes)[:-1] == 0))


def polyphony(table: NoteTable) -> float:
    """How many pitches sound on average, over the time in which any does."""
    sounding = _sounding(table)
    return _mean(sounding[sounding > 0])


def polyphony_rate(table: NoteTable) -> float:
    """The share of time in which more than two pitches sound."""
    return _mean(_sounding(table) > _CONCURRENT_PITCHES)


def self_similarity(table: NoteTable) -> float:
    """How much bars say again: each bar's likeness to the most alike of those before it, on average.

    Likeness is that of `bar_similarity`. muspy has no such metric.
    """
    if table.bars < 2:
        return 0.0
    earlier = np.tril(bar_similarity(table), -1)
    return float(earlier.max(axis=1)[1:].mean())


Features = Mapping[str, Callable[[NoteTable], float | FloatArray]]
"""Features by name."""

YANG_LERCH: Features = {
    "pitch count": pitch_count,
    "pitch class count": pitch_class_count,
    "pitch range": pitch_range,
    "average pitch interval": average_pitch_interval,
    "pitch class histogram": pitch_class_histogram,
    "pitch class transitions": pitch_class_transitions,
    "notes per bar": notes_per_bar,
    "average inter-onset interval": average_inter_onset_interval,
    "note length histogram": note_length_histogram,
    "note length transitions": note_length_transitions,
}

SINGLE_NUMBERS: Mapping[str, Callable[[NoteTable], float]] = {
    "pitch class entropy": pitch_class_entropy,
    "scale consistency": scale_consistency,
    "groove consistency": groove_consistency,
    "empty-bar rate": empty_bar_rate,
    "polyphony": polyphony,
    "polyphony rate": polyphony_rate,
    "self-similarity": self_similarity,
}


def measure(scores: Iterable[Score], features: Features) -> dict[str, FloatArray]:
    """Every feature of every score: name to an array of shape (scores, values a feature)."""
    tables = [tabulate(score) for score in scores]
    return {
        name: np.array([np.atleast_1d(feature(table)) for table in tables], dtype=np.float64)
        for name, feature in features.items()
    }


def _length_class(duration: IntArray) -> IntArray:
    return np.abs(duration[:, None] - NOTE_LENGTHS).argmin(axis=1)


def _transitions(sequences: list[IntArray]) -> FloatArray:
    pairs = [sequence[:-1] * 12 + sequence[1:] for sequence in sequences]
    joined = np.concatenate(pairs) if pairs else np.zeros(0, np.int64)
    return _shares(np.bincount(joined, minlength=144))


def _shares(counts: IntArray | FloatArray) -> FloatArray:
    total = counts.sum()
    return counts / total if total else counts.astype(np.float64)


def _sounding(table: NoteTable) -> IntArray:
    """How many different pitches sound in each tick, up to the end of the last note."""
    if table.is_empty:
        return np.zeros(0, np.int64)
    end = table.onset + table.duration
    roll = np.zeros((int(end.max()), 128), bool)
    for first, after, pitch in zip(table.onset, end, table.pitch, strict=True):
        roll[first:after, pitch] = True
    return roll.sum(axis=1)


def _mean(values: IntArray | FloatArray | BoolArray) -> float:
    return float(values.mean()) if len(values) else 0.0
