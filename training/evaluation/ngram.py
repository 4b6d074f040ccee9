"""A Markov n-gram over token ids, the floor that a neural model must beat: interpolated modified Kneser-Ney.

Chen and Goodman, "An empirical study of smoothing techniques for language modeling" (1999), with
the order chosen on validation sequences. Knows nothing of what the tokens mean. Everything is
sorted arrays: half a million tokens take about a second at order 4, six at order 16.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from domain.genres import Genre
from models.note_table import BoolArray, FloatArray, IntArray

ORDERS = (2, 3, 4, 6, 8, 10, 12, 16)
"""Long ones among them: a note is two or three tokens, a four-part chord nine."""

TokenSequence = Sequence[int] | IntArray


@dataclass(frozen=True, slots=True)
class _Level:
    """All grams of one length k. A gram's id is its place in `keys`.

    A key is (id of the gram's first k-1 tokens) * (vocabulary + 1) + (its last token); a "context"
    is a gram of length k-1 seen as what comes before.
    """

    keys: IntArray
    discounted: FloatArray
    """Count minus discount, over the context's total; shape (grams,)."""
    backoff: FloatArray
    """The probability that a context leaves to the next shorter one; shape (contexts,)."""


@dataclass(frozen=True, slots=True)
class NGram:
    """A fitted model. Build it with `fit` or `fit_floors`."""

    order: int
    vocabulary: int
    levels: tuple[_Level, ...]

    def token_nlls(self, sequence: TokenSequence) -> FloatArray:
        """What each token costs given those before it, in nats; shape (tokens,).

        Raises ValueError for a token outside the vocabulary.
        """
        if len(sequence) == 0:
            return np.zeros(0)
        tokens, is_real = _padded([sequence], self.order, self.vocabulary)
        probability = np.full(len(tokens), 1.0 / self.vocabulary)
        context = np.zeros(len(tokens), np.int64)  # ids of the grams of length k-1 that end one token earlier
        for level in self.levels:
            grams = _look_up(level.keys, context, tokens, self.vocabulary)
            known = context >= 0
            backoff = np.where(known, level.backoff[context], 1.0)
            probability = probability * backoff + np.where(grams >= 0, level.discounted[grams], 0.0)
            context = _shifted(grams)
        return -np.log(probability[is_real])

    def nll(self, sequence: TokenSequence, *, given: int = 0) -> float:
        """What the sequence costs, in nats. Its first `given` tokens, the conditions, cost nothing."""
        return float(self.token_nlls(sequence)[given:].sum())

    def next_token_probabilities(self, context: TokenSequence) -> FloatArray:
        """The distribution of the token after `context`; shape (vocabulary,), sums to 1."""
        history = [self.vocabulary] * (self.order - 1) + list(context)
        probability = np.full(self.vocabulary, 1.0 / self.vocabulary)
        for length, level in enumerate(self.levels):
            gram = self._gram(history[len(history) - length :])
            if gram < 0:
                break
            probability *= level.backoff[gram]
            first, last = np.searchsorted(level.keys, np.array([gram, gram + 1]) * (self.vocabulary + 1))
            tokens = level.keys[first:last] % (self.vocabulary + 1)
            real = tokens < self.vocabulary
            probability[tokens[real]] += level.discounted[first:last][real]
        return probability

    def save(self, path: Path) -> None:
        """Write it, replacing `path` in one step."""
        arrays = {
            f"{field.name}{length}": getattr(level, field.name)
            for length, level in enumerate(self.levels)
            for field in fields(_Level)
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        with partial.open("wb") as file:
            np.savez(file, allow_pickle=False, vocabulary=np.array(self.vocabulary), **arrays)
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> "NGram":
        """Read what `save` wrote. Raises FileNotFoundError where it never did."""
        names = [field.name for field in fields(_Level)]
        with np.load(path, allow_pickle=False) as arrays:
            order = sum(name.startswith(names[0]) for name in arrays.files)
            levels = tuple(_Level(*(arrays[f"{name}{length}"] for name in names)) for length in range(order))
            return cls(order, int(arrays["vocabulary"]), levels)

    def _gram(self, tokens: Sequence[int]) -> int:
        """The id of a gram, or -1 where it was never seen; the empty gram's is 0."""
        gram = 0
        for level, token in zip(self.levels, tokens, strict=False):
            if gram < 0:
                return -1
            found = _look_up(level.keys, np.array([gram]), np.array([token]), self.vocabulary)
            gram = int(found[0])
        return gram


def fit(sequences: Iterable[TokenSequence], *, order: int, vocabulary: int) -> NGram:
    """Learn an n-gram of `order` tokens from sequences of ids in `range(vocabulary)`.

    Raises ValueError for a token outside the vocabulary or when there is no token at all.
    """
    tokens, is_real = _padded(sequences, order, vocabulary)
    if not is_real.any():
        raise ValueError("there is nothing to learn from")
    keys: list[IntArray] = []
    grams: list[IntArray] = []  # one per level: the id of the gram that ends at each token
    context = np.zeros(len(tokens), np.int64)
    for _ in range(order):
        level_keys, ids = np.unique(context * (vocabulary + 1) + tokens, return_inverse=True)
        keys.append(level_keys)
        grams.append(ids.astype(np.int64))
        context = _shifted(grams[-1])
    levels: list[_Level] = []
    for length in range(1, order + 1):
        longer = grams[length] if length < order else None
        counts = _adjusted_counts(
            tokens, is_real, grams[length - 1], longer, length=length, boundary=vocabulary
        )
        contexts = len(keys[length - 2]) if length > 1 else 1
        levels.append(_smooth(keys[length - 1], counts, contexts=contexts, vocabulary=vocabulary))
    return NGram(order, vocabulary, tuple(levels))


def fit_floors(
    train: Mapping[Genre, Sequence[TokenSequence]],
    valid: Mapping[Genre, Sequence[TokenSequence]],
    *,
    vocabulary: int,
    given: int = 0,
    orders: Iterable[int] = ORDERS,
) -> dict[Genre, NGram]:
    """The best n-gram for each genre of `valid`: of any order, learned from its own works or from all.

    Best is what finds the genre's validation sequences likeliest; `given` is that of `NGram.nll`.
    Raises ValueError for a genre without training sequences.
    """
    everything = [sequence for sequences in train.values() for sequence in sequences]
    best: dict[Genre, NGram] = {}
    best_nll = dict.fromkeys(valid, np.inf)
    for order in orders:
        # Each model is measured as soon as it is fitted, so that only the best are kept in memory.
        shared = fit(everything, order=order, vocabulary=vocabulary)
        for genre, sequences in valid.items():
            own = fit(train.get(genre, ()), order=order, vocabulary=vocabulary)
            for model in (shared, own):
                nll = sum(model.nll(sequence, given=given) for sequence in sequences)
                if nll < best_nll[genre]:
                    best[genre], best_nll[genre] = model, nll
    return best


def _padded(sequences: Iterable[TokenSequence], order: int, vocabulary: int) -> tuple[IntArray, BoolArray]:
    """All sequences in one array, each after `order - 1` boundary tokens, and which tokens are real."""
    boundary = np.full(order - 1, vocabulary, np.int64)
    pieces: list[IntArray] = []
    for sequence in sequences:
        tokens = np.asarray(sequence, np.int64)
        if len(tokens) and not 0 <= tokens.min() <= tokens.max() < vocabulary:
            raise ValueError(f"a token lies outside the vocabulary of {vocabulary}")
        pieces += [boundary, tokens]
    joined = np.concatenate(pieces) if pieces else np.zeros(0, np.int64)
    return joined, joined < vocabulary


def _shifted(grams: IntArray) -> IntArray:
    """Each token's context: the gram that ends one token earlier.

    What stands first does not matter: enough boundary tokens come before the first real one.
    """
    return np.concatenate([np.zeros(1, np.int64), grams[:-1]])


def _look_up(keys: IntArray, context: IntArray, tokens: IntArray, vocabulary: int) -> IntArray:
    """The ids of context-token grams, -1 where never seen; all arrays of one shape."""
    wanted = context * (vocabulary + 1) + tokens
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where((context >= 0) & (keys[place] == wanted), place, -1)


def _adjusted_counts(
    tokens: IntArray,
    is_real: BoolArray,
    grams: IntArray,
    longer: IntArray | None,
    *,
    length: int,
    boundary: int,
) -> IntArray:
    """What Kneser-Ney counts for each gram of `length` tokens: shape (grams,).

    The longest grams count their occurrences, shorter ones the different tokens that come before
    them. What begins a sequence has one neighbour, the boundary, and so counts its occurrences.
    """
    size = int(grams.max()) + 1
    occurrences = np.bincount(grams[is_real], minlength=size)
    if longer is None:
        return occurrences
    _, first_places = np.unique(longer, return_index=True)
    first_places = first_places[is_real[first_places]]
    counts = np.bincount(grams[first_places], minlength=size)
    first_token = np.roll(tokens, length - 1)
    begins = np.unique(grams[is_real & (first_token == boundary)])
    counts[begins] = occurrences[begins]
    return counts


def _smooth(keys: IntArray, counts: IntArray, *, contexts: int, vocabulary: int) -> _Level:
    """Take a discount off every count and give what it frees to the shorter contexts."""
    discount = np.concatenate([[0.0], _discounts(counts)])[np.minimum(counts, 3)]
    context = keys // (vocabulary + 1)
    total = np.bincount(context, weights=counts, minlength=contexts)
    freed = np.bincount(context, weights=discount, minlength=contexts)
    occurs = np.maximum(total, 1.0)
    return _Level(
        keys=keys,
        discounted=(counts - discount) / occurs[context],
        backoff=np.where(total > 0, freed / occurs, 1.0),
    )


def _discounts(counts: IntArray) -> FloatArray:
    """Chen and Goodman's discounts for counts of one, two, and three or more; shape (3,)."""
    n = np.bincount(np.minimum(counts, 5), minlength=6)[1:5].astype(np.float64)
    if (n == 0).any():  # too little was seen to estimate them
        return np.full(3, 0.75)
    y = n[0] / (n[0] + 2 * n[1])
    k = np.arange(1, 4)
    # Within bounds, so that no count turns negative and every context leaves something to the shorter ones.
    return np.clip(k - (k + 1) * y * n[1:] / n[:3], 0.05, 0.95 * k)
