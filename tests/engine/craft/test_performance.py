from dataclasses import replace
from itertools import pairwise
from statistics import mean

import pytest

from domain.genres import Genre
from domain.score import Note, Part, Score, Section
from engine.craft.performance import interpret, perform
from engine.craft.roles import Role
from tests.engine.craft.pieces import ORGAN, PIANO, VOICE, chorale, jig, of_notes


def flat_eighths(*, program: int = 0, bars: int = 8) -> Score:
    notes = (Note(6 * place, 60 + place % 5, 6) for place in range(8 * bars))
    return of_notes(*notes, program=program, bars=bars)


def velocities(score: Score, *, genre: Genre | None = None) -> list[int]:
    return [note.velocity for note in interpret(score, genre=genre).parts[0].notes]


def test_a_flat_part_is_accented_by_its_metre() -> None:
    by_place = [mean(velocities(flat_eighths())[place::8]) for place in range(8)]
    downbeat, *others = by_place
    assert downbeat > max(others)
    assert by_place[4] > max(by_place[2], by_place[6])  # the half bar over the other beats
    assert min(by_place[2], by_place[6]) > max(by_place[1::2])  # beats over what is between


def test_a_compound_metre_leans_on_its_dotted_beats() -> None:
    first, second, third, fourth, fifth, sixth = (
        mean(note.velocity for note in interpret(jig()).parts[0].notes if note.onset % 36 == 6 * place)
        for place in range(6)
    )
    assert first > fourth > max(second, third, fifth, sixth)


def test_a_note_struck_early_brings_the_beats_weight_along() -> None:
    syncopated = of_notes(*(Note(48 * bar + at, 60, 12) for bar in range(4) for at in (0, 18, 36)), bars=4)
    straight = of_notes(*(Note(48 * bar + at, 60, 6) for bar in range(4) for at in (0, 18, 36)), bars=4)
    assert mean(velocities(syncopated)[1::3]) > mean(velocities(straight)[1::3]) + 5


def test_phrases_swell_and_fall() -> None:
    bars = [mean(velocities(flat_eighths())[8 * bar : 8 * bar + 8]) for bar in range(8)]
    assert min(bars[1:3]) > max(bars[0], bars[3])
    assert min(bars[5:7]) > max(bars[4], bars[7])


def test_phrases_begin_where_sections_do() -> None:
    """Two sections of three bars: the fourth bar begins a phrase, and is not a phrase's end."""
    score = replace(flat_eighths(bars=6), sections=(Section("A", 0, 3), Section("B", 3, 3)))
    bars = [mean(velocities(score)[8 * bar : 8 * bar + 8]) for bar in range(6)]
    assert bars[1] > max(bars[0], bars[2])
    assert bars[4] > max(bars[3], bars[5])


def test_a_repeat_is_an_echo_and_the_last_section_the_strongest() -> None:
    sections = tuple(Section(label, 4 * place, 4) for place, label in enumerate(["A", "A", "B", "A′"]))
    notes = tuple(Note(6 * place, 60 + place % 5, 6) for place in range(32)) * 4
    notes = tuple(replace(note, onset=6 * place) for place, note in enumerate(notes))
    score = replace(of_notes(*notes, bars=16), sections=sections)
    first, repeat, contrast, last = (
        mean(velocities(score)[start : start + 32]) for start in range(0, 128, 32)
    )
    assert repeat < first < contrast
    assert last > max(first, repeat)


def test_a_melody_is_louder_where_it_is_higher() -> None:
    score = of_notes(*(Note(12 * place, 60 + 12 * (place % 4 == 1), 12) for place in range(32)), bars=8)
    highs, lows = velocities(score)[1::4], velocities(score)[3::4]
    assert mean(highs) > mean(lows) + 3


def test_accents_that_are_written_are_kept() -> None:
    """Only the phrase's rise and fall is added: in one moment, what was louder by 20 stays so."""
    accented = of_notes(
        *(
            Note(12 * place, pitch, 12, velocity)
            for place in range(16)
            for pitch, velocity in ((60, 60), (67, 80))
        ),
        bars=4,
    )
    played = velocities(accented)
    assert {second - first for first, second in zip(played[::2], played[1::2], strict=True)} == {20}
    assert len(set(played)) > 4


def test_an_organ_is_played_more_evenly_than_a_piano() -> None:
    def range_of(program: int) -> int:
        played = velocities(flat_eighths(program=program))
        return max(played) - min(played)

    assert 0 < range_of(ORGAN) < range_of(PIANO) / 2


@pytest.mark.parametrize("velocity", [1, 127])
def test_velocities_stay_legal(velocity: int) -> None:
    score = of_notes(*(Note(6 * n, 60, 6, velocity) for n in range(64)), bars=8)
    assert all(1 <= played <= 127 for played in velocities(score, genre=Genre.ROMANTIC))


def test_a_repeated_note_is_heard_again() -> None:
    score = of_notes(Note(0, 60, 12), Note(12, 60, 12), Note(24, 62, 12), Note(36, 62, 1), Note(37, 62, 1))
    notes = perform(score)[0].notes
    first, between, third, fourth = (
        after.start_seconds - before.end_seconds for before, after in pairwise(notes)
    )
    assert first == pytest.approx(0.035)
    assert abs(between) < 0.02  # another pitch: nothing is given up
    assert third == pytest.approx(0.035)
    assert 0.002 < fourth < 0.035


@pytest.mark.parametrize("genre", [None, *Genre])
@pytest.mark.parametrize("score", [jig(), chorale(bars=8), flat_eighths()], ids=["jig", "chorale", "eighths"])
def test_whatever_the_genre_a_performance_is_sound(score: Score, genre: Genre | None) -> None:
    """Notes have a length, none is struck while it is held, and all are near where they are written."""
    players = perform(score, genre=genre)
    assert players == perform(score, genre=genre)
    for part, player in zip(score.parts, players, strict=True):
        last_end: dict[int, float] = {}
        assert len(player.notes) == len(part.notes)
        for note, played in zip(part.notes, player.notes, strict=True):
            assert played.start_seconds >= last_end.get(played.pitch, 0.0)
            assert played.end_seconds > played.start_seconds
            last_end[played.pitch] = played.end_seconds
            late = played.start_seconds - note.onset * score.seconds_per_tick
            assert -0.15 < late < 0.7
        for down, up in player.pedal:
            assert 0 < down < up
    ends = max(note.end_seconds for player in players for note in player.notes)
    assert ends == pytest.approx(score.seconds, abs=0.55)


def test_a_singer_breathes_where_a_section_ends_and_a_pianist_does_not() -> None:
    def held_seconds(program: int) -> list[float]:
        notes = (Note(12 * place, 60 + place % 5, 12) for place in range(32))
        score = replace(
            of_notes(*notes, program=program, bars=8), sections=(Section("A", 0, 4), Section("B", 4, 4))
        )
        (player,) = perform(score, genre=Genre.SONG)
        return [note.end_seconds - note.start_seconds for note in player.notes]

    sung = held_seconds(VOICE)
    others = sung[:15] + sung[16:28]
    assert sung[15] < min(others) - 0.1
    assert min(held_seconds(PIANO)[:16]) > 0.45


def test_roles_follow_pitch_and_not_the_order_of_parts() -> None:
    def part(*pitches: int, percussion: bool = False) -> Part:
        return Part("x", 0, tuple(Note(12 * n, pitch, 12) for n, pitch in enumerate(pitches)), percussion)

    parts = (part(38, 42, percussion=True), part(72, 74), part(40, 43), part(60, 64), part())
    roles = [player.role for player in perform(replace(of_notes(), parts=parts))]
    assert roles == [Role.DRUMS, Role.LEAD, Role.BASS, Role.INNER, Role.INNER]
