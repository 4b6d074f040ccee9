"""Lines of text as they are sung: letters, stresses, and the ends of words."""

import pytest

from domain.songs import PRIMARY, SECONDARY, UNSTRESSED
from models.lyrics.stanzas import Line, Stanza
from models.lyrics.sung_words import hyphenated, sung_line, sung_stanza


def shown(text: str) -> str:
    return "".join(each.text + (" " if each.ends_word else "-") for each in sung_line(text).syllables).strip()


@pytest.mark.parametrize(
    ("text", "sung"),
    [
        ("The nightingale sings in the morning.", "The nigh-tin-gale sings in the morn-ing."),
        ("Invisible fathers, darkness!", "In-vi-si-ble fa-thers, dark-ness!"),
        ("A bird-song over the water", "A bird-song o-ver the wa-ter"),
        ("“Heavenly” lions", "“Hea-ven-ly” li-ons"),
        ("Sleeping and running, singing replies", "Sleep-ing and run-ning, sing-ing re-plies"),
    ],
)
def test_words_are_parted_into_syllables(text: str, sung: str) -> None:
    assert shown(text) == sung


def test_longer_words_have_the_stress_of_the_dictionary_and_small_ones_none() -> None:
    stresses = [each.stress for each in sung_line("The forest is beautiful").syllables]
    assert stresses == [UNSTRESSED, PRIMARY, UNSTRESSED, UNSTRESSED, PRIMARY, UNSTRESSED, UNSTRESSED]


def test_a_word_of_one_syllable_bends_beside_another_strong_one() -> None:
    assert [each.stress for each in sung_line("The tree of gold").syllables][1] == PRIMARY
    assert [each.stress for each in sung_line("The tall tree").syllables] == [
        UNSTRESSED,
        SECONDARY,
        SECONDARY,
    ]


def test_every_chinese_character_is_a_syllable_with_its_punctuation() -> None:
    syllables = sung_line("床前明月光，").syllables
    assert [each.text for each in syllables] == ["床", "前", "明", "月", "光，"]
    assert [each.stress for each in syllables] == [1, 0, 1, 0, 1]


def test_letters_are_never_lost() -> None:
    for word in ("strengths", "queue", "aeiou", "rhythm", "I", "o'er", "Ghost's"):
        for count in range(1, 4):
            assert "".join(hyphenated(word, count)) == word


def test_a_stanza_keeps_its_rhymes() -> None:
    lines = tuple(Line((word,), (".",)) for word in ("day", "night", "away", "song"))
    assert sung_stanza(Stanza(lines), "ABAC").scheme == "A-A-"
