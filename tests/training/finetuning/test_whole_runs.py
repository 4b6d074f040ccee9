"""What is told of a whole run: bars, and what a network forgets with its deltas."""

import io
from dataclasses import replace

import pytest
import torch
from rich.console import Console

from domain.finetuning import Gated
from models.rnn.writing import RNNModel
from models.tokens import encode
from tests.models.networks import tiny_network, tiny_profiles
from tests.training.evaluation_scores import works
from training.finetuning.costs import Cost
from training.finetuning.low_rank import scaled
from training.finetuning.replay import Replay
from training.finetuning.rnn import rnn_student, windows_of
from training.finetuning.students import forgotten
from training.finetuning.whole_tables import WholeRun, print_whole


def test_what_is_forgotten_is_told_by_works_read_with_the_deltas() -> None:
    torch.manual_seed(5)
    model = RNNModel("rnn-1", tiny_network(), tiny_profiles())
    windows = [window for work in works(4) for window in windows_of(encode(work.score, work.genre))]
    student = replace(rnn_student(model, (), Replay((), ())), held_out=windows)
    rows, columns = model.network.output_rnn.leave.weight.shape
    deltas = {"output_rnn.leave.weight": (torch.randn(rows, 2), torch.randn(2, columns))}
    assert forgotten(student, {}) == 1.0
    assert forgotten(student, scaled(deltas, 1e-6)) == pytest.approx(1.0, abs=1e-3)
    assert forgotten(student, deltas) > 1.1


def test_a_whole_run_says_whether_deltas_were_kept_and_which_bars_are_missed() -> None:
    figures = {"lessons": 200.0, "accuracy": 0.8, "diversity_ratio": 0.9}
    run = WholeRun("rnn", Gated(refusal=None, figures=figures), 5000, Cost(80, 700, 0.4, 300), ("rnn",), 1.03)
    lines = printed(run)
    assert missed(lines) == {"seconds of the processor", "nats a token", "diversity"}
    assert any("with the deltas kept" in line for line in lines)
    bare = replace(run, deltas=(), nats_ratio=1.0)
    assert any("with deltas that were not kept" in line for line in printed(bare))
    assert not any("nats a token" in line for line in printed(replace(run, nats_ratio=None)))


def printed(run: WholeRun) -> list[str]:
    out = io.StringIO()
    print_whole(run, Console(file=out, width=200))
    return out.getvalue().splitlines()


def missed(lines: list[str]) -> set[str]:
    names = ("seconds of the processor", "longest step", "memory", "adapter", "nats a token", "diversity")
    return {name for name in names for line in lines if f"│ {name}" in line and "missed" in line}
