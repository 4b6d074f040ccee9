"""Which parts stand on which staff of the sheet, and under which clef.

Keyboards and harps share a grand staff, four singers stand two to a staff, everybody else has a staff
alone; drums are left out. Knows the General MIDI programs, and nothing of rhythm.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby, pairwise
from statistics import fmean

from domain.score import Note, Part, Score
from engine.craft.sheets.spelling import Spelling, spell

# General MIDI programs, counted from 0.
_KEYBOARDS = frozenset({*range(9), *range(10, 21), 46})  # pianos, chromatic percussion, organs; harp
_RINGING = frozenset({*range(8, 16), 46})  # struck or plucked, and left to sound
_GUITARS = range(24, 32)
_BASSES = range(32, 40)

_VIOLA = 41
_KINDS = (range(40, 46), range(52, 55), range(56, 64), range(64, 80))  # strings, singers, brass, winds

_MIDDLE_C = 60
_HAND = 14  # the widest chord that one hand plays, in semitones
_BORDER_STEPS = 10

_EASY_LEDGER = 4
"""Semitones outside a staff that are still easily read."""

_EASY_STRAIN = 0.8
"""So many semitones beyond these, for the average note, that one staff for a keyboard is enough."""

_HAND_OR_NUMBER = re.compile(r"(?:, (?:right|left) hand| \d+)$")
_FOUR_VOICES = ("Soprano", "Alto", "Tenor", "Bass")

_SHORT_NAMES = {
    "Piano": "Pno.", "Harpsichord": "Hpsd.", "Organ": "Org.", "Harp": "Hp.", "Guitar": "Gtr.",
    "Violin": "Vln.", "Viola": "Vla.", "Cello": "Vc.", "Double bass": "Db.",
    "Flute": "Fl.", "Oboe": "Ob.", "Clarinet": "Cl.",
    "Bassoon": "Bsn.", "Trumpet": "Tpt.", "Horn": "Hn.", "Trombone": "Tbn.", "Tuba": "Tba.",
}  # fmt: skip
_WHOLE_NAME = 4
"""Names this short are not shortened."""


class Clef(Enum):
    """A clef as (sign, line, octaves that the notes sound higher), and the pitches on its staff."""

    TREBLE = ("G", 2, 0, 64, 77)
    TREBLE_ABOVE = ("G", 2, 1, 76, 89)
    TREBLE_BELOW = ("G", 2, -1, 52, 65)
    ALTO = ("C", 3, 0, 53, 67)
    BASS = ("F", 4, 0, 43, 57)
    BASS_BELOW = ("F", 4, -1, 31, 45)

    @property
    def sign(self) -> str:
        return self.value[0]

    @property
    def line(self) -> int:
        return self.value[1]

    @property
    def octaves(self) -> int:
        return self.value[2]

    def strain(self, pitches: Sequence[int]) -> int:
        """How far, in all, these pitches lie outside what is easily read under this clef."""
        _, _, _, low, high = self.value
        return sum(max(0, low - _EASY_LEDGER - pitch, pitch - high - _EASY_LEDGER) for pitch in pitches)


_KEYBOARD_CLEFS = (Clef.TREBLE, Clef.BASS, Clef.TREBLE_ABOVE)


@dataclass(frozen=True, slots=True, order=True)
class Tone:
    """A note on its way to paper: from one tick to another, and how it is spelled."""

    onset: int
    pitch: int
    end: int
    spelling: Spelling


Line = tuple[Tone, ...]


@dataclass(frozen=True, slots=True)
class Staff:
    """`lines` are one player's notes each.

    `apart`: two lines that keep a voice each, come what may. `rings`: notes sound on under the next ones,
    however they are written.
    """

    clef: Clef
    lines: tuple[Line, ...]
    apart: bool = False
    rings: bool = False


@dataclass(frozen=True, slots=True)
class Player:
    """One name at the margin, on one staff or on two with a brace."""

    name: str
    short_name: str
    program: int
    staves: tuple[Staff, ...]


def are_one_ensemble(players: Sequence[Player]) -> bool:
    """Whether these are voices or instruments of one kind, which share a bracket."""
    if any(staff.apart for player in players for staff in player.staves):
        return True
    return len(players) > 1 and any(all(player.program in kind for player in players) for kind in _KINDS)


def lay_out(score: Score) -> tuple[Player, ...]:
    """The sheet's players from the top down; none for a score without pitched notes."""
    parts = [part for part in score.parts if part.notes and not part.percussion]
    lines = [_line(spelled) for spelled in spell(parts, score.key)]
    if tuple(part.name for part in parts) == _FOUR_VOICES:
        return _choir(parts, lines)
    players: list[Player] = []
    for (name, program), together in groupby(
        zip(parts, lines, strict=True), key=lambda pair: _owner(pair[0])
    ):
        group = list(together)
        if program in _KEYBOARDS:
            staves = _keyboard_staves([line for _, line in group], rings=program in _RINGING)
            players.append(Player(name, _short(name), program, staves))
        else:
            players += [
                Player(part.name, _short(part.name), program, (_single_staff(line, program),))
                for part, line in group
            ]
    return tuple(players)


def _line(spelled: Mapping[Note, Spelling]) -> Line:
    return tuple(sorted(Tone(note.onset, note.pitch, note.end, how) for note, how in spelled.items()))


def _owner(part: Part) -> tuple[str, int]:
    """Whose part it is: the instrument's name without a hand or a number, and the program."""
    return _HAND_OR_NUMBER.sub("", part.name), part.program


def _choir(parts: Sequence[Part], lines: Sequence[Line]) -> tuple[Player, ...]:
    """Soprano and alto on one staff, tenor and bass on another."""
    players: list[Player] = []
    for upper, clef in ((0, Clef.TREBLE), (2, Clef.BASS)):
        names = [part.name for part in parts[upper : upper + 2]]
        staff = Staff(clef, tuple(lines[upper : upper + 2]), apart=True)
        players.append(
            Player(
                ", ".join(names), " ".join(f"{name[0]}." for name in names), parts[upper].program, (staff,)
            )
        )
    return tuple(players)


def _keyboard_staves(lines: Sequence[Line], *, rings: bool) -> tuple[Staff, ...]:
    """A grand staff, where inner lines change staves at middle C; one staff for a line that fits there."""
    if len(lines) == 1:
        [line] = lines
        staff = _staff(lines, _KEYBOARD_CLEFS, rings=rings)
        if staff.clef.strain([tone.pitch for tone in line]) <= _EASY_STRAIN * len(line):
            return (staff,)
        uppers, lowers = _hands(line)
    else:
        top, *inner, bottom = lines
        uppers = [top, *(tuple(tone for tone in line if tone.pitch >= _MIDDLE_C) for line in inner)]
        lowers = [*(tuple(tone for tone in line if tone.pitch < _MIDDLE_C) for line in inner), bottom]
    return _staff(uppers, _KEYBOARD_CLEFS, rings=rings), _staff(lowers, _KEYBOARD_CLEFS, rings=rings)


def _hands(line: Line) -> tuple[list[Line], list[Line]]:
    """What the right and the left hand play: whole chords, but for those too wide for one."""
    chords = [list(group) for _, group in groupby(line, key=lambda tone: tone.onset)]
    border = _border([fmean(tone.pitch for tone in chord) for chord in chords])
    right: list[Tone] = []
    left: list[Tone] = []
    for chord in chords:
        if chord[-1].pitch - chord[0].pitch > _HAND:
            gaps = [upper.pitch - lower.pitch for lower, upper in pairwise(chord)]
            below = gaps.index(max(gaps)) + 1
        else:
            below = 0 if fmean(tone.pitch for tone in chord) >= border else len(chord)
        left += chord[:below]
        right += chord[below:]
    return [tuple(right)], [tuple(left)]


def _border(heights: Sequence[float]) -> float:
    """What parts low from high: halfway between the means of both (2-means, from the extremes on)."""
    border = (min(heights) + max(heights)) / 2
    for _ in range(_BORDER_STEPS):
        low = [height for height in heights if height < border] or [min(heights)]
        high = [height for height in heights if height >= border] or [max(heights)]
        border = (fmean(low) + fmean(high)) / 2
    return border


def _single_staff(line: Line, program: int) -> Staff:
    if program in _GUITARS:
        return Staff(Clef.TREBLE_BELOW, (line,))
    if program in _BASSES:
        return _staff([line], (Clef.BASS_BELOW, Clef.BASS))
    if program == _VIOLA:
        return _staff([line], (Clef.ALTO, Clef.TREBLE))
    return _staff([line], (Clef.TREBLE, Clef.BASS, Clef.TREBLE_ABOVE))


def _staff(lines: Sequence[Line], clefs: Sequence[Clef], *, rings: bool = False) -> Staff:
    """A staff under the clef that asks for the fewest ledger lines; the first of those that are alike."""
    pitches = [tone.pitch for line in lines for tone in line]
    return Staff(min(clefs, key=lambda clef: clef.strain(pitches)), tuple(lines), rings=rings)


def _short(name: str) -> str:
    """What stands at the margin from the second line on: `Vln. 2` for Violin 2, `Rec.` for Recorder."""
    words = name.split() or [""]
    number = next((f" {word}" for word in words[1:] if word.isdigit()), "")
    spoken = (name, *(word.capitalize().removesuffix("s") for word in words))
    known = next((_SHORT_NAMES[word] for word in spoken if word in _SHORT_NAMES), None)
    return (known or (words[0] if len(words[0]) <= _WHOLE_NAME else f"{words[0][:3]}.")) + number
