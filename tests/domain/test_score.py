"""What people type for a metre."""

import pytest

from domain.score import Metre


@pytest.mark.parametrize(
    ("text", "metre"),
    [
        ("6/8", Metre(6, 8)),
        (" 6 / 8 ", Metre(6, 8)),
        ("68", Metre(6, 8)),
        ("44", Metre(4, 4)),
        ("128", Metre(12, 8)),
        ("12/8", Metre(12, 8)),
        ("316", Metre(3, 16)),
        ("7/8", Metre(7, 8)),
    ],
)
def test_a_metre_is_read_as_people_type_it(text: str, metre: Metre) -> None:
    assert Metre.parse(text) == metre
    assert Metre.parse(str(metre)) == metre


@pytest.mark.parametrize("text", ["", "waltz", "6", "0/4", "4/0", "3/5", "100/4", "-3/4", "3/4/4"])
def test_what_is_no_metre_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a metre"):
        Metre.parse(text)
