"""The page behind the ranking: inconsistency, heterogeneity, fit, transitivity, and what drives them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["write"]


def write(found: Mapping[str, Any], out: Path, templates: Path, language: str = "en") -> None:
    """Write ``inconsistency.html``, ``tables/inconsistency_*.csv`` and ``figures/inconsistency-*.svg`` into ``out``.

    Parameters
    ----------
    found : Mapping[str, Any]
        What ``inconsistency.json`` holds.
    out : Path
        An existing folder; of its files only those of an earlier run of this page are replaced.
    templates : Path
        The folder ``reports/`` of the project.
    language : str
        Tag of the translation table.

    Raises
    ------
    OutputError
        The results cannot be shown, or the translation table is not complete.
    """
    from nma.output import draw, text
    from nma.output.inconsistency import page, tables
    from nma.output.inconsistency.case import case_of

    case = case_of(found, text.load(templates / "text", language))
    sections = page.sections(case)
    (out / "inconsistency.html").write_text(page.render(case, sections, templates), encoding="utf-8")
    tables.write(found, out / "tables")
    folder = out / "figures"
    for old in folder.glob("inconsistency-*.svg"):
        old.unlink()
    draw.write(page.drawings(sections), folder)
