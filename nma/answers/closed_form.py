"""Answers from a mixture of normals, where the posterior is one: no draws, no Monte Carlo error.

Given τ every relative effect is normal, so that over τ it is a mixture of normals: its quantiles, the probability that
it is above 0, and with them mean ranks and SUCRA (Rücker & Schwarzer 2015, doi:10.1186/s12874-015-0060-8) follow from
normal distribution functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from nma.fitting import Fit
from nma.fitting.exact.normal import Mixture

Floats = npt.NDArray[np.floating[Any]]

HALVINGS = 60
POINTS = 2**15
"""Points over which rank probabilities are summed: their error is about 0.002, with nine treatments up to 0.004."""


@dataclass(frozen=True)
class Differences:
    """All ordered pairs (a, b) of T treatments: a mixture over G nodes each.

    Attributes
    ----------
    weight : array, shape (G,)
    mean, sd, predictive_sd : array, shape (T, T, G)
        Of the effect of a against b, and of that in a new trial.
    """

    weight: Floats
    mean: Floats
    sd: Floats
    predictive_sd: Floats

    def quantile(self, probability: float, predictive: bool = False) -> Floats:
        """Quantile of each difference, by bisection; shape (T, T), 0 for a treatment against itself."""
        sd = self.predictive_sd if predictive else self.sd
        # One triangle: the other mirrors it, so that d_ab = -d_ba holds to the last bit.
        a, b = np.triu_indices(len(self.mean), 1)
        found = np.zeros(self.mean.shape[:2])
        found[a, b] = self._solved(self.mean[a, b], sd[a, b], probability)
        found[b, a] = -self._solved(self.mean[a, b], sd[a, b], 1 - probability)
        return found

    def _solved(self, mean: Floats, sd: Floats, probability: float) -> Floats:
        low, high = (mean - 12 * sd).min(axis=1), (mean + 12 * sd).max(axis=1)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            below = ndtr((middle[:, None] - mean) / sd) @ self.weight < probability
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        solved: Floats = (low + high) / 2
        return solved

    def above(self, limit: float = 0.0) -> Floats:
        """Probability that each difference is above a limit; shape (T, T), 0 for a treatment against itself."""
        with np.errstate(divide="ignore", invalid="ignore"):
            above: Floats = ndtr(np.nan_to_num((self.mean - limit) / self.sd, nan=-np.inf)) @ self.weight
        np.fill_diagonal(above, 0.0)
        return above

    def moments(self) -> tuple[Floats, Floats]:
        """Mean and standard deviation of each difference; shape (T, T)."""
        mean = self.mean @ self.weight
        return mean, np.sqrt(np.maximum((self.sd**2 + self.mean**2) @ self.weight - mean**2, 0.0))


def mixture(fit: Fit) -> Mixture | None:
    """The posterior of the effects, the reference's 0 first, as a mixture; None where it is none."""
    if fit.closed_form is None or not fit.means.consistent:
        return None
    return fit.closed_form.mixture().with_reference()


def differences(found: Mixture) -> Differences:
    """Every pair of treatments."""
    mean = np.moveaxis(found.mean[:, :, None] - found.mean[:, None, :], 0, -1)
    own = np.diagonal(found.covariance, axis1=1, axis2=2)
    variance = own[:, :, None] + own[:, None, :] - 2 * found.covariance
    variance = np.moveaxis(np.maximum(variance, 0.0), 0, -1)
    return Differences(found.weight, mean, np.sqrt(variance), np.sqrt(variance + found.tau**2))


def even_draws(found: Mixture, seed: int) -> tuple[Floats, Floats]:
    """Draws that fill the posterior evenly: effects, shape (POINTS, T), and τ, shape (POINTS,)."""
    scrambled = qmc.Sobol(found.mean.shape[1], rng=np.random.default_rng([seed, 6])).random(POINTS)
    tiny = np.finfo(float).eps
    points = np.clip(scrambled, tiny, 1 - tiny)
    node = np.minimum(np.searchsorted(np.cumsum(found.weight), points[:, 0]), len(found.weight) - 1)
    roots = np.linalg.cholesky(found.covariance[:, 1:, 1:])
    effects = np.zeros((POINTS, found.mean.shape[1]))
    effects[:, 1:] = ndtri(points[:, 1:])
    for place in np.unique(node):
        here = node == place
        effects[here, 1:] = found.mean[place, 1:] + effects[here, 1:] @ roots[place].T
    return effects, found.tau[node]
