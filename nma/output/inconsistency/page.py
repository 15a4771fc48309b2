"""Puts the sections of the page in order and hands them to the report's templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from nma.output import report
from nma.output.figures import Figure
from nma.output.inconsistency import fit, influence, loops, methods, overall, splits, spread, summary, transitivity
from nma.output.inconsistency.case import Block, Case

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


def render(case: Case, made: Mapping[str, tuple[Block, ...]], templates: Path) -> str:
    """The page as one HTML file that needs nothing from elsewhere.

    Parameters
    ----------
    case : Case
        The mapping beside its language.
    made : Mapping[str, tuple[Block, ...]]
        What :func:`sections` made of it.
    templates : Path
        The folder ``reports/``.
    """
    headings = {name: case.text(heading) for name, (heading, _) in SECTIONS.items()}
    drawn = {record.name: report.drawn(record) for record in drawings(made)}
    context = {
        "sections": headings,
        "blocks": made,
        "drawn": drawn,
        "complete": case.found["complete"],
        "report": case.found["report"],
    }
    return report.page(TEMPLATE, case.reading, templates, context)
