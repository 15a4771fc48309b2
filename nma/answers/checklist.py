"""The checklist of PRISMA-NMA, filled from a run: where each item stands in the report, or what its authors still owe.

Items: Hutton et al. 2015 (doi:10.7326/M14-2385), 27 of PRISMA and five for networks (S1 to S5). An item stands where
the report holds all that it asks for; in part where the report holds some and only the authors can tell the rest; and
is owed otherwise. The authors can tell their part in the specification (:class:`nma.analysis.Reporting`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Results = Mapping[str, Any]


class State(StrEnum):
    """How an item of the checklist stands."""

    STANDS = "stands"
    PART = "in part"
    OWED = "owed"


@dataclass(frozen=True, slots=True)
class Item:
    """An item and its rule.

    Attributes
    ----------
    number : str
        As in the checklist: 1 to 27, S1 to S5.
    sections : tuple of str
        Sections of the report that speak to it; those that stand are named.
    complete : callable
        Whether those sections hold all that the item asks for.
    told : str
        The key of the specification's ``reporting`` that completes it, if any.
    needed : bool
        Whether the report's part only counts where ``complete`` says so.
    """

    number: str
    sections: tuple[str, ...] = ()
    complete: Callable[[Results], bool] = lambda results: False
    told: str = ""
    needed: bool = False


def _always(results: Results) -> bool:
    return True


def _holds(key: str) -> Callable[[Results], bool]:
    return lambda results: bool(results.get(key))


def _names_the_design(results: Results) -> bool:
    title = str(results["analysis"].get("title") or "")
    return bool(re.search(r"network meta-?analysis|netwerkmeta-?analyse", title, re.IGNORECASE))


def _has_question(results: Results) -> bool:
    return bool(results["analysis"].get("question"))


def _from_registry(results: Results) -> bool:
    return bool(results["evidence"]["basis_counts"])


def _assessed(results: Results) -> tuple[int, int]:
    """Trials of which a domain of the risk of bias was assessed, and trials of which all were."""
    judged = [trial.get("risk_of_bias", {}).values() for trial in results["evidence"]["trials"]]
    known = [[value != "not assessed" for value in values] for values in judged]
    return sum(any(values) for values in known), sum(bool(values) and all(values) for values in known)


def _some_assessed(results: Results) -> bool:
    return _assessed(results)[0] > 0


def _all_assessed(results: Results) -> bool:
    return _assessed(results)[1] == len(results["evidence"]["trials"])


def _consistency(results: Results) -> bool:
    return bool(results.get("inconsistency"))


_STANDS: Mapping[str, Callable[[Results], bool]] = {
    **{
        name: _holds(name)
        for name in ("summary", "absolute", "certainty", "contributions", "hierarchy", "small_study", "sensitivity")
    },
    "consistency": _consistency,
    "risk": _some_assessed,
    "evidence_map": lambda results: bool((results.get("evidence_map") or {}).get("arms")),
    "excluded": lambda results: results["analysis"].get("select") is not None,
}
"""When a section has something to say of an item; sections that are not named here always have."""

ITEMS = (
    Item("1", ("answer",), _names_the_design, needed=True),
    Item("2", ("answer", "summary"), told="abstract"),
    Item("3", told="rationale"),
    Item("4", ("answer", "methods"), _has_question, needed=True),
    Item("5", told="protocol"),
    Item("6", ("methods", "excluded"), told="eligibility"),
    Item("7", told="information_sources"),
    Item("8", told="search"),
    Item("9", ("excluded",), told="study_selection"),
    Item("10", ("trials",), told="data_collection"),
    Item("11", ("methods", "trials"), _from_registry),
    Item("S1", ("network", "contributions", "evidence_map"), _always),
    Item("12", ("risk", "certainty"), _all_assessed),
    Item("13", ("methods", "ranking", "absolute"), _always),
    Item("14", ("methods", "prose"), _always),
    Item("S2", ("prose", "consistency"), _consistency, needed=True),
    Item("15", ("small_study", "certainty"), _holds("small_study"), needed=True),
    Item("16", ("sensitivity",), _holds("sensitivity"), needed=True),
    Item("17", ("excluded",), told="flow"),
    Item("S3", ("network",), _always),
    Item("S4", ("network", "trials"), _always),
    Item("18", ("trials", "prose"), _holds("references")),
    Item("19", ("risk",), _all_assessed),
    Item("20", ("trials",), _holds("trial_effects")),
    Item("21", ("forest", "league", "summary"), _always),
    Item("S5", ("consistency",), _consistency, needed=True),
    Item("22", ("small_study",), _holds("small_study"), needed=True),
    Item("23", ("sensitivity",), _holds("sensitivity"), needed=True),
    Item("24", ("answer", "summary", "certainty"), told="summary_of_evidence"),
    Item("25", ("answer", "certainty"), told="limitations"),
    Item("26", told="conclusions"),
    Item("27", told="funding"),
)
"""In the order of the checklist."""


def checklist(results: Results) -> list[dict[str, Any]]:
    """Fill the checklist.

    Parameters
    ----------
    results : mapping
        All that the report shows.

    Returns
    -------
    list of dict
        A row for each of the 32 items: ``item``, ``state``, the ``sections`` where it stands, and what the authors
        ``told`` of it themselves (None where they told nothing).
    """
    return [_row(item, results) for item in ITEMS]


def _row(item: Item, results: Results) -> dict[str, Any]:
    told = (results["analysis"].get("reporting") or {}).get(item.told) if item.told else None
    complete = item.complete(results)
    sections = [name for name in item.sections if _STANDS.get(name, _always)(results)]
    if item.needed and not complete:
        sections = []
    state = State.STANDS if told or complete else State.PART if sections else State.OWED
    return {"item": item.number, "state": str(state), "sections": sections, "told": told}
