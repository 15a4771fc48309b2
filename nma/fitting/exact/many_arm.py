"""A trial with any number of arms times a normal distribution of its contrasts, by importance sampling.

For contrasts δ ~ Normal(m, V) the trial's mass ∫ L(δ) Normal(δ; m, V) dδ is an average over points (δ, a): δ from its
conditional normal distribution given a normal approximation of L, the baseline a around its mode given δ, both with
heavier tails; some of the δ from Normal(m, V) itself, so that no weight is large where the approximation fails. The
average is unbiased, so that importance weights made of it are those of the exact posterior with a little more noise
(Andrieu & Roberts 2009, doi:10.1214/07-AOS574; Tran et al. 2013, arXiv:1309.3339). Points come from a lattice that is
shifted at random for each draw, which makes the noise small.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import log_expit, logsumexp

from nma.evidence.measures import TrialContrasts
from nma.fitting.exact.baseline import Arms, highest
from nma.vocab import Link

Floats = npt.NDArray[np.floating[Any]]

UNIT = np.sqrt(3) / np.pi
"""Scale at which a logistic variable, which has heavier tails than a normal one, has variance 1."""
WIDER = 1.15
"""By how much the points are spread wider than the approximation."""
WITHOUT = 0.25
"""Share of the points that leave the approximation out."""
BINS = 200
FLOOR = 0.01
"""Share of the baselines that are spread evenly over all that count: no weight is then very large."""


@dataclass(frozen=True)
class Points:
    """N points for each of D draws: contrasts, shape (D, N, A - 1), baselines and log weights, shape (D, N)."""

    contrasts: Floats
    baseline: Floats
    log_weight: Floats

    @property
    def log_mass(self) -> Floats:
        """Log of the unbiased estimate of the mass; shape (D,)."""
        mass: Floats = logsumexp(self.log_weight, axis=1) - np.log(self.log_weight.shape[1])
        return mass

    @property
    def relative_variance(self) -> Floats:
        """Of the estimate of the mass, if the points were independent; shape (D,)."""
        share = np.exp(self.log_weight - self.log_mass[:, None])
        variance: Floats = share.var(axis=1) / share.shape[1]
        return variance

    def moments(self) -> tuple[Floats, Floats]:
        """Mean, shape (D, A - 1), and covariance of the contrasts.

        Where few points carry the weight the covariance leans on that of all of them, so that it is never singular.
        """
        share = np.exp(self.log_weight - logsumexp(self.log_weight, axis=1)[:, None])
        mean = (share[..., None] * self.contrasts).sum(axis=1)
        off = self.contrasts - mean[:, None]
        every = self.contrasts - self.contrasts.mean(axis=1, keepdims=True)
        spread = np.einsum("dni,dnj->dij", every, every) / share.shape[1]
        few = (share**2).sum(axis=1)[:, None, None]
        return mean, np.einsum("dn,dni,dnj->dij", share, off, off) + few * spread

    def pick(self, rng: np.random.Generator) -> npt.NDArray[np.intp]:
        """One point for each draw, by its weight."""
        share = np.exp(self.log_weight - self.log_weight.max(axis=1, keepdims=True)).cumsum(axis=1)
        picked: npt.NDArray[np.intp] = (share < rng.random((len(share), 1)) * share[:, -1:]).sum(axis=1)
        return picked


@dataclass(frozen=True)
class Likelihood:
    """Normal approximation of one trial's likelihood.

    Attributes
    ----------
    mean, covariance : array, shape (A - 1,) and (A - 1, A - 1)
        Of the contrasts; with a first axis of D where each draw has its own.
    value, variance : array, shape (A,)
        Of each arm alone, on the scale on which effects add.
    baseline : array, shape (BINS + 1,) twice
        Distribution of the baseline around its mode given the contrasts, in standard deviations of a normal curve
        there: edges of bins, and cumulative shares.
    """

    arms: Arms
    mean: Floats
    covariance: Floats
    value: Floats
    variance: Floats
    baseline: tuple[Floats, Floats]

    @classmethod
    def of(cls, arms: Arms, seen: TrialContrasts) -> Likelihood:
        """The usual normal approximation of one trial's counts.

        The distribution of the baseline is that at the estimated contrasts: at others it has nearly the same shape,
        skewed where there are few events.
        """
        delta = with_first(seen.estimate[None, None])
        low, high = (edge[0, 0] for edge in arms.range(delta))
        grid = np.linspace(low, high, BINS + 1)
        log = arms.log_joint(((grid[1:] + grid[:-1]) / 2)[None], delta)[0]
        share = np.exp((log - log.max()) / WIDER**2)
        share += FLOOR * share.mean()
        cumulative = np.append(0.0, np.cumsum(share)) / share.sum()
        made = cls(arms, seen.estimate, seen.covariance, seen.value, seen.variance, (grid, cumulative))
        mode, sd = made._fitting(seen.estimate[None, None])
        return replace(made, baseline=((grid - mode.item()) / sd.item(), cumulative))

    def points(self, mean: Floats, covariance: Floats, size: int, rng: np.random.Generator) -> Points:
        """Weighted points from L(δ) Normal(δ; mean, covariance), of shape (D, A - 1) and (D, A - 1, A - 1)."""
        uniform = lattice(size, mean.shape[1] + 1, len(mean), rng)
        root = np.linalg.cholesky(covariance)
        gain = covariance @ np.linalg.inv(covariance + self.covariance)
        centre = mean + (gain @ (self.mean - mean)[..., None])[..., 0]
        factor = WIDER * np.linalg.cholesky(_symmetric(covariance - gain @ covariance))
        own = uniform[..., :-1]
        white = UNIT * np.log(own / (1 - own))
        few = max(1, round(WITHOUT * size))
        contrasts = np.concatenate(
            [
                mean[:, None] + white[:, :few] @ (WIDER * root).swapaxes(-1, -2),
                centre[:, None] + white[:, few:] @ factor.swapaxes(-1, -2),
            ],
            axis=1,
        )
        drawn_with = np.logaddexp(
            np.log(few / size) + _log_logistic(contrasts - mean[:, None], WIDER * root),
            np.log(1 - few / size) + _log_logistic(contrasts - centre[:, None], factor),
        )
        baseline, log_baseline = self._baselines(contrasts, uniform[..., -1])
        standard = (contrasts - mean[:, None]) @ np.linalg.inv(root).swapaxes(-1, -2)
        prior = -0.5 * (standard**2 + np.log(2 * np.pi)).sum(axis=-1) - _log_diagonal(root)
        joint = self.arms.log_joint(baseline[None], with_first(contrasts)[None])[0]
        return Points(contrasts, baseline, joint + prior - drawn_with - log_baseline)

    def _baselines(self, contrasts: Floats, uniform: Floats) -> tuple[Floats, Floats]:
        """Baselines around the ones that fit the contrasts, and the log density they are drawn with."""
        grid, cumulative = self.baseline
        mode, sd = self._fitting(contrasts)
        bin_ = np.clip(np.searchsorted(cumulative, uniform) - 1, 0, len(grid) - 2)
        log_density = np.log(np.diff(cumulative) / np.diff(grid))
        return mode + sd * np.interp(uniform, cumulative, grid), log_density[bin_] - np.log(sd)

    def _fitting(self, contrasts: Floats) -> tuple[Floats, Floats]:
        """Mode and standard deviation of the baseline given contrasts, from where it were if each arm's were normal."""
        delta = with_first(contrasts)
        weight = 1 / self.variance
        level = ((self.value - delta) * weight).sum(axis=-1) / weight.sum()
        mode, sd = self.arms.near_mode(_LEVELS[self.arms.link](level, delta)[None], delta[None])
        return mode[0], sd[0]


def log_likelihood(arms: Arms, contrasts: Floats) -> Floats:
    """Log L(δ) of one trial at contrasts of shape (D, A - 1), by quadrature over the baseline; shape (D,)."""
    found: Floats = arms.log_likelihood(with_first(contrasts)[None])[0]
    return found


def lattice(size: int, width: int, draws: int, rng: np.random.Generator) -> Floats:
    """Points that fill the unit cube evenly, shifted at random for each draw; shape (D, N, width).

    Multiples of the powers of a root of x^(width + 1) = x + 1, which generalises the golden ratio.
    """
    ratio = 2.0
    for _ in range(60):
        ratio = (1 + ratio) ** (1 / (width + 1))
    steps = ratio ** -np.arange(1.0, width + 1)
    points = np.arange(size)[:, None] * steps + rng.random((draws, 1, width))
    tiny = np.finfo(float).eps
    inside: Floats = np.clip(points % 1.0, tiny, 1 - tiny)
    return inside


def with_first(contrasts: Floats) -> Floats:
    """Effects of all arms: the first one's 0, then the contrasts."""
    return np.concatenate([np.zeros((*contrasts.shape[:-1], 1)), contrasts], axis=-1)


def _log_logistic(off: Floats, factor: Floats) -> Floats:
    """Log density of factor @ logistic variables of variance 1, at distances from the centre; shape (D, N)."""
    white = off @ np.linalg.inv(factor).swapaxes(-1, -2) / UNIT
    log: Floats = (log_expit(white) + log_expit(-white) - np.log(UNIT)).sum(axis=-1) - _log_diagonal(factor)
    return log


def _log_diagonal(factor: Floats) -> Floats:
    """Log determinant of triangular factors, one for all points of a draw; shape (D, 1)."""
    log: Floats = np.log(np.diagonal(factor, axis1=-2, axis2=-1)).sum(axis=-1)[:, None]
    return log


def _symmetric(matrix: Floats) -> Floats:
    """Without the rounding error that makes a covariance lopsided or singular."""
    width = matrix.shape[-1]
    scale = np.trace(matrix, axis1=-2, axis2=-1)[..., None, None] / width
    even: Floats = (matrix + matrix.swapaxes(-1, -2)) / 2 + 1e-9 * scale * np.eye(width)
    return even


HIGHEST = -0.05
"""Log of the highest risk from which its mode is looked for."""


def _log_level(level: Floats, delta: Floats) -> Floats:
    """Log odds of the highest risk, if the first arm's log risk is the level."""
    log_p = np.minimum(level + highest(delta), HIGHEST)
    log_odds: Floats = log_p - np.log(-np.expm1(log_p))
    return log_odds


def _logit_level(level: Floats, delta: Floats) -> Floats:
    mean: Floats = level + delta.mean(axis=-1)
    return mean


_LEVELS: dict[Link, Callable[[Floats, Floats], Floats]] = {Link.LOG: _log_level, Link.LOGIT: _logit_level}
"""The baseline at which the first arm has a given value on the scale on which effects add."""
