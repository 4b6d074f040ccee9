"""What was read together: small tables come back as they were, and know what they were told."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.lyrics.neighbours import NEIGHBOURS_FILE, load_neighbours, save_neighbours
from models.lyrics.packing import load_numbers, load_sorted, save_numbers
from models.lyrics.pairs import END, PAIRS_FILE, TRIPLES_FILE, Pairs
from models.lyrics.quotations import QUOTATIONS_FILE, Quotations, words_of_text
from tests.models.lyrics.toy_words import toy_lexicon, toy_vocabulary
from training.lyrics.reading import read, tell_reading

STANZAS = [
    ["the river of rain , the golden river", "sing on the golden river of rain ."],
    ["and the golden river of rain", "the bright hill - tree and the night"],
    ["and the golden moonlit night", "the bright hill - tree and the night"],
] * 2


@given(st.lists(st.integers(0, 2**31)))
def test_numbers_come_back(tmp_path_factory: pytest.TempPathFactory, numbers: list[int]) -> None:
    path = tmp_path_factory.getbasetemp() / "numbers.bin"
    save_numbers(path, np.array(numbers, np.int64))
    assert load_numbers(path).tolist() == numbers


def test_a_number_that_breaks_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "numbers.bin"
    save_numbers(path, np.array([5, 300]))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="breaks off"):
        load_numbers(path)


def test_a_neighbour_of_many_words_is_in_memory_but_once(tmp_path: Path) -> None:
    path = tmp_path / NEIGHBOURS_FILE
    save_neighbours(path, {"meadow": ["skylark", "clover"], "heaven": ["skylark"]})
    found = load_neighbours(path)
    assert found == {"meadow": ("skylark", "clover"), "heaven": ("skylark",)}
    assert found["meadow"][0] is found["heaven"][0]


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    tell_reading(read(STANZAS, "en"), toy_lexicon().spelt, toy_vocabulary(), tmp_path)
    return tmp_path


@pytest.fixture
def pairs(tables: Path) -> Pairs:
    return Pairs.load(tables / PAIRS_FILE, toy_lexicon().spelt, load_sorted(tables / TRIPLES_FILE))


def test_pairs_are_those_that_were_read(pairs: Pairs) -> None:
    assert pairs.seen("golden", "river")
    assert not pairs.seen("river", "golden")
    assert pairs.seen("rain", END)
    assert not pairs.seen("the", END)
    assert not pairs.seen("hill", "tree")  # a hyphen parts them
    assert pairs.seen("skyscraper", "river"), "of unknown words nothing is known"
    names = list(pairs.numbers)
    assert {names[number] for number in pairs.before("river")} == {"the", "golden"}


def test_what_may_open_a_word_is_known_by_its_first_piece(pairs: Pairs) -> None:
    def first(word: str) -> int:
        return toy_vocabulary().encode_word(word)[0]

    openings = pairs.openings_before("river", "of")
    assert {first("the"), first("golden")} <= set(openings.known.tolist())
    assert set(openings.usual.tolist()) == {first("the"), first("golden")}
    assert set(pairs.openings_before("river", END).usual.tolist()) == {first("golden")}
    assert len(pairs.openings_before("skyscraper", None).known) == 0


def test_lines_are_counted_by_what_was_never_read(pairs: Pairs) -> None:
    usual = ["the", "golden", "river"], ["", "", ","]
    strange = ["river", "golden", "the"], ["", "", ""]
    assert (pairs.strange(*usual), pairs.unusual(*usual)) == (0, 0)
    assert pairs.strange(*strange) == 3
    assert pairs.unusual(*strange) == 2
    assert pairs.strange(["river", "tree"], ["-", "."]) == pairs.strange(["tree"], ["."])


def test_runs_that_were_read_twice_are_quotations(tables: Path) -> None:
    quotations = Quotations.load(tables / QUOTATIONS_FILE, "en")
    read_before = words_of_text("And the golden river of rain", "en")
    assert quotations.count(read_before) == 1
    assert quotations.count(["oh", *read_before]) == 1
    assert quotations.count(words_of_text("And the golden river of night", "en")) == 0
    assert quotations.count(["rain"]) == 0
    assert 0 < quotations.chance < 1e-6
    assert Quotations.none("en").count(read_before) == 0
