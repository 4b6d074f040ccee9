"""What a whole run of learning costs and forgets: `python -m training.finetuning.whole_runs rnn`.

A simulated person rates works of a shipped model, and the course learns from that as the bot would, in a
process of its own. What is forgotten is measured on test works of the corpora, of which neither run nor gate
knows any.
"""

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from domain.finetuning import Finetuned, FinetuneRequest, Lesson, Teachable
from domain.verses import Language
from models.adapters import Adapter, Deltas, adapted
from models.registry import WEIGHTS
from models.rnn.writing import RNNModel
from models.tokens import encode
from training.corpora.works import Work, load_works
from training.finetuning.course import learn
from training.finetuning.listeners import Listener
from training.finetuning.pool import Drafted, Studio, kept_drafts
from training.finetuning.readers import Reader
from training.finetuning.reading import Study, kept_verses
from training.finetuning.replay import Replay
from training.finetuning.rnn import rnn_student, windows_of
from training.finetuning.students import Student, nats_of
from training.finetuning.verse import verse_student
from training.finetuning.verse_replay import VerseReplay, stanzas_of
from training.finetuning.voting import lesson_of
from training.finetuning.whole_tables import Cost, WholeRun, print_whole
from training.lyrics.preparing import FOLDER as VERSE
from training.paths import RUNS, WORKS

LESSONS = 200

STANZAS = 300
"""Of the test split of verse."""

SUBJECTS = ("rnn", "vae", "gan", *(f"lyrics-{language}" for language in Language))


def measure_whole(name: str, *, lessons: int = LESSONS, person: int = 0) -> WholeRun:
    """A run of so many rated works of a subject; those that are not in `runs/finetune` yet are made first.

    Raises FileNotFoundError where there are no corpora to measure on what is forgotten.
    """
    torch.set_num_threads(1)
    style, _, language = name.partition("-")
    if language:
        votes, student = _verse(Language(language), lessons, person)
    else:
        votes, student = _music(style, lessons, person)
    return run_whole(name, FinetuneRequest(teachable=Teachable(style), lessons=tuple(votes)), student)


def run_whole(name: str, request: FinetuneRequest, student: Student[Any] | None) -> WholeRun:
    """Learn, in a process of its own; `student` reads what must not be forgotten, where a network learns.

    Raises ValueError where there is nothing to learn from.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        finetuned, cost = pool.submit(_learn, request).result()
    if finetuned.adapter is None:
        raise ValueError("there was nothing to learn from")
    deltas = Adapter.from_bytes(finetuned.adapter).deltas
    ratio = None if student is None else forgotten(student, deltas.get(student.name, {}))
    return WholeRun(name, finetuned.gated, len(finetuned.adapter), cost, tuple(deltas), ratio)


def _learn(request: FinetuneRequest) -> tuple[Finetuned, Cost]:
    """The whole course, and what it costs the process that this is called in."""
    torch.set_num_threads(1)
    started, processor = time.monotonic(), time.process_time()
    longest, last, finetuned = 0.0, processor, None
    with tempfile.TemporaryDirectory() as folder:
        for event in learn(request, WEIGHTS, Path(folder)):
            now = time.process_time()
            longest, last = max(longest, now - last), now
            finetuned = event if isinstance(event, Finetuned) else None
    assert finetuned is not None  # noqa: S101  it is what a course ends in
    seconds, processor = time.monotonic() - started, time.process_time() - processor
    return finetuned, Cost(seconds, processor, longest, _peak_megabytes())


def _peak_megabytes() -> float:
    """The most memory that this process has had; what `getrusage` says is its parent's, if that had more."""
    told = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in told if line.startswith("VmHWM:")) / 1000


def _music(style: str, count: int, listener: int) -> tuple[list[Lesson], Student[Any] | None]:
    studio = Studio.open(style)
    file = RUNS / "finetune" / f"pool-{studio.style.model_version}.jsonl.gz"
    lessons = rated(kept_drafts(studio, range(count), file), listener=listener)
    if not isinstance(studio.model, RNNModel):
        return lessons, None
    works = [work for work in load_works(WORKS) if work.split == "test" and work.genre in studio.style.genres]
    student = rnn_student(studio.model, (), Replay((), ()))
    return lessons, replace(student, held_out=[window for work in works for window in _windows(work)])


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


def _verse(language: Language, count: int, reader: int) -> tuple[list[Lesson], Student[Any]]:
    study = Study.open(language)
    file = RUNS / "finetune" / f"pool-{study.poet.version}.jsonl.gz"
    pool = kept_verses(study, range(count), file)
    knows, random = Reader.drawn(reader, pool), np.random.default_rng([reader, 6])
    lessons = [
        lesson_of(number, verse.recipe.request, verse, knows.vote(verse, random))
        for number, verse in enumerate(pool)
    ]
    held_out = stanzas_of(VERSE / language, "test", STANZAS)
    return lessons, verse_student(study.name, study.poet, (), VerseReplay((), tuple(held_out)))


def forgotten(student: Student[Any], deltas: Deltas) -> float:
    """How many times as much the held-out works cost with these deltas."""
    costs = [
        [nats_of(student, network, passage) for passage in student.held_out]
        for network in (student.network, adapted(student.network, deltas))
    ]
    before, after = (sum(nats for nats, _ in each) for each in costs)
    return after / before


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.finetuning.whole_runs", description=__doc__)
    parser.add_argument("subject", choices=SUBJECTS)
    parser.add_argument("--lessons", type=int, default=LESSONS, help="rated works (default: %(default)s)")
    parser.add_argument("--person", type=int, default=0, help="which simulated person rates them")
    options = parser.parse_args()
    print_whole(measure_whole(options.subject, lessons=options.lessons, person=options.person))


if __name__ == "__main__":
    main()
