"""The report on a style of random weights: complete, the same each time, and resumed where it stopped."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from domain.genres import Genre
from domain.score import Cadence, Key, Mode, Note, Part, Score, Section
from models.critic.files import save_critic
from models.critic.network import Calibration, Config, Critic
from models.rnn.files import save_rnn
from tests.models.networks import tiny_network, tiny_profiles
from tests.training.evaluation_scores import march
from training.corpora.works import Work, save_works
from training.evaluation.evaluation import Spread
from training.evaluation.jumbles import shuffled
from training.report.bars import STEADY, genre_remarks, is_steady, style_checks
from training.report.discriminator import tell_apart
from training.report.figures import StyleFigures
from training.report.judging import area, area_within_genres
from training.report.keeping import code_digest, keep, keep_scores
from training.report.measures import MEASURES, OVERLAP
from training.report.measuring import measure_people, measure_source, write_genre
from training.report.page import style_section, write_report
from training.report.sources import Source, Study
from training.report.workers import Workers

# The first test waits for a report, which starts four processes and the engine.
pytestmark = pytest.mark.timeout(400)

PIECES = 3
LENGTH_SECONDS = 20.0


def hymn(rng: np.random.Generator) -> Score:
    """Four parts that walk together."""
    tune = march(rng)
    parts = [
        Part("", 0, tuple(replace(note, pitch=note.pitch - 5 * place) for note in tune.parts[0].notes))
        for place in range(4)
    ]
    return replace(tune, parts=tuple(parts))


def works() -> list[Work]:
    rng = np.random.default_rng(5)
    splits = ("train", "train", "train", "valid", "test", "judge")
    made: list[Work] = []
    for index in range(36):
        for genre, compose in ((Genre.REEL, march), (Genre.CHORALE, hymn)):
            name = f"{genre}-{index}"
            split = splits[index % len(splits)]
            made.append(Work(name, name, "", "", "", "", genre, split, name, compose(rng)))
    return made


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A tiny style and judge, works, and nothing written yet."""
    folder = tmp_path_factory.mktemp("report")
    weights = folder / "weights"
    weights.mkdir()
    facts = {"genres": ["chorale", "reel"]}
    save_rnn(tiny_network(), weights / "rnn.safetensors", profiles=tiny_profiles(), facts=facts)
    torch.manual_seed(2)
    critic = Critic(Config(width=8, bar_width=8, layers=1))
    save_critic(critic, weights, calibration=Calibration(), facts={})
    save_works(folder / "works.jsonl.gz", works())
    return Study("rnn", weights, folder / "works.jsonl.gz", folder / "pieces", PIECES, LENGTH_SECONDS)


@pytest.fixture(scope="module")
def figures(study: Study) -> StyleFigures:
    """What two other processes wrote and measured, of which there is a page beside the works."""
    (measured,) = write_report(
        weights=study.weights,
        works=study.works,
        page=page_of(study),
        kept=study.folder.parent,
        pieces=PIECES,
        workers=2,
        length_seconds=LENGTH_SECONDS,
    )
    return measured


def page_of(study: Study) -> Path:
    return study.folder.parent / "docs" / "quality.md"


def test_every_source_writes_under_the_same_plans(study: Study, figures: StyleFigures):
    for genre in figures.genres:
        written = {source: study.pieces_of(source, genre) for source in Source}
        plans = {source: [_plan(piece) for piece in pieces] for source, pieces in written.items()}
        assert len(written[Source.GATED]) == PIECES
        assert all(plan == plans[Source.GATED] for plan in plans.values())
        assert len({str(pieces) for pieces in written.values()}) == len(Source)
        assert all(piece.sections for piece in written[Source.RAW])


def _plan(piece: Score) -> tuple[object, ...]:
    return piece.key, piece.metre, piece.tempo, piece.bars, len(piece.parts), piece.sections


def test_the_page_shows_every_figure_of_every_source(figures: StyleFigures, tmp_path: Path):
    page = style_section(figures, tmp_path / "quality")
    lines = page.splitlines()
    for measure in MEASURES:
        (row,) = [line for line in lines if line.startswith(f"| {measure.title} |")]
        assert row.count("|") == 7  # people and four sources beside the title
        assert f"#### {measure.title[0].upper()}{measure.title[1:]}" in lines
        totals = [measure.total(figures, column) for column in (None, *Source)]
        for total in totals:
            assert np.isnan(total) or f" {measure.text(total)} |" in row
    for check in style_checks(figures):
        (row,) = [line for line in lines if line.startswith(f"| {check.figure}, rnn |")]
        assert row.endswith("| met |" if check.met else "| MISSED |")
    assert "### Nats a note" in lines
    pictures = sorted((tmp_path / "quality").iterdir())
    assert [path.stem for path in pictures] == [
        f"rnn-{name}" for name in ("features", "judge", "metrics", "overlap", "similarity")
    ]
    for path in pictures:
        assert f"](quality/{path.name})" in page
        assert 2_000 < path.stat().st_size < 150_000


def test_the_report_has_every_picture_and_sample(study: Study, figures: StyleFigures, tmp_path: Path):
    page, again = page_of(study), tmp_path / "quality"
    assert style_section(figures, again) in page.read_text(encoding="utf-8")
    for picture in again.iterdir():
        assert (page.parent / "quality" / picture.name).read_bytes() == picture.read_bytes()
    for genre in ("chorale", "reel"):
        assert (page.parent / "quality" / f"rnn-{genre}-1.png").stat().st_size < 150_000
        assert (study.folder.parent / "samples" / f"rnn-{genre}-1.mp3").exists()


def test_this_process_measures_the_same_as_others(study: Study, figures: StyleFigures):
    with Workers(1, quiet=True) as workers:
        source, people = workers.run(
            [(measure_source, study, Source.GATED), (measure_people, study)], "again"
        )
    assert repr(source) == repr(figures.sources[Source.GATED])
    assert repr(people) == repr(figures.people)


def test_an_interrupted_report_goes_on_with_what_is_written(
    study: Study, figures: StyleFigures, tmp_path: Path
):
    resumed = replace(study, folder=tmp_path)
    pieces = [resumed.pieces_of(source, Genre.REEL) for source in (Source.RAW, Source.FORMED)]
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert len(before) == 2
    write_genre(resumed, Genre.REEL)
    after = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert before.items() <= after.items()
    assert len(after) == len(Source)
    assert pieces == [resumed.pieces_of(source, Genre.REEL) for source in (Source.RAW, Source.FORMED)]
    for source in Source:  # from scratch the same as what others wrote
        assert resumed.pieces_of(source, Genre.REEL) == study.pieces_of(source, Genre.REEL)


def test_pieces_are_written_anew_for_another_number(study: Study, tmp_path: Path):
    few = replace(study, folder=tmp_path, pieces=2)
    more = replace(few, pieces=3)
    assert len(few.pieces_of(Source.RAW, Genre.REEL)) == 2
    assert len(more.pieces_of(Source.RAW, Genre.REEL)) == 3
    assert len(list(tmp_path.glob("*without*"))) == 1


def test_bars_compare_the_gate_with_people_and_with_nothing(figures: StyleFigures):
    found = {check.figure: check for check in style_checks(figures)}
    overlap = found["overlapped area"]
    assert overlap.bar == pytest.approx(0.92 * OVERLAP.total(figures, None))
    assert overlap.value == OVERLAP.total(figures, Source.GATED)
    beyond = found["overlapped area, above that without form and gate"]
    assert beyond.bar == OVERLAP.total(figures, Source.RAW)
    assert found["cadences as planned"].value >= 0.9
    assert found["judge's area under the curve, how far from 0.5 (bar: gate off)"].bar == pytest.approx(
        abs(figures.area_within_genres(Source.FORMED) - 0.5)
    )
    assert found["phrases of 4 or 8 bars, in clips of 4 bars or more"].value == 1


@pytest.mark.parametrize(("mean", "steady"), [(0.8, True), (0.9, True), (0.91, False), (0.69, False)])
def test_a_metric_is_steady_within_one_deviation_of_peoples(figures: StyleFigures, mean: float, steady: bool):
    metric = STEADY[0]
    people, gated = Spread(0.8, 0.1), Spread(mean, 0.3)
    changed = _with_metric(_with_metric(figures, None, metric, people), Source.GATED, metric, gated)
    assert is_steady(changed, Source.GATED, Genre.REEL, metric) is steady
    outside = f"Outside one deviation in {metric}: chorale, reel."
    assert (outside in genre_remarks(changed)) is not steady


def _with_metric(figures: StyleFigures, column: Source | None, metric: str, spread: Spread) -> StyleFigures:
    """The figures with one metric of a source, or of people, changed in every genre."""
    source = column or Source.RAW
    side = "human" if column is None else "generated"
    evaluation = figures.sources[source].evaluation
    genres = {
        genre: replace(
            found,
            **{side: replace(getattr(found, side), metrics={**getattr(found, side).metrics, metric: spread})},
        )
        for genre, found in evaluation.genres.items()
    }
    changed = replace(figures.sources[source], evaluation=replace(evaluation, genres=genres))
    return replace(figures, sources={**figures.sources, source: changed})


def test_areas_count_how_often_people_are_judged_better():
    assert area((0.9, 0.8), (0.1, 0.2)) == 1
    assert area((0.5, 0.1), (0.5, 0.3)) == pytest.approx((0.5 + 1) / 4)
    assert np.isnan(area((), (0.1,)))
    people = {Genre.REEL: (0.9, 0.9, 0.9), Genre.JIG: (0.1,), Genre.POLKA: ()}
    generated = {Genre.REEL: (0.5,), Genre.JIG: (0.5,), Genre.POLKA: (0.5,)}
    assert area_within_genres(people, generated) == pytest.approx(3 / 4)
    assert np.isnan(area_within_genres({Genre.REEL: ()}, {Genre.REEL: (0.5,)}))


def test_a_fresh_classifier_tells_shuffled_notes_from_people_but_not_people_from_people():
    known = {Genre.REEL: [work for work in works() if work.genre is Genre.REEL]}
    rng = np.random.default_rng(7)
    alike = {Genre.REEL: [march(rng) for _ in range(30)]}
    spoilt = {Genre.REEL: [shuffled(score, rng) for score in alike[Genre.REEL]]}
    assert area_within_genres(*tell_apart(known, spoilt)) > 0.95
    assert np.isnan(
        area_within_genres(*tell_apart(known, {Genre.REEL: [replace(alike[Genre.REEL][0], parts=())]}))
    )
    people, pieces = tell_apart(known, alike)
    assert len(people[Genre.REEL]) == len(pieces[Genre.REEL]) == 30
    assert 0.2 < area_within_genres(people, pieces) < 0.8


def test_scores_are_kept_whole(tmp_path: Path):
    score = replace(
        march(np.random.default_rng(1), bars=4),
        sections=(Section("A", 0, 2, Cadence.HALF, Key(7, Mode.MINOR)), Section("A′", 2, 2)),
        parts=(Part("drums", 3, (Note(0, 36, 2, 99),), percussion=True), Part("", 0, ())),
    )
    assert keep_scores(tmp_path, "one", 1, lambda: [score]) == [score]
    assert keep_scores(tmp_path, "one", 1, _fail) == [score]


def test_what_is_kept_gives_way_when_its_facts_change(tmp_path: Path):
    made = iter(["first", "second", "third"])
    make: Callable[[], str] = lambda: next(made)  # noqa: E731
    assert keep(tmp_path, "a", {"code": 1}, make) == "first"
    assert keep(tmp_path, "a", {"code": 1}, make) == "first"
    assert keep(tmp_path, "a-b", {"code": 1}, make) == "second"
    assert keep(tmp_path, "a", {"code": 2}, make) == "third"
    assert len(list(tmp_path.iterdir())) == 2


def test_what_failed_is_not_kept(tmp_path: Path):
    with pytest.raises(AssertionError):
        keep(tmp_path, "a", 1, _fail)
    assert keep(tmp_path, "a", 1, lambda: "made") == "made"


def _fail() -> list[Score]:
    raise AssertionError("made again")


def test_comments_do_not_change_what_code_does(tmp_path: Path):
    def digest(text: str) -> str:
        (tmp_path / "module.py").write_text(text, encoding="utf-8")
        assert code_digest("module.py", root=tmp_path) == code_digest("module.py", root=tmp_path)
        return code_digest("module.py", root=tmp_path)

    plain = digest("def one():\n    return 1\n")
    assert digest('"""Words."""\n\n\ndef one():\n    """More."""\n    return 1  # one\n') == plain
    assert digest("def one():\n    return 2\n") != plain
