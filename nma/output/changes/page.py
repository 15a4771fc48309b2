"""Puts the sections of the page in order and hands them to the report's templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nma.output import pages
from nma.output.changes import alone, effects, summary, trials
from nma.output.changes.case import case_of, side
from nma.output.figures import Figure
from nma.output.inconsistency.case import Block, Case
from nma.output.reading import Reading
from nma.output.text import Text

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
    headings = {name: case.text(SECTIONS[name][0]) for name in _there(case)}
    extra = {"sides": {name: side(case, case.found[name]) for name in ("old", "new")}}
    drawn = {record.name: pages.drawn(record, case.text, prefix) for record in drawings(made)}
    return {"sections": headings, "parts": {}, "blocks": made, "drawn": drawn} | extra
