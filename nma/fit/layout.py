"""Evidence as arrays, with the contrasts of each trial turned into independent ones.

In a trial with A arms the effects against its first arm, δ (A - 1 of them), have between-trial covariance τ²R, with
R = ½I + ½J (Higgins & Whitehead 1996; NICE DSU TSD 2), and are seen with sampling covariance Σ. There is one matrix M
with M Mᵀ = R and M Λ⁻¹ Mᵀ = Σ, Λ diagonal: with R = L Lᵀ and Lᵀ Σ⁻¹ L = Q Λ Qᵀ, it is M = L Q. In the coordinates
x = M⁻¹δ the components of x are independent of one another, given the means and τ, both a priori and as seen:

    x_c ~ Normal(mean_c, τ²),   x̂_c | x_c ~ Normal(x_c, 1 / Λ_c),   mean = M⁻¹ X d.

A two-arm trial has M = 1. So every model below is a product of scalar normals, whatever the number of arms, and a
change of the order of arms only turns the coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from nma.analysis import Analysis
from nma.evidence import Evidence, Trial, trial_contrasts
from nma.fit.priors import numbers
from nma.vocab import Effects, Family, Likelihood, Link

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

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
    arms: int
    contrasts: int
    treatments: int
    arms_per_study: int

    def holding(self, other: Structure) -> Structure:
        """The smallest structure that has room for both."""
        names = ("studies", "arms", "contrasts", "treatments", "arms_per_study")
        sizes = {name: max(getattr(self, name), getattr(other, name)) for name in names}
        kinds = (self.likelihood, self.link, self.effects, self.heterogeneity_prior)
        return Structure(*kinds, **sizes)

    @property
    def kind(self) -> tuple[object, ...]:
        """What two models must share to run on one compilation."""
        return (self.likelihood, self.link, self.effects, self.heterogeneity_prior)


@dataclass(frozen=True)
class Layout:
    """The arrays of one evidence. S studies, N arms, C = N - S contrasts, T treatments, A arms in the largest study.

    Attributes
    ----------
    events, people : array, shape (N,)
        Counts, study by study.
    study_of_arm, contrast_of_arm : array, shape (N,)
        Row of each arm's study; position of its contrast among ``[0, δ_1 .. δ_C]`` (0 for a study's first arm).
    arms_of_study : array, shape (S, A)
        Positions of a study's arms, filled up with its first.
    share : array, shape (S, A)
        One over the number of arms, 0 where filled up.
    mixing, slot : array, shape (C, A - 1)
        Rows of M, and the positions of the independent contrasts they act on.
    design : array, shape (C, T - 1)
        M⁻¹X for the effects against the reference: row c gives the mean of the independent contrast c.
    estimate, precision : array, shape (C,)
        x̂ and Λ from the counts: the data of the contrast-level likelihood, and a guide for the sampler otherwise.
    location, spread : array, shape (T - 1,) and (T - 1, T - 1)
        Approximate posterior mean of the effects and Cholesky factor of their covariance; a guide for the sampler.
    """

    structure: Structure
    events: Ints
    people: Ints
    study_of_arm: Ints
    contrast_of_arm: Ints
    arms_of_study: Ints
    share: Floats
    mixing: Floats
    slot: Ints
    design: Floats
    estimate: Floats
    precision: Floats
    location: Floats
    spread: Floats
    effects_prior: Floats
    heterogeneity_prior: Floats
    baseline_prior: Floats
    names: dict[str, list[str]] = field(default_factory=dict)
    """Labels of the coordinates study, arm, contrast and treatment."""

    def data(self) -> dict[str, npt.NDArray[np.generic]]:
        """Every array that is data of the compiled model, by name."""
        names = [
            "events", "people", "study_of_arm", "contrast_of_arm", "arms_of_study", "share", "mixing", "slot",
            "design", "estimate", "precision", "location", "spread",
            "effects_prior", "heterogeneity_prior", "baseline_prior",
        ]
        return {name: getattr(self, name) for name in names}


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
    precision, turn = np.linalg.eigh(root.T @ np.linalg.inv(covariance) @ root)
    mixing = root @ turn
    return mixing, np.linalg.solve(mixing, estimate), precision


def layout(evidence: Evidence, analysis: Analysis, structure: Structure | None = None) -> Layout:
    """Lay out the evidence, filled up to a larger structure where one is given.

    What is filled up has no people and no precision, so that it changes nothing in the rest of the posterior.
    """
    own = structure_of(evidence, analysis)
    room = own if structure is None else own.holding(structure)
    blank = _blank(room)
    position = {treatment: i for i, treatment in enumerate(evidence.treatments)}
    arm = contrast = 0
    for row, trial in enumerate(evidence.trials):
        size = len(trial.arms)
        _fill_arms(blank, trial, row, arm, contrast)
        _fill_contrasts(blank, trial, analysis, contrast, position)
        arm, contrast = arm + size, contrast + size - 1
    location, spread = _guide(blank["design"], blank["estimate"], blank["precision"], analysis)
    priors = analysis.priors
    return Layout(
        room, **blank, location=location, spread=spread,
        effects_prior=np.array(numbers(priors.effects)),
        heterogeneity_prior=np.array(numbers(priors.heterogeneity)),
        baseline_prior=np.array(numbers(analysis.baseline_prior)),
        names=_names(evidence, room),
    )


def structure_of(evidence: Evidence, analysis: Analysis) -> Structure:
    """The structure that just holds this evidence."""
    arms = [len(trial.arms) for trial in evidence.trials]
    prior = analysis.priors.heterogeneity
    return Structure(
        analysis.likelihood, analysis.link, analysis.effects, prior.family if prior else None,
        studies=len(arms), arms=sum(arms), contrasts=sum(arms) - len(arms),
        treatments=len(evidence.treatments), arms_per_study=max(arms),
    )


def _blank(s: Structure) -> dict[str, npt.NDArray[np.generic]]:
    """Arrays without data; each filled-up study has two arms without people."""
    width = s.arms_per_study
    return {
        "events": np.zeros(s.arms, np.int64),
        "people": np.zeros(s.arms, np.int64),
        "study_of_arm": np.full(s.arms, s.studies - 1, np.int64),
        "contrast_of_arm": np.zeros(s.arms, np.int64),
        "arms_of_study": np.zeros((s.studies, width), np.int64),
        "share": np.full((s.studies, width), 1.0 / width),
        "mixing": np.zeros((s.contrasts, width - 1)),
        "slot": np.zeros((s.contrasts, width - 1), np.int64),
        "design": np.zeros((s.contrasts, s.treatments - 1)),
        "estimate": np.zeros(s.contrasts),
        "precision": np.zeros(s.contrasts),
    }


def _fill_arms(blank: dict[str, npt.NDArray[np.generic]], trial: Trial, row: int, arm: int, contrast: int) -> None:
    size = len(trial.arms)
    here = slice(arm, arm + size)
    blank["events"][here] = [a.events for a in trial.arms]
    blank["people"][here] = [a.n for a in trial.arms]
    blank["study_of_arm"][here] = row
    blank["contrast_of_arm"][here] = [0, *range(contrast + 1, contrast + size)]
    blank["arms_of_study"][row] = arm
    blank["arms_of_study"][row, :size] = range(arm, arm + size)
    blank["share"][row] = 0.0
    blank["share"][row, :size] = 1.0 / size


def _fill_contrasts(
    blank: dict[str, npt.NDArray[np.generic]], trial: Trial, analysis: Analysis, contrast: int, position: dict[str, int]
) -> None:
    size = len(trial.arms) - 1
    here = slice(contrast, contrast + size)
    seen = trial_contrasts(trial, analysis.effect_measure, analysis.zero_cells)
    mixing, estimate, precision = independent_contrasts(seen.estimate, seen.covariance)
    effects = np.zeros((size, len(position)))
    effects[np.arange(size), [position[a.treatment] for a in trial.arms[1:]]] += 1
    effects[:, position[trial.arms[0].treatment]] -= 1
    blank["design"][here, : len(position) - 1] = np.linalg.solve(mixing, effects)[:, 1:]
    blank["mixing"][here, :size] = mixing
    blank["slot"][here, :] = contrast
    blank["slot"][here, :size] = range(contrast, contrast + size)
    blank["estimate"][here] = estimate
    blank["precision"][here] = precision


def _guide(
    design: npt.NDArray[np.generic],
    estimate: npt.NDArray[np.generic],
    precision: npt.NDArray[np.generic],
    analysis: Analysis,
) -> tuple[Floats, Floats]:
    """Approximate posterior of the effects by least squares, at the moment estimate of the heterogeneity.

    DerSimonian & Laird's estimate for a regression: τ² = (Q - df) / (tr W - tr[(XᵀWX)⁻¹ XᵀW²X]).
    """
    x, y, w = np.asarray(design, float), np.asarray(estimate, float), np.asarray(precision, float)
    ridge = np.eye(x.shape[1]) / numbers(analysis.priors.effects)[0] ** 2

    def solve(weight: Floats) -> tuple[Floats, Floats]:
        covariance = np.linalg.inv(x.T @ (weight[:, None] * x) + ridge)
        return covariance @ x.T @ (weight * y), covariance

    location, covariance = solve(w)
    if analysis.effects is Effects.RANDOM:
        q = float(np.sum(w * (y - x @ location) ** 2))
        scale = float(np.sum(w) - np.trace(covariance @ x.T @ ((w**2)[:, None] * x)))
        excess = q - (np.count_nonzero(w) - x.shape[1])
        variance = max(0.0, excess / scale) if scale > 0 else 0.0
        location, covariance = solve(w / (1 + w * variance))
    spread: Floats = np.linalg.cholesky(covariance)
    return location, spread


def _names(evidence: Evidence, room: Structure) -> dict[str, list[str]]:
    """Labels of the coordinates; what is filled up is called so."""
    own = {
        "study": [trial.id for trial in evidence.trials],
        "arm": [f"{trial.id}: {arm.treatment}" for trial in evidence.trials for arm in trial.arms],
        "contrast": [f"{trial.id} {i}" for trial in evidence.trials for i in range(1, len(trial.arms))],
        "treatment": list(evidence.treatments),
    }
    sizes = {"study": room.studies, "arm": room.arms, "contrast": room.contrasts, "treatment": room.treatments}
    return {name: own[name] + [f"(no {name} {i})" for i in range(size - len(own[name]))] for name, size in sizes.items()}
