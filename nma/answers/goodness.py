"""How well a model fits: residual deviance, leverage, pD and DIC.

Spiegelhalter et al. 2002 (doi:10.1111/1467-9868.00353), as used for networks in NICE DSU TSD 2: the posterior mean of
the residual deviance, D̄ = Σ D̄_i, against the number of data points; leverage_i = D̄_i less the deviance at the
posterior mean of the fitted value; pD = Σ leverage_i; DIC = D̄ + pD.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlog1py, xlogy

from nma.answers.scale import Floats, basic_parameters
from nma.evidence import Trial
from nma.fitting import Fit, Task
from nma.fitting.layout import layout
from nma.fitting.means import prepared
from nma.vocab import Likelihood


@dataclass(frozen=True)
class Point:
    """One row of the deviance table: an arm's events (binomial), or all contrasts of a trial (contrast level)."""

    study: str
    treatment: str | None
    observed: float | None
    fitted: float | None
    deviance: float
    leverage: float
    above: bool
    """Whether what was observed lies above what is fitted."""
    data_points: int

    def plain(self) -> dict[str, Any]:
        """As data, with the signed root of the deviance (for a trial with several contrasts, of their mean)."""
        root = float(np.sqrt(max(0.0, self.deviance) / self.data_points))
        names = ("study", "treatment", "observed", "fitted", "deviance", "leverage", "data_points")
        label = self.study if self.treatment is None else f"{self.study}, {self.treatment}"
        row = {name: getattr(self, name) for name in names}
        return {**row, "label": label, "signed_root": root if self.above else -root}


def goodness(fit: Fit) -> dict[str, Any]:
    """Residual deviance of a fit, of any model of the means.

    Returns
    -------
    dict
        ``dbar``, ``pd``, ``dic``, ``data_points`` (arms, or contrasts), and ``points``: one an arm (binomial
        likelihood) or one a trial (contrast level).
    """
    points = list(_POINTS[fit.analysis.likelihood](fit))
    dbar, pd = (float(sum(getattr(point, name) for point in points)) for name in ("deviance", "leverage"))
    return {
        "dbar": dbar,
        "pd": pd,
        "dic": dbar + pd,
        "data_points": data_points(fit),
        "points": [point.plain() for point in points],
    }


def data_points(fit: Fit) -> int:
    """Arms (binomial likelihood) or contrasts (contrast level), as the model took the trials."""
    contrasts_only = fit.analysis.likelihood is Likelihood.NORMAL
    return sum(len(trial.arms) - contrasts_only for trial in trials_of(fit))


def trials_of(fit: Fit) -> tuple[Trial, ...]:
    """The trials as the model took them."""
    return prepared(fit.evidence, fit.means).trials


def probabilities(fit: Fit) -> Floats:
    """Draws of each arm's probability; shape (D, S, A)."""
    assert fit.probability is not None  # the likelihood is binomial
    draws = fit.probability.transpose("chain", "draw", "study", "arm").to_numpy()
    flat: Floats = draws.reshape(-1, *draws.shape[2:])
    return flat


def binomial_deviance(events: ArrayLike, people: ArrayLike, probability: ArrayLike) -> Floats:
    """2[r log(r / np) + (n - r) log((n - r) / (n(1 - p)))], with 0 log 0 = 0; broadcasts."""
    events, people = np.asarray(events, dtype=float), np.asarray(people, dtype=float)
    tiny = np.finfo(float).tiny
    p = np.clip(probability, tiny, 1 - np.finfo(float).eps / 2)
    saturated = xlogy(events, events / people) + xlogy(people - events, 1 - events / people)
    deviance: Floats = np.maximum(0.0, 2 * (saturated - xlogy(events, p) - xlog1py(people - events, -p)))
    return deviance


def _arms(fit: Fit) -> Iterator[Point]:
    probability = probabilities(fit)
    for row, trial in enumerate(trials_of(fit)):
        for column, arm in enumerate(trial.arms):
            draws = probability[:, row, column]
            mean = float(draws.mean())
            deviance = float(binomial_deviance(arm.events, arm.n, draws).mean())
            leverage = deviance - float(binomial_deviance(arm.events, arm.n, mean))
            above = arm.events >= arm.n * mean
            yield Point(trial.id, arm.treatment, float(arm.events), arm.n * mean, deviance, leverage, bool(above), 1)


@dataclass(frozen=True)
class Contrasts:
    """Independent contrasts of a contrast-level fit: what was seen, and draws of what is true.

    Attributes
    ----------
    seen, precision : array, shape (C,)
        Estimates and their precisions.
    mean : array, shape (D, C)
        Expected by the model of the means.
    true_mean, true_variance : array, shape (D, C)
        Of the trial's own effect, given the draw's parameters and what was seen.
    tau : array, shape (D, 1)
        Between-trial standard deviation, 0 for common effects.
    """

    seen: Floats
    precision: Floats
    mean: Floats
    true_mean: Floats
    true_variance: Floats
    tau: Floats


def contrasts(fit: Fit) -> Contrasts:
    """The independent contrasts of a fit, as :mod:`nma.fitting.layout` defines them.

    Random effects are integrated out by the sampler; given d and τ a trial's effect is normal with precision Λ + 1/τ².
    """
    arrays = layout(Task(fit.evidence, fit.analysis, fit.means))
    mean = basic_parameters(fit) @ arrays.design.T
    tau = np.zeros((len(mean), 1))
    if fit.heterogeneity_sd is not None:
        tau = fit.heterogeneity_sd.to_numpy().reshape(-1, 1)
    gain = arrays.precision * tau**2
    return Contrasts(
        arrays.estimate, arrays.precision, mean, (mean + gain * arrays.estimate) / (1 + gain), tau**2 / (1 + gain), tau
    )


def slices(trials: tuple[Trial, ...]) -> list[slice]:
    """Where each trial's independent contrasts stand."""
    ends = np.cumsum([len(trial.arms) - 1 for trial in trials])
    return [slice(int(end) - len(trial.arms) + 1, int(end)) for end, trial in zip(ends, trials, strict=True)]


def _trials(fit: Fit) -> Iterator[Point]:
    found = contrasts(fit)
    deviance = (found.precision * ((found.seen - found.true_mean) ** 2 + found.true_variance)).mean(axis=0)
    residual = found.seen - found.true_mean.mean(axis=0)
    leverage = deviance - found.precision * residual**2
    trials = trials_of(fit)
    for trial, own in zip(trials, slices(trials), strict=True):
        largest = int(np.argmax(found.precision[own] * residual[own] ** 2))
        above = bool(residual[own][largest] >= 0)
        sums = float(deviance[own].sum()), float(leverage[own].sum())
        yield Point(trial.id, None, None, None, *sums, above, len(trial.arms) - 1)


_POINTS = {Likelihood.BINOMIAL: _arms, Likelihood.NORMAL: _trials}
