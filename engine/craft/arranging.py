"""From the notes a model wrote to a score that players can play: instruments, range and an ending."""

from dataclasses import replace
from itertools import pairwise

from domain.genres import Genre
from domain.score import Note, Part, Score
from engine.craft.instruments import dress

_COMFORT = (36, 91)
"""The pitches all parts should lie in: C2 to G6."""

_MAX_REST_SECONDS = 1.2
"""A silence longer than this is filled by holding the notes before it."""


def arrange(score: Score, genre: Genre, *, hold_seconds: float) -> Score:
    """The same music on the genre's instruments, in their range, its last notes held to the end."""
    parts = [part for part in score.parts if part.notes]
    parts = _moved_into_range(parts)
    parts = _without_long_silence(parts, score)
    parts = _with_ending(parts, score, hold_seconds=hold_seconds)
    players = dress(genre, len(parts))
    return replace(
        score,
        parts=tuple(
            Part(name, program, part.notes) for (name, program), part in zip(players, parts, strict=True)
        ),
    )


def _moved_into_range(parts: list[Part]) -> list[Part]:
    """All parts by the same octaves, so that the fewest notes lie outside what is comfortable."""
    pitches = [note.pitch for part in parts for note in part.notes]
    low, high = _COMFORT

    def strangers(octaves: int) -> tuple[int, int]:
        return sum(not low <= pitch + 12 * octaves <= high for pitch in pitches), abs(octaves)

    semitones = 12 * min((-1, 0, 1), key=strangers)
    return [
        replace(part, notes=tuple(replace(note, pitch=note.pitch + semitones) for note in part.notes))
        for part in parts
    ]


def _without_long_silence(parts: list[Part], score: Score) -> list[Part]:
    """Notes before a silence of all parts last until music goes on."""
    ends: dict[int, int] = {}
    for note in sorted(note for part in parts for note in part.notes):
        ends[note.onset] = max(ends.get(note.onset, 0), note.end)
    limit = _MAX_REST_SECONDS / score.seconds_per_tick
    held_until: dict[int, int] = {}
    sounding_until = 0
    for onset, following in pairwise(ends):
        sounding_until = max(sounding_until, ends[onset])
        if following - sounding_until > limit:
            held_until[onset] = following

    def held(note: Note) -> Note:
        end = held_until.get(note.onset, note.end)
        return replace(note, duration=end - note.onset)

    return [replace(part, notes=tuple(held(note) for note in part.notes)) for part in parts]


def _with_ending(parts: list[Part], score: Score, *, hold_seconds: float) -> list[Part]:
    """Each part's last notes, where they begin in the last bar or ring into it, sound to the end together."""
    last_bar = (score.bars - 1) * score.metre.bar_ticks
    end = score.bars * score.metre.bar_ticks + round(hold_seconds / score.seconds_per_tick)
    last_onset = max(note.onset for part in parts for note in part.notes)

    def ended(note: Note) -> Note:
        rings = note.onset == last_onset or (note.onset >= last_bar and note.end > last_onset)
        return replace(note, duration=end - note.onset) if rings else note

    return [replace(part, notes=tuple(ended(note) for note in part.notes)) for part in parts]
