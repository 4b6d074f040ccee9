"""Every figure of the report: what is measured of a style, and how one figure of it is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from domain.genres import Genre
from training.evaluation.evaluation import Likelihood, PieceSetFigures
from training.evaluation.structure import Structure
from training.report.judging import area, area_within_genres
from training.report.measuring import (
    PeopleFigures,
    SourceFigures,
    measure_likelihoods,
    measure_people,
    measure_phrases,
    measure_source,
    write_genre,
)
from training.report.sources import Source, Study
from training.report.workers import Job, Workers

Column = Source | None
"""A source, or None: people."""


@dataclass(frozen=True, slots=True)
class StyleFigures:
    """All that the page says of a style; methods read one figure of a source, or of people, in a genre."""

    style: str
    model_version: str
    judge_version: str | None
    pieces: int
    genres: tuple[Genre, ...]
    sources: Mapping[Source, SourceFigures]
    people: PeopleFigures
    likelihoods: Mapping[Genre, Likelihood]
    phrase_share: float
    """Of the sections of clips of any length, how many are phrases of four or eight bars."""

    def pieces_of(self, column: Column, genre: Genre) -> PieceSetFigures:
        """Of people: their training works beside held-out ones, which is real-vs-real."""
        found = self.sources[column or Source.RAW].evaluation.genres[genre]
        return found.human if column is None else found.generated

    def structure(self, column: Column, genre: Genre) -> Structure:
        return (self.people if column is None else self.sources[column]).structures[genre]

    def recognised(self, column: Column, genre: Genre) -> float:
        """The share of pieces that the genre classifier takes for what they are."""
        evaluation = self.sources[column or Source.RAW].evaluation
        return (evaluation.human_confusion if column is None else evaluation.confusion).recall(genre)

    def judged(self, column: Column, genre: Genre) -> tuple[float, ...]:
        return (self.people if column is None else self.sources[column]).judged.get(genre, ())

    def area(self, column: Column, genre: Genre) -> float:
        """How well the judge tells people's test works from these pieces."""
        return area(self.judged(None, genre), self.judged(column, genre))

    def area_within_genres(self, column: Column) -> float:
        judged = (self.people if column is None else self.sources[column]).judged
        return area_within_genres(self.people.judged, judged)

    def telling(self, column: Column, genre: Genre) -> float:
        """How well a classifier of the source's own tells people's works from these pieces."""
        people, pieces = (self.people if column is None else self.sources[column]).told
        return area(people[genre], pieces[genre])

    def telling_within_genres(self, column: Column) -> float:
        return area_within_genres(*(self.people if column is None else self.sources[column]).told)

    def excerpt_bars(self, genre: Genre) -> int:
        """How many bars people's works were cut to."""
        return self.sources[Source.RAW].evaluation.genres[genre].excerpt_bars

    def mean(self, column: Column, read: "Reader") -> float:
        """A figure's mean over the genres that have it; NaN where none has."""
        values = [read(self, column, genre) for genre in self.genres]
        known = [value for value in values if not np.isnan(value)]
        return float(np.mean(known)) if known else float("nan")


Reader = Callable[[StyleFigures, Column, Genre], float]
"""One figure of a source, or of people, in a genre."""


def measure_style(study: Study, workers: Workers) -> StyleFigures:
    """Write what is not written yet, measure it all."""
    genres = study.genres
    workers.run([(write_genre, study, genre) for genre in genres], f"writing {study.style}")
    jobs: list[Job] = [(measure_likelihoods, study)]
    jobs += [(measure_source, study, source) for source in Source]
    jobs += [(measure_people, study), (measure_phrases, study)]
    known, *sources, people, phrases = workers.run(jobs, f"measuring {study.style}")
    judge = study.load_judge()
    return StyleFigures(
        style=study.style,
        model_version=study.load_style().model_version,
        judge_version=None if judge is None else judge.version,
        pieces=study.pieces,
        genres=genres,
        sources=dict(zip(Source, sources, strict=True)),
        people=people,
        likelihoods=known,
        phrase_share=phrases,
    )
