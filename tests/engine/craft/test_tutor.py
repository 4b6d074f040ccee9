"""The tutor's craft: lessons read from what the library has, and given to the course."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import engine.craft.tutor
from domain.errors import Unavailable
from domain.finetuning import (
    Finetuned,
    FinetuneRequest,
    Gated,
    Learning,
    Preferred,
    RatedWork,
    Teachable,
    TeachRequest,
)
from domain.requests import ComposeRequest
from engine.craft.midi_files import midi_bytes
from engine.craft.tutor import Tutor
from tests.cogs.toys import TUNE

asked: list[tuple[FinetuneRequest, Path]] = []


def course(request: FinetuneRequest, weights: Path, folder: Path) -> Iterator[Learning | Finetuned]:
    """Notes what it is asked."""
    asked.append((request, folder))
    yield Finetuned(gated=Gated(refusal=None, figures={}), adapter=b"learned")


def test_clips_are_read_and_damaged_ones_are_no_lessons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine.craft.tutor, "learn", course)
    monkeypatch.setattr(os, "nice", lambda by: by)  # this process has others to run
    works = tuple(
        RatedWork(
            work_id=work_id,
            request=ComposeRequest(style="rnn", seed=work_id),
            made=made,
            approval=0.5,
            voters=2,
            parts=1,
        )
        for work_id, made in ((1, midi_bytes(TUNE)), (2, b"MThd, and no more"), (3, midi_bytes(TUNE)))
    )
    request = TeachRequest(
        teachable=Teachable.RNN,
        works=works,
        preferred=(Preferred(1, 2), Preferred(1, 3)),
        seed=4,
        run=str(tmp_path / "runs" / "4"),
    )
    *_, last = Tutor(tmp_path).learn(request)
    assert isinstance(last, Finetuned)
    assert last.adapter == b"learned"
    [(given, folder)] = asked
    assert (folder, given.seed) == (tmp_path / "runs" / "4", 4)
    assert [lesson.work_id for lesson in given.lessons] == [1, 3]
    assert given.lessons[0].made.parts[0].notes == TUNE.parts[0].notes
    assert len(given.lessons[0].made.parts) == 1
    assert given.preferred == (Preferred(1, 3),)


def test_a_full_disk_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(request: FinetuneRequest, weights: Path, folder: Path) -> Iterator[Learning | Finetuned]:
        raise OSError(28, "No space left on device")
        yield

    monkeypatch.setattr(engine.craft.tutor, "learn", full)
    monkeypatch.setattr(os, "nice", lambda by: by)
    request = TeachRequest(teachable=Teachable.RNN, works=(), run=str(tmp_path / "runs" / "1"))
    with pytest.raises(Unavailable, match="disk is full"):
        list(Tutor(tmp_path).learn(request))
