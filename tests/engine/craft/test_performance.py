from dataclasses import replace
from itertools import pairwise

import pytest

from domain.score import Note, Score
from engine.craft.performance import interpret, perform
from tests.engine.craft.pieces import chorale, jig, of_notes


def flat_eighths(*, program: int = 0) -> Score:
    return of_notes(*(Note(6 * place, 60 + place % 5, 6) for place in range(64)), program=program, bars=8)


def test_a_flat_part_is_accented_by_its_metre() -> None:
    (part,) = interpret(flat_eighths()).parts
    first_bar = [note.velocity for note in part.notes[:8]]
    downbeat, *others = first_bar
    assert downbeat > max(others)
    assert first_bar[4] > max(first_bar[2], first_bar[6])  # the half bar over the other beats
    assert min(first_bar[2], first_bar[6]) > max(first_bar[1::2])  # beats over what is between


def test_a_compound_metre_leans_on_its_dotted_beats() -> None:
    (part,) = interpret(jig(bars=1)).parts
    velocities = [note.velocity for note in part.notes]
    assert velocities[0] > velocities[3] > max(velocities[1], velocities[2], velocities[4], velocities[5])


def test_phrases_swell_and_fall() -> None:
    (part,) = interpret(flat_eighths()).parts
    downbeats = [note.velocity for note in part.notes[::8]]
    assert downbeats[2] > downbeats[0] == downbeats[4] < downbeats[6]


def test_dynamics_that_are_written_are_played() -> None:
    (part,) = flat_eighths().parts
    louder = replace(part, notes=(replace(part.notes[0], velocity=100), *part.notes[1:]))
    score = replace(flat_eighths(), parts=(louder,))
    assert interpret(score) == score


def test_dynamics_are_given_once() -> None:
    once = interpret(chorale())
    assert interpret(once) == once


def test_an_organ_is_played_more_evenly_than_a_piano() -> None:
    def range_of(program: int) -> int:
        (part,) = interpret(flat_eighths(program=program)).parts
        velocities = [note.velocity for note in part.notes]
        return max(velocities) - min(velocities)

    assert 0 < range_of(19) < range_of(0) / 2


@pytest.mark.parametrize("velocity", [1, 127])
def test_velocities_stay_legal(velocity: int) -> None:
    (part,) = interpret(of_notes(*(Note(6 * n, 60, 6, velocity) for n in range(64)), bars=8)).parts
    assert all(1 <= note.velocity <= 127 for note in part.notes)


def test_only_a_repeated_note_gives_up_a_little_of_its_predecessor() -> None:
    score = of_notes(Note(0, 60, 12), Note(12, 60, 12), Note(24, 62, 12), Note(36, 62, 1), Note(37, 62, 1))
    (notes,) = perform(score)
    gaps = [after.start_seconds - before.end_seconds for before, after in pairwise(notes)]
    assert gaps == pytest.approx([0.035, 0.0, 0.035, 0.25 / 24])
    assert [note.start_seconds for note in notes] == pytest.approx([0, 0.5, 1.0, 1.5, 1.5 + 1 / 24])
