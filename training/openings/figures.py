"""Whether pieces begin with what they are given, and what comes of it: `training evaluate openings`.

Seeds are cut from works that no composer learned from, by a fixed rule; every style goes on from each, beside
the same request without it. What a piece is to begin with is read from the work, not from the composer.
"""

import argparse
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from statistics import fmean, median

import torch

from domain.genres import Genre
from domain.requests import DEFAULT_CANDIDATES, ComposeRequest
from domain.score import Note, Score
from domain.transformations import Source
from models.composition.choices import Choices, choose
from models.composition.composing import compose_scores
from models.composition.gate import Gate
from models.composition.norms import Norms
from models.critic.files import load_critic
from models.drafting import Model
from models.families import load_model
from models.registry import WEIGHTS, Style, available_styles
from models.tokens import encode
from training.corpora.works import Work, load_works
from training.evaluation.structure import structure
from training.evaluation.tables import Table, print_tables
from training.paths import WORKS

SEEDS = 30
SEED_BARS = (4, 8, 2, 1)
"""How many bars seeds have, by turns."""

_OCTAVE = 12


@dataclass(frozen=True, slots=True)
class Begun:
    """A piece, the same without its opening, and how long each took to compose, in seconds."""

    source: Source
    genre: Genre
    choices: Choices
    score: Score
    plain: Score
    judgements: tuple[float, float]
    seconds: tuple[float, float]


def cut_seeds(works: Iterable[Work], count: int) -> list[tuple[Source, Genre]]:
    """The beginnings of held-out works, genre by genre in turn; of every other one the top part alone."""
    by_genre: dict[Genre, list[Work]] = {}
    for work in sorted(works, key=lambda work: work.id):
        if work.split == "test":
            by_genre.setdefault(work.genre, []).append(work)
    rounds = zip_longest(*(by_genre[genre] for genre in sorted(by_genre)))
    turns = [work for each in rounds for work in each if work is not None]
    return [
        (
            _beginning(work.score, work.title, SEED_BARS[turn // 2 % len(SEED_BARS)], alone=turn % 2 == 1),
            work.genre,
        )
        for turn, work in enumerate(turns[:count])
    ]


def begin(source: Source, genre: Genre, style: Style, model: Model, gate: Gate, *, seed: int) -> Begun:
    """Have a style go on from a seed, and compose without it what is otherwise asked for alike."""
    request = ComposeRequest(style=style.name, seed=seed, opening=source)
    choices = choose(request, style, model)
    plain = choose(replace(choices.request, opening=None), style, model)
    made: list[tuple[Score, float | None, float]] = []
    for each in (choices, plain):
        started = time.perf_counter()
        (composed,) = compose_scores(model, [each], gate=gate, candidates=DEFAULT_CANDIDATES)
        made.append((composed.score, composed.judgement, time.perf_counter() - started))
    (score, judged, seconds), (other, judged_other, seconds_other) = made
    judgements = judged or 0.0, judged_other or 0.0
    return Begun(source, genre, choices, score, other, judgements, (seconds, seconds_other))


def notes_kept(begun: Begun) -> tuple[int, int]:
    """How many of the notes that a piece begins with are the source's, in order, of how many there should be.

    Counted part by part until the first that is another interval, another time away, or of another length
    (but for last ones, which may be cut short); where nothing but the tune is kept, of that alone.
    """
    stated = begun.choices.stated
    if stated is None:
        return 0, 1
    source, kept, wanted = begun.source.score, 0, 0
    alone = len(stated.parts) == 1 and not (stated.whole and len(begun.source.score.parts) == 1)
    given = [_line(source.parts[0].notes)] if alone else [part.notes for part in source.parts]
    first = source.first_tick
    for part, notes in zip(begun.score.parts, given, strict=False):
        until = stated.end + begun.score.metre.bar_ticks * (begun.score.bars - begun.choices.plan.bars)
        made = _line(part.notes) if alone else part.notes
        moved = begun.score.parts[0].notes[0].onset - first if alone else _moved(begun, first)
        due = [replace(note, onset=note.onset + moved) for note in notes if note.onset + moved < until]
        wanted += len(due)
        kept += _same(due, [note for note in made if note.onset < until], until)
    return kept, wanted


def returns(begun: Begun) -> tuple[int, int]:
    """How many of the sections after the first begin with the same bar as the first one, of how many."""
    metre, sections = begun.score.metre, begun.score.sections
    bar = metre.bar_ticks
    first = (begun.score.bars - begun.choices.plan.bars) * bar
    bars = [_said(begun.score, start) for start in (first, *(each.first_bar * bar for each in sections[1:]))]
    return sum(other == bars[0] for other in bars[1:]), len(bars) - 1


def leap(begun: Begun) -> int | None:
    """Semitones from the last note of the tune stated to the one that goes on; None where nothing does."""
    stated = begun.choices.stated
    if stated is None:
        return None
    until = stated.end + begun.score.metre.bar_ticks * (begun.score.bars - begun.choices.plan.bars)
    tune = _line(begun.score.parts[0].notes)
    before, after = (
        [note for note in tune if note.onset < until],
        [note for note in tune if note.onset >= until],
    )
    return abs(after[0].pitch - before[-1].pitch) if before and after else None


def is_legal(begun: Begun) -> bool:
    """Whether the piece can be said in tokens."""
    try:
        encode(begun.score, begun.choices.plan.genre)
    except ValueError:
        return False
    return True


def table_of(pieces: dict[str, Sequence[Begun]]) -> Table:
    """The figures of every style's pieces, a row a style."""
    return Table(
        "Pieces that begin with a seed",
        (
            *("style", "pieces", "as given", "notes", "sections that begin so", "A′ like A", "B like A"),
            *("cadences", "home", "legal", "leap on", "judge", "without seed", "s", "without seed"),
        ),
        tuple((style, *_figures(begun)) for style, begun in pieces.items()),
        "As given: every note of the seed's first phrase; notes: the share of them. Leap on: median semitones"
        " from the seed's tune to what follows (share over an octave).",
    )


def evaluate(options: argparse.Namespace) -> None:
    """Print the figures of all styles."""
    device = torch.device("cpu")
    gate = Gate(load_critic(WEIGHTS, device), Norms.load())
    seeds = cut_seeds(load_works(WORKS), options.pieces or SEEDS)
    pieces: dict[str, Sequence[Begun]] = {}
    for style in available_styles():
        model = load_model(style, device)
        pieces[style.name] = [
            begin(source, genre, style, model, gate, seed=seed) for seed, (source, genre) in enumerate(seeds)
        ]
    print_tables([table_of(pieces)])


def _figures(pieces: Sequence[Begun]) -> Iterator[str]:
    kept = [notes_kept(begun) for begun in pieces]
    again = [returns(begun) for begun in pieces]
    form = structure([begun.score for begun in pieces])
    leaps = [found for found in map(leap, pieces) if found is not None]
    judged, plain = zip(*(begun.judgements for begun in pieces), strict=True)
    seconds, plain_seconds = zip(*(begun.seconds for begun in pieces), strict=True)
    yield str(len(pieces))
    yield f"{fmean(some == of for some, of in kept):.1%}"
    yield f"{sum(some for some, _ in kept) / sum(of for _, of in kept):.1%}"
    yield f"{sum(some for some, _ in again) / max(1, sum(of for _, of in again)):.0%}"
    yield f"{form.returns:.2f}"
    yield f"{form.contrasts:.2f}"
    yield f"{form.cadences_kept:.0%}"
    yield f"{form.bass_home:.0%}"
    yield f"{fmean(map(is_legal, pieces)):.0%}"
    yield f"{median(leaps):g} ({fmean(found > _OCTAVE for found in leaps):.0%})"
    yield f"{fmean(judged):.2f}"
    yield f"{fmean(plain):.2f}"
    yield f"{median(seconds):.1f}"
    yield f"{median(plain_seconds):.1f}"


def _beginning(score: Score, title: str, bars: int, *, alone: bool) -> Source:
    """The first so many bars, after the one that holds nothing but an upbeat."""
    bar = score.metre.bar_ticks
    first = score.first_tick // bar * bar
    end = first + bars * bar + (bar if score.first_tick - first >= bar / 2 else 0)
    parts = [
        replace(
            part,
            notes=tuple(
                replace(note, onset=note.onset - first, duration=min(note.duration, end - note.onset))
                for note in part.notes
                if note.onset < end
            ),
        )
        for part in score.parts
    ]
    sounding = tuple(part for part in parts if part.notes)
    cut = replace(score, bars=(end - first) // bar, parts=sounding[:1] if alone else sounding, sections=())
    return Source.of(title or "seed", cut)


def _line(notes: Iterable[Note]) -> list[Note]:
    """The highest note at each onset, over when the next begins."""
    highest: dict[int, Note] = {}
    for note in sorted(notes, key=lambda note: note.pitch):
        highest[note.onset] = note
    ordered = [highest[onset] for onset in sorted(highest)]
    ends = [*(note.onset for note in ordered[1:]), *(note.end for note in ordered[-1:])]
    return [
        replace(note, duration=min(note.duration, end - note.onset))
        for note, end in zip(ordered, ends, strict=True)
    ]


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
