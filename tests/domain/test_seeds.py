"""Seeds: what they may be called, when two names are the same, and how many notes they have."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadRequest, Reason
from domain.score import Key, Metre, Note, Part, Score
from domain.seeds import MAX_NAME, Seed, clean_name, name_key
from domain.transformations import Source


def source(notes: int) -> Source:
    played = tuple(Note(3 * place, 60 + place % 12, 3) for place in range(notes))
    score = Score(Key(0), Metre(4, 4), 100.0, 64, (Part("Melody", 0, played),))
    return Source("x", score)


def refusal(name: str, notes: int = 4) -> Reason:
    with pytest.raises(BadRequest) as refused:
        Seed.of(name, source(notes))
    return refused.value.reason


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  My   tune ", "My tune"),
        ("夜莺", "夜莺"),
        ("👨\u200d👩\u200d👧 song", "👨\u200d👩\u200d👧 song"),
        ("e\u0301tude", "étude"),
        ("#42", "#42"),
        ("n" * MAX_NAME, "n" * MAX_NAME),
    ],
)
def test_a_name_is_kept_as_typed_but_for_spaces_and_composition(typed, kept):
    assert Seed.of(typed, source(4)).name == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", Reason.SEED_NAME_EMPTY),
        ("   ", Reason.SEED_NAME_EMPTY),
        ("\u200d", Reason.SEED_NAME_EMPTY),
        ("\u0301", Reason.SEED_NAME_EMPTY),
        ("two\nlines", Reason.SEED_NAME_UNFIT),
        ("tab\tbed", Reason.SEED_NAME_UNFIT),
        ("turned \u202e around", Reason.SEED_NAME_UNFIT),
        ("half \ud83d", Reason.SEED_NAME_UNFIT),
        ("line\u2028line", Reason.SEED_NAME_UNFIT),
        ("n" * (MAX_NAME + 1), Reason.SEED_NAME_TOO_LONG),
    ],
)
def test_what_is_no_name_is_refused(typed, reason):
    assert refusal(typed) is reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("My Tune", "my  tune"),
        ("Straße", "STRASSE"),
        ("Ｔｕｎｅ", "tune"),
        ("étude", "E\u0301TUDE"),
        ("tune", "tu\u200dne"),
    ],
)
def test_names_that_look_alike_are_the_same(one, other):
    assert name_key(one) == name_key(other)


@given(st.text(max_size=40))
def test_cleaning_a_name_settles_it(typed):
    try:
        name = clean_name(typed)
    except BadRequest:
        return
    assert clean_name(name) == name
    assert name_key(name) == name_key(typed) == name_key(unicodedata.normalize("NFD", name))
    assert name_key(name)


@pytest.mark.parametrize(("notes", "kept"), [(0, False), (3, False), (4, True), (2000, True), (2001, False)])
def test_a_seed_has_neither_too_few_notes_nor_too_many(notes, kept):
    music = source(notes)
    if kept:
        assert Seed.of("x", music).source == music
    else:
        assert refusal("x", notes) in (Reason.SEED_TOO_FEW_NOTES, Reason.SEED_TOO_MANY_NOTES)


def test_notes_of_all_parts_count():
    both = source(3).score.parts * 2
    assert Seed.of("x", replace(source(3), score=replace(source(3).score, parts=both))).key == "x"
