"""Evidence as arrays, with the contrasts of each trial turned into independent ones.

In a trial with A arms the effects against its first arm, δ (A - 1 of them), have between-trial covariance τ²R, with
R = ½I + ½J (Higgins & Whitehead 1996; NICE DSU TSD 2), and are seen with sampling covariance Σ. There is one matrix M
with M Mᵀ = R and M Λ⁻¹ Mᵀ = Σ, Λ diagonal: with R = L Lᵀ and Lᵀ Σ⁻¹ L = Q Λ Qᵀ, it is M = L Q. In the coordinates
x = M⁻¹δ the components of x are independent of one another, given the means and τ, both a priori and as seen:

    x_c ~ Normal(mean_c, τ²),   x̂_c | x_c ~ Normal(x_c, 1 / Λ_c),   mean = M⁻¹ X β.

A two-arm trial has M = 1. So every model below is a product of scalar normals, whatever the number of arms, and a
change of the order of arms only turns the coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nma.analysis import Analysis
from nma.evidence import Evidence, Trial, trial_contrasts
from nma.fitting.least_squares import Regression
from nma.fitting.means import Task, basis, prepared
from nma.fitting.priors import numbers
from nma.vocab import Effects, Family, Likelihood, Link, ZeroCells

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

WORST_CONDITION = 1e12
"""Condition of a sampling covariance beyond which it is not inverted."""
ABSENT_VARIANCE = 1e8
"""Sampling variance of a contrast that stands for no data."""


@dataclass(frozen=True)
class Structure:
    """What a compiled model is made for: sizes and the kinds of its parts; all else is data."""

    likelihood: Likelihood
    link: Link
    effects: Effects
    heterogeneity_prior: Family | None
    studies: int
    arms_per_study: int
    contrasts: int
    parameters: int
    consistent: bool

    def holding(self, other: Structure) -> Structure:
        """The smallest structure that has room for both."""
        names = ("studies", "arms_per_study", "contrasts", "parameters")
        sizes = {name: max(getattr(self, name), getattr(other, name)) for name in names}
        return replace(self, **sizes)

    @property
    def kind(self) -> tuple[object, ...]:
        """What two models share that run on one compilation.

        Consistency models are kept apart from the others, so that their draws do not depend on what else is run.
        """
        return (self.likelihood, self.link, self.effects, self.heterogeneity_prior, self.consistent)


@dataclass(frozen=True)
class Layout:
    """The arrays of one evidence: S studies, A arms in the largest, C independent contrasts, P parameters.

    Attributes
    ----------
    events, people : array, shape (S, A)
        Counts. A study with fewer arms is filled up with its first one, without people.
    share : array, shape (S, A)
        One over the number of arms of the study, 0 where filled up.
    mixing : array, shape (S * A, C)
        Effect of each arm against its study's first from the independent contrasts: the rows of each study's M.
    design : array, shape (C, P)
        M⁻¹X for the basic parameters: row c gives the mean of the independent contrast c.
    estimate, precision : array, shape (C,)
        x̂ and Λ from the counts: the data of the contrast-level likelihood, and a guide for the sampler otherwise.
    location, spread : array, shape (P,) and (P, P)
        Approximate posterior mean of the parameters and Cholesky factor of their covariance; a guide for the sampler.
    effects_prior, heterogeneity_prior, baseline_prior : array, shape (2,)
        Parameters of the priors.
    names : dict
        Labels of the coordinates study, arm, contrast, effect (the parameters) and treatment.
    """

    structure: Structure
    events: Ints
    people: Ints
    share: Floats
    mixing: Floats
    design: Floats
    estimate: Floats
    precision: Floats
    location: Floats
    spread: Floats
    effects_prior: Floats
    heterogeneity_prior: Floats
    baseline_prior: Floats
    names: dict[str, list[str]]

    def data(self) -> dict[str, npt.NDArray[np.generic]]:
        """Every array, by name: the data of the compiled model."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("structure", "names")}

    def turned(self, contrasts: Floats) -> Floats:
        """Contrasts of all trials against their first arms, shape (C,), as independent ones: M⁻¹ of each trial."""
        arms = (self.share > 0).sum(axis=1)
        width, first, turned = self.share.shape[1], 0, np.zeros_like(contrasts)
        for row, size in enumerate(arms):
            here = slice(first, first + size - 1)
            mixing = self.mixing[row * width + 1 : row * width + size, here]
            turned[here] = np.linalg.solve(mixing, contrasts[here])
            first += size - 1
        return turned


def independent_contrasts(estimate: Floats, covariance: Floats) -> tuple[Floats, Floats, Floats]:
    """Turn one trial's contrasts into independent ones.

    Parameters
    ----------
    estimate : array, shape (A - 1,)
        Contrasts against the first arm, on the scale on which effects add.
    covariance : array, shape (A - 1, A - 1)
        Their sampling covariance Σ.

    Returns
    -------
    mixing : array, shape (A - 1, A - 1)
        M, with M Mᵀ = ½I + ½J and M diag(1/Λ) Mᵀ = Σ.
    estimate, precision : array, shape (A - 1,)
        M⁻¹ times the contrasts, and Λ.
    """
    size = len(estimate)
    root = np.linalg.cholesky(0.5 * np.eye(size) + 0.5)
    if np.linalg.cond(covariance) < WORST_CONDITION:
        precision, turn = np.linalg.eigh(root.T @ np.linalg.inv(covariance) @ root)
    else:  # arms of a thousand million people beside arms of one: the inverse would be noise
        half = np.linalg.solve(root, covariance)
        variance, turn = np.linalg.eigh(np.linalg.solve(root, half.T))
        precision = 1 / np.maximum(variance, np.finfo(float).eps * variance.max())
    mixing = root @ turn
    return mixing, np.linalg.solve(mixing, estimate), precision


def zero_rule(analysis: Analysis) -> ZeroCells:
    """What is done to zero cells where contrasts are made of counts.

    With the binomial likelihood the contrasts guide the sampler and diagnose the network: no rule may refuse them.
    """
    return analysis.zero_cells if analysis.likelihood is Likelihood.NORMAL else ZeroCells.HALF_IN_EVERY_ARM


def layout(task: Task, structure: Structure | None = None) -> Layout:
    """Lay out the evidence, filled up to a larger structure where one is given.

    What is filled up has no people and no precision, so that it changes nothing in the rest of the posterior.
    """
    evidence, analysis = prepared(task.evidence, task.means), task.analysis
    own = structure_of(task)
    room = own if structure is None else own.holding(structure)
    arrays = _blank(room)
    parameters = basis(evidence, task.means)
    contrast = 0
    for row, trial in enumerate(evidence.trials):
        _fill(arrays, (trial, row, contrast), analysis, parameters.matrix(trial))
        contrast += len(trial.arms) - 1
    location, spread = _guide(arrays["design"], arrays["estimate"], arrays["precision"], analysis)
    priors = analysis.priors
    return Layout(
        room,
        arrays["events"].astype(np.int64),
        arrays["people"].astype(np.int64),
        arrays["share"],
        arrays["mixing"],
        arrays["design"],
        arrays["estimate"],
        arrays["precision"],
        location,
        spread,
        np.array(numbers(priors.effects)),
        np.array(numbers(priors.heterogeneity)),
        np.array(numbers(analysis.baseline_prior)),
        _names(evidence, parameters.names, room),
    )


def structure_of(task: Task) -> Structure:
    """The structure that just holds this evidence."""
    evidence, analysis = prepared(task.evidence, task.means), task.analysis
    arms = [len(trial.arms) for trial in evidence.trials]
    prior = analysis.priors.heterogeneity
    return Structure(
        analysis.likelihood,
        analysis.link,
        analysis.effects,
        prior.family if prior else None,
        studies=len(arms),
        arms_per_study=max(arms),
        contrasts=sum(arms) - len(arms),
        parameters=len(basis(evidence, task.means).names),
        consistent=task.means.consistent,
    )


def _blank(room: Structure) -> dict[str, Floats]:
    """Arrays without data."""
    grid = (room.studies, room.arms_per_study)
    return {
        "events": np.zeros(grid),
        "people": np.zeros(grid),
        "share": np.full(grid, 1.0 / room.arms_per_study),
        "mixing": np.zeros((room.studies * room.arms_per_study, room.contrasts)),
        "design": np.zeros((room.contrasts, room.parameters)),
        "estimate": np.zeros(room.contrasts),
        "precision": np.zeros(room.contrasts),
    }


def _fill(arrays: dict[str, Floats], place: tuple[Trial, int, int], analysis: Analysis, means: Floats) -> None:
    """Enter one trial: its counts in its row, its independent contrasts from the given one on."""
    trial, row, first = place
    size, width = len(trial.arms), arrays["events"].shape[1]
    arrays["events"][row, :size] = [arm.events for arm in trial.arms]
    arrays["people"][row, :size] = [arm.n for arm in trial.arms]
    arrays["share"][row] = 0.0
    arrays["share"][row, :size] = 1.0 / size

    seen = trial_contrasts(trial, analysis.effect_measure, zero_rule(analysis))
    mixing, estimate, precision = independent_contrasts(seen.estimate, seen.covariance)
    here = slice(first, first + size - 1)
    arrays["mixing"][row * width + 1 : row * width + size, here] = mixing
    arrays["design"][here, : means.shape[1]] = np.linalg.solve(mixing, means)
    arrays["estimate"][here] = estimate
    arrays["precision"][here] = precision


def _guide(x: Floats, y: Floats, precision: Floats, analysis: Analysis) -> tuple[Floats, Floats]:
    """Approximate posterior of the parameters by least squares, at the moment estimate of the heterogeneity."""
    held = precision > 0
    regression = Regression(x[held], y[held], 1 / precision[held], numbers(analysis.priors.effects)[0] ** -2)
    variance = regression.moment_variance() if analysis.effects is Effects.RANDOM else 0.0
    location, covariance = regression.solve(variance)
    spread: Floats = np.linalg.cholesky(covariance)
    return location, spread


def _names(evidence: Evidence, parameters: tuple[str, ...], room: Structure) -> dict[str, list[str]]:
    """Labels of the coordinates; what is filled up is called so."""
    own = {
        "study": [trial.id for trial in evidence.trials],
        "arm": [str(i + 1) for i in range(room.arms_per_study)],
        "contrast": [f"{trial.id} {i}" for trial in evidence.trials for i in range(1, len(trial.arms))],
        "effect": list(parameters),
    }
    sizes = {"study": room.studies, "contrast": room.contrasts, "effect": room.parameters}
    for name, size in sizes.items():
        own[name] += [f"(no {name} {i})" for i in range(size - len(own[name]))]
    return own | {"treatment": list(evidence.treatments)}
