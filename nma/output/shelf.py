"""The page that lists result folders with their pages, for a browser on this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from nma.output.text import Text, load, tidy

TEMPLATE = "serve.html.j2"
_KINDS = {
    "report.html": "serve.page.report",
    "inconsistency.html": "serve.page.inconsistency",
    "firmness.html": "serve.page.firmness",
    "compare.html": "serve.page.compare",
    "simulation.md": "serve.page.simulation",
}
"""The pages of a folder, in the order in which they are listed."""
_FORMS = {".pdf": "serve.form.pdf", ".docx": "serve.form.docx", ".md": "serve.form.markdown"}
"""Other forms of the report."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """A result folder.

    Attributes
    ----------
    name : str
        Name of the folder, and the first part of its addresses.
    titles : Mapping[str, str]
        Title of the analysis by the language of the page; the one it was given stands under an empty word.
    made : str
        When its results were made, as they say it.
    converged : bool or None
        Whether the fit passed its gate; None where the results do not say.
    pages : tuple of str
        Files of the folder to be opened, by their path inside it.
    """

    name: str
    titles: Mapping[str, str]
    made: str
    converged: bool | None
    pages: tuple[str, ...]


def render(folders: Sequence[Shelved], templates: Path, language: str) -> str:
    """The list of result folders as one HTML page that needs nothing from elsewhere.

    Raises
    ------
    OutputError
        The translation table lacks a text.
    """
    text = load(templates / "text", language)
    environment = Environment(
        loader=FileSystemLoader(templates / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rows = [
        {
            "folder": it,
            "title": tidy(it.titles.get(language) or it.titles[""]),
            "name": tidy(it.name),
            "links": _links(it, text),
        }
        for it in folders
    ]
    return environment.get_template(TEMPLATE).render(t=text, language=language, rows=rows)


def _links(folder: Shelved, text: Text) -> list[tuple[str, str]]:
    """Address and name of each page of a folder: pages first, then the report in other forms."""
    named = [(page, text(key)) for page, key in _KINDS.items() if page in folder.pages]
    forms = [it for suffix in _FORMS for it in folder.pages if it.startswith("report") and it.endswith(suffix)]
    named += [(it, text(_FORMS[Path(it).suffix], name=it)) for it in forms]
    return [(f"/{quote(folder.name, safe='')}/{quote(page)}", name) for page, name in named]
