"""How a piece begins with music that there is: its first phrase, laid out under the piece's form.

What a model wrote is put right note for note where the music was beyond what it can say. Pure; knows
plans, forms and scripts, no model.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from domain.score import Cadence, Note, Score, Section
from models.composition.cadences import TONIC, cadence_degrees, cadence_tick
from models.composition.form import Passage, first_section_bars
from models.composition.subject import Subject
from models.scripts import Script, Stated
from models.tokens import Plan, semitones_between, semitones_to_c

Line = tuple[Note, ...]

_NEAR = 2
"""Ticks that a model's grid moves a note at most."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a piece begins with, moved to C: what is stated from its first bar line on, and the upbeat to it.

    The upbeat is in as many parts, and its onsets are negative. `cut_bars` is how many bars of the music were
    kept, None where all of it was.
    """

    stated: Stated
    upbeat: tuple[Line, ...]
    cut_bars: int | None


def open_with(subject: Subject, plan: Plan, *, whole: bool) -> Opening | None:
    """The music's first phrase, at most the piece's first section, with room left for the piece's end.

    Of more, what leads on to the next phrase is left out: as much as the upbeat to this one, which comes
    before the first bar line. None where the piece has no room for a note.
    """
    own_bar = subject.metre.bar_ticks
    lines = subject.lines(plan.genre, whole=whole)
    start = _first_bar_line(lines, own_bar, longest=min(own_bar // 2, plan.metre.bar_ticks))
    shift = semitones_between(subject.key, plan.key) + semitones_to_c(plan.key)
    moved = [
        tuple(replace(note, onset=note.onset - start, pitch=note.pitch + shift) for note in line)
        for line in lines
    ]
    upbeat = tuple(tuple(note for note in line if note.onset < 0) for line in moved)
    onsets = [note.onset for line in moved for note in line]
    room = _room(plan)
    is_cut = max(onsets) >= room
    limit = room + min(*onsets, 0) if is_cut else min(room, (max(onsets) // own_bar + 1) * own_bar)
    stated = tuple(tuple(_within(line, limit)) for line in moved)
    if not any(stated):
        return None
    end = max(note.end for line in stated for note in line)
    return Opening(Stated(stated, end, whole), upbeat, -(-limit // own_bar) if is_cut else None)


def settled(passages: Sequence[Passage], plan: Plan, stated: Stated) -> tuple[Passage, ...]:
    """The form, with the first section's cadence as it is stated, where the music says it."""
    first, *others = passages
    tick = cadence_tick(plan.metre, first.section)
    if tick >= stated.end:
        return tuple(passages)
    section = replace(first.section, cadence=_heard_cadence(stated, tick, plan.parts))
    return replace(first, section=section), *others


def restated(score: Score, stated: Stated, script: Script) -> Score:
    """The score with what is stated put right, note for note, wherever it sounds: first, and where copied."""
    shift = -semitones_to_c(score.key)
    places = [(0, stated.end, 0)]
    places += [
        (copy.start, min(copy.end, copy.start + stated.end - copy.source), copy.source)
        for copy in script.copies
        if copy.source < stated.end
    ]
    parts = list(score.parts)
    for index, line in enumerate(stated.parts):
        notes = list(parts[index].notes)
        for start, end, source in places:
            again = [
                replace(note, onset=note.onset + start - source, pitch=note.pitch + shift)
                for note in line
                if source <= note.onset < source + end - start
            ]
            again = list(_within(again, end))
            notes = [
                note for note in notes if not _makes_way(note, start, end, None if stated.whole else again)
            ]
            notes += again
        parts[index] = replace(parts[index], notes=tuple(sorted(notes)))
    return replace(score, parts=tuple(parts))


def with_upbeat(score: Score, upbeat: Sequence[Line]) -> Score:
    """The score with the upbeat (in C) before its first bar line, in a bar added to its first section."""
    if not any(upbeat):
        return score
    bar, shift = score.metre.bar_ticks, -semitones_to_c(score.key)

    def later(notes: Iterable[Note], semitones: int = 0) -> Line:
        return tuple(replace(note, onset=note.onset + bar, pitch=note.pitch + semitones) for note in notes)

    before = [*upbeat, *[()] * (len(score.parts) - len(upbeat))]
    return replace(
        score,
        bars=score.bars + 1,
        parts=tuple(
            replace(part, notes=(*later(line, shift), *later(part.notes)))
            for part, line in zip(score.parts, before, strict=True)
        ),
        sections=tuple(
            replace(section, first_bar=section.first_bar + 1 if place else 0, bars=section.bars + (not place))
            for place, section in enumerate(score.sections)
        ),
    )


def leap_after(score: Score, opening: Opening) -> int:
    """Semitones between the highest note that is stated last and the one that follows; 0 where none does."""
    before_form = score.metre.bar_ticks if any(opening.upbeat) else 0
    until = before_form + opening.stated.end
    tune = score.parts[0].notes
    before = max(((note.onset, note.pitch) for note in tune if note.onset < until), default=None)
    after = min(((note.onset, -note.pitch) for note in tune if note.onset >= until), default=None)
    return abs(before[1] + after[1]) if before and after else 0


def _first_bar_line(lines: Sequence[Line], bar: int, *, longest: int) -> int:
    """The tick of the first bar line that music is heard from; what comes before it is an upbeat to it.

    An upbeat is no longer than `longest`, and followed by a note in the bar: what is not, the piece begins
    with at once.
    """
    onsets = [note.onset for line in lines for note in line]
    begins, after = min(onsets) // bar * bar, min(onsets) // bar * bar + bar
    if min(onsets) == begins or min(onsets) < after - longest:
        return begins
    return after if any(after <= onset < after + bar for onset in onsets) else min(onsets)


def _room(plan: Plan) -> int:
    """Ticks of the first section, the last bar of the piece left free."""
    bars = first_section_bars(plan.genre, plan.bars)
    if bars < plan.bars:
        return bars * plan.metre.bar_ticks
    last = cadence_tick(plan.metre, Section("A", 0, plan.bars))
    return last if plan.bars == 1 else (plan.bars - 1) * plan.metre.bar_ticks


def _within(notes: Iterable[Note], limit: int) -> Iterator[Note]:
    """The notes from tick 0 on that begin before the limit, and end there at the latest."""
    for note in notes:
        if 0 <= note.onset < limit:
            yield replace(note, duration=min(note.duration, limit - note.onset))


def _heard_cadence(stated: Stated, tick: int, parts: int) -> Cadence | None:
    """Which cadence the lowest note makes that sounds at a tick; of a line with no bass yet none for sure."""
    sounding = [note.pitch for line in stated.parts for note in line if note.onset <= tick < note.end]
    if not sounding or not (stated.whole or min(sounding) % 12 == TONIC):
        return None
    degree = min(sounding) % 12
    fitting = (each for each in Cadence if degree in cadence_degrees(each, parts))
    return next(fitting, None)


def _makes_way(note: Note, start: int, end: int, lines: Sequence[Note] | None) -> bool:
    """Whether a note of the model's stands where the music is put right: any, or only what tells its line."""
    if not start <= note.onset < end:
        return False
    near = lines or ()
    return lines is None or any(
        abs(other.onset - note.onset) <= _NEAR and (other.pitch - note.pitch) % 12 == 0 for other in near
    )
