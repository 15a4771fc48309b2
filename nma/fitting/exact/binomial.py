"""The binomial posterior: tabulated likelihoods of the trials, and importance sampling around the matched normal ones.

    p(β, τ | r) ∝ p(β) p(τ) Π_i ∫ L_i(δ) Normal(δ; X_i β, τ²(½I + ½J)) dδ

with the baselines integrated out of L_i. Draws of (β, τ) from the proposal get the ratio of this posterior to the
proposal's density as weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from nma.analysis import Analysis
from nma.evidence import Trial, trial_contrasts
from nma.evidence.measures import TrialContrasts
from nma.fitting.exact.baseline import Arms
from nma.fitting.exact.many_arm import Likelihood, log_likelihood
from nma.fitting.exact.matching import Matched, Trials, between, matched
from nma.fitting.exact.normal import bound, in_parts, normal_posterior, typical
from nma.fitting.exact.proposal import Draws, Proposal, nodes
from nma.fitting.exact.tables import Approximation, Box, Tables, tabulated
from nma.fitting.exact.two_arm import TwoArm
from nma.fitting.layout import zero_rule
from nma.fitting.least_squares import Regression
from nma.fitting.means import Task, basis
from nma.fitting.priors import distribution

Floats = npt.NDArray[np.floating[Any]]

FEWEST_POINTS, MOST_POINTS = 8, 1024
"""Points at which a trial of three arms or more is looked at, for each draw."""
NOISE = 0.4
"""Variance of a draw's log weight that these trials may add together."""
PILOT, PILOT_POINTS = 100, 32
"""Draws by which the number of points is chosen, and points by which they are looked at, twice."""
SLICE = 2_000
"""Draws that are weighed at a time, so that memory stays small."""


@dataclass(frozen=True)
class Posterior:
    """The posterior of a task, ready to be evaluated at draws of its proposal."""

    trials: Trials
    matched: Matched
    proposal: Proposal
    log_prior: Callable[[Floats], Floats]
    ridge: float

    def tables(self, draws: Draws, margin: float = 0.02) -> Tables | None:
        """Two-arm trials tabulated over the range of these draws and a margin; None where nothing needs a table."""
        if self.trials.two is None or self.proposal.common:
            return None
        middle = len(self.matched.tau) // 2
        close = Approximation(*(site[middle] for site in self.matched.two))
        return tabulated(self.trials.two, close, Box.around(close, self._means(draws.parameters), draws.tau, margin))

    def log_weight(self, draws: Draws, tables: Tables | None, points: int, rng: np.random.Generator) -> Floats:
        """Log of posterior over proposal; draws must lie in the tables' box; shape (D,)."""
        size = len(draws.tau)
        pieces = [
            self._log_posterior(draws.parameters[i : i + SLICE], draws.tau[i : i + SLICE], (tables, points), rng)
            for i in range(0, size, SLICE)
        ]
        weight: Floats = np.concatenate(pieces) - draws.log_density
        return weight

    def inside(self, draws: Draws, tables: Tables | None) -> npt.NDArray[np.bool_]:
        """Which draws lie in the tables' box."""
        if tables is None:
            return np.ones(len(draws.tau), bool)
        return tables.holds(self._means(draws.parameters), draws.tau)

    def points(self, draws: Draws, rng: np.random.Generator) -> int:
        """The fewest points with which the noise of the log weights stays small; it falls at least as their number."""
        if self.proposal.common:
            return FEWEST_POINTS
        pilot = slice(0, PILOT)
        means = [x @ draws.parameters[pilot].T for x in self.trials.many_design]
        noise = 0.0
        for one, mean, offset in zip(self._sited, means, self.trials.many_offset, strict=True):
            spread = between(draws.tau[pilot], len(mean))
            twice = [one.points(mean.T + offset, spread, PILOT_POINTS, rng).log_mass for _ in range(2)]
            noise += float(np.mean((twice[0] - twice[1]) ** 2)) / 2
        needed = PILOT_POINTS * noise / NOISE
        return int(2 ** np.ceil(np.log2(np.clip(needed, FEWEST_POINTS, MOST_POINTS))))

    def _means(self, parameters: Floats) -> Floats:
        """Expected contrasts of the two-arm trials; shape (S, D)."""
        means: Floats = self.trials.two_design @ parameters.T + self.trials.two_offset[:, None]
        return means

    def _log_posterior(
        self, parameters: Floats, tau: Floats, how: tuple[Tables | None, int], rng: np.random.Generator
    ) -> Floats:
        tables, points = how
        log: Floats = self.log_prior(tau) - 0.5 * self.ridge * (parameters**2).sum(axis=1)
        if tables is not None:
            log = log + tables.log_likelihood(self._means(parameters), tau)
        elif self.trials.two is not None:
            log = log + self.trials.two.log_likelihood(self._means(parameters)).sum(axis=0)
        for one, x, offset in zip(self._sited, self.trials.many_design, self.trials.many_offset, strict=True):
            mean = parameters @ x.T + offset
            if self.proposal.common:
                log = log + log_likelihood(one.arms, mean)
            else:
                log = log + one.points(mean, between(tau, len(x)), points, rng).log_mass
        return log

    @cached_property
    def _sited(self) -> list[Likelihood]:
        """Trials of three arms or more, with the normal likelihoods they were matched with."""
        middle = len(self.matched.tau) // 2
        sites = zip(self.trials.many, self.matched.many, strict=True)
        return [replace(one, mean=site[0][middle], covariance=site[1][middle]) for one, site in sites]


def posterior(task: Task, regression: Regression, rng: np.random.Generator) -> Posterior:
    """Match the trials of a task; ``regression`` is that of its contrasts, a first approximation."""
    analysis, prior = task.analysis, task.analysis.priors.heterogeneity
    trials = _trials(task)
    if prior is None:
        found = matched(trials, np.zeros(1), regression.ridge, rng)
        return Posterior(trials, found, Proposal(found, None, 1.0), np.zeros_like, regression.ridge)
    first = normal_posterior(regression, analysis).heterogeneity
    assert first is not None  # it has a prior
    found = matched(trials, nodes(first), regression.ridge, rng)
    log_prior = in_parts(distribution(prior).logpdf)
    proposal = Proposal(found, log_prior, typical(prior), bound(prior))
    return Posterior(trials, found, proposal, log_prior, regression.ridge)


def _trials(task: Task) -> Trials:
    rows = basis(task.evidence, task.means)
    two = [trial for trial in task.trials if len(trial.arms) == 2]
    many = [trial for trial in task.trials if len(trial.arms) > 2]
    designs = [rows.matrix(trial) for trial in two]
    return Trials(
        two=_two_arm(two, task.analysis) if two else None,
        two_design=np.concatenate(designs) if two else np.zeros((0, len(rows.names))),
        two_offset=np.array([float(task.offset(trial)[0]) for trial in two]),
        many=tuple(likelihood(trial, task.analysis) for trial in many),
        many_design=tuple(rows.matrix(trial) for trial in many),
        many_offset=tuple(task.offset(trial) for trial in many),
    )


def _two_arm(trials: list[Trial], analysis: Analysis) -> TwoArm:
    seen = [_seen(trial, analysis) for trial in trials]
    centre = np.array([float(one.estimate[0]) for one in seen])
    return TwoArm(Arms.of(trials, analysis), centre, np.sqrt([float(one.covariance[0, 0]) for one in seen]))


def _seen(trial: Trial, analysis: Analysis) -> TrialContrasts:
    """A trial's contrasts; an arm in which all had the event is known to about one over its people, not exactly."""
    seen = trial_contrasts(trial, analysis.effect_measure, zero_rule(analysis))
    people = np.array([arm.n for arm in trial.arms], float)
    return replace(seen, variance=np.maximum(seen.variance, (people + 1) ** -2))


def likelihood(trial: Trial, analysis: Analysis) -> Likelihood:
    """One trial's likelihood with its usual normal approximation."""
    seen = _seen(trial, analysis)
    return Likelihood.of(Arms.of([trial], analysis), seen)
