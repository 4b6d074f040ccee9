"""From choices to finished notes: a form, candidates written under it, and the best of them.

What the bot plays and what the figures are measured on both come from here. Knows models, not how
requests arrive nor how notes are made to sound.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from domain.score import Note, Score, Section
from models.composition.choices import Choices
from models.composition.form import Passage, plan_form
from models.composition.gate import Gate
from models.composition.opening import leap_after, restated, settled, with_upbeat
from models.composition.script import script_of
from models.drafting import Candidate, Model
from models.tokens import semitones_between

_FORM_DRAWS = 2
"""Tells the random numbers of the form from those that choices are drawn with."""

_OCTAVE = 12

_LEAP_COST = 0.4
"""In logits of the judge, for each semitone beyond an octave."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A finished piece, before instruments, and what the judge thinks of it."""

    score: Score
    judgement: float | None


class Composing:
    """Pieces being composed side by side. Call `advance` until `finished`; then `choose_best`.

    A piece with a form follows one and closes as it should; without one it is what the model writes
    by itself. Of each piece as many candidates are written as are asked for. The same choices give the
    same piece where as many are composed side by side.
    """

    def __init__(
        self, model: Model, choices: Sequence[Choices], *, candidates: int, formed: bool = True
    ) -> None:
        self._choices = choices
        self._candidates = candidates
        self._passages: list[tuple[Passage, ...]] = [form_of(each) if formed else () for each in choices]
        self._scripts = [
            script_of(passages, each.plan, each.stated) if passages else None
            for passages, each in zip(self._passages, choices, strict=True)
        ]
        rows = [place for place in range(len(choices)) for _ in range(candidates)]
        self._drafting = model.draft(
            [choices[place].plan for place in rows],
            [
                [choices[place].request.seed, candidate]
                for place in range(len(choices))
                for candidate in range(candidates)
            ],
            temperatures=[choices[place].request.temperature for place in rows],
            scripts=[self._scripts[place] for place in rows],
        )

    @property
    def finished(self) -> bool:
        return self._drafting.finished

    @property
    def fraction(self) -> float:
        """How much is written, 0 to 1."""
        return self._drafting.fraction

    def advance(self) -> None:
        """Write on at every candidate, for a moment."""
        self._drafting.advance()

    def choose_best(self, gate: Gate | None) -> list[Composed]:
        """The best candidate of each piece; without a gate the first."""
        return [
            _best(candidates, each, gate)
            for candidates, each in zip(self.candidates(), self._choices, strict=True)
        ]

    def candidates(self) -> list[list[Candidate]]:
        """The finished candidates of each piece."""
        written = self._drafting.candidates()
        return [
            [
                replace(row, score=self._finished(row.score, place))
                for row in written[place * self._candidates : (place + 1) * self._candidates]
            ]
            for place in range(len(self._choices))
        ]

    def _finished(self, score: Score, place: int) -> Score:
        """A candidate laid out under its form, with its opening as it is to be."""
        script, opening = self._scripts[place], self._choices[place].opening
        sections = tuple(passage.section for passage in self._passages[place])
        if script is None:
            return score
        if opening is None:
            return laid_out(score, sections)
        return with_upbeat(laid_out(restated(score, opening.stated, script), sections), opening.upbeat)


def compose_scores(
    model: Model,
    choices: Sequence[Choices],
    *,
    gate: Gate | None,
    candidates: int,
    formed: bool = True,
    side_by_side: int = 64,
) -> list[Composed]:
    """Whole pieces for many choices, `side_by_side` candidates at a time."""
    at_once = max(1, side_by_side // candidates)
    composed: list[Composed] = []
    for start in range(0, len(choices), at_once):
        composing = Composing(model, choices[start : start + at_once], candidates=candidates, formed=formed)
        while not composing.finished:
            composing.advance()
        composed += composing.choose_best(gate)
    return composed


def form_of(choices: Choices) -> tuple[Passage, ...]:
    """The form that a piece follows, drawn from its seed."""
    plan = choices.plan
    random = np.random.default_rng([choices.request.seed, _FORM_DRAWS])
    stated = choices.stated
    passages = plan_form(plan.genre, plan.key, plan.metre, plan.bars, random, comes_back=stated is not None)
    return passages if stated is None else settled(passages, plan, stated)


def _best(candidates: Sequence[Candidate], choices: Choices, gate: Gate | None) -> Composed:
    if gate is None:
        return Composed(candidates[0].score, None)
    verdicts = gate.weigh(candidates, genre=choices.plan.genre, style=choices.request.style)
    merits = [
        verdict.merit - _leap_cost(candidate.score, choices)
        for verdict, candidate in zip(verdicts, candidates, strict=True)
    ]
    winner = max(range(len(candidates)), key=merits.__getitem__)
    return Composed(candidates[winner].score, verdicts[winner].judgement)


def _leap_cost(score: Score, choices: Choices) -> float:
    """What it takes off a merit that the piece goes on from its opening with a leap over an octave."""
    leap = 0 if choices.opening is None else leap_after(score, choices.opening)
    return _LEAP_COST * max(leap - _OCTAVE, 0)


def laid_out(score: Score, sections: tuple[Section, ...]) -> Score:
    """The score with its sections, each in its key, and its last notes held to the end of the last bar.

    The sections cover every bar.
    """
    end = score.bars * score.metre.bar_ticks
    last_onset = max(note.onset for part in score.parts for note in part.notes)
    steps = [0 if section.key is None else semitones_between(score.key, section.key) for section in sections]
    edges = [section.end_bar * score.metre.bar_ticks for section in sections]

    def placed(note: Note) -> Note:
        moved = steps[bisect_right(edges, note.onset)]
        duration = end - note.onset if note.end > last_onset else note.duration
        return replace(note, pitch=note.pitch + moved, duration=duration)

    return replace(
        score,
        parts=tuple(replace(part, notes=tuple(sorted(map(placed, part.notes)))) for part in score.parts),
        sections=sections,
    )
