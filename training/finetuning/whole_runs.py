"""What a whole run of learning costs and forgets: `python -m training.finetuning.whole_runs rnn`.

A simulated person rates works of a shipped model, and the course learns from that as the bot would, in a
process of its own. What is forgotten is measured on test works of the corpora, of which neither run nor gate
knows any.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from domain.finetuning import FinetuneRequest, Lesson, Teachable
from domain.verses import Language
from models.adapters import Adapter
from models.registry import WEIGHTS
from models.rnn.writing import RNNModel
from models.tokens import encode, plan_of
from training.corpora.works import Work, load_works
from training.finetuning.costs import learn_apart
from training.finetuning.gan import passage_of
from training.finetuning.listeners import Listener
from training.finetuning.low_rank import as_shipped
from training.finetuning.pool import Drafted, Studio, kept_drafts
from training.finetuning.readers import Reader
from training.finetuning.reading import Study, kept_verses
from training.finetuning.replay import Replay
from training.finetuning.rnn import rnn_student, windows_of
from training.finetuning.students import Student, forgotten
from training.finetuning.subjects import player_of
from training.finetuning.verse import verse_student
from training.finetuning.verse_replay import VerseReplay, stanzas_of
from training.finetuning.voting import lesson_of
from training.finetuning.whole_tables import WholeRun, print_whole
from training.lyrics.preparing import FOLDER as VERSE
from training.paths import RUNS, WORKS

LESSONS = 200

STANZAS = 300
"""Of the test split of verse."""

SUBJECTS = ("rnn", "vae", "gan", *(f"lyrics-{language}" for language in Language), "lyrics")
"""The last one is verse in all languages, learned from at once."""


def measure_whole(name: str, *, lessons: int = LESSONS, person: int = 0) -> WholeRun:
    """A run of so many rated works of a subject; those that are not in `runs/finetune` yet are made first.

    Raises FileNotFoundError where there are no corpora to measure on what is forgotten.
    """
    torch.set_num_threads(1)
    style, _, language = name.partition("-")
    student: Student[Any] | None = None
    if language:
        study = Study.open(Language(language))
        votes, student = _verse(study, range(lessons), person), _poet(study)
    elif style == Teachable.LYRICS:
        cuts = np.linspace(0, lessons, len(Language) + 1).astype(int)
        parts = zip(Language, map(range, cuts, cuts[1:]), strict=True)
        votes = [vote for each, numbers in parts for vote in _verse(Study.open(each), numbers, person)]
    else:
        votes, student = _music(style, lessons, person)
    return run_whole(name, FinetuneRequest(teachable=Teachable(style), lessons=tuple(votes)), student)


def run_whole(name: str, request: FinetuneRequest, student: Student[Any] | None) -> WholeRun:
    """Learn, in a process of its own; `student` reads what must not be forgotten, where a network learns.

    Raises ValueError where there is nothing to learn from.
    """
    name_of_network = None if student is None else student.name
    finetuned, learned, cost = learn_apart(request, name_of_network)
    if finetuned.adapter is None:
        raise ValueError("there was nothing to learn from")
    kept = Adapter.from_bytes(finetuned.adapter).deltas
    ratio = None
    if student is not None:
        ratio = forgotten(student, kept.get(student.name) or as_shipped(learned))
    return WholeRun(name, finetuned.gated, len(finetuned.adapter), cost, tuple(kept), ratio)


def _music(style: str, count: int, listener: int) -> tuple[list[Lesson], Student[Any] | None]:
    studio = Studio.open(style)
    file = RUNS / "finetune" / f"pool-{studio.style.model_version}.jsonl.gz"
    lessons = rated(kept_drafts(studio, range(count), file), listener=listener)
    student = _student(studio)
    if student is None:
        return lessons, None
    works = [work for work in load_works(WORKS) if work.split == "test" and work.genre in studio.style.genres]
    read = _windows if isinstance(studio.model, RNNModel) else _phrases
    return lessons, replace(student, held_out=[passage for work in works for passage in read(work)])


def _student(studio: Studio) -> Student[Any] | None:
    """The network that learns of a style; None where none does."""
    if isinstance(studio.model, RNNModel):
        return rnn_student(studio.model, (), Replay((), ()))
    player = player_of(studio.model, Replay((), ()), WEIGHTS)
    return None if player is None else player.student


def _phrases(work: Work) -> Sequence[Any]:
    """None of a work that lanes can't hold."""
    passage = passage_of(plan_of(work.score, work.genre), work.score)
    return () if passage is None else (passage,)


def _windows(work: Work) -> Sequence[Any]:
    """None of a work that can't be said in tokens."""
    try:
        return windows_of(encode(work.score, work.genre))
    except ValueError:
        return ()


def rated(pool: Sequence[Drafted], *, listener: int) -> list[Lesson]:
    """What a simulated listener says of each piece."""
    knows = Listener.drawn(listener, [(each.best, each.genre) for each in pool])
    random = np.random.default_rng([listener, 6])
    return [each.rated(number, knows.vote(each.best, each.genre, random)) for number, each in enumerate(pool)]


def _verse(study: Study, numbers: range, reader: int) -> list[Lesson]:
    """What a simulated reader says of a poet's verse."""
    file = RUNS / "finetune" / f"pool-{study.poet.version}.jsonl.gz"
    pool = kept_verses(study, numbers, file)
    knows, random = Reader.drawn(reader, pool), np.random.default_rng([reader, 6])
    return [
        lesson_of(number, verse.recipe.request, verse, knows.vote(verse, random))
        for number, verse in zip(numbers, pool, strict=True)
    ]


def _poet(study: Study) -> Student[Any]:
    """One that reads stanzas of the test split."""
    held_out = stanzas_of(VERSE / study.poet.vocabulary.language, "test", STANZAS)
    return verse_student(study.name, study.poet, (), VerseReplay((), tuple(held_out)))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.finetuning.whole_runs", description=__doc__)
    parser.add_argument("subject", choices=SUBJECTS)
    parser.add_argument("--lessons", type=int, default=LESSONS, help="rated works (default: %(default)s)")
    parser.add_argument("--person", type=int, default=0, help="which simulated person rates them")
    options = parser.parse_args()
    print_whole(measure_whole(options.subject, lessons=options.lessons, person=options.person))


if __name__ == "__main__":
    main()
