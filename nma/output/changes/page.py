"""The sections of the page, in its order."""

from __future__ import annotations

from nma.output.beside import Beside, Sections
from nma.output.changes import alone, effects, summary, trials
from nma.output.changes.case import case_of, side
from nma.output.inconsistency.case import Case

SECTIONS: Sections = {
    "summary": ("changes.section.summary", summary.blocks),
    "trials": ("changes.section.trials", trials.blocks),
    "effects": ("changes.section.effects", effects.effects),
    "ranks": ("changes.section.ranks", effects.ranks),
    "alone": ("changes.section.alone", alone.alone),
    "specification": ("changes.section.specification", alone.specification),
    "methods": ("changes.section.methods", alone.methods),
    "provenance": ("changes.section.provenance", alone.provenance),
}


def _there(case: Case) -> Sections:
    """The sections of this page: that of the specification only where it changed."""
    return {name: row for name, row in SECTIONS.items() if name != "specification" or case.found["specification"]}


PAGE = Beside(
    "compare",
    "compare.html.j2",
    case_of,
    _there,
    lambda case: {"sides": {name: side(case, case.found[name]) for name in ("old", "new")}},
)
