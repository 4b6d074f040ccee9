"""Notes divided into voices, and their times rounded."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.score import Key, Metre, Note, Part, Score
from engine.craft.sheets.rounding import is_swung, round_voice, straighten
from engine.craft.sheets.spelling import Spelling
from engine.craft.sheets.staves import lay_out
from engine.craft.sheets.voices import Chord, Voice, divide

COMMON = Metre(4, 4)
LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def pitch(spelling: Spelling) -> int:
    return 12 * (spelling.octave + 1) + LETTERS[spelling.letter] + spelling.alter


def voices_of(*notes: tuple[int, int, int], program: int = 24) -> list[list[tuple[int, int, list[int]]]]:
    """Voices of (onset, end, pitches) from (onset, pitch, duration)."""
    part = Part("Solo", program, tuple(sorted(Note(*note) for note in notes)))
    [player] = lay_out(Score(Key(0), COMMON, 100, 4, (part,)))
    [staff] = player.staves
    return [
        [(chord.onset, chord.end, [pitch(spelling) for spelling in chord.spellings]) for chord in voice]
        for voice in divide(staff)
    ]


def test_a_line_is_one_voice_and_so_are_chords_of_one_length() -> None:
    assert voices_of((0, 60, 12), (12, 62, 12)) == [[(0, 12, [60]), (12, 24, [62])]]
    assert voices_of((0, 60, 12), (0, 64, 12), (12, 62, 12)) == [[(0, 12, [60, 64]), (12, 24, [62])]]


def test_a_held_bass_is_a_voice_of_its_own() -> None:
    tune = [(6 * place, 64 + place, 6) for place in range(8)]
    upper, lower = voices_of((0, 48, 48), *tune)
    assert [chord[2] for chord in upper] == [[64 + place] for place in range(8)]
    assert lower == [(0, 48, [48])]


def test_a_held_melody_stays_above_what_moves_below_it() -> None:
    upper, lower = voices_of((0, 72, 48), *[(6 * place, 52 + place, 6) for place in range(8)])
    assert upper == [(0, 48, [72])]
    assert len(lower) == 8


def test_a_little_overlap_is_no_second_voice() -> None:
    assert voices_of((0, 60, 14), (12, 62, 12)) == [[(0, 12, [60]), (12, 24, [62])]]


def test_what_rings_is_written_as_it_is_struck() -> None:
    harp = [(6 * place, 60 + 4 * place, 48 - 6 * place) for place in range(4)]
    [voice] = voices_of(*harp, program=46)
    assert [chord[0] for chord in voice] == [0, 6, 12, 18]


@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(50, 75), st.integers(1, 60)), min_size=1, max_size=25)
)
def test_every_note_is_in_one_voice_at_its_onset(notes: list[tuple[int, int, int]]) -> None:
    voices = voices_of(*notes)
    assert len(voices) <= 2
    written = sorted((onset, pitch) for voice in voices for onset, _, chord in voice for pitch in chord)
    assert written == sorted({(onset, pitch) for onset, pitch, _ in notes})
    for voice in voices:
        assert all(onset < end for onset, end, _ in voice)
        assert all(end <= following for (_, end, _), (following, _, _) in pairwise(voice))


C = (Spelling("C", 0, 5),)


def rounded(*times: tuple[int, int], metre: Metre = COMMON) -> list[tuple[int, int, bool]]:
    voice: Voice = tuple(Chord(start, end, C) for start, end in times)
    return [(chord.onset, chord.end, chord.short) for chord in round_voice(voice, metre)]


def test_short_notes_with_short_rests_become_staccato() -> None:
    assert rounded((0, 3), (6, 9), (12, 24)) == [(0, 6, True), (6, 12, True), (12, 24, False)]
    assert rounded((0, 3), (24, 36)) == [(0, 6, True), (24, 36, False)]
    assert rounded((0, 9), (12, 24)) == [(0, 12, False), (12, 24, False)]


def test_onsets_off_every_grid_move_to_the_nearest() -> None:
    assert [onset for onset, _, _ in rounded((0, 3), (3, 6), (7, 9), (9, 12))] == [0, 3, 6, 9]
    assert [onset for onset, _, _ in rounded((0, 4), (5, 8), (8, 12))] == [0, 4, 8]


def test_onsets_that_meet_become_one_chord() -> None:
    voice = (Chord(0, 1, C), Chord(1, 12, (Spelling("E", 0, 5),)))
    assert round_voice(voice, COMMON) == (Chord(0, 12, (*C, Spelling("E", 0, 5))),)


def test_hornpipes_swing_and_jigs_do_not() -> None:
    long_short = tuple(
        note for beat in range(16) for note in (Note(12 * beat, 60, 8), Note(12 * beat + 8, 62, 4))
    )
    hornpipe = Score(Key(0), COMMON, 100, 4, (Part("Concertina", 20, long_short),))
    assert is_swung(hornpipe)
    triplets = tuple(Note(4 * place, 60, 4) for place in range(48))
    assert not is_swung(Score(Key(0), COMMON, 100, 4, (Part("Concertina", 20, triplets),)))
    assert not is_swung(Score(Key(0), Metre(6, 8), 100, 4, (Part("Concertina", 20, long_short),)))


def test_straightening_spares_triplets() -> None:
    voice: Voice = (Chord(0, 8, C), Chord(8, 12, C), Chord(12, 16, C), Chord(16, 20, C), Chord(20, 24, C))
    assert [(chord.onset, chord.end) for chord in straighten(voice)] == [
        (0, 6), (6, 12), (12, 16), (16, 20), (20, 24),
    ]  # fmt: skip
