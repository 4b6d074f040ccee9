"""A tune with harmony and bass by the adversarial composer: the tune stays note for note, in its own time.

Where the tune says a phrase again, what was written under it comes again too. Of several accompaniments the
one is taken that clashes least with the tune on strong beats.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from domain.genres import TUNES, Genre
from domain.score import Metre, Part, Score
from models.composition.cadences import DOMINANT_TRIAD
from models.composition.transformation import Transformed
from models.composition.tunes import tune_of, with_tune
from models.gan.drafting import GANModel, PhraseDrafting
from models.gan.generator import PHRASE_BARS
from models.grammar import TRIADS
from models.lanes import (
    LOWEST,
    MELODY,
    SIXTEENTHS,
    Lanes,
    Simplified,
    bar_columns,
    column_ticks,
    to_lanes,
    to_score,
)
from models.plans import Profile, make_plan
from models.scripts import Arrival, Copy, Script
from models.tokens import Plan

CANDIDATES = 8
TEMPERATURE = 0.85
"""Less is dared under a tune that is there already than in a piece of its own."""

_SHARP = (1, 11)
"""Intervals, in semitones within the octave, that grate."""

_EIGHTH = 6
_QUICK_SECONDS = 0.2
_WALTZ = 3

_WORTH_RETURNING = 2
"""Bars that a phrase must share with an earlier one for its accompaniment to come again."""

_WITHIN_COST = 0.5
_EMPTY_COST = 0.5
"""What clashes within the chord, and bars left empty under the tune, count beside clashes with the tune."""


def accompany(
    model: GANModel, tune: Score, *, genre: Genre, seed: int, candidates: int = CANDIDATES
) -> Transformed:
    """The tune, the highest line of the first part, accompanied in the style of a genre.

    Under a genre of tunes alone the tune has one player beside it, who keeps to the beats. The same seed and
    number of candidates give the same piece. Raises KeyError for a genre that the model does not know,
    ValueError for a score without notes.
    """
    heard, _ = to_lanes(tune, SIXTEENTHS)
    if not heard.onset[MELODY].any():
        raise ValueError("a score without notes has no tune")
    plan = plan_under(tune, genre, model.profiles)
    pace = _pace(plan, genre)
    best = write_under(model, heard, plan, seed=seed, candidates=candidates, pace=pace)
    under = replace(best, pitch=best.pitch.copy(), onset=best.onset.copy())
    under.pitch[MELODY], under.onset[MELODY] = 0, False
    notes = tune_of(tune, heard)
    if genre in TUNES:
        plan = replace(plan, genre=genre, parts=2)
        score = to_score(under, replace(plan, parts=1))
        score = replace(score, parts=(Part("tune", 0, notes), *score.parts))
    else:
        score = with_tune(to_score(under, plan), notes)
    return Transformed(score=score, plan=plan, simplified=Simplified(heard=len(notes)))


def write_under(
    model: GANModel, heard: Lanes, plan: Plan, *, seed: int, candidates: int, pace: int = 1
) -> Lanes:
    """The melody of lanes with the best of several accompaniments, in C."""
    drafting = PhraseDrafting(
        model.generator,
        [plan] * candidates,
        [[seed, candidate] for candidate in range(candidates)],
        temperatures=[TEMPERATURE] * candidates,
        scripts=[_script(heard)] * candidates,
        melody=2 * heard.pitch[MELODY].astype(np.int64) + heard.onset[MELODY],
        pace=pace,
    )
    while not drafting.finished:
        drafting.advance()
    return min(drafting.lanes(), key=_faults)


def clashes(lanes: Lanes) -> tuple[int, int]:
    """On how many strong beats the melody grates with another lane, of how many that both sound on."""
    strong = list(strong_columns(lanes.metre, lanes.bars))
    tune = lanes.pitch[MELODY, strong].astype(np.int64)
    others = lanes.pitch[MELODY + 1 :, strong].astype(np.int64)
    both = (tune > 0) & (others > 0).any(axis=0)
    grates = (others > 0) & np.isin(np.abs(others - tune) % 12, _SHARP)
    return int((both & grates.any(axis=0)).sum()), int(both.sum())


def strong_columns(metre: Metre, bars: int) -> Iterator[int]:
    """The columns of strong beats: downbeats, and the half-bars of bars that halve into beats."""
    ticks = bar_columns(metre, SIXTEENTHS)
    half = metre.bar_ticks // 2
    halves = metre.bar_ticks % (2 * metre.beat_ticks) == 0 and half in ticks
    for bar in range(bars):
        yield bar * len(ticks)
        if halves:
            yield bar * len(ticks) + ticks.index(half)


def _faults(lanes: Lanes) -> float:
    """Shares of strong beats that clash with the tune, or else within the chord, and of bars left empty."""
    found, of = clashes(lanes)
    strong = list(strong_columns(lanes.metre, lanes.bars))
    chords = lanes.pitch[:, strong].astype(np.int64)
    apart = np.abs(chords[:, None] - chords[None, :]) % 12
    grates = np.isin(apart, _SHARP) & (chords[:, None] > 0) & (chords[None, :] > 0)
    columns = len(bar_columns(lanes.metre, SIXTEENTHS))
    highest: NDArray[np.int8] = lanes.pitch.reshape(len(lanes.pitch), lanes.bars, columns).max(axis=2)
    empty = (highest[MELODY] > 0) & (highest[MELODY + 1 :] == 0).all(axis=0)
    within = float(grates.any(axis=(0, 1)).mean())
    return found / max(of, 1) + _WITHIN_COST * within + _EMPTY_COST * float(empty.mean())


def plan_under(tune: Score, genre: Genre, profiles: Mapping[Genre, Profile]) -> Plan:
    """As the genre usually is in the tune's metre and mode; one of tunes alone as hymns or waltzes are."""
    if genre not in profiles:
        raise KeyError(genre)
    if genre in TUNES:
        genre = Genre.FOLK if tune.metre.beats == _WALTZ and Genre.FOLK in profiles else Genre.HYMN
    habits = list(profiles[genre].habits)
    of_mode = [habit for habit in habits if habit.mode == tune.key.mode] or habits
    of_metre = [habit for habit in of_mode if habit.metre == str(tune.metre)] or of_mode
    usual = max(of_metre, key=lambda habit: habit.works)
    plan = make_plan(genre, usual, key=tune.key, tempo=tune.tempo, bars=tune.bars)
    return replace(plan, metre=tune.metre)


def _pace(plan: Plan, genre: Genre) -> int:
    """Ticks: under dances, and under whatever else is as quick, the accompaniment keeps to the beats."""
    ticks_a_second = plan.tempo * plan.metre.beat_ticks / 60
    is_quick = _EIGHTH / ticks_a_second < _QUICK_SECONDS
    return plan.metre.beat_ticks if genre in TUNES or is_quick else 1


def _script(heard: Lanes) -> Script:
    """The tonic chord, or the dominant, under the tune's last note; phrases that return."""
    ticks = column_ticks(heard.metre, SIXTEENTHS, heard.bars)
    last = int(np.flatnonzero(heard.onset[MELODY])[-1])
    degree = (int(heard.pitch[MELODY, last]) - 1 + LOWEST) % 12
    chord = TRIADS[heard.mode]
    bass = frozenset({0})
    if degree not in chord:
        chord = DOMINANT_TRIAD if degree in DOMINANT_TRIAD else frozenset({degree, (degree + 7) % 12})
        bass = frozenset({7}) if degree in DOMINANT_TRIAD else frozenset({degree})
    arrival = Arrival(int(ticks[last]), chord, bass, chord, final=True)
    return Script((arrival,), tuple(_returns(heard, int(ticks[last]))))


def _returns(heard: Lanes, last_tick: int) -> Iterator[Copy]:
    """Phrases that begin as an earlier one, so far as they do; never the bar in which the piece ends."""
    length = heard.metre.bar_ticks
    bars = [_said(heard.window(bar, 1)) for bar in range(heard.bars)]
    for start in range(PHRASE_BARS, min(heard.bars, last_tick // length), PHRASE_BARS):
        end = min(start + PHRASE_BARS, last_tick // length)
        shared = {first: _shared(bars[first:], bars[start:end]) for first in range(0, start, PHRASE_BARS)}
        first = max(shared, key=lambda first: shared[first])
        if shared[first] >= _WORTH_RETURNING:
            yield Copy(start * length, (start + shared[first]) * length, first * length)


def _said(bar: Lanes) -> bytes:
    return bar.pitch[MELODY].tobytes() + bar.onset[MELODY].tobytes()


def _shared(bars: Sequence[bytes], others: Sequence[bytes]) -> int:
    """How many bars are the same, from the first on."""
    pairs = zip(bars, others, strict=False)
    return next((place for place, (bar, other) in enumerate(pairs) if bar != other), len(others))
