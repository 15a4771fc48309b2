"""The page that says how firm a ranking is: the exact engine's sweeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["in_short", "write"]


def write(found: Mapping[str, Any], out: Path, templates: Path, languages: Sequence[str] = ("en",)) -> None:
    """Write ``firmness.html``, ``tables/firmness_*.csv`` and ``figures/firmness-*.svg`` into ``out``.

    Parameters
    ----------
    found : Mapping[str, Any]
        What ``firmness.json`` holds.
    out : Path
        An existing folder; of its files only those of an earlier page of this kind are replaced.
    templates : Path
        The folder ``reports/`` of the project.
    languages : Sequence[str]
        Tags of the translation tables: the page is told in each, the figures beside it in the first.

    Raises
    ------
    OutputError
        The results cannot be shown, or a translation table is not complete.
    """
    from nma.output import writing
    from nma.output.sweeps import page, tables

    writing.write(page.PAGE.kind(tables.write), found, out, templates, languages)


def in_short(found: Mapping[str, Any], templates: Path, language: str = "en") -> tuple[str, ...]:
    """The verdict, in the words of the page, for a terminal."""
    from nma.output import text
    from nma.output.sweeps import verdict
    from nma.output.sweeps.case import case_of

    return verdict.sentences(case_of(found, text.load(templates / "text", language)))
