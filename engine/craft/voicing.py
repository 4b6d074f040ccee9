"""Chords as pitches: close positions below the tune, each reached with the least movement.

Knows pitches and time, no patterns and no instruments but their range.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.score import Note
from engine.craft.harmony import Chord, ChordSpan

# What a semitone costs: of movement in one voice, of distance from the middle of the range, and of
# reaching above the tune; and what a voice that is missing costs.
_MOVEMENT, _OFF_CENTRE, _ABOVE_TUNE = 1.0, 0.35, 1.5
_MISSING = 4.0


@dataclass(frozen=True, slots=True)
class Voicing:
    """The pitches of a chord from `onset` to `end`, in ticks; the lowest pitch first."""

    onset: int
    end: int
    pitches: tuple[int, ...]


def lead_voices(
    spans: Sequence[ChordSpan], melody: Sequence[Note], *, lowest: int, highest: int, voices: int
) -> tuple[Voicing, ...]:
    """A voicing for each span, of `voices` pitches within the range, which is more than an octave.

    Voicings stay below the tune where there is room, with three pitches if that makes room. A chord that
    is given twice in a row moves to another position, if there is one below the tune.
    """
    centre = (lowest + highest) / 2
    led: list[Voicing] = []
    for span in spans:
        over = (note.pitch - 1 for note in melody if note.onset < span.end and note.end > span.onset)
        ceiling = min(over, default=highest)
        choices = _close_positions(span.chord, lowest, highest, voices)
        before = led[-1].pitches if led else None
        if before in choices:
            choices = [row for row in choices if row != before and row[-1] <= ceiling] or [before]

        def cost(
            pitches: tuple[int, ...], before: tuple[int, ...] | None = before, ceiling: int = ceiling
        ) -> float:
            moved = sum(abs(a - b) for a, b in zip(pitches, before or pitches, strict=False))
            off_centre = abs(sum(pitches) / len(pitches) - centre)
            above = max(pitches[-1] - ceiling, 0)
            missing = voices - len(pitches)
            return _MOVEMENT * moved + _OFF_CENTRE * off_centre + _ABOVE_TUNE * above + _MISSING * missing

        led.append(Voicing(span.onset, span.end, min(choices, key=cost)))
    return tuple(led)


def _close_positions(chord: Chord, lowest: int, highest: int, voices: int) -> list[tuple[int, ...]]:
    """The chord's tones in a row, from wherever there is room; with its third, if any have it."""
    tones = [pitch for pitch in range(lowest, highest + 1) if pitch % 12 in chord.classes]
    rows = [
        tuple(tones[first : first + count])
        for count in {min(voices, len(tones)), min(3, len(tones))}
        for first in range(len(tones) - count + 1)
    ]
    third = chord.classes[1]
    return [row for row in rows if any(pitch % 12 == third for pitch in row)] or rows
