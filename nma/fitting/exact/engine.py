"""From a task to a fit, by the likelihood."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

from nma.errors import FitError
from nma.fitting.exact.binomial import posterior
from nma.fitting.exact.normal import NormalPosterior, contrast_level, normal_posterior
from nma.fitting.exact.sampling import Drawn, sample
from nma.fitting.means import Task, basis
from nma.fitting.posterior import Fit, FitDiagnostics, GateRow
from nma.vocab import Engine, Likelihood

MAX_CHANGE = 1e-4
"""Relative change of any figure when the quadrature is doubled."""


def fit_exact(task: Task, seed: int) -> Fit:
    """Compute the posterior of a task.

    Raises
    ------
    FitError
        The posterior cannot be computed.
    """
    started = time.perf_counter()
    sampling = task.analysis.sampling
    try:
        drawn = _LIKELIHOODS[task.analysis.likelihood](task, np.random.default_rng([seed, 4]))
    except np.linalg.LinAlgError:
        raise FitError("the posterior cannot be computed: a covariance is singular; are the counts extreme?") from None
    return Fit(
        evidence=task.evidence,
        analysis=task.analysis,
        posterior=_dataset(task, drawn, drawn.shape or (sampling.chains, sampling.draws)),
        diagnostics=drawn.diagnostics,
        engine=str(Engine.EXACT),
        seed=seed,
        seconds=time.perf_counter() - started,
        attempts=drawn.attempts,
        tune=0,
        target_accept=sampling.target_accept,
        means=task.means,
        shift=task.shift,
    )


def _normal(task: Task, rng: np.random.Generator) -> Drawn:
    found = normal_posterior(contrast_level(task), task.analysis)
    sampling = task.analysis.sampling
    parameters, tau = found.draw(sampling.chains * sampling.draws, rng)
    return Drawn(parameters, tau, _quadrature_gate(found, task, len(tau)))


def _quadrature_gate(found: NormalPosterior, task: Task, draws: int) -> FitDiagnostics:
    """Double the quadrature: nothing may change."""
    finer = normal_posterior(found.regression, task.analysis, refine=1)
    change = max(abs(a / b - 1) for a, b in zip(_figures(found), _figures(finer), strict=True))
    row = GateRow("quadrature", change, MAX_CHANGE, change <= MAX_CHANGE)
    return FitDiagnostics(None, float(draws), float(draws), None, "heterogeneity", (row,))


def _figures(found: NormalPosterior) -> list[float]:
    """Median and limits of the heterogeneity, and the second moments of the parameters."""
    mixture = found.mixture()
    spread = mixture.weight @ (np.diagonal(mixture.covariance, axis1=1, axis2=2) + mixture.mean**2)
    tau = found.heterogeneity
    return [*map(float, spread), *([tau.quantile(p) for p in (0.025, 0.5, 0.975)] if tau else [])]


def _dataset(task: Task, drawn: Drawn, size: tuple[int, int]) -> xr.Dataset:
    """Draws with the dims and names that the sampler's have."""
    names = list(basis(task.evidence, task.means).names)
    parameters = drawn.parameters.reshape(*size, len(names))
    variables: dict[str, Any]
    if task.means.consistent:
        variables = {"effects": (("chain", "draw", "treatment"), np.pad(parameters, ((0, 0), (0, 0), (1, 0))))}
        coords: dict[str, Any] = {"treatment": list(task.evidence.treatments)}
    else:
        variables, coords = {"parameters": (("chain", "draw", "parameter"), parameters)}, {"parameter": names}
    if task.analysis.priors.heterogeneity is not None:
        variables["heterogeneity_sd"] = (("chain", "draw"), drawn.tau.reshape(size))
    analysis = task.analysis
    attributes = {"likelihood": str(analysis.likelihood), "link": str(analysis.link), "measure": str(analysis.measure)}
    coords |= {"chain": np.arange(size[0]), "draw": np.arange(size[1])}
    return xr.Dataset(variables, coords, attributes)


def _binomial(task: Task, rng: np.random.Generator) -> Drawn:
    return sample(posterior(task, contrast_level(task), rng), task, rng)


_LIKELIHOODS: dict[Likelihood, Callable[[Task, np.random.Generator], Drawn]] = {
    Likelihood.NORMAL: _normal,
    Likelihood.BINOMIAL: _binomial,
}
