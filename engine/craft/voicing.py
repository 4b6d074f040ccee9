"""Chords as pitches: close positions below the tune, each reached with the least movement.

Knows pitches and time, no patterns and no instruments but their range.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.score import Note
from engine.craft.harmony import Chord, ChordSpan

# What a semitone costs: of movement in one voice, of distance from the middle of the range, and of
# reaching above the tune.
_MOVEMENT, _OFF_CENTRE, _ABOVE_TUNE = 1.0, 0.35, 1.5


@dataclass(frozen=True, slots=True)
class Voicing:
    """The pitches of a chord from `onset` to `end`, in ticks; the lowest pitch first."""

    onset: int
    end: int
    pitches: tuple[int, ...]


def lead_voices(
    spans: Sequence[ChordSpan], melody: Sequence[Note], *, lowest: int, highest: int, voices: int
) -> tuple[Voicing, ...]:
    """A voicing for each span, within the range (an octave and a half at least holds all of any chord).

    Voicings stay below the tune where there is room. They have `voices` pitches, or fewer where the
    range is too narrow.
    """
    centre = (lowest + highest) / 2
    led: list[Voicing] = []
    for span in spans:
        over = (note.pitch - 1 for note in melody if note.onset < span.end and note.end > span.onset)
        ceiling = min(over, default=highest)
        choices = _close_positions(span.chord, lowest, highest, voices)
        before = led[-1].pitches if led else None

        def cost(
            pitches: tuple[int, ...], before: tuple[int, ...] | None = before, ceiling: int = ceiling
        ) -> float:
            moved = sum(abs(a - b) for a, b in zip(pitches, before or pitches, strict=False))
            off_centre = abs(sum(pitches) / len(pitches) - centre)
            return _MOVEMENT * moved + _OFF_CENTRE * off_centre + _ABOVE_TUNE * max(pitches[-1] - ceiling, 0)

        led.append(Voicing(span.onset, span.end, min(choices, key=cost)))
    return tuple(led)


def _close_positions(chord: Chord, lowest: int, highest: int, voices: int) -> list[tuple[int, ...]]:
    """The chord's tones in a row, from wherever there is room; with its third, if any have it."""
    tones = [pitch for pitch in range(lowest, highest + 1) if pitch % 12 in chord.classes]
    count = min(voices, len(tones))
    rows = [tuple(tones[first : first + count]) for first in range(len(tones) - count + 1)]
    third = chord.classes[1]
    return [row for row in rows if any(pitch % 12 == third for pitch in row)] or rows
