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

from nma.errors import FitError
from nma.fitting.exact.baseline import DROP, Arms
from nma.parallel import cores
from nma.vocab import Link

Floats = npt.NDArray[np.floating[Any]]
T = TypeVar("T")

TOGETHER = 64
"""Trials that are looked at together."""

REACH = float(np.sinh(4.5))
"""Knots reach so many standard errors to each side of the estimate: 45."""
KNOTS = {Link.LOG: 241, Link.LOGIT: 101}
"""Knots of a trial's spline, evenly spaced on a scale that is stretched where the likelihood changes fast."""
SHARP = 0.1
"""Standard error of an arm, in those of the trial's contrast, below which it needs knots of its own."""
ROUGH, SEEN = 0.5, 40.0
"""Largest error of a spline with half the knots, where the log likelihood is within so much of its maximum."""
EDGE = 0.5
"""Step, in standard errors, by which the slope at the outermost knots is found."""
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

    @cached_property
    def turns(self) -> tuple[tuple[Floats, Floats, Floats], ...]:
        """Where a log-link likelihood turns fast: places, widths, and whether they count; each of shape (S, 1).

        At 0, within the pooled share without the event; and, where one arm is known much better than the other, where
        the other's risk would push the first one's down: the highest risk is 1 there.
        """
        if not self.kinked:
            return ()
        events, people = self.arms.events, self.arms.people
        share = 1 - (events.sum(axis=1, keepdims=True)) / (people.sum(axis=1, keepdims=True) + 2)
        log_risk = np.log((events + 0.5) / (people + 1))
        sd = np.sqrt(1 / (events + 0.5) - 1 / (people + 1))
        sharp = (sd < SHARP * self.scale[:, None]).astype(float)
        first, second = ([array[:, [arm]] for array in (log_risk, sd, sharp)] for arm in (0, 1))
        return (
            (np.zeros_like(share), share, np.ones_like(share)),
            (-first[0], first[1], first[2]),
            (second[0], second[1], second[2]),
        )

    def _stretched(self, delta: Floats) -> Floats:
        """δ on the scale of the knots, stretched around the estimate and the turns; shape (S, K)."""
        t: Floats = np.arcsinh((delta - self.centre[:, None]) / self.scale[:, None])
        for place, width, counts in self.turns:
            if counts.any():
                t = t + counts * np.arcsinh((delta - place) / width)
        return t

    def _stretching(self, delta: Floats) -> Floats:
        """Slope of :meth:`_stretched`."""
        slope: Floats = 1 / np.hypot(delta - self.centre[:, None], self.scale[:, None])
        for place, width, counts in self.turns:
            slope = slope + counts / np.hypot(delta - place, width)
        return slope

    @cached_property
    def _ends(self) -> tuple[Floats, Floats]:
        """The outermost knots; shape (S, 1)."""
        reach = REACH * self.scale
        return (self.centre - reach)[:, None], (self.centre + reach)[:, None]

    @cached_property
    def _step(self) -> Floats:
        """Distance of knots on the stretched scale; shape (S, 1)."""
        low, high = self._ends
        step: Floats = (self._stretched(high) - self._stretched(low)) / (KNOTS[self.arms.link] - 1)
        return step

    @cached_property
    def knots(self) -> Floats:
        """The knots, by bisection; shape (S, G)."""
        first, last = self._ends
        wanted = self._stretched(first) + self._step * np.arange(KNOTS[self.arms.link])
        low, high = np.broadcast_to(first, wanted.shape), np.broadcast_to(last, wanted.shape)
        for _ in range(60):
            middle = (low + high) / 2
            before = self._stretched(middle) < wanted
            low, high = np.where(before, middle, low), np.where(before, high, middle)
        knots: Floats = (low + high) / 2
        knots[:, :1], knots[:, -1:] = first, last
        return knots

    def take(self, rows: npt.NDArray[np.intp]) -> TwoArm:
        """Some of the trials, with what has been computed for them."""
        some = TwoArm(self.arms.take(list(rows)), self.centre[rows], self.scale[rows])
        for name in ("spline", "knots", "_edges"):
            if name in self.__dict__:
                some.__dict__[name] = self.__dict__[name][rows]
        return some

    def _in_parts(self, work: Callable[[TwoArm, npt.NDArray[np.intp]], T]) -> list[T]:
        """The same for some trials at a time, in threads: small arrays stay in the cache of a core."""
        parts = [np.arange(i, min(i + TOGETHER, len(self.centre))) for i in range(0, len(self.centre), TOGETHER)]
        with ThreadPoolExecutor(cores()) as pool:
            return list(pool.map(lambda rows: work(self.take(rows), rows), parts))

    def _evaluated(self, delta: Floats) -> Floats:
        """The log likelihood less its kink, integrated at each δ; shape (S, K)."""
        values: Floats = self.arms.log_likelihood(np.stack([np.zeros_like(delta), delta], axis=-1))
        return values - self.kink * np.maximum(delta, 0.0)

    @cached_property
    def spline(self) -> Floats:
        """Coefficients of a cubic between knots, the highest power first; shape (S, G - 1, 4)."""
        return np.concatenate(self._in_parts(lambda part, rows: part._fitted()))

    @cached_property
    def _edges(self) -> Floats:
        """Slopes at the outermost knots, with which the log likelihood goes on in straight lines; shape (S, 2)."""
        step = EDGE * self.scale[:, None]
        inner, outer = self.knots[:, [0, -1]], self.knots[:, [0, -1]] + step * np.array([-1.0, 1.0])
        slopes: Floats = (self._evaluated(outer) - self._evaluated(inner)) / (outer - inner)
        return slopes

    def _fitted(self) -> Floats:
        ends = self._edges * self._step / self._stretching(self.knots[:, [0, -1]])
        places, values = np.arange(self.knots.shape[1]), self._evaluated(self.knots)
        self._check(places, values)
        found = CubicSpline(places, values, axis=1, bc_type=((1, ends[:, 0]), (1, ends[:, 1])))
        return np.ascontiguousarray(np.moveaxis(found.c, (2, 1, 0), (0, 1, 2)))

    def _check(self, places: npt.NDArray[np.intp], values: Floats) -> None:
        """Half the knots must nearly do, or the likelihood turns faster than the knots can follow."""
        half = CubicSpline(places[::2], values[:, ::2], axis=1)(places[1::2])
        log = values + self.kink * np.maximum(self.knots, 0.0)
        matters = log[:, 1::2] > log.max(axis=1, keepdims=True) - SEEN
        rough = np.abs(np.where(matters, half - values[:, 1::2], 0.0)).max(axis=1)
        worst = int(np.argmax(rough))
        if not rough[worst] <= ROUGH:
            counts = zip(self.arms.events[worst], self.arms.people[worst], strict=True)
            said = " against ".join(f"{events:.0f}/{people:.0f}" for events, people in counts)
            raise FitError(
                f"the likelihood of a trial ({said}) turns too fast to be tabulated: its arms are too unequal"
            )

    def smooth(self, delta: Floats, slope: bool = False) -> Floats:
        """The log likelihood without its kink, or its slope, at δ of shape (S, K); beyond the knots a straight line."""
        first, last = self._ends
        inside = np.clip(delta, first, last)
        panels = self.spline.shape[1]
        place = np.clip((self._stretched(inside) - self._stretched(first)) / self._step, 0.0, panels)
        panel = np.minimum(place.astype(int), panels - 1)
        x = place - panel
        rows = panels * np.arange(len(delta))[:, None]
        c = np.moveaxis(self.spline.reshape(-1, 4)[panel + rows], -1, 0)
        beyond = np.where(delta < first, self._edges[:, :1], self._edges[:, 1:])
        if slope:
            found: Floats = ((3 * c[0] * x + 2 * c[1]) * x + c[2]) * self._stretching(inside) / self._step
            return np.where(inside == delta, found, beyond)
        value: Floats = ((c[0] * x + c[1]) * x + c[2]) * x + c[3]
        return value + beyond * (delta - inside)

    def log_likelihood(self, delta: Floats) -> Floats:
        """Log L(δ), without binomial coefficients; shape (S, K)."""
        return self.smooth(delta) + self.kink * np.maximum(delta, 0.0)

    def tilted(self, mean: Floats, sd: Floats) -> Tilted:
        """Times a normal distribution of the contrast; mean and sd of shape (S, K), sd above 0."""
        if len(self.centre) > TOGETHER:
            self.spline, self._edges  # noqa: B018 (computed once, before the parts ask for theirs)
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
        at = self.knots
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


def _log_normal(x: Floats, mean: Floats, sd: Floats) -> Floats:
    log: Floats = -0.5 * ((x - mean[..., None]) / sd[..., None]) ** 2 - np.log(sd[..., None] * np.sqrt(2 * np.pi))
    return log
