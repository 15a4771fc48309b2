"""How every page of the family is written: HTML in all languages, tables in none, figures in the first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nma.output import draw, text
from nma.output.figures import Figure
from nma.output.text import Text

Found = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A page of the family.

    Attributes
    ----------
    page : str
        Name of the HTML file.
    figures : str or None
        Which files of ``figures/`` are those of the page, as a pattern of names; None where no pattern tells them from
        those of other pages.
    render : Callable
        Makes the page of what was found, the folder ``reports/`` and the tags of its languages.
    tables : Callable
        Writes the tables, which no language changes, into a folder.
    drawings : Callable
        The figure records, told in one language.
    """

    page: str
    figures: str | None
    render: Callable[[Found, Path, Sequence[str]], str]
    tables: Callable[[Found, Path], None]
    drawings: Callable[[Found, Text], Iterable[Figure]]


def write(kind: Kind, found: Found, out: Path, templates: Path, languages: Sequence[str]) -> None:
    """Write a page, its tables and its figures into the existing folder ``out``.

    Files of the same kind that an earlier page left there are replaced.

    Raises
    ------
    OutputError
        What was found cannot be shown, or a translation table is not complete.
    """
    (out / kind.page).write_text(kind.render(found, templates, languages), encoding="utf-8")
    kind.tables(found, out / "tables")
    for old in (out / "figures").glob(kind.figures) if kind.figures else ():
        old.unlink()
    draw.write(kind.drawings(found, text.load(templates / "text", languages[0])), out / "figures")
