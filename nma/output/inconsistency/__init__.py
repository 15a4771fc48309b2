"""The page behind the ranking: inconsistency, heterogeneity, fit, transitivity, and what drives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["write"]


def write(found: Mapping[str, Any], out: Path, templates: Path, languages: Sequence[str] = ("en",)) -> None:
    """Write ``inconsistency.html``, ``tables/inconsistency_*.csv`` and ``figures/inconsistency-*.svg`` into ``out``.

    Parameters
    ----------
    found : Mapping[str, Any]
        What ``inconsistency.json`` holds.
    out : Path
        An existing folder; of its files only those of an earlier run of this page are replaced.
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
    from nma.output.inconsistency import page, tables

    writing.write(page.PAGE.kind(tables.write), found, out, templates, languages)
