"""Standings on disk: whole or not at all, and only those of the same run."""

from pathlib import Path

import pytest
import torch

from training.finetuning.checkpoints import read_standing, write_standing
from training.finetuning.runs import Run


def test_a_standing_comes_back_as_it_was(tmp_path: Path) -> None:
    assert read_standing(tmp_path / "none") is None
    tensors = {"a": torch.randn(3, 2), "b": torch.tensor(7)}
    write_standing(tmp_path, {"done": {"step": 3.5}}, tensors)
    plain, kept = read_standing(tmp_path) or ({}, {})
    assert plain == {"done": {"step": 3.5}}
    assert all(torch.equal(kept[name], tensor) for name, tensor in tensors.items())


def test_what_was_not_written_to_the_end_is_never_read(tmp_path: Path) -> None:
    write_standing(tmp_path, {"turn": 1}, {})
    (tmp_path / "standing.safetensors.unfinished").write_bytes(b"half")
    assert (read_standing(tmp_path) or ({}, {}))[0] == {"turn": 1}
    whole = tmp_path / "standing.safetensors"
    whole.write_bytes(whole.read_bytes()[:-3] + b"xxx")
    assert read_standing(tmp_path / "standing") is None


def test_a_full_disk_leaves_what_was_kept_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_standing(tmp_path, {"turn": 1}, {})

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_standing(tmp_path, {"turn": 2}, {})
    monkeypatch.undo()
    assert (read_standing(tmp_path) or ({}, {}))[0] == {"turn": 1}


def test_a_run_goes_on_only_where_it_is_the_same_one(tmp_path: Path) -> None:
    work = {"step": 10, "rehearsal": 1}
    run = Run(tmp_path, "one", work)
    told = [run.advance("step", loss=0.5).fraction for _ in range(4)]
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] < 1
    run.standing = lambda: {"under way": torch.ones(2)}
    run.save()
    again = Run(tmp_path, "one", work)
    assert again.plain["done"] == {"step": 4.0}
    assert torch.equal(again.tensors["under way"], torch.ones(2))
    assert again.advance("step").fraction > told[-1]
    assert Run(tmp_path, "another", work).plain["done"] == {}
