"""What a piece is held to beyond its plan: what it begins with, returns to and rests on, the rhythm of words.

Plain values; how sections become a script is decided in `models.composition`, how a script binds
what is written in `models.grammar`. All pitches are those of music moved to the tonic C.
"""

from dataclasses import dataclass

from domain.score import Note


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
class Lead:
    """What a top part that is sung is held to: (onset, duration) of each of its notes, and its compass.

    Durations are ones that tokens can say, no note outlasts the next one's onset, and `lowest` and `highest`
    (MIDI numbers) are an octave apart or more.
    """

    notes: tuple[tuple[int, int], ...]
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class Stated:
    """Notes that the piece begins with: those of its `parts`, none of which sounds on after `end` (a tick).

    What is stated is `whole` where nothing else sounds until then; else it is one line, the highest, and
    the model writes what goes with it.
    """

    parts: tuple[tuple[Note, ...], ...]
    end: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Script:
    """Copies and arrivals in order of time; the last arrival is the final one.

    What is stated ends before all that is copied begins, and no later than the first arrival.

    Where there is a lead, arrivals are at onsets of it, the final one at its last; copies begin and end at
    onsets, and what is copied has the same rhythm in both places.
    """

    arrivals: tuple[Arrival, ...]
    copies: tuple[Copy, ...] = ()
    lead: Lead | None = None
    stated: Stated | None = None
