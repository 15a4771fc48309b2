"""The page that says what changed between two results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["at_once", "in_short", "write"]


def write(found: Mapping[str, Any], out: Path, templates: Path, languages: Sequence[str] = ("en",)) -> None:
    """Write ``compare.html``, ``tables/compare_*.csv`` and ``figures/compare-effects.svg`` into ``out``.

    Parameters
    ----------
    found : Mapping[str, Any]
        What ``compare.json`` holds.
    out : Path
        An existing folder; of its files only those of an earlier page of this kind are replaced.
    templates : Path
        The folder ``reports/`` of the project.
    languages : Sequence[str]
        Tags of the translation tables: the page is told in each, the figures beside it in the first.

    Raises
    ------
    OutputError
        The comparison cannot be shown, or a translation table is not complete.
    """
    from nma.output import writing
    from nma.output.changes import page, tables

    writing.write(page.PAGE.kind(tables.write), found, out, templates, languages)


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
