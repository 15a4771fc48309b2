"""Rows of the tables of absolute effects and of the hierarchy: machine names and numbers as they were computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Results = Mapping[str, Any]
Rows = Iterable[dict[str, Any]]

_ENDS = ("median", "lower", "upper")
_COUNTS = ("per_1000", "difference", "predictive_per_1000", "predictive_difference")
_NEEDED = ("kind", "value", "lower", "upper", "crosses")


def absolute(results: Results) -> Rows:
    """A row for each treatment at each baseline risk; a needed number that is empty is infinite."""
    found = results.get("absolute") or {"baselines": ()}
    for baseline in found["baselines"]:
        risk = baseline["risk"]
        about = {
            "baseline": baseline["id"],
            "source": baseline["source"],
            **{f"risk_{end}": risk[end] if isinstance(risk, Mapping) else risk for end in _ENDS},
        }
        for row in baseline["effects"]:
            yield {
                **about,
                "treatment": row["treatment"],
                "versus": found["reference"],
                **{f"{name}_{end}": row[name][end] for name in _COUNTS if row[name] for end in _ENDS},
                **{f"nnt_{name}": row["nnt"][name] for name in _NEEDED},
                "capped": row["capped"],
            }


def pairs(results: Results) -> Rows:
    """A row for each ordered pair: that the first is better, better by enough, and established to be better."""
    found = results.get("hierarchy") or {"chances": (), "partial": {"established": ()}}
    established = {(row["treatment"], row["versus"]) for row in found["partial"]["established"]}
    for row in found["chances"]:
        yield {**row, "established": (row["treatment"], row["versus"]) in established}


def precision(results: Results) -> Rows:
    """POTH of all treatments, of all but one, and of the best k."""
    found = (results.get("hierarchy") or {}).get("poth")
    if not found:
        return
    yield {"of": "all", "poth": found["value"]}
    for row in found["without"]:
        yield {"of": "all but one", "treatment": row["treatment"], "poth": row["value"]}
    for row in found["best"]:
        yield {"of": "best", "k": row["k"], "poth": row["value"]}


def p_scores(results: Results) -> Rows:
    """A row for each treatment."""
    return list((results.get("hierarchy") or {}).get("p_scores") or ())


TABLES: Mapping[str, tuple[Callable[[Results], Rows], tuple[str, ...]]] = {
    "absolute_effects": (
        absolute,
        (
            *("baseline", "source", *(f"risk_{end}" for end in _ENDS), "treatment", "versus"),
            *(f"{name}_{end}" for name in _COUNTS for end in _ENDS),
            *(f"nnt_{name}" for name in _NEEDED),
            "capped",
        ),
    ),
    "hierarchy_pairs": (pairs, ("treatment", "versus", "p_better", "p_important", "established")),
    "hierarchy_precision": (precision, ("of", "treatment", "k", "poth")),
    "p_scores": (p_scores, ("treatment", "p_score")),
}
"""What makes the rows of each table, and its columns."""
