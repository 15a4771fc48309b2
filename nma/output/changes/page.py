"""Puts the sections of the page in order and hands them to the report's templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from nma.output import report
from nma.output.changes import alone, effects, summary, trials
from nma.output.changes.case import side
from nma.output.figures import Figure
from nma.output.inconsistency.case import Block, Case

TEMPLATE = "compare.html.j2"
SECTIONS: Mapping[str, tuple[str, Callable[[Case], tuple[Block, ...]]]] = {
    "summary": ("changes.section.summary", summary.blocks),
    "trials": ("changes.section.trials", trials.blocks),
    "effects": ("changes.section.effects", effects.effects),
    "ranks": ("changes.section.ranks", effects.ranks),
    "alone": ("changes.section.alone", alone.alone),
    "specification": ("changes.section.specification", alone.specification),
    "methods": ("changes.section.methods", alone.methods),
    "provenance": ("changes.section.provenance", alone.provenance),
}


def _there(case: Case) -> list[str]:
    """The sections of this page: that of the specification only where it changed."""
    return [name for name in SECTIONS if name != "specification" or case.found["specification"]]


def sections(case: Case) -> dict[str, tuple[Block, ...]]:
    """The blocks of every section, in the order of the page."""
    return {name: SECTIONS[name][1](case) for name in _there(case)}


def drawings(made: Mapping[str, tuple[Block, ...]]) -> Iterator[Figure]:
    """The figure records of all sections."""
    return (record for blocks in made.values() for block in blocks for record, _ in block.figures)


def render(case: Case, made: Mapping[str, tuple[Block, ...]], templates: Path) -> str:
    """The page as one HTML file that needs nothing from elsewhere; ``made`` is what :func:`sections` made."""
    headings = {name: case.text(SECTIONS[name][0]) for name in _there(case)}
    drawn = {record.name: report.drawn(record) for record in drawings(made)}
    sides = {name: side(case, case.found[name]) for name in ("old", "new")}
    context = {"sections": headings, "blocks": made, "drawn": drawn, "sides": sides}
    return report.page(TEMPLATE, case.reading, templates, context)
