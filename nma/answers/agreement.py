"""Two engines that vouch for each other: how far their posteriors of the same task lie apart.

Compared are the means of every relative effect, of the heterogeneity and of every treatment's rank (as SUCRA), each
difference divided by its Monte Carlo error: two correct engines differ by more than four once in ten thousand times a
quantity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from nma.answers.closed_form import differences, mixture
from nma.answers.scale import Floats, higher_is_better
from nma.fitting import Fit
from nma.fitting.posterior import GateRow
from nma.vocab import Engine

LIMIT = 4.0
"""Monte Carlo errors by which two engines may differ."""
CHECK = "engines"


@dataclass(frozen=True)
class Estimate:
    """A posterior mean with its Monte Carlo error, and the posterior standard deviation."""

    mean: float
    error: float
    sd: float


@dataclass(frozen=True)
class Agreement:
    """The largest difference between two fits of the same task.

    Attributes
    ----------
    quantity : str
        Where they differ most.
    errors : float
        By how many Monte Carlo errors.
    sds : float
        By how many posterior standard deviations.
    quantities : int
        How many were compared.
    seconds : float
        What the second engine took.
    """

    quantity: str
    errors: float
    sds: float
    quantities: int
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether nothing but chance lies between the two."""
        return self.errors <= LIMIT

    def plain(self) -> dict[str, Any]:
        """As data."""
        names = ("quantity", "errors", "sds", "quantities", "seconds")
        return {name: getattr(self, name) for name in names} | {"limit": LIMIT, "holds": self.holds}


def agreement(sampled: Fit, exact: Fit) -> Agreement:
    """Compare two fits of the same task."""
    one, other = dict(estimates(sampled)), dict(estimates(exact))
    apart = {name: _apart(one[name], other[name]) for name in one}
    worst = max(apart, key=lambda name: apart[name])
    off = abs(one[worst].mean - other[worst].mean)
    sds = off / max(one[worst].sd, other[worst].sd) if off else 0.0
    return Agreement(worst, apart[worst], sds, len(apart), exact.seconds)


def vouched(sampled: Fit, found: Agreement) -> Fit:
    """The fit with the agreement as one more condition of its gate."""
    row = GateRow(CHECK, found.errors, LIMIT, found.holds)
    diagnostics = replace(sampled.diagnostics, gate=(*sampled.diagnostics.gate, row))
    return replace(sampled, diagnostics=diagnostics)


def _apart(one: Estimate, other: Estimate) -> float:
    """Difference in Monte Carlo errors; two that know a quantity exactly must agree."""
    off, error = abs(one.mean - other.mean), float(np.hypot(one.error, other.error))
    if error == 0:
        return 0.0 if off < 1e-9 else float("inf")
    return off / error


def estimates(fit: Fit) -> Iterator[tuple[str, Estimate]]:
    """Every compared quantity of a fit, by name."""
    closed = mixture(fit)
    if closed is not None:
        yield from _in_closed_form(fit)
        return
    effects = fit.effects.transpose("chain", "draw", "treatment").to_numpy()
    names = fit.treatments
    for a, b in combinations(range(len(names)), 2):
        yield f"{names[b]} against {names[a]}", _estimate(fit, effects[..., b] - effects[..., a])
    ranks = (-effects if higher_is_better(fit) else effects).argsort(axis=-1).argsort(axis=-1)
    for i, name in enumerate(names):
        yield f"SUCRA of {name}", _estimate(fit, 1 - ranks[..., i] / (len(names) - 1))
    if fit.heterogeneity_sd is not None:
        yield "heterogeneity", _estimate(fit, fit.heterogeneity_sd.transpose("chain", "draw").to_numpy())


def _estimate(fit: Fit, draws: Floats) -> Estimate:
    """Mean of draws of shape (chain, draw), with its error."""
    sd = float(draws.std())
    return Estimate(float(draws.mean()), sd / np.sqrt(_effective(fit, draws)), sd)


def _effective(fit: Fit, draws: Floats) -> float:
    """Effective number of draws of a quantity: of its own chains, or the least of the importance sample."""
    if fit.engine == Engine.EXACT and fit.diagnostics.pareto_k is not None:
        return fit.diagnostics.min_ess_bulk
    if np.ptp(draws) == 0:
        return float(draws.size)
    from nma.fitting.quiet import arviz

    return float(arviz().ess(np.asarray(draws, float), method="mean"))


def _in_closed_form(fit: Fit) -> Iterator[tuple[str, Estimate]]:
    """The same without error."""
    closed, posterior = mixture(fit), fit.closed_form
    assert closed is not None and posterior is not None  # noqa: PT018 (the caller has looked)
    every, names = differences(closed), fit.treatments
    mean, sd = every.moments()
    for a, b in combinations(range(len(names)), 2):
        yield f"{names[b]} against {names[a]}", Estimate(float(mean[b, a]), 0.0, float(sd[b, a]))
    above = every.above() if higher_is_better(fit) else every.above().T
    for i, name in enumerate(names):
        yield f"SUCRA of {name}", Estimate(float(above[i].sum() / (len(names) - 1)), 0.0, 0.0)
    if posterior.heterogeneity is not None:
        tau, weight = posterior.heterogeneity.tau, posterior.heterogeneity.weight
        centre = float(weight @ tau)
        yield "heterogeneity", Estimate(centre, 0.0, float(np.sqrt(weight @ (tau - centre) ** 2)))
