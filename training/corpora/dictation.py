"""From tones in seconds to a score: where the beats and bars are, who plays what, and in which key.

For music that several play at once and whose beats keep time, as synthesizers and metronomes do. It only has
to be done alike for all that is compared. Knows no sound.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from domain.score import TICKS_PER_QUARTER, Metre, Note, Part, Score
from models.critic.sound import Tone
from training.corpora.keys import find_key
from training.corpora.midi import TimedNote
from training.corpora.quantize import snap

LEAST_TONES = 6

_QUARTER_SECONDS = np.geomspace(0.3, 1.2, 350)
_USUAL_SECONDS = 0.58
_TEMPO_SPREAD = 0.45
"""In the natural logarithm of a quarter's length."""

_SHARES = {1: 1.0, 2: 1.0, 4: 0.5, 3: 0.35}
"""What onsets on the quarter's halves, and so on, speak for it."""

_METRES = (Metre(4, 4), Metre(3, 4))
_MOST_TICKS = 96

Array = NDArray[np.float64]


def dictated(tones: Sequence[Tone]) -> Score | None:
    """The tones as a score of at most three parts; None for too few to have beats."""
    if len(tones) < LEAST_TONES:
        return None
    onsets = np.asarray([tone.onset for tone in tones])
    quarter, phase = _find_beats(onsets)
    first = np.floor((onsets.min() - phase) / quarter + 0.25) * quarter + phase
    timed = [
        TimedNote(
            max(0.0, (tone.onset - first) / quarter), max(0.1, (tone.end - first) / quarter), tone.pitch
        )
        for tone in tones
    ]
    notes = [_shortened(note) for note in snap(timed).notes]
    parts = tuple(part for part in _voices(notes) if part.notes)
    if not parts:
        return None
    metre, later = _find_bars(notes)
    moved = tuple(_moved(part, later) for part in parts)
    last = max(part.notes[-1].onset for part in moved)
    return Score(
        key=find_key(moved, closes=False),
        metre=metre,
        tempo=round(60 / quarter, 1),
        bars=last // metre.bar_ticks + 1,
        parts=moved,
    )


def _find_beats(onsets: Array) -> tuple[float, float]:
    """The length of a quarter, in seconds, and where one begins."""
    turns = np.exp(2j * np.pi * onsets / _QUARTER_SECONDS[:, None])
    told = sum(share * np.abs((turns**times).mean(axis=1)) for times, share in _SHARES.items())
    usual = np.exp(-0.5 * (np.log(_QUARTER_SECONDS / _USUAL_SECONDS) / _TEMPO_SPREAD) ** 2)
    best = int(np.argmax(told * (0.4 + usual)))
    quarter = float(_QUARTER_SECONDS[best])
    angles = {times: np.angle((turns[best] ** times).mean()) for times in (1, 2, 4)}
    # The finest division tells best where onsets lie; the coarser ones say which of its places is the beat.
    places = (angles[4] + 2 * np.pi * np.arange(4)) / (2 * np.pi * 4)
    merits = [
        abs((turns[best]).mean()) * np.cos(2 * np.pi * place - angles[1])
        + abs((turns[best] ** 2).mean()) * np.cos(4 * np.pi * place - angles[2])
        for place in places
    ]
    return quarter, float(places[int(np.argmax(merits))] % 1) * quarter


def _shortened(note: Note) -> Note:
    return note if note.duration <= _MOST_TICKS else Note(note.onset, note.pitch, _MOST_TICKS)


def _voices(notes: Sequence[Note]) -> list[Part]:
    """The upper line, the lower one, and what is between; one part where hardly two notes sound at once."""
    ordered = sorted(notes, key=lambda note: (note.onset, -note.pitch))
    covered = len({tick for note in ordered for tick in range(note.onset, note.end)})
    if sum(note.duration for note in ordered) < 1.3 * max(covered, 1):
        return [Part("", 0, tuple(sorted(ordered)))]
    top, bottom, between = list[Note](), list[Note](), list[Note]()
    high, low = float(max(n.pitch for n in ordered[:4])), float(min(n.pitch for n in ordered[:4]))
    for note in ordered:
        sounding = [n for n in ordered if n.onset <= note.onset < n.end]
        is_highest = note.pitch >= max(n.pitch for n in sounding)
        is_lowest = note.pitch <= min(n.pitch for n in sounding)
        if is_highest and (not is_lowest or abs(note.pitch - high) <= abs(note.pitch - low)):
            top.append(note)
            high = 0.7 * high + 0.3 * note.pitch
        elif is_lowest:
            bottom.append(note)
            low = 0.7 * low + 0.3 * note.pitch
        else:
            between.append(note)
    return [Part("", 0, tuple(sorted(line))) for line in (top, between, bottom)]


def _find_bars(notes: Sequence[Note]) -> tuple[Metre, int]:
    """The metre whose bars are most alike, and by how many ticks the notes have to come later."""
    end = max(note.onset for note in notes) + 1
    rows = np.zeros((end, 13))
    for note in notes:
        rows[note.onset, 12] += 1
        rows[note.onset, note.pitch % 12] += 1
    found = [_returns(rows, metre.bar_ticks) for metre in _METRES]
    metre = _METRES[int(np.argmax(found))]
    weights = np.zeros(metre.bar_ticks)
    for note in notes:
        weights[note.onset % metre.bar_ticks] += min(note.duration, 2 * TICKS_PER_QUARTER)
    beats = weights[::TICKS_PER_QUARTER]
    return metre, int(-np.argmax(beats) * TICKS_PER_QUARTER % metre.bar_ticks)


def _returns(rows: Array, bar: int) -> float:
    """How much music is like itself one, two and four bars later."""
    size = float((rows**2).sum()) or 1.0
    lags = [lag * bar for lag in (1, 2, 4) if lag * bar < len(rows)]
    return max((float((rows[lag:] * rows[:-lag]).sum()) / size for lag in lags), default=0.0)


def _moved(part: Part, later: int) -> Part:
    notes = tuple(Note(note.onset + later, note.pitch, note.duration) for note in part.notes)
    return Part(part.name, part.program, notes)
