"""Whether the model could have made the data: posterior predictive checks and leave-one-out prediction.

Checks with replicated data: Gelman, Meng & Stern 1996; a trial replicated with a new random effect instead of its own
(the mixed replicate, which is less forgiving): Marshall & Spiegelhalter 2003 (doi:10.1002/sim.1403). Leave-one-out by
Pareto-smoothed importance sampling: Vehtari, Gelman & Gabry 2017 (doi:10.1007/s11222-016-9696-4).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats
from scipy.special import expit, logit, logsumexp

from nma.answers.contrasts import generator
from nma.answers.goodness import binomial_deviance, contrasts, probabilities, slices, trials_of
from nma.answers.scale import Floats, basic_parameters
from nma.evidence import Trial
from nma.fitting import Fit, Task
from nma.fitting.exact.weights import smoothed
from nma.fitting.layout import Layout, layout
from nma.vocab import Effects, Likelihood, Link

PARETO_LIMIT = 0.7
"""Above this shape the importance weights of a trial cannot be trusted."""


def predictive_check(fit: Fit) -> dict[str, Any]:
    """Posterior predictive p-values by the residual deviance.

    Returns
    -------
    dict
        ``p``: probability that replicates of the same trials lie as far from the model as the data do; ``trials``: for
        each trial, that a new trial in its place (a new random effect, the same baseline) lies as far off.
    """
    own, trials = _CHECKS[fit.analysis.likelihood](fit)
    ids = [trial.id for trial in trials_of(fit)]
    rows = [{"study": name, "p": float(p)} for name, p in zip(ids, trials, strict=True)]
    return {"p": float(own), "trials": rows}


def _binomial_check(fit: Fit) -> tuple[float, list[float]]:
    rng = generator(fit, 3)
    probability = probabilities(fit)
    arrays = layout(Task(fit.evidence, fit.analysis, fit.means))
    trials = trials_of(fit)
    total = np.zeros((2, len(probability)))
    p_values = []
    for row, (trial, own) in enumerate(zip(trials, slices(trials), strict=True)):
        p = probability[:, row, : len(trial.arms)]
        total += _distances(trial, p, rng)
        seen, replicated = _distances(trial, _new_effects(fit, arrays, p, (row, own), rng), rng)
        p_values.append(float((replicated >= seen).mean()))
    return float((total[1] >= total[0]).mean()), p_values


def _distances(trial: Trial, probability: Floats, rng: np.random.Generator) -> Floats:
    """Residual deviance of a trial's counts, and of counts replicated from the same probabilities; shape (2, D)."""
    events = np.array([arm.events for arm in trial.arms], dtype=float)
    people = np.array([arm.n for arm in trial.arms])
    replicated = rng.binomial(people, np.clip(probability, 0.0, 1.0))
    distances = [binomial_deviance(counts, people, probability).sum(axis=-1) for counts in (events, replicated)]
    return np.array(distances)


def _new_effects(
    fit: Fit, arrays: Layout, probability: Floats, place: tuple[int, slice], rng: np.random.Generator
) -> Floats:
    """Probabilities of a trial's arms with a new random effect and the trial's own baseline; shape (D, A)."""
    if fit.analysis.effects is Effects.COMMON:
        return probability
    (row, own), size = place, probability.shape[1]
    mean = basic_parameters(fit) @ arrays.design[own].T
    assert fit.heterogeneity_sd is not None
    tau = fit.heterogeneity_sd.to_numpy().reshape(-1, 1)
    first = row * arrays.events.shape[1]
    delta = (mean + tau * rng.standard_normal(mean.shape)) @ arrays.mixing[first : first + size, own].T
    return _BASELINES[fit.analysis.link](probability, delta)


def _highest_risk(probability: Floats, delta: Floats) -> Floats:
    highest = probability.max(axis=1, keepdims=True)
    risk: Floats = highest * np.exp(delta - delta.max(axis=1, keepdims=True))
    return risk


def _mean_log_odds(probability: Floats, delta: Floats) -> Floats:
    mean = logit(np.clip(probability, 1e-300, 1 - 1e-16)).mean(axis=1, keepdims=True)
    risk: Floats = expit(mean + delta - delta.mean(axis=1, keepdims=True))
    return risk


_BASELINES = {Link.LOG: _highest_risk, Link.LOGIT: _mean_log_odds}
"""The baselines of the models, each worked back from a trial's probabilities."""


def _normal_check(fit: Fit) -> tuple[float, list[float]]:
    found = contrasts(fit)
    rng = generator(fit, 3)
    true = found.true_mean + np.sqrt(found.true_variance) * rng.standard_normal(found.true_mean.shape)
    distance = (found.precision * (found.seen - true) ** 2).sum(axis=1)
    own = stats.chi2.sf(distance, len(found.seen)).mean()
    squared = (found.seen - found.mean) ** 2 / (found.tau**2 + 1 / found.precision)
    trials = trials_of(fit)
    p_values = [
        float(stats.chi2.sf(squared[:, part].sum(axis=1), len(trial.arms) - 1).mean())
        for trial, part in zip(trials, slices(trials), strict=True)
    ]
    return float(own), p_values


_CHECKS = {Likelihood.BINOMIAL: _binomial_check, Likelihood.NORMAL: _normal_check}


def leave_one_out(fit: Fit) -> dict[str, Any] | None:
    """Expected log predictive density of trials left out one by one, with its Pareto k; None for a single trial.

    A trial's density is that of its counts given its own random effect (binomial), or of its contrasts with the random
    effect integrated out (contrast level). In the first case the importance weights often fail, and k says so.
    """
    density = _DENSITIES[fit.analysis.likelihood](fit)
    if density.shape[-1] < 2:
        return None
    weights = [smoothed(-one) for one in density.T]
    pointwise = np.array([logsumexp(one, b=weight.share) for one, weight in zip(density.T, weights, strict=True)])
    within = logsumexp(density, axis=0) - np.log(len(density))
    k = np.array([weight.pareto_k for weight in weights])
    worst = int(np.argmax(k))
    return {
        "elpd": float(pointwise.sum()),
        "se": float(np.sqrt(len(k)) * pointwise.std()),
        "p_loo": float((within - pointwise).sum()),
        "k_over": int((k > PARETO_LIMIT).sum()),
        "worst_k": float(k[worst]),
        "worst": trials_of(fit)[worst].id,
        "trials": len(k),
    }


def _binomial_density(fit: Fit) -> Floats:
    """Log density of each trial's counts; shape (D, S)."""
    probability = probabilities(fit)
    columns = []
    for row, trial in enumerate(trials_of(fit)):
        events, people = (np.array([getattr(arm, name) for arm in trial.arms]) for name in ("events", "n"))
        columns.append(stats.binom.logpmf(events, people, probability[:, row, : len(trial.arms)]).sum(axis=1))
    return np.stack(columns, axis=1)


def _normal_density(fit: Fit) -> Floats:
    """Log density of each trial's contrasts, random effects integrated out; shape (D, S)."""
    found = contrasts(fit)
    density = stats.norm.logpdf(found.seen, found.mean, np.sqrt(found.tau**2 + 1 / found.precision))
    return np.stack([density[:, part].sum(axis=1) for part in slices(trials_of(fit))], axis=1)


_DENSITIES = {Likelihood.BINOMIAL: _binomial_density, Likelihood.NORMAL: _normal_density}
