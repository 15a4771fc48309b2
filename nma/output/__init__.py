"""Tables, figures and the report of one analysis: this floor formats what was computed and calculates no statistic."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["write"]


def write(results: Mapping[str, Any], out: Path, templates: Path, language: str = "en") -> None:
    """Write ``report.html``, ``tables/*.csv`` and ``figures/*.svg`` into the existing folder ``out``.

    Parameters
    ----------
    results : Mapping[str, Any]
        What ``results.json`` holds.
    out : Path
        An existing folder; files of an earlier run are replaced.
    templates : Path
        The folder ``reports/`` of the project.
    language : str
        Tag of the translation table.

    Raises
    ------
    OutputError
        The results cannot be shown, or the translation table is not complete.
    """
    from nma.output import draw, report, tables, text
    from nma.output.reading import Reading

    page = report.render(results, templates, language)
    (out / "report.html").write_text(page, encoding="utf-8")
    tables.write(results, out / "tables")
    reading = Reading(results, text.load(templates / "text", language))
    draw.write((record for records in report.drawings(reading).values() for record in records), out / "figures")
