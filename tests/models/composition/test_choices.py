"""What requests lead to, with the habits that the shipped model learned."""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadRequest, Reason
from domain.genres import Genre
from domain.moods import Mood
from domain.remarks import Remark, Topic
from domain.requests import LENGTH_SECONDS, TEMPO, ComposeRequest
from domain.score import Key, Metre, Mode
from models.composition.choices import Choices, choose
from models.leanings import NO_LEANING, Leaning, Liking
from models.plans import Profile
from models.registry import WEIGHTS, available_styles
from models.rnn.writing import RNNModel
from models.tokens import METRES
from tests.models.networks import tiny_network

[STYLE] = [style for style in available_styles(WEIGHTS) if style.name == "rnn"]
CARD = json.loads((WEIGHTS / "rnn.json").read_text(encoding="utf-8"))
PROFILES = {Genre(name): Profile.from_plain(plain) for name, plain in CARD["profiles"].items()}
LEANING = Leaning(
    {"minor": Liking(0.4, 0.5, 0.4), "pace": Liking(6.8, 0.5, -0.4)}, {Genre.FOLK: 0.4, Genre.RAGTIME: -1.0}
)
MODEL = RNNModel("rnn-1", tiny_network(), PROFILES)

KEYS = [Key(tonic, mode) for mode in Mode for tonic in range(12)]
REQUESTS = st.builds(
    ComposeRequest,
    style=st.just("rnn"),
    seed=st.integers(0, 10_000),
    length_seconds=st.floats(*LENGTH_SECONDS),
    genre=st.none() | st.sampled_from([str(genre) for genre in STYLE.genres]),
    key=st.none() | st.sampled_from(KEYS),
    metre=st.none() | st.sampled_from([*METRES, Metre(7, 8)]),
    tempo=st.none() | st.floats(*TEMPO),
    mood=st.none() | st.sampled_from(Mood),
)


def choices(seed: int = 1, **wishes: object) -> Choices:
    return choose(ComposeRequest(style="rnn", seed=seed, **wishes), STYLE, MODEL)  # type: ignore[arg-type]


def topics(chosen: Choices) -> set[Topic]:
    return {remark.topic for remark in chosen.remarks}


@given(REQUESTS)
def test_a_recipe_leads_to_the_same_plan_and_remarks(request_: ComposeRequest) -> None:
    chosen = choose(request_, STYLE, MODEL)
    again = choose(chosen.request, STYLE, MODEL)
    assert replace(again, remarks=()) == replace(chosen, remarks=())
    # The recipe asks for the metre that was chosen, so there is nothing to say of it.
    assert list(again.remarks) == [r for r in chosen.remarks if r.topic is not Topic.METRE_OF_GENRE]


@settings(max_examples=30)
@given(REQUESTS)
def test_a_leaning_keeps_to_what_is_asked_for_and_its_recipe_to_the_plan(request_: ComposeRequest) -> None:
    chosen = choose(request_, STYLE, MODEL, LEANING)
    made = chosen.request
    assert request_.genre in (None, made.genre)
    assert request_.key in (None, made.key)
    assert request_.tempo is None or made.tempo == pytest.approx(request_.tempo, rel=0.031)
    assert replace(choose(made, STYLE, MODEL, LEANING), remarks=()) == replace(chosen, remarks=())
    assert choose(request_, STYLE, MODEL, NO_LEANING) == choose(request_, STYLE, MODEL)


def test_what_is_liked_is_chosen_more_often_and_the_rest_still_now_and_then() -> None:
    def shares(leaning: Leaning) -> tuple[float, float, float]:
        made = [
            choose(ComposeRequest(style="rnn", seed=seed), STYLE, MODEL, leaning).request
            for seed in range(60)
        ]
        return (
            sum(each.genre == Genre.FOLK for each in made) / len(made),
            sum(each.key.mode is Mode.MINOR for each in made if each.key) / len(made),
            sum(math.log2(each.tempo or 0) for each in made) / len(made),
        )

    (liked, minor, pace), (usual, usual_minor, usual_pace) = shares(LEANING), shares(NO_LEANING)
    assert usual * 2 < liked < 1
    assert usual_minor * 1.4 < minor < 1
    assert pace < usual_pace - 0.2


@given(REQUESTS)
def test_nothing_is_left_open_and_what_was_asked_for_is_kept(request_: ComposeRequest) -> None:
    chosen = choose(request_, STYLE, MODEL)
    made, plan = chosen.request, chosen.plan
    assert (made.genre, made.key, made.metre, made.tempo) == (
        str(plan.genre),
        plan.key,
        plan.metre,
        plan.tempo,
    )
    assert request_.genre in (None, made.genre)
    assert request_.key in (None, made.key)
    assert request_.tempo is None or made.tempo == pytest.approx(request_.tempo, rel=0.031)
    profile = PROFILES[plan.genre]
    if request_.metre is not None and request_.metre in profile.metres:
        assert made.metre == request_.metre
    # Never more than a class away from what the genre's works show.
    assert plan.metre in profile.metres
    assert (plan.parts, plan.density) in {(habit.parts, habit.density) for habit in profile.habits}
    if plan.key in map(Key.parse, profile.keys):
        assert plan.register in profile.registers


@given(st.integers(0, 10_000), st.floats(10, 120), st.sampled_from([None, *Mood]))
def test_without_contradictions_there_is_nothing_to_say(seed: int, length: float, mood: Mood | None) -> None:
    chosen = choices(seed, length_seconds=length, mood=mood)
    assert topics(chosen) <= {Topic.SHORT_FOR_GENRE}
    if length >= 30:
        assert not chosen.remarks
        assert chosen.plan.bars % 4 == 0


def test_a_metre_that_the_genre_does_not_have_gives_way_with_a_remark() -> None:
    chosen = choices(genre="jig", metre=Metre(4, 4), length_seconds=30)
    assert chosen.plan.metre == Metre(6, 8)
    assert chosen.remarks == (
        Remark(Topic.METRE_OF_GENRE, {"genre": "jig", "asked": "4/4", "chosen": "6/8"}),
    )
    assert str(chosen.remarks[0]) == "I know no jig music in 4/4, so this is in 6/8."


@pytest.mark.parametrize("metre", ["3/4", "6/8", "2/4", "9/8"])
def test_a_metre_narrows_the_genres_drawn(metre: str) -> None:
    made = [choices(seed, metre=Metre.parse(metre), length_seconds=30) for seed in range(40)]
    assert {str(chosen.plan.metre) for chosen in made} == {metre}
    assert not any(chosen.remarks for chosen in made)
    assert len({chosen.plan.genre for chosen in made}) > 1


def test_a_metre_that_nobody_knows_gets_a_remark_from_any_genre() -> None:
    made = [choices(seed, metre=Metre(7, 8), length_seconds=30) for seed in range(40)]
    assert {frozenset(topics(chosen)) for chosen in made} == {frozenset({Topic.METRE_OF_GENRE})}
    assert len({chosen.plan.genre for chosen in made}) > 6


def test_a_metre_that_the_genre_has_in_one_mode_alone_is_played_in_any() -> None:
    assert {choices(seed, genre="classical", metre=Metre(2, 4)).plan.key.mode for seed in range(20)} == {
        Mode.MAJOR
    }
    minor = choices(genre="classical", metre=Metre(2, 4), key=Key(9, Mode.MINOR))
    assert (minor.plan.metre, minor.plan.key.mode, minor.remarks) == (Metre(2, 4), Mode.MINOR, ())


def test_a_mode_that_the_genre_does_not_have_is_played_with_a_remark() -> None:
    chosen = choices(genre="ragtime", key=Key(9, Mode.MINOR), length_seconds=30)
    assert chosen.plan.key == Key(9, Mode.MINOR)
    assert chosen.remarks == (Remark(Topic.MODE_OF_GENRE, {"genre": "ragtime", "mode": "minor"}),)
    assert {choices(seed, genre="ragtime").plan.key.mode for seed in range(100)} == {Mode.MAJOR}


def test_a_short_rag_is_a_phrase_and_says_so() -> None:
    chosen = choices(genre="ragtime", metre=Metre(2, 4), length_seconds=5)
    assert chosen.plan.bars in (2, 4)
    [remark] = chosen.remarks
    assert remark.topic is Topic.SHORT_FOR_GENRE
    assert str(remark) == (
        f"5 seconds are short for ragtime music: this is a {chosen.plan.bars}-bar phrase, not a whole piece."
    )
    assert not choices(genre="ragtime", metre=Metre(2, 4), length_seconds=30).remarks


def test_the_key_goes_before_the_mood_with_a_remark() -> None:
    chosen = choices(mood=Mood.SAD, key=Key(2), length_seconds=30)
    assert chosen.plan.key == Key(2)
    assert chosen.remarks == (
        Remark(Topic.KEY_OVER_MOOD, {"key": "D major", "mood": "sad", "mode": "minor"}),
    )
    # Nobody wanted the major key here, but it is what rags are in.
    sad_rag = choices(mood=Mood.SAD, genre="ragtime", length_seconds=30)
    assert topics(sad_rag) == {Topic.KEY_OVER_MOOD}


def test_the_tempo_goes_before_the_mood_with_a_remark_where_they_contradict() -> None:
    slow = choices(mood=Mood.CALM, genre="chorale", tempo=75, length_seconds=60)
    assert not slow.remarks
    fast = choices(mood=Mood.CALM, genre="chorale", tempo=160, length_seconds=60)
    assert fast.plan.tempo == pytest.approx(160, rel=0.03)
    assert topics(fast) == {Topic.TEMPO_OVER_MOOD}
    assert topics(choices(mood=Mood.FESTIVE, genre="reel", tempo=90, length_seconds=60)) == {
        Topic.TEMPO_OVER_MOOD
    }


def test_a_genre_that_is_not_offered_is_refused() -> None:
    with pytest.raises(BadRequest) as refused:
        choices(genre="song")
    assert refused.value.reason is Reason.UNKNOWN_GENRE


def means(mood: Mood | None, genre: str | None, **wishes: object) -> dict[str, float]:
    plans = [choices(s, mood=mood, genre=genre, length_seconds=60, **wishes).plan for s in range(60)]
    return {
        name: sum(getattr(plan, name) for plan in plans) / len(plans)
        for name in ("tempo", "density", "register")
    }


@pytest.mark.parametrize("genre", ["chorale", "classical", "guitar", "reel"])
def test_sad_is_slower_lower_and_sparser_and_festive_the_contrary(genre: str) -> None:
    plain = means(None, genre, key=Key(0))
    sad, festive = means(Mood.SAD, genre, key=Key(0)), means(Mood.FESTIVE, genre, key=Key(0))
    assert sad["tempo"] < plain["tempo"] * 0.95
    assert sad["register"] < plain["register"] <= festive["register"]
    assert sad["density"] <= plain["density"]
    assert sad["tempo"] < festive["tempo"]
    assert sad["density"] < festive["density"]


@pytest.mark.parametrize(
    ("mood", "genres", "mode"),
    [
        (Mood.CALM, {"chorale", "hymn", "guitar", "classical"}, Mode.MAJOR),
        (Mood.SAD, {"chorale", "folk", "guitar", "baroque", "classical"}, Mode.MINOR),
        (Mood.LULLABY, {"folk", "guitar", "hymn", "classical"}, Mode.MAJOR),
        (Mood.FESTIVE, {"reel", "polka", "jig", "hornpipe", "ragtime"}, Mode.MAJOR),
        (Mood.TENSE, {"baroque", "classical"}, Mode.MINOR),
    ],
)
def test_a_mood_sets_mode_and_genre(mood: Mood, genres: set[str], mode: Mode) -> None:
    made = [choices(seed, mood=mood, length_seconds=60) for seed in range(80)]
    assert {str(chosen.plan.genre) for chosen in made} == genres
    assert {chosen.plan.key.mode for chosen in made} == {mode}


def test_a_lullaby_rocks() -> None:
    made = [choices(seed, mood=Mood.LULLABY, length_seconds=30).plan for seed in range(60)]
    assert {str(plan.metre) for plan in made} == {"3/4", "6/8"}
    assert choices(mood=Mood.LULLABY, genre="chorale", length_seconds=30).plan.metre == Metre(4, 4)
