"""What the report holds a style to, and whether it is met."""

from math import isnan

from domain.genres import Genre
from training.evaluation.checks import Check
from training.report.figures import Column, StyleFigures
from training.report.measures import BASS_HOME, CADENCES, MELODY_HOME, OVERLAP, RETURNS_CLOSER, Measure
from training.report.sources import Source

OVERLAP_OF_REAL = 0.92
ENDS_ON_TONIC = 0.98
CADENCES_KEPT = 0.9
RETURNS_ARE_CLOSER = 0.95
STEADY = ("scale consistency", "empty-bar rate", "polyphony", "groove consistency")
"""Metrics whose mean must lie within one standard deviation of the genre's held-out music."""

_ROUNDING = 1e-9
"""What sums of the same numbers in another order may differ by."""


def style_checks(figures: StyleFigures) -> list[Check]:
    """Every bar of a style with form and gate, over all its genres."""
    gated, real = OVERLAP.total(figures, Source.GATED), OVERLAP.total(figures, None)
    raw = OVERLAP.total(figures, Source.RAW)
    found = [
        Check("overlapped area", figures.style, gated, real, OVERLAP_OF_REAL * real, at_least=True),
        Check(
            "overlapped area, above that without form and gate",
            figures.style,
            gated,
            real,
            raw,
            at_least=True,
        ),
        *(
            _reaches(figures, measure, bar)
            for measure, bar in (
                (BASS_HOME, ENDS_ON_TONIC),
                (MELODY_HOME, ENDS_ON_TONIC),
                (CADENCES, CADENCES_KEPT),
                (RETURNS_CLOSER, RETURNS_ARE_CLOSER),
            )
        ),
        Check(
            "phrases of 4 or 8 bars, in clips of 4 bars or more",
            figures.style,
            figures.phrase_share,
            None,
            1.0,
            at_least=True,
        ),
    ]
    if figures.judge_version is not None:
        off, on = (abs(figures.area_within_genres(source) - 0.5) for source in (Source.FORMED, Source.GATED))
        found.append(
            Check(
                "judge's area under the curve, how far from 0.5 (bar: gate off)",
                figures.style,
                on,
                None,
                off,
                at_least=False,
            )
        )
    for name in STEADY:
        share = 1 - len(_unsteady(figures, name)) / len(figures.genres)
        figure = f"{name} within one deviation, of genres"
        found.append(Check(figure, figures.style, share, None, 1.0, at_least=True))
    return found


def genre_remarks(figures: StyleFigures) -> str:
    """How many genres meet by themselves what holds over all, and which ones stand out."""

    def overlap(column: Column, genre: Genre) -> float:
        return OVERLAP.read(figures, column, genre)

    gated = {genre: overlap(Source.GATED, genre) for genre in figures.genres}
    reach = sum(area >= OVERLAP_OF_REAL * overlap(None, genre) for genre, area in gated.items())
    above = sum(area > overlap(Source.RAW, genre) for genre, area in gated.items())
    sentences = [
        f"Of {len(gated)} genres, {reach} reach {OVERLAP_OF_REAL} of real-vs-real by themselves, and {above} "
        "overlap more than without form and gate."
    ]
    unsteady = {name: _unsteady(figures, name) for name in STEADY}
    sentences += [
        f"Outside one deviation in {name}: {', '.join(genres)}."
        for name, genres in unsteady.items()
        if genres
    ]
    return " ".join(sentences)


def _unsteady(figures: StyleFigures, metric: str) -> list[Genre]:
    return [genre for genre in figures.genres if not is_steady(figures, Source.GATED, genre, metric)]


def is_steady(figures: StyleFigures, column: Column, genre: Genre, metric: str) -> bool:
    """Whether a metric's mean lies within one standard deviation of the held-out works' mean."""
    ours, theirs = (figures.pieces_of(each, genre).metrics[metric] for each in (column, None))
    return abs(ours.mean - theirs.mean) <= theirs.deviation + _ROUNDING


def _reaches(figures: StyleFigures, measure: Measure, bar: float) -> Check:
    human = measure.total(figures, None)
    value = measure.total(figures, Source.GATED)
    return Check(measure.title, figures.style, value, None if isnan(human) else human, bar, at_least=True)
