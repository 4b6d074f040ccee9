"""The Transformer writer: no look ahead and positions by distance."""

import torch

from models.lyrics.transformer import rotated
from tests.models.lyrics.toy_writers import FIRST, toy_sources, toy_targets, toy_writer


def test_no_token_sees_those_after_it() -> None:
    writer = toy_writer("transformer")
    target = toy_targets()
    changed = target.clone()
    changed[:, 3] = FIRST + 1
    before, after = writer(toy_sources(), target), writer(toy_sources(), changed)
    assert torch.equal(before[:, :3], after[:, :3])
    assert not torch.equal(before[:, 4], after[:, 4])


def test_turning_by_position_leaves_products_to_distance_alone() -> None:
    torch.manual_seed(0)
    query, key = torch.randn(2, 1, 1, 1, 8).unbind(0)

    def product(at: int, other: int) -> float:
        return (rotated(query, at) * rotated(key, other)).sum().item()

    assert abs(product(7, 4) - product(23, 20)) < 1e-4
    assert abs(product(7, 4) - product(7, 5)) > 1e-3
    assert torch.allclose(rotated(query, 9).norm(), query.norm())
