from domain.genres import Genre
from domain.score import Key, Metre, Note, Part, Score
from engine.craft.arranging import arrange


def score(*parts: tuple[Note, ...], bars: int = 2) -> Score:
    return Score(Key(0), Metre(4, 4), 120.0, bars, tuple(Part("", 0, notes) for notes in parts))


def test_parts_get_the_genres_instruments_and_silent_ones_fall_out() -> None:
    arranged = arrange(score((Note(0, 60, 96),), (), (Note(0, 48, 96),)), Genre.HYMN, hold_seconds=0)
    assert [part.name for part in arranged.parts] == ["Voice 1", "Voice 2"]
    assert {part.program for part in arranged.parts} == {19}


def test_all_parts_move_by_the_same_octave_when_most_of_the_music_lies_too_high() -> None:
    arranged = arrange(
        score((Note(0, 98, 48), Note(48, 96, 48)), (Note(0, 60, 96),)), Genre.FOLK, hold_seconds=0
    )
    assert [[note.pitch for note in part.notes] for part in arranged.parts] == [[86, 84], [48]]


def test_a_long_silence_is_filled_by_the_note_before_it_and_a_short_one_is_left() -> None:
    # At 120 a tick is 1/24 s: the first rest lasts 0.5 s, the second 3.5 s.
    arranged = arrange(
        score((Note(0, 60, 12), Note(24, 62, 12), Note(120, 64, 72)), bars=4), Genre.REEL, hold_seconds=0
    )
    assert [note.duration for note in arranged.parts[0].notes][:2] == [12, 96]


def test_the_last_chord_is_held_to_the_end_by_everyone_who_sounds() -> None:
    melody = (Note(0, 72, 48), Note(48, 71, 12), Note(72, 72, 6))
    bass = (Note(0, 48, 48), Note(48, 43, 12), Note(60, 48, 30))
    arranged = arrange(score(melody, bass), Genre.FOLK, hold_seconds=1.0)
    ends = {part.notes[-1].end for part in arranged.parts}
    assert ends == {96 + 24}
    assert [note.duration for note in arranged.parts[0].notes[:2]] == [48, 12]
