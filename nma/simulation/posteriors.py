"""Posterior draws of one simulated network, by the engine and by what was drawn: counts, or contrasts themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from nma.fitting import Task
from nma.fitting.exact import fit_exact
from nma.fitting.exact.normal import normal_posterior
from nma.fitting.layout import Layout, Structure, layout
from nma.fitting.least_squares import Regression
from nma.simulation.network import contrasts, counts
from nma.simulation.plan import Plan, Truth
from nma.vocab import Engine, Likelihood

if TYPE_CHECKING:
    from nma.fitting.nuts import Compiled

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Draws:
    """Draws of one posterior.

    Attributes
    ----------
    effects : array, shape (D, T)
        Against the reference, on the scale on which effects add.
    tau : array, shape (D,), optional
        None for common effects.
    converged : bool
        Whether the fit passed its gate.
    """

    effects: Floats
    tau: Floats | None
    converged: bool


def posterior_draws(plan: Plan, truth: Truth, engine: Engine, rng: np.random.Generator) -> Draws:
    """Simulate one network and fit it.

    Contrasts are drawn where the truth comes from the priors and the likelihood is normal: the posterior can be judged
    against its own model only. Otherwise counts are drawn, whatever likelihood is then put on them.

    Raises
    ------
    FitError
        There is no posterior.
    """
    exactly = plan.truth is None and plan.analysis.likelihood is Likelihood.NORMAL
    return _ENGINES[engine, exactly](plan, truth, rng)


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**31))


def _exact(plan: Plan, truth: Truth, rng: np.random.Generator) -> Draws:
    fit = fit_exact(Task(counts(plan, truth, rng), plan.analysis), _seed(rng))
    return _flat(fit.posterior, fit.diagnostics.converged)


def _exact_contrasts(plan: Plan, truth: Truth, rng: np.random.Generator) -> Draws:
    task, arrays = contrasts(plan, truth, rng)
    ridge = float(arrays.effects_prior[0]) ** -2
    found = normal_posterior(Regression(arrays.design, arrays.estimate, 1 / arrays.precision, ridge), plan.analysis)
    sampling = plan.analysis.sampling
    parameters, tau = found.draw(sampling.chains * sampling.draws, rng)
    random = task.analysis.priors.heterogeneity is not None
    return Draws(np.pad(parameters, ((0, 0), (1, 0))), tau if random else None, True)


def _sampled(plan: Plan, truth: Truth, rng: np.random.Generator) -> Draws:
    task = Task(counts(plan, truth, rng), plan.analysis)
    return _by_nuts(task, layout(task), rng)


def _sampled_contrasts(plan: Plan, truth: Truth, rng: np.random.Generator) -> Draws:
    return _by_nuts(*contrasts(plan, truth, rng), rng)


def _by_nuts(task: Task, arrays: Layout, rng: np.random.Generator) -> Draws:
    """One attempt: the second one of ``nma run`` is longer and would only hide what the first one says."""
    from nma.fitting.diagnostics import diagnose
    from nma.fitting.nuts import posterior

    out = _compiled(arrays).sample(arrays, task.analysis.sampling, _seed(rng), 1)
    draws = posterior(out, arrays, task)
    return _flat(draws, diagnose(draws, out.divergences).converged)


_COMPILED: dict[Structure, Compiled] = {}
"""Compiled models of this process: every network of a study has the same structure."""


def _compiled(arrays: Layout) -> Compiled:
    from nma.fitting.nuts import Compiled

    if arrays.structure not in _COMPILED:
        _COMPILED[arrays.structure] = Compiled(arrays)
    return _COMPILED[arrays.structure]


def _flat(posterior: xr.Dataset, converged: bool) -> Draws:
    effects = posterior["effects"].transpose("chain", "draw", "treatment").to_numpy()
    tau = posterior.get("heterogeneity_sd")
    flat = None if tau is None else tau.transpose("chain", "draw").to_numpy().ravel()
    return Draws(effects.reshape(-1, effects.shape[-1]), flat, converged)


_ENGINES: dict[tuple[Engine, bool], Callable[[Plan, Truth, np.random.Generator], Draws]] = {
    (Engine.EXACT, False): _exact,
    (Engine.EXACT, True): _exact_contrasts,
    (Engine.NUTS, False): _sampled,
    (Engine.NUTS, True): _sampled_contrasts,
}
"""By the engine, and whether contrasts are drawn from their own model."""
