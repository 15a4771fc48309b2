"""Puts the sections of the page in order and hands them to the report's templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from nma.output import pages
from nma.output.figures import Figure
from nma.output.inconsistency.case import Block, Case
from nma.output.reading import Reading
from nma.output.sweeps import boundaries, refits, verdict
from nma.output.sweeps.case import case_of, rows_of
from nma.output.text import Text

TEMPLATE = "firmness.html.j2"
_HEADINGS = {
    "trials": "firmness.section.trials",
    "comparisons": "firmness.section.comparisons",
    "sets": "firmness.section.sets",
    "priors": "firmness.section.priors",
    "window": "firmness.section.window",
}
Maker = Callable[[Case], tuple[Block, ...]]
SWEEPS: Mapping[str, tuple[str, Maker]] = {
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


def _sections(case: Case) -> dict[str, tuple[str, Maker]]:
    made = {kind: row for kind, row in SWEEPS.items() if kind in case.found["sweeps"]}
    ends: dict[str, tuple[str, Maker]] = {
        "methods": ("firmness.section.methods", _methods),
        "provenance": ("section.provenance", lambda _: ()),
    }
    return {"summary": ("firmness.section.summary", verdict.blocks), **made, **ends}


def sections(case: Case) -> dict[str, tuple[Block, ...]]:
    """The blocks of every section, in the order of the page."""
    return {name: make(case) for name, (_, make) in _sections(case).items()}


def drawings(made: Mapping[str, tuple[Block, ...]]) -> Iterator[Figure]:
    """The figure records of all sections."""
    return (record for blocks in made.values() for block in blocks for record, _ in block.figures)


def render_all(found: Mapping[str, Any], templates: Path, languages: str | Sequence[str]) -> str:
    """The page as one HTML file that needs nothing from elsewhere, in every language asked for.

    Parameters
    ----------
    found : Mapping[str, Any]
        What was found, as it is stored.
    templates : Path
        The folder ``reports/``.
    languages : str or Sequence[str]
        Tags of the translation tables; the page shows the first, and switches to any other.
    """

    def tell(text: Text, prefix: str) -> tuple[Reading, dict[str, Any]]:
        case = case_of(found, text)
        return case.reading, _context(case, sections(case), prefix)

    return pages.page(TEMPLATE, tell, templates, languages)


def _context(case: Case, made: Mapping[str, tuple[Block, ...]], prefix: str) -> dict[str, Any]:
    headings = {name: case.text(heading) for name, (heading, _) in _sections(case).items()}
    extra = {"report": case.found.get("report", False)}
    drawn = {record.name: pages.drawn(record, case.text, prefix) for record in drawings(made)}
    return {"sections": headings, "parts": {}, "blocks": made, "drawn": drawn} | extra
