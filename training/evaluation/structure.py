"""Whether pieces keep to their form: cadences where they are planned, ideas that return, a real ending.

What a section promises is read from `Score.sections`; what is heard there, from the notes alone. Knows
neither how forms are planned nor how notes are written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from domain.score import Cadence, Note, Score, Section
from models.composition.cadences import cadence_degrees, cadence_tick
from models.note_table import FloatArray, bar_similarity, tabulate
from training.evaluation.endings import endings

PHRASE_BARS = frozenset({4, 8})
"""How long a phrase is in the music that the corpora hold."""

LAGS = (4, 8)
"""Bars after which a phrase is likely to be heard again."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike a piece's sections are, bar by bar in the same place, 0 to 1."""

    returns: float
    """Mean over pairs of sections of one idea."""
    contrasts: float
    """Mean over pairs of sections of different ideas."""

    @property
    def returns_are_closer(self) -> bool:
        return self.returns > self.contrasts


@dataclass(frozen=True, slots=True)
class Structure:
    """What a set of pieces does with its form. A share of nothing is NaN."""

    pieces: int
    cadences: int
    """Sections with a planned cadence, of all pieces together."""
    cadences_kept: float
    full_cadences_kept: float
    half_cadences_kept: float
    clips_with_return: int
    """Pieces that state an idea again and have another one to tell it from."""
    returns_closer: float
    """The share of those in which the return is more like its model than different ideas are alike."""
    returns: float
    contrasts: float
    """Mean `Likeness` over those pieces."""
    bass_home: float
    """Pieces that end in their last bar with the tonic in the bass."""
    melody_home: float
    """The same with the tonic on top as well, the last note held."""
    lag_similarity: float
    """How alike bars 4 or 8 apart are, mean over bars and pieces; needs no sections."""
    other_similarity: float
    """The same of bars that are 1, 2, 3, 5, 6 or 7 apart."""


def structure(scores: Sequence[Score]) -> Structure:
    """Measure the pieces that have notes."""
    heard = [score for score in scores if any(part.notes for part in score.parts)]
    kept = {
        cadence: [told for score in heard for told in cadences_kept(score, cadence)] for cadence in Cadence
    }
    likenesses = [found for found in map(likeness, heard) if found is not None]
    closes = [endings([score]) for score in heard]
    bass_home = [close.in_last_bar * close.bass_on_tonic for close in closes]
    melody_home = [
        home * close.melody_on_tonic * close.held for home, close in zip(bass_home, closes, strict=True)
    ]
    others = tuple(lag for lag in range(1, max(LAGS)) if lag not in LAGS)
    return Structure(
        pieces=len(heard),
        cadences=sum(map(len, kept.values())),
        cadences_kept=_mean([told for each in kept.values() for told in each]),
        full_cadences_kept=_mean(kept[Cadence.FULL]),
        half_cadences_kept=_mean(kept[Cadence.HALF]),
        clips_with_return=len(likenesses),
        returns_closer=_mean([found.returns_are_closer for found in likenesses]),
        returns=_mean([found.returns for found in likenesses]),
        contrasts=_mean([found.contrasts for found in likenesses]),
        bass_home=_mean(bass_home),
        melody_home=_mean(melody_home),
        lag_similarity=_mean([lag_similarity(score, LAGS) for score in heard]),
        other_similarity=_mean([lag_similarity(score, others) for score in heard]),
    )


def cadences_kept(score: Score, cadence: Cadence) -> list[bool]:
    """For each section that is to end with `cadence`, whether the bass is there at the cadence point."""
    return [_is_kept(score, section) for section in score.sections if section.cadence is cadence]


def likeness(score: Score) -> Likeness | None:
    """How alike the sections are; None where no idea returns or there is no other to tell it from.

    Sections of different lengths are compared over the bars that both have.
    """
    similarity = bar_similarity(tabulate(score))
    returns: list[float] = []
    contrasts: list[float] = []
    for one, other in combinations(score.sections, 2):
        found = returns if one.idea == other.idea else contrasts
        found.append(_section_similarity(similarity, one, other))
    if not returns or not contrasts:
        return None
    return Likeness(_mean(returns), _mean(contrasts))


def lag_similarity(score: Score, lags: Iterable[int]) -> float:
    """How alike bars are that lie one of `lags` bars apart, 0 to 1; NaN where the piece is too short."""
    similarity = bar_similarity(tabulate(score))
    diagonals = [np.diagonal(similarity, lag) for lag in lags if lag < score.bars]
    return float(np.concatenate(diagonals).mean()) if diagonals else float("nan")


def phrase_share(sections: Iterable[Section]) -> float:
    """The share of sections that are phrases of four or eight bars; NaN for none."""
    return _mean([section.bars in PHRASE_BARS for section in sections])


def _is_kept(score: Score, section: Section) -> bool:
    if section.cadence is None:
        raise ValueError(f"section {section.label} plans no cadence")
    bass = _lowest_at(score, cadence_tick(score.metre, section))
    if bass is None:
        return False
    degree = (bass.pitch - (section.key or score.key).tonic) % 12
    return degree in cadence_degrees(section.cadence, len(score.parts))


def _lowest_at(score: Score, tick: int) -> Note | None:
    sounding = [note for part in score.parts for note in part.notes if note.onset <= tick < note.end]
    return min(sounding, key=lambda note: note.pitch, default=None)


def _section_similarity(similarity: FloatArray, one: Section, other: Section) -> float:
    places = np.arange(min(one.bars, other.bars))
    return float(similarity[one.first_bar + places, other.first_bar + places].mean())


def _mean(values: Sequence[float]) -> float:
    """The mean of what is a number; NaN for nothing."""
    numbers = [value for value in values if not np.isnan(value)]
    return float(np.mean(numbers)) if numbers else float("nan")
