"""Tables, figures and the report of one analysis: this floor formats what was computed and calculates no statistic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["write"]


def write(results: Mapping[str, Any], out: Path, templates: Path, languages: Sequence[str] = ("en",)) -> None:
    """Write ``report.html``, ``references.bib``, ``tables/*.csv`` and ``figures/*.svg`` into the folder ``out``.

    Parameters
    ----------
    results : Mapping[str, Any]
        What ``results.json`` holds.
    out : Path
        An existing folder; files of an earlier run are replaced.
    templates : Path
        The folder ``reports/`` of the project.
    languages : Sequence[str]
        Tags of the translation tables: the page is told in each, the figures beside it in the first.

    Raises
    ------
    OutputError
        The results cannot be shown, or a translation table is not complete.
    """
    from nma.output import report, tables, text, writing
    from nma.output.reading import Reading
    from nma.output.sections import prose

    kind = writing.Kind(
        page="report.html",
        figures=None,
        render=report.render,
        tables=tables.write,
        drawings=lambda found, words: (it for made in report.drawings(Reading(found, words)).values() for it in made),
    )
    writing.write(kind, results, out, templates, languages)
    reading = Reading(results, text.load(templates / "text", languages[0]))
    (out / "references.bib").write_text(prose.library(reading), encoding="utf-8")
