"""How far two sets of pieces share the distributions of their features: Yang and Lerch's relative measures.

For each feature, the distances between pieces of the reference set (intra-set) and those from each
candidate to each reference piece (inter-set) become two densities; their overlapped area (1: the
same) and KL divergence (0: the same) say whether a candidate sits among the reference pieces as
they sit among themselves. Knows numbers only, not where the pieces come from.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.signal import fftconvolve
from scipy.spatial.distance import cdist, pdist

from models.note_table import FloatArray

_GRID_POINTS = 1024
_MINIMUM_BANDWIDTH = 0.005
"""The least width of a kernel, as a share of all distances' range: features that hardly vary need it."""

ROUNDS = 20
"""How often equal-sized subsets are drawn; every figure is the mean over them."""

SUBSET = 0.8
"""The share of the smaller set that a round draws from both; the rounds vary, which gives the interval."""

LARGEST_SUBSET = 200


@dataclass(frozen=True, slots=True)
class FeatureOverlap:
    """One feature's overlapped area, 0 to 1, and KL divergence of intra-set from inter-set, in nats."""

    area: float
    kl_divergence: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """Every feature's overlap, their mean, and the range that nine in ten subsets' mean areas fall in."""

    features: Mapping[str, FeatureOverlap]
    area: float
    area_interval: tuple[float, float]
    kl_divergence: float
    pieces: int
    """In each drawn subset, of the candidates and of the reference alike."""


def subset_size(*set_sizes: int) -> int:
    """How many pieces a round draws from each of several sets, so that their overlaps compare."""
    return max(2, min(LARGEST_SUBSET, int(SUBSET * min(set_sizes))))


def overlap(
    candidates: Mapping[str, FloatArray],
    reference: Mapping[str, FloatArray],
    *,
    pieces: int,
    seed: int = 0,
    rounds: int = ROUNDS,
) -> Overlap:
    """Compare two sets of measured pieces, feature by feature.

    Both map the same feature names to arrays of shape (scores, values). Each round draws `pieces`
    from either set without replacement. Raises ValueError when a set has fewer, or fewer than two.
    """
    names = list(reference)
    candidate_count = len(candidates[names[0]])
    reference_count = len(reference[names[0]])
    if not 2 <= pieces <= min(candidate_count, reference_count):
        raise ValueError(
            f"cannot draw {pieces} of {candidate_count} candidates and {reference_count} references"
        )
    rng = np.random.default_rng(seed)
    areas = np.zeros((rounds, len(names)))
    divergences = np.zeros((rounds, len(names)))
    for turn in range(rounds):
        drawn = rng.choice(candidate_count, pieces, replace=False)
        against = rng.choice(reference_count, pieces, replace=False)
        for column, name in enumerate(names):
            found = feature_overlap(candidates[name][drawn], reference[name][against])
            areas[turn, column] = found.area
            divergences[turn, column] = found.kl_divergence
    low, high = np.quantile(areas.mean(axis=1), (0.05, 0.95))
    rows = {
        name: FeatureOverlap(float(areas[:, column].mean()), float(divergences[:, column].mean()))
        for column, name in enumerate(names)
    }
    return Overlap(
        features=rows,
        area=float(areas.mean()),
        area_interval=(float(low), float(high)),
        kl_divergence=float(divergences.mean()),
        pieces=pieces,
    )


def feature_overlap(candidates: FloatArray, reference: FloatArray) -> FeatureOverlap:
    """Compare one feature of two sets of pieces; arrays of shape (scores, values)."""
    intra = pdist(reference)
    inter = cdist(candidates, reference).ravel()
    low = float(min(intra.min(), inter.min()))
    high = float(max(intra.max(), inter.max()))
    if high == low:  # all pieces agree, so the two densities are the same spike
        return FeatureOverlap(area=1.0, kl_divergence=0.0)
    # One bandwidth for both. With its own Scott bandwidth each, as in mgeval, two spikes in the same
    # place and of nearly the same width would count as different.
    spread = np.sqrt((intra.var() + inter.var()) / 2)
    bandwidth = max(float(spread) * min(len(intra), len(inter)) ** -0.2, _MINIMUM_BANDWIDTH * (high - low))
    # The kernels reach past the data; leaving their tails out would cost equal sets some of their area.
    grid = np.linspace(low - 4 * bandwidth, high + 4 * bandwidth, _GRID_POINTS)
    intra_density = _density(intra, bandwidth, grid)
    inter_density = _density(inter, bandwidth, grid)
    return FeatureOverlap(
        area=float(np.minimum(intra_density, inter_density).sum()),
        kl_divergence=_kl_divergence(intra_density, inter_density),
    )


def _density(distances: FloatArray, bandwidth: float, grid: FloatArray) -> FloatArray:
    """A Gaussian kernel density on an even grid, scaled to sum to 1.

    The distances are first shared out between their two neighbouring grid points, which makes the
    sum over kernels one convolution.
    """
    step = grid[1] - grid[0]
    place = (distances - grid[0]) / step
    left = np.floor(place).astype(np.int64)
    right_share = place - left
    binned = np.bincount(left, weights=1 - right_share, minlength=len(grid))
    binned += np.bincount(left + 1, weights=right_share, minlength=len(grid))
    reach = int(np.ceil(4 * bandwidth / step))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / bandwidth) ** 2)
    density = np.maximum(fftconvolve(binned, kernel, mode="same"), 0.0)
    return density / density.sum()


def _kl_divergence(p: FloatArray, q: FloatArray) -> float:
    # A density is never quite nothing: without a floor, one grid point out of q's reach makes it infinite.
    floor = 1e-10
    p, q = p + floor, q + floor
    p, q = p / p.sum(), q / q.sum()
    return float((p * np.log(p / q)).sum())
