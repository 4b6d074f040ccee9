"""A whole evaluation of a network that was never taught: every row of its table, kept verse, its pages."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.lyrics.evaluation.toy_study import make_study
from training.lyrics.evaluation import bars
from training.lyrics.evaluation.evaluating import list_blinded, measure, write_samples
from training.lyrics.evaluation.free_running import measure_free_running
from training.lyrics.evaluation.held_out import people
from training.lyrics.evaluation.likelihoods import held_out_examples, with_others_keywords
from training.lyrics.evaluation.prompts import draw_prompts
from training.lyrics.evaluation.searching import SEARCHED, search
from training.lyrics.evaluation.study import Study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return make_study(tmp_path_factory.mktemp("study"))


def test_every_row_is_measured_and_verse_is_kept(study: Study) -> None:
    standings = measure(study)
    figures = standings.figures["seq2seq"]

    # Of sentences only where the package is there, and of the reader only where there are stanzas enough.
    missing = {row.name for row in bars.ROWS["en"] if math.isnan(figures.get(row.name, math.nan))}
    assert missing <= {bars.RELEVANCE, bars.RELEVANCE_OTHER, bars.APART}
    assert figures[bars.SCHEME] == figures[bars.EXACT] == 1  # held by the constraint
    assert list(standings.figures) == ["seq2seq", "markov", "retrieval", "people"]
    assert standings.figures["people"][bars.SCENE] == 1
    assert standings.figures["markov"][bars.BITS] < figures[bars.BITS]  # it was never taught
    assert bars.BITS in standings.missed()

    kept = {path: path.stat().st_mtime_ns for path in study.folder.glob("en-*.json.gz")}
    assert {path.name.split("-verse")[0] for path in kept} == {"en-seq2seq", "en-markov"}
    study.written(study.author)
    assert {path: path.stat().st_mtime_ns for path in study.folder.glob("en-*.json.gz")} == kept


def test_as_many_stanzas_as_asked_for_are_searched(study: Study) -> None:
    searched = search(study, 9)

    assert searched.stanzas >= 9
    assert searched.unsafe == 0
    assert searched.table().rows[0][-1] == "too few"
    assert replace(searched, stanzas=SEARCHED).table().rows[0][-1] == "met"
    assert replace(searched, stanzas=SEARCHED, unsafe=1).table().rows[0][-1] == "MISSED"


def test_the_page_has_the_verse_the_options_and_the_table(study: Study, tmp_path: Path) -> None:
    study.keep_table(bars.Standings("en", {"seq2seq": {bars.BITS: 3.0}}, "a note").table())
    write_samples([study], tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text(encoding="utf-8")

    assert study.author.poet.version in page
    assert bars.BITS in page
    for prompt in study.asked:
        assert f"scene:{prompt.request.scene}" in page
        assert f"seed:{prompt.request.seed}" in page
    write_samples([study], tmp_path / "again.md")
    assert (tmp_path / "again.md").read_text(encoding="utf-8") == page


def test_a_blind_list_is_of_all_three(study: Study) -> None:
    _, key = list_blinded(study, 6)
    assert [key.read_text(encoding="utf-8").count(name) for name in ("markov", "people", "seq2seq")] == [
        2,
        2,
        2,
    ]


def test_prompts_are_drawn_not_picked(study: Study) -> None:
    rare = ["volcano", "trumpet", "umbrella"]
    prompts = draw_prompts(study.held_out, rare, 60)

    assert draw_prompts(study.held_out, rare, 60) == prompts
    assert draw_prompts(study.held_out, rare, 10) == prompts[:10]
    assert [prompt.outside for prompt in prompts] == [False, False, True] * 20
    known = set(study.held_out.keywords)
    assert all((set(prompt.words) <= known) != prompt.outside for prompt in prompts)
    assert {1, 2, 3} <= {len(prompt.words) for prompt in prompts}
    for option in ("form", "rhyme", "lines"):
        assert len({getattr(prompt.request, option) for prompt in prompts}) > 3


def test_words_from_outside_are_rare_in_training(study: Study) -> None:
    outside = {word for prompt in study.asked if prompt.outside for word in prompt.words}
    assert outside
    assert outside <= {"volcano", "trumpet", "tiger", "palace", "umbrella", "magnet"}


def test_retrieval_finds_stanzas_that_hold_the_scene(study: Study) -> None:
    like = people(study.held_out, 2)
    found = study.retrieved([*like, like[0]])
    for piece in found:
        assert set(piece.scene) & piece.words
    assert found[0].stanzas != found[2].stanzas  # a scene that comes again gets others


def test_keywords_change_places_and_nothing_else_does(study: Study) -> None:
    examples = held_out_examples(study.material, 40)
    other = with_others_keywords(examples)

    assert np.array_equal(other.target, examples.target)
    assert other.copyable.sum() == examples.copyable.sum()
    assert np.array_equal(other.source[~other.copyable], examples.source[~examples.copyable])
    assert not np.array_equal(other.source[other.copyable], examples.source[examples.copyable])
    assert len(other.source) == other.source_ends[-1]


def test_free_running_measures_what_is_written_without_choice(study: Study) -> None:
    found = measure_free_running(
        study.author.poet.network, study.author.tongue, study.answered[:2], study.ngram
    )
    assert found["n-gram's nats a token"] > 1
    assert 0 < found["distinct-2"] <= 1
    assert 0 <= found["scene words"] <= 1


def test_without_weights_there_is_nothing_to_measure(study: Study, tmp_path: Path) -> None:
    empty = Study(study.language, "seq2seq", tmp_path, runs=study.runs, corpora=study.corpora)
    assert not empty.has_weights
    with pytest.raises(FileNotFoundError):
        measure(empty)
