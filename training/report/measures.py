"""The figures that the page shows, one a table: how each is read, what it is called and what it means."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.genres import Genre
from models.features import SINGLE_NUMBERS
from training.evaluation.evaluation import Spread
from training.report.figures import Column, Reader, StyleFigures


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure for each genre and source. `spread` reads mean and deviation, where pieces have one each."""

    title: str
    read: Reader
    text: Callable[[float], str]
    note: str
    spread: Callable[[StyleFigures, Column, Genre], Spread] | None = None
    overall: Callable[[StyleFigures, Column], float] | None = None
    """Instead of the mean over genres."""

    def total(self, figures: StyleFigures, column: Column) -> float:
        """The figure over all genres."""
        return figures.mean(column, self.read) if self.overall is None else self.overall(figures, column)


def number(value: float) -> str:
    return f"{value:.3f}"


def percent(value: float) -> str:
    return f"{100 * value:.1f}%"


def count(value: float) -> str:
    return f"{value:.0f}"


def _metric(name: str, note: str) -> Measure:
    def spread(figures: StyleFigures, column: Column, genre: Genre) -> Spread:
        return figures.pieces_of(column, genre).metrics[name]

    return Measure(
        name, lambda figures, column, genre: spread(figures, column, genre).mean, number, note, spread=spread
    )


OVERLAP = Measure(
    "overlapped area",
    lambda figures, column, genre: figures.pieces_of(column, genre).overlap.area,
    number,
    "Of the distributions of feature distances (Yang and Lerch 2018), mean over their ten features, against "
    "held-out works: 1 is a perfect match. The people's column is real-vs-real: training works instead of "
    "generated pieces.",
)
DIVERGENCE = Measure(
    "KL divergence",
    lambda figures, column, genre: figures.pieces_of(column, genre).overlap.kl_divergence,
    number,
    "Of the same distributions, in nats: 0 is a perfect match.",
)
METRIC_OVERLAP = Measure(
    "overlapped area of the metrics",
    lambda figures, column, genre: figures.pieces_of(column, genre).metric_overlap.area,
    number,
    "The same for the seven single metrics below.",
)

_METRIC_NOTES = {
    "pitch class entropy": "In bits: 0 for one pitch class, 3.58 for twelve alike.",
    "scale consistency": "The largest share of notes that lie in one major or natural minor scale.",
    "groove consistency": "How alike neighbouring bars are in which of their ticks carry an onset.",
    "empty-bar rate": "The share of bars in which nothing sounds.",
    "polyphony": "How many pitches sound on average, while any does.",
    "polyphony rate": "The share of time in which more than two pitches sound.",
    "self-similarity": "Each bar's likeness to the most alike of those before it, on average.",
}
METRICS = tuple(_metric(name, _METRIC_NOTES[name]) for name in SINGLE_NUMBERS)

RECOGNISED = Measure(
    "recognised by the genre classifier",
    lambda figures, column, genre: figures.recognised(column, genre),
    percent,
    "A classifier that learned from people's works alone names the genre; people's are unseen works.",
)
GRAMS = Measure(
    "8-grams found in training",
    lambda figures, column, genre: figures.pieces_of(column, genre).melody_copying.gram_overlap,
    percent,
    "Of the steps (interval and time) of the parts' top lines, in any key; people's are held-out works.",
)
LONGEST_SHARE = Measure(
    "longest copied run, of the line",
    lambda figures, column, genre: figures.pieces_of(column, genre).melody_copying.longest_run_share,
    percent,
    "How much of a line its longest run of steps covers that also stands in a training work.",
)
LONGEST_NOTES = Measure(
    "longest copied run of all, notes",
    lambda figures, column, genre: float(figures.pieces_of(column, genre).melody_copying.longest_run_notes),
    count,
    "The longest such run in any of the pieces.",
)
BASS_HOME = Measure(
    "ends on the tonic",
    lambda figures, column, genre: figures.structure(column, genre).bass_home,
    percent,
    "The last note begins in the last bar, over the tonic in the bass.",
)
MELODY_HOME = Measure(
    "ends on the tonic, melody too, held",
    lambda figures, column, genre: figures.structure(column, genre).melody_home,
    percent,
    "The same with the tonic on top as well, in a note at least as long as the piece's median.",
)
CADENCES = Measure(
    "cadences as planned",
    lambda figures, column, genre: figures.structure(column, genre).cadences_kept,
    percent,
    "Sections with the tonic (full) or the dominant (half cadence) in the bass on the last strong beat of "
    "their last bar. Pieces without form are read against the plan that they would have had: that is chance. "
    "Where people's sections begin is not known.",
)
FULL_CADENCES = Measure(
    "full cadences as planned",
    lambda figures, column, genre: figures.structure(column, genre).full_cadences_kept,
    percent,
    "Those of the former that are to be full.",
)
HALF_CADENCES = Measure(
    "half cadences as planned",
    lambda figures, column, genre: figures.structure(column, genre).half_cadences_kept,
    percent,
    "Those that are to be half cadences; a single line may imply the dominant with any of its tones.",
)
RETURNS_CLOSER = Measure(
    "returns closer than contrasts",
    lambda figures, column, genre: figures.structure(column, genre).returns_closer,
    percent,
    "Clips in which the bars of A and A′ are more alike than those of A and B, of the clips that plan a "
    "return and another idea.",
)
RETURN_LIKENESS = Measure(
    "likeness of A and A′",
    lambda figures, column, genre: figures.structure(column, genre).returns,
    number,
    "Shared notes (pitch and place) over all notes, of bars in the same place of two sections of one idea.",
)
CONTRAST_LIKENESS = Measure(
    "likeness of A and B",
    lambda figures, column, genre: figures.structure(column, genre).contrasts,
    number,
    "The same of sections of different ideas.",
)
PHRASE_LIKENESS = Measure(
    "likeness of bars 4 or 8 apart",
    lambda figures, column, genre: figures.structure(column, genre).lag_similarity,
    number,
    "Needs no plan, so it can be said of people's works, too.",
)
OTHER_LIKENESS = Measure(
    "likeness of bars 1, 2, 3, 5, 6 or 7 apart",
    lambda figures, column, genre: figures.structure(column, genre).other_similarity,
    number,
    "The same where phrases do not return.",
)
JUDGE_AREA = Measure(
    "judge's area under the curve",
    lambda figures, column, genre: figures.area(column, genre) if column else float("nan"),
    number,
    "How likely the judge finds a person's unseen (test) passage better than a generated piece of its genre: "
    "0.5 is a coin. Over all, a genre weighs as many as people's passages it has. The gate chooses by this "
    "judge, so the last column says as much of the choice as of the music.",
    overall=lambda figures, column: figures.area_within_genres(column) if column else float("nan"),
)

TELLING_AREA = Measure(
    "fresh classifier's area under the curve",
    lambda figures, column, genre: figures.telling(column, genre),
    number,
    "The same of a random forest that learns from plain features to tell just these pieces from people's "
    "works, asked of pieces that it did not learn from. It took no part in choosing them. The people's "
    "column tells training works from held-out ones.",
    overall=lambda figures, column: figures.telling_within_genres(column),
)

MEASURES = (
    OVERLAP,
    DIVERGENCE,
    METRIC_OVERLAP,
    *METRICS,
    RECOGNISED,
    GRAMS,
    LONGEST_SHARE,
    LONGEST_NOTES,
    BASS_HOME,
    MELODY_HOME,
    CADENCES,
    FULL_CADENCES,
    HALF_CADENCES,
    RETURNS_CLOSER,
    RETURN_LIKENESS,
    CONTRAST_LIKENESS,
    PHRASE_LIKENESS,
    OTHER_LIKENESS,
    JUDGE_AREA,
    TELLING_AREA,
)
"""In the order of the page."""
