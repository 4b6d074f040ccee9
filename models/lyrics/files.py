"""The files of the writers: weights and card of each network and language, written and strictly loaded."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from models.checkpoints import find_weights, load_weights, read_card, refusing, save_model, sha256_of
from models.lyrics import seq2seq, transformer
from models.lyrics.vocabulary import Vocabulary

LYRICS = "lyrics"
"""The kind their cards are of."""

LANGUAGES = ("en", "zh")
NETWORKS = ("seq2seq", "transformer")

AnyWriter = seq2seq.Seq2seq | transformer.Transformer
AnyConfig = seq2seq.Config | transformer.Config


@dataclass(frozen=True, slots=True)
class Poet:
    """A loaded network in evaluation mode, and the words it knows."""

    version: str
    network: AnyWriter
    vocabulary: Vocabulary


def build(config: AnyConfig) -> AnyWriter:
    """A network of these sizes, not yet taught."""
    return seq2seq.Seq2seq(config) if isinstance(config, seq2seq.Config) else transformer.Transformer(config)


def name_of(language: str, network: str) -> str:
    """What the files of a network are called."""
    return f"{LYRICS}-{language}-{network}"


def vocabulary_path(folder: Path, language: str) -> Path:
    """Where the words lie that all networks of a language share."""
    return folder / f"{LYRICS}-{language}.vocabulary"


def load_poet(folder: Path, language: str, network: str, device: torch.device) -> Poet | None:
    """The network whose weights lie in `folder`; None where there is neither weights nor card.

    Raises Unavailable (WEIGHTS_UNUSABLE) when a file is missing, truncated, altered or of another shape,
    or the vocabulary another than the one it was taught with.
    """
    name = name_of(language, network)
    weights = find_weights(folder, name)
    if weights is None:
        return None
    with refusing(name):
        card = read_card(weights)
        words = vocabulary_path(folder, language)
        if sha256_of(words) != card["vocabulary_sha256"]:
            raise ValueError("the vocabulary is not the one that this network was taught with")
        kind = {"seq2seq": seq2seq.Config, "transformer": transformer.Config}[card["network"]]
        loaded = build(kind(**card["config"]))
        load_weights(loaded, weights, card["sha256"])
        vocabulary = Vocabulary.load(words)
    return Poet(card["version"], loaded.to(device).eval(), vocabulary)


def save_poet(
    network: AnyWriter, folder: Path, *, vocabulary: Path, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Write weights, card and a copy of the file `vocabulary` into `folder`; the card is returned.

    `facts` is what the card says beside: data, command, time, metrics.
    """
    language = Vocabulary.load(vocabulary).language
    kind = "seq2seq" if isinstance(network, seq2seq.Seq2seq) else "transformer"
    words = vocabulary_path(folder, language)
    words.write_bytes(vocabulary.read_bytes())
    described = {
        "kind": LYRICS,
        "language": language,
        "network": kind,
        "config": asdict(network.config),
        "vocabulary_sha256": sha256_of(words),
        **facts,
    }
    weights = folder / f"{name_of(language, kind)}.safetensors"
    return save_model(network, weights, described, in_bytes=True)
