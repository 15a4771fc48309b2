"""Inconsistency of closed loops: the signed difference, its factor and the ratio of ratios.

For a loop A-B-C the direct effects going round, θ_AB + θ_BC + θ_CA = w, sum to nothing when they agree (Bucher et al.
1997, doi:10.1016/S0895-4356(97)00049-8). The inconsistency factor is |w|, the ratio of ratios ROR = exp|w| (Chaimani
et al. 2013, doi:10.1371/journal.pone.0076654).

The effects θ of a loop's edges are estimated together, by weighted least squares over every trial that holds two
neighbours of the loop, cut to the loop's treatments, so that the contrasts of a multi-arm trial keep their covariance
and are never counted as independent. A trial that holds the whole loop cannot disagree with itself: the edges share
the difference there, θ_e - w/L for each of L, the consistent effects nearest to θ, whatever the order of its arms.
Where one edge has no other trials it is seen as it is, and the others share the difference, as in a symmetric split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nma.answers.contrast_level import between_variance, combined, limits, regression, two_sided
from nma.answers.designs import pairwise
from nma.answers.scale import Floats, adds_on_log
from nma.evidence import Evidence, Trial, trial_contrasts
from nma.evidence.network import edges, loops, supplied
from nma.fitting.layout import independent_contrasts, zero_rule
from nma.fitting.least_squares import Regression

Loop = tuple[str, ...]


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
    network = float(np.sqrt(between_variance(evidence, regression(evidence))))
    for loop in loops(evidence):
        if supplied(evidence, loop) is not None:
            found.append(loop_row(evidence, loop, network))
        else:
            holding = [trial.id for trial in evidence.trials if len(set(loop) & set(trial.design)) > 2]
            alone = all(set(loop) <= set(trial.design) for trial in evidence.trials if pieces(loop, trial.design))
            reason = "one multi-arm trial" if alone else "shared trials"
            left_out.append({"treatments": list(loop), "reason": reason, "studies": holding})
    note = None if found or left_out else "no loops"
    ordered = sorted(found, key=lambda row: (-abs(row["difference"]), row["treatments"]))
    return {"loops": ordered, "loops_left_out": left_out, "loops_note": note}


def loop_row(evidence: Evidence, loop: Loop, network_tau: float) -> dict[str, Any]:
    """One loop; differences and standard errors on the scale on which effects add, ratios where that is a log scale.

    The heterogeneity is taken three ways: one τ shared in the loop (restricted likelihood), one for each comparison,
    and the network's. The first is the default.
    """
    arrays = _arrays(evidence, loop)
    shared = between_variance(evidence, arrays.regression)
    own = [between_variance(evidence, pairwise(evidence, *edge)) for edge in edges(loop)]
    ways = {
        "loop": _factor(evidence, arrays, shared) | {"tau": float(np.sqrt(shared)), "taus": None},
        "comparison": _factor(evidence, arrays, arrays.averaged(own))
        | {"tau": None, "taus": [float(np.sqrt(variance)) for variance in own]},
        "network": _factor(evidence, arrays, network_tau**2) | {"tau": network_tau, "taus": None},
    }
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
        **{key: value for key, value in ways["loop"].items() if key not in ("tau", "taus")},
        "p": two_sided(ways["loop"]["difference"], ways["loop"]["se"]),
        "heterogeneity": ways["loop"]["tau"],
        "estimable": arrays.regression.df > 0,
        "studies": arrays.studies,
        "multi_arm": [trial.id for trial in evidence.trials if len(set(loop) & set(trial.design)) > 2],
        "by_heterogeneity": {
            way: {
                key: row[key] for key in ("tau", "taus", "difference", "se", "ror", "ror_lower", "ror_upper", "flagged")
            }
            for way, row in ways.items()
        },
    }


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


def _arrays(evidence: Evidence, loop: Loop) -> _LoopArrays:
    parts = []
    for trial in evidence.trials:
        for piece in pieces(loop, trial.design):
            parts.append((trial.id, *_independent(evidence, trial, loop, piece)))
    design, estimate, variance, informs = (np.concatenate([part[place] for part in parts]) for place in range(1, 5))
    studies = list(dict.fromkeys(part[0] for part in parts))
    return _LoopArrays(Regression(design, estimate, variance), informs, studies)


def _independent(
    evidence: Evidence, trial: Trial, loop: Loop, piece: Sequence[int]
) -> tuple[Floats, Floats, Floats, Floats]:
    """Design, estimate, variance and informed edges of one trial's arms that follow each other in the loop."""
    held = tuple(trial.arms[trial.design.index(loop[place % len(loop)])] for place in piece)
    seen = trial_contrasts(trial, evidence.analysis.effect_measure, zero_rule(evidence.analysis))
    order = [trial.arms.index(arm) for arm in held]
    cut = replace(seen, value=seen.value[order], variance=seen.variance[order])
    design = np.zeros((len(held) - 1, len(loop)))
    for row in range(len(design)):
        design[row, [place % len(loop) for place in piece[: row + 1]]] = 1.0
    if len(held) == len(loop):
        own = supplied(evidence, loop)
        assert own is not None, "the loop has no independent evidence"
        share_of = np.array([edge in own for edge in edges(loop)]) / len(own)
        design -= share_of.cumsum()[: len(design), None]
        informed = np.arange(len(loop))
    else:
        informed = np.array([place % len(loop) for place in piece[:-1]])
    share = np.zeros((len(design), len(loop)))
    share[:, informed] = 1 / len(informed)
    mixing, estimate, precision = independent_contrasts(cut.estimate, cut.covariance)
    return np.linalg.solve(mixing, design), estimate, 1 / precision, share


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
