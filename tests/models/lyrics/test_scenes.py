"""What people type becomes a scene or a reason; what is unsafe is never let through."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.lyrics.safety import is_safe, is_safe_query
from models.lyrics.scenes import Scene, SceneError, Unreadable, near, read_scene, topics

NEIGHBOURS = {"forest": ("pine", "oak"), "bird": ("nest", "wing"), "山林": ("松",)}


def _hidden(text: str) -> str:
    return codecs.decode(text, "rot13")


@pytest.mark.parametrize(
    ("text", "scene"),
    [
        ("forest birds", Scene("en", ("forest", "birds"))),
        ("<@123> **Moonlight** over the river", Scene("en", ("moonlight", "river"))),
        ("a café in the rain", Scene("en", ("cafe", "rain"))),
        ("山林 鸟语", Scene("zh", ("山林", "鸟语"))),
        ("雪中的孤舟與寒江", Scene("zh", ("雪", "孤舟", "寒江"))),
        ("the", Scene("en", ("the",))),
        ("夜 night", Scene("en", ("night",))),
    ],
)
def test_a_scene_is_its_telling_words(text: str, scene: Scene) -> None:
    assert read_scene(text) == scene


def test_a_language_asked_for_goes_before_the_script() -> None:
    assert read_scene("forest 山林", language="zh") == Scene("zh", ("山林",))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Unreadable.EMPTY),
        ("  \n", Unreadable.EMPTY),
        ("🎉🎉", Unreadable.NO_WORDS),
        ("<@123456> ***", Unreadable.NO_WORDS),
        ("Привет мир", Unreadable.LANGUAGE),
        (_hidden("gur avttre"), Unreadable.UNSAFE),
    ],
)
def test_what_is_no_scene_has_a_reason(text: str, reason: Unreadable) -> None:
    with pytest.raises(SceneError) as error:
        read_scene(text)

    assert error.value.reason is reason


@given(st.text(max_size=300))
def test_whatever_is_typed_gives_a_scene_or_a_reason(text: str) -> None:
    try:
        scene = read_scene(text, known=NEIGHBOURS)
    except SceneError:
        return
    assert 1 <= len(scene.keywords) <= 4
    assert all(word.isalpha() or "'" in word for word in scene.keywords)


def test_four_thousand_characters_are_one_scene_of_its_commonest_words() -> None:
    assert "nightingale" in read_scene("nightingale in a tree " * 200 + "x" * 4000).keywords


def test_neighbours_are_found_by_any_form_and_spread_over_the_lines() -> None:
    assert near("birds", NEIGHBOURS) == ("nest", "wing")
    assert topics(Scene("en", ("forest", "birds")), NEIGHBOURS, 4) == ("forest", "pine", "birds", "nest")
    assert topics(Scene("en", ("skyscraper",)), NEIGHBOURS, 2) == ("skyscraper", "skyscraper")


@pytest.mark.parametrize(
    "word", ["night", "title", "cockatoo", "raccoon", "assume", "God", "snigger", "grape"]
)
def test_words_that_only_hold_the_letters_are_safe(word: str) -> None:
    assert is_safe(word)
    assert is_safe_query(word)


@pytest.mark.parametrize(
    "text", ["avttre", "AVTTREF", "n avttre'f fbat", "qnexvrf", "shpxvat", "gur xvxrf naq gur genzcf"]
)
def test_slurs_are_known_in_their_forms(text: str) -> None:
    assert not is_safe(_hidden(text))


@pytest.mark.parametrize("text", ["a v t t r e", "a1ttre", "avtttre", "a.v.t.t.r.e", "fu1g"])
def test_queries_are_seen_through(text: str) -> None:
    assert not is_safe_query(_hidden(text))


def test_acrostics_and_joined_words_are_read() -> None:
    acrostic = "\n".join(letter + "ow comes the day" for letter in _hidden("fuvg"))

    assert not is_safe(acrostic)
    assert not is_safe(_hidden("avt tre"))
    assert not is_safe("日出东方小\n本" + "小日" + "本")
