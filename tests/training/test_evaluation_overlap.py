import numpy as np
import pytest
from scipy.integrate import trapezoid
from scipy.stats import gaussian_kde

from training.evaluation.overlap import feature_overlap, overlap, subset_size


def normal(mean: float, count: int, *, seed: int, width: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 1.0, (count, width))


def test_two_draws_of_one_distribution_overlap():
    found = feature_overlap(normal(0, 150, seed=1), normal(0, 150, seed=2))
    assert found.area > 0.95
    assert found.kl_divergence < 0.02


def test_overlap_falls_with_distance():
    reference = normal(0, 100, seed=1)
    areas = [feature_overlap(normal(mean, 100, seed=2), reference).area for mean in (0, 1, 3, 30)]
    assert areas == sorted(areas, reverse=True)
    assert areas[-1] < 0.01


def test_a_collapsed_generator_is_seen():
    assert feature_overlap(np.zeros((100, 8)), normal(0, 100, seed=1, width=8)).area < 0.7


def test_area_agrees_with_scipy_densities():
    candidates, reference = normal(0.8, 60, seed=3), normal(0, 60, seed=4)
    intra = np.abs(np.subtract.outer(reference[:, 0], reference[:, 0]))[np.triu_indices(60, 1)]
    inter = np.abs(np.subtract.outer(candidates[:, 0], reference[:, 0])).ravel()
    grid = np.linspace(-3, 8, 4000)
    expected = trapezoid(np.minimum(gaussian_kde(intra)(grid), gaussian_kde(inter)(grid)), grid)
    # scipy gives each density its own bandwidth; ours is common to both.
    assert feature_overlap(candidates, reference).area == pytest.approx(expected, abs=0.03)


def test_constant_features():
    constant = np.full((10, 3), 2.0)
    assert feature_overlap(constant, constant).area == 1
    assert feature_overlap(constant, constant).kl_divergence == 0
    apart = feature_overlap(constant + 1, constant)
    assert apart.area < 0.01
    assert np.isfinite(apart.kl_divergence)


def test_a_feature_that_is_nearly_always_zero_still_overlaps():
    rng = np.random.default_rng(0)
    first, second = ((rng.random((120, 1)) < share) * rng.random((120, 1)) for share in (0.03, 0.05))
    assert feature_overlap(first, second).area > 0.9


def test_overlap_is_deterministic_and_names_every_feature():
    candidates = {"a": normal(0, 50, seed=1), "b": normal(3, 50, seed=2, width=4)}
    reference = {"a": normal(0, 30, seed=3), "b": normal(0, 30, seed=4, width=4)}
    pieces = subset_size(50, 30)
    assert pieces == 24
    first = overlap(candidates, reference, pieces=pieces, seed=7)
    assert first == overlap(candidates, reference, pieces=pieces, seed=7)
    assert first != overlap(candidates, reference, pieces=pieces, seed=8)
    assert set(first.features) == {"a", "b"}
    assert first.area == pytest.approx((first.features["a"].area + first.features["b"].area) / 2)
    assert first.area_interval[0] <= first.area <= first.area_interval[1]
    assert first.features["a"].area > first.features["b"].area


def test_too_few_pieces_are_refused():
    few = {"a": normal(0, 3, seed=1)}
    with pytest.raises(ValueError, match="cannot draw 4"):
        overlap(few, few, pieces=4)
