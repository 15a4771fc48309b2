"""Trials with two arms: their likelihood over one contrast, and its product with a normal distribution of it.

With a log link the baseline is the risk of the highest arm, whichever that is, so that the log likelihood has a kink at
δ = 0: what is left without it is interpolated, and integrals are broken at it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline
from scipy.special import logsumexp

from nma.fitting.exact.baseline import DROP, Arms
from nma.parallel import cores
from nma.vocab import Link

Floats = npt.NDArray[np.floating[Any]]
T = TypeVar("T")

TOGETHER = 64
"""Trials that are looked at together."""

STEP, REACH = 0.09, 4.5
"""Knots stand at estimate + sd sinh(t) for t in steps up to the reach: 45 standard deviations to each side."""
KNOTS = np.linspace(-REACH, REACH, round(2 * REACH / STEP) + 1)
COARSE = 10
"""Every how many knots the range of the baseline is looked for; between them it is interpolated."""
NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)
NEAR = 0.02
"""How near, in standard errors, the mode of an integrand is looked for; the range around it is what counts."""


@dataclass(frozen=True)
class Tilted:
    """A trial's likelihood times Normal(mean, sd²) of its contrast: log integral, and moments of the contrast."""

    log_mass: Floats
    mean: Floats
    variance: Floats


@dataclass(frozen=True)
class TwoArm:
    """The likelihoods of S two-arm trials.

    Attributes
    ----------
    arms : Arms
        Their counts.
    centre, scale : array, shape (S,)
        Estimates of the contrasts and their standard errors: where the knots lie.
    """

    arms: Arms
    centre: Floats
    scale: Floats

    @property
    def kinked(self) -> bool:
        """Whether the likelihood has a kink at δ = 0."""
        return self.arms.link is Link.LOG

    @cached_property
    def kink(self) -> Floats:
        """By how much the slope of the log likelihood jumps at δ = 0; shape (S, 1).

        By 1 with a log link, as the baseline passes from arm to arm; by -(r₁ + r₂) where all people had the event.
        """
        everyone = (self.arms.events == self.arms.people).all(axis=1)
        jump = np.where(everyone, -self.arms.events.sum(axis=1), 1.0)
        return jump[:, None] * float(self.kinked)

    def take(self, rows: npt.NDArray[np.intp]) -> TwoArm:
        """Some of the trials, with what has been computed for them."""
        some = TwoArm(self.arms.take(list(rows)), self.centre[rows], self.scale[rows])
        if "_spline" in self.__dict__:
            some.__dict__["_spline"] = self._spline.reshape(len(self.centre), -1, 4)[rows].reshape(-1, 4)
        return some

    def _in_parts(self, work: Callable[[TwoArm, npt.NDArray[np.intp]], T]) -> list[T]:
        """The same for some trials at a time, in threads: small arrays stay in the cache of a core."""
        parts = [np.arange(i, min(i + TOGETHER, len(self.centre))) for i in range(0, len(self.centre), TOGETHER)]
        with ThreadPoolExecutor(cores()) as pool:
            return list(pool.map(lambda rows: work(self.take(rows), rows), parts))

    @cached_property
    def _values(self) -> Floats:
        """The smooth part of the log likelihood at the knots; shape (S, G)."""
        return np.concatenate(self._in_parts(lambda part, rows: part._at_knots()))

    def _at_knots(self) -> Floats:
        """The smooth part of the log likelihood at the knots; shape (S, G)."""
        at = self.centre[:, None] + self.scale[:, None] * np.sinh(KNOTS)
        delta = np.stack([np.zeros_like(at), at], axis=-1)
        coarse = self.arms.range(delta[:, ::COARSE])
        low, high = (_interpolated(KNOTS, KNOTS[::COARSE], edge) for edge in coarse)
        margin = 0.1 * (high - low)
        values = self.arms.log_likelihood(delta, (low - margin, high + margin))
        return values - self.kink * np.maximum(at, 0.0)

    @cached_property
    def _spline(self) -> Floats:
        """Coefficients of a cubic in t between knots, the highest power first; shape (S (G - 1), 4)."""
        found = CubicSpline(KNOTS, self._values, axis=1, bc_type="natural").c
        return np.ascontiguousarray(np.moveaxis(found, (2, 1, 0), (0, 1, 2)).reshape(-1, 4))

    def smooth(self, delta: Floats, slope: bool = False) -> Floats:
        """The log likelihood without its kink, or its slope, at δ of shape (S, K); beyond the knots a straight line."""
        scaled = (delta - self.centre[:, None]) / self.scale[:, None]
        t = np.clip(np.arcsinh(scaled), KNOTS[0], KNOTS[-1])
        panels = len(KNOTS) - 1
        place = np.minimum(((t - KNOTS[0]) / STEP).astype(int), panels - 1)
        x = t - KNOTS[place]
        c = np.moveaxis(self._spline[place + panels * np.arange(len(delta))[:, None]], -1, 0)
        if slope:
            found: Floats = ((3 * c[0] * x + 2 * c[1]) * x + c[2]) / (np.cosh(t) * self.scale[:, None])
            return found
        value: Floats = ((c[0] * x + c[1]) * x + c[2]) * x + c[3]
        outside = np.abs(scaled) > np.sinh(KNOTS[-1])
        if outside.any():
            rising = ((3 * c[0] * x + 2 * c[1]) * x + c[2]) / np.cosh(t)
            value = value + np.where(outside, rising * (scaled - np.sinh(t)), 0.0)
        return value

    def log_likelihood(self, delta: Floats) -> Floats:
        """Log L(δ), without binomial coefficients; shape (S, K)."""
        return self.smooth(delta) + self.kink * np.maximum(delta, 0.0)

    def tilted(self, mean: Floats, sd: Floats) -> Tilted:
        """Times a normal distribution of the contrast; mean and sd of shape (S, K), sd above 0."""
        if len(self.centre) > TOGETHER:
            self._spline  # noqa: B018 (computed once, before the parts ask for theirs)
            parts = self._in_parts(lambda part, rows: part.tilted(mean[rows], sd[rows]))
            return Tilted(*(np.concatenate([getattr(one, name) for one in parts]) for name in Tilted.__annotations__))
        low, mode, high = self._range(mean, sd)
        middle = np.where((low < 0) & (high > 0), 0.0, mode) if self.kinked else mode
        half = np.stack([middle - low, high - middle], axis=-1)[..., None] / 2
        centre = np.stack([middle + low, high + middle], axis=-1)[..., None] / 2
        nodes = (centre + half * NODES).reshape(*mean.shape, -1)
        weights = np.broadcast_to(half * WEIGHTS, (*centre.shape[:-1], len(NODES))).reshape(nodes.shape)
        flat = nodes.reshape(len(mean), -1)
        with np.errstate(divide="ignore"):
            log = self.log_likelihood(flat).reshape(nodes.shape) + _log_normal(nodes, mean, sd) + np.log(weights)
        mass = logsumexp(log, axis=-1)
        share = np.exp(log - mass[..., None])
        first = (share * nodes).sum(axis=-1)
        return Tilted(mass, first, (share * (nodes - first[..., None]) ** 2).sum(axis=-1))

    def _range(self, mean: Floats, sd: Floats) -> tuple[Floats, Floats, Floats]:
        """Where the product counts: its mode, and where its logarithm has fallen by DROP, at most 9.5 sd away."""

        def log(delta: Floats) -> Floats:
            return self.log_likelihood(delta) - 0.5 * ((delta - mean) / sd) ** 2

        mode = self._mode(mean, sd)
        peak = log(mode)
        edges = []
        for sign in (-1.0, 1.0):
            low, high = np.log(1e-5 * sd), np.log(9.5 * sd)
            for _ in range(7):
                middle = (low + high) / 2
                enough = log(mode + sign * np.exp(middle)) < peak - DROP
                low, high = np.where(enough, low, middle), np.where(enough, middle, high)
            edges.append(mode + sign * np.exp(high))
        return edges[0], mode, edges[1]

    def _mode(self, mean: Floats, sd: Floats) -> Floats:
        """Between the mean of the normal and the mode of the likelihood, by bisection on the slope."""
        at = self.centre[:, None] + self.scale[:, None] * np.sinh(KNOTS)
        best = np.argmax(self.log_likelihood(at), axis=1)
        rows = np.arange(len(at))
        low = np.minimum(mean, at[rows, np.maximum(best - 1, 0)][:, None])
        high = np.maximum(mean, at[rows, np.minimum(best + 1, at.shape[1] - 1)][:, None])
        enough = NEAR * np.minimum(sd, self.scale[:, None])
        while (high - low > enough).any():
            middle = (low + high) / 2
            slope = self.smooth(middle, slope=True) - (middle - mean) / sd**2
            rising = slope + self.kink * (middle > 0) > 0
            low, high = np.where(rising, middle, low), np.where(rising, high, middle)
        mode: Floats = (low + high) / 2
        return mode


def _interpolated(x: Floats, knots: Floats, values: Floats) -> Floats:
    """Linear interpolation of each row."""
    return np.stack([np.interp(x, knots, row) for row in values])


def _log_normal(x: Floats, mean: Floats, sd: Floats) -> Floats:
    log: Floats = -0.5 * ((x - mean[..., None]) / sd[..., None]) ** 2 - np.log(sd[..., None] * np.sqrt(2 * np.pi))
    return log
