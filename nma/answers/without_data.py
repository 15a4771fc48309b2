"""Trials that are known but give no data: what an analysis would have taken, had counts been found.

A result that is missing because of what it was is a bias that no funnel need show (Page, Higgins & Sterne, Cochrane
Handbook, chapter 13; ROB-ME, doi:10.1136/bmj-2023-076754). So each such trial is named, with what is known of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

from nma.analysis import Analysis
from nma.evidence import Evidence, Exclusion
from nma.evidence.selection import treatment_of, wanted
from nma.registry import Registry, Study

RULES = ("awaiting data", "basis")
"""Rules that leave a trial out for want of usable counts."""


def without_data(evidence: Evidence, registry: Registry | None) -> dict[str, Any]:
    """Trials of the registry that only counts keep out of an analysis.

    Returns
    -------
    dict
        ``without_data``: a row a trial with ``study``, ``rule``, ``year``, ``treatments`` (of the network, the arms of
        the trial lie in two of them at least), ``arms`` (``label``, ``treatment``, ``randomised``), ``randomised`` (sum
        of the numbers that are known, None where none is), ``complete`` (whether all are), ``months`` (lengths of
        follow-up that readers noted), ``registration``, ``reports`` (how many);
        ``outside_window``: ids of further ones of which every noted length of follow-up lies outside the window;
        ``missing``: for each two treatments of the network that such trials compare, ``trials`` (ids), ``randomised``
        (people known to be missing) and ``unknown`` (trials whose numbers are not all known);
        ``missing_people``: ``randomised`` and ``unknown`` over all of them. None each without a registry.
    """
    if registry is None or evidence.analysis.select is None:
        return {"without_data": None, "outside_window": None, "missing": None, "missing_people": None}
    found = [row for left_out in evidence.excluded if (row := _row(evidence, registry, left_out)) is not None]
    lying = {row["study"] for row in found if _outside(row, evidence.analysis)}
    kept = [row for row in found if row["study"] not in lying]
    every = {
        "randomised": sum(row["randomised"] or 0 for row in kept),
        "unknown": sum(not row["complete"] for row in kept),
    }
    missing = _missing(evidence, kept)
    return {"without_data": kept, "outside_window": sorted(lying), "missing": missing, "missing_people": every}


def _row(evidence: Evidence, registry: Registry, left_out: Exclusion) -> dict[str, Any] | None:
    """What is known of a trial; None where something else than its counts keeps it out."""
    study = registry.studies.get(left_out.id)
    if study is None or left_out.rule not in RULES or not wanted(study, evidence.analysis):
        return None
    arms = list(_arms(evidence, study))
    treatments = [name for name in evidence.treatments if any(arm["treatment"] == name for arm in arms)]
    if len(treatments) < 2:
        return None
    known = [arm["randomised"] for arm in arms if arm["treatment"] is not None]
    numbers = [number for number in known if number is not None]
    registrations = [report.registration for report in study.reports if report.registration]
    return {
        "study": study.id,
        "rule": left_out.rule,
        "year": study.year,
        "treatments": treatments,
        "arms": arms,
        "randomised": sum(numbers) if numbers else None,
        "complete": len(numbers) == len(known),
        "months": _months(study),
        "registration": registrations[0] if registrations else None,
        "reports": len(study.reports),
    }


def _arms(evidence: Evidence, study: Study) -> Iterable[dict[str, Any]]:
    """Arms by treatment of the network; None for an arm outside it."""
    assert evidence.analysis.select is not None  # the caller has looked
    for arm in study.arms:
        treatment = treatment_of(study, arm.label, evidence.analysis.select)
        inside = treatment if treatment in evidence.treatments else None
        yield {"label": arm.label, "treatment": inside, "randomised": arm.randomised}


def _months(study: Study) -> list[float]:
    """Lengths of follow-up that readers noted or that records of other outcomes have."""
    noted = {count.months for reading in study.extraction.readings for count in reading.counts}
    return sorted(float(months) for months in noted | {record.months for record in study.outcomes} if months)


def _outside(row: Mapping[str, Any], analysis: Analysis) -> bool:
    """Whether lengths of follow-up are known and none lies within the window of the analysis."""
    assert analysis.select is not None  # the caller has looked
    window = analysis.select.follow_up
    return bool(row["months"]) and not any(window.holds(months) for months in row["months"])


def _missing(evidence: Evidence, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Trials and people that are known to be missing, by comparison."""
    found = []
    for versus, treatment in combinations(evidence.treatments, 2):
        of_pair = [row for row in rows if {treatment, versus} <= set(row["treatments"])]
        counts = [_people(row, (treatment, versus)) for row in of_pair]
        if of_pair:
            found.append(
                {
                    "treatment": treatment,
                    "versus": versus,
                    "trials": [row["study"] for row in of_pair],
                    "randomised": sum(count for count in counts if count is not None),
                    "unknown": sum(count is None for count in counts),
                }
            )
    return found


def _people(row: Mapping[str, Any], pair: tuple[str, str]) -> int | None:
    """People randomised to the arms of a comparison; None where a number is not known."""
    numbers = [arm["randomised"] for arm in row["arms"] if arm["treatment"] in pair]
    return None if None in numbers else sum(numbers)
