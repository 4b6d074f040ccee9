"""How long: bars and a tempo that fill the length asked for. Pure arithmetic, no music yet."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from domain.requests import TEMPO
from domain.score import Metre

RELEASE_SECONDS = 1.6
"""What the sound needs to die away after the last note ends."""

MAX_HOLD_SECONDS = 3.5
"""The longest that a last chord is held past its bar to reach the length asked for exactly."""

_SHORT_SECONDS = 1.5
"""How far short of it a piece may stop; in very slow bars a last chord is held longer only to get there."""

_OVER_SECONDS = 1.6
"""How far a piece may run over it where whole phrases need that."""

REACH = 1.3
"""How far from a genre's habit a free tempo may move, as a factor, for phrases of whole four bars."""

_HALF_PHRASE_REACH = 1.25
"""The same for phrases of two bars. KEPT * this is below REACH, so that a tempo chosen stays chosen."""

KEPT = 1.03
"""How far a tempo that was asked for may move for phrases of whole four bars: less than most would hear."""

# What things cost when lengths are compared; bending a tempo by x costs |log x|.
_HOLD_COST = 0.03  # a second of held chord is worth bending the tempo by 3%
_MISS_COST = 0.25  # a second too long or short, by 25%
_EIGHT_BONUS = 0.1  # phrases of eight make better forms than an odd number of fours


@dataclass(frozen=True, slots=True)
class Length:
    """Bars, the tempo in beats a minute, and seconds that the last notes are held past the last bar."""

    bars: int
    tempo: float
    hold_seconds: float

    @property
    def phrase(self) -> int:
        """How many bars its phrases have: 4, or 2 or 1 where no four fit."""
        return math.gcd(self.bars, 4)


def fit_length(length_seconds: float, metre: Metre, *, tempo: float | None, usual_tempo: float) -> Length:
    """The length of a piece that sounds for `length_seconds`, its release included.

    A free tempo is bent, by up to REACH and no more than needed, so that the bars make whole phrases
    of four; the last chord is held for what is left. A tempo that was asked for is kept, or moved by
    at most 3% (KEPT) where that makes whole phrases of four; else phrases of two are tried, and else
    bars that are left over lengthen the last phrase. A tempo once chosen leads to the same length again.
    """
    music_seconds = length_seconds - RELEASE_SECONDS
    if tempo is not None:
        asked = _at_tempo(music_seconds, metre, tempo)
        if asked.phrase == 4:
            return asked
        near = (_at_tempo(music_seconds, metre, beats) for beats in _tempos(tempo, reach=KEPT))
        return _best([fit for fit in near if fit.phrase == 4] or [asked], music_seconds, metre, around=tempo)
    fits = [_at_tempo(music_seconds, metre, beats) for beats in _tempos(usual_tempo, reach=REACH)]
    whole = [fit for fit in fits if fit.phrase == 4]
    halves = [
        fit
        for fit in fits
        if 1 / _HALF_PHRASE_REACH <= fit.tempo / usual_tempo <= _HALF_PHRASE_REACH and fit.phrase >= 2
    ]
    usual = _at_tempo(music_seconds, metre, usual_tempo)
    return _best(whole or halves or [usual], music_seconds, metre, around=usual_tempo)


def _tempos(tempo: float, *, reach: float) -> Iterable[float]:
    """Every tempo within reach, in tenths of a beat a minute."""
    low, high = max(TEMPO[0], tempo / reach), min(TEMPO[1], tempo * reach)
    return [tenths / 10 for tenths in range(math.ceil(low * 10), math.floor(high * 10) + 1)]


def _best(fits: Iterable[Length], music_seconds: float, metre: Metre, *, around: float) -> Length:
    return min(
        fits,
        key=lambda fit: (
            abs(math.log(fit.tempo / around)) + _strain(fit.bars, music_seconds, metre, fit.tempo)
        ),
    )


def _at_tempo(music_seconds: float, metre: Metre, tempo: float) -> Length:
    """The best length at exactly this tempo: phrases of four if they come near enough, else two, else any."""
    bar_seconds = _bar_seconds(metre, tempo)
    fewest = max(1, math.ceil((music_seconds - MAX_HOLD_SECONDS - _SHORT_SECONDS) / bar_seconds))
    most = max(1, math.floor((music_seconds + _OVER_SECONDS) / bar_seconds))
    near = range(fewest, most + 1) or [most]
    # Multiples of four before those of two before the rest, then what fits with the least strain.
    bars = min(near, key=lambda bars: (-math.gcd(bars, 4), _strain(bars, music_seconds, metre, tempo)))
    return Length(bars, tempo, _hold_seconds(music_seconds - bars * bar_seconds))


def _strain(bars: int, music_seconds: float, metre: Metre, tempo: float) -> float:
    missing = music_seconds - bars * _bar_seconds(metre, tempo)
    hold = _hold_seconds(missing)
    return _HOLD_COST * hold + _MISS_COST * abs(missing - hold) - (_EIGHT_BONUS if bars % 8 == 0 else 0.0)


def _hold_seconds(missing: float) -> float:
    return min(missing, max(MAX_HOLD_SECONDS, missing - _SHORT_SECONDS)) if missing > 0.15 else 0.0


def _bar_seconds(metre: Metre, tempo: float) -> float:
    return metre.bar_ticks / metre.beat_ticks * 60 / tempo
