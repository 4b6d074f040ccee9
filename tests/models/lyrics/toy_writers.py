"""Writers small enough for tests, a vocabulary for them, and a constraint that counts words."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from models.lyrics import seq2seq, transformer
from models.lyrics.files import AnyConfig, AnyWriter, build
from models.lyrics.networks import Sources
from models.lyrics.vocabulary import EOS, Vocabulary

CONTROLS = ("<en>", "<zh>", "<lines 2>")
WORDS = Vocabulary("en", CONTROLS, (",",), [*(f"▁{letter}" for letter in "abcdefgh"), *"stuvw"], {})
FIRST = WORDS.first_piece
CONFIGS: dict[str, AnyConfig] = {
    "seq2seq": seq2seq.Config(len(WORDS), FIRST, embedding=16, encoder=8, decoder=12, attention=8),
    "transformer": transformer.Config(
        len(WORDS), FIRST, width=16, heads=2, encoder_layers=1, decoder_layers=2, inner=24
    ),
}


def toy_writer(network: str, seed: int = 0) -> AnyWriter:
    torch.manual_seed(seed)
    return build(CONFIGS[network]).eval()


def toy_sources() -> Sources:
    """Three rows; the middle one has no keywords."""
    rows = [[5, FIRST, FIRST + 1, 4, FIRST + 3], [6, 4], [5, FIRST + 2, 4, FIRST + 5]]
    keywords = [[False, True, True, False, False], [False, False], [False, True, False, False]]
    return Sources.of(rows, keywords)


def toy_targets() -> torch.Tensor:
    rows = [[FIRST, FIRST + 3, FIRST + 9, 3, 2], [FIRST + 4, 3, 2, 0, 0], [FIRST + 2, FIRST + 7, 3, 2, 0]]
    return torch.tensor(rows)


@dataclass(frozen=True)
class WordCount:
    """Exactly `left` pieces of `choices` (any piece where there are none), then EOS."""

    left: int
    choices: tuple[int, ...] = ()
    finished: bool = False

    def allowed(self) -> NDArray[np.bool_]:
        mask = np.zeros(len(WORDS), dtype=np.bool_)
        if self.left == 0:
            mask[EOS] = True
        else:
            mask[list(self.choices) or slice(FIRST, None)] = True
        return mask

    @property
    def beside(self) -> None:
        return None

    def after(self, token: int) -> "WordCount":
        assert self.allowed()[token]
        return WordCount(max(0, self.left - 1), self.choices, self.left == 0)
