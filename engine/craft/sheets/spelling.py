"""How pitches are written in a key: F sharp or G flat, by their place on the line of fifths.

On that line (... B♭ F C G D A E B F♯ ...) notes that belong together lie close together: a note is
spelled near the key's centre, near what sounds with it, and so that a semitone step has two letters.
After D. Temperley, "The Cognition of Basic Musical Structures" (2001), chapter 5.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.score import TICKS_PER_QUARTER, Key, Mode, Note, Part

_LETTERS = "FCGDAEB"
_LETTER_PITCHES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

# Steps from the tonic along the line that are never in doubt; minor has its raised sixth and
# seventh, and the third of a final major chord.
_CERTAIN = {Mode.MAJOR: frozenset(range(-1, 6)), Mode.MINOR: frozenset(range(-4, 6))}
_CENTRE = {Mode.MAJOR: 2, Mode.MINOR: 0}

_KEY_WEIGHT = 0.5
_STEP_WEIGHT = 4.0  # what speaks for two letters where the line moves on by a semitone
_DOUBLE_WEIGHT = 6.0  # what speaks against double sharps and flats

Place = int
"""A place on the line of fifths: 0 is C, 1 is G, -1 is F."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A letter, by how many semitones it is altered, and the octave (4 from middle C upwards)."""

    letter: str
    alter: int
    octave: int


def signature(key: Key) -> int:
    """The key signature: sharps, or as a negative number flats. Six sharps are F sharp major, six flats
    E flat minor, as in the MIDI files.
    """
    if key.mode is Mode.MAJOR:
        return (7 * key.tonic + 5) % 12 - 5
    return (7 * (key.tonic + 3) + 6) % 12 - 6


def altered_by(fifths: int) -> dict[str, int]:
    """What a key signature does to each letter."""
    return {letter: (fifths + 6 - index) // 7 for index, letter in enumerate(_LETTERS)}


def spell(parts: Sequence[Part], key: Key) -> list[dict[Note, Spelling]]:
    """Each part's notes with their spellings; a pitch class that sounds in several parts is spelled once."""
    tonic = signature(key) + (0 if key.mode is Mode.MAJOR else 3)
    certain = {(7 * (tonic + step)) % 12: tonic + step for step in _CERTAIN[key.mode]}
    context = _Context(parts, certain)
    doubtful: dict[tuple[int, int], list[int]] = {}  # onset and pitch class to the semitone steps from there
    for part in parts:
        following = _following(part.notes)
        for note in part.notes:
            if note.pitch % 12 not in certain:
                steps = doubtful.setdefault((note.onset, note.pitch % 12), [])
                steps.append(following.get(note, note.pitch) - note.pitch)
    decided = {
        (onset, pitch_class): _decide(pitch_class, steps, around=context.around(onset), tonic=tonic, key=key)
        for (onset, pitch_class), steps in doubtful.items()
    }
    return [
        {
            note: _spelling(
                note.pitch, certain.get(note.pitch % 12, decided.get((note.onset, note.pitch % 12), 0))
            )
            for note in part.notes
        }
        for part in parts
    ]


class _Context:
    """Where on the line the notes lie that are not in doubt, by their onsets."""

    def __init__(self, parts: Sequence[Part], certain: Mapping[int, Place]) -> None:
        placed = sorted(
            (note.onset, certain[note.pitch % 12])
            for part in parts
            for note in part.notes
            if note.pitch % 12 in certain
        )
        self._onsets = [onset for onset, _ in placed]
        self._places = [place for _, place in placed]

    def around(self, onset: int) -> list[Place]:
        """Those that begin within half a quarter."""
        reach = TICKS_PER_QUARTER // 2
        first = bisect_left(self._onsets, onset - reach)
        return self._places[first : bisect_right(self._onsets, onset + reach)]


def _following(notes: Sequence[Note]) -> dict[Note, int]:
    """For each note the pitch of the next onset that lies nearest to its own."""
    chords: dict[int, list[Note]] = {}
    for note in notes:
        chords.setdefault(note.onset, []).append(note)
    return {
        note: min((later.pitch for later in after), key=lambda pitch: abs(pitch - note.pitch))
        for now, after in pairwise(chords.values())
        for note in now
    }


def _decide(
    pitch_class: int, steps: Sequence[int], *, around: Sequence[Place], tonic: Place, key: Key
) -> Place:
    """Where a note lies that the key leaves in doubt, on its flat or on its sharp side; `steps` follow it."""
    flat = tonic + (7 * (pitch_class - 7 * tonic) + 6) % 12 - 6  # six steps below the tonic to five above
    sharp = flat + 12

    def cost(place: Place) -> float:
        spread = sum(abs(place - other) for other in around) / max(len(around), 1)
        total = spread + _KEY_WEIGHT * abs(place - tonic - _CENTRE[key.mode])
        led = (1 if place == sharp else -1) in steps
        return total - (_STEP_WEIGHT if led else 0) + (_DOUBLE_WEIGHT if abs(_alter(place)) > 1 else 0)

    return min(flat, sharp, key=cost)


def _alter(place: Place) -> int:
    return (place + 1) // 7


def _spelling(pitch: int, place: Place) -> Spelling:
    letter, alter = _LETTERS[(place + 1) % 7], _alter(place)
    return Spelling(letter, alter, (pitch - alter - _LETTER_PITCHES[letter]) // 12 - 1)
