"""Puts the sections of the page in order and hands them to the report's templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nma.output import pages
from nma.output.figures import Figure
from nma.output.inconsistency import fit, influence, loops, methods, overall, splits, spread, summary, transitivity
from nma.output.inconsistency.case import Block, Case, case_of
from nma.output.reading import Reading
from nma.output.text import Text

TEMPLATE = "inconsistency.html.j2"
SECTIONS: Mapping[str, tuple[str, Callable[[Case], tuple[Block, ...]]]] = {
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


def sections(case: Case) -> dict[str, tuple[Block, ...]]:
    """The blocks of every section, in the order of the page."""
    return {name: make(case) for name, (_, make) in SECTIONS.items()}


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
    headings = {name: case.text(heading) for name, (heading, _) in SECTIONS.items()}
    extra = {"complete": case.found["complete"], "report": case.found["report"]}
    drawn = {record.name: pages.drawn(record, case.text, prefix) for record in drawings(made)}
    return {"sections": headings, "parts": {}, "blocks": made, "drawn": drawn} | extra
