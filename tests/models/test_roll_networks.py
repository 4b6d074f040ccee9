import numpy as np
import pytest
import torch
from torch import nn

from models.lanes import LANES
from models.roll_networks import (
    CHANNELS,
    MinibatchDeviation,
    Projection,
    ResidualBlock1d,
    ResidualBlock2d,
    RollReader,
    from_roll,
    gumbel_noise,
    straight_through_binary,
    straight_through_one_hot,
    to_roll,
    with_spectral_norm,
)


def _lanes() -> tuple[torch.Tensor, torch.Tensor]:
    random = np.random.default_rng(0)
    pitch = torch.from_numpy(random.integers(0, 73, (3, LANES, 16)))
    onset = torch.from_numpy(random.random((3, LANES, 16)) < 0.5) & (pitch > 0)
    return pitch, onset


def test_lanes_come_back_from_their_roll() -> None:
    pitch, onset = _lanes()
    roll = to_roll(pitch, onset)
    assert roll.shape == (3, LANES, 16, CHANNELS)
    pitch_again, onset_again = from_roll(roll)
    assert (pitch_again == pitch.numpy()).all()
    assert (onset_again == onset.numpy()).all()


def test_silence_has_no_onset() -> None:
    roll = torch.zeros(1, LANES, 4, CHANNELS)
    roll[..., 0] = 1
    roll[..., -1] = 1
    assert not from_roll(roll)[1].any()


def test_one_hot_is_hard_and_has_the_gradient_of_the_softmax() -> None:
    logits = torch.tensor([[1.0, 2.0, 0.5]], requires_grad=True)
    weights = torch.tensor([1.0, -1.0, 3.0])
    hard = straight_through_one_hot(logits)
    assert hard.detach().numpy() == pytest.approx(np.array([[0.0, 1.0, 0.0]]), abs=1e-6)
    (found,) = torch.autograd.grad((hard * weights).sum(), logits)
    (wanted,) = torch.autograd.grad((logits.softmax(-1) * weights).sum(), logits)
    assert torch.allclose(found, wanted)


def test_binary_is_hard_and_has_a_gradient() -> None:
    logits = torch.tensor([-0.5, 0.5], requires_grad=True)
    hard = straight_through_binary(logits)
    assert hard.detach().tolist() == pytest.approx([0, 1], abs=1e-6)
    hard.sum().backward()
    assert logits.grad is not None
    assert (logits.grad > 0).all()


def test_noise_draws_from_the_softmax() -> None:
    logits = torch.tensor([0.0, 1.0, 2.0])
    noise = gumbel_noise(np.random.default_rng(1), 20_000, 3)
    drawn = (logits + noise).argmax(-1).bincount(minlength=3) / 20_000
    assert torch.allclose(drawn, logits.softmax(-1), atol=0.02)


def test_blocks_keep_shapes_and_listen_to_their_condition() -> None:
    torch.manual_seed(0)
    roll = to_roll(*_lanes())
    read = RollReader(8, 16)(roll)
    assert read.shape == (3, 16, 16)
    block = ResidualBlock1d(16, dilation=2, condition=4, normalised=True)
    plain, told = block(read, torch.zeros(3, 4)), block(read, torch.ones(3, 4))
    assert plain.shape == read.shape
    assert not torch.allclose(plain, told)
    assert ResidualBlock2d(8)(torch.randn(2, 8, 16, 12)).shape == (2, 8, 16, 12)


def test_projection_tells_classes_apart() -> None:
    torch.manual_seed(0)
    head = Projection(6, (3, 2))
    features = torch.randn(1, 6).expand(2, 6)
    answers = head(features, torch.tensor([[0, 1], [2, 1]]))
    assert answers.shape == (2,)
    assert answers[0] != answers[1]


def test_deviation_is_nothing_where_a_batch_says_the_same() -> None:
    same = torch.ones(6, 5, 7)
    different = torch.randn(6, 5, 7, generator=torch.Generator().manual_seed(0))
    deviation = MinibatchDeviation(group=4)
    assert deviation(same)[:, -1].max() < 1e-3
    assert deviation(different)[:, -1].min() > 0.3


def test_spectral_norm_bounds_every_layer() -> None:
    torch.manual_seed(0)
    network = with_spectral_norm(nn.Sequential(nn.Linear(12, 20), nn.Linear(20, 4)))
    for _ in range(30):
        network(torch.randn(2, 12))
    for layer in network:
        weight = layer.weight
        assert isinstance(weight, torch.Tensor)
        assert torch.linalg.matrix_norm(weight, 2).item() == pytest.approx(1.0, abs=0.02)
