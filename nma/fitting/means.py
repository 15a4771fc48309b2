"""What the effects of a trial are made of: one row of a table for each model of the means.

Every model here is the same but for the expected contrasts of a trial, which are linear in the basic parameters β::

    consistency        δ_k = d_k - d_first
    split of A, B      the same, and where a trial holds both A and B a parameter θ of its own (B against A, direct)
                       stands in for d_B - d_A (the indirect one)
    unrelated means    δ_k = θ_(first, k): each direct comparison has a parameter of its own
    designs            δ_k = θ_(design, k): each set of treatments that trials compare has parameters of its own

Splitting: Dias et al. 2010 (doi:10.1002/sim.3767), van Valkenhoef et al. 2016 (doi:10.1002/jrsm.1167), White 2015
(doi:10.1177/1536867X1501500403). Unrelated means: NICE DSU TSD 4. Designs: Higgins et al. 2012 (doi:10.1002/jrsm.1044).
With random effects the contrasts of a multi-arm trial stay correlated in all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nma.analysis import Analysis
from nma.errors import FitError
from nma.evidence import Evidence, Trial
from nma.evidence.network import comparisons, designs
from nma.vocab import MeanModel, MultiArm

Floats = npt.NDArray[np.floating[Any]]
Pair = tuple[str, str]
"""A treatment and the one it is compared with."""


@dataclass(frozen=True, slots=True)
class Means:
    """A model of the means; ``split`` is the comparison that is split, treatment against versus."""

    model: MeanModel = MeanModel.CONSISTENCY
    split: Pair | None = None
    multi_arm: MultiArm = MultiArm.SYMMETRIC

    @property
    def consistent(self) -> bool:
        """Whether its effects hang together, so that they may be ranked."""
        return self.model is MeanModel.CONSISTENCY


CONSISTENCY = Means()
UNRELATED = Means(MeanModel.UNRELATED)
DESIGNS = Means(MeanModel.DESIGNS)


@dataclass(frozen=True, slots=True)
class Shift:
    """A supposed bias: every trial that holds both treatments overstates the one against the other.

    Each of the two arms shifts by half of ``by``, which is on the scale on which effects add. It is what a threshold
    analysis varies (Phillippo et al. 2018, doi:10.1111/rssa.12341); only the exact engine takes it.
    """

    treatment: str
    versus: str
    by: float


@dataclass(frozen=True, slots=True)
class Task:
    """What to fit: the evidence, the analysis, the model of the means, and a bias to suppose."""

    evidence: Evidence
    analysis: Analysis
    means: Means = CONSISTENCY
    shift: Shift | None = None

    @property
    def trials(self) -> tuple[Trial, ...]:
        """The trials as the model takes them."""
        return prepared(self.evidence, self.means).trials

    def offset(self, trial: Trial) -> Floats:
        """What the supposed bias adds to a trial's contrasts against its first arm; shape (A - 1,)."""
        if self.shift is None or not {self.shift.treatment, self.shift.versus} <= set(trial.design):
            return np.zeros(len(trial.arms) - 1)
        half = {self.shift.treatment: self.shift.by / 2, self.shift.versus: -self.shift.by / 2}
        arms = np.array([half.get(treatment, 0.0) for treatment in trial.design])
        offset: Floats = arms[1:] - arms[0]
        return offset


def split(treatment: str, versus: str, multi_arm: MultiArm = MultiArm.SYMMETRIC) -> Means:
    """The model that splits one comparison."""
    return Means(MeanModel.SPLIT, (treatment, versus), multi_arm)


@dataclass(frozen=True)
class Basis:
    """Basic parameters of one evidence under one model: P of them, each the effect of a treatment against another.

    Attributes
    ----------
    names : tuple of str
        Labels of the parameters.
    matrix : callable
        Trial with A arms → array, shape (A - 1, P): its expected contrasts against its first arm.
    """

    names: tuple[str, ...]
    matrix: Callable[[Trial], Floats]


def basis(evidence: Evidence, means: Means) -> Basis:
    """The basic parameters of this evidence.

    Raises
    ------
    FitError
        The comparison to be split is not one of the network.
    """
    return _MODELS[means.model](evidence, means)


def prepared(evidence: Evidence, means: Means) -> Evidence:
    """The evidence as the model takes it: a split may take multi-arm trials apart."""
    if means.split is None or means.multi_arm is not MultiArm.SEPARATE:
        return evidence
    trials = tuple(part for trial in evidence.trials for part in _apart(trial, means.split))
    return replace(evidence, trials=trials)


def _apart(trial: Trial, pair: Pair) -> list[Trial]:
    """The two arms of the pair as a trial of their own, the other arms as another if they are two or more."""
    inside = tuple(arm for arm in trial.arms if arm.treatment in pair)
    outside = tuple(arm for arm in trial.arms if arm.treatment not in pair)
    if len(inside) < 2 or not outside:
        return [trial]
    rest = [replace(trial, id=f"{trial.id} (rest)", arms=outside)] if len(outside) > 1 else []
    return [replace(trial, arms=inside), *rest]


def _consistency(evidence: Evidence, means: Means) -> Basis:
    return Basis(evidence.treatments[1:], lambda trial: _against_first(_positions(trial, evidence.treatments)))


def _split(evidence: Evidence, means: Means) -> Basis:
    """Arms shift towards the direct effect: half each, or the later arm alone, so that their difference becomes θ."""
    assert means.split is not None
    later, earlier = means.split
    if len({later, earlier} & set(evidence.treatments)) < 2:
        raise FitError(f"cannot split {later} against {earlier}: the network does not hold both")
    size = len(evidence.treatments)
    shares = {MultiArm.SYMMETRIC: (0.5, -0.5), MultiArm.BASELINE: (1.0, 0.0), MultiArm.SEPARATE: (0.5, -0.5)}
    share = dict(zip((later, earlier), shares[means.multi_arm], strict=True))
    indirect = np.zeros(size)
    indirect[[evidence.treatments.index(later), evidence.treatments.index(earlier)]] = 1.0, -1.0
    shift = np.append(-indirect[1:], 1.0)

    def matrix(trial: Trial) -> Floats:
        arms = np.pad(_positions(trial, evidence.treatments), ((0, 0), (0, 1)))
        held = [arm.treatment for arm in trial.arms]
        if set(share) <= set(held):
            arms += np.outer([share.get(treatment, 0.0) for treatment in held], shift)
        return _against_first(arms)

    return Basis((*evidence.treatments[1:], f"{later} against {earlier}, direct"), matrix)


def _unrelated(evidence: Evidence, means: Means) -> Basis:
    """Parameters of the comparisons with a trial's first arm, in the order of the treatments of the network.

    A comparison that occurs only between later arms of multi-arm trials has no parameter: it follows within the trial.
    """
    pairs = unrelated_pairs(evidence)
    column = {pair: place for place, pair in enumerate(pairs)}

    def matrix(trial: Trial) -> Floats:
        rows = np.zeros((len(trial.arms) - 1, len(pairs)))
        for row, arm in enumerate(trial.arms[1:]):
            rows[row, column[arm.treatment, trial.arms[0].treatment]] = 1.0
        return rows

    return Basis(tuple(f"{treatment} against {versus}" for treatment, versus in pairs), matrix)


def unrelated_pairs(evidence: Evidence) -> list[Pair]:
    """Comparisons that have a parameter of their own under unrelated means."""
    first = {(arm.treatment, trial.arms[0].treatment) for trial in evidence.trials for arm in trial.arms[1:]}
    return [(c.treatment, c.versus) for c in comparisons(evidence) if (c.treatment, c.versus) in first]


def _designs(evidence: Evidence, means: Means) -> Basis:
    parameters = [(design, treatment) for design in designs(evidence) for treatment in design[1:]]
    column = {parameter: place for place, parameter in enumerate(parameters)}

    def matrix(trial: Trial) -> Floats:
        design = trial.design
        rows = np.zeros((len(design) - 1, len(parameters)))
        rows[np.arange(len(rows)), [column[design, treatment] for treatment in design[1:]]] = 1.0
        return rows

    names = [f"{treatment} against {design[0]} in {', '.join(design)}" for design, treatment in parameters]
    return Basis(tuple(names), matrix)


_MODELS: dict[MeanModel, Callable[[Evidence, Means], Basis]] = {
    MeanModel.CONSISTENCY: _consistency,
    MeanModel.SPLIT: _split,
    MeanModel.UNRELATED: _unrelated,
    MeanModel.DESIGNS: _designs,
}


def _positions(trial: Trial, treatments: tuple[str, ...]) -> Floats:
    """Each arm's effect against the reference from those of the treatments; shape (A, T - 1)."""
    rows = np.zeros((len(trial.arms), len(treatments)))
    rows[np.arange(len(trial.arms)), [treatments.index(arm.treatment) for arm in trial.arms]] = 1.0
    return rows[:, 1:]


def _against_first(arms: Floats) -> Floats:
    contrasts: Floats = arms[1:] - arms[0]
    return contrasts
