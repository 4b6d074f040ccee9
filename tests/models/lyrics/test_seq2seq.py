"""The recurrent writer: the maps of its loop, and what it takes from the source."""

import torch
from torch import Tensor

from models.lyrics.loops import Map, plain, recorded
from models.lyrics.networks import Sources
from models.lyrics.vocabulary import BOS
from tests.models.lyrics.toy_writers import FIRST, toy_sources, toy_targets, toy_writer


def test_a_recorded_map_has_the_gradients_of_a_plain_one() -> None:
    torch.manual_seed(0)
    weight, start = torch.randn(6, 6, requires_grad=True), torch.randn(4, 6, requires_grad=True)

    def gradients(map_: Map) -> tuple[Tensor, ...]:
        x = start
        for _ in range(5):
            x = torch.tanh(map_(x)) + start
        return torch.autograd.grad(x.square().sum(), (weight, start))

    for ours, theirs in zip(gradients(recorded(weight)), gradients(plain(weight)), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-4)


def test_gradients_in_half_precision_are_those_in_full() -> None:
    writer = toy_writer("seq2seq")
    whole = torch.autograd.grad(writer(toy_sources(), toy_targets()).sum(), writer.said.weight)[0]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = writer(toy_sources(), toy_targets()).sum()
    half = torch.autograd.grad(loss, writer.said.weight)[0]
    assert half.dtype == torch.float32
    assert torch.nn.functional.cosine_similarity(whole.ravel(), half.ravel(), dim=0) > 0.99


def test_dropout_is_of_training_alone_and_the_same_at_every_step() -> None:
    writer = toy_writer("seq2seq")
    assert torch.equal(writer(toy_sources(), toy_targets()), writer(toy_sources(), toy_targets()))
    writer.train()
    writer.dropout.p = 0.5
    torch.manual_seed(1)
    said, _ = writer.speak(toy_sources(), toy_targets(), own=0.0)  # type: ignore[union-attr]
    dropped = said == 0
    assert dropped.any()
    assert (dropped.any(1) == dropped.all(1)).all()


def test_what_it_expects_first_depends_on_the_whole_source_and_its_order() -> None:
    writer = toy_writer("seq2seq")
    rows = [[5, FIRST, FIRST + 1, 4], [5, FIRST + 1, FIRST, 4], [6, FIRST, FIRST + 1, 4]]
    sources = Sources.of(rows, [[False] * 4] * 3)
    likely, _ = writer.step(writer.begin(sources), torch.full((3,), BOS))  # type: ignore[arg-type]
    assert (likely[0] - likely[1]).abs().max() > 1e-4
    assert (likely[0] - likely[2]).abs().max() > 1e-4
