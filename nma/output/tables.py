"""Tidy tables for spreadsheets and statistics: one row per thing, machine names as heads, numbers as computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from nma.output import decision_rows, judged_rows, record_rows

Results = Mapping[str, Any]
Rows = Callable[[Results], Iterable[dict[str, Any]]]
_DANGEROUS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_EFFECT = (
    "treatment",
    "versus",
    "measure",
    "median",
    "lower",
    "upper",
    "mean_log",
    "sd_log",
    "predictive_lower",
    "predictive_upper",
    "p_better",
    "direct_studies",
)
_RANK = (
    "treatment",
    "sucra",
    "p_best",
    "mean_rank",
    "median_rank",
    "rank_lower",
    "rank_upper",
    "predictive_sucra",
    "predictive_p_best",
    "predictive_mean_rank",
)
_TRIAL = ("id", "label", "year", "months", "basis", "timing", "kind", "status", "participants", "country", "source")


def frames(results: Results) -> dict[str, pd.DataFrame]:
    """Every table by name.

    Parameters
    ----------
    results : Mapping[str, Any]
        What ``results.json`` holds.

    Returns
    -------
    dict[str, pandas.DataFrame]
        ``relative_effects``, ``league``, ``ranking``, ``rank_probabilities``, ``trials``, ``trial_arms``, ``excluded``,
        ``sensitivity``, ``comparisons``, ``contribution_comparisons``, ``contribution_trials``, ``funnel``,
        ``without_data``, and those of :mod:`nma.output.judged_rows`, :mod:`nma.output.record_rows` and
        :mod:`nma.output.decision_rows`; columns are there even when a table has no rows.
    """
    return {name: make(results) for name, make in _TABLES.items()}


def write(results: Results, folder: Path) -> None:
    """Write every table to ``folder/<name>.csv``, text cells made safe for spreadsheets."""
    write_frames(frames(results), folder)


def write_frames(named: Mapping[str, pd.DataFrame], folder: Path, prefix: str = "") -> None:
    """Write frames to ``folder/<prefix><name>.csv``, text cells made safe for spreadsheets."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, made in named.items():
        safe(made).to_csv(folder / f"{prefix}{name}.csv", index=False, encoding="utf-8", lineterminator="\n")


def safe(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame whose text cells and heads no spreadsheet reads as a formula: they get an apostrophe in front."""
    columns = {place: [guard(cell) for cell in frame.iloc[:, place]] for place in range(frame.shape[1])}
    guarded = pd.DataFrame(columns, index=frame.index, dtype=object)
    guarded.columns = pd.Index([guard(head) for head in frame.columns])
    return guarded


def guard(cell: object) -> object:
    """A text cell on one line (a bare line break would start a cell of its own), with an apostrophe where needed."""
    if not isinstance(cell, str):
        return cell
    line = " ".join(cell.splitlines()).strip()
    return f"'{line}" if line.startswith(_DANGEROUS) else line


def frame(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a frame with these columns, in this order, even when there is no row."""
    return pd.DataFrame([[row.get(name) for name in columns] for row in rows], columns=pd.Index(columns), dtype=object)


def _relative_effects(results: Results) -> pd.DataFrame:
    return frame(results["relative_effects"], _EFFECT)


def _league(results: Results) -> pd.DataFrame:
    """Medians in a square, row against column, in the order of the ranking."""
    order = [row["treatment"] for row in results["ranking"]]
    cells = {(row["treatment"], row["versus"]): row["median"] for row in results["relative_effects"]}
    rows = [{"treatment": name, **{f"vs {other}": cells.get((name, other)) for other in order}} for name in order]
    return frame(rows, ["treatment", *(f"vs {other}" for other in order)])


def _ranking(results: Results) -> pd.DataFrame:
    rows = [{**row, "direction": results["direction"]} for row in results["ranking"]]
    return frame(rows, (*_RANK, "direction"))


def _rank_probabilities(results: Results) -> pd.DataFrame:
    kinds = ("rank_probabilities", "cumulative", "predictive_rank_probabilities", "predictive_cumulative")
    names = ("probability", "cumulative", "predictive_probability", "predictive_cumulative")
    rows = [
        {
            "treatment": row["treatment"],
            "rank": rank + 1,
            **{name: _at(row.get(kind), rank) for name, kind in zip(names, kinds, strict=True)},
        }
        for row in results["ranking"]
        for rank in range(len(row["rank_probabilities"]))
    ]
    return frame(rows, ("treatment", "rank", *names))


def _at(values: Sequence[float] | None, place: int) -> float | None:
    return None if values is None else values[place]


def _trials(results: Results) -> pd.DataFrame:
    trials = results["evidence"]["trials"]
    domains = list(dict.fromkeys(domain for trial in trials for domain in trial.get("risk_of_bias") or {}))
    rows = [
        {
            **trial,
            "doubts": " | ".join(trial.get("doubts") or []),
            **{f"risk_{name}": risk for name, risk in (trial.get("risk_of_bias") or {}).items()},
        }
        for trial in trials
    ]
    return frame(rows, (*_TRIAL, "doubts", *(f"risk_{domain}" for domain in domains)))


def _trial_arms(results: Results) -> pd.DataFrame:
    trials = results["evidence"]["trials"]
    rows = [{**arm, "trial": trial["id"]} for trial in trials for arm in trial.get("arms") or []]
    return frame(rows, ("trial", "treatment", "label", "events", "n"))


def _excluded(results: Results) -> pd.DataFrame:
    return frame(results["evidence"]["excluded"], ("id", "label", "rule", "reason"))


def _comparisons(results: Results) -> pd.DataFrame:
    rows = [
        {**row, "trials": len(row["studies"]), "studies": " ".join(row["studies"])}
        for row in results["evidence"]["comparisons"]
    ]
    return frame(rows, ("treatment", "versus", "trials", "participants", "studies"))


def _sensitivity(results: Results) -> pd.DataFrame:
    """A row per set and treatment against the reference, the primary analysis first; a set that failed has one row."""
    reference = results["analysis"]["reference"]
    primary = {
        "id": "primary",
        "studies": results["evidence"]["studies"],
        "participants": results["evidence"]["participants"],
        "relative_effects": results["relative_effects"],
        "ranking": results["ranking"],
        "heterogeneity": results["heterogeneity"],
        "sampling": results["sampling"],
    }
    rows = [row for entry in (primary, *results["sensitivity"]) for row in _set_rows(entry, reference)]
    columns = (
        "set",
        "studies",
        "participants",
        "treatment",
        "versus",
        "median",
        "lower",
        "upper",
        "p_better",
        "sucra",
        "heterogeneity",
        "converged",
        "entered",
        "left",
        "error",
    )
    return frame(rows, columns)


def _set_rows(entry: Mapping[str, Any], reference: str) -> list[dict[str, Any]]:
    common = {
        "set": entry["id"],
        "studies": entry["studies"],
        "participants": entry["participants"],
        "error": entry.get("error"),
        "heterogeneity": (entry.get("heterogeneity") or {}).get("median"),
        "converged": (entry.get("sampling") or {}).get("converged"),
        "entered": " ".join(entry.get("entered") or []),
        "left": " ".join(entry.get("left") or []),
    }
    sucra = {row["treatment"]: row["sucra"] for row in entry.get("ranking") or []}
    against = [row for row in entry.get("relative_effects") or [] if row["versus"] == reference]
    return [{**row, **common, "sucra": sucra.get(row["treatment"])} for row in against] or [common]


def _of_rows(make: Rows, columns: Sequence[str], results: Results) -> pd.DataFrame:
    return frame(make(results), columns)


def _contribution_comparisons(results: Results) -> pd.DataFrame:
    """What each comparison of the network rests on: a row for each direct comparison with a share in it."""
    rows = [
        {**pair, "from_treatment": row["treatment"], "from_versus": row["versus"], "share": row["share"]}
        for pair in _contributions(results)["pairs"]
        for row in pair["by_comparison"]
    ]
    return frame(rows, ("treatment", "versus", "direct", "from_treatment", "from_versus", "share"))


def _contribution_trials(results: Results) -> pd.DataFrame:
    """The same by trial; the rows without treatments are the network as a whole."""
    found = _contributions(results)
    every = [{"by_trial": found["overall"]["by_trial"]}, *found["pairs"]]
    rows = [{**pair, **row} for pair in every for row in pair["by_trial"]]
    return frame(rows, ("treatment", "versus", "study", "share"))


def _contributions(results: Results) -> Mapping[str, Any]:
    return results.get("contributions") or {"pairs": [], "overall": {"by_trial": []}}


def _funnel(results: Results) -> pd.DataFrame:
    found = (results.get("small_study") or {}).get("points", [])
    return frame(found, ("study", "treatment", "versus", "estimate", "se", "direct", "adjusted"))


def _without_data(results: Results) -> pd.DataFrame:
    """Trials known but without data; several treatments or months in one cell."""
    labels = {row["id"]: row["label"] for row in results["evidence"]["excluded"]}
    rows = [
        {
            **row,
            "label": labels.get(row["study"]),
            "treatments": " ".join(row["treatments"]),
            "months": " ".join(f"{months:g}" for months in row["months"]),
        }
        for row in (results.get("small_study") or {}).get("without_data") or []
    ]
    columns = ("study", "label", "rule", "year", "treatments", "randomised", "complete", "months", "registration")
    return frame(rows, columns)


_TABLES: dict[str, Callable[[Results], pd.DataFrame]] = {
    "relative_effects": _relative_effects,
    "league": _league,
    "ranking": _ranking,
    "rank_probabilities": _rank_probabilities,
    "trials": _trials,
    "trial_arms": _trial_arms,
    "excluded": _excluded,
    "sensitivity": _sensitivity,
    "comparisons": _comparisons,
    "contribution_comparisons": _contribution_comparisons,
    "contribution_trials": _contribution_trials,
    "funnel": _funnel,
    "without_data": _without_data,
}
for _made in (judged_rows.TABLES, record_rows.TABLES, decision_rows.TABLES):
    _TABLES |= {name: partial(_of_rows, *table) for name, table in _made.items()}
