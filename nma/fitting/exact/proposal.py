"""Where to draw from: τ from its approximate posterior, the parameters given τ from a multivariate t around theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator
from scipy.special import gammaln, ndtr

from nma.fitting.exact.density import Density, density
from nma.fitting.exact.matching import Matched

Floats = npt.NDArray[np.floating[Any]]

TEMPER = 0.85
"""Power of the approximate density of τ that is drawn from: its tails are a little heavier."""
NODES = 9
EXTREMES = (1e-4, 1 - 1e-4)
"""Between these quantiles of a first approximation, and a little beyond, the trials are matched."""


def nodes(first: Density) -> Floats:
    """Values of τ at which to match the trials, evenly in arsinh(τ / c): like τ near 0, like its logarithm above c."""
    low, middle, high = (first.quantile(p) for p in (EXTREMES[0], 0.5, EXTREMES[1]))
    corner = 0.2 * middle
    start, end = np.arcsinh(max(0.5 * low, 1e-3 * middle) / corner), np.arcsinh(1.5 * high / corner)
    tau: Floats = corner * np.sinh(np.linspace(start, end, NODES))
    return tau


@dataclass(frozen=True)
class Draws:
    """Draws of the parameters, shape (D, P), and τ, shape (D,), with their log density."""

    parameters: Floats
    tau: Floats
    log_density: Floats


class Proposal:
    """The approximate posterior, to be drawn from.

    Parameters
    ----------
    matched : Matched
        What is known at some values of τ; in between, it is interpolated.
    log_prior : callable
        Log prior density of τ; None for common effects.
    scale, upper : float
        A typical τ, and the largest that is possible.
    """

    def __init__(self, matched: Matched, log_prior: Any, scale: float, upper: float = np.inf) -> None:
        self.size = matched.mean.shape[1]
        self.common = log_prior is None
        self._mean = matched.mean[0]
        self._factor = np.linalg.cholesky(matched.covariance)[0]
        if self.common:
            return
        corner = matched.tau[len(matched.tau) // 2]
        self._corner = float(corner)
        at = self._place(matched.tau)
        self._ends = float(at[0]), float(at[-1])
        self._means = PchipInterpolator(at, matched.mean)
        self._factors = PchipInterpolator(at, np.linalg.cholesky(matched.covariance))
        evidence = PchipInterpolator(at, matched.log_evidence)
        falling = min(float(evidence.derivative()(at[-1])), -0.1)

        def log_density(tau: Floats) -> Floats:
            place = self._place(tau)
            inside = np.clip(place, *self._ends)
            log: Floats = evidence(inside) + falling * (np.minimum(place, 700.0) - np.minimum(place, inside))
            tempered: Floats = TEMPER * (log + log_prior(tau))
            return tempered

        self.tau = density(log_density, scale, upper)

    def _place(self, tau: Floats) -> Floats:
        """Where τ stands on the scale on which is interpolated."""
        place: Floats = np.arcsinh(tau / self._corner)
        return place

    def at(self, tau: Floats) -> tuple[Floats, Floats]:
        """Mean of the parameters, shape (D, P), and Cholesky factor of their covariance, given τ."""
        if self.common:
            shape = (len(tau), self.size)
            return np.broadcast_to(self._mean, shape), np.broadcast_to(self._factor, (*shape, self.size))
        place = np.clip(self._place(tau), *self._ends)
        return self._means(place), self._factors(place)

    def draw(self, size: int, freedom: float, rng: np.random.Generator) -> Draws:
        """Independent draws, the parameters from a t distribution with so many degrees of freedom."""
        tau = np.zeros(size) if self.common else self.tau.draw(rng.random(size))
        white = rng.standard_normal((size, self.size))
        white *= np.sqrt(freedom / rng.chisquare(freedom, size))[:, None]
        mean, factor = self.at(tau)
        log = _log_student(white, freedom) - _log_determinant(factor)
        return Draws(mean + (factor @ white[..., None])[..., 0], tau, log + self.log_tau(tau))

    def log_tau(self, tau: Floats) -> Floats:
        """Log density with which τ is drawn."""
        return np.zeros(len(tau)) if self.common else self.tau.log(tau)

    def mapped(self, white: Floats) -> Draws:
        """Standard normal numbers, shape (D, 1 + P), as draws; the density is of the draws under this map."""
        tau = np.zeros(len(white)) if self.common else self.tau.draw(ndtr(white[:, 0]))
        mean, factor = self.at(tau)
        rest = white[:, 1:]
        log = -0.5 * (rest**2 + np.log(2 * np.pi)).sum(axis=1) - _log_determinant(factor)
        return Draws(mean + (factor @ rest[..., None])[..., 0], tau, log + self.log_tau(tau))


def _log_student(white: Floats, freedom: float) -> Floats:
    """Log density of a standard multivariate t; white of shape (D, P)."""
    size = white.shape[1]
    constant = gammaln((freedom + size) / 2) - gammaln(freedom / 2) - 0.5 * size * np.log(freedom * np.pi)
    log: Floats = constant - 0.5 * (freedom + size) * np.log1p((white**2).sum(axis=1) / freedom)
    return log


def _log_determinant(factor: Floats) -> Floats:
    log: Floats = np.log(np.diagonal(factor, axis1=-2, axis2=-1)).sum(axis=-1)
    return log
