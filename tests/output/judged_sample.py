"""Certainty, summary and risk of bias for the sample results, as the answers floor would give them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from nma.analysis.judgements import Domain, Judgements
from nma.answers import certainty, summary

KEYS = ("unassessed", "symmetric", "flags_fit", "crosses_two", "wider", "differ")
CONCERNS = ("not judged", "none", "not judged", "major", "some", "some")
VALUES: dict[str, Any] = {
    "low": 0.25,
    "unclear": 0.0,
    "high": 0.15,
    "not_assessed": 0.6,
    "weak_basis": 1.0,
    "yes": 0.9,
    "no": 0.0,
    "lower": 0.7,
    "upper": 2.5,
    "zone_lower": 0.8,
    "zone_upper": 1.0,
    "limit": 0.8,
    "credible": 1,
    "predictive": 2,
    "p": 0.0004,
    "comparisons": 26,
    "missing": 2,
    "people": 131,
}


def with_certainty(
    made: dict[str, Any], judgements: Mapping[str, Any] | None = None, concerns: tuple[str, ...] = CONCERNS
) -> dict[str, Any]:
    """The results with certainty, the summary of findings and the risk of bias."""
    domains = [
        {"domain": str(domain), "computed": concern, "reason": {"key": key, "values": VALUES}}
        for domain, concern, key in zip(Domain, concerns, KEYS, strict=True)
    ]
    pairs = [
        {"treatment": first, "versus": second, "domains": domains}
        for first, second in combinations([row["treatment"] for row in made["ranking"]], 2)
    ]
    own = Judgements.model_validate(judgements or {})
    found = made | {"certainty": certainty.judged({"rule": certainty.RULE, "pairs": pairs}, own)}
    found |= {"absolute": {"baselines": [baseline(made, "pooled", None), baseline(made, "declared-1", "somewhere")]}}
    return found | {"summary": summary.summary(found), "risk_of_bias": risk(made)}


def baseline(made: Mapping[str, Any], name: str, source: str | None) -> dict[str, Any]:
    """Absolute effects at one baseline risk."""
    others = [it for it in made["treatments"] if it != made["analysis"]["reference"]]
    difference = {"median": 100.0, "lower": -20.0, "upper": 300.0}
    people = {"median": 300.0, "lower": 180.0, "upper": 500.0}
    return {
        "id": name,
        "risk": {"median": 0.2, "lower": 0.1, "upper": 0.4} if source is None else 0.14,
        "source": source,
        "how": {"model": "random effects"} if source is None else None,
        "per_1000": {"median": 200.0, "lower": 200.0, "upper": 200.0},
        "effects": [{"treatment": it, "per_1000": people, "difference": difference} for it in others],
    }


def risk(made: Mapping[str, Any]) -> dict[str, Any]:
    """Shares of the evidence on each judgement."""
    shares = {"low": 0.25, "unclear": 0.0, "high": 0.15, "not assessed": 0.6}
    domains = list(made["evidence"]["trials"][0].get("risk_of_bias") or {})
    names = [trial["id"] for trial in made["evidence"]["trials"]]
    return {
        "trials": [{"study": name, "overall": "not assessed", "weak_basis": False} for name in names],
        "first_two": [row["treatment"] for row in made["ranking"]][:2],
        "shares": [{"domain": name, "network": shares, "first_two": shares} for name in (*domains, "overall")],
    }
