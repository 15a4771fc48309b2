"""Which trials drive an inconsistency: the loop and the split with the largest ratio, with each trial left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from nma.answers.contrasts import LIMITS
from nma.answers.designs import design_by_treatment
from nma.answers.loops import Loop, Pieces, loop_row
from nma.answers.scale import quantiles
from nma.answers.splits import direct_and_indirect, pair_of, posterior_p, split_ratio
from nma.evidence import Evidence
from nma.evidence.network import comparisons, has_independent_evidence, has_indirect_path, is_connected
from nma.fitting import Fit, Task

MOST_TRIALS = 100
"""Above this the global test is not repeated without each trial: one of many drives little, and it takes minutes."""
GLOBAL_KEYS = ("chi2", "df", "p", "p_adjusted", "heterogeneity")
LOOP_KEYS = ("difference", "ror", "ror_lower", "ror_upper", "flagged")


def without(evidence: Evidence, study: str) -> Evidence:
    """The evidence without one trial; its treatments stay, even if they are no longer compared."""
    return replace(evidence, trials=tuple(trial for trial in evidence.trials if trial.id != study))


def loop_influence(evidence: Evidence, loops: Sequence[Mapping[str, Any]], network_tau: float) -> dict[str, Any] | None:
    """The first of the loops of :func:`nma.answers.loops.loop_table`, with each of its trials left out."""
    if not loops:
        return None
    worst = loops[0]
    loop: Loop = tuple(worst["treatments"])
    rows, refused = [], []
    for study in worst["studies"]:
        rest = without(evidence, study)
        if not has_independent_evidence(rest, loop):
            refused.append({"study": study, "reason": "the loop opens"})
        else:
            row = loop_row(Pieces.of(rest, network_tau), loop)
            rows.append({"study": study, **{key: row[key] for key in LOOP_KEYS}})
    everything = {key: worst[key] for key in LOOP_KEYS}
    return {"treatments": list(loop), "all": everything, "rows": _closest_first(rows), "refused": refused}


def global_influence(evidence: Evidence) -> dict[str, Any] | None:
    """The design-by-treatment test with each trial left out, the largest p first.

    None where there is no such test, or where there are more than :data:`MOST_TRIALS`.
    """
    everything = design_by_treatment(evidence)
    if everything["refused"] or len(evidence.trials) > MOST_TRIALS:
        return None
    rows, refused = [], []
    for trial in evidence.trials:
        rest = without(evidence, trial.id)
        if not is_connected(rest):
            refused.append({"study": trial.id, "reason": "the network falls apart"})
            continue
        found = design_by_treatment(rest)
        if found["refused"]:
            refused.append({"study": trial.id, "reason": found["refused"]})
        else:
            rows.append({"study": trial.id, **{key: found[key] for key in GLOBAL_KEYS}})
    ordered = sorted(rows, key=lambda row: (-row["p_adjusted"], row["study"]))
    return {"all": {key: everything[key] for key in GLOBAL_KEYS}, "rows": ordered, "refused": refused}


def median_difference(fit: Fit) -> float:
    """Posterior median of the direct less the indirect effect of a split."""
    direct, indirect = direct_and_indirect(fit)
    return quantiles(direct - indirect, (0.5,))[0]


def split_influence_tasks(fit: Fit) -> tuple[dict[str, Task], list[str]]:
    """The split of a fit with each trial left out, by trial; and the trials without which it cannot be split."""
    pair = pair_of(fit)
    tasks, refused = {}, []
    for trial in fit.evidence.trials:
        rest = without(fit.evidence, trial.id)
        compared = any({c.treatment, c.versus} == set(pair) for c in comparisons(rest))
        if compared and has_indirect_path(rest, *pair):
            tasks[trial.id] = Task(rest, fit.analysis, fit.means)
        else:
            refused.append(trial.id)
    return tasks, refused


def split_influence(fit: Fit, left_out: Mapping[str, Fit], refused: Sequence[str]) -> dict[str, Any]:
    """The split with each trial left out, that with the smallest difference first."""
    treatment, versus = pair_of(fit)
    rows = [
        {"study": study, **_split(other), "converged": other.diagnostics.converged} for study, other in left_out.items()
    ]
    return {
        "treatment": treatment,
        "versus": versus,
        "all": _split(fit),
        "rows": _closest_first(rows),
        "refused": [{"study": study, "reason": "cannot be split"} for study in refused],
    }


def _split(fit: Fit) -> dict[str, Any]:
    direct, indirect = direct_and_indirect(fit)
    difference = direct - indirect
    median, lower, upper = quantiles(difference, (0.5, *LIMITS))
    limits = {"difference_lower": lower, "difference_upper": upper}
    return {"difference": median, **limits, **split_ratio(fit, difference), "p": posterior_p(difference)}


def _closest_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (abs(row["difference"]), row["study"]))
