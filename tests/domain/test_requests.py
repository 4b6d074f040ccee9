"""Requests and recipes as text: today's come back whole, earlier versions' stay readable."""

import json
from dataclasses import replace

import pytest

from domain.ensembles import Ensemble
from domain.genres import Genre
from domain.moods import Mood
from domain.remarks import Remark, Topic
from domain.requests import DEFAULT_CANDIDATES, RECIPE_FORMAT, ComposeRequest, Recipe, read_request
from domain.score import Key, Metre, Mode, Note, Part, Score
from domain.transformations import Source
from domain.verses import LyricsRequest

FULL = ComposeRequest(
    style="rnn",
    seed=7,
    length_seconds=12.5,
    genre="jig",
    key=Key(6, Mode.MINOR),
    metre=Metre(6, 8),
    tempo=116.4,
    mood=Mood.TENSE,
    instruments=Ensemble.MUSIC_BOX,
    temperature=1.1,
    candidates=3,
)

OPENING = Source(
    "晨歌",
    Score(Key(2), Metre(6, 8), 96.0, 2, (Part("tune", 73, (Note(0, 74, 18), Note(18, 78, 18, 100))),)),
    genre=Genre.JIG,
    clip_id=42,
    left_out=(Remark(Topic.DRUMS_LEFT_OUT, {"title": "晨歌"}),),
)

FORMAT_1 = """{
  "format": 1,
  "model_version": "rnn-b2e50915",
  "metre": "6/8",
  "bars": 32,
  "request": {
    "genre": "jig", "key": "D major", "length_seconds": 30, "seed": 7, "style": "rnn",
    "temperature": 0.95, "tempo": 116.0
  }
}
"""


@pytest.mark.parametrize(
    "request_",
    [
        FULL,
        replace(FULL, opening=OPENING),
        replace(FULL, adapter="0123456789abcdef"),
        ComposeRequest(style="rnn", seed=0),
    ],
)
def test_a_request_comes_back_whole(request_: ComposeRequest) -> None:
    assert ComposeRequest.from_json(request_.to_json()) == request_
    assert ("adapter" in request_.to_json()) == (request_.adapter is not None)


@pytest.mark.parametrize("name", ["", "0123", "../../etc/passwd", "0123456789ABCDEF", "@everyone"])
def test_an_adapter_is_named_by_a_hash_alone(name: str) -> None:
    for text in (FULL.to_json(), LyricsRequest(scene="birds", seed=1).to_json()):
        with pytest.raises(ValueError, match="adapter"):
            read_request(json.dumps(json.loads(text) | {"adapter": name}))


def test_a_request_without_an_opening_reads_as_it_did_before_there_were_any() -> None:
    assert "opening" not in json.loads(FULL.to_json())
    assert FULL.sources == ()
    assert replace(FULL, opening=OPENING).sources == (OPENING,)


def test_a_recipe_comes_back_whole() -> None:
    recipe = Recipe(
        request=FULL,
        model_version="rnn-1",
        genre="jig",
        key=Key(6, Mode.MINOR),
        metre="6/8",
        tempo=116.4,
        bars=16,
        parts=1,
    )
    assert json.loads(recipe.to_json())["format"] == RECIPE_FORMAT
    assert Recipe.from_json(recipe.to_json()) == recipe


def test_a_recipe_of_the_first_format_is_read_with_its_metre() -> None:
    recipe = Recipe.from_json(FORMAT_1)
    assert recipe.request == ComposeRequest(
        style="rnn", seed=7, genre="jig", key=Key(2), metre=Metre(6, 8), tempo=116.0
    )
    assert (recipe.request.mood, recipe.request.instruments) == (None, None)
    assert recipe.request.candidates == DEFAULT_CANDIDATES
    assert (recipe.metre, recipe.bars) == ("6/8", 32)


def test_a_request_from_before_moods_is_read() -> None:
    text = '{"genre": null, "key": "A minor", "length_seconds": 30, "seed": 7, "style": "rnn", "tempo": null}'
    assert ComposeRequest.from_json(text) == ComposeRequest(style="rnn", seed=7, key=Key(9, Mode.MINOR))


@pytest.mark.parametrize(
    "change", [{"format": RECIPE_FORMAT + 1}, {"request": {"style": "rnn", "seed": 1, "mood": "bored"}}]
)
def test_what_cannot_be_understood_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"newer|bored"):
        Recipe.from_json(json.dumps(json.loads(FORMAT_1) | {"format": 2} | change))


def test_recipes_from_before_transformations_say_which_tracks_are_the_composition() -> None:
    recipe = Recipe.from_json(FORMAT_1)
    assert (recipe.genre, recipe.key, recipe.tempo, recipe.parts) == ("jig", Key(2), 116.0, 1)
    chorale = Recipe.from_json(FORMAT_1.replace('"genre": "jig"', '"genre": "chorale"'))
    assert chorale.parts is None
