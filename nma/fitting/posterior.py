"""What came out: the draws, who made them and whether they can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from nma.analysis import Analysis
from nma.errors import FitError
from nma.evidence import Evidence
from nma.fitting.means import CONSISTENCY, Means, Shift, Task
from nma.vocab import Engine, Likelihood

if TYPE_CHECKING:
    import arviz as az

    from nma.fitting.exact.normal import NormalPosterior


@dataclass(frozen=True, slots=True)
class GateRow:
    """One condition a posterior must meet before it is reported without a stamp."""

    check: str
    value: float
    limit: float
    passed: bool


@dataclass(frozen=True, slots=True)
class FitDiagnostics:
    """How the computation went; extremes are over every reported quantity.

    R-hat and divergences are of Markov chains, ``pareto_k`` of importance weights; None where there are none.
    """

    max_rhat: float | None
    min_ess_bulk: float
    min_ess_tail: float
    divergences: int | None
    worst: str
    gate: tuple[GateRow, ...]
    pareto_k: float | None = None

    @property
    def converged(self) -> bool:
        """Whether every row of the gate is passed."""
        return all(row.passed for row in self.gate)

    @classmethod
    def stored(cls, said: Mapping[str, Any]) -> FitDiagnostics:
        """Diagnostics as ``results.json`` holds them under ``sampling``."""
        names = ("max_rhat", "min_ess_bulk", "min_ess_tail", "divergences", "worst", "pareto_k")
        gate = tuple(GateRow(row["check"], row["value"], row["limit"], row["passed"]) for row in said["gate"])
        return cls(**{name: said[name] for name in names}, gate=gate)


@dataclass(frozen=True)
class Fit:
    """A fitted network meta-analysis.

    Attributes
    ----------
    evidence, analysis
        What was used, and what was meant.
    posterior : Dataset
        Draws with dims ``chain``, ``draw`` and named coordinates. ``effects`` (treatment; against the reference, which
        is 0) on the scale on which effects add, or the ``parameters`` (parameter) of a model that is not consistent;
        ``heterogeneity_sd`` on the same scale (random effects only); ``probability`` (study, arm in the order of the
        evidence; binomial likelihood, where the sampler drew it: see :attr:`probability`).
    diagnostics : FitDiagnostics
        The gate and its numbers.
    engine, seed, seconds, attempts
        Who made the draws, from which seed, in how many seconds of sampling, at which attempt.
    means : Means
        The model of the means. Only a consistent one has effects that can be put in a league table or ranked.
    shift : Shift, optional
        The bias that was supposed.
    """

    evidence: Evidence
    analysis: Analysis
    posterior: xr.Dataset
    diagnostics: FitDiagnostics
    engine: str
    seed: int
    seconds: float
    attempts: int
    tune: int
    target_accept: float
    means: Means = CONSISTENCY
    shift: Shift | None = None

    @property
    def task(self) -> Task:
        """What was fitted."""
        return Task(self.evidence, self.analysis, self.means, self.shift)

    @cached_property
    def closed_form(self) -> NormalPosterior | None:
        """The posterior in closed form, where there is one: answers then owe nothing to the draws.

        That is the contrast-level posterior of the exact engine.
        """
        if self.engine != Engine.EXACT or self.analysis.likelihood is not Likelihood.NORMAL:
            return None
        from nma.fitting.exact.normal import contrast_level, normal_posterior

        return normal_posterior(contrast_level(self.task), self.analysis)

    @property
    def treatments(self) -> tuple[str, ...]:
        """Treatments, the reference first."""
        return self.evidence.treatments

    @property
    def effects(self) -> xr.DataArray:
        """Effects against the reference; dims chain, draw, treatment.

        Raises
        ------
        FitError
            The model is not consistent: its effects depend on the way they are reached.
        """
        if not self.means.consistent:
            what = f"the {self.means.model} model gives no consistent effects"
            raise FitError(f"{what}: no ranking or league table can be made from it")
        return self.posterior["effects"]

    @cached_property
    def probability(self) -> xr.DataArray | None:
        """Risk of every arm; dims chain, draw, study, arm. None for the contrast-level likelihood.

        The sampler draws it; the exact engine, which integrates it out, draws it when it is first asked for.
        """
        if "probability" in self.posterior or self.analysis.likelihood is Likelihood.NORMAL:
            return self.posterior.get("probability")
        from nma.fitting.exact.arms import probabilities

        parameters = self.parameters.to_numpy()[..., 1 if self.means.consistent else 0 :]
        chains, draws, size = parameters.shape
        sd = self.heterogeneity_sd
        tau = np.zeros(chains * draws) if sd is None else sd.to_numpy().ravel()
        risks = probabilities(self.task, parameters.reshape(-1, size), tau, self.seed)
        coords = {"study": [trial.id for trial in self.task.trials], "arm": [str(i + 1) for i in range(risks.shape[2])]}
        return xr.DataArray(risks.reshape(chains, draws, *risks.shape[1:]), coords, ("chain", "draw", "study", "arm"))

    @property
    def parameters(self) -> xr.DataArray:
        """Draws of the basic parameters; dims chain, draw and treatment (the reference too), or parameter."""
        return self.posterior["effects" if self.means.consistent else "parameters"]

    @property
    def heterogeneity_sd(self) -> xr.DataArray | None:
        """Between-trial standard deviation; dims chain, draw. None for common effects."""
        return self.posterior.get("heterogeneity_sd")

    @property
    def inference_data(self) -> az.InferenceData:
        """The draws as ArviZ InferenceData."""
        from nma.fitting.quiet import arviz

        return arviz().InferenceData(posterior=self.posterior)
