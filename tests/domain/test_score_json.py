"""A score survives as JSON, whatever it holds."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.score import Cadence, Key, Metre, Mode, Note, Part, Score, Section
from domain.score_json import score_from_plain, score_to_plain

NOTES = st.lists(
    st.builds(
        Note,
        onset=st.integers(0, 5000),
        pitch=st.integers(0, 127),
        duration=st.integers(1, 200),
        velocity=st.sampled_from([80, 80, 1, 127]),
    ),
    max_size=12,
).map(lambda notes: tuple(sorted(notes)))
KEYS = st.builds(Key, st.integers(0, 11), st.sampled_from(Mode))
SCORES = st.builds(
    Score,
    key=KEYS,
    metre=st.sampled_from([Metre(4, 4), Metre(6, 8), Metre(7, 8), Metre(2, 2)]),
    tempo=st.one_of(st.just(120), st.floats(40, 240)),
    bars=st.integers(1, 64),
    parts=st.lists(
        st.builds(Part, st.text(max_size=8), st.integers(0, 127), NOTES, percussion=st.booleans()), max_size=4
    ).map(tuple),
    sections=st.lists(
        st.builds(
            Section,
            st.sampled_from(["A", "A′", "B"]),
            st.integers(0, 60),
            st.integers(1, 8),
            cadence=st.sampled_from([None, *Cadence]),
            key=st.one_of(st.none(), KEYS),
        ),
        max_size=3,
    ).map(tuple),
)
TUNE = Score(
    Key(2, Mode.MINOR),
    Metre(3, 4),
    96.5,
    2,
    (Part("Flöte", 73, (Note(0, 62, 12), Note(12, 65, 24), Note(36, 62, 36))),),
)


@given(SCORES)
def test_every_score_reads_back_as_it_was(score: Score) -> None:
    assert score_from_plain(json.loads(json.dumps(score_to_plain(score)))) == score


def test_a_plain_tune_takes_few_characters() -> None:
    assert score_to_plain(TUNE) == {
        "key": [2, "minor"],
        "metre": "3/4",
        "tempo": 96.5,
        "bars": 2,
        "parts": [["Flöte", 73, [0, 62, 12, 12, 65, 24, 24, 62, 36]]],
    }


def test_drums_and_dynamics_are_written_where_there_are_any() -> None:
    drums = Part("Drums", 0, (Note(0, 36, 3, 100), Note(12, 38, 3)), percussion=True)
    plain = score_to_plain(replace(TUNE, parts=(drums,)))
    assert plain["parts"] == [
        ["Drums", 0, [0, 36, 3, 12, 38, 3], {"percussion": True, "velocities": [100, 80]}]
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"key": [2, "locrian"]},
        {"key": None},
        {"metre": "3"},
        {"metre": 3},
        {"parts": 5},
        {"parts": [["Flute", 73]]},
        {"parts": [["Flute", 73, [0, 62]]]},
        {"parts": [["Flute", 73, [0, "C", 12, None]]]},
        {"parts": [["Flute", 73, [0, 62, 12], {"velocities": [80, 80]}]]},
        {"sections": [["A"]]},
        {"sections": [["A", 0, 2, "plagal", None]]},
    ],
)
def test_what_is_no_score_is_a_value_error(change: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, it is not another error
        score_from_plain(score_to_plain(TUNE) | change)


def test_a_missing_entry_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="not a score"):
        score_from_plain({"metre": "4/4"})
