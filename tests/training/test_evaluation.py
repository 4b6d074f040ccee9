"""The evaluation as a whole, on two invented genres."""

from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from domain.genres import Genre
from tests.training.evaluation_scores import march, waltz, works
from training.evaluation.checks import checks
from training.evaluation.controls import MarkovComposer, set_aside
from training.evaluation.evaluation import Likelihood, evaluate_scores
from training.evaluation.genre_classifier import Confusion, fit_classifier
from training.evaluation.jumbles import noise, shuffled
from training.evaluation.tables import evaluation_tables, markdown, print_evaluation

WORKS = works()


def fresh(count: int = 24) -> dict:
    rng = np.random.default_rng(99)
    return {
        Genre.REEL: [march(rng) for _ in range(count)],
        Genre.SONG: [waltz(rng) for _ in range(count)],
    }


@pytest.fixture(scope="module")
def good():
    likelihoods = {Genre.REEL: Likelihood(model=1.0, floor=1.5, floor_order=4, notes=100)}
    return evaluate_scores(fresh(), WORKS, likelihoods=likelihoods)


@pytest.fixture(scope="module")
def bad():
    rng = np.random.default_rng(1)
    spoilt = {genre: [shuffled(score, rng) for score in scores] for genre, scores in fresh().items()}
    copied = [work.score for work in WORKS if work.genre == Genre.SONG and work.split == "train"]
    return evaluate_scores({Genre.REEL: spoilt[Genre.SONG], Genre.SONG: copied}, WORKS)


def by_name(evaluation) -> dict:
    return {(check.figure, check.subject): check for check in checks(evaluation)}


def test_pieces_of_the_same_kind_meet_every_bar(good):
    missed = [check for check in checks(good) if not check.met]
    assert missed == []
    assert good.genres[Genre.REEL].excerpt_bars == 8
    assert good.genres[Genre.REEL].human.endings.melody_on_tonic == 1


def test_every_genre_has_every_check(good):
    names = {check.figure for check in checks(good) if check.subject == Genre.REEL}
    assert len(names) == 5
    assert {
        check.figure for check in checks(good) if check.subject == Genre.SONG
    } < names  # no likelihood given


def test_the_wrong_genre_misses_overlap_and_classifier(bad):
    found = by_name(bad)
    assert not found["overlapped area", Genre.REEL].met
    assert not found["recognised by the classifier", Genre.REEL].met
    assert not found["classifier accuracy", "all"].met


def test_copies_are_caught_though_they_sound_right(bad):
    found = by_name(bad)
    assert found["overlapped area", Genre.SONG].met
    assert found["recognised by the classifier", Genre.SONG].met
    assert not found["8-grams found in training", Genre.SONG].met
    assert not found["longest copied run, of the line", Genre.SONG].met


def test_the_strict_classifier_turns_noise_down():
    def human(split: str) -> dict:
        return {
            genre: [work.score for work in WORKS if work.genre == genre and work.split == split]
            for genre in (Genre.REEL, Genre.SONG)
        }

    classifier = fit_classifier(human("train"), human("valid"))
    rng = np.random.default_rng(2)
    spoilt = {genre: [noise(score, rng) for score in scores] for genre, scores in human("test").items()}
    assert classifier.confusion(human("test")).strict_accuracy > 0.9
    assert classifier.confusion(spoilt).strict_accuracy < 0.1
    assert classifier.confusion(spoilt).accuracy > 0.4  # made to name a genre, it goes by metre and parts


def test_the_same_pieces_give_the_same_figures(good):
    again = evaluate_scores(fresh(), WORKS, likelihoods=good.likelihoods)
    assert again == good  # the forest's random numbers, the subsets', the jumbles': all seeded


def test_a_likelihood_above_the_floor_is_missed(good):
    worse = replace(
        good, likelihoods={Genre.REEL: Likelihood(model=1.6, floor=1.5, floor_order=4, notes=100)}
    )
    assert not by_name(worse)["nats a note, at most the n-gram's", Genre.REEL].met


def test_tables_hold_every_figure(good):
    tables = evaluation_tables(good)
    for table in tables:
        assert all(len(row) == len(table.header) for row in table.rows), table.title
    page = markdown(tables)
    for phrase in ("self-similarity", "pitch class transitions", "melody on tonic", "n-gram", "0.9"):
        assert phrase in page
    console = Console(record=True, width=200)
    print_evaluation(good, console=console)
    text = console.export_text()
    assert "MISSED" not in text
    assert "met" in text
    assert all(table.title in text for table in tables)


def test_too_few_pieces_are_named():
    with pytest.raises(ValueError, match="reel: 1 generated"):
        evaluate_scores({Genre.REEL: fresh(1)[Genre.REEL]}, WORKS)
    with pytest.raises(ValueError, match="jig: 0 training"):
        evaluate_scores({Genre.JIG: fresh(4)[Genre.REEL]}, WORKS)


def test_accuracy_weighs_genres_alike():
    confusion = Confusion((Genre.REEL, Genre.JIG), ((90, 10), (1, 1)), (80, 0))
    assert confusion.recall(Genre.REEL) == pytest.approx(0.9)
    assert confusion.accuracy == pytest.approx(0.7)
    assert confusion.strict_accuracy == pytest.approx(0.4)


def test_set_aside_takes_families_whole_and_the_judges_works():
    human, remaining = set_aside(WORKS)
    assert set(human) == {Genre.REEL, Genre.SONG}
    assert all(work.split != "judge" for work in remaining)
    assert len(remaining) + sum(map(len, human.values())) == len(WORKS)


def test_the_markov_composer_keeps_to_the_plan():
    rng = np.random.default_rng(4)
    composer = MarkovComposer([waltz(rng) for _ in range(20)])
    model = waltz(rng)
    piece = composer.compose(model, np.random.default_rng(1))
    assert piece == composer.compose(model, np.random.default_rng(1))
    assert (piece.bars, piece.metre, piece.key) == (model.bars, model.metre, model.key)
    assert len(piece.parts) == 2
    assert all(note.onset < piece.bars * piece.metre.bar_ticks for part in piece.parts for note in part.notes)
