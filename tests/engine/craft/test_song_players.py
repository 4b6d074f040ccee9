"""The melody of a song is heard above what accompanies it."""

from dataclasses import replace

from domain.genres import Genre
from domain.score import Score
from engine.craft.arranging import arrange
from engine.craft.song_players import with_lead
from tests.engine.craft.pieces import chorale


def arranged(score: Score) -> Score:
    return arrange(score, Genre.HYMN, hold_seconds=1.0).score


def pitches(score: Score) -> list[int]:
    return [note.pitch for note in score.parts[0].notes]


def test_a_lead_of_its_own_carries_the_melody_where_it_is_sung_and_the_rest_stays() -> None:
    written, played = chorale(), arranged(chorale())
    led = with_lead(played, written.parts[0].notes)
    assert led.parts[1:] == played.parts[1:]
    assert led.parts[0].program not in {part.program for part in led.parts[1:]}
    assert [note.onset for note in led.parts[0].notes] == [note.onset for note in played.parts[0].notes]
    assert pitches(led) == pitches(written)


def test_a_low_melody_goes_up_as_a_whole() -> None:
    played = arranged(chorale())
    bass = tuple(replace(note, pitch=note.pitch - 24) for note in chorale().parts[0].notes)
    led = with_lead(played, bass)
    assert {high - low for high, low in zip(pitches(led), (note.pitch for note in bass), strict=True)} == {24}


def test_among_winds_the_lead_is_not_a_wind() -> None:
    played = arranged(chorale())
    winds = replace(played, parts=tuple(replace(part, program=71) for part in played.parts))
    assert with_lead(winds, chorale().parts[0].notes).parts[0].program not in range(64, 80)
