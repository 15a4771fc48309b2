"""What is simulated, resolved: trials with their treatments, sizes and risks, and the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from scipy.special import logit

from nma.analysis import Analysis
from nma.errors import FitError, InputError, Problem
from nma.evidence import Evidence
from nma.fitting import Fit
from nma.registry.vocabulary import TreatmentName
from nma.simulation.spec import Simulation
from nma.vocab import Measure


@dataclass(frozen=True, slots=True)
class PlannedTrial:
    """One trial to be simulated.

    Attributes
    ----------
    id, treatments
        Its name, and its arms in the order of the treatments of the network.
    sizes : tuple of int, optional
        People in each arm; None where one size for all its arms is drawn.
    risks : tuple of float, optional
        Range of the risk of its highest arm (RR) or at its mean log odds (OR); None where the prior says.
    """

    id: str
    treatments: tuple[str, ...]
    sizes: tuple[int, ...] | None = None
    risks: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """Effects of T treatments against the first, which is 0, and the heterogeneity: where effects add."""

    effects: tuple[float, ...]
    heterogeneity: float


@dataclass(frozen=True)
class Plan:
    """Everything that stays the same from one simulated network to the next.

    Attributes
    ----------
    truth : Truth, optional
        None where each network draws its own from the priors.
    shifts : tuple of (treatment, versus, by)
        Planted inconsistency: every trial that holds both arms overstates the one against the other.
    small_study_bias : float
        What a trial with 100 people an arm adds to each effect against its first arm; it falls as 1/√n.
    """

    title: str
    analysis: Analysis
    treatments: tuple[str, ...]
    trials: tuple[PlannedTrial, ...]
    arm_sizes: tuple[int, ...] = ()
    truth: Truth | None = None
    shifts: tuple[tuple[str, str, float], ...] = ()
    small_study_bias: float = 0.0
    names: Mapping[str, TreatmentName] = field(default_factory=dict)

    @property
    def quantities(self) -> list[tuple[str, str]]:
        """The relative effects that are judged: each treatment against those before it."""
        return [(later, earlier) for earlier, later in combinations(self.treatments, 2)]

    def plain(self) -> dict[str, Any]:
        """Plain data for JSON."""
        trials = [
            {"id": t.id, "treatments": list(t.treatments), "sizes": t.sizes and list(t.sizes), "risks": t.risks}
            for t in self.trials
        ]
        return {
            "title": self.title,
            "analysis": self.analysis.plain(),
            "treatments": list(self.treatments),
            "trials": trials,
            "arm_sizes": list(self.arm_sizes),
            "truth": self.truth and {"effects": self.truth.effects, "heterogeneity": self.truth.heterogeneity},
            "inconsistency": [{"treatment": a, "versus": b, "by": by} for a, b, by in self.shifts],
            "small_study_bias": self.small_study_bias,
        }


def plan_of(simulation: Simulation, *, from_priors: bool = False) -> Plan:
    """The plan of a typed specification; with its truth, or with one drawn from the priors for each network.

    Raises
    ------
    InputError
        The specification states no truth, and none is to be drawn.
    """
    if simulation.truth is None and not from_priors:
        hint = "add the key, or draw it from the priors with --truth prior"
        raise InputError(Problem(simulation.title, "truth", "missing", hint=hint))
    treatments, stated = tuple(simulation.treatments), None if from_priors else simulation.truth
    risks = None if simulation.risks is None or from_priors else (simulation.risks.lowest, simulation.risks.highest)
    designs = [design.treatments for design in simulation.design for _ in range(design.trials)]
    trials = tuple(
        PlannedTrial(f"{i:04} {' '.join(arms)}", tuple(sorted(arms, key=treatments.index)), None, risks)
        for i, arms in enumerate(designs, start=1)
    )
    plan = Plan(simulation.title, simulation.analysis, treatments, trials, simulation.arm_sizes)
    if stated is None:
        return plan
    return Plan(
        plan.title,
        plan.analysis,
        treatments,
        trials,
        plan.arm_sizes,
        Truth(tuple(stated.effects.get(name, 0.0) for name in treatments), stated.heterogeneity),
        tuple((one.treatment, one.versus, one.by) for one in stated.inconsistency),
        stated.small_study_bias,
    )


def plan_like(evidence: Evidence, fit: Fit | None) -> Plan:
    """Networks like one that was analysed: its trials and arm sizes; truth and risks at the medians of its fit.

    Without a fit, truth and risks are drawn from the priors.

    Raises
    ------
    FitError
        Its effects are risk differences.
    """
    analysis = evidence.analysis
    if analysis.effect_measure is Measure.RD:
        raise FitError("risk differences cannot be simulated: risks could leave 0 to 1")
    risks: Sequence[tuple[float, float] | None] = [None] * len(evidence.trials) if fit is None else _median_risks(fit)
    trials = tuple(
        PlannedTrial(trial.id, trial.design, tuple(arm.n for arm in trial.arms), risk)
        for trial, risk in zip(evidence.trials, risks, strict=True)
    )
    return Plan(
        analysis.title or analysis.name,
        analysis,
        evidence.treatments,
        trials,
        truth=None if fit is None else _medians(fit),
        names=evidence.names,
    )


def _medians(fit: Fit) -> Truth:
    effects = fit.effects.to_numpy().reshape(-1, len(fit.treatments))
    tau = fit.heterogeneity_sd
    return Truth(tuple(map(float, np.median(effects, axis=0))), 0.0 if tau is None else float(tau.median()))


def _median_risks(fit: Fit) -> list[tuple[float, float]]:
    """Of each trial's highest arm, or at its mean log odds; from the counts where the model has no risks."""
    if fit.probability is None:
        rows = [np.array([(a.events + 0.5) / (a.n + 1) for a in trial.arms])[None] for trial in fit.evidence.trials]
    else:
        every = fit.probability.transpose("study", "chain", "draw", "arm").to_numpy()
        rows = [
            each.reshape(-1, each.shape[-1])[:, : len(trial.arms)]
            for each, trial in zip(every, fit.evidence.trials, strict=True)
        ]
    levels = [float(np.median(_LEVEL[fit.analysis.effect_measure](row))) for row in rows]
    return [(level, level) for level in levels]


_LEVEL = {
    Measure.RR: lambda risk: risk.max(axis=-1),
    Measure.OR: lambda risk: 1 / (1 + np.exp(-logit(risk).mean(axis=-1))),
}
"""Level of a trial from the risks of its arms."""
