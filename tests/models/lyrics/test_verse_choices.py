"""What a request for verse leaves open is drawn as it is liked; no wish gives way to a leaning."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.verses import LINES, Language, LyricsRequest, RhymeScheme, VerseForm
from models.leanings import NO_LEANING, Leaning, Liking
from models.lyrics.verse_plans import VersePlan, language_of, plan_verse
from models.lyrics.verse_traits import describe, describe_verse, promise
from models.lyrics.versing import write_verse, write_verses
from tests.models.lyrics.toy_tongues import toy_poet, toy_tongue

ENGLISH, CHINESE = Language.ENGLISH, Language.CHINESE
SCENES = {ENGLISH: "forest birds in the rain", CHINESE: "山林鸟语"}
COUPLETS = Leaning({"en couplets": Liking(0.5, 0.4, 1.0), "en line": Liking(8.0, 0.7, -1.0)})
LONG = Leaning({"zh line": Liking(6.0, 1.0, 2.0), "zh lines": Liking(2.0, 0.5, 2.0)})


def plan(language: Language, seed: int, leaning: Leaning, **wishes: object) -> VersePlan:
    request = LyricsRequest(**{"scene": SCENES[language], "seed": seed, **wishes})  # type: ignore[arg-type]
    return plan_verse(request, toy_tongue(language_of(request)), leaning=leaning)


def test_what_is_liked_is_drawn_more_often() -> None:
    usual = [plan(ENGLISH, seed, NO_LEANING).request for seed in range(60)]
    liked = [plan(ENGLISH, seed, COUPLETS).request for seed in range(60)]
    couplets = [sum(request.rhyme is RhymeScheme.AABB for request in each) for each in (usual, liked)]
    assert couplets[1] > couplets[0] + 15
    lines = [plan(CHINESE, seed, LONG) for seed in range(30)]
    assert sum(one.request.form is VerseForm.SEVEN for one in lines) > 25
    assert sum(one.request.lines == 8 for one in lines) > 15
    short = [plan(ENGLISH, seed, COUPLETS).stanzas[0].plan.syllables for seed in range(30)]
    assert all(max(counts) == 8 for counts in short)


@given(
    language=st.sampled_from(Language),
    seed=st.integers(0, 1000),
    form=st.none() | st.sampled_from(VerseForm),
    rhyme=st.none() | st.sampled_from(RhymeScheme),
    lines=st.none() | st.integers(*LINES),
)
@settings(max_examples=60, deadline=None)
def test_no_wish_gives_way_and_the_recipe_gives_the_same_again(
    language: Language, seed: int, **wishes: object
) -> None:
    leaning = COUPLETS if language is ENGLISH else LONG
    usual, chosen = (plan(language, seed, each, **wishes) for each in (NO_LEANING, leaning))
    # How many lines there are hangs on the form, too, which may have been drawn.
    for name in ("form", "rhyme"):
        if wishes[name] is not None and getattr(usual.request, name) == wishes[name]:
            assert getattr(chosen.request, name) == wishes[name]
    again = plan_verse(chosen.request, toy_tongue(language), leaning=leaning)
    assert (again.stanzas, again.order, again.request) == (chosen.stanzas, chosen.order, chosen.request)


@pytest.mark.parametrize("language", Language)
def test_a_plan_promises_what_its_verse_is_like(language: Language) -> None:
    request = LyricsRequest(scene=SCENES[language], seed=4, candidates=2)
    tongue = toy_tongue(language)
    verse = write_verse(toy_poet(language), tongue, request)
    described = describe_verse(verse)
    planned = plan_verse(request, tongue)
    promised = promise([planned.stanzas[place].plan for place in planned.order])
    # A language of a few words may lack one that rhymes.
    assert {trait: described[trait] for trait in promised} == pytest.approx(promised, abs=0.6)
    assert describe((), str(language)) == {}


def test_among_candidates_the_liked_one_is_kept() -> None:
    tongue, poet = toy_tongue(ENGLISH), toy_poet(ENGLISH)
    request = LyricsRequest(scene=SCENES[ENGLISH], seed=2, lines=4, form=VerseForm.QUATRAINS, candidates=6)
    marks: list[float] = []
    for weight in (-6.0, 0.0, 6.0):
        leaning = Leaning({"en pauses": Liking(1.0, 0.5, weight)}) if weight else NO_LEANING
        (verse,) = write_verses(poet, tongue, [replace(request, rhyme=RhymeScheme.NONE)], leaning)
        marks.append(describe_verse(verse)["en pauses"])
    assert marks[0] < marks[2]
    assert marks[0] <= marks[1] <= marks[2]
