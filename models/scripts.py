"""What a piece is held to beyond its plan: bars that return, and where it comes to rest.

Plain values; how sections become a script is decided in `models.composition`, how a script binds
what is written in `models.grammar`. All pitches are those of music moved to the tonic C.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Copy:
    """What was written from `source` on (a tick) comes again from `start` to `end`."""

    start: int
    end: int
    source: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """At `tick`, only notes of `chord` sound, the lowest one of `bass`, the highest one of `top`.

    All three are pitch classes. Nothing begins until `hold` ticks later. After the `final` arrival nothing
    begins at all, and the piece may end as soon as it has arrived in its last bar.
    """

    tick: int
    chord: frozenset[int]
    bass: frozenset[int]
    top: frozenset[int]
    hold: int = 0
    final: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """Copies and arrivals in order of time; the last arrival is the final one."""

    arrivals: tuple[Arrival, ...]
    copies: tuple[Copy, ...] = ()
