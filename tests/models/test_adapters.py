"""Adapters: what is written is read, anything else refused, and a network changed where they say."""

import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save

from domain.finetuning import MAX_ADAPTER_BYTES, Teachable, adapter_name
from domain.genres import Genre
from models.adapters import FORMAT, Adapter, AdapterError, adapted, file_of, read_adapter
from models.leanings import Leaning, Liking
from tests.models.networks import tiny_network

MATRIX = "output_rnn.begin.weight"
ROWS, COLUMNS = tiny_network().get_parameter(MATRIX).shape
UP, DOWN = torch.ones(ROWS, 2), torch.full((2, COLUMNS), 0.5)
ADAPTER = Adapter(
    teachable=Teachable.RNN,
    bases={"rnn": "rnn-1"},
    leaning=Leaning({"pace": Liking(6.5, 0.5, 1.25, -0.5)}, {Genre.REEL: 0.75}),
    latent=np.array([0.5, -0.25]),
    deltas={"rnn": {MATRIX: (UP, DOWN)}},
)
CONTENT = ADAPTER.to_bytes()


def test_an_adapter_comes_back_as_it_was_written():
    read = Adapter.from_bytes(CONTENT)
    assert (read.teachable, read.bases, read.leaning) == (Teachable.RNN, {"rnn": "rnn-1"}, ADAPTER.leaning)
    assert read.latent is not None
    assert read.latent.tolist() == [0.5, -0.25]
    up, down = read.deltas["rnn"][MATRIX]
    assert torch.equal(up, UP)
    assert torch.equal(down, DOWN)
    assert read.to_bytes() == CONTENT


@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
def test_a_file_that_was_cut_or_altered_is_refused(
    tmp_path_factory: pytest.TempPathFactory, at: int, by: int
):
    folder = tmp_path_factory.mktemp("adapters")
    name = adapter_name(CONTENT)
    spoilt = bytearray(CONTENT)
    spoilt[at] ^= by
    for content in (bytes(spoilt), CONTENT[:at]):
        file_of(folder, name).write_bytes(content)
        with pytest.raises(AdapterError):
            read_adapter(folder, name)
        with suppress(
            AdapterError
        ):  # by itself it may be one, of other numbers; but nothing else comes of it
            Adapter.from_bytes(content)


TOLD = {"format": FORMAT, "teachable": "rnn", "bases": {}, "leaning": {"likings": {}, "genres": {}}}


@pytest.mark.parametrize(
    ("told", "tensors"),
    [
        (TOLD | {"format": "another"}, {}),
        (TOLD | {"teachable": "dance"}, {}),
        (TOLD | {"more": 1}, {}),
        (TOLD | {"leaning": {"likings": {"taste": [0, 1, 1, 0]}, "genres": {}}}, {}),
        (TOLD | {"leaning": {"likings": {"pace": [0, 0, 1, 0]}, "genres": {}}}, {}),
        (TOLD | {"leaning": {"likings": {}, "genres": {"reel": 1e9}}}, {}),
        (TOLD, {"latent": torch.tensor([float("nan")])}),
        (TOLD, {"rnn/weight/up": UP}),
        (TOLD, {"rnn/weight/up": UP, "rnn/weight/down": torch.ones(3, COLUMNS)}),
        (TOLD, {"rnn/weight/up": UP, "rnn/weight/down": DOWN, "stray": UP.clone()}),
        (TOLD, {"rnn/weight/up": torch.ones(9, 65), "rnn/weight/down": torch.ones(65, 9)}),
    ],
)
def test_what_is_no_adapter_is_refused(told: dict[str, object], tensors: dict[str, torch.Tensor]):
    assert Adapter.from_bytes(save({}, {"adapter": json.dumps(TOLD)})).deltas == {}
    with pytest.raises(AdapterError):
        Adapter.from_bytes(save(tensors, {"adapter": json.dumps(told)}))


def test_names_lead_nowhere_but_to_files_of_the_folder(tmp_path: Path):
    (tmp_path / "adapters").mkdir()
    file_of(tmp_path, adapter_name(CONTENT)).write_bytes(CONTENT)
    for name in (f"../{adapter_name(CONTENT)}", "", "0" * 15, adapter_name(CONTENT)):
        with pytest.raises(AdapterError):
            read_adapter(tmp_path / "adapters", name)
    assert read_adapter(tmp_path, adapter_name(CONTENT)).leaning == ADAPTER.leaning


def test_one_that_is_too_large_is_neither_written_nor_read():
    huge = Adapter(teachable=Teachable.VAE, bases={}, latent=np.zeros(MAX_ADAPTER_BYTES))
    with pytest.raises(ValueError, match="bytes"):
        huge.to_bytes()
    with pytest.raises(AdapterError):
        Adapter.from_bytes(bytes(MAX_ADAPTER_BYTES + 1))


def test_a_network_is_changed_where_an_adapter_says_and_shares_the_rest():
    network = tiny_network()
    changed = adapted(network, ADAPTER.deltas["rnn"])
    expected = network.get_parameter(MATRIX) + UP @ DOWN
    assert torch.allclose(changed.get_parameter(MATRIX), expected)
    own = dict(network.named_parameters())
    assert [name for name, each in changed.named_parameters() if each is not own[name]] == [MATRIX]
    assert adapted(network, {}) is network
    for deltas in ({"nothing": (UP, DOWN)}, {MATRIX: (UP[1:], DOWN)}, {"output_rnn.bias": (UP, DOWN)}):
        with pytest.raises(AdapterError):
            adapted(network, deltas)
