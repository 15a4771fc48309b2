"""Rows of the tables of the evidence map, of single trials and of the checklist, as they were computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Results = Mapping[str, Any]
Rows = Iterable[dict[str, Any]]


def arms(results: Results) -> Rows:
    """A row for each arm of the evidence map."""
    return list((results.get("evidence_map") or {}).get("arms") or ())


def shares(results: Results) -> Rows:
    """A row for each treatment of the evidence map, over all arms and over those of the network."""
    for row in (results.get("evidence_map") or {}).get("treatments") or ():
        for name in ("all", "network"):
            if row[name]:
                yield {"treatment": row["treatment"], "over": name, **row[name]}


def trial_effects(results: Results) -> Rows:
    """A row for every two arms of a trial."""
    return list(results.get("trial_effects") or ())


def checklist(results: Results) -> Rows:
    """A row for each item of the checklist."""
    for row in results.get("checklist") or ():
        yield {**row, "sections": "; ".join(row["sections"])}


TABLES: Mapping[str, tuple[Callable[[Results], Rows], tuple[str, ...]]] = {
    "evidence_map": (
        arms,
        ("study", "arm", "treatment", "events", "n", "share", "months", "basis", "timing", "kind", "used", "rule"),
    ),
    "evidence_map_treatments": (
        shares,
        ("treatment", "over", "arms", "trials", "participants", "events", "median", "lower", "upper"),
    ),
    "trial_effects": (trial_effects, ("study", "treatment", "versus", "measure", "effect", "lower", "upper")),
    "checklist": (checklist, ("item", "state", "sections", "told")),
}
"""What makes the rows of each table, and its columns."""
