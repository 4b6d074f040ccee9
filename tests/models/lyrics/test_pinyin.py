"""How characters sound: rhyme groups and tones."""

import pytest

from models.lyrics.pinyin import rhyme_class, rhymes, rhymes_in_verse, sound_alike, tone, tone_pattern

_GROUPS = {
    "zhi": "知诗",
    "i": "鸡雨",
    "an": "山天",
    "eng": "风东",
    "en": "林云",
    "ie": "月",
    "a": "花",
    "o": "歌",
    "u": "湖",
}


@pytest.mark.parametrize("group", _GROUPS)
def test_finals_fall_into_the_groups_of_the_new_rhyme(group: str) -> None:
    assert {rhyme_class(character) for character in _GROUPS[group]} == {group}


def test_rhymes_share_a_group_and_are_not_the_same_character() -> None:
    assert rhymes("东风", "梦中")
    assert not rhymes("春风", "东风")
    assert not rhymes("山", "水")
    assert sound_alike("春风", "东风")


def test_verse_may_rhyme_by_a_rarer_reading() -> None:
    assert rhymes_in_verse("行", "霜")


def test_tones_make_a_pattern() -> None:
    assert tone("月") == 4
    assert tone_pattern("白日依山尽") == "平仄平平仄"
