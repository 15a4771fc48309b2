"""The rules that judge a comparison in each of the six domains of CINeMA, each a table with its source.

Domains, levels of concern and most rules: Nikolakopoulou et al. 2020 (doi:10.1371/journal.pmed.1003082) and
Papakonstantinou et al. 2020 (doi:10.1002/cl2.1080), as the web application applies them since version 1.7 (May 2019).
What no rule can judge is *not judged*: it lowers nothing, and the report names it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nma.analysis.judgements import Concern, Domain
from nma.answers.risk_of_bias import Shares, TrialRisk, by_risk
from nma.answers.zones import Ends, common_areas, crossings, decisive
from nma.vocab import Risk, YesNoUnclear

NONE, SOME, MAJOR, NOT_JUDGED = Concern.NONE, Concern.SOME, Concern.MAJOR, Concern.NOT_JUDGED

SCORES = {1: NONE, 2: SOME, 3: MAJOR}
"""Level of concern of a rounded mean score (CINeMA's rule "average")."""
RISK_SCORES: dict[Risk, tuple[int, int]] = {
    Risk.LOW: (1, 1),
    Risk.UNCLEAR: (2, 2),
    Risk.HIGH: (3, 3),
    Risk.NOT_ASSESSED: (1, 3),
}
"""Least and greatest score that a trial may have; an unassessed one may turn out to be anything."""
WEAK_SCORE = 2
"""Least score of a trial whose counts rest on assumed arm sizes or recalled numbers: a rule of this project."""
FLAG_SCORES = {YesNoUnclear.YES: 1, YesNoUnclear.UNCLEAR: 2, YesNoUnclear.NO: 3}
"""Score of a trial by how its population meets what the analysis asks for."""
IMPRECISION = {0: NONE, 1: SOME, 2: MAJOR}
"""By the number of ends of the decisive zone that the credible interval crosses."""
HETEROGENEITY = {
    (0, 0): NONE, (0, 1): SOME, (0, 2): MAJOR,
    (1, 0): NONE, (1, 1): NONE, (1, 2): SOME,
    (2, 0): NONE, (2, 1): NONE, (2, 2): NONE,
}  # fmt: skip
"""By the ends that the credible and the predictive interval cross: what the spread of effects adds to imprecision."""
_TIMES = {0: "none", 1: "one", 2: "two"}
_STANDS = {True: "null", False: "crosses"}
COMMON_AREAS = {3: NONE, 2: SOME, 1: MAJOR, 0: MAJOR}
"""By the areas in which direct and indirect evidence are placed alike, where they differ at all."""
LOCAL_LIMIT = 0.10
"""From this p-value of the split up, direct and indirect evidence are not taken to differ."""
GLOBAL_LIMITS = ((0.10, NONE), (0.05, SOME), (0.0, MAJOR))
"""By the p-value of the design-by-treatment test, above each limit; for evidence only direct or only indirect."""
REFUSED = {"no closed loop": (MAJOR, "no_loop"), "each design once": (NOT_JUDGED, "designs_once")}
"""Where the global test cannot be had; a network without closed loops is a major concern, as CINeMA's stars are."""
AT_LEAST = "at_least"
"""Key of the reason why a domain has at least its level of concern, and may turn out to have more."""
TEST_LIMIT = 0.10
"""Below this p-value a funnel is asymmetric (Sterne et al. 2011, doi:10.1136/bmj.d4002)."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a domain is judged as it is: the key of a sentence, and the numbers it names."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


Verdict = tuple[Concern, Reason]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rules look at for one comparison.

    Attributes
    ----------
    effect : Mapping[str, Any]
        Its row of relative effects, the better ranked treatment first.
    null : float
        No effect, on the scale of the measure.
    zone : Ends, optional
        Of no important difference, where the analysis declares one.
    shares : Shares, optional
        Contribution of each trial, where it could be computed.
    risks : Mapping[str, TrialRisk]
        Risk of bias by trial.
    flags : Mapping[str, YesNoUnclear]
        How each trial's population meets what the analysis asks for, where it asks.
    split : Mapping[str, Any], optional
        ``p`` of direct against indirect evidence, with ``direct`` and ``indirect`` as ends on the measure (None where
        the split is on another scale); None where the comparison cannot be split.
    design_test : Mapping[str, Any]
        The global test, with ``treatments`` and ``designs`` of the network.
    small_study : Mapping[str, Any], optional
        ``p`` and ``comparisons`` of the test for small-study effects, ``missing`` trials and their ``people``.
    """

    effect: Mapping[str, Any]
    null: float
    zone: Ends | None
    shares: Shares | None
    risks: Mapping[str, TrialRisk]
    flags: Mapping[str, YesNoUnclear]
    split: Mapping[str, Any] | None
    design_test: Mapping[str, Any]
    small_study: Mapping[str, Any] | None

    def ends(self, prefix: str = "") -> Ends | None:
        """The credible interval, or the predictive one; None where the model gives none."""
        lower, upper = self.effect[f"{prefix}lower"], self.effect[f"{prefix}upper"]
        return None if lower is None or upper is None else Ends(lower, upper)


def rounded(mean: float) -> int:
    """A mean score rounded half up, as the web application does; what arithmetic left a hair below a half is a half."""
    return math.floor(mean + 0.5 + 1e-9)


def within_study_bias(facts: Facts) -> Verdict:
    """Mean risk of bias of the trials by contribution: what is sure, whatever the unassessed turn out to be."""
    if not facts.shares:
        return NOT_JUDGED, Reason("no_contributions")
    scores = {study: _scores(facts.risks[study]) for study in facts.shares}
    least, most = (sum(share * scores[study][end] for study, share in facts.shares.items()) for end in (0, 1))
    weak = sum(share for study, share in facts.shares.items() if facts.risks[study].weak_basis)
    shares = by_risk(facts.shares, lambda study: facts.risks[study].risk)
    values = {
        **{name.replace(" ", "_"): share for name, share in shares.items()},
        "weak_basis": weak,
        "least": least,
        "most": most,
    }
    level = SCORES[rounded(least)]
    if level is SCORES[rounded(most)]:
        return level, Reason("risk", values)
    return (NOT_JUDGED, Reason("unassessed", values)) if level is NONE else (level, Reason(AT_LEAST, values))


def _scores(trial: TrialRisk) -> tuple[int, int]:
    least, most = RISK_SCORES[trial.risk]
    floor = WEAK_SCORE if trial.weak_basis else 1
    return max(least, floor), max(most, floor)


def reporting_bias(facts: Facts) -> Verdict:
    """Suspected where the funnel is asymmetric; left to people without a test, or where trials lack data."""
    found = facts.small_study or {}
    p, missing = found.get("p"), found.get("missing", 0)
    values = {"p": p, "comparisons": found.get("comparisons", 0), "missing": missing, "people": found.get("people", 0)}
    if p is None:
        return NOT_JUDGED, Reason("no_test_missing" if missing else "no_test", values)
    if p < TEST_LIMIT:
        return SOME, Reason("asymmetric_missing" if missing else "asymmetric", values)
    return (NOT_JUDGED, Reason("symmetric_missing", values)) if missing else (NONE, Reason("symmetric", values))


def indirectness(facts: Facts) -> Verdict:
    """A concern where trials of another population contribute; otherwise for people to judge.

    The registry flags populations only. That they fit says nothing of interventions, comparators and outcomes.
    """
    if not facts.shares:
        return NOT_JUDGED, Reason("no_contributions")
    if not facts.flags:
        return NOT_JUDGED, Reason("no_flags")
    score = sum(share * FLAG_SCORES[facts.flags[study]] for study, share in facts.shares.items())
    shares = {str(flag): 0.0 for flag in YesNoUnclear}
    for study, share in facts.shares.items():
        shares[str(facts.flags[study])] += share
    level = SCORES[rounded(score)]
    return (NOT_JUDGED, Reason("flags_fit", shares)) if level is NONE else (level, Reason("flags", shares))


def imprecision(facts: Facts) -> Verdict:
    """How many ends of the decisive zone the credible interval crosses."""
    credible = facts.ends()
    if facts.zone is None or credible is None:
        return NOT_JUDGED, Reason("no_zone")
    estimate = facts.effect["median"]
    zone = decisive(estimate, credible, facts.zone, facts.null)
    count = crossings(credible, zone)
    key = "inside" if credible.within(facts.zone) else f"{_STANDS[estimate == facts.null]}_{_TIMES[count]}"
    limit = zone.lower if estimate > facts.null else zone.upper
    return IMPRECISION[count], Reason(key, {**_placed(credible, zone), "limit": limit})


def heterogeneity(facts: Facts) -> Verdict:
    """Whether the predictive interval crosses ends of the zone that the credible interval does not."""
    credible, predictive = facts.ends(), facts.ends("predictive_")
    if predictive is None or credible is None:
        return NOT_JUDGED, Reason("common")
    if facts.zone is None:
        return NOT_JUDGED, Reason("no_zone")
    zone = decisive(facts.effect["median"], credible, facts.zone, facts.null)
    counts = crossings(credible, zone), crossings(predictive, zone)
    level = HETEROGENEITY[counts]
    crossed = {"credible": counts[0], "predictive": counts[1]}
    return level, Reason("alike" if level is NONE else "wider", {**_placed(predictive, zone), **crossed})


def _placed(interval: Ends, zone: Ends) -> dict[str, float]:
    return {"lower": interval.lower, "upper": interval.upper, "zone_lower": zone.lower, "zone_upper": zone.upper}


def incoherence(facts: Facts) -> Verdict:
    """Whether direct and indirect evidence place the effect alike; without both, what the global test says."""
    if facts.split is None:
        return _global(facts.design_test, "global_direct" if facts.effect["direct_studies"] else "global_indirect")
    p, values = facts.split["p"], {"p": facts.split["p"]}
    if p >= LOCAL_LIMIT:
        return NONE, Reason("agree", values)
    direct, indirect = facts.split["direct"], facts.split["indirect"]
    if facts.zone is None or direct is None:
        return NOT_JUDGED, Reason("differ_no_zone", values)
    count = common_areas(direct, indirect, facts.zone)
    return COMMON_AREAS[count], Reason("differ_alike" if count == 3 else "differ", values)


def _global(test: Mapping[str, Any], key: str) -> Verdict:
    if len(test["treatments"]) == 2 or len(test["designs"]) == 1:
        return NONE, Reason("one_design")
    if test["refused"]:
        level, refused = REFUSED[test["refused"]]
        return level, Reason(refused)
    p = test["p_adjusted"]
    return next(level for limit, level in GLOBAL_LIMITS if p > limit or limit == 0), Reason(key, {"p": p})


RULES: dict[Domain, Callable[[Facts], Verdict]] = {
    Domain.WITHIN_STUDY_BIAS: within_study_bias,
    Domain.REPORTING_BIAS: reporting_bias,
    Domain.INDIRECTNESS: indirectness,
    Domain.IMPRECISION: imprecision,
    Domain.HETEROGENEITY: heterogeneity,
    Domain.INCOHERENCE: incoherence,
}
"""What computes each domain."""
