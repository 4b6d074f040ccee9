"""Excerpts of scores, cut at bar lines."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from domain.score import Note, Part, Score


class Cut(StrEnum):
    """Which end of a long work an excerpt keeps."""

    FIRST = "first"
    LAST = "last"


def excerpts(scores: Sequence[Score], bars: int, *, cut: Cut = Cut.LAST) -> list[Score]:
    """Each score whole where it has at most `bars` bars, otherwise its first or last `bars` bars.

    The last bars are the default, because a generated clip ends as a piece ends. Scores that have
    no note left are dropped.
    """
    cuts = (score if score.bars <= bars else _excerpt(score, bars, cut=cut) for score in scores)
    return [score for score in cuts if any(part.notes for part in score.parts)]


def _excerpt(score: Score, bars: int, *, cut: Cut) -> Score:
    first = 0 if cut is Cut.FIRST else score.bars - bars
    start = first * score.metre.bar_ticks
    stop = (first + bars) * score.metre.bar_ticks
    parts: list[Part] = []
    for part in score.parts:
        notes: list[Note] = []
        for note in part.notes:
            if start <= note.onset < stop:
                # The true end of a piece keeps its held last note; a cut in the middle does not.
                end = note.end if cut is Cut.LAST else min(note.end, stop)
                notes.append(replace(note, onset=note.onset - start, duration=end - note.onset))
        parts.append(replace(part, notes=tuple(notes)))
    return replace(score, bars=bars, parts=tuple(parts))
