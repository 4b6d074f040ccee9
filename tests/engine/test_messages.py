"""Errors cross between processes by value."""

import pickle
import traceback

import pytest

from domain.errors import BadRequest, Bug, NightingaleError, Reason, Unavailable
from engine.messages import Failed, Kind


@pytest.mark.parametrize(
    "error",
    [
        BadRequest(Reason.TEMPO_OUT_OF_RANGE, low=40, high=240, value=7.5),
        Unavailable(Reason.WEIGHTS_UNUSABLE, style="rnn", problem="a tensor is missing"),
        Bug("an older trace"),
    ],
)
def test_our_errors_cross_unchanged(error: NightingaleError):
    failed = pickle.loads(pickle.dumps(Failed.from_error(error, job=3)))  # noqa: S301
    crossed = failed.to_error()
    assert failed.job == 3
    assert type(crossed) is type(error)
    assert str(crossed) == str(error)
    assert crossed.values == error.values


def test_any_other_error_is_a_bug_with_its_trace():
    class Odd(Exception):
        def __init__(self, *, why: str) -> None:
            super().__init__(why)

    def somewhere_deep():
        raise Odd(why="because")

    try:
        somewhere_deep()
    except Odd as error:
        failed = Failed.from_error(error, job=None)
    crossed = pickle.loads(pickle.dumps(failed)).to_error()  # noqa: S301
    assert failed.kind is Kind.BUG
    assert isinstance(crossed, Bug)
    assert "somewhere_deep" in crossed.trace
    assert "because" in crossed.trace


def test_values_cross_as_numbers_and_text():
    error = BadRequest(Reason.UNKNOWN_GENRE, value="polka", known=["reel", "jig"])
    assert Failed.from_error(error, job=1).values == {"value": "polka", "known": "['reel', 'jig']"}


def test_logging_a_crossed_error_shows_the_childs_trace():
    try:
        raise Unavailable(Reason.NO_STYLES)
    except Unavailable as error:
        crossed = Failed.from_error(error, job=1).to_error()
    assert "In the engine process:\nTraceback" in "".join(traceback.format_exception(crossed))
