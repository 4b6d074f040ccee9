"""Small pieces to play: a traditional jig, and a chorale in four parts that breathes after each phrase."""

from domain.score import TICKS_PER_QUARTER, Key, Metre, Mode, Note, Part, Score

EIGHTH = TICKS_PER_QUARTER // 2

PIANO, ORGAN, VOICE, OCARINA = 0, 19, 53, 79

# The Irish Washerwoman (traditional), in ABC's letters: capitals from middle C, small ones above.
_WASHERWOMAN = """
    BGG DGG BGB dcB cAA EAA cAc edc BGG DGG BGB dcB cBc Adc BGG Gzz
    gdg gdg gdg bag fdf fdf fdf agf egg dgg cgg Bgg cBc Adc BGG Gzz
"""
_LETTERS = dict(zip("CDEFGABcdefgab", (60, 62, 64, 66, 67, 69, 71, 72, 74, 76, 78, 79, 81, 83), strict=True))

# Soprano, alto, tenor, bass: one chord a beat, silence on the last beat of every second bar.
_CHORDS = (
    (74, 67, 59, 43), (74, 69, 57, 42), (71, 67, 62, 40), (72, 64, 60, 36),
    (71, 67, 62, 38), (69, 66, 60, 38), (67, 62, 59, 43), None,
    (67, 64, 60, 48), (69, 64, 60, 45), (71, 66, 63, 47), (67, 64, 59, 40),
    (72, 64, 57, 45), (69, 66, 62, 38), (67, 62, 59, 31), None,
)  # fmt: skip


def jig(*, bars: int = 16, tempo: float = 115, program: int = OCARINA) -> Score:
    """One line in G major, 6/8; after 16 bars from the beginning."""
    letters = "".join(_WASHERWOMAN.split())
    notes: list[Note] = []
    for place in range(bars * 6):
        letter = letters[place % len(letters)]
        if letter == "z":  # the last note of a section lasts through
            notes[-1] = Note(notes[-1].onset, notes[-1].pitch, notes[-1].duration + EIGHTH)
        else:
            notes.append(Note(place * EIGHTH, _LETTERS[letter], EIGHTH))
    part = Part("Whistle", program, tuple(notes))
    return Score(Key(7), Metre(6, 8), tempo, bars, (part,))


def chorale(*, bars: int = 4, tempo: float = 84, program: int = VOICE) -> Score:
    """Four parts in G major, 4/4, repeating after four bars."""
    voices: list[list[Note]] = [[], [], [], []]
    for beat in range(bars * 4):
        chord = _CHORDS[beat % len(_CHORDS)]
        for voice, pitch in zip(voices, chord or (), strict=False):
            voice.append(Note(beat * TICKS_PER_QUARTER, pitch, TICKS_PER_QUARTER))
    parts = tuple(
        Part(name, program, tuple(notes))
        for name, notes in zip(("Soprano", "Alto", "Tenor", "Bass"), voices, strict=True)
    )
    return Score(Key(7), Metre(4, 4), tempo, bars, parts)


def of_notes(*notes: Note, program: int = 0, tempo: float = 120, bars: int = 1) -> Score:
    """A score of one part with just these notes, in D minor, 4/4."""
    return Score(Key(2, Mode.MINOR), Metre(4, 4), tempo, bars, (Part("Solo", program, notes),))
