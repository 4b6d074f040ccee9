"""How music of each genre is played: how far phrases rise, where beats lean, how a piece slows down.

Plain habits of players, chosen by ear. Values only; what is made of them is decided by dynamics, timing
and pedals.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.genres import Genre


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """The habits of a genre's players.

    `arc` is how far a phrase rises and falls, in steps of MIDI velocity (ten are roughly 2 dB);
    `accent` scales the weight of beats. `lilt` says where the second and later parts of a beat fall, as
    shares of the beat (even where it is empty). `rubato` is how much slower the ends of a phrase are
    than its middle, as a share of the tempo, and `last_tempo` the share of the tempo that is left at
    the last onset. Phrases end with a breath, and pianos are pedalled, where it says so.
    """

    arc: float = 10.0
    accent: float = 1.0
    lilt: tuple[float, ...] = ()
    rubato: float = 0.0
    last_tempo: float = 1.0
    breath: bool = False
    pedal: bool = False


PLAIN = Manner()
"""For music of no known genre."""

MANNERS: Mapping[Genre, Manner] = {
    Genre.REEL: Manner(arc=7, lilt=(0.53,)),
    # Of three eighths the first is the longest and the second the shortest.
    Genre.JIG: Manner(arc=7, lilt=(0.365, 0.655)),
    Genre.SLIP_JIG: Manner(arc=8, lilt=(0.355, 0.655)),
    Genre.HORNPIPE: Manner(arc=7, lilt=(0.6,)),
    Genre.POLKA: Manner(arc=7),
    Genre.CHORALE: Manner(arc=13, accent=0.4, rubato=0.03, last_tempo=0.65, breath=True, pedal=True),
    Genre.HYMN: Manner(arc=12, accent=0.5, rubato=0.02, last_tempo=0.7, breath=True, pedal=True),
    Genre.GUITAR: Manner(arc=13, accent=0.8, rubato=0.03, last_tempo=0.7),
    Genre.BAROQUE: Manner(arc=8, accent=0.8, rubato=0.01, last_tempo=0.75),
    Genre.CLASSICAL: Manner(arc=14, rubato=0.02, last_tempo=0.75, pedal=True),
    Genre.ROMANTIC: Manner(arc=20, accent=0.8, rubato=0.05, last_tempo=0.6, pedal=True),
    Genre.RAGTIME: Manner(arc=7),
    Genre.FOLK: Manner(arc=11, accent=0.8, rubato=0.015, last_tempo=0.8, breath=True, pedal=True),
    Genre.SONG: Manner(arc=14, accent=0.7, rubato=0.025, last_tempo=0.7, breath=True, pedal=True),
}


def manner_of(genre: Genre | None) -> Manner:
    return PLAIN if genre is None else MANNERS[genre]
