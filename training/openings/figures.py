"""Whether pieces begin with what they are given, come back to it, and are as good as those without it.

Reads the scores alone; how they were composed is not its matter.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from statistics import fmean, median

import numpy as np

from domain.genres import TUNES
from domain.score import Note, Score
from models.heard_notes import SCALES
from models.note_table import tabulate
from models.tokens import encode
from training.evaluation.copying import Copying, copying
from training.evaluation.structure import structure
from training.evaluation.tables import Table
from training.openings.pieces import Begun

_OCTAVE = 12

_PACE = 0.031
"""How far the tempo may be bent, so that phrases come out whole."""

_Cells = Callable[[Sequence[Begun]], str]


def notes_kept(begun: Begun) -> tuple[int, int]:
    """How many of the notes that a piece begins with are the source's, in order, of how many there should be.

    Counted part by part until the first that is another interval, another time away, or of another length
    (but for last ones, which may be cut short); where nothing but the tune is kept, of that alone.
    """
    stated = begun.choices.stated
    if stated is None:
        return 0, 1
    source, kept, wanted = begun.source.score, 0, 0
    alone = len(stated.parts) == 1 and (begun.choices.plan.genre in TUNES or not stated.whole)
    given = [_line(source.parts[0].notes)] if alone else [part.notes for part in source.parts]
    first = source.first_tick
    for part, notes in zip(begun.score.parts, given, strict=False):
        until = _stated_until(begun)
        made = _line(part.notes) if alone else part.notes
        moved = begun.score.parts[0].notes[0].onset - first if alone else _moved(begun, first)
        due = [replace(note, onset=note.onset + moved) for note in notes if note.onset + moved < until]
        wanted += len(due)
        kept += _same(due, [note for note in made if note.onset < until], until)
    return kept, wanted


def returns(begun: Begun) -> tuple[int, int]:
    """How many of the sections that bring the first idea back begin with its first bar, of how many."""
    metre, (section, *others) = begun.score.metre, begun.score.sections
    bar = metre.bar_ticks
    stated = _said(begun.score, (begun.score.bars - begun.choices.plan.bars) * bar)
    again = [_said(begun.score, each.first_bar * bar) for each in others if each.idea == section.idea]
    return sum(other == stated for other in again), len(again)


def leap(begun: Begun) -> int | None:
    """Semitones from the last note of the tune stated to the one that goes on; None where nothing does."""
    stated = begun.choices.stated
    if stated is None:
        return None
    until = _stated_until(begun)
    tune = _line(begun.score.parts[0].notes)
    before, after = (
        [note for note in tune if note.onset < until],
        [note for note in tune if note.onset >= until],
    )
    return abs(after[0].pitch - before[-1].pitch) if before and after else None


def is_kept_to(begun: Begun) -> bool:
    """Whether the piece goes on in the key, the metre and about the tempo of what it begins with."""
    given, made = begun.source.score, begun.score
    pace = made.tempo * made.metre.beat_ticks / (given.tempo * given.metre.beat_ticks)
    return (made.key, made.metre) == (given.key, given.metre) and abs(pace - 1) < _PACE


def in_scale(score: Score, *, after: int = 0) -> float:
    """The share of notes from a tick on that lie in the scale of the piece's key, minor the natural one."""
    table = tabulate(score)
    degrees = table.degree[table.onset >= after]
    return float(np.isin(degrees, SCALES[score.key.mode]).mean()) if len(degrees) else 1.0


def is_legal(begun: Begun) -> bool:
    """Whether the piece can be said in tokens."""
    try:
        encode(begun.score, begun.choices.plan.genre)
    except ValueError:
        return False
    return True


def tables_of(pieces: Mapping[str, Sequence[Begun]], *, training: Iterable[Score]) -> list[Table]:
    """The figures of every style's pieces, a row a style; `training` is what they learned from."""
    sets = [scores for begun in pieces.values() for scores in _with_and_without(begun)]
    copied = iter(copying(sets, training))
    return [
        _seed_table(pieces),
        _piece_table(pieces, {style: (next(copied), next(copied)) for style in pieces}),
    ]


def _seed_table(pieces: Mapping[str, Sequence[Begun]]) -> Table:
    cells: dict[str, _Cells] = {
        "pieces": lambda begun: str(len(begun)),
        "begin as given": lambda begun: f"{fmean(some == of for some, of in map(notes_kept, begun)):.1%}",
        "notes as given": lambda begun: _share(map(notes_kept, begun)),
        "returns that begin so": lambda begun: _share(map(returns, begun)),
        "key, metre, tempo kept": lambda begun: f"{fmean(map(is_kept_to, begun)):.0%}",
        "leap on": _leaps,
        "legal": lambda begun: f"{fmean(map(is_legal, begun)):.0%}",
    }
    return Table(
        "Seeds in the pieces that begin with them",
        ("style", *cells),
        tuple((style, *(cell(begun) for cell in cells.values())) for style, begun in pieces.items()),
        "Begin as given: with every note of the seed's first phrase. Returns: sections that bring the first"
        " idea back. Leap on: median semitones from the seed's tune to what follows (share over an octave).",
    )


def _piece_table(
    pieces: Mapping[str, Sequence[Begun]], copied: Mapping[str, tuple[Copying, Copying]]
) -> Table:
    header = ("A′ like A", "B like A", "cadences", "home", "in scale", "judge", "8-grams in training", "s")
    rows: list[tuple[str, ...]] = []
    for style, begun in pieces.items():
        forms = [structure(scores) for scores in _with_and_without(begun)]
        scales = (
            fmean(in_scale(each.score, after=_stated_until(each)) for each in begun),
            fmean(in_scale(each.plain) for each in begun),
        )
        judged = [fmean(each.judgements[place] for each in begun) for place in (0, 1)]
        seconds = [median(each.seconds[place] for each in begun) for place in (0, 1)]
        figures = (
            [f"{form.returns:.2f}" for form in forms],
            [f"{form.contrasts:.2f}" for form in forms],
            [f"{form.cadences_kept:.0%}" for form in forms],
            [f"{form.bass_home:.0%}" for form in forms],
            [f"{share:.1%}" for share in scales],
            [f"{score:.2f}" for score in judged],
            [f"{each.gram_overlap:.1%}" for each in copied[style]],
            [f"{each:.1f}" for each in seconds],
        )
        rows.append((style, *(" / ".join(pair) for pair in figures)))
    return Table(
        "The pieces as a whole, with the seed / without it",
        ("style", *header),
        tuple(rows),
        "A′ like A: bar by bar, where a bar with a seed's upbeat counts as A's first. In scale: of the notes"
        " after the seed, those in the scale of the key. 8-grams: of melodies' steps, mean over pieces.",
    )


def _with_and_without(pieces: Sequence[Begun]) -> tuple[list[Score], list[Score]]:
    return [begun.score for begun in pieces], [begun.plain for begun in pieces]


def _share(counts: Iterable[tuple[int, int]]) -> str:
    some, of = (sum(column) for column in zip(*counts, strict=True))
    return f"{some / of:.1%}" if of else "-"


def _leaps(pieces: Sequence[Begun]) -> str:
    leaps = [found for found in map(leap, pieces) if found is not None]
    return f"{median(leaps):g} ({fmean(found > _OCTAVE for found in leaps):.0%})" if leaps else "-"


def _stated_until(begun: Begun) -> int:
    """The tick at which what is stated ends, the upbeat's bar counted."""
    stated = begun.choices.stated
    before = begun.score.metre.bar_ticks * (begun.score.bars - begun.choices.plan.bars)
    return before + (0 if stated is None else stated.end)


def _line(notes: Iterable[Note]) -> list[Note]:
    """What is heard on top: no note that begins below one that sounds, each over when the next begins."""
    line: list[Note] = []
    for note in sorted(notes, key=lambda note: (note.onset, -note.pitch)):
        if line and note.onset < line[-1].end:
            if note.pitch < line[-1].pitch or note.onset == line[-1].onset:
                continue
            line[-1] = replace(line[-1], duration=note.onset - line[-1].onset)
        line.append(note)
    return line


def _moved(begun: Begun, first: int) -> int:
    return begun.score.first_tick - first


def _same(due: Sequence[Note], made: Sequence[Note], until: int) -> int:
    """How many notes are as they are due, transposed, up to the first that is not."""
    if not due or not made:
        return 0
    apart = made[0].pitch - due[0].pitch
    for place, (wanted, found) in enumerate(zip_longest(due, made)):
        if wanted is None or found is None:
            return place
        lasts = found.duration == wanted.duration or found.end >= until
        if (found.onset, found.pitch - apart) != (wanted.onset, wanted.pitch) or not lasts:
            return place
    return len(due)


def _said(score: Score, start: int) -> list[tuple[int, int]]:
    """Onsets and pitches of the first part's top line in the bar that begins at a tick."""
    return [
        (note.onset - start, note.pitch)
        for note in _line(score.parts[0].notes)
        if start <= note.onset < start + score.metre.bar_ticks
    ]
