"""From logits to a choice: softmax, temperature and nucleus. Pure; the chance comes in as a number."""

import numpy as np
from numpy.typing import NDArray


def choose(
    logits: NDArray[np.float32],
    allowed: NDArray[np.bool_],
    *,
    temperature: float,
    top_p: float,
    chance: float,
) -> int:
    """Draw one index of `logits` (V,) among those `allowed` (V,), at least one.

    Softmax at `temperature`, cut to the smallest set that holds `top_p` of the probability
    (Holtzman et al. 2020), then the inverse of its cumulative distribution at `chance` in [0, 1).
    """
    candidates = np.flatnonzero(allowed)
    scaled = logits[candidates].astype(np.float64) / temperature
    weights = np.exp(scaled - scaled.max())
    # What all together weighs less than the nucleus leaves out need not be put in order.
    ranked = np.flatnonzero(weights >= (1 - top_p) / len(weights)) if top_p < 1 else np.arange(len(weights))
    order = ranked[np.argsort(-weights[ranked], kind="stable")]
    cumulative = np.cumsum(weights[order])
    kept = int(np.searchsorted(cumulative, top_p * weights.sum())) + 1
    cumulative = cumulative[:kept]
    drawn = int(np.searchsorted(cumulative, chance * cumulative[-1], side="right"))
    return int(candidates[order[min(drawn, len(cumulative) - 1)]])
