from domain.score import Key, Metre, Mode, Note, Part, Score
from domain.written_notes import written

C_MAJOR = Key(0)


def text(*notes: Note, key: Key = C_MAJOR) -> str:
    return written(Score(key, Metre(3, 4), 96.5, 4, (Part("", 0, notes), Part("", 0, (Note(0, 1, 1),)))))


def test_notes_are_written_as_people_type_them():
    notes = (Note(6, 60, 6), Note(12, 70, 12), Note(24, 61, 18), Note(48, 59, 4), Note(48, 64, 4))
    assert text(*notes) == "tempo=96.5 metre=3/4 key=C r:1/2 C4:1/2 Bb4 C#4:3/2 r:1/2 [B3 E4]:1/3"


def test_what_is_held_on_ends_with_the_next_note():
    assert text(Note(0, 60, 48), Note(12, 62, 12), key=Key(9, Mode.MINOR)).endswith("key=Am C4 D4")
