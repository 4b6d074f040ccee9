"""What teaching is given: arrays that hold the stanzas, and keywords drawn anew but the same each time."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from models.lyrics.lexicon import LEXICON_FILE, load_words
from models.lyrics.neighbours import NEIGHBOURS_FILE, load_neighbours
from models.lyrics.stanzas import Line, Stanza, read_target, scheme_of
from models.lyrics.vocabulary import EOS, SEP, VOCABULARY_FILE, Vocabulary
from training.corpora.verses import Verse, decontaminated, load_verses, save_verses, split_of
from training.lyrics.examples import Examples
from training.lyrics.preparing import draw_epoch, prepare_language

_SUBJECT_WORDS = (
    "birds winds clouds waves stars leaves streams bells lambs flowers ships bees roses brooks swallows "
    "torches wheels children horses dancers drums flutes lilies owls foxes pipers sailors millers ferns "
    "reeds"
)
_PLACE_WORDS = (
    "forest meadow valley harbour garden mountain river city pasture window ocean orchard cellar canyon "
    "churchyard lantern wagon nursery stable ballroom parade chamber water belfry thicket market island "
    "mill clearing marshes"
)
_SUBJECTS, _PLACES = _SUBJECT_WORDS.split(), _PLACE_WORDS.split()
_ENDS = (("light", "night"), ("day", "away"), ("tree", "sea"), ("rain", "plain"))


def _verse(number: int, split: str) -> Verse:
    subject, place = _SUBJECTS[number % 30], _PLACES[(number + 15 * (number // 30 % 2)) % 30]
    first, second = _ENDS[number % 4]
    lines = (
        Line(("the", subject, "are", "in", "the", place, first), ("", "", "", "", "", "", ",")),
        Line(("I", "hear", "the", subject, "all", "through", "the", second), ("",) * 7 + (".",)),
    )
    return Verse(
        "en", "A", split, Stanza(lines), scheme_of(lines, "en"), follows=number % 3 == 1, metre="iambic"
    )


@cache
def _verses() -> tuple[Verse, ...]:
    return tuple(_verse(number, "train" if number < 512 else "test") for number in range(556))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("en")
    prepare_language(_verses(), path)
    return path


def _source(examples: Examples, row: int) -> list[int]:
    start = examples.source_ends[row - 1] if row else 0
    return examples.source[start : examples.source_ends[row]].tolist()


def _words_told(examples: Examples, row: int, vocabulary: Vocabulary) -> set[str]:
    start = examples.source_ends[row - 1] if row else 0
    told = examples.source[start : examples.source_ends[row]][
        examples.copyable[start : examples.source_ends[row]]
    ]
    return set("".join(vocabulary.names[token] for token in told).split("▁")) - {""}


def test_targets_read_back_as_the_stanzas(folder: Path) -> None:
    vocabulary = Vocabulary.load(folder / VOCABULARY_FILE)
    examples = draw_epoch(folder, "test", 0)

    assert len(examples) == 44
    stanzas = np.split(examples.target, examples.target_ends[:-1])
    assert [read_target(tokens.tolist(), vocabulary) for tokens in stanzas] == [
        verse.stanza for verse in _verses() if verse.split == "test"
    ]
    assert all(tokens[-1] == EOS for tokens in stanzas)


def test_sources_tell_words_of_the_stanza_and_the_line_before(folder: Path) -> None:
    vocabulary = Vocabulary.load(folder / VOCABULARY_FILE)
    examples = draw_epoch(folder, "test", 3)
    verses = [verse for verse in _verses() if verse.split == "test"]

    for row, verse in enumerate(verses):
        told = _words_told(examples, row, vocabulary)
        assert 1 <= len(told) <= 4
        assert told <= set(verse.words)
        after = _source(examples, row)[_source(examples, row).index(SEP) + 1 :]
        assert bool(after) == (verse.follows and row > 0)


def test_epochs_differ_and_each_comes_out_the_same_again(folder: Path) -> None:
    first, again, other = (draw_epoch(folder, "train", epoch) for epoch in (1, 1, 2))

    assert np.array_equal(first.source, again.source)
    assert not np.array_equal(first.source, other.source)
    assert np.array_equal(first.target, other.target)


def test_some_training_stanzas_are_told_nothing_and_some_a_neighbour(folder: Path) -> None:
    vocabulary = Vocabulary.load(folder / VOCABULARY_FILE)
    examples = draw_epoch(folder, "train", 5)
    told = [_words_told(examples, row, vocabulary) for row in range(len(examples))]
    verses = [verse for verse in _verses() if verse.split == "train"]

    assert 0.03 < np.mean([not words for words in told]) < 0.2
    strange = [bool(words - set(verse.words)) for words, verse in zip(told, verses, strict=True)]
    assert 0.05 < np.mean(strange) < 0.5


def test_fewer_stanzas_can_be_drawn(folder: Path) -> None:
    few = draw_epoch(folder, "train", 1, stanzas=20)

    assert len(few) == 20
    assert len(few.source) == few.source_ends[-1]


def test_the_lexicon_and_the_neighbours_are_of_the_training_words(folder: Path) -> None:
    words = {word.text for word in load_words(folder / LEXICON_FILE)}

    assert {"birds", "hear", "night", "i"} <= words
    assert set(load_neighbours(folder / NEIGHBOURS_FILE)["birds"]) & set(_PLACES)


def test_preparing_twice_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    prepare_language(_verses(), tmp_path)

    for name in (VOCABULARY_FILE, LEXICON_FILE, NEIGHBOURS_FILE):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    assert np.array_equal(draw_epoch(tmp_path, "train", 1).source, draw_epoch(folder, "train", 1).source)


def test_verses_come_back_from_their_file(tmp_path: Path) -> None:
    save_verses(tmp_path / "verse.jsonl.gz", _verses())

    assert tuple(load_verses(tmp_path / "verse.jsonl.gz")) == _verses()


def test_held_out_stanzas_that_share_a_run_of_words_go() -> None:
    train, copied = _verse(0, "train"), _verse(0, "test")
    follower = _verse(100, "test")

    kept = decontaminated([train, copied, follower])

    assert [verse.stanza for verse in kept] == [train.stanza, follower.stanza]
    assert not kept[1].follows


def test_an_author_is_always_in_one_split() -> None:
    shares = {
        split: sum(split_of(f"author {n}") == split for n in range(2000))
        for split in ("train", "valid", "test")
    }

    assert split_of("John Keats") == split_of("John Keats")
    assert 0.9 < shares["train"] / 2000 < 0.97
    assert shares["valid"]
    assert shares["test"]
