"""Why a domain of the certainty is judged as it is, as a sentence: a key and its numbers in a reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nma.output.reading import Reading, Row

DOMAINS = {
    "within_study_bias": "certainty.domain.within_study_bias",
    "reporting_bias": "certainty.domain.reporting_bias",
    "indirectness": "certainty.domain.indirectness",
    "imprecision": "certainty.domain.imprecision",
    "heterogeneity": "certainty.domain.heterogeneity",
    "incoherence": "certainty.domain.incoherence",
}
CONCERNS = {
    "none": "certainty.concern.none",
    "some": "certainty.concern.some",
    "major": "certainty.concern.major",
    "not judged": "certainty.concern.not_judged",
}
SHORT = {
    "none": "certainty.short.none",
    "some": "certainty.short.some",
    "major": "certainty.short.major",
    "not judged": "certainty.short.not_judged",
}
"""Concerns where there is little room and the head of the column says of what."""
WHY = {
    "no_contributions": "certainty.why.no_contributions",
    "risk": "certainty.why.risk",
    "unassessed": "certainty.why.unassessed",
    "at_least": "certainty.why.at_least",
    "no_test": "certainty.why.no_test",
    "no_test_missing": "certainty.why.no_test_missing",
    "symmetric": "certainty.why.symmetric",
    "symmetric_missing": "certainty.why.symmetric_missing",
    "asymmetric": "certainty.why.asymmetric",
    "asymmetric_missing": "certainty.why.asymmetric_missing",
    "no_flags": "certainty.why.no_flags",
    "flags": "certainty.why.flags",
    "flags_fit": "certainty.why.flags_fit",
    "no_zone": "certainty.why.no_zone",
    "inside": "certainty.why.inside",
    "crosses_none": "certainty.why.crosses_none",
    "crosses_one": "certainty.why.crosses_one",
    "crosses_two": "certainty.why.crosses_two",
    "null_one": "certainty.why.null_one",
    "null_two": "certainty.why.null_two",
    "common": "certainty.why.common",
    "alike": "certainty.why.alike",
    "wider": "certainty.why.wider",
    "agree": "certainty.why.agree",
    "differ": "certainty.why.differ",
    "differ_alike": "certainty.why.differ_alike",
    "differ_no_zone": "certainty.why.differ_no_zone",
    "global_direct": "certainty.why.global_direct",
    "global_indirect": "certainty.why.global_indirect",
    "no_loop": "certainty.why.no_loop",
    "designs_once": "certainty.why.designs_once",
    "one_design": "certainty.why.one_design",
}
"""Text of each key that :mod:`nma.answers.concerns` gives."""
_SHARES = ("low", "unclear", "high", "not_assessed", "weak_basis", "yes", "no")


def reason(reading: Reading, entry: Row) -> str:
    """Why a domain of a comparison is judged as it is; a judgement of people first, then what the rule alone says."""
    text, said = reading.text, computed(reading, entry["reason"])
    if not entry["by"]:
        return said
    rule = text("certainty.rule_said", concern=text(CONCERNS[entry["computed"]]))
    return " ".join((judgement(reading, judged_otherwise(entry)), rule, said))


def judged_otherwise(entry: Row) -> dict[str, Any]:
    """The judgement of people in a domain: reason, name, day."""
    return {"reason": entry["override_reason"], "by": entry["by"], "date": entry["date"]}


def judgement(reading: Reading, own: Row) -> str:
    """Who judged, and why."""
    key = "certainty.judged_by_on" if own["date"] else "certainty.judged_by"
    return reading.text(key, by=own["by"], reason=own["reason"], date=reading.text.date(own["date"] or ""))


def computed(reading: Reading, found: Row) -> str:
    """The rule's own reason."""
    values: Mapping[str, Any] = found["values"]
    numbers = {
        **{name: share(reading, values[name]) for name in _SHARES if name in values},
        **_interval(reading, values),
        **_counts(reading, values),
        "p": _p(reading, values.get("p")),
        "null": reading.null,
    }
    return reading.text(WHY[found["key"]], **numbers)


def share(reading: Reading, value: float) -> str:
    """A share of the evidence; none and all of it in words."""
    if value == 0:
        return reading.text("certainty.nothing")
    return reading.text("certainty.everything") if value > 1 - 1e-9 else reading.text.numbers.percent(value)


def _interval(reading: Reading, values: Mapping[str, Any]) -> dict[str, str]:
    if "zone_lower" not in values:
        return {}
    zone = {end: reading.value(values[f"zone_{end}"]) for end in ("lower", "upper")}
    return {
        "interval": reading.interval(values),
        "zone": reading.text("interval", **zone),
        "limits": reading.text("certainty.why.limits", **zone),
        "limit": reading.value(values["limit"]) if "limit" in values else "",
    }


def _counts(reading: Reading, values: Mapping[str, Any]) -> dict[str, str | int]:
    found: dict[str, str | int] = {name: values[name] for name in ("credible", "predictive") if name in values}
    if "missing" in values:
        key = "certainty.why.missing_people" if values["people"] else "certainty.why.missing_unknown"
        found |= {"count": values["missing"], "people": reading.text(key, count=values["people"])}
    return found


def _p(reading: Reading, value: float | None) -> str:
    if value is None:
        return ""
    key, shown = ("certainty.p.under", 0.001) if value < 0.001 else ("certainty.p.is", value)
    return reading.text(key, p=reading.text.numbers.decimals(shown, 3))
