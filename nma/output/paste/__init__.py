"""The report for people who must paste: its sentences and tables as Markdown and as a Word document."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nma.errors import OutputError, Problem

__all__ = ["missing", "write_docx", "write_markdown"]


def write_markdown(results: Mapping[str, Any], path: Path, templates: Path, language: str) -> None:
    """Write the report in one language as GitHub-flavoured Markdown.

    Parameters
    ----------
    results : Mapping[str, Any]
        What ``results.json`` holds.
    path : Path
        The file to write.
    templates : Path
        The folder ``reports/``.
    language : str
        Tag of the translation table.

    Raises
    ------
    OutputError
        The results cannot be shown, or the translation table is not complete.
    """
    from nma.output.paste import document, markdown

    path.write_text(markdown.written(document.document(results, templates, language)), encoding="utf-8")


def write_docx(results: Mapping[str, Any], path: Path, templates: Path, language: str) -> None:
    """Write the report in one language as a Word document; the parameters are those of :func:`write_markdown`.

    Raises
    ------
    OutputError
        python-docx is not installed, the results cannot be shown, or the translation table is not complete.
    """
    if problem := missing():
        raise OutputError(problem)
    from nma.output.paste import document, word

    word.save(document.document(results, templates, language), path)


def missing() -> Problem | None:
    """Why no Word document can be made on this machine; None where one can."""
    if find_spec("docx") is not None:
        return None
    hint = "python -m pip install 'nma-toolkit[docx]' installs it"
    return Problem("", "--docx", "python-docx is not installed", hint=hint)
