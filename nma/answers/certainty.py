"""Certainty of the evidence on each comparison: six domains, what they lower, and what people judged instead.

A comparison of randomised trials starts at high certainty; each domain of some concern lowers it by one level, each of
major concern by two, and nothing goes below very low (GRADE's levels; CINeMA, doi:10.1371/journal.pmed.1003082). A
domain that is not judged lowers nothing: the level is then provisional, "at most", and the domains are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy import stats

from nma.analysis.judgements import NOTHING, Certainty, Concern, Domain, Judgements
from nma.analysis.rules import NULL
from nma.answers.concerns import AT_LEAST, GLOBAL_LIMITS, LOCAL_LIMIT, RULES, TEST_LIMIT, Facts, Reason
from nma.answers.risk_of_bias import trial_risks, trial_shares
from nma.answers.sides import Sides, sides
from nma.answers.zones import Ends
from nma.evidence import Evidence
from nma.fitting.means import Pair
from nma.vocab import Measure, YesNoUnclear

LOWERS = {Concern.NONE: 0, Concern.SOME: 1, Concern.MAJOR: 2, Concern.NOT_JUDGED: 0}
"""By how many levels a domain lowers the certainty."""
RULE = {
    "start": str(Certainty.HIGH),
    "lowers": {str(concern): levels for concern, levels in LOWERS.items()},
    "local_limit": LOCAL_LIMIT,
    "global_limits": [limit for limit, _ in GLOBAL_LIMITS if limit],
    "test_limit": TEST_LIMIT,
}
"""What the levels follow from, as a report prints it."""
_HALF = float(stats.norm.ppf(0.975))


@dataclass(frozen=True)
class Sources:
    """What certainty is read from: the evidence, and what other parts of the results say.

    Attributes
    ----------
    evidence : Evidence
        The trials.
    results : Mapping[str, Any]
        Relative effects, ranking, ``inconsistency``; and ``contributions``, ``small_study`` where they were computed.
    judgements : Judgements
        What people judged.
    """

    evidence: Evidence
    results: Mapping[str, Any]
    judgements: Judgements = NOTHING

    @property
    def pairs(self) -> list[Pair]:
        """Each two treatments once, the better ranked first."""
        return list(combinations([row["treatment"] for row in self.results["ranking"]], 2))


def certainty(sources: Sources) -> dict[str, Any]:
    """Certainty of every comparison.

    Returns
    -------
    dict
        ``rule`` and ``pairs``: a row for each two treatments, the better ranked first, in the order of the ranking,
        with ``level``, ``provisional`` (whether a domain that is not judged, or not in full, could lower it),
        ``not_judged``, ``overall`` (None, or what people set instead of the level) and ``domains``: each with
        ``concern``, ``at_least`` (whether it may turn out to be more), ``reason``, ``computed`` (what the rule says),
        and ``by``, ``override_reason``, ``date`` where people judged otherwise (None where they did not).
    """
    facts = _facts(sources)
    computed = [
        {
            "treatment": treatment,
            "versus": versus,
            "domains": [_domain(domain, *rule(facts[treatment, versus])) for domain, rule in RULES.items()],
        }
        for treatment, versus in sources.pairs
    ]
    return judged({"rule": RULE, "pairs": computed}, sources.judgements)


def judged(found: Mapping[str, Any], judgements: Judgements) -> dict[str, Any]:
    """The same certainty with these judgements, and no others, in the place of what the rules say."""
    return {**found, "pairs": [_judged_pair(row, judgements) for row in found["pairs"]]}


def _domain(domain: Domain, concern: Concern, reason: Reason) -> dict[str, Any]:
    return {
        "domain": str(domain),
        "computed": str(concern),
        "reason": {"key": reason.key, "values": dict(reason.values)},
    }


def _judged_pair(row: Mapping[str, Any], judgements: Judgements) -> dict[str, Any]:
    pair = frozenset((row["treatment"], row["versus"]))
    domains = [_judged_domain(entry, pair, judgements) for entry in row["domains"]]
    missing = [entry["domain"] for entry in domains if entry["concern"] == Concern.NOT_JUDGED]
    level, overall = final(entry["concern"] for entry in domains), judgements.overall(pair)
    unsure = bool(missing) or any(entry["at_least"] for entry in domains)
    may_fall = unsure and level is not Certainty.VERY_LOW
    return {
        "treatment": row["treatment"],
        "versus": row["versus"],
        "level": str(overall.level if overall else level),
        "provisional": may_fall and overall is None,
        "not_judged": missing,
        "overall": None if overall is None else {"computed": str(level), **overall.model_dump(mode="json")},
        "domains": domains,
    }


def _judged_domain(entry: Mapping[str, Any], pair: frozenset[str], judgements: Judgements) -> dict[str, Any]:
    own = judgements.domain(pair, Domain(entry["domain"]))
    return {
        "domain": entry["domain"],
        "concern": str(own.concern) if own else entry["computed"],
        "at_least": own is None and entry["reason"]["key"] == AT_LEAST,
        "reason": entry["reason"],
        "computed": entry["computed"],
        "by": own.by if own else None,
        "override_reason": own.reason if own else None,
        "date": own.date if own else None,
    }


def final(concerns: Iterable[str]) -> Certainty:
    """Level of certainty from the concerns of the domains."""
    levels = list(Certainty)
    return levels[min(len(levels) - 1, sum(LOWERS[Concern(concern)] for concern in concerns))]


def _facts(sources: Sources) -> dict[Pair, Facts]:
    """What the rules look at, by comparison."""
    evidence, results = sources.evidence, sources.results
    effects = {(row["treatment"], row["versus"]): row for row in results["relative_effects"]}
    zone = _zone(evidence)
    shares = {
        frozenset((row["treatment"], row["versus"])): trial_shares(row)
        for row in (results.get("contributions") or {}).get("pairs") or ()
    }
    splits, risks, flags = sides(evidence), trial_risks(evidence), _flags(evidence)
    test = {**results["inconsistency"]["design_by_treatment"], "treatments": evidence.treatments}
    return {
        pair: Facts(
            effect=effects[pair],
            null=NULL[evidence.analysis.measure],
            zone=zone,
            shares=shares.get(frozenset(pair)),
            risks=risks,
            flags=flags,
            split=_oriented(splits, pair, evidence),
            design_test=test,
            small_study=_small_study(results.get("small_study"), pair),
        )
        for pair in sources.pairs
    }


def _zone(evidence: Evidence) -> Ends | None:
    decision = evidence.analysis.decision
    zone = decision.no_important_difference if decision else None
    return None if zone is None else Ends(zone.lower, zone.upper)


def _flags(evidence: Evidence) -> dict[str, YesNoUnclear]:
    """How each trial's population meets what the analysis asks for: by its worst flag; empty where nothing is asked."""
    asked = list(evidence.analysis.select.population) if evidence.analysis.select else []
    if not asked or any(trial.study is None for trial in evidence.trials):
        return {}
    order = (YesNoUnclear.NO, YesNoUnclear.UNCLEAR, YesNoUnclear.YES)
    return {
        trial.id: min((trial.study.population.flags[flag] for flag in asked), key=order.index)
        for trial in evidence.trials
        if trial.study is not None
    }


def _oriented(splits: Mapping[Pair, Sides], pair: Pair, evidence: Evidence) -> dict[str, float | Ends | None] | None:
    """The split of a comparison as its first treatment against its second, on the scale of the measure."""
    turned = pair not in splits  # they may be told from one end only
    found = splits.get(pair[::-1] if turned else pair)
    if found is None:
        return None
    analysis, sign = evidence.analysis, -1.0 if turned else 1.0
    if analysis.measure is not analysis.effect_measure:
        return {"p": found["p"], "direct": None, "indirect": None}
    ends = {name: _ends(sign * found[name], found[f"{name}_se"], analysis.measure) for name in ("direct", "indirect")}
    return {"p": found["p"], **ends}


def _ends(estimate: float, error: float, measure: Measure) -> Ends:
    ends = np.array([estimate - _HALF * error, estimate + _HALF * error])
    return Ends(*(float(end) for end in (ends if measure is Measure.RD else np.exp(np.clip(ends, -700, 700)))))


def _small_study(found: Mapping[str, Any] | None, pair: Pair) -> dict[str, Any] | None:
    """The test of the network, and the trials without data that compare these two."""
    if not found:
        return None
    test: Mapping[str, Any] = found.get("test") or {}
    missing = [trial for trial in found.get("without_data") or () if _compares(trial, pair)]
    return {
        "p": test.get("p"),
        "comparisons": test.get("comparisons", 0),
        "missing": len(missing),
        "people": sum(trial.get("randomised") or 0 for trial in missing),
    }


def _compares(trial: Mapping[str, Any], pair: Sequence[str]) -> bool:
    return set(pair) <= {node for node in trial.get("treatments") or () if node}
