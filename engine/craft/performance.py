"""What is played when a score is played: how loud, how long and when, down to the pedal.

Turns written notes into played ones with the plainest habits of a musician, and no chance: the
same score is always played alike. Knows the notes and their genre, not the synthesizer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.genres import Genre
from domain.score import Note, Part, Score
from engine.craft.dynamics import with_dynamics
from engine.craft.manners import manner_of
from engine.craft.pedals import Span, pedals
from engine.craft.phrases import phrases
from engine.craft.roles import Role, roles_of
from engine.craft.sf2 import DRUM_BANK, Preset
from engine.craft.timing import Clock, touches

# What a repeated note's predecessor gives up so that the repetition is heard.
_REPEAT_GAP_SECONDS = 0.035
_REPEAT_GAP_SHARE = 0.25
_SHORTEST_SECONDS = 0.01

# What the last note of a phrase gives up for breath: of singers, winds and, by imitation, organs.
_BREATHING_PROGRAMS = frozenset({*range(16, 24), *range(52, 55), *range(56, 80)})
_BREATH_SECONDS = 0.18
_BREATH_SHARE = 0.3

_PEDAL_DELAY_SECONDS = 0.06
"""The foot comes down after the new harmony is struck: what rang before is gone by then."""


@dataclass(frozen=True, slots=True)
class PlayedNote:
    """A note as it sounds: times in seconds from the score's first tick."""

    start_seconds: float
    end_seconds: float
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class PlayedPart:
    """What one player does. `pedal` holds the times, down and up, of the sustaining pedal."""

    program: int
    role: Role
    notes: tuple[PlayedNote, ...]
    pedal: tuple[tuple[float, float], ...] = ()

    @property
    def percussion(self) -> bool:
        return self.role is Role.DRUMS

    @property
    def preset(self) -> Preset:
        """Bank and program of its sound: of all drum kits the standard one."""
        return (DRUM_BANK, 0) if self.percussion else (0, self.program)


def interpret(score: Score, *, genre: Genre | None = None) -> Score:
    """The score with dynamics, and no pitch struck while it is held.

    Onsets never move; a note is only ever cut short by the next one at its own pitch. Meant for what
    arranging gives: dynamics that were given once would be given again.
    """
    parts = tuple(replace(part, notes=_without_overlaps(part.notes)) for part in score.parts)
    return with_dynamics(replace(score, parts=parts), manner_of(genre))


def pedalled(score: Score, *, genre: Genre | None = None) -> tuple[tuple[Span, ...], ...]:
    """For every part of the score, when its sustaining pedal is held, in ticks."""
    return pedals(score, manner_of(genre))


def perform(score: Score, *, genre: Genre | None = None) -> tuple[PlayedPart, ...]:
    """What every player of the score does, in the order of its parts."""
    manner = manner_of(genre)
    interpreted = interpret(score, genre=genre)
    clock = Clock(interpreted, manner)
    phrase_ends = (
        frozenset(phrase.end for phrase in phrases(interpreted)[:-1]) if manner.breath else frozenset[int]()
    )
    parts = zip(interpreted.parts, roles_of(interpreted.parts), pedals(interpreted, manner), strict=True)
    return tuple(
        PlayedPart(
            part.program,
            role,
            _played(part, touches(part, role, beat_ticks=score.metre.beat_ticks), clock, breaths=phrase_ends),
            tuple(
                (clock.seconds(span.start) + _PEDAL_DELAY_SECONDS, clock.seconds(span.end)) for span in spans
            ),
        )
        for part, role, spans in parts
    )


def _played(
    part: Part, late: Sequence[float], clock: Clock, *, breaths: frozenset[int]
) -> tuple[PlayedNote, ...]:
    """A part's notes, each struck `late` seconds after its time; `breaths` are ticks to breathe before."""
    breathes = part.program in _BREATHING_PROGRAMS and not part.percussion
    played: list[PlayedNote] = []
    latest: dict[int, int] = {}  # pitch to place in `played`
    for note, late_seconds in zip(part.notes, late, strict=True):
        on_time = clock.seconds(note.onset)
        seconds = clock.seconds(note.end) - on_time
        start = max(on_time + min(max(late_seconds, -seconds / 4), seconds / 4), 0.0)
        if breathes and note.end in breaths:
            seconds -= min(_BREATH_SECONDS, _BREATH_SHARE * seconds)
        place = latest.get(note.pitch)
        if place is not None:
            start, played[place] = _struck_again(played[place], start)
        latest[note.pitch] = len(played)
        played.append(PlayedNote(start, start + seconds, note.pitch, note.velocity))
    return tuple(played)


def _struck_again(earlier: PlayedNote, start: float) -> tuple[float, PlayedNote]:
    """When a note can begin, and the one before it at its pitch, over by then so that it is heard."""
    start = max(start, earlier.start_seconds + _SHORTEST_SECONDS)
    between = start - earlier.start_seconds
    over = start - min(_REPEAT_GAP_SECONDS, _REPEAT_GAP_SHARE * between)
    return start, replace(earlier, end_seconds=min(earlier.end_seconds, over))


def _without_overlaps(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Notes in order, each over by the time its pitch is struck again; of doubles, the longest."""
    kept: list[Note] = []
    latest: dict[int, int] = {}  # pitch to place in `kept`
    for note in sorted(notes, key=lambda note: (note.onset, note.pitch, -note.duration)):
        place = latest.get(note.pitch)
        if place is not None:
            earlier = kept[place]
            if earlier.onset == note.onset:
                continue
            if earlier.end > note.onset:
                kept[place] = replace(earlier, duration=note.onset - earlier.onset)
        latest[note.pitch] = len(kept)
        kept.append(note)
    return tuple(kept)
