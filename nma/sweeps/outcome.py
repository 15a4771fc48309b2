"""What is kept of one fit of a sweep: who is first, by how much, and what moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nma.answers.contrasts import relative_effects
from nma.answers.heterogeneity import tau_summary
from nma.answers.ranking import ranking
from nma.errors import FitError, SelectionError
from nma.fitting import Fit, Task
from nma.fitting.exact import fit_exact

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One fit: what to fit, the comparison that is followed through the sweep, and the reference of the analysis."""

    task: Task
    pair: tuple[str, str]
    reference: str
    seed: int


def outcome(asked: Asked) -> Row:
    """Fit, and keep what a sweep shows; an error is kept as its line."""
    try:
        return kept(fit_exact(asked.task, asked.seed), asked.pair, asked.reference)
    except (FitError, SelectionError) as error:
        return {"error": str(error)}


def kept(fit: Fit, pair: tuple[str, str], reference: str) -> Row:
    """The order, the effects against the reference of the analysis where it is there, and the followed comparison."""
    ranks = ranking(fit)
    rows: list[Any] = relative_effects(fit).to_dict("records")
    effects: dict[tuple[str, str], Row] = {(row["treatment"], row["versus"]): row for row in rows}
    return {
        "error": None,
        "studies": len(fit.evidence.trials),
        "participants": fit.evidence.participants,
        "order": list(ranks["treatment"]),
        "best": str(ranks["treatment"].iloc[0]),
        "likeliest": str(ranks["treatment"].iloc[int(ranks["p_best"].argmax())]),
        "sucra": dict(zip(ranks["treatment"], map(float, ranks["sucra"]), strict=True)),
        "p_best": dict(zip(ranks["treatment"], map(float, ranks["p_best"]), strict=True)),
        "effects": {name: _effect(row) for name in fit.treatments if (row := effects.get((name, reference)))},
        "pair": _effect(effects.get(pair)),
        "heterogeneity": tau_summary(fit),
        "converged": fit.diagnostics.converged,
    }


def _effect(row: Row | None) -> Row | None:
    names = ("median", "lower", "upper", "mean_log", "sd_log", "p_better")
    return None if row is None else {name: row[name] for name in names}
