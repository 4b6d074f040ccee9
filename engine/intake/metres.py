"""The metre of notes that come without one: by their bars' length, or by where their weight falls.

Works on quarters of time; knows nothing of grids and files.
"""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from domain.score import Metre
from training.corpora.midi import TimedNote

DEFAULT_METRE = Metre(4, 4)

_METRES_BY_QUARTERS = {
    Fraction(1): Metre(2, 8),
    Fraction(3, 2): Metre(3, 8),
    Fraction(2): Metre(2, 4),
    Fraction(5, 2): Metre(5, 8),
    Fraction(3): Metre(3, 4),
    Fraction(7, 2): Metre(7, 8),
    Fraction(4): Metre(4, 4),
    Fraction(9, 2): Metre(9, 8),
    Fraction(5): Metre(5, 4),
    Fraction(6): Metre(6, 4),
    Fraction(7): Metre(7, 4),
    Fraction(8): Metre(4, 2),
}


def metre_of_bars(bars: Sequence[Fraction]) -> Metre | None:
    """The metre whose bars are as long as most of these; None where there are too few, or none fits."""
    if len(bars) < 2:
        return None
    length, count = Counter(bars).most_common(1)[0]
    return _METRES_BY_QUARTERS.get(length) if 2 * count >= len(bars) - 1 else None


def guess_metre(notes: Sequence[TimedNote]) -> Metre:
    """4/4 or 3/4, whichever has longer notes on its first beats, counted from the first note on."""
    onsets = np.array([note.onset for note in notes])
    onsets -= onsets.min()
    lengths = np.minimum([note.end - note.onset for note in notes], 4.0)

    def accent(quarters: int) -> float:
        return float(lengths[np.isclose(onsets % quarters, 0, atol=1e-3)].sum() / lengths.sum() * quarters)

    return Metre(3, 4) if accent(3) > 1.25 * accent(4) else DEFAULT_METRE
