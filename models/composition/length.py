"""How long: bars and a tempo that fill the length asked for. Pure arithmetic, no music yet."""

import math
from dataclasses import dataclass

from domain.requests import TEMPO
from domain.score import Metre

RELEASE_SECONDS = 1.6
"""What the sound needs to die away after the last note ends."""

MAX_HOLD_SECONDS = 3.5
"""The longest that a last chord is held past its bar to reach the length asked for exactly."""

_SHORT_SECONDS = 1.5
"""How far short of it a piece may stop; in very slow bars a last chord is held longer only to get there."""

_TEMPO_REACH = 1.18
"""How far from a genre's habit a tempo may move, as a factor, for phrases of whole four bars."""


@dataclass(frozen=True, slots=True)
class Length:
    """Bars, the tempo in beats a minute, and seconds that the last notes are held past the last bar."""

    bars: int
    tempo: float
    hold_seconds: float


def fit_length(length_seconds: float, metre: Metre, *, tempo: float | None, usual_tempo: float) -> Length:
    """The length of a piece that sounds for `length_seconds`, its release included.

    A tempo that was asked for is kept, and the last chord held to fill what is left; a free one is
    bent so that phrases come out at whole eights or fours of bars, where that is near the genre's habit.
    """
    music_seconds = length_seconds - RELEASE_SECONDS
    bar_beats = metre.bar_ticks / metre.beat_ticks
    if tempo is None:
        bars = _phrased_bars(music_seconds * usual_tempo / 60 / bar_beats)
        low, high = TEMPO
        tempo = round(min(max(bars * bar_beats * 60 / music_seconds, low), high), 1)
    bar_seconds = bar_beats * 60 / tempo
    # Running over by a little beats stopping short by almost a bar; the hold makes up for the rest.
    spare = min(1.0, 0.45 * bar_seconds)
    bars = max(1, math.floor((music_seconds + spare) / bar_seconds))
    missing = music_seconds - bars * bar_seconds
    return Length(
        bars, tempo, min(missing, max(MAX_HOLD_SECONDS, missing - _SHORT_SECONDS)) if missing > 0.15 else 0.0
    )


def _phrased_bars(bars: float) -> int:
    """The nearest number of bars, as a ratio, that makes phrases of 8, 4 or 2, if one is near enough."""
    for phrase in (8, 4, 2):
        around = (math.floor(bars / phrase) * phrase, math.ceil(bars / phrase) * phrase)
        count = min((n for n in around if n > 0), key=lambda n: abs(math.log(n / bars)))
        if abs(math.log(count / bars)) <= math.log(_TEMPO_REACH):
            return count
    return max(1, round(bars))
