"""Weights come back as they were saved, or a sentence says why not."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from domain.errors import Reason, Unavailable
from models.checkpoints import load_weights, save_model, sha256_of
from models.registry import available_styles
from models.rnn.files import load_rnn, save_rnn
from tests.models.networks import tiny_network, tiny_profiles

CPU = torch.device("cpu")


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "rnn.safetensors"
    save_rnn(tiny_network(), path, profiles=tiny_profiles(), facts={"genres": ["reel", "chorale"]})
    return path


def test_a_saved_model_is_a_style_and_loads_as_it_was(weights: Path) -> None:
    (style,) = available_styles(weights.parent)
    model = load_rnn(style, CPU)
    assert style.name == "rnn"
    assert model.version == style.model_version
    assert model.profiles == tiny_profiles()
    for name, tensor in tiny_network().state_dict().items():
        assert torch.equal(model.network.state_dict()[name], tensor.half().float())


def _truncate(weights: Path) -> None:
    weights.write_bytes(weights.read_bytes()[:-100])


def _truncate_and_rename_hash(weights: Path) -> None:
    _truncate(weights)
    _edit_card(weights, sha256=sha256_of(weights))


def _edit_card(weights: Path, **changes: object) -> None:
    card = weights.with_suffix(".json")
    card.write_text(json.dumps(json.loads(card.read_text()) | changes))


def _wrong_shape(weights: Path) -> None:
    card = json.loads(weights.with_suffix(".json").read_text())
    _edit_card(weights, config=card["config"] | {"feature_hidden": 32})


def _unknown_field(weights: Path) -> None:
    card = json.loads(weights.with_suffix(".json").read_text())
    _edit_card(weights, config=card["config"] | {"attention": 8})


@pytest.mark.parametrize(
    "damage", [_truncate, _truncate_and_rename_hash, _wrong_shape, _unknown_field, Path.unlink]
)
def test_damaged_weights_are_refused_in_one_sentence(weights: Path, damage) -> None:
    style = available_styles(weights.parent)[0]
    damage(weights)
    # The hash on the card may have changed with the damage.
    style = next(iter(available_styles(weights.parent)), style)
    with pytest.raises(Unavailable, match="rnn") as refused:
        load_rnn(style, CPU)
    assert refused.value.reason is Reason.WEIGHTS_UNUSABLE
    assert "\n" not in str(refused.value)


def test_a_card_without_weights_is_no_style(weights: Path) -> None:
    weights.unlink()
    assert available_styles(weights.parent) == ()


@pytest.mark.parametrize(
    "card", ["not json", "[]", "{}", '{"version": "x", "sha256": "y", "genres": ["disco"]}']
)
def test_a_card_that_makes_no_sense_is_no_style_and_stands_in_the_log(
    weights: Path, card: str, caplog: pytest.LogCaptureFixture
) -> None:
    weights.with_suffix(".json").write_text(card)
    assert available_styles(weights.parent) == ()
    assert "rnn.json" in caplog.text


def test_a_matrix_in_bytes_comes_back_within_half_a_step_and_takes_half_the_room(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = torch.nn.Linear(64, 32)
    with torch.no_grad():
        network.weight[3] = 0.0  # a row that nothing was learnt for
        network.weight[4] *= 1e-4
    halves, of_bytes = tmp_path / "halves.safetensors", tmp_path / "bytes.safetensors"
    save_model(network, halves, {})
    card = save_model(network, of_bytes, {}, in_bytes=True)

    loaded = torch.nn.Linear(64, 32)
    load_weights(loaded, of_bytes, card["sha256"])

    step = network.weight.abs().amax(1, keepdim=True) / 127
    assert ((loaded.weight - network.weight).abs() <= 0.501 * step + 1e-9).all()
    assert torch.equal(loaded.bias, network.bias.half().float())
    sizes = [sum(tensor.nbytes for tensor in load_file(path).values()) for path in (of_bytes, halves)]
    assert sizes[0] < 0.6 * sizes[1]
