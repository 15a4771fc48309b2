"""Rows of the tables on certainty, findings and risk of bias: machine names and numbers as they were computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Results = Mapping[str, Any]
Rows = Iterator[dict[str, Any]]

NO_BASELINE: dict[str, Any] = {"id": None, "per_1000": {}, "versus_per_1000": {}, "difference": None}
"""What stands in the place of absolute effects that were not computed."""


def certainty(results: Results) -> Rows:
    """A row for each comparison and domain, and one for the comparison as a whole."""
    for pair in (results.get("certainty") or {}).get("pairs") or ():
        names = {"treatment": pair["treatment"], "versus": pair["versus"]}
        own = pair["overall"] or {}
        yield {
            **names,
            "domain": "overall",
            "judgement": pair["level"],
            "computed": own.get("computed", pair["level"]),
            "provisional": pair["provisional"],
            "by": own.get("by"),
            "reason_by": own.get("reason"),
            "date": own.get("date"),
        }
        for entry in pair["domains"]:
            values = entry["reason"]["values"]
            yield {
                **names,
                "domain": entry["domain"],
                "judgement": entry["concern"],
                "computed": entry["computed"],
                "provisional": entry["at_least"],
                "rule": entry["reason"]["key"],
                "values": "; ".join(f"{name}={value}" for name, value in values.items()),
                "by": entry["by"],
                "reason_by": entry["override_reason"],
                "date": entry["date"],
            }


def summary(results: Results) -> Rows:
    """A row for each comparison of the summary of findings and each baseline risk."""
    for row in (results.get("summary") or {}).get("rows") or ():
        common = {name: row[name] for name in ("treatment", "versus", "trials", "participants", "level", "provisional")}
        common |= {**row["effect"], **row["rank"], "size": row["size"]}
        for baseline in row["absolute"] or [NO_BASELINE]:
            yield {
                **common,
                "baseline": baseline["id"],
                **_ends("per_1000", baseline["per_1000"]),
                **_ends("versus_per_1000", baseline["versus_per_1000"]),
                **_ends("difference", baseline["difference"] or {}),
            }


def _ends(name: str, found: Mapping[str, float]) -> dict[str, float | None]:
    return {f"{name}_{end}": found.get(end) for end in ("median", "lower", "upper")}


def risk_of_bias(results: Results) -> Rows:
    """A row for each domain: its share of the evidence on each judgement, in the network and in the first two."""
    for row in (results.get("risk_of_bias") or {}).get("shares") or ():
        for of in ("network", "first_two"):
            if row[of]:
                yield {"domain": row["domain"], "of": of} | {name.replace(" ", "_"): it for name, it in row[of].items()}


_ENDS = ("median", "lower", "upper")
_ABSOLUTE = tuple(f"{of}_{end}" for of in ("per_1000", "versus_per_1000", "difference") for end in _ENDS)
TABLES: dict[str, tuple[Callable[[Results], Rows], tuple[str, ...]]] = {
    "certainty": (
        certainty,
        (
            "treatment",
            "versus",
            "domain",
            "judgement",
            "computed",
            "provisional",
            "rule",
            "values",
            "by",
            "reason_by",
            "date",
        ),
    ),
    "summary_of_findings": (
        summary,
        (
            "treatment",
            "versus",
            "trials",
            "participants",
            "median",
            "lower",
            "upper",
            "baseline",
            *_ABSOLUTE,
            "level",
            "provisional",
            "median_rank",
            "rank_lower",
            "rank_upper",
            "sucra",
            "size",
        ),
    ),
    "risk_of_bias": (risk_of_bias, ("domain", "of", "low", "unclear", "high", "not_assessed")),
}
"""Rows and columns of each table."""
