from dataclasses import astuple

import pytest

from domain.score import Metre
from engine.craft.patterns import Kit, Texture, beat_for, pattern_for
from tests.engine.craft.any_scores import METRES


@pytest.mark.parametrize("metre", METRES)
@pytest.mark.parametrize("texture", Texture)
def test_every_metre_has_a_pattern_that_divides_its_bar_and_begins_with_the_root(
    metre: str, texture: Texture
) -> None:
    pattern = pattern_for(texture, Metre.parse(metre))
    for chords, bass in zip(pattern.chords, pattern.bass, strict=True):
        assert not any(Metre.parse(metre).bar_ticks % len(bar) for bar in (chords, bass))
        assert set(chords) <= set("Ccu1234.-")
        assert set(bass) <= set("R5.-")
        assert bass[0] == "R"
        assert chords.strip(".-")


@pytest.mark.parametrize("metre", METRES)
@pytest.mark.parametrize("kit", Kit)
def test_every_metre_has_a_beat(metre: str, kit: Kit) -> None:
    for bar in astuple(beat_for(kit, Metre.parse(metre))):
        assert Metre.parse(metre).bar_ticks % len(bar) == 0
        assert bar.strip(".")


@pytest.mark.parametrize("metre", ["4/4", "2/4", "3/4", "6/8", "9/8"])
@pytest.mark.parametrize("texture", Texture)
def test_levels_grow_fuller(metre: str, texture: Texture) -> None:
    pattern = pattern_for(texture, Metre.parse(metre))
    strokes = [len(bar) - bar.count(".") - bar.count("-") for bar in pattern.chords]
    assert strokes == sorted(strokes)


def test_two_halves_are_played_as_four_quarters() -> None:
    assert pattern_for(Texture.STRUM, Metre(2, 2)) == pattern_for(Texture.STRUM, Metre(4, 4))
