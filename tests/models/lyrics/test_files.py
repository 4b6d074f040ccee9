"""The files of the writers: what is saved comes back, and what does not fit is refused."""

import json
from pathlib import Path

import pytest
import torch

from domain.errors import Reason, Unavailable
from models.lyrics.files import load_poet, save_poet, vocabulary_path
from models.registry import available_styles
from tests.models.lyrics.toy_writers import CONFIGS, WORDS, toy_sources, toy_targets, toy_writer

CPU = torch.device("cpu")


@pytest.fixture
def vocabulary(tmp_path: Path) -> Path:
    path = tmp_path / "run" / "vocabulary.json"
    WORDS.save(path)
    return path


@pytest.mark.parametrize("network", list(CONFIGS))
def test_what_is_saved_comes_back(tmp_path: Path, vocabulary: Path, network: str) -> None:
    writer = toy_writer(network)
    card = save_poet(writer, tmp_path, vocabulary=vocabulary, facts={"metrics": {"nats": 1.0}})
    poet = load_poet(tmp_path, "en", network, CPU)
    assert poet is not None
    assert poet.version == card["version"]
    assert poet.vocabulary.names == WORDS.names
    assert not poet.network.training
    sources, target = toy_sources(), toy_targets()
    assert torch.allclose(poet.network(sources, target), writer(sources, target), atol=0.02)  # fp16
    assert json.loads((tmp_path / f"lyrics-en-{network}.json").read_text())["metrics"] == {"nats": 1.0}
    assert available_styles(tmp_path) == ()
    assert load_poet(tmp_path, "zh", network, CPU) is None


def test_rivals_lie_side_by_side(tmp_path: Path, vocabulary: Path) -> None:
    for network in CONFIGS:
        save_poet(toy_writer(network), tmp_path, vocabulary=vocabulary, facts={})
    loaded = [load_poet(tmp_path, "en", network, CPU) for network in CONFIGS]
    assert len({type(poet.network) for poet in loaded if poet}) == 2


def test_other_weights_and_other_words_are_refused(tmp_path: Path, vocabulary: Path) -> None:
    save_poet(toy_writer("seq2seq"), tmp_path, vocabulary=vocabulary, facts={})
    words = vocabulary_path(tmp_path, "en")
    kept = words.read_text(encoding="utf-8")
    words.write_text(kept.replace("▁a", "▁z"), encoding="utf-8")
    with pytest.raises(Unavailable) as refused:
        load_poet(tmp_path, "en", "seq2seq", CPU)
    assert refused.value.reason is Reason.WEIGHTS_UNUSABLE
    words.write_text(kept, encoding="utf-8")
    assert load_poet(tmp_path, "en", "seq2seq", CPU) is not None
    words.unlink()
    with pytest.raises(Unavailable):
        load_poet(tmp_path, "en", "seq2seq", CPU)
    words.write_text(kept, encoding="utf-8")
    weights = tmp_path / "lyrics-en-seq2seq.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\1\2\3")
    with pytest.raises(Unavailable):
        load_poet(tmp_path, "en", "seq2seq", CPU)
