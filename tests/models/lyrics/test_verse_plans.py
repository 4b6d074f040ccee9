"""Wishes become plans: nothing stays open, and what contradicts itself is settled with a remark."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadRequest, Reason
from domain.remarks import Topic
from domain.songs import StanzaKind
from domain.verses import LINES, Language, LyricsRequest, RhymeScheme, VerseForm
from models.lyrics.layouts import parts_of
from models.lyrics.verse_plans import VersePlan, language_of, plan_verse
from tests.models.lyrics.toy_tongues import toy_tongue

ENGLISH, CHINESE = Language.ENGLISH, Language.CHINESE
SCENES = {ENGLISH: "forest birds in the rain", CHINESE: "山林鸟语"}


def _plan(scene: str = SCENES[ENGLISH], **wishes: object) -> VersePlan:
    request = LyricsRequest(**{"scene": scene, "seed": 1, **wishes})  # type: ignore[arg-type]
    return plan_verse(request, toy_tongue(language_of(request)))


def _topics(plan: VersePlan) -> set[Topic]:
    return {remark.topic for remark in plan.remarks}


@given(
    scene=st.sampled_from(list(SCENES.values())),
    seed=st.integers(0, 1000),
    form=st.none() | st.sampled_from(VerseForm),
    rhyme=st.none() | st.sampled_from(RhymeScheme),
    lines=st.none() | st.integers(*LINES),
    tune=st.sampled_from([None, "浣溪沙"]),
    language=st.none() | st.sampled_from(Language),
)
@settings(max_examples=150, deadline=None)
def test_every_wish_gives_a_plan_that_its_own_request_gives_again(scene: str, **wishes: object) -> None:
    plan = _plan(scene, **wishes)

    request = plan.request
    assert None not in (request.language, request.lines, request.form, request.model)
    lines = sum(plan.stanzas[place].plan.lines for place in plan.order)
    assert request.lines == max(LINES[0], lines)
    again = plan_verse(request, toy_tongue(language_of(request)))
    assert (again.stanzas, again.order, again.request) == (plan.stanzas, plan.order, plan.request)
    wished = [word for stanza in plan.stanzas for word, _ in stanza.wishes]
    assert sorted(wished) == sorted(plan.scene.keywords)
    assert all(stanza.plan.keywords for stanza in plan.stanzas)


@pytest.mark.parametrize("lines", range(LINES[0], LINES[1] + 1))
@pytest.mark.parametrize("form", [VerseForm.QUATRAINS, VerseForm.BALLAD, VerseForm.COUPLETS])
def test_english_verse_has_as_many_lines_as_asked(lines: int, form: VerseForm) -> None:
    plan = _plan(lines=lines, form=form)

    assert [stanza.plan.lines for stanza in plan.stanzas] == parts_of(lines)
    assert sum(stanza.plan.lines for stanza in plan.stanzas) == lines
    assert min(stanza.plan.lines for stanza in plan.stanzas) >= 3
    assert not plan.remarks


@pytest.mark.parametrize(("rhyme", "scheme"), [("AABB", "AABB"), ("ABCB", "ABCB"), ("none", "ABCD")])
def test_the_scheme_is_the_one_asked_for(rhyme: str, scheme: str) -> None:
    plan = _plan(form=VerseForm.QUATRAINS, rhyme=RhymeScheme(rhyme))

    assert {stanza.plan.scheme for stanza in plan.stanzas} == {scheme}


def test_a_song_has_a_chorus_that_returns() -> None:
    plan = _plan(form=VerseForm.SONG, lines=16)

    labels = [plan.stanzas[place].label for place in plan.order]
    assert labels == [StanzaKind.VERSE, StanzaKind.CHORUS] * 2
    assert plan.order[1] == plan.order[3]
    assert len(plan.stanzas) == 3


def test_a_ballad_goes_in_eight_and_six() -> None:
    assert _plan(form=VerseForm.BALLAD, lines=4).stanzas[0].plan.syllables == (8, 6, 8, 6)


@pytest.mark.parametrize(("form", "count"), [(VerseForm.FIVE, 5), (VerseForm.SEVEN, 7)])
def test_chinese_verse_is_quatrains(form: VerseForm, count: int) -> None:
    plan = _plan(SCENES[CHINESE], form=form, lines=8)

    assert [stanza.plan.syllables for stanza in plan.stanzas] == [(count,) * 4] * 2
    assert all(stanza.plan.scheme in ("AABA", "ABCB") for stanza in plan.stanzas)


def test_ci_is_both_parts_of_its_tune_in_one_rhyme() -> None:
    plan = _plan(SCENES[CHINESE], tune="浣溪紗")

    assert plan.request.tune == "浣溪沙"
    assert [stanza.plan.half for stanza in plan.stanzas] == [1, 2]
    assert [stanza.keeps_rhyme for stanza in plan.stanzas] == [False, True]


@pytest.mark.parametrize(
    ("wishes", "topic"),
    [
        ({"form": VerseForm.FIVE}, Topic.FORM_OF_OTHER_LANGUAGE),
        ({"tune": "浣溪沙"}, Topic.TUNE_LEFT_OUT),
        ({"tune": "who knows"}, Topic.TUNE_LEFT_OUT),
        ({"language": CHINESE}, Topic.LANGUAGE_OF_SCENE),
        ({"form": VerseForm.COUPLETS, "rhyme": RhymeScheme.ABAB}, Topic.RHYME_OF_FORM),
        ({"form": VerseForm.SONG, "lines": 13}, Topic.LINES_OF_FORM),
        ({"scene": "forest xqzzk"}, Topic.UNKNOWN_WORDS),
        ({"scene": SCENES[CHINESE], "form": VerseForm.BALLAD}, Topic.FORM_OF_OTHER_LANGUAGE),
        ({"scene": SCENES[CHINESE], "tune": "如梦令", "form": VerseForm.FIVE}, Topic.TUNE_IS_CI),
        ({"scene": SCENES[CHINESE], "form": VerseForm.CI, "rhyme": RhymeScheme.AABB}, Topic.RHYME_OF_FORM),
        ({"scene": SCENES[CHINESE], "tune": "如梦令", "lines": 9}, Topic.LINES_OF_FORM),
        ({"scene": SCENES[CHINESE], "language": ENGLISH}, Topic.LANGUAGE_OF_SCENE),
    ],
)
def test_contradictions_are_settled_with_a_remark(wishes: dict[str, object], topic: Topic) -> None:
    assert topic in _topics(_plan(**wishes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wishes", "reason"),
    [
        ({"scene": " "}, Reason.SCENE_EMPTY),
        ({"scene": "🎉"}, Reason.SCENE_WITHOUT_WORDS),
        ({"scene": "xqzzk"}, Reason.SCENE_WITHOUT_WORDS),
        ({"scene": "Привет мир"}, Reason.SCENE_LANGUAGE),
        ({"scene": SCENES[CHINESE], "tune": "没有的"}, Reason.UNKNOWN_TUNE),
    ],
)
def test_what_cannot_be_planned_has_a_reason(wishes: dict[str, object], reason: Reason) -> None:
    with pytest.raises(BadRequest) as error:
        _plan(**wishes)  # type: ignore[arg-type]

    assert error.value.reason is reason


@pytest.mark.parametrize(
    ("language", "counts"), list(product(Language, [(8, 6, 8, 6), (7, 7, 7, 7), (5,) * 10, (6, 9, 3), (30,)]))
)
def test_a_tune_s_syllables_go_before_the_form(language: Language, counts: tuple[int, ...]) -> None:
    request = LyricsRequest(scene=SCENES[language], seed=3)

    plan = plan_verse(request, toy_tongue(language), syllables=counts)

    written = [count for place in plan.order for count in plan.stanzas[place].plan.syllables]
    most = {ENGLISH: 20, CHINESE: 12}[language]
    stanza = [min(count, most) for count in counts]
    assert written == stanza * (len(written) // len(stanza))
    heads = [place for place in plan.order if not plan.stanzas[place].joins]
    assert len(heads) == len(written) // len(stanza)
