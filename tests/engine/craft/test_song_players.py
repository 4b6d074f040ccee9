"""The melody of a song is heard above what accompanies it."""

from dataclasses import replace

from domain.genres import Genre
from engine.craft.arranging import arrange
from engine.craft.song_players import with_lead
from tests.engine.craft.pieces import chorale


def test_a_lead_of_its_own_carries_the_melody_and_the_rest_stays() -> None:
    arranged = arrange(chorale(), Genre.HYMN, hold_seconds=1.0).score
    led = with_lead(arranged)
    assert led.parts[1:] == arranged.parts[1:]
    assert led.parts[0].program not in {part.program for part in led.parts[1:]}
    assert [note.onset for note in led.parts[0].notes] == [note.onset for note in arranged.parts[0].notes]


def test_among_winds_the_lead_is_not_a_wind() -> None:
    arranged = arrange(chorale(), Genre.HYMN, hold_seconds=1.0).score
    winds = replace(arranged, parts=tuple(replace(part, program=71) for part in arranged.parts))
    assert with_lead(winds).parts[0].program not in range(64, 80)
