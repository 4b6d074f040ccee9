"""How words sound: in the dictionary, derived, and to the ear of verse."""

import gzip

import pytest

from models.lyrics.lemmas import lemma
from models.lyrics.metre import scan, scan_stanza
from models.lyrics.phones import DICTIONARY, look_up
from models.lyrics.pronouncing import (
    is_pronounceable,
    perfect_rhyme,
    rhyme_class,
    rhymes,
    rhymes_in_verse,
    stresses,
    syllables,
)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("light", 1),
        ("nightingale", 3),
        ("o'er", 1),
        ("every", 2),
        ("heav'n", 1),
        ("wand'ring", 2),
        ("hour", 1),
    ],
)
def test_syllables_are_those_of_the_dictionary_or_of_verse(word: str, count: int) -> None:
    assert syllables(word) == count


@pytest.mark.parametrize(
    ("word", "stress"),
    [
        ("thrushes", "10"),
        ("snowdrop", "12"),
        ("nightingale's", "100"),
        ("unforgotten", "0010"),
        ("colour", "10"),
    ],
)
def test_words_the_dictionary_lacks_are_made_from_those_it_has(word: str, stress: str) -> None:
    assert stresses(word) == stress


def test_the_dictionary_knows_whole_words_from_its_first_to_its_last() -> None:
    first, *_, last = gzip.decompress(DICTIONARY.read_bytes()).decode().splitlines()
    for line in (first, last, "a AH0|EY1"):
        word, variants = line.split(" ", 1)
        assert look_up(word) == tuple(tuple(each.split()) for each in variants.split("|"))
    assert not any(map(look_up, ("", "'", "nightingal", "zzzz", "naïve", "a b", "\n")))


def test_a_word_without_a_known_root_stays_unknown_but_has_syllables() -> None:
    assert not is_pronounceable("xyzzyqu")
    assert rhyme_class("xyzzyqu") is None
    assert syllables("xyzzyqu") >= 1


def test_perfect_rhymes_share_all_from_the_last_stress_on() -> None:
    assert rhymes("river", "quiver")
    assert rhymes("fire", "higher")
    assert not rhymes("river", "never")
    assert not rhymes("light", "light"), "the same word is no rhyme"
    assert not rhymes("sea", "see"), "nor is one that sounds like it"


def test_verse_lifts_last_syllables_that_perfect_rhyme_does_not() -> None:
    assert rhymes_in_verse("memory", "sea")
    assert not rhymes("memory", "sea")
    assert (rhyme_class("memory"), perfect_rhyme("memory")) == ("IY", "EH M ER IY")


@pytest.mark.parametrize(
    ("line", "metre"),
    [
        ("the curfew tolls the knell of parting day", "iambic"),
        ("over the hills and far away", "iambic"),
        ("tell me not in mournful numbers", "trochaic"),
        ("'twas the night before christmas when all through the house", "anapaestic"),
        ("this is the forest primeval the murmuring pines and the hemlocks", "dactylic"),
    ],
)
def test_famous_lines_scan_as_they_are_known_to(line: str, metre: str) -> None:
    assert scan(line.split()).metre == metre


def test_a_stanza_is_mixed_where_no_metre_has_most_lines() -> None:
    iambic, trochaic = ["the", "curfew", "tolls", "the", "knell"], ["tiger", "burning"]

    assert scan_stanza([iambic, iambic, trochaic]) == "iambic"
    assert scan_stanza([iambic, trochaic]) == "mixed"


@pytest.mark.parametrize(
    ("word", "root"),
    [
        ("birds", "bird"),
        ("bird's", "bird"),
        ("singing", "sing"),
        ("shining", "shine"),
        ("leaves", "leaf"),
        ("cried", "cry"),
        ("stopped", "stop"),
        ("spring", "spring"),
        ("glasses", "glass"),
        ("changing", "change"),
    ],
)
def test_forms_of_a_word_have_one_lemma(word: str, root: str) -> None:
    assert lemma(word) == root
