"""Inconsistency of closed loops: the signed difference, its factor and the ratio of ratios.

For a loop A-B-C the direct effects going round, θ_AB + θ_BC + θ_CA = w, sum to nothing when they agree (Bucher et al.
1997, doi:10.1016/S0895-4356(97)00049-8). The inconsistency factor is |w|, the ratio of ratios ROR = exp|w| (Chaimani
et al. 2013, doi:10.1371/journal.pone.0076654).

The effects θ of a loop's edges are estimated together, by weighted least squares over every trial that holds two
neighbours of the loop, cut to the loop's treatments, so that the contrasts of a multi-arm trial keep their covariance
and are never counted as independent. A trial that holds the whole loop cannot disagree with itself: the edges share
the difference there, θ_e - w/L for each of L, the consistent effects nearest to θ, whatever the order of its arms.
An edge without other trials is seen there as it is, and the others share the difference, as in a symmetric split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nma.answers.contrast_level import between_variance, combined, limits, regression, two_sided
from nma.answers.designs import pairwise
from nma.answers.scale import Floats, adds_on_log
from nma.evidence import Evidence, Trial, TrialContrasts, trial_contrasts
from nma.evidence.network import comparisons, edges, has_independent_evidence, loops, sides_of_other_trials
from nma.fitting.layout import independent_contrasts, zero_rule
from nma.fitting.least_squares import Regression

Loop = tuple[str, ...]


@dataclass(frozen=True)
class Pieces:
    """What all loops of an evidence are made of, computed once.

    Attributes
    ----------
    contrasts : dict
        Values and variances of each trial's arms.
    variances : dict
        Between-trial variance of each comparison by itself, both ways round (0 where it has one trial).
    network_tau : float
        Between-trial standard deviation of the network.
    """

    evidence: Evidence
    contrasts: dict[str, TrialContrasts]
    variances: dict[tuple[str, str], float]
    network_tau: float

    @classmethod
    def of(cls, evidence: Evidence, network_tau: float | None = None) -> Pieces:
        """Take an evidence apart; its own network's heterogeneity unless another is given."""
        measure, rule = evidence.analysis.effect_measure, zero_rule(evidence.analysis)
        seen = {trial.id: trial_contrasts(trial, measure, rule) for trial in evidence.trials}
        variances = {}
        for c in comparisons(evidence):
            own = between_variance(evidence, pairwise(evidence, c.treatment, c.versus))
            variances[c.treatment, c.versus] = variances[c.versus, c.treatment] = own
        if network_tau is None:
            network_tau = float(np.sqrt(between_variance(evidence, regression(evidence))))
        return cls(evidence, seen, variances, network_tau)


def loop_table(evidence: Evidence) -> dict[str, Any]:
    """Every triangle and quadrilateral with independent evidence, the largest inconsistency factor first.

    Returns
    -------
    dict
        ``loops``; ``loops_left_out`` with the reason: "one multi-arm trial" (only trials with the whole loop make it),
        or "shared trials" (there are not enough other trials to give each comparison one of its own); ``loops_note``:
        "no loops" where the network has none.
    """
    found, left_out = [], []
    every = Pieces.of(evidence)
    for loop in loops(evidence):
        if has_independent_evidence(evidence, loop):
            found.append(loop_row(every, loop))
        else:
            alone = all(set(loop) <= set(trial.design) for trial in evidence.trials if pieces(loop, trial.design))
            reason = "one multi-arm trial" if alone else "shared trials"
            left_out.append({"treatments": list(loop), "reason": reason, "studies": _multi_arm(evidence, loop)})
    note = None if found or left_out else "no loops"
    ordered = sorted(found, key=lambda row: (-abs(row["difference"]), row["treatments"]))
    return {"loops": ordered, "loops_left_out": left_out, "loops_note": note}


def _multi_arm(evidence: Evidence, loop: Loop) -> list[str]:
    """Trials that hold three treatments of a loop or more."""
    return [trial.id for trial in evidence.trials if len(set(loop) & set(trial.design)) > 2]


def loop_row(every: Pieces, loop: Loop) -> dict[str, Any]:
    """One loop; differences and standard errors on the scale on which effects add, ratios where that is a log scale.

    The heterogeneity is taken three ways: one τ shared in the loop (restricted likelihood), one for each comparison,
    and the network's. The first is the default.
    """
    evidence, arrays = every.evidence, _arrays(every, loop)
    shared = between_variance(evidence, arrays.regression)
    own = [every.variances[edge] for edge in edges(loop)]
    taus: dict[str, dict[str, Any]] = {
        "loop": {"tau": float(np.sqrt(shared)), "taus": None},
        "comparison": {"tau": None, "taus": [float(np.sqrt(variance)) for variance in own]},
        "network": {"tau": every.network_tau, "taus": None},
    }
    between: dict[str, float | Floats] = {
        "loop": shared,
        "comparison": arrays.averaged(own),
        "network": every.network_tau**2,
    }
    factors = {way: _factor(evidence, arrays, variance) for way, variance in between.items()}
    estimate, covariance = arrays.regression.solve(shared)
    return {
        "treatments": list(loop),
        "edges": [
            {
                "treatment": edge[0],
                "versus": edge[1],
                "estimate": float(estimate[place]),
                "se": float(np.sqrt(covariance[place, place])),
                "studies": [trial.id for trial in evidence.trials if set(edge) <= set(trial.design)],
            }
            for place, edge in enumerate(edges(loop))
        ],
        **factors["loop"],
        "p": two_sided(factors["loop"]["difference"], factors["loop"]["se"]),
        "heterogeneity": taus["loop"]["tau"],
        "estimable": arrays.regression.df > 0,
        "studies": arrays.studies,
        "multi_arm": _multi_arm(evidence, loop),
        "by_heterogeneity": {way: {**taus[way], **{key: row[key] for key in WAYS}} for way, row in factors.items()},
    }


WAYS = (
    "difference", "se", "signed_difference_lower", "signed_difference_upper",
    "ror", "ror_lower", "ror_upper", "flagged",
)  # fmt: skip
"""What is said of a loop under each heterogeneity."""


@dataclass(frozen=True)
class _LoopArrays:
    """The regression of a loop's trials on its L edges, and which edges each contrast's trial informs."""

    regression: Regression
    informs: Floats
    """Shape (C, L): share of each edge among those its trial informs."""
    studies: list[str]

    def averaged(self, variances: Sequence[float]) -> Floats:
        """Between-trial variance of each contrast where every comparison has its own: its trial's mean over edges."""
        averaged: Floats = self.informs @ np.asarray(variances)
        return averaged


def _arrays(every: Pieces, loop: Loop) -> _LoopArrays:
    share = np.array(sides_of_other_trials(every.evidence, loop), dtype=float)
    share /= share.sum()
    parts = []
    for trial in every.evidence.trials:
        for piece in pieces(loop, trial.design):
            parts.append((trial.id, *_independent(every.contrasts[trial.id], trial, loop, (piece, share))))
    design, estimate, variance, informs = (np.concatenate([part[place] for part in parts]) for place in range(1, 5))
    studies = list(dict.fromkeys(part[0] for part in parts))
    return _LoopArrays(Regression(design, estimate, variance), informs, studies)


def _independent(
    seen: TrialContrasts, trial: Trial, loop: Loop, run: tuple[Sequence[int], Floats]
) -> tuple[Floats, Floats, Floats, Floats]:
    """Design, estimate, variance and informed edges of one trial's arms that follow each other in the loop."""
    piece, share = run
    order = [trial.design.index(loop[place % len(loop)]) for place in piece]
    cut = replace(seen, value=seen.value[order], variance=seen.variance[order])
    design = np.zeros((len(order) - 1, len(loop)))
    for row in range(len(design)):
        design[row, [place % len(loop) for place in piece[: row + 1]]] = 1.0
    if len(order) == len(loop):
        design -= share.cumsum()[: len(design), None]
        informed = np.arange(len(loop))
    else:
        informed = np.array([place % len(loop) for place in piece[:-1]])
    informs = np.zeros((len(design), len(loop)))
    informs[:, informed] = 1 / len(informed)
    mixing, estimate, precision = independent_contrasts(cut.estimate, cut.covariance)
    return np.linalg.solve(mixing, design), estimate, 1 / precision, informs


def pieces(loop: Loop, design: Sequence[str]) -> list[list[int]]:
    """Runs of two or more neighbours in a loop that a trial holds, by place; places beyond the end go round.

    A trial that holds the whole loop gives one run that starts at the loop's first treatment.
    """
    size = len(loop)
    held = [treatment in design for treatment in loop]
    if all(held):
        return [list(range(size))]
    starts = [place for place in range(size) if held[place] and not held[place - 1]]
    runs = []
    for start in starts:
        run = [start]
        while held[(run[-1] + 1) % size]:
            run.append(run[-1] + 1)
        runs.append(run)
    return [run for run in runs if len(run) > 1]


def _factor(evidence: Evidence, arrays: _LoopArrays, between: float | Floats) -> dict[str, Any]:
    """Signed difference, its interval, and the inconsistency factor as a ratio with its limit truncated at 1."""
    estimate, covariance = arrays.regression.solve(between)
    round_trip = np.ones(len(estimate))
    difference, se = float(estimate.sum()), combined(round_trip, covariance)
    lower, upper = limits(difference, se)
    found = {
        "difference": difference,
        "se": se,
        "signed_difference_lower": lower,
        "signed_difference_upper": upper,
        "flagged": lower > 0 or upper < 0,
    }
    return found | ratios(evidence, difference, se)


RATIOS = ("ror", "ror_lower", "ror_upper", "signed_ratio", "signed_lower", "signed_upper")


def ratios(evidence: Evidence, difference: float, se: float) -> dict[str, float | None]:
    """ROR = exp|w| with the lower limit truncated at 1, and exp(w) as it is; None where effects are no logarithms."""
    if not adds_on_log(evidence.analysis):
        return dict.fromkeys(RATIOS)
    size, signed = limits(abs(difference), se), limits(difference, se)
    values = (abs(difference), max(0.0, size[0]), size[1], difference, *signed)
    return dict(zip(RATIOS, (float(value) for value in np.exp(values)), strict=True))
