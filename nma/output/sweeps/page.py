"""The sections of the page, in its order."""

from __future__ import annotations

from functools import partial

from nma.output.beside import Beside, Sections
from nma.output.inconsistency.case import Block, Case
from nma.output.sweeps import boundaries, refits, verdict
from nma.output.sweeps.case import case_of, rows_of

_HEADINGS = {
    "trials": "firmness.section.trials",
    "comparisons": "firmness.section.comparisons",
    "sets": "firmness.section.sets",
    "priors": "firmness.section.priors",
    "window": "firmness.section.window",
}
SWEEPS: Sections = {
    **{kind: (_HEADINGS[kind], partial(refits.blocks, kind=kind)) for kind in refits.EVERY},
    "new-trial": ("firmness.section.new_trial", boundaries.new_trial),
    "threshold": ("firmness.section.threshold", boundaries.threshold),
}
"""Sections that stand only where their sweep was made."""


def _methods(case: Case) -> tuple[Block, ...]:
    """How what stands on this page was made."""
    text, swept = case.text, case.found["sweeps"]
    said = [text("firmness.methods.engine"), text("firmness.methods.order")]
    if any(kind in swept for kind in refits.EVERY):
        said += [text("firmness.methods.shift"), text("firmness.methods.refits")]
    if "new-trial" in swept:
        said.append(text("firmness.methods.new_trial"))
    if swept.get("threshold", {}).get("rows"):
        farthest = boundaries.size(case, rows_of(case, "threshold")[0]["farthest"])
        said.append(text("firmness.methods.threshold", farthest=farthest))
    return (Block(lead=tuple(said)),)


def _sections(case: Case) -> Sections:
    made = {kind: row for kind, row in SWEEPS.items() if kind in case.found["sweeps"]}
    ends: Sections = {
        "methods": ("firmness.section.methods", _methods),
        "provenance": ("section.provenance", lambda _: ()),
    }
    return {"summary": ("firmness.section.summary", verdict.blocks), **made, **ends}


PAGE = Beside(
    "firmness",
    "firmness.html.j2",
    case_of,
    _sections,
    lambda case: {"report": case.found.get("report", False)},
)
