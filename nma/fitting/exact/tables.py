"""Likelihoods of two-arm trials with their random effect integrated out, tabulated: a draw is one look-up a trial.

For trial i, with m the mean of its contrast::

    l_i(m, τ) = log ∫ L_i(δ) Normal(δ; m, τ²) dδ

Tabulated is what a normal approximation of L_i with mean x and variance v leaves over, in Chebyshev polynomials of the
standardised distance (m - x) / √(τ² + v) and of ½ log(τ² + v): l_i is a function of these two where the approximation
is good, and the rest is smooth. With a log link the kink at δ = 0 is taken out the same way, as it would be if the
approximation were exact.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

from nma.fitting.exact.two_arm import TOGETHER, TwoArm
from nma.parallel import cores

Floats = npt.NDArray[np.floating[Any]]

SMALLEST = (8, 6)
"""Polynomials of m and of u to begin with; more of them until the last ones play no part."""
MOST_POINTS = 4_000
"""Points of a table; a trial that needs more (nearly all or no people with the event) is integrated at each draw."""
ACCURACY = 2e-3
"""Largest coefficient that may be left out, divided by the square root of the number of trials."""
SMALLEST_SHARE = 1e-4
"""τ that is as good as 0, in standard errors of a trial."""


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
        return log + _log_mean_of_kink(centre, spread, trials.kink)

    def distance(self, mean: Floats, tau: Floats) -> tuple[Floats, Floats]:
        """The coordinates of the tables: standardised distance, and ½ log(τ² + v); shape (S, K)."""
        total = self.variance[:, None] + tau**2
        return (mean - self.mean[:, None]) / np.sqrt(total), 0.5 * np.log(total)

    def take(self, rows: npt.NDArray[np.intp]) -> Approximation:
        """Those of some trials."""
        return Approximation(self.mean[rows], self.variance[rows])


def _log_mean_of_kink(mean: Floats, sd: Floats, kink: Floats) -> Floats:
    """Log of the mean of exp(kink max(δ, 0)) for a normal δ, sd above 0."""
    z = mean / sd
    log: Floats = np.logaddexp(log_ndtr(-z), kink * mean + (kink * sd) ** 2 / 2 + log_ndtr(z + kink * sd))
    return log


@dataclass(frozen=True)
class Box:
    """Ranges of each trial's coordinates in which it is tabulated: arrays of shape (S,)."""

    nearest: Floats
    farthest: Floats
    narrow: Floats
    wide: Floats

    @classmethod
    def around(cls, close: Approximation, means: Floats, tau: Floats, margin: float) -> Box:
        """The ranges of draws, wider by a share of them; means of shape (S, D), tau of shape (D,)."""
        edges = []
        for values in close.distance(means, tau):
            low, high = values.min(axis=1), values.max(axis=1)
            room = margin * (high - low) + 1e-9
            edges += [low - room, high + room]
        edges[2] = np.maximum(edges[2], 0.5 * np.log(close.variance))
        return cls(*edges)

    def unit(self, place: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        """Coordinates of shape (S, K) on (-1, 1)."""
        bounds = ((self.nearest, self.farthest), (self.narrow, self.wide))
        first, second = (
            (2 * values - (low + high)[:, None]) / (high - low)[:, None]
            for values, (low, high) in zip(place, bounds, strict=True)
        )
        return first, second

    def take(self, rows: npt.NDArray[np.intp]) -> Box:
        """Those of some trials."""
        return Box(self.nearest[rows], self.farthest[rows], self.narrow[rows], self.wide[rows])


@dataclass(frozen=True)
class Tables:
    """The tabulated trials: groups that share a number of polynomials, and those that no table of a fair size fits."""

    trials: TwoArm
    approximation: Approximation
    box: Box
    groups: tuple[tuple[npt.NDArray[np.intp], Floats], ...]
    """Which trials, and their coefficients of shape (S, polynomials of m, polynomials of u)."""
    rest: npt.NDArray[np.intp]
    """Trials that are integrated at each draw."""

    def log_likelihood(self, means: Floats, tau: Floats) -> Floats:
        """Sum over the trials of l_i; means of shape (S, D), tau of shape (D,), within the box; result (D,)."""
        parts = [
            (which[start : start + TOGETHER], coefficients[start : start + TOGETHER])
            for which, coefficients in self.groups
            for start in range(0, len(which), TOGETHER)
        ]
        with ThreadPoolExecutor(cores()) as pool:
            found = pool.map(lambda part: self._looked_up(part, means[part[0]], tau), parts)
            total: Floats = np.sum([np.zeros(len(tau)), *found], axis=0)
        return total + self._integrated(means[self.rest], tau)

    def _integrated(self, mean: Floats, tau: Floats) -> Floats:
        """The sum over the trials without a table, mean of shape (S, D)."""
        if not len(mean):
            return np.zeros(len(tau))
        trials = self.trials.take(self.rest)
        sd = np.maximum(tau, SMALLEST_SHARE * trials.scale[:, None])
        found: Floats = trials.tilted(mean, sd).log_mass.sum(axis=0)
        return found

    def holds(self, means: Floats, tau: Floats) -> npt.NDArray[np.bool_]:
        """Which draws lie in the box; means of shape (S, D), tau of shape (D,)."""
        inside = [np.abs(place) <= 1 for place in self.box.unit(self.approximation.distance(means, tau))]
        return np.asarray((inside[0] & inside[1]).all(axis=0))

    def _looked_up(self, part: tuple[npt.NDArray[np.intp], Floats], mean: Floats, tau: Floats) -> Floats:
        """The sum over some trials, mean of shape (S, D)."""
        rows, coefficients = part
        tau = np.broadcast_to(tau, mean.shape)
        close = self.approximation.take(rows)
        x, y = (np.clip(place, -1, 1) for place in self.box.take(rows).unit(close.distance(mean, tau)))
        by_u = np.moveaxis(_chebyshev(y, coefficients.shape[2]), 0, -1) @ coefficients.swapaxes(1, 2)
        left_over = np.einsum("ksd,sdk->sd", _chebyshev(x, coefficients.shape[1]), by_u)
        found: Floats = (left_over + close.log(self.trials.take(rows), mean, tau)).sum(axis=0)
        return found


def tabulated(trials: TwoArm, approximation: Approximation, box: Box) -> Tables:
    """Tabulate the trials in a box."""
    allowed = ACCURACY / np.sqrt(len(approximation.mean))
    rest = np.zeros(0, int)
    empty = Tables(trials, approximation, box, (), rest)
    groups = []
    todo = {SMALLEST: np.arange(len(approximation.mean))}
    while todo:
        order, rows = todo.popitem()
        if np.prod(order) > MOST_POINTS:
            rest = np.append(rest, rows)
            continue
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
    return Tables(trials, approximation, box, tuple(groups), rest)


def _more(order: tuple[int, int], rough: tuple[bool, bool]) -> tuple[int, int]:
    """Half as many polynomials again where they were too few."""
    first, second = (size * 3 // 2 if few else size for size, few in zip(order, rough, strict=True))
    return first, second


def _coefficients(tables: Tables, rows: npt.NDArray[np.intp], order: tuple[int, int]) -> Floats:
    """Chebyshev coefficients of what the approximation leaves over, by interpolation at Chebyshev points."""
    box, close, some = tables.box.take(rows), tables.approximation.take(rows), tables.trials.take(rows)
    x, y = (_points(size) for size in order)
    distance = np.repeat(_stretched(x, box.nearest, box.farthest), len(y), axis=1)
    total = np.tile(np.exp(2 * _stretched(y, box.narrow, box.wide)), (1, len(x)))
    mean = close.mean[:, None] + distance * np.sqrt(total)
    tau = np.sqrt(np.maximum(total - close.variance[:, None], (SMALLEST_SHARE**2) * close.variance[:, None]))
    left_over = some.tilted(mean, tau).log_mass - close.log(some, mean, tau)
    values = left_over.reshape(len(rows), len(x), len(y))
    found: Floats = _transform(order[0]) @ values @ _transform(order[1]).T
    return found


def _tails(coefficients: Floats) -> tuple[Floats, Floats]:
    """Largest of the last two coefficients in either direction, for each trial."""
    return np.abs(coefficients[:, -2:, :]).max(axis=(1, 2)), np.abs(coefficients[:, :, -2:]).max(axis=(1, 2))


def _stretched(x: Floats, low: Floats, high: Floats) -> Floats:
    """Points of (-1, 1) on each trial's range; shape (S, size)."""
    stretched: Floats = (low + high)[:, None] / 2 + (high - low)[:, None] / 2 * x
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
