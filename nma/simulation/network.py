"""One simulated network: the model that is fitted, run forwards.

The arms of a trial have effects d_k + τ z_k / √2, so that its contrasts have between-trial covariance τ²(½I + ½J).
Risk ratios: the highest risk of a trial is drawn, and the other arms follow; odds ratios: the mean log odds of its arms
is drawn. Contrasts, where the normal likelihood itself is to be tried, are drawn from that model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from nma.analysis import Analysis
from nma.evidence import ArmData, Evidence, Trial
from nma.fitting import Task
from nma.fitting.layout import Layout, layout
from nma.fitting.priors import distribution
from nma.simulation.plan import Plan, PlannedTrial, Truth
from nma.vocab import Measure

Floats = npt.NDArray[np.floating[Any]]
USUAL_SIZE = 100
"""People an arm at which the small-study bias is stated."""


def true_values(plan: Plan, rng: np.random.Generator) -> Truth:
    """The truth of one network: as planned, or drawn from the priors."""
    if plan.truth is not None:
        return plan.truth
    priors = plan.analysis.priors
    effects = distribution(priors.effects).rvs(len(plan.treatments) - 1, random_state=rng)
    spread = priors.heterogeneity
    tau = 0.0 if spread is None else float(distribution(spread).rvs(random_state=rng))
    return Truth((0.0, *map(float, effects)), tau)


def counts(plan: Plan, truth: Truth, rng: np.random.Generator) -> Evidence:
    """Events and people of every arm of one network."""
    trials = [Trial(trial.id, _arms(trial, plan, truth, rng)) for trial in plan.trials]
    return Evidence.build(plan.analysis, trials, names=plan.names)


def contrasts(plan: Plan, truth: Truth, rng: np.random.Generator) -> tuple[Task, Layout]:
    """Contrasts of one network in independent coordinates, drawn from x̂ ~ Normal(Xβ, 1/Λ + τ²).

    The sampling variances are those of a network with these sizes in which no treatment does anything: they say
    nothing of the truth. The task is that network's; only its layout holds the contrasts.
    """
    nothing = Truth((0.0,) * len(plan.treatments), 0.0)
    task = Task(counts(plan, nothing, rng), plan.analysis)
    arrays = layout(task)
    sd = np.sqrt(1 / arrays.precision + truth.heterogeneity**2)
    drawn = arrays.design @ np.array(truth.effects[1:]) + sd * rng.standard_normal(len(sd))
    return task, replace(arrays, estimate=drawn)


def _arms(trial: PlannedTrial, plan: Plan, truth: Truth, rng: np.random.Generator) -> tuple[ArmData, ...]:
    sizes = trial.sizes or (int(rng.choice(plan.arm_sizes)),) * len(trial.treatments)
    effects = np.array([truth.effects[plan.treatments.index(name)] for name in trial.treatments])
    effects = effects + _biases(trial, plan, sizes)
    effects = effects + truth.heterogeneity / np.sqrt(2) * rng.standard_normal(len(effects))
    risks = _RISKS[plan.analysis.effect_measure](effects, trial.risks, plan.analysis, rng)
    events = rng.binomial(sizes, risks)
    return tuple(ArmData(name, int(r), n, name) for name, r, n in zip(trial.treatments, events, sizes, strict=True))


def _biases(trial: PlannedTrial, plan: Plan, sizes: tuple[int, ...]) -> Floats:
    """What planted inconsistency and small-study bias add to each arm."""
    added = np.zeros(len(sizes))
    for treatment, versus, by in plan.shifts:
        if {treatment, versus} <= set(trial.treatments):
            added[trial.treatments.index(treatment)] += by / 2
            added[trial.treatments.index(versus)] -= by / 2
    added[1:] += plan.small_study_bias * np.sqrt(USUAL_SIZE / np.mean(sizes))
    return added


Range = tuple[float, float] | None


def _from_highest(effects: Floats, risks: Range, analysis: Analysis, rng: np.random.Generator) -> Floats:
    """Risks by the highest of them: uniform over its range, or over 0 to 1, which is its prior."""
    highest: Floats = rng.uniform(*(risks or (0.0, 1.0))) * np.exp(effects - effects.max())
    return highest


def _from_mean_log_odds(effects: Floats, risks: Range, analysis: Analysis, rng: np.random.Generator) -> Floats:
    """Risks by the mean of their log odds: uniform over its range, or as its prior says."""
    prior = distribution(analysis.baseline_prior)
    mean = prior.rvs(random_state=rng) if risks is None else rng.uniform(*logit(risks))
    found: Floats = expit(mean + effects - effects.mean())
    return found


_RISKS: dict[Measure, Callable[[Floats, Range, Analysis, np.random.Generator], Floats]] = {
    Measure.RR: _from_highest,
    Measure.OR: _from_mean_log_odds,
}
