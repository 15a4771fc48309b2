"""Likelihoods of two-arm trials with their random effect integrated out, tabulated: a draw is one look-up a trial.

For trial i, with m the mean of its contrast::

    l_i(m, τ) = log ∫ L_i(δ) Normal(δ; m, τ²) dδ

Tabulated is what a normal approximation of L_i leaves over, in Chebyshev polynomials of m and of u = ½ log(τ² + v), v
being the variance of that approximation: l_i depends on τ through τ² + v where the approximation is good, and the rest
is smooth. With a log link the kink at δ = 0 is taken out the same way, as it would be if the approximation were exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

from nma.errors import FitError
from nma.fitting.exact.two_arm import TwoArm

Floats = npt.NDArray[np.floating[Any]]

SMALLEST = (10, 8)
"""Polynomials of m and of u to begin with; more of them until the last ones play no part."""
LARGEST = 200
ACCURACY = 2e-3
"""Largest coefficient that may be left out, divided by the square root of the number of trials."""
TOGETHER = 64
"""Trials that are looked up at a time, so that memory stays small."""


@dataclass(frozen=True)
class Approximation:
    """A normal approximation of each trial's likelihood: mean and variance of shape (S,)."""

    mean: Floats
    variance: Floats

    def log(self, trials: TwoArm, mean: Floats, tau: Floats) -> Floats:
        """Log of the approximation with its random effect integrated out; mean and tau of shape (S, K)."""
        seen, variance = self.mean[:, None], self.variance[:, None]
        total = variance + tau**2
        log = -0.5 * ((seen - mean) ** 2 / total + np.log(total))
        if not trials.kinked:
            return log
        share = variance / total
        centre, spread = share * mean + (1 - share) * seen, np.sqrt(share) * tau
        return log + _log_mean_of_kink(centre, spread)


def _log_mean_of_kink(mean: Floats, sd: Floats) -> Floats:
    """Log of the mean of exp(max(δ, 0)) for a normal δ, sd above 0."""
    z = mean / sd
    log: Floats = np.logaddexp(log_ndtr(-z), mean + sd**2 / 2 + log_ndtr(z + sd))
    return log


@dataclass(frozen=True)
class Box:
    """Ranges of m, shape (S,) each, and of τ in which the trials are tabulated."""

    low: Floats
    high: Floats
    tau: tuple[float, float]

    @classmethod
    def around(cls, means: Floats, tau: Floats, margin: float) -> Box:
        """The ranges of draws, wider by a share of them; means of shape (D, S), tau of shape (D,)."""
        low, high = means.min(axis=0), means.max(axis=0)
        room = margin * (high - low) + 1e-9
        return cls(low - room, high + room, (float(tau.min()) * (1 - margin), float(tau.max()) * (1 + margin)))

    def holds(self, means: Floats, tau: Floats) -> npt.NDArray[np.bool_]:
        """Which draws lie inside; means of shape (D, S), tau of shape (D,)."""
        inside = ((means >= self.low) & (means <= self.high)).all(axis=1)
        return np.asarray(inside & (tau >= self.tau[0]) & (tau <= self.tau[1]))


@dataclass(frozen=True)
class Tables:
    """The tabulated trials: groups that share a number of polynomials."""

    trials: TwoArm
    approximation: Approximation
    box: Box
    groups: tuple[tuple[npt.NDArray[np.intp], Floats], ...]
    """Which trials, and their coefficients of shape (S, polynomials of m, polynomials of u)."""

    def log_likelihood(self, means: Floats, tau: Floats) -> Floats:
        """Sum over the trials of l_i; means of shape (D, S), tau of shape (D,), within the box; result (D,)."""
        total = np.zeros(len(tau))
        for which, coefficients in self.groups:
            for start in range(0, len(which), TOGETHER):
                rows = which[start : start + TOGETHER]
                total += self._looked_up(rows, coefficients[start : start + TOGETHER], means[:, rows].T, tau)
        return total

    def _looked_up(self, rows: npt.NDArray[np.intp], coefficients: Floats, mean: Floats, tau: Floats) -> Floats:
        tau = np.broadcast_to(tau, mean.shape)
        x, y = _unit(self, rows, mean, tau)
        by_u = np.moveaxis(_chebyshev(y, coefficients.shape[2]), 0, -1) @ coefficients.swapaxes(1, 2)
        left_over = np.einsum("ksd,sdk->sd", _chebyshev(x, coefficients.shape[1]), by_u)
        close = Approximation(self.approximation.mean[rows], self.approximation.variance[rows])
        found: Floats = (left_over + close.log(self.trials, mean, tau)).sum(axis=0)
        return found


def tabulated(trials: TwoArm, approximation: Approximation, box: Box) -> Tables:
    """Tabulate the trials in a box.

    Raises
    ------
    FitError
        A likelihood is too rough to be tabulated.
    """
    allowed = ACCURACY / np.sqrt(len(box.low))
    empty = Tables(trials, approximation, box, ())
    groups = []
    todo = {SMALLEST: np.arange(len(box.low))}
    while todo:
        order, rows = todo.popitem()
        coefficients = _coefficients(empty, rows, order)
        rough = np.stack([~(tail < allowed) for tail in _tails(coefficients)])
        fine = ~rough.any(axis=0)
        if fine.any():
            groups.append((rows[fine], coefficients[fine]))
        for pattern in ((True, False), (False, True), (True, True)):
            chosen = (rough == np.array(pattern)[:, None]).all(axis=0)
            if chosen.any():
                more = _more(order, pattern)
                todo[more] = np.append(todo.get(more, np.zeros(0, int)), rows[chosen])
    return Tables(trials, approximation, box, tuple(groups))


def _more(order: tuple[int, int], rough: tuple[bool, bool]) -> tuple[int, int]:
    """Half as many polynomials again where they were too few."""
    if max(order) > LARGEST:
        raise FitError("the likelihood of a trial cannot be tabulated; are its counts extreme?")
    first, second = (size * 3 // 2 if few else size for size, few in zip(order, rough, strict=True))
    return first, second


def _coefficients(tables: Tables, rows: npt.NDArray[np.intp], order: tuple[int, int]) -> Floats:
    """Chebyshev coefficients of what the approximation leaves over, by interpolation at Chebyshev points."""
    box, close = tables.box, tables.approximation
    variance = close.variance[rows][:, None]
    x, y = (_points(size) for size in order)
    mean = _stretched(x, box.low[rows][:, None], box.high[rows][:, None])
    edges = (0.5 * np.log(edge**2 + variance) for edge in box.tau)
    tau = np.sqrt(np.maximum(np.exp(2 * _stretched(y, *edges)) - variance, box.tau[0] ** 2))
    grid = np.repeat(mean, len(y), axis=1), np.tile(tau, (1, len(x)))
    some = TwoArm(tables.trials.arms.take(list(rows)), tables.trials.centre[rows], tables.trials.scale[rows])
    some.__dict__["_spline"] = _part(tables.trials, rows)
    exact = some.tilted(*grid).log_mass
    left_over = exact - Approximation(close.mean[rows], close.variance[rows]).log(some, *grid)
    values = left_over.reshape(len(rows), len(x), len(y))
    found: Floats = _transform(order[0]) @ values @ _transform(order[1]).T
    return found


def _part(trials: TwoArm, rows: npt.NDArray[np.intp]) -> Floats:
    """Spline coefficients of some trials."""
    every = trials._spline.reshape(len(trials.centre), -1, 4)
    return every[rows].reshape(-1, 4)


def _tails(coefficients: Floats) -> tuple[Floats, Floats]:
    """Largest of the last two coefficients in either direction, for each trial."""
    return np.abs(coefficients[:, -2:, :]).max(axis=(1, 2)), np.abs(coefficients[:, :, -2:]).max(axis=(1, 2))


def _unit(tables: Tables, rows: npt.NDArray[np.intp], mean: Floats, tau: Floats) -> tuple[Floats, Floats]:
    """m and u on (-1, 1)."""
    low, high = tables.box.low[rows][:, None], tables.box.high[rows][:, None]
    variance = tables.approximation.variance[rows][:, None]
    first, last = (0.5 * np.log(edge**2 + variance) for edge in tables.box.tau)
    u = 0.5 * np.log(tau**2 + variance)
    width = np.maximum(last - first, 1e-12)
    return np.clip((2 * mean - low - high) / (high - low), -1, 1), np.clip((2 * u - first - last) / width, -1, 1)


def _stretched(x: Floats, low: Floats, high: Floats) -> Floats:
    stretched: Floats = (low + high) / 2 + (high - low) / 2 * x
    return stretched


def _points(size: int) -> Floats:
    points: Floats = np.cos(np.pi * (np.arange(size) + 0.5) / size)
    return points


def _chebyshev(x: Floats, size: int) -> Floats:
    """T_0 to T_(size - 1); shape (size, *x.shape)."""
    found = np.empty((size, *x.shape))
    found[0], found[1] = 1.0, x
    for k in range(2, size):
        found[k] = 2 * x * found[k - 1] - found[k - 2]
    return found


def _transform(size: int) -> Floats:
    """From values at the Chebyshev points to coefficients."""
    transform: Floats = _chebyshev(_points(size), size) * 2 / size
    transform[0] /= 2
    return transform
