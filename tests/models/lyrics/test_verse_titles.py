"""Titles come from the verse's own words, are the same for a seed, and are never unsafe."""

import codecs

import pytest

from domain.verses import Language
from models.lyrics.stanzas import Line
from models.lyrics.verse_titles import title_of
from tests.models.lyrics.toy_tongues import toy_tongue

ENGLISH, CHINESE = toy_tongue(Language.ENGLISH), toy_tongue(Language.CHINESE)


def _line(text: str) -> Line:
    words = tuple(text.replace(",", "").split())
    marks = tuple("," if word.endswith(",") else "" for word in text.split())
    return Line(words, marks)


LINES = [_line("and on the silver river, far away"), _line("a bird in the forest of rain")]


@pytest.mark.parametrize("seed", range(6))
def test_an_english_title_is_a_phrase_of_the_verse_about_the_scene(seed: int) -> None:
    title = title_of(LINES, ("forest", "rivers"), ENGLISH, seed=seed)

    text = " ".join(" ".join(line.words) for line in LINES)
    assert title.lower() in text
    assert "river" in title.lower() or "forest" in title.lower()
    assert title == title_of(LINES, ("forest", "rivers"), ENGLISH, seed=seed)
    assert 2 <= len(title.split()) <= 5
    assert all(word[0].isupper() for word in title.split() if word not in ("of", "the", "in", "a"))


def test_without_a_phrase_two_words_of_the_scene_are_joined() -> None:
    titles = {
        title_of([_line("forest rain forest rain")], ("rain", "forest"), ENGLISH, seed=seed)
        for seed in range(9)
    }

    assert "Forest and Rain" in titles


def test_a_title_never_echoes_what_the_verse_lacks() -> None:
    for seed in range(5):
        assert "skyscraper" not in title_of(LINES, ("skyscraper",), ENGLISH, seed=seed).lower()


def test_an_unsafe_phrase_is_no_title() -> None:
    word = codecs.decode("avttre", "rot13")
    lines = [_line(f"the {word}")]

    assert title_of(lines, (word,), ENGLISH) == "Untitled"


def test_chinese_titles_are_words_of_the_verse() -> None:
    lines = [Line(tuple("山林春雨后"), ("",) * 5), Line(tuple("鸟语落花前"), ("",) * 5)]

    plain = {title_of(lines, ("山林", "鸟语"), CHINESE, seed=seed) for seed in range(10)}
    assert all(title[:2] in ("山林", "鸟语") and 3 <= len(title) <= 5 for title in plain)
    assert len(plain) > 3
    assert title_of(lines, ("山林",), CHINESE, tune="浣溪沙") == "浣溪沙·山林"
    assert title_of([Line(tuple("天地玄黄"), ("",) * 4)], ("大漠",), CHINESE) == "无题"
