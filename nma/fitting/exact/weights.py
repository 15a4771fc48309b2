"""Importance weights: how good they are, smoothed, and turned into draws of equal weight.

Pareto smoothing and its diagnostic k: Vehtari et al. 2024 (JMLR 25(72), arXiv:1507.02646). The generalised Pareto fit:
Zhang & Stephens 2009 (doi:10.1198/tech.2009.08017), with the weak prior on k that the former add.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

Floats = npt.NDArray[np.floating[Any]]

PRIOR_K, PRIOR_WEIGHT = 0.5, 10.0
"""Where the prior of k lies, and how many weights it counts for."""


@dataclass(frozen=True)
class Weights:
    """Normalised weights of D draws, with the shape k of their upper tail."""

    share: Floats
    pareto_k: float

    @property
    def effective(self) -> float:
        """Effective number of draws, 1 / Σ w² (Kong 1992)."""
        return float(1 / (self.share**2).sum())

    def of(self, quantity: Floats, size: int) -> float:
        """Effective number of draws for the mean of a quantity of shape (D,): its variance by that of the estimate.

        The estimate is that of ``size`` draws of equal weight: whether a draw is kept once more or not is up to chance
        too, for what its expected number leaves over a whole one.
        """
        mean = float(self.share @ quantity)
        squares = (quantity - mean) ** 2
        variance = float(self.share @ squares)
        over = np.modf(size * self.share)[0]
        error = float((self.share**2 + over * (1 - over) / size**2) @ squares)
        return min(variance / error, float(size)) if error > 0 else self.effective

    def resample(self, size: int, rng: np.random.Generator) -> npt.NDArray[np.intp]:
        """Which draws to keep, in random order, for a sample of equal weights (systematic resampling)."""
        points = (np.arange(size) + rng.random()) / size
        picked = np.searchsorted(np.cumsum(self.share) / self.share.sum(), points)
        return rng.permutation(np.minimum(picked, len(self.share) - 1))


def smoothed(log_weight: Floats) -> Weights:
    """Pareto-smooth weights, shape (D,)."""
    log = log_weight - log_weight.max()
    weight = np.exp(log)
    tail = int(min(np.ceil(0.2 * len(log)), np.ceil(3 * np.sqrt(len(log)))))
    order = np.argsort(log, kind="stable")
    largest = order[-tail:]
    cutoff = max(weight[order[-tail - 1]], np.finfo(float).tiny)
    excess = weight[largest] - cutoff
    if tail < 5 or excess[-1] <= np.finfo(float).eps * 100:
        return Weights(weight / weight.sum(), 0.0 if tail >= 5 else float("inf"))
    k, scale = pareto(excess)
    at = (np.arange(tail) + 0.5) / tail
    quantiles = scale * np.expm1(-k * np.log1p(-at)) / k if abs(k) > 1e-12 else -scale * np.log1p(-at)
    weight[largest] = np.minimum(cutoff + quantiles, 1.0)
    return Weights(weight / weight.sum(), k)


def pareto(excess: Floats) -> tuple[float, float]:
    """Shape and scale of a generalised Pareto distribution of sorted excesses above 0."""
    size = len(excess)
    candidates = 30 + int(np.sqrt(size))
    quartile = max(excess[int(size / 4 + 0.5) - 1], np.finfo(float).tiny)
    steps = 1 - np.sqrt(candidates / (np.arange(1, candidates + 1) - 0.5))
    theta = steps / (3 * quartile) + 1 / excess[-1]
    shapes = np.log1p(-theta[:, None] * excess).mean(axis=1)
    log = size * (np.log(-theta / shapes) - shapes - 1)
    share = np.exp(log - logsumexp(log))
    best = float((theta * share).sum() / share.sum())
    shape = float(np.log1p(-best * excess).mean())
    scale = -shape / best
    return (size * shape + PRIOR_K * PRIOR_WEIGHT) / (size + PRIOR_WEIGHT), scale
