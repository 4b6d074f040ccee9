"""Deltas of networks: what they move, what is learned into them, and what is not forgotten for it."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from domain.genres import Genre
from domain.score import Score
from models.adapters import adapted
from models.tokens import encode
from tests.models.networks import tiny_network
from tests.training.evaluation_scores import march, quarters, score
from training.finetuning.low_rank import LowRank, mean_of, scaled
from training.finetuning.preferences import Pair
from training.finetuning.preferring import Preferring, Strength, said
from training.finetuning.rnn import RNNReader, Window, windows_of


def read(piece: Score) -> list[Window]:
    return windows_of(encode(piece, Genre.REEL))


def lively(start: int) -> list[Window]:
    return read(score([(6 * step, start + step % 5, 6) for step in range(16)], bars=2))


def calm(start: int) -> list[Window]:
    return read(quarters(*(start + step % 5 for step in range(8))))


def preferring(works: list[list[Window]], pairs: list[Pair], replayed: list[Window]) -> Preferring[Window]:
    strength = Strength(learning_rate=0.02)
    return Preferring(RNNReader(), tiny_network(), works, pairs, replayed, seed=1, strength=strength)


def test_deltas_begin_as_nothing_and_a_merged_network_computes_what_the_learning_one_did() -> None:
    network, (window,) = tiny_network(), lively(60)
    low_rank = LowRank(network, RNNReader.matrices, rank=2, seed=0)
    reader = RNNReader()
    ((before, _),) = reader.read(network, [window])
    ((same, _),) = reader.read(low_rank.network, [window])
    assert torch.equal(before, same)
    for parameter in low_rank.parameters:
        torch.nn.init.normal_(parameter, std=0.3)
    low_rank.install()
    ((moved, targets),) = reader.read(low_rank.network, [window])
    ((merged, _),) = reader.read(adapted(network, low_rank.deltas), [window])
    assert not torch.allclose(before, moved, atol=1e-3)
    assert torch.allclose(moved, merged, atol=1e-5)
    said(moved, targets).mean().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in low_rank.parameters)
    half = adapted(network, mean_of([low_rank.deltas, scaled(low_rank.deltas, 0)]))
    name = RNNReader.matrices[0]
    move = low_rank.deltas[name][0] @ low_rank.deltas[name][1]
    assert torch.allclose(half.get_parameter(name), network.get_parameter(name) + move / 2, atol=1e-5)


def test_a_taste_that_notes_show_is_learned_and_holds_for_works_not_heard() -> None:
    works = [lively(50 + step) for step in range(4)] + [calm(50 + step) for step in range(4)]
    pairs = [Pair(liked, disliked, 1.0) for liked in range(4) for disliked in range(4, 8)]
    replayed = read(march(np.random.default_rng(0)))
    learned = preferring(works, pairs, replayed)
    losses = [learned.step(30) for _ in range(30)]
    assert np.mean(losses[-10:]) < 0.5 * np.mean(losses[:5])
    better = [learned.reward(lively(60 + step)) for step in range(4)]
    worse = [learned.reward(calm(60 + step)) for step in range(4)]
    assert np.mean(better) > np.mean(worse) + 1


def test_replay_keeps_what_was_known() -> None:
    works = [lively(50 + step) for step in range(4)] + [calm(50 + step) for step in range(4)]
    pairs = [Pair(liked, disliked, 1.0) for liked in range(4) for disliked in range(4, 8)]
    known = read(march(np.random.default_rng(0)))

    def forgotten(replayed: list[Window]) -> float:
        learned = preferring(works, pairs, replayed)
        for _ in range(20):
            learned.step(20)
        ((before, targets),) = RNNReader().read(tiny_network(), known)
        ((after, _),) = RNNReader().read(adapted(tiny_network(), learned.deltas), known)
        return (said(before, targets) - said(after, targets)).mean().item()

    assert forgotten(known) < 0 < forgotten([])


def test_what_is_resumed_goes_on_to_the_same_deltas() -> None:
    works = [lively(50), calm(50), lively(57), calm(57)]
    pairs = [Pair(0, 1, 1.0), Pair(2, 3, 0.5), Pair(0, 3, 0.2)]
    whole = preferring(works, pairs, lively(70))
    for _ in range(6):
        whole.step(6)
    begun, resumed = (preferring(works, pairs, lively(70)) for _ in range(2))
    for _ in range(2):
        begun.step(6)
    resumed.restore(begun.state())
    while resumed.steps_done < 6:
        resumed.step(6)
    for name, (up, down) in whole.deltas.items():
        assert torch.equal(resumed.deltas[name][0], up)
        assert torch.equal(resumed.deltas[name][1], down)


def test_works_that_cannot_be_read_teach_nothing() -> None:
    assert not preferring([[], calm(50)], [Pair(0, 1, 1.0)], []).learnable


@pytest.mark.parametrize("moments", [1, 40, 176, 177, 500])
def test_windows_cover_a_work_in_like_lengths(moments: int) -> None:
    windows = read(quarters(*(60 + step % 7 for step in range(moments))))
    assert windows[0].start == 0
    assert windows[-1].end == moments
    assert all(before.end == after.start for before, after in pairwise(windows))
    lengths = [window.end - window.start for window in windows]
    assert max(lengths) <= 180
    assert max(lengths) - min(lengths) <= 1
