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


class Accompanying:
    """A tune being accompanied as a genre is. Call `advance` until `finished`; then take the `piece`.

    The tune is the highest line of the first part. Under a genre of tunes alone it has one player beside it,
    who keeps to the beats. The same seed and number of candidates give the same piece. Raises KeyError for a
    genre that the model does not know, ValueError for a score without notes.
    """

    def __init__(
        self, model: GANModel, tune: Score, *, genre: Genre, seed: int, candidates: int = CANDIDATES
    ) -> None:
        heard, _ = to_lanes(tune, SIXTEENTHS)
        if not heard.onset[MELODY].any():
            raise ValueError("a score without notes has no tune")
        self._tune, self._notes = tune, tune_of(tune, heard)
        self._genre = genre
        self._plan = plan_under(tune, genre, model.profiles)
        pace = _pace(self._plan, genre)
        self._drafting = _draft_under(model, heard, self._plan, seed=seed, candidates=candidates, pace=pace)

    @property
    def finished(self) -> bool:
        return self._drafting.finished

    @property
    def fraction(self) -> float:
        """How much is written, 0 to 1."""
        return self._drafting.fraction

    def advance(self) -> None:
        """Write on under the tune, for some tens of milliseconds."""
        self._drafting.advance()

    def piece(self) -> Transformed:
        """The tune with the best of what was written under it."""
        best = min(self._drafting.lanes(), key=faults)
        under = replace(best, pitch=best.pitch.copy(), onset=best.onset.copy())
        under.pitch[MELODY], under.onset[MELODY] = 0, False
        plan = self._plan
        if self._genre in TUNES:
            plan = replace(plan, genre=self._genre, parts=2)
            score = to_score(under, replace(plan, parts=1))
            score = replace(score, parts=(Part("tune", 0, self._notes), *score.parts))
        else:
            score = with_tune(to_score(under, plan), self._notes)
        score = replace(score, sections=self._tune.sections)
        return Transformed(score=score, plan=plan, simplified=Simplified(heard=len(self._notes)))


def accompany(
    model: GANModel, tune: Score, *, genre: Genre, seed: int, candidates: int = CANDIDATES
) -> Transformed:
    """What comes of `Accompanying`, at once."""
    accompanying = Accompanying(model, tune, genre=genre, seed=seed, candidates=candidates)
    while not accompanying.finished:
        accompanying.advance()
    return accompanying.piece()


def write_under(
    model: GANModel, heard: Lanes, plan: Plan, *, seed: int, candidates: int, pace: int = 1
) -> Lanes:
    """The melody of lanes with the best of several accompaniments, in C."""
    drafting = _draft_under(model, heard, plan, seed=seed, candidates=candidates, pace=pace)
    while not drafting.finished:
        drafting.advance()
    return min(drafting.lanes(), key=faults)


def _draft_under(
    model: GANModel, heard: Lanes, plan: Plan, *, seed: int, candidates: int, pace: int
) -> PhraseDrafting:
    """Accompaniments of the melody of lanes, to be written side by side."""
    return PhraseDrafting(
        model.generator,
        [plan] * candidates,
        [[seed, candidate] for candidate in range(candidates)],
        temperatures=[TEMPERATURE] * candidates,
        scripts=[_script(heard)] * candidates,
        melody=2 * heard.pitch[MELODY].astype(np.int64) + heard.onset[MELODY],
        pace=pace,
    )


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


def faults(lanes: Lanes) -> float:
    """What speaks against an accompaniment.

    Shares of strong beats that clash with the tune, or else within the chord, and of bars left empty.
    """
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
    """As the genre usually is in the tune's metre and mode; one of tunes alone as hymns or waltzes are.

    Where neither is known, one of tunes is accompanied as what is known of most works; raises KeyError for a
    genre that the model does not know.
    """
    if genre not in profiles:
        raise KeyError(genre)
    if genre in TUNES:
        genre = _model_for_dances(tune.metre, profiles) or genre
    habits = list(profiles[genre].habits)
    of_mode = [habit for habit in habits if habit.mode == tune.key.mode] or habits
    of_metre = [habit for habit in of_mode if habit.metre == str(tune.metre)] or of_mode
    usual = max(of_metre, key=lambda habit: habit.works)
    plan = make_plan(genre, usual, key=tune.key, tempo=tune.tempo, bars=tune.bars)
    if genre in TUNES:  # nothing else is known, and a plan of one part would leave the tune alone
        plan = replace(plan, parts=2)
    return replace(plan, metre=tune.metre)


def _model_for_dances(metre: Metre, profiles: Mapping[Genre, Profile]) -> Genre | None:
    """The genre whose accompaniments dances are given, which have none of their own; None without any."""
    wanted = (Genre.FOLK, Genre.HYMN) if metre.beats == _WALTZ else (Genre.HYMN,)
    works = {
        genre: sum(habit.works for habit in profile.habits if habit.parts > 1)
        for genre, profile in profiles.items()
        if genre not in TUNES
    }
    known = [genre for genre in wanted if genre in works]
    return known[0] if known else max(works, key=lambda genre: works[genre], default=None)


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
