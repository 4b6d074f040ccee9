"""The tempo a genre is played at when its file does not say, in beats a minute."""

from domain.genres import Genre

TYPICAL_TEMPOS = {
    Genre.REEL: 200.0,
    Genre.JIG: 116.0,
    Genre.SLIP_JIG: 116.0,
    Genre.HORNPIPE: 160.0,
    Genre.POLKA: 132.0,
    Genre.CHORALE: 80.0,
    Genre.HYMN: 96.0,
    Genre.GUITAR: 96.0,
    Genre.BAROQUE: 84.0,
    Genre.CLASSICAL: 112.0,
    Genre.ROMANTIC: 96.0,
    Genre.RAGTIME: 88.0,
    Genre.FOLK: 108.0,
    Genre.SONG: 84.0,
}
"""The beat is the metre's: a quarter, or a dotted quarter where it divides in three."""

_DEFAULTS = (60.0, 120.0)
_SLOWEST = 40.0
_FASTEST = 240.0


def tempo_of(genre: Genre, *, quarters_a_minute: float | None, beat_ticks: int) -> float:
    """A piece's tempo in beats a minute.

    60 and 120 quarters are what notation programs write when they are told nothing: the genre's own
    tempo stands for them, as it does for anything outside 40 to 240 beats.
    """
    if quarters_a_minute is None or round(quarters_a_minute, 1) in _DEFAULTS:
        return TYPICAL_TEMPOS[genre]
    beats = quarters_a_minute * 12 / beat_ticks
    return round(beats, 1) if _SLOWEST <= beats <= _FASTEST else TYPICAL_TEMPOS[genre]
