"""The tables of the page for statistics: one row per thing, machine names as heads, numbers as computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from nma.output.reading import Row
from nma.output.tables import frame, write_frames

_LOOP = (
    "loop",
    "difference",
    "se",
    "signed_difference_lower",
    "signed_difference_upper",
    "p",
    "ror",
    "ror_lower",
    "ror_upper",
    "signed_ratio",
    "signed_lower",
    "signed_upper",
    "heterogeneity",
    "estimable",
    "flagged",
    "studies",
    "multi_arm",
)
_HOW = ("tau", "taus", "difference", "se", "ror", "ror_lower", "ror_upper", "flagged")
_ASSUMED = ("loop", "comparison", "network")
_ENDS = ("", "_lower", "_upper", "_sd")
_SPLIT = (
    "treatment",
    "versus",
    *(f"{name}{end}" for name in ("direct", "indirect", "network", "difference") for end in _ENDS),
    "ratio",
    "ratio_lower",
    "ratio_upper",
    "p",
    "heterogeneity_median",
    "heterogeneity_lower",
    "heterogeneity_upper",
    "dbar",
    "pd",
    "dic",
    "studies",
    "multi_arm_studies",
    "converged",
)
_POINT = ("study", "treatment", "observed", "fitted", "deviance", "leverage", "signed_root", "data_points")
_OMITTED = ("of", "what", "study", "value", "lower", "upper", "difference", "p", "flagged", "converged", "refused")


def frames(found: Row) -> dict[str, pd.DataFrame]:
    """Every table by name, without the word ``inconsistency_`` in front; columns are there even without rows."""
    return {name: make(found) for name, make in _TABLES.items()}


def write(found: Row, folder: Path) -> None:
    """Write every table to ``folder/inconsistency_<name>.csv``, text cells made safe for spreadsheets."""
    write_frames(frames(found), folder, "inconsistency_")


def _joined(names: Iterable[Any] | None) -> str:
    return " ".join(str(name) for name in names or ())


def _loop_name(row: Row) -> str:
    return _joined(row["treatments"])


def _loops(found: Row) -> pd.DataFrame:
    """A row per loop, and under each assumption about heterogeneity what it would be."""
    rows = []
    for loop in found["loops"]:
        row = {**loop, "loop": _loop_name(loop), "studies": _joined(loop["studies"])}
        row["multi_arm"] = _joined(loop["multi_arm"])
        for name in _ASSUMED:
            other = loop["by_heterogeneity"][name]
            row |= {f"{name}_{key}": other.get(key) for key in _HOW}
            row[f"{name}_taus"] = _joined(other.get("taus"))
        rows.append(row)
    return frame(rows, (*_LOOP, *(f"{name}_{key}" for name in _ASSUMED for key in _HOW)))


def _loop_edges(found: Row) -> pd.DataFrame:
    rows = [
        {**edge, "loop": _loop_name(loop), "trials": len(edge["studies"]), "studies": _joined(edge["studies"])}
        for loop in found["loops"]
        for edge in loop["edges"]
    ]
    return frame(rows, ("loop", "treatment", "versus", "estimate", "se", "trials", "studies"))


def _splits(found: Row) -> pd.DataFrame:
    rows = [
        {
            **row,
            **{f"heterogeneity_{key}": value for key, value in (row["heterogeneity"] or {}).items()},
            "studies": _joined(row["studies"]),
            "multi_arm_studies": _joined(row["multi_arm_studies"]),
        }
        for row in found["splits"] or ()
    ]
    return frame(rows, _SPLIT)


def _not_split(found: Row) -> pd.DataFrame:
    rows = [{**row, "studies": _joined(row["studies"])} for row in found["not_split"]]
    return frame(rows, ("treatment", "versus", "reason", "studies"))


def _by_comparison(found: Row) -> pd.DataFrame:
    columns = ("treatment", "versus", "studies", "q", "df", "p", "i2", "band")
    return frame(found["heterogeneity"]["i2_by_comparison"], columns)


def _designs(found: Row) -> pd.DataFrame:
    rows = [
        {"design": _joined(row["treatments"]), "trials": len(row["studies"]), "studies": _joined(row["studies"])}
        for row in found["design_by_treatment"]["designs"]
    ]
    return frame(rows, ("design", "trials", "studies"))


def _fit_points(found: Row) -> pd.DataFrame:
    """The points of the consistency model, each with its deviance under unrelated means."""
    other = found["fit"]["unrelated_means"]
    free = {(row["study"], row["treatment"]): row["deviance"] for row in (other or {}).get("points") or ()}
    rows = [
        {**row, "deviance_unrelated_means": free.get((row["study"], row["treatment"]))}
        for row in found["fit"]["points"]
    ]
    return frame(rows, (*_POINT, "deviance_unrelated_means"))


def _unrelated_means(found: Row) -> pd.DataFrame:
    rows = (found["fit"]["unrelated_means"] or {}).get("effects") or ()
    return frame(rows, ("treatment", "versus", "mean", "sd", "median", "lower", "upper"))


def _transitivity(found: Row) -> pd.DataFrame:
    """A row per modifier, comparison and trial, so that any summary can be made of it."""
    rows = [
        {**value, "modifier": modifier["name"], "treatment": row["treatment"], "versus": row["versus"]}
        for modifier in found["transitivity"]["modifiers"]
        for row in modifier["comparisons"]
        for value in row["values"]
    ]
    return frame(rows, ("modifier", "treatment", "versus", "study", "value"))


def _missing(found: Row) -> pd.DataFrame:
    rows = [{**row, "missing": _joined(row["missing"])} for row in found["transitivity"]["missing"]]
    return frame(rows, ("name", "trials", "known", "missing"))


def _influence(found: Row) -> pd.DataFrame:
    """The disagreement with all trials, and with each trial left out."""
    rows = []
    for of, name in (("loop", "ror"), ("split", "ratio")):
        driven = found["influence"][of]
        if driven:
            what = _joined(driven.get("treatments") or (driven["treatment"], driven["versus"]))
            common = {"of": of, "what": what}
            rows += [common | _omitted(row, name) for row in ({**driven["all"], "study": None}, *driven["rows"])]
            rows += [common | {"study": row["study"], "refused": row["reason"]} for row in driven["refused"]]
    return frame(rows, _OMITTED)


def _influence_global(found: Row) -> pd.DataFrame:
    """The design-by-treatment test with all trials, and with each trial left out."""
    driven = found["influence"]["global"]
    if driven is None:
        return frame([], _OMITTED_GLOBAL)
    refused = [{"study": row["study"], "refused": row["reason"]} for row in driven["refused"]]
    return frame([{**driven["all"], "study": None}, *driven["rows"], *refused], _OMITTED_GLOBAL)


_OMITTED_GLOBAL = ("study", "chi2", "df", "p", "p_adjusted", "heterogeneity", "refused")


def _omitted(row: Row, name: str) -> dict[str, Any]:
    values: Sequence[Any] = [row.get(f"{name}{end}") for end in ("", "_lower", "_upper")]
    return {**row, **dict(zip(("value", "lower", "upper"), values, strict=True))}


_TABLES: dict[str, Callable[[Row], pd.DataFrame]] = {
    "loops": _loops,
    "loop_edges": _loop_edges,
    "splits": _splits,
    "not_split": _not_split,
    "heterogeneity_by_comparison": _by_comparison,
    "designs": _designs,
    "fit_points": _fit_points,
    "unrelated_means": _unrelated_means,
    "transitivity": _transitivity,
    "missing_modifiers": _missing,
    "influence": _influence,
    "influence_global": _influence_global,
}
