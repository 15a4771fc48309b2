"""Summary of findings: what each treatment does, in the numbers of the other parts of the results and in fixed words.

Nothing is computed here: every number is the one that stands elsewhere in the results. Wording follows the certainty of
the evidence and the size of the effect (Santesso et al. 2020, GRADE guidelines 26, doi:10.1016/j.jclinepi.2019.10.014).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from nma.analysis.judgements import Judgements
from nma.analysis.rules import NULL
from nma.answers import certainty as certainties
from nma.vocab import Measure

Row = Mapping[str, Any]


class Size(StrEnum):
    """Size and direction of an effect in words.

    Against a declared zone of no important difference the estimate decides, as in GRADE guidelines 26. Without one
    nobody has said what matters, and only an interval that leaves out no effect gives a direction.
    """

    MORE = "more"
    FEWER = "fewer"
    LITTLE = "little"
    MORE_UNSIZED = "more_unsized"
    FEWER_UNSIZED = "fewer_unsized"
    UNCLEAR = "unclear"


def summary(results: Row) -> dict[str, Any] | None:
    """Summary of findings.

    Parameters
    ----------
    results : mapping
        Results with ``certainty``; ``absolute`` where it was computed.

    Returns
    -------
    dict or None
        ``reference`` and ``rows``: each treatment against the reference in the order of the ranking, then the first two
        of the ranking where neither is the reference. A row has ``trials`` and ``participants`` of the direct
        comparison; ``effect`` (``median``, ``lower``, ``upper``); ``absolute``: for each baseline its ``id`` with
        ``per_1000`` of both and the ``difference`` (None where it was not computed for these two); ``level`` and
        ``provisional`` of the certainty; ``rank`` of the first treatment; ``size`` of the effect in words. None where
        nothing says how certain a comparison is.
    """
    if not results.get("certainty"):
        return None
    reference, ranked = results["analysis"]["reference"], [row["treatment"] for row in results["ranking"]]
    pairs = [(name, reference) for name in ranked if name != reference]
    if reference not in ranked[:2]:
        pairs.append((ranked[0], ranked[1]))
    return {"reference": reference, "rows": [_row(results, *pair) for pair in pairs]}


def judged(results: Row, judgements: Judgements) -> dict[str, Any]:
    """Stored results with these judgements in the place of those they were made with; nothing is sampled."""
    if not results.get("certainty"):
        return dict(results)
    found = {**results, "certainty": certainties.judged(results["certainty"], judgements)}
    provenance = {**results["provenance"], "judgements_fingerprint": judgements.fingerprint}
    return {**found, "summary": summary(found), "provenance": provenance}


def _row(results: Row, treatment: str, versus: str) -> dict[str, Any]:
    effect = next(e for e in results["relative_effects"] if (e["treatment"], e["versus"]) == (treatment, versus))
    level = _of_pair(results["certainty"]["pairs"], treatment, versus) or {}
    direct = _of_pair(results["evidence"]["comparisons"], treatment, versus) or {"studies": (), "participants": 0}
    rank = next(row for row in results["ranking"] if row["treatment"] == treatment)
    return {
        "treatment": treatment,
        "versus": versus,
        "trials": len(direct["studies"]),
        "participants": direct["participants"],
        "effect": {end: effect[end] for end in ("median", "lower", "upper")},
        "absolute": _absolute(results.get("absolute"), treatment, versus),
        "level": level["level"],
        "provisional": level["provisional"],
        "rank": {key: rank[key] for key in ("median_rank", "rank_lower", "rank_upper", "sucra")},
        "size": str(size(effect, results["analysis"])),
    }


def _of_pair(rows: Any, treatment: str, versus: str) -> Row | None:
    return next((row for row in rows if {row["treatment"], row["versus"]} == {treatment, versus}), None)


def _absolute(found: Row | None, treatment: str, versus: str) -> list[dict[str, Any]]:
    """Absolute effects of both at each baseline; their difference is known against the reference only."""
    rows = []
    for baseline in (found or {}).get("baselines") or ():
        effects = {row["treatment"]: row for row in baseline["effects"]}
        against = effects.get(versus, {"per_1000": baseline["per_1000"]})
        difference = None if versus in effects else effects[treatment]["difference"]
        both = {"per_1000": effects[treatment]["per_1000"], "versus_per_1000": against["per_1000"]}
        rows.append({"id": baseline["id"], **both, "difference": difference})
    return rows


def size(effect: Row, analysis: Row) -> Size:
    """Size of an effect in words.

    Parameters
    ----------
    effect : mapping
        ``median``, ``lower`` and ``upper`` on the scale of the measure.
    analysis : mapping
        The resolved specification: ``measure``, and ``decision`` where it is declared.
    """
    zone = (analysis.get("decision") or {}).get("no_important_difference")
    if zone:
        middle = effect["median"]
        return Size.MORE if middle > zone["upper"] else Size.FEWER if middle < zone["lower"] else Size.LITTLE
    null = NULL[Measure(analysis["measure"])]
    if effect["lower"] > null:
        return Size.MORE_UNSIZED
    return Size.FEWER_UNSIZED if effect["upper"] < null else Size.UNCLEAR
