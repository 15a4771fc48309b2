"""The two tests of uniform ranks: right where ranks are uniform, and not blind where they are not."""

from __future__ import annotations

import numpy as np
import pytest
from comparators import assert_monte_carlo

from nma.simulation.ranks import BINS, DRAWS, rank, uniformity

STUDIES, NETWORKS = 800, 100


@pytest.fixture(scope="module")
def calibrated():
    """p-values of studies whose ranks are uniform."""
    rng = np.random.default_rng(3)
    return [uniformity(rng.integers(0, DRAWS + 1, NETWORKS), 1) for _ in range(STUDIES)]


@pytest.mark.parametrize("test", ["p_chi2", "p_band"])
@pytest.mark.parametrize("level", [0.05, 0.2, 0.5])
def test_uniform_ranks_are_called_otherwise_as_often_as_the_level_says(calibrated, test, level):
    share = np.mean([getattr(found, test) <= level for found in calibrated])
    # Both statistics take few values: a study lies between two levels more often than a continuous one would.
    assert_monte_carlo(share, np.sqrt(level * (1 - level) / STUDIES), level, rounding=0.02)


PLANTED = {
    "posterior too low": lambda u: u**0.5,
    "posterior too narrow": lambda u: 0.5 + np.sign(u - 0.5) * np.abs(2 * u - 1) ** 0.4 / 2,
    "posterior too wide": lambda u: 0.5 + (u - 0.5) / 2,
}


@pytest.mark.parametrize("fault", PLANTED)
def test_ranks_that_are_not_uniform_are_found(fault):
    u = PLANTED[fault]((np.arange(200) + 0.5) / 200)
    found = uniformity((u * (DRAWS + 1)).astype(int), 1)
    assert found.p_chi2 < 1e-3
    assert found.p_band < 1e-3


def test_a_rank_counts_the_draws_below():
    draws = np.linspace(0, 1, DRAWS)[:, None] * np.ones(3)
    assert list(rank(np.array([-1.0, 0.5001, 2.0]), draws)) == [0, DRAWS // 2 + 1, DRAWS]


def test_bins_hold_every_rank_once():
    counts = uniformity(np.arange(DRAWS + 1), 1).counts
    assert counts == ((DRAWS + 1) // BINS,) * BINS
