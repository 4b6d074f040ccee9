"""Pitches on the line of fifths: what players expect to read."""

import pytest

from domain.score import Key, Mode, Note, Part
from engine.craft.sheets.spelling import altered_by, signature, spell

MINOR = Mode.MINOR


def names(pitches: list[int], key: Key, *, together: bool = False) -> list[str]:
    """How pitches are spelled that follow each other, or sound at once."""
    notes = tuple(Note(0 if together else 24 * place, pitch, 12) for place, pitch in enumerate(pitches))
    [spelled] = spell([Part("Solo", 0, notes)], key)
    return [f"{how.letter}{'#' * how.alter}{'b' * -how.alter}{how.octave}" for how in spelled.values()]


@pytest.mark.parametrize(
    ("key", "fifths"),
    [
        (Key(0), 0), (Key(7), 1), (Key(5), -1), (Key(6), 6), (Key(1), -5), (Key(11), 5),
        (Key(9, MINOR), 0), (Key(6, MINOR), 3), (Key(3, MINOR), -6), (Key(8, MINOR), 5), (Key(2, MINOR), -1),
    ],
)  # fmt: skip
def test_key_signatures(key: Key, fifths: int) -> None:
    assert signature(key) == fifths
    assert sum(altered_by(signature(key)).values()) == fifths


def test_a_scale_has_each_letter_once() -> None:
    assert " ".join(names([66, 68, 70, 71, 73, 75, 77, 78], Key(6))) == "F#4 G#4 A#4 B4 C#5 D#5 E#5 F#5"
    assert " ".join(names([61, 63, 65, 66, 68, 70, 72, 73], Key(1))) == "Db4 Eb4 F4 Gb4 Ab4 Bb4 C5 Db5"


def test_octaves_count_from_c_as_it_is_written() -> None:
    assert names([59, 60, 71, 72], Key(1, MINOR)) == ["B3", "B#3", "B4", "B#4"]
    assert names([59], Key(3, MINOR)) == ["Cb4"]


def test_minor_has_its_leading_note_and_its_raised_sixth() -> None:
    assert names([69, 78, 80, 81], Key(9, MINOR)) == ["A4", "F#5", "G#5", "A5"]


def test_a_semitone_step_has_two_letters() -> None:
    assert names([60, 61, 62], Key(0)) == ["C4", "C#4", "D4"]
    assert names([69, 68, 67], Key(0)) == ["A4", "Ab4", "G4"]
    assert names([67, 68, 69], Key(0)) == ["G4", "G#4", "A4"]


def test_a_chord_is_spelled_in_thirds() -> None:
    assert names([52, 56, 59], Key(0), together=True) == ["E3", "G#3", "B3"]
    assert names([53, 56, 60], Key(0), together=True) == ["F3", "Ab3", "C4"]


def test_parts_agree_on_what_they_sound_together() -> None:
    upper = Part("Upper", 0, (Note(0, 68, 12), Note(12, 69, 12)))
    lower = Part("Lower", 0, (Note(0, 56, 12), Note(12, 55, 12)))
    spelled = spell([upper, lower], Key(0))
    assert {spelled[0][upper.notes[0]].letter, spelled[1][lower.notes[0]].letter} in ({"G"}, {"A"})


def test_every_pitch_keeps_its_sound() -> None:
    sounds = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    notes = tuple(Note(6 * place, 36 + 7 * place % 60, 6) for place in range(60))
    for mode in Mode:
        for tonic in range(12):
            [spelled] = spell([Part("Solo", 0, notes)], Key(tonic, mode))
            for note, how in spelled.items():
                assert note.pitch == 12 * (how.octave + 1) + sounds[how.letter] + how.alter
                assert abs(how.alter) < 3


def test_no_parts_no_spellings() -> None:
    assert spell([], Key(0)) == []
