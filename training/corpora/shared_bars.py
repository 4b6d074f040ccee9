"""Where the bar lines of a uniform corpus fall, learned from all its pieces together.

The files begin with the upbeat and do not mark it. Pieces of one dance, or chorales of one style, share
their accents: which places of the bar hold long notes, leaps and endings. Expectation maximisation finds
these accents and each piece's upbeat at once. Knows nothing of keys or files.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.score import TICKS_PER_QUARTER, Metre, Part

_SLOT_TICKS = 3
_LENGTHS = (6, 12, 18, 24, 36)
_WIDEST_STEP = 5
_ROUNDS = 12
_ACCENT_WEIGHT = 20.0
_ENDING_WEIGHT = 2.0
_PSEUDO_COUNT = 0.5
_NOTHING = 1e-3

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class _Piece:
    """A piece as arrays, one entry a note; `ends_long`: the last note is long enough to be an ending."""

    onsets: NDArray[np.int64]
    voices: NDArray[np.int64]
    durations: NDArray[np.int64]
    lengths: NDArray[np.int64]
    steps: NDArray[np.int64]
    last_onset: int
    ends_long: bool


def find_pickups(pieces: Sequence[Sequence[Part]], metre: Metre, *, candidates: Sequence[int]) -> list[int]:
    """How many ticks of each piece sound before its first bar line: one of `candidates`.

    All pieces are in `metre` and have the same number of parts, each of one voice.
    """
    read = [_read(parts) for parts in pieces]
    beliefs = np.array([_first_belief(piece, metre, candidates) for piece in read])
    for _ in range(_ROUNDS):
        beliefs = _round(read, beliefs, metre, candidates)
    return [candidates[index] for index in beliefs.argmax(axis=1)]


def strong_ticks(metre: Metre) -> tuple[int, ...]:
    """The accented places of a bar: every dotted beat, the two halves, or the first beat alone."""
    bar = metre.bar_ticks
    if metre.is_compound:
        return tuple(range(0, bar, metre.beat_ticks))
    return (0, bar // 2) if metre.beats % 2 == 0 else (0,)


def _read(parts: Sequence[Part]) -> _Piece:
    notes = [(voice, note) for voice, part in enumerate(parts) for note in part.notes]
    pitches = [np.array([note.pitch for note in part.notes]) for part in parts]
    steps = np.concatenate([np.diff(line, prepend=line[0]) for line in pitches])
    durations = np.array([note.duration for _, note in notes])
    _, last = max(notes, key=lambda item: item[1].onset)
    return _Piece(
        onsets=np.array([note.onset for _, note in notes]),
        voices=np.array([voice for voice, _ in notes]),
        durations=durations,
        lengths=np.searchsorted(_LENGTHS, durations, side="right"),
        steps=np.clip(steps, -_WIDEST_STEP, _WIDEST_STEP) + _WIDEST_STEP,
        last_onset=last.onset,
        ends_long=last.duration >= TICKS_PER_QUARTER,
    )


def _first_belief(piece: _Piece, metre: Metre, candidates: Sequence[int]) -> Counts:
    """Where theory puts the bar lines: long notes and the ending on strong beats."""
    strong = strong_ticks(metre)
    counted = np.minimum(piece.durations, 18)
    scores = np.zeros(len(candidates))
    for index, pickup in enumerate(candidates):
        places = (piece.onsets - pickup) % metre.bar_ticks
        accented = counted[np.isin(places, strong)].sum() / counted.sum()
        ending = piece.ends_long and (piece.last_onset - pickup) % metre.bar_ticks in strong
        scores[index] = _ACCENT_WEIGHT * accented + ending
    return _normalise(scores)


def _round(pieces: Sequence[_Piece], beliefs: Counts, metre: Metre, candidates: Sequence[int]) -> Counts:
    """Learn the accents from what is believed of each piece, and judge each piece by them."""
    slots = metre.bar_ticks // _SLOT_TICKS
    voices = int(pieces[0].voices.max()) + 1
    lengths = np.full((slots, voices, len(_LENGTHS) + 1), _PSEUDO_COUNT)
    steps = np.full((slots, voices, 2 * _WIDEST_STEP + 1), _PSEUDO_COUNT)
    endings = np.full(slots, _PSEUDO_COUNT)
    for piece, belief in zip(pieces, beliefs, strict=True):
        for pickup, share in zip(candidates, belief, strict=True):
            if share < _NOTHING:
                continue
            places = _slots(piece.onsets, pickup, metre)
            np.add.at(lengths, (places, piece.voices, piece.lengths), share)
            np.add.at(steps, (places, piece.voices, piece.steps), share)
            endings[_slot(piece.last_onset, pickup, metre)] += share * piece.ends_long
    # Given its kind, where in the bar does a note fall? (What notes there are says nothing of the bar.)
    length_places = np.log(lengths / lengths.sum(axis=0))
    step_places = np.log(steps / steps.sum(axis=0))
    ending_places = np.log(endings / endings.sum())
    prior = np.log(beliefs.mean(axis=0) + _NOTHING)
    judged = np.zeros_like(beliefs)
    for row, piece in enumerate(pieces):
        for column, pickup in enumerate(candidates):
            places = _slots(piece.onsets, pickup, metre)
            fit = length_places[places, piece.voices, piece.lengths].sum()
            fit += step_places[places, piece.voices, piece.steps].sum()
            ending = piece.ends_long * ending_places[_slot(piece.last_onset, pickup, metre)]
            # A note's length and step depend on each other, and voices move together: none counts in full.
            judged[row, column] = fit / (1 + voices) + _ENDING_WEIGHT * ending + prior[column]
    return np.array([_normalise(scores) for scores in judged])


def _slots(onsets: NDArray[np.int64], pickup: int, metre: Metre) -> NDArray[np.int64]:
    return (onsets - pickup) % metre.bar_ticks // _SLOT_TICKS


def _slot(onset: int, pickup: int, metre: Metre) -> int:
    return (onset - pickup) % metre.bar_ticks // _SLOT_TICKS


def _normalise(scores: Counts) -> Counts:
    shares = np.exp(scores - scores.max())
    return shares / shares.sum()
