"""Who stands where, and under which clef."""

from domain.score import Key, Metre, Note, Part, Score
from engine.craft.sheets.staves import Clef, are_one_ensemble, lay_out
from tests.engine.craft.pieces import chorale, jig


def score_of(*parts: Part) -> Score:
    return Score(Key(0), Metre(4, 4), 100, 1, parts)


def part_of(name: str, program: int, *pitches: int, percussion: bool = False) -> Part:
    notes = tuple(Note(6 * place, pitch, 6) for place, pitch in enumerate(pitches))
    return Part(name, program, notes, percussion)


def clefs(score: Score) -> list[tuple[str, list[Clef]]]:
    return [(player.name, [staff.clef for staff in player.staves]) for player in lay_out(score)]


def test_a_tune_has_one_staff() -> None:
    [player] = lay_out(jig())
    assert [staff.clef for staff in player.staves] == [Clef.TREBLE]


def test_four_voices_stand_two_to_a_staff() -> None:
    players = lay_out(chorale())
    assert [(player.name, player.short_name) for player in players] == [
        ("Soprano, Alto", "S. A."),
        ("Tenor, Bass", "T. B."),
    ]
    assert [[len(staff.lines) for staff in player.staves] for player in players] == [[2], [2]]
    assert are_one_ensemble(players)


def test_two_hands_are_one_player() -> None:
    right, left = part_of("Piano, right hand", 0, 72, 76), part_of("Piano, left hand", 0, 40, 48)
    assert clefs(score_of(right, left)) == [("Piano", [Clef.TREBLE, Clef.BASS])]


def test_four_parts_of_a_piano_share_its_two_staves() -> None:
    pitches = enumerate([(76, 74), (67, 59), (55, 60), (43, 65)], 1)
    [piano] = lay_out(score_of(*(part_of(f"Piano {place}", 0, *line) for place, line in pitches)))
    written = [sorted(tone.pitch for line in staff.lines for tone in line) for staff in piano.staves]
    assert written == [[60, 67, 74, 76], [43, 55, 59, 65]]


def test_a_wide_keyboard_part_is_divided_between_the_hands_and_a_narrow_one_is_not() -> None:
    wide = (Note(0, pitch, 12) for pitch in (36, 43, 64, 67, 72))
    chords = (*wide, Note(12, 79, 12), Note(24, 38, 12))
    [piano] = lay_out(score_of(Part("Piano", 0, chords)))
    assert [[tone.pitch for tone in staff.lines[0]] for staff in piano.staves] == [
        [64, 67, 72, 79],
        [36, 43, 38],
    ]
    assert clefs(score_of(part_of("Piano", 0, 60, 72))) == [("Piano", [Clef.TREBLE])]
    assert clefs(score_of(part_of("Piano", 0, 40, 52))) == [("Piano", [Clef.BASS])]


def test_a_hand_keeps_its_chords_wherever_they_lie() -> None:
    bass = tuple(Note(24 * place, 31 + place, 12) for place in range(4))
    chords = tuple(Note(24 * place + 12, pitch - place, 12) for place in range(4) for pitch in (55, 59, 62))
    [piano] = lay_out(score_of(Part("Piano", 0, tuple(sorted((*bass, *chords))))))
    assert [len(staff.lines[0]) for staff in piano.staves] == [12, 4]


def test_clefs_follow_the_range_and_the_instrument() -> None:
    parts = [
        part_of("Music box", 10, 86, 93),
        part_of("Cello", 42, 38, 50),
        part_of("Viola", 41, 52, 62),
        part_of("Guitar", 25, 50, 64),
        part_of("Bass", 32, 30, 40),
    ]
    assert [clef for _, [clef] in clefs(score_of(*parts))] == [
        Clef.TREBLE_ABOVE,
        Clef.BASS,
        Clef.ALTO,
        Clef.TREBLE_BELOW,
        Clef.BASS_BELOW,
    ]


def test_drums_and_silent_parts_are_left_out() -> None:
    drums = part_of("Drums", 0, 36, 38, percussion=True)
    assert [
        player.name for player in lay_out(score_of(part_of("Fiddle", 110, 70), drums, part_of("Flute", 73)))
    ] == ["Fiddle"]
    assert lay_out(score_of(drums)) == ()


def test_instruments_of_one_kind_share_a_bracket() -> None:
    violin, cello, flute = part_of("Violin", 40, 70), part_of("Cello", 42, 45), part_of("Flute", 73, 75)
    assert are_one_ensemble(lay_out(score_of(violin, cello)))
    assert not are_one_ensemble(lay_out(score_of(violin, flute)))
    assert not are_one_ensemble(lay_out(score_of(violin)))


def test_short_names() -> None:
    names = ["Violin 2", "Honky-tonk piano", "Double bass", "Fiddle", "Oboe", "Pan flute", "Clarinets", ""]
    parts = [part_of(name, 60 + place, 70) for place, name in enumerate(names)]
    assert [player.short_name for player in lay_out(score_of(*parts))] == [
        "Vln. 2", "Pno.", "Db.", "Fid.", "Ob.", "Fl.", "Cl.", "",
    ]  # fmt: skip
