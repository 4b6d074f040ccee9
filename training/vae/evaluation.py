"""Every figure of the variational autoencoder, and the bars it is held to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.progress import track
from torch import Tensor

from domain.genres import Genre
from domain.score import Score
from models.plans import Profile
from models.vae.drafting import VAEModel
from models.vae.units import Units
from training.corpora.works import Work
from training.drafts import draft_scores, draw_plans
from training.evaluation.checks import COPYING_MARGIN, Check
from training.evaluation.evaluation import Evaluation, evaluate_scores
from training.evaluation.tables import Table
from training.vae.data import MELODIC, read_lanes
from training.vae.latents import LatentUse, Walks, latent_use, legal_samples, measure_walks
from training.vae.phrases import held_out_phrases, reconstruct_phrases
from training.vae.reconstruction import Reconstruction, compare, total
from training.vae.units import held_out, reconstruct

UNIT_BAR, PHRASE_BAR = 0.95, 0.81
ACTIVE_BAR = 0.5
SPEARMAN_BAR = 0.9
PAIRS = 100
SAMPLES = 200
PIECES = 60
PIECE_BARS = 16
OVERLAP_OF_REAL = 0.9

UNITS_MEASURED, PHRASES_MEASURED = 400, 60
"""Held-out units and phrases, at most so many of each genre."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the autoencoder: its reconstruction by genre, and the use of its latent."""

    genres: Mapping[Genre, Reconstruction]
    use: LatentUse

    def of(self, genres: Iterable[Genre]) -> Reconstruction:
        """Some genres together."""
        return total(part for genre, part in self.genres.items() if genre in set(genres))


@dataclass(frozen=True, slots=True)
class VaeEvaluation:
    """Everything measured; `pieces` are those composed, None where none were."""

    units: Level
    phrases: Level
    legal: float
    walks: Walks
    pieces: Evaluation | None


def evaluate_model(
    model: VAEModel, works: Sequence[Work], genres: Sequence[Genre], *, pieces: int = PIECES
) -> VaeEvaluation:
    """Measure reconstruction of all held-out music, the latent space, and pieces of these genres."""
    laned = read_lanes(work for work in works if work.split == "test")
    unit_level = _level(
        held_out(laned, "test", most=UNITS_MEASURED), lambda units: reconstruct(model.network.units, units)
    )
    phrase_level = _level(
        held_out_phrases(laned, "test", most=PHRASES_MEASURED),
        lambda units: reconstruct_phrases(model.network, units),
    )
    test: dict[Genre, list[Score]] = {}
    for work in works:
        if work.split == "test" and work.genre in genres:
            test.setdefault(work.genre, []).append(work.score)
    written = {
        genre: generate(model, genre, model.profiles[genre], pieces=pieces)
        for genre in track(genres if pieces else (), "writing", transient=True)
    }
    return VaeEvaluation(
        units=unit_level,
        phrases=phrase_level,
        legal=legal_samples(model, samples=SAMPLES),
        walks=measure_walks(model, test, pairs=PAIRS),
        pieces=evaluate_scores(written, works) if written else None,
    )


def _level(
    held: Mapping[Genre, Sequence[Units]], rebuild: Callable[[Units], tuple[Units, Tensor, Tensor]]
) -> Level:
    genres: dict[Genre, Reconstruction] = {}
    means: list[Tensor] = []
    divergences: list[Tensor] = []
    for genre, some in held.items():
        counts: list[Reconstruction] = []
        for units in some:
            written, mean, divergence = rebuild(units)
            counts.append(compare(units, written))
            means.append(mean)
            divergences.append(divergence)
        genres[genre] = total(counts)
    return Level(genres, latent_use(means, divergences))


def generate(
    model: VAEModel, genre: Genre, profile: Profile, *, pieces: int, bars: int = PIECE_BARS
) -> list[Score]:
    """Pieces without form and gate, keys and layouts drawn from the genre's habits; fixed seeds."""
    return draft_scores(model, draw_plans(profile, genre, pieces=pieces, bars=bars))


def checks(evaluation: VaeEvaluation) -> list[Check]:
    """Every bar of the autoencoder itself; those of its pieces are in `piece_checks`."""
    units, phrases = evaluation.units, evaluation.phrases
    trio = [genre for genre in units.genres if genre not in MELODIC]
    found: list[Check] = []
    for name, level, bar in (("2 bars", units, UNIT_BAR), ("16 bars", phrases, PHRASE_BAR)):
        for subject, genres in (("melody", MELODIC), ("trio", trio)):
            some = level.of(genres)
            found.append(
                Check(f"notes reconstructed (F1), {name}", subject, some.f1, None, bar, at_least=True)
            )
            found.append(
                Check(f"steps reconstructed, {name}", subject, some.step_accuracy, None, bar, at_least=True)
            )
    for name, level in (("2 bars", units), ("16 bars", phrases)):
        subject = f"z of {name}"
        found.append(Check("active units", subject, level.use.active, None, ACTIVE_BAR, at_least=True))
    found.append(
        Check("samples of the prior that are legal", "all", evaluation.legal, None, 1.0, at_least=True)
    )
    walks = evaluation.walks
    figure = f"ratio and feature distance along {walks.pairs} blends (Spearman)"
    found.append(Check(figure, "all", walks.mean, None, SPEARMAN_BAR, at_least=True))
    return found


def piece_checks(evaluation: Evaluation, genre: Genre) -> list[Check]:
    """The bars that decide whether a genre is offered, as the recurrent composer's."""
    figures = evaluation.genres[genre]
    generated, human = figures.generated, figures.human
    area, real = generated.overlap.area, human.overlap.area
    ours, theirs = generated.melody_copying, human.melody_copying
    return [
        Check("overlapped area", genre, area, real, OVERLAP_OF_REAL * real, at_least=True),
        Check(
            "8-grams found in training",
            genre,
            ours.gram_overlap,
            theirs.gram_overlap,
            theirs.gram_overlap + COPYING_MARGIN,
            at_least=False,
        ),
        Check(
            "longest copied run, of the line",
            genre,
            ours.longest_run_share,
            theirs.longest_run_share,
            theirs.longest_run_share + COPYING_MARGIN,
            at_least=False,
        ),
    ]


def metric_checks(evaluation: Evaluation, genre: Genre) -> list[Check]:
    """How far the means of a genre's pieces are from people's."""
    figures = evaluation.genres[genre]
    found: list[Check] = []
    for name in ("scale consistency", "empty-bar rate"):
        mine, people = figures.generated.metrics[name], figures.human.metrics[name]
        figure = f"{name}, from people's (bar: one deviation)"
        apart = abs(mine.mean - people.mean)
        found.append(Check(figure, genre, apart, None, people.deviation + 1e-9, at_least=False))
    return found


def all_checks(evaluation: VaeEvaluation) -> list[Check]:
    """The autoencoder's bars, then those of its pieces, genre by genre."""
    found = checks(evaluation)
    pieces = evaluation.pieces
    if pieces is not None:
        for genre in pieces.genres:
            found += [*piece_checks(pieces, genre), *metric_checks(pieces, genre)]
    return found


def failing(evaluation: VaeEvaluation) -> set[Genre]:
    """The genres whose pieces miss one of the bars that decide."""
    pieces = evaluation.pieces
    if pieces is None:
        return set()
    return {genre for genre in pieces.genres if not all(check.met for check in piece_checks(pieces, genre))}


def level_table(title: str, level: Level) -> Table:
    """Reconstruction by genre, and the use of the latent."""
    rows = [
        (
            str(genre),
            f"{part.f1:.3f}",
            f"{part.precision:.3f}",
            f"{part.recall:.3f}",
            f"{part.step_accuracy:.3f}",
            f"{part.whole / part.units:.3f}",
            f"{part.there:,}",
        )
        for genre, part in level.genres.items()
    ]
    header = ("genre", "note F1", "precision", "recall", "steps", "units whole", "notes")
    use = level.use
    note = (
        f"free-running from the posterior's mean; z has {use.size} numbers, {100 * use.active:.0f}% of them "
        f"active, and tells {use.divergence:.0f} nats"
    )
    return Table(title, header, tuple(rows), note)


def walk_table(walks: Walks) -> Table:
    """The correlations along blends."""
    row = (
        str(walks.pairs),
        f"{walks.mean:.3f}",
        f"{walks.median:.3f}",
        f"{walks.least:.3f}",
        f"{walks.whole:.3f}",
    )
    return Table(
        "Feature distance along blends, rank correlation with the ratio",
        ("pairs", "mean", "median", "least", "mean, of whole pieces' features"),
        (row,),
    )
