"""A density of the heterogeneity τ on (0, ∞), known up to a constant, integrated by adaptive Gauss-Legendre panels.

τ = scale t / (1 - t) maps (0, 1) on (0, ∞) and turns the tail of a half-Cauchy prior into something smooth. Panels in t
are halved where the density changes by more than a rule of fixed order can follow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq

from nma.errors import FitError

Floats = npt.NDArray[np.floating[Any]]

ORDER = 12
"""Nodes in a panel."""
FIRST_PANELS = 8
TOLERANCE = 1e-9
"""Share of the whole by which a panel and its two halves may differ."""
NEGLIGIBLE = -45.0
"""Log density, against its maximum, that plays no part in any sum."""
STEEPEST = 12.0
"""Largest change of the log density within a panel that counts."""
MOST_PANELS = 4000
NODES, WEIGHTS = np.polynomial.legendre.leggauss(ORDER)


@dataclass(frozen=True)
class Density:
    """A normalised density of τ.

    Attributes
    ----------
    tau, weight : array, shape (G,)
        Nodes in ascending order, and the probability each stands for; the weights sum to 1.
    edges, cumulative : array, shape (K + 1,)
        Borders of the panels in t, and the probability below them.
    scale : float
        τ at t = ½.
    log_density : callable
        Array of t → log of the unnormalised density of t, less its maximum.
    """

    tau: Floats
    weight: Floats
    edges: Floats
    cumulative: Floats
    scale: float
    total: float
    log_density: Callable[[Floats], Floats]

    def below(self, tau: float) -> float:
        """Probability that the heterogeneity lies below a value."""
        return self._below(tau / (self.scale + tau))

    def _below(self, t: float) -> float:
        panel = int(np.clip(np.searchsorted(self.edges, t, side="right") - 1, 0, len(self.edges) - 2))
        start = self.edges[panel]
        if t >= self.edges[-1]:
            return 1.0
        nodes, weights = _rule(np.array([start]), np.array([t]))
        part = float((weights * np.exp(self.log_density(nodes.ravel()).reshape(nodes.shape))).sum())
        return float(self.cumulative[panel]) + part / self.total

    def quantile(self, probability: float) -> float:
        """The value below which the heterogeneity lies with a probability."""
        panel = int(np.clip(np.searchsorted(self.cumulative, probability) - 1, 0, len(self.edges) - 2))
        low, high = self.edges[panel], min(self.edges[panel + 1], 1 - np.finfo(float).epsneg)
        t = brentq(lambda t: self._below(t) - probability, low, high, xtol=1e-16, rtol=1e-13)
        return float(self.scale * t / (1 - t))

    @cached_property
    def _inverse(self) -> PchipInterpolator:
        """Monotone interpolant of t by its probability."""
        panels = len(self.edges) - 1
        inside = np.linspace(self.edges[:-1], self.edges[1:], ORDER + 1, axis=-1)
        nodes, weights = _rule(inside[:, :-1].ravel(), inside[:, 1:].ravel())
        parts = (weights * np.exp(self.log_density(nodes.ravel()).reshape(nodes.shape))).sum(axis=1) / self.total
        probability = np.append(0.0, np.cumsum(parts.reshape(panels * ORDER)))
        t = np.append(inside[:, :-1].ravel(), inside[-1, -1])
        # Where nothing lies the probability stands still, or moves by less than rounding: one point is enough.
        _, kept = np.unique(probability.round(14), return_index=True)
        return PchipInterpolator(probability[kept] / probability[-1], t[kept])

    def draw(self, uniform: Floats) -> Floats:
        """Turn uniform numbers into draws, to the accuracy of an interpolation within a panel."""
        t = np.clip(self._inverse(uniform), np.finfo(float).tiny, 1 - np.finfo(float).epsneg)
        tau: Floats = self.scale * t / (1 - t)
        return tau

    def log(self, tau: Floats) -> Floats:
        """Log of the normalised density of τ."""
        t = tau / (self.scale + tau)
        slope = 2 * np.log1p(-t) - np.log(self.scale)  # dt/dτ
        log: Floats = self.log_density(t) - np.log(self.total) + slope
        return log


def density(log_of_tau: Callable[[Floats], Floats], scale: float, upper: float = np.inf, refine: int = 0) -> Density:
    """Integrate a density.

    Parameters
    ----------
    log_of_tau : callable
        Array of τ → log of the density of τ, up to a constant; -inf where there is none.
    scale : float
        A typical τ.
    upper : float
        Where the density ends.
    refine : int
        How many times every panel is halved once more than needed, to see that nothing changes.

    Raises
    ------
    FitError
        The density is nowhere a finite number, or has no finite integral.
    """

    def log_of_t(t: Floats) -> Floats:
        with np.errstate(divide="ignore", over="ignore"):
            log: Floats = log_of_tau(scale * t / (1 - t)) - 2 * np.log1p(-t)
        return np.where(np.isnan(log), -np.inf, log)

    last = 1.0 if np.isinf(upper) else upper / (scale + upper)
    edges = _refined(log_of_t, np.linspace(0.0, last, FIRST_PANELS + 1))
    for _ in range(refine):
        edges = np.sort(np.append(edges, (edges[:-1] + edges[1:]) / 2))
    nodes, weights = _rule(edges[:-1], edges[1:])
    logs = log_of_t(nodes.ravel()).reshape(nodes.shape)
    peak = float(logs.max())
    parts = weights * np.exp(logs - peak)
    total = float(parts.sum())
    cumulative = np.append(0.0, np.cumsum(parts.sum(axis=1))) / total
    tau = (scale * nodes / (1 - nodes)).ravel()
    return Density(tau, parts.ravel() / total, edges, cumulative, scale, total, lambda t: log_of_t(t) - peak)


def _rule(start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights of panels; shape (K, ORDER)."""
    half = (end - start)[:, None] / 2
    return (start + end)[:, None] / 2 + half * NODES, half * WEIGHTS


def _refined(log: Callable[[Floats], Floats], edges: Floats) -> Floats:
    """Halve panels until halving changes nothing."""
    while True:
        middle = (edges[:-1] + edges[1:]) / 2
        whole, weights = _rule(edges[:-1], edges[1:])
        left, half_weights = _rule(edges[:-1], middle)
        right, _ = _rule(middle, edges[1:])
        logs = [log(nodes.ravel()).reshape(nodes.shape) for nodes in (whole, left, right)]
        peak = max(float(found.max()) for found in logs)
        if not np.isfinite(peak):
            raise FitError("the heterogeneity has no posterior: its density is nowhere a finite number")
        once = (weights * np.exp(logs[0] - peak)).sum(axis=1)
        twice = (half_weights * (np.exp(logs[1] - peak) + np.exp(logs[2] - peak))).sum(axis=1)
        seen = np.clip(np.concatenate(logs, axis=1) - peak, NEGLIGIBLE, None)
        wrong = (np.abs(once - twice) > TOLERANCE * twice.sum()) | (np.ptp(seen, axis=1) > STEEPEST)
        wrong &= middle > edges[:-1]
        wrong &= np.diff(edges) > 1e-13
        if not wrong.any():
            return edges
        if len(edges) > MOST_PANELS:
            raise FitError("the posterior of the heterogeneity cannot be integrated: its density is too rough")
        edges = np.sort(np.append(edges, middle[wrong]))
