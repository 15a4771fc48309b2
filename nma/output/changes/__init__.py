"""The page that says what changed between two results."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["at_once", "in_short", "write"]


def write(found: Mapping[str, Any], out: Path, templates: Path, language: str = "en") -> None:
    """Write ``compare.html``, ``tables/compare_*.csv`` and ``figures/compare-effects.svg`` into ``out``.

    Parameters
    ----------
    found : Mapping[str, Any]
        What ``compare.json`` holds.
    out : Path
        An existing folder.
    templates : Path
        The folder ``reports/`` of the project.
    language : str
        Tag of the translation table.

    Raises
    ------
    OutputError
        The comparison cannot be shown, or the translation table is not complete.
    """
    from nma.output import draw, text
    from nma.output.changes import page, tables
    from nma.output.changes.case import case_of

    case = case_of(found, text.load(templates / "text", language))
    sections = page.sections(case)
    (out / "compare.html").write_text(page.render(case, sections, templates), encoding="utf-8")
    tables.write(found, out / "tables")
    draw.write(page.drawings(sections), out / "figures")


def in_short(found: Mapping[str, Any], templates: Path, language: str = "en") -> tuple[str, ...]:
    """What changed, in the words of the page, for a terminal."""
    from nma.output import text
    from nma.output.changes import summary
    from nma.output.changes.case import case_of

    return summary.sentences(case_of(found, text.load(templates / "text", language)))


def at_once(found: Mapping[str, Any], templates: Path, language: str = "en") -> str:
    """Trials, order and the largest shift in one line."""
    from nma.output import text
    from nma.output.changes import summary
    from nma.output.changes.case import case_of

    return summary.line(case_of(found, text.load(templates / "text", language)))
