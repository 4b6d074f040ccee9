import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.packing import pack, unpack


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text() | st.integers()))
def test_what_was_packed_is_read_and_never_longer(value: list[str | int]):
    for text in (json.dumps(value), json.dumps([value] * 40, ensure_ascii=False)):
        assert unpack(pack(text)) == text
        assert len(pack(text)) <= len(text)


def test_notes_take_a_third_of_the_room():
    text = json.dumps([number * number % 24 for number in range(2000)])
    assert len(pack(text)) < len(text) / 3


@pytest.mark.parametrize("damaged", ["z", "zz", "z{}", pack("[0]" * 999)[:-5]])
def test_damage_is_told(damaged: str):
    with pytest.raises(ValueError):  # noqa: PT011  zlib's and base64's own words
        unpack(damaged)
