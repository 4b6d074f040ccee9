"""Recipes from strangers: what the bot wrote comes back, and nothing else goes on."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadRequest, Reason
from domain.requests import ComposeRequest, Recipe, read_request
from domain.score import Cadence, Key, Metre, Section
from domain.verses import VerseRecipe
from engine.intake.recipes import MAX_RECIPE_BYTES, HandedRecipe, take_recipe
from tests.storage.samples import LYRICS, SONG, TRANSFORMATIONS, TUNE, finished_clip

COMPOSED = finished_clip().recipe
OPENED = replace(COMPOSED, request=replace(COMPOSED.request, opening=TUNE))
FORM = (Section("A", 0, 1, cadence=Cadence.HALF, key=Key(9)),)
FORMED = replace(TRANSFORMATIONS[1], source=replace(TUNE, score=replace(TUNE.score, sections=FORM)))
RECIPES = (
    COMPOSED,
    OPENED,
    *(replace(COMPOSED, request=request) for request in (*TRANSFORMATIONS, SONG, FORMED)),
)
VERSE = VerseRecipe(request=LYRICS, model_version="seq2seq-1")

HUGE = "9" * 4000


def reason_of(text: bytes | str) -> Reason:
    with pytest.raises(BadRequest) as raised:
        take_recipe(text)
    assert len(str(raised.value)) < 300
    return raised.value.reason


def plain_of(recipe: Recipe | VerseRecipe) -> dict[str, Any]:
    return json.loads(recipe.to_json())


def put(plain: dict[str, Any], path: str, value: object) -> str:
    """The recipe's text with another value at the path, such as `request.source.score.bars`."""
    *outer, last = path.split(".")
    place: Any = plain
    for name in outer:
        place = place[int(name) if isinstance(place, list) else name]
    place[int(last) if isinstance(place, list) else last] = value
    return json.dumps(plain)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.request.kind)
def test_what_the_bot_wrote_is_read_but_for_where_its_music_came_from(recipe: Recipe):
    handed = take_recipe(recipe.to_json().encode())
    assert handed.model_version == recipe.model_version
    for told, kept in zip(recipe.request.sources, handed.request.sources, strict=True):  # type: ignore[union-attr]
        assert kept == replace(told, clip_id=None, left_out=())
    if not recipe.request.sources:
        assert handed.request == recipe.request


def test_verse_and_what_was_pasted_from_a_message_are_read():
    assert take_recipe(VERSE.to_json()) == HandedRecipe(LYRICS, "seq2seq-1")
    assert take_recipe(f"\ufeff{COMPOSED.to_json()}".encode()).request == COMPOSED.request
    assert take_recipe(f"```json\n{COMPOSED.to_json()}```").request == COMPOSED.request


def test_the_request_may_be_edited_and_left_open():
    request = take_recipe(put(plain_of(COMPOSED), "request.tempo", 90)).request
    assert isinstance(request, ComposeRequest)
    assert request.tempo == 90
    request = take_recipe(put(plain_of(COMPOSED), "request.genre", None)).request
    assert isinstance(request, ComposeRequest)
    assert request.genre is None


def test_the_first_format_is_still_read():
    plain: dict[str, Any] = plain_of(COMPOSED) | {"format": 1, "metre": "6/8"}
    del plain["request"]["metre"]
    request = take_recipe(json.dumps(plain)).request
    assert isinstance(request, ComposeRequest)
    assert request.metre == Metre(6, 8)


@pytest.mark.parametrize("recipe", [COMPOSED, VERSE])
def test_a_newer_versions_recipe_is_told_from_rubbish(recipe: Recipe | VerseRecipe):
    newer = plain_of(recipe) | {"format": 99, "new": []}
    assert reason_of(json.dumps(newer)) is Reason.RECIPE_TOO_NEW


def test_too_much_is_not_even_parsed():
    assert reason_of(b"[" * (MAX_RECIPE_BYTES + 1)) is Reason.RECIPE_TOO_BIG


def test_a_value_out_of_range_is_named():
    assert reason_of(put(plain_of(COMPOSED), "request.length_seconds", 9000)) is Reason.LENGTH_OUT_OF_RANGE


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "[]", "null", "3", '"recipe"', "MThd", "{'format': 3}"),
        *('{"format": 3, "model_version": "x", "request": ' + each for each in ("[]}", "{}}", "null}", "7}")),
        "[" * 100_000,
        '{"a":' * 100_000,
        COMPOSED.to_json().replace('"seed": 7', f'"seed": {HUGE}'),
        COMPOSED.to_json().replace('"seed": 7', '"seed": NaN'),
        COMPOSED.to_json().replace('"temperature": 0.95', '"temperature": Infinity'),
        b"\xff\xfe",
        b"\x00" * 100,
    ],
)
def test_rubbish_is_unreadable(text: bytes | str):
    assert reason_of(text) is Reason.RECIPE_UNREADABLE


OF_A_COMPOSED = {
    "format": ("3", [3], None),
    "model_version": ("", "x" * 201, 7, None, "\ud800"),
    "request.kind": ("paint", 7, []),
    "request.seed": (1.5, True, "7", None, [7]),
    "request.style": (7, None, ["rnn"], "x" * 81, "\ud800", {"a": 1}),
    "request.genre": (7, ["reel"], {"a": "b"}),
    "request.key": (2, "H major", ["D"], {}),
    "request.metre": ("4/5", 4, "999/4"),
    "request.mood": ("grim", 1, []),
    "request.candidates": (2.5, "8", True),
    "request.length_seconds": ("30", [], None),
    "request.surprise": (1,),
    "request.opening": ("tune", {}, [], {"title": "x"}),
}
_SCORE = "request.source.score"
OF_A_VARIATION = {
    "request.amount": (True, "0.5"),
    "request.source": (None, "tune", {}),
    "request.source.title": (7, None, {}),
    "request.source.genre": ("sonata", 7),
    f"{_SCORE}.key": ([12, "major"], [-1, "minor"], [0.5, "major"], [2], "D", [2, "dorian"]),
    f"{_SCORE}.metre": ("99/1", "1/16", 4),
    f"{_SCORE}.tempo": (0, -5, 10**6, "112", None, True),
    f"{_SCORE}.bars": (0, 65, 10**12, 1.0, "1"),
    f"{_SCORE}.parts": ([], 3, "abc", [[]], [["Fiddle", 110, []]], [["Fiddle", 110, [0, 74, 24]]] * 65),
    f"{_SCORE}.parts.0.0": (7, None, "x" * 81),
    f"{_SCORE}.parts.0.1": (128, -1, 1.5, "110"),
    f"{_SCORE}.parts.0.2": (
        *([0, 74], [0, 128, 12], [0, -1, 12], [48, 74, 12], [-1, 74, 12], [0, 74, 0], [0, 74, 10**9]),
        *([0.5, 74, 12], [0, "74", 12], [24, 74, 12, -12, 74, 12], "abc", [True, 74, 12]),
    ),
    f"{_SCORE}.sections": ([["A", 0, 2, None, None]], [["A", 1, 1, None, None]], [["", 0, 1, None, None]]),
}


@pytest.mark.parametrize(("path", "values"), OF_A_COMPOSED.items())
def test_values_of_a_wrong_kind_are_unreadable(path: str, values: tuple[object, ...]):
    for value in values:
        assert reason_of(put(plain_of(COMPOSED), path, value)) is Reason.RECIPE_UNREADABLE, value


@pytest.mark.parametrize(("path", "values"), OF_A_VARIATION.items())
def test_scores_that_no_piece_has_are_unreadable(path: str, values: tuple[object, ...]):
    varied = replace(COMPOSED, request=TRANSFORMATIONS[2])
    if path == "request.amount":
        varied = replace(COMPOSED, request=TRANSFORMATIONS[1])
    for value in values:
        assert reason_of(put(plain_of(varied), path, value)) is Reason.RECIPE_UNREADABLE, value


def test_drums_are_no_source():
    drums = put(plain_of(RECIPES[2]), "request.first.score.parts.0.3", {"percussion": True})
    assert reason_of(drums) is Reason.RECIPE_UNREADABLE


def test_names_are_made_fit_to_be_shown():
    handed = take_recipe(put(plain_of(RECIPES[3]), "request.source.title", "a\n\u202eb" + "x" * 100))
    [source] = handed.request.sources  # type: ignore[union-attr]
    assert source.title == "a b" + "x" * 77


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def paths_of(plain: object, before: str = "") -> list[str]:
    items: list[tuple[object, Any]] = []
    if isinstance(plain, dict):
        items = list(plain.items())
    elif isinstance(plain, list):
        items = list(enumerate(plain))
    return [
        path for name, value in items for path in (f"{before}{name}", *paths_of(value, f"{before}{name}."))
    ]


@settings(max_examples=150, deadline=None)
@given(data=st.data(), recipe=st.sampled_from((*RECIPES, VERSE)))
def test_whatever_is_put_in_place_of_a_value_is_a_request_that_can_be_kept_or_a_sentence(
    data: st.DataObject, recipe: Recipe | VerseRecipe
):
    plain = plain_of(recipe)
    text = put(plain, data.draw(st.sampled_from(paths_of(plain))), data.draw(JSON))
    said, request = "", None
    try:
        request = take_recipe(text).request
    except BadRequest as error:
        said = str(error)
    assert len(said) < 300
    if request is not None:
        request.to_json().encode()
        assert read_request(request.to_json()) == request
