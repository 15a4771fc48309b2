"""The sections of the page, in its order."""

from __future__ import annotations

from nma.output.beside import Beside, Sections
from nma.output.inconsistency import fit, influence, loops, methods, overall, splits, spread, summary, transitivity
from nma.output.inconsistency.case import case_of

SECTIONS: Sections = {
    "summary": ("checks.section.summary", summary.blocks),
    "loops": ("checks.section.loops", loops.blocks),
    "splits": ("checks.section.splits", splits.blocks),
    "overall": ("checks.section.overall", overall.blocks),
    "spread": ("checks.section.spread", spread.blocks),
    "fit": ("checks.section.fit", fit.blocks),
    "transitivity": ("checks.section.transitivity", transitivity.blocks),
    "influence": ("checks.section.influence", influence.blocks),
    "methods": ("checks.section.methods", methods.blocks),
    "provenance": ("section.provenance", lambda _: ()),
}

PAGE = Beside(
    "inconsistency",
    "inconsistency.html.j2",
    case_of,
    lambda case: SECTIONS,
    lambda case: {name: case.found[name] for name in ("complete", "report")},
)
