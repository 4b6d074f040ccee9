"""Requests to transform: they hold all they need, come back whole from text, and refuse what is none."""

import json
from dataclasses import replace

import pytest

from domain.errors import BadRequest, Reason
from domain.genres import Genre
from domain.limits import MAX_SOURCE_BARS, MAX_TITLE
from domain.remarks import Remark, Topic
from domain.requests import ClipRequest, ComposeRequest, Recipe, read_request
from domain.score import Key, Metre, Mode, Note, Part, Score, Section
from domain.transformations import (
    TRANSFORMATIONS,
    AccompanyRequest,
    BlendRequest,
    RestyleRequest,
    Source,
    VaryRequest,
)


def score_of(bars: int, *, drums: bool = False) -> Score:
    """A crotchet a beat in two parts, held over the last bar line, and drums beside them if asked for."""
    notes = tuple(Note(12 * beat, 60 + beat % 12, 12, 70 + beat % 3) for beat in range(3 * bars))
    held = (*notes[:-1], replace(notes[-1], duration=30))
    parts = (Part("Voice", 53, held), Part("Piano", 0, notes))
    kit = (Part("Drums", 0, notes, percussion=True),) if drums else ()
    whole = Section("A", 0, bars, key=Key(7))
    return Score(Key(2, Mode.MINOR), Metre(3, 4), 96.5, bars, (*parts, *kit), (whole,))


SONG = Source.of("Ein Lied", score_of(4), genre=Genre.SONG, clip_id=42)
UPLOAD = Source.of("“their” file", score_of(2), left_out=(Remark(Topic.CUT, {"bars": "99"}),))

EACH_KIND: list[ClipRequest] = [
    BlendRequest(first=SONG, second=UPLOAD, ratio=0.25, seed=1),
    BlendRequest(first=SONG, second=UPLOAD, seed=1, adapter="0123456789abcdef"),
    VaryRequest(source=SONG, amount=0.7, seed=2),
    AccompanyRequest(source=UPLOAD, genre="waltz", seed=3),
    AccompanyRequest(source=UPLOAD, seed=3),
    RestyleRequest(source=SONG, genre="reel", seed=4),
    ComposeRequest(style="rnn", seed=5),
]


@pytest.mark.parametrize("request_", EACH_KIND)
def test_every_request_comes_back_whole(request_: ClipRequest) -> None:
    assert read_request(request_.to_json()) == request_


@pytest.mark.parametrize("request_", EACH_KIND[:-1])
def test_a_recipe_of_any_request_comes_back_whole_and_has_no_line_a_note(request_: ClipRequest) -> None:
    recipe = Recipe(
        request=request_,
        model_version="vae-1",
        genre="song",
        key=Key(2),
        metre="3/4",
        tempo=96.5,
        bars=4,
        parts=2,
    )
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert recipe.to_json().count("\n") < 50


def test_each_kind_names_its_style_and_its_sources() -> None:
    blend, _, vary, accompany, _, restyle, _ = EACH_KIND
    assert isinstance(blend, BlendRequest)
    assert blend.sources == (SONG, UPLOAD)
    assert isinstance(restyle, RestyleRequest)
    assert restyle.sources == (SONG,)
    assert [request.style for request in (blend, vary, accompany, restyle)] == [
        "vae",
        "vae",
        "gan",
        "style_transfer",
    ]
    assert list(TRANSFORMATIONS) == ["blend", "vary", "accompany", "restyle"]


def test_a_long_piece_is_cut_at_a_bar_line_and_says_what_it_was() -> None:
    source = Source.of("x" * 200, score_of(MAX_SOURCE_BARS + 6, drums=True))
    assert source.score.bars == MAX_SOURCE_BARS
    assert [str(remark) for remark in source.left_out] == [
        f"“{source.title}” has {MAX_SOURCE_BARS + 6} bars; I worked on the first {MAX_SOURCE_BARS}."
    ]
    assert len(source.title) == MAX_TITLE
    end = MAX_SOURCE_BARS * source.score.metre.bar_ticks
    assert [part.name for part in source.score.parts] == ["Voice", "Piano"]
    assert [part.notes[-1].end for part in source.score.parts] == [end, end]
    assert source.score.sections == (Section("A", 0, MAX_SOURCE_BARS, key=Key(7)),)


def test_a_piece_short_enough_keeps_its_held_ending() -> None:
    source = Source.of("short", score_of(4))
    assert source.score == score_of(4)
    assert source.left_out == ()


def test_drums_alone_are_nothing_to_work_on() -> None:
    score = score_of(4, drums=True)
    with pytest.raises(BadRequest, match="“Beat” has no notes") as refused:
        Source.of("Beat", replace(score, parts=score.parts[-1:]))
    assert refused.value.reason is Reason.NOTHING_TO_WORK_ON


@pytest.mark.parametrize(
    ("kind", "values", "reason"),
    [
        (VaryRequest, {"source": SONG, "amount": 1.1, "seed": 1}, Reason.AMOUNT_OUT_OF_RANGE),
        (VaryRequest, {"source": SONG, "amount": float("nan"), "seed": 1}, Reason.AMOUNT_OUT_OF_RANGE),
        (VaryRequest, {"source": SONG, "seed": -1}, Reason.SEED_OUT_OF_RANGE),
        (
            BlendRequest,
            {"first": SONG, "second": SONG, "ratio": -0.1, "seed": 1},
            Reason.RATIO_OUT_OF_RANGE,
        ),
        (AccompanyRequest, {"source": SONG, "seed": 2**31}, Reason.SEED_OUT_OF_RANGE),
        (RestyleRequest, {"source": SONG, "genre": "reel", "seed": 2**31}, Reason.SEED_OUT_OF_RANGE),
    ],
)
def test_what_is_out_of_range_is_refused(kind, values, reason) -> None:
    with pytest.raises(BadRequest) as refused:
        kind(**values)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    "change", [{"kind": "shuffle"}, {"seed": "x"}, {"source": {"title": "no score"}}, {"extra": 1}]
)
def test_text_that_is_no_request_is_refused(change: dict[str, object]) -> None:
    plain = json.loads(VaryRequest(source=SONG, seed=1).to_json()) | change
    with pytest.raises((ValueError, KeyError, TypeError)):
        read_request(json.dumps(plain))
