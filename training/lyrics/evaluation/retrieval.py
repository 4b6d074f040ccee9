"""The training stanza that fits a scene best: verse by people about it, which nobody wrote for it.

Scenes and stanzas are compared by the words they share, the rarer the more (tf-idf).
"""

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.lyrics.lemmas import lemma
from training.lyrics.evaluation.held_out import Stanzas
from training.lyrics.evaluation.pieces import Piece
from training.lyrics.evaluation.training_words import TrainingWords


class Retrieval:
    """Finds stanzas of the training split by their words."""

    def __init__(self, stanzas: Stanzas, training: TrainingWords) -> None:
        self.stanzas, self.training = stanzas, training
        self.language = stanzas.vocabulary.language
        self._usual = np.zeros(len(stanzas), bool)
        self._usual[stanzas.usual()] = True
        self._forms: dict[str, list[int]] = defaultdict(list)
        for number, word in enumerate(training.words, start=1):
            self._forms[self._form(word.lower())].append(number)

    def pieces(self, scene: Sequence[str], stanzas: int) -> Piece:
        """The best `stanzas` of four lines for a scene, the best first."""
        scores = np.zeros(len(self.stanzas))
        for word in scene:
            found = self._rows_with(word)
            if len(found):
                scores[found] += math.log(len(self.stanzas) / len(found))
        scores[~self._usual] = -1.0
        best = np.argsort(-scores, kind="stable")[:stanzas]
        texts = tuple(tuple(self.stanzas.text(int(row)).split("\n")) for row in best)
        return Piece(self.language, tuple(scene), texts)

    def _rows_with(self, word: str) -> NDArray[np.int64]:
        """The stanzas that hold a word in any form (Chinese: its characters side by side)."""
        training = self.training
        if self.language == "en":
            forms = self._forms.get(lemma(word), [-1])
            places = np.concatenate([training.places(number) for number in forms])
        else:
            numbers: list[int] = training.numbers(list(word)).tolist()
            places = training.places(numbers[0])
            for at, number in enumerate(numbers):
                # What lies beyond the end is another stanza's: the stream ends with what stands between them.
                places = places[training.stream[np.minimum(places + at, len(training.stream) - 1)] == number]
        return np.unique(np.searchsorted(training.starts, places, side="right") - 1)

    def _form(self, word: str) -> str:
        return lemma(word) if self.language == "en" else word
