"""Simulation-based calibration: is the rank of the truth among posterior draws uniform?

Talts et al. 2018 (arXiv:1804.06788). Uniformity by a χ² over bins, and by a band around the empirical distribution
function that holds all of it in 95 % of calibrated studies (Säilynoja, Bürkner & Vehtari 2022,
doi:10.1007/s11222-022-10090-6, its adjustment by simulation).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.integer[Any]]

DRAWS = 99
"""Draws the truth is ranked among, thinned to be nearly independent: 100 possible ranks."""
BINS = 20
BANDS = 4000
"""Calibrated studies of this size that are simulated, so that the band is as wide as it must be."""
LEVEL = 0.05


@dataclass(frozen=True)
class Uniformity:
    """How uniform the ranks of N networks are.

    Attributes
    ----------
    counts : tuple of int
        Ranks in each of the bins.
    p_chi2, p_band : float
        Probability of ranks that are no more uniform, in a calibrated study: by the bins, and by the largest deviation
        of the empirical distribution function. Below 0.05 the function leaves its 95 % band.
    """

    counts: tuple[int, ...]
    p_chi2: float
    p_band: float


def rank(truth: Floats, draws: Floats) -> Ints:
    """How many of DRAWS evenly spaced draws lie below the truth.

    Parameters
    ----------
    truth : array, shape (Q,)
    draws : array, shape (D, Q)
    """
    kept = draws[np.linspace(0, len(draws) - 1, DRAWS).round().astype(int)]
    below: Ints = (kept < truth).sum(axis=0)
    return below


def uniformity(ranks: Ints, seed: int) -> Uniformity:
    """Judge the ranks of one quantity, whole numbers from 0 to DRAWS."""
    counts = np.bincount(ranks * BINS // (DRAWS + 1), minlength=BINS)
    size = len(ranks)
    in_calibrated = _deviations(size, seed)
    p_band = float((in_calibrated <= _deviation(_cumulative(ranks[None]), size)[0]).mean())
    return Uniformity(tuple(map(int, counts)), float(stats.chisquare(counts).pvalue), p_band)


@lru_cache(maxsize=8)
def _deviations(size: int, seed: int) -> Floats:
    """The deviation of calibrated studies with this many networks."""
    rng = np.random.default_rng([seed, size])
    each = max(1, 10**7 // size)
    pieces = [
        _deviation(_cumulative(rng.integers(0, DRAWS + 1, (min(each, BANDS - start), size))), size)
        for start in range(0, BANDS, each)
    ]
    found: Floats = np.concatenate(pieces)
    return found


def _cumulative(ranks: Ints) -> Ints:
    """How many of each study's ranks are below 1, 2, ... DRAWS; ranks of shape (B, N)."""
    studies = len(ranks)
    flat = ranks + (DRAWS + 1) * np.arange(studies)[:, None]
    counts = np.bincount(flat.ravel(), minlength=studies * (DRAWS + 1)).reshape(studies, DRAWS + 1)
    below: Ints = counts.cumsum(axis=1)[:, :-1]
    return below


def _deviation(below: Ints, size: int) -> Floats:
    """Smallest two-sided tail probability of the counts at any point: the γ of the paper, halved; shape (B,)."""
    at = np.arange(1, DRAWS + 1) / (DRAWS + 1)
    lower, upper = stats.binom.cdf(below, size, at), stats.binom.sf(below - 1, size, at)
    smallest: Floats = np.minimum(lower, upper).min(axis=1)
    return smallest
