"""What the people who decide are told beyond effects and ranks: one door for all of it, each part as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nma.analysis.judgements import NOTHING, Judgements
from nma.answers.absolute import absolute
from nma.answers.certainty import Sources, certainty
from nma.answers.checklist import checklist
from nma.answers.contribution import contributions
from nma.answers.evidence_map import evidence_map
from nma.answers.hierarchy import hierarchy
from nma.answers.references import references
from nma.answers.risk_of_bias import risk_of_bias
from nma.answers.small_study import small_study
from nma.answers.summary import summary
from nma.answers.trial_effects import trial_effects
from nma.fitting import Fit
from nma.registry import Registry


@dataclass(frozen=True)
class Ground:
    """What the parts are made of.

    Attributes
    ----------
    fit : Fit
        The primary fit.
    results : mapping
        What :func:`nma.answers.results.results` says of it, with ``inconsistency``.
    checked : mapping
        The whole of the checks for inconsistency, as ``inconsistency.json`` holds it.
    registry : Registry, optional
        The registry the evidence was selected from; None for evidence from a data frame.
    judgements : Judgements
        What people judged of the certainty.
    """

    fit: Fit
    results: Mapping[str, Any]
    checked: Mapping[str, Any]
    registry: Registry | None = None
    judgements: Judgements = NOTHING


def committee(ground: Ground) -> dict[str, Any]:
    """Everything of the report that rests on the primary fit and the registry, by the key of ``results.json``."""
    found: dict[str, Any] = {}
    ranked = [row["treatment"] for row in ground.results["ranking"]]
    contributed = contributions(ground.fit)
    found["contributions"] = None if contributed is None else contributed.plain(ranked)
    found["small_study"] = small_study(ground.fit, ranked, ground.registry)
    found["absolute"] = absolute(ground.fit)
    found["hierarchy"] = hierarchy(ground.fit, ground.results["relative_effects"])
    found["evidence_map"] = evidence_map(ground.fit.evidence, ground.registry)
    found["references"] = references(ground.fit.evidence)
    found["trial_effects"] = trial_effects(ground.fit.evidence, ranked)
    found |= _judgement(ground, found)
    return found | {"checklist": checklist({**ground.results, **found})}


def _judgement(ground: Ground, found: Mapping[str, Any]) -> dict[str, Any]:
    """How certain the evidence is and what it comes to: read from everything that was computed before."""
    evidence, known = ground.fit.evidence, {**ground.results, **found}
    ranked = [row["treatment"] for row in known["ranking"]]
    judged = {
        "risk_of_bias": risk_of_bias(evidence, ranked, known.get("contributions")),
        "certainty": certainty(Sources(evidence, known, ground.judgements)),
    }
    return {**judged, "summary": summary({**known, **judged})}
