"""The likelihood of a trial's contrasts, its baseline integrated out.

For S trials of A arms and contrasts δ against their first arms (0 for the first arm itself)::

    L(δ) = ∫ p(a) Π_k p_k^r_k (1 - p_k)^(n_k - r_k) da
    log link:    a = log odds of the highest risk, uniform on (0, 1);  log p_k = log p_max + δ_k - max_j δ_j
    logit link:  a = mean log odds, with its normal prior;             logit p_k = a + δ_k - mean_j δ_j

The integrand in a has one mode and falls at least exponentially on both sides of it, so that the trapezoidal rule
between the points where it has become negligible converges exponentially (Trefethen & Weideman 2014,
doi:10.1137/130932132).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import log_expit, logsumexp

from nma.analysis import Analysis
from nma.evidence import Trial
from nma.fitting.priors import numbers
from nma.vocab import Link

Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]

NODES = 80
"""Points of the trapezoidal rule: log likelihoods are good to 1e-5, also where an arm has events or non-events only."""
DROP = 36.0
"""How far below its maximum the log integrand is negligible."""
FARTHEST = 250.0
"""Largest absolute log odds that are looked at."""
STEPS, LONGEST = 2, 2.0
"""Newton's steps towards a mode, and the longest one."""
HALVINGS = 14
"""Halvings of the range in which a mode may lie, until Newton's steps find it."""


@dataclass(frozen=True)
class Arms:
    """Counts of S trials with A arms each; ``baseline_sd`` is of a trial's mean log odds (logit link)."""

    events: Floats
    people: Floats
    link: Link
    baseline_sd: float

    @classmethod
    def of(cls, trials: Sequence[Trial], analysis: Analysis) -> Arms:
        """The counts of trials that have the same number of arms."""
        events = np.array([[arm.events for arm in trial.arms] for trial in trials], float)
        people = np.array([[arm.n for arm in trial.arms] for trial in trials], float)
        return cls(events, people, analysis.link, numbers(analysis.baseline_prior)[0])

    def take(self, rows: slice | Sequence[int]) -> Arms:
        """Some of the trials."""
        return Arms(self.events[rows], self.people[rows], self.link, self.baseline_sd)

    def log_joint(self, baseline: Floats, delta: Floats) -> Floats:
        """Log of likelihood times prior of the baseline.

        Parameters
        ----------
        baseline : array, shape (S, ...)
            a, for each trial.
        delta : array, shape (S, ..., A)
            Effect of each arm against the first, broadcast against the baseline.
        """
        events, others, log_p, log_q = self._terms(baseline, delta)
        return _total(events * log_p + others * log_q) + _PRIORS[self.link](baseline, self.baseline_sd)

    def log_odds(self, baseline: Floats, delta: Floats) -> Floats:
        """Log odds of every arm; shapes as in :meth:`log_joint`."""
        _, _, log_p, log_q = self._terms(baseline, delta)
        return log_p - log_q

    def _terms(self, baseline: Floats, delta: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        log_p, log_q = _RISKS[self.link](baseline, delta)
        shape = (len(self.events), *[1] * (delta.ndim - 2), self.events.shape[-1])
        return self.events.reshape(shape), (self.people - self.events).reshape(shape), log_p, log_q

    def range(self, delta: Floats) -> tuple[Floats, Floats]:
        """Between which baselines the integrand counts; delta of shape (S, ..., A), results (S, ...)."""
        mode = self._mode(delta)
        peak = self.log_joint(mode, delta)

        def negligible(distance: Floats, sign: float) -> Bools:
            return self.log_joint(mode + sign * distance, delta) < peak - DROP

        return (
            mode - _first(lambda distance: negligible(distance, -1.0), mode.shape),
            mode + _first(lambda distance: negligible(distance, 1.0), mode.shape),
        )

    def _mode(self, delta: Floats) -> Floats:
        """The baseline at which the integrand is largest: by bisection on its derivative, then Newton's steps."""
        low, high = np.full(delta.shape[:-1], -FARTHEST), np.full(delta.shape[:-1], FARTHEST)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            rising = _NEWTON[self.link](self, middle, delta)[0] > 0
            low, high = np.where(rising, middle, low), np.where(rising, high, middle)
        return self.near_mode((low + high) / 2, delta, 2 * STEPS)[0]

    def near_mode(self, baseline: Floats, delta: Floats, steps: int = STEPS) -> tuple[Floats, Floats]:
        """Newton's steps from a baseline towards the mode, and the standard deviation of a normal curve there.

        Shapes as in :meth:`log_joint`.
        """
        for _ in range(steps):
            slope, curvature = _NEWTON[self.link](self, baseline, delta)
            baseline = baseline + np.clip(slope / curvature, -LONGEST, LONGEST)
        return baseline, 1 / np.sqrt(curvature)

    def log_likelihood(self, delta: Floats, between: tuple[Floats, Floats] | None = None) -> Floats:
        """Log L(δ), without binomial coefficients; delta of shape (S, D, A), result (S, D)."""
        low, high = self.range(delta) if between is None else between
        grid = np.linspace(low, high, NODES, axis=-1)
        integrand = self.log_joint(grid, delta[..., None, :])
        found: Floats = logsumexp(integrand, axis=-1) + np.log((high - low) / (NODES - 1))
        return found


def _first(far_enough: Callable[[Floats], Bools], shape: tuple[int, ...]) -> Floats:
    """Smallest distance at which something holds, to a few per cent above; geometric bisection."""
    low, high = np.full(shape, np.log(1e-7)), np.full(shape, np.log(FARTHEST))
    for _ in range(9):
        middle = (low + high) / 2
        enough = far_enough(np.exp(middle))
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    distance: Floats = np.exp(high)
    return distance


def _log_link(baseline: Floats, delta: Floats) -> tuple[Floats, Floats]:
    log_p = log_expit(baseline)[..., None] + (delta - highest(delta)[..., None])
    return log_p, np.log(-np.expm1(log_p))


def _logit_link(baseline: Floats, delta: Floats) -> tuple[Floats, Floats]:
    log_odds = baseline[..., None] + delta - delta.mean(axis=-1, keepdims=True)
    return log_expit(log_odds), log_expit(-log_odds)


def _log_newton(arms: Arms, baseline: Floats, delta: Floats) -> tuple[Floats, Floats]:
    events, others, log_p, log_q = arms._terms(baseline, delta)
    risk, odds = np.exp(log_expit(baseline)), np.exp(log_p - log_q)
    failing = others * odds
    slope: Floats = (1 - risk) * _total(events - failing) + 1 - 2 * risk
    curvature: Floats = (1 - risk) ** 2 * _total(failing * (1 + odds)) + risk
    return slope, curvature


def _logit_newton(arms: Arms, baseline: Floats, delta: Floats) -> tuple[Floats, Floats]:
    events, others, log_p, _ = arms._terms(baseline, delta)
    risk = np.exp(log_p)
    expected = (events + others) * risk
    slope: Floats = _total(events - expected) - baseline / arms.baseline_sd**2
    curvature: Floats = _total(expected * (1 - risk)) + arms.baseline_sd**-2
    return slope, curvature


def highest(delta: Floats) -> Floats:
    """The largest of a trial's effects, over the last axis: numpy is slow where that is short."""
    return reduce(np.maximum, np.moveaxis(delta, -1, 0))


def _total(terms: Floats) -> Floats:
    return reduce(np.add, np.moveaxis(terms, -1, 0))


_RISKS = {Link.LOG: _log_link, Link.LOGIT: _logit_link}
"""Log of the risk of each arm, and of its complement."""
_NEWTON = {Link.LOG: _log_newton, Link.LOGIT: _logit_newton}
"""Slope of the log integrand in the baseline, and minus its slope where that is 0."""
_PRIORS: dict[Link, Callable[[Floats, float], Floats]] = {
    Link.LOG: lambda a, sd: log_expit(a) + log_expit(-a),
    Link.LOGIT: lambda a, sd: -0.5 * (a / sd) ** 2 - np.log(sd * np.sqrt(2 * np.pi)),
}
