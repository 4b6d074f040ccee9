"""Human music spoilt in one way at a time, a little or a lot: what the judge learns to hear as wrong.

A corruption takes a score, another piece of its genre to borrow from, a strength from 0 (hardly) to 1
(badly) and chance. It works on notes and bars; what comes out may lie off the token grid and is put back
on it by `spoil`, so that no spoilt piece shows by how it is written down.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from domain.genres import Genre
from domain.score import TICKS_PER_QUARTER, Note, Part, Score
from models.tokens import DURATIONS
from training.critic.rewriting import (
    altered_bars,
    as_written,
    bars_to_borrow,
    change_part,
    draw_stretch,
    filter_notes,
    join_bars,
    map_notes,
    split_bars,
    step_along_scale,
)

Corruption = Callable[[Score, Score, float, np.random.Generator], Score]

_WRONG_BY = (-6, -4, -3, -2, -1, -1, 1, 1, 2, 3, 4, 6)
_TRIES = 4

# Every corruption is called alike, whether it borrows from another piece or not.
# ruff: noqa: ARG001


def wrong_notes(score: Score, donor: Score, strength: float, random: np.random.Generator) -> Score:
    """5 to 30 % of the notes a few semitones off."""
    share = 0.05 + 0.25 * strength

    def spoil_note(note: Note) -> Note:
        if random.random() >= share:
            return note
        return replace(note, pitch=note.pitch + int(random.choice(_WRONG_BY)))

    return map_notes(score, spoil_note)


def wrong_degrees(score: Score, donor: Score, strength: float, random: np.random.Generator) -> Score:
    """8 to 40 % of the notes on another degree of the scale: all in key, yet not what was meant."""
    share = 0.08 + 0.32 * strength

    def spoil_note(note: Note) -> Note:
        if random.random() >= share:
            return note
        steps = int(random.choice((-3, -2, -1, 1, 2, 3)))
        return replace(note, pitch=step_along_scale(note.pitch, steps, score))

    return map_notes(score, spoil_note)


def part_transposed(score: Score, donor: Score, strength: float, random: np.random.Generator) -> Score:
    """One part, over a quarter of the bars up to all, a few semitones away from the others."""
    stretch = draw_stretch(score, 0.25 + 0.75 * strength, random)
    shift = int(random.choice((-6, -5, -3, -2, -1, 1, 2, 3, 4, 5)))
    if len(score.parts) == 1 and len(stretch) == score.bars:
        stretch = stretch[: -max(1, score.bars // 4)]  # a single part moved as a whole is the same tune

    def move(note: Note) -> Note:
        inside = note.onset // score.metre.bar_ticks in stretch
        return replace(note, pitch=note.pitch + shift) if inside else note

    return change_part(score, random, lambda part: replace(part, notes=tuple(map(move, part.notes))))


def part_delayed(score: Score, donor: Score, strength: float, random: np.random.Generator) -> Score:
    """One part, over a quarter of the bars up to all, early or late against the others or the bar lines."""
    stretch = draw_stretch(score, 0.25 + 0.75 * strength, random)
    ticks = int(random.choice((3, 6, 6, 12, 12, 18, 24))) * int(random.choice((-1, 1)))
    start, end = stretch.start * score.metre.bar_ticks, stretch.stop * score.metre.bar_ticks

    def move(note: Note) -> Note:
        inside = start <= note.onset < end
        return replace(note, onset=min(max(note.onset + ticks, start), end - 1)) if inside else note

    return change_part(score, random, lambda part: replace(part, notes=tuple(map(move, part.notes))))


def bars_permuted(score: Score, donor: Score, strength: float, random: np.random.Generator) -> Score:
    """From a few bars up to all of them in another order."""
    count = max(2, round(score.bars * (0.2 + 0.8 * strength)))
    chosen = np.sort(random.choice(score.bars, min(count, score.bars), replace=False))
    order = np.arange(score.bars)
    order[chosen] = random.permutation(chosen)
    bars = split_bars(score)
    return join_bars(score, [bars[place] for place in order])


def spliced(score: Score, donor: Score, strength: float, random: np.random.Generator) -> Score:
    """Bars of another piece here and there: one stretch of them, or every second unit of two bars."""
    bars, others = split_bars(score), bars_to_borrow(donor, score)
    if random.random() < 0.5:
        taken = list(draw_stretch(score, 0.2 + 0.4 * strength, random))
    else:
        taken = [
            bar for bar in range(score.bars) if (bar // 2) % 2 and random.random() < 0.3 + 0.7 * strength
        ]
    offset = int(random.integers(len(others)))
    for bar in taken:
        bars[bar] = others[(bar + offset) % len(others)]
    return join_bars(score, bars)


def rhythm_jittered(score: Score, donor: Score, strength: float, random: np.random.Generator) -> Score:
    """8 to 50 % of the moments pushed to a neighbouring place of the grid."""
    share = 0.08 + 0.42 * strength
    onsets = sorted({note.onset for part in score.parts for note in part.notes})
    moved: dict[int, int] = {}
    for onset in onsets:
        steps = int(random.choice((-2, -1, 1, 2))) if random.random() < share else 0
        place = onset // TICKS_PER_QUARTER * TICKS_PER_QUARTER + 3 * (
            (onset % TICKS_PER_QUARTER) // 3 + steps
        )
        moved[onset] = max(0, place) if steps else onset
    return map_notes(score, lambda note: replace(note, onset=moved[note.onset]))


def durations_mangled(score: Score, donor: Score, strength: float, random: np.random.Generator) -> Score:
    """15 to 75 % of the notes held for another time."""
    share = 0.15 + 0.6 * strength
    usual = [ticks for ticks in DURATIONS if 2 <= ticks <= 48]

    def spoil_note(note: Note) -> Note:
        return replace(note, duration=int(random.choice(usual))) if random.random() < share else note

    return map_notes(score, spoil_note)


def melody_shuffled(score: Score, donor: Score, strength: float, random: np.random.Generator) -> Score:
    """The pitches of the top part in another order within each bar, in a third of the bars up to all."""
    share = 0.3 + 0.7 * strength
    bars = split_bars(score)
    for bar in bars:
        if random.random() < share and bar:
            pitches = random.permutation([note.pitch for note in bar[0]])
            bar[0] = [replace(note, pitch=int(pitch)) for note, pitch in zip(bar[0], pitches, strict=True)]
    return join_bars(score, bars)


def harmony_swapped(score: Score, donor: Score, strength: float, random: np.random.Generator) -> Score:
    """The lower parts of another piece under the top one, over a third of the bars up to all."""
    if len(score.parts) == 1:
        return score
    stretch = draw_stretch(score, 0.35 + 0.65 * strength, random)
    bars, others = split_bars(score), bars_to_borrow(donor, score)
    offset = int(random.integers(len(others)))
    for bar in stretch:
        bars[bar] = [bars[bar][0], *others[(bar + offset) % len(others)][1:]]
    return join_bars(score, bars)


def dropped(score: Score, donor: Score, strength: float, random: np.random.Generator) -> Score:
    """A stretch of silence, a part that stops for a while, or notes missing here and there."""
    way = random.integers(3)
    if way == 2:
        share = 0.1 + 0.4 * strength
        kept = (filter_notes(part, lambda _: random.random() >= share) for part in score.parts)
        return replace(score, parts=tuple(kept))
    stretch = draw_stretch(score, 0.08 + 0.4 * strength, random)

    def silence(part: Part) -> Part:
        return filter_notes(part, lambda note: note.onset // score.metre.bar_ticks not in stretch)

    if way == 1:
        return change_part(score, random, silence)
    return replace(score, parts=tuple(map(silence, score.parts)))


def stuck(score: Score, donor: Score, strength: float, random: np.random.Generator) -> Score:
    """One bar, or a pair of bars, again and again: for a third of the passage up to all of it."""
    stretch = draw_stretch(score, 0.35 + 0.65 * strength, random)
    unit = int(random.choice((1, 1, 2)))
    bars = split_bars(score)
    for place, bar in enumerate(stretch):
        bars[bar] = bars[stretch.start + place % unit]
    return join_bars(score, bars)


def wandering(score: Score, donor: Score, strength: float, random: np.random.Generator) -> Score:
    """Units of one to four bars moved along the scale by chance: each is fine, nothing returns."""
    unit = int(random.choice((1, 2, 2, 4)))
    widest = 2 + round(3 * strength)
    steps = 0
    bars = split_bars(score)
    for bar in range(score.bars):
        if bar % unit == 0:
            steps = int(random.integers(-widest, widest + 1))
        bars[bar] = [
            [replace(note, pitch=step_along_scale(note.pitch, steps, score)) for note in notes]
            for notes in bars[bar]
        ]
    return join_bars(score, bars)


def wrong_register(score: Score, donor: Score, strength: float, random: np.random.Generator) -> Score:
    """5 to 35 % of the notes an octave away."""
    share = 0.05 + 0.3 * strength

    def spoil_note(note: Note) -> Note:
        return (
            replace(note, pitch=note.pitch + int(random.choice((-12, 12))))
            if random.random() < share
            else note
        )

    return map_notes(score, spoil_note)


CORRUPTIONS: dict[str, Corruption] = {
    "wrong notes": wrong_notes,
    "wrong degrees": wrong_degrees,
    "part transposed": part_transposed,
    "part delayed": part_delayed,
    "bars permuted": bars_permuted,
    "spliced": spliced,
    "rhythm jittered": rhythm_jittered,
    "durations mangled": durations_mangled,
    "melody shuffled": melody_shuffled,
    "harmony swapped": harmony_swapped,
    "dropped": dropped,
    "stuck": stuck,
    "wandering": wandering,
    "wrong register": wrong_register,
}


def spoil(
    kind: str, score: Score, donor: Score, genre: Genre, *, strength: float, random: np.random.Generator
) -> Score | None:
    """The score after one corruption, put back on the token grid; None where it is none the worse for it.

    `score` must itself be as the tokens say it (`as_written`).
    """
    for _ in range(_TRIES):
        spoilt = as_written(CORRUPTIONS[kind](score, donor, strength, random), genre)
        if spoilt is not None and altered_bars(score, spoilt).any():
            return spoilt
    return None
