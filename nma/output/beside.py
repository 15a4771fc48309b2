"""What the pages beside the report have in common: every section is made of blocks, by a table of sections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nma.output import pages
from nma.output.figures import Figure
from nma.output.inconsistency.case import Block, Case
from nma.output.reading import Reading, Row
from nma.output.text import Text
from nma.output.writing import Kind

Sections = Mapping[str, tuple[str, Callable[[Case], tuple[Block, ...]]]]
"""The key of the heading and what makes the blocks, by section, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A page beside the report.

    Attributes
    ----------
    name : str
        Name of the page, without its ending; its figures begin with it.
    template : str
        Template of one language's body.
    case_of : callable
        Makes the case of what was found, told in a language.
    there : callable
        The sections that stand on the page of a case.
    extra : callable
        What else the template reads of a case.
    """

    name: str
    template: str
    case_of: Callable[[Row, Text], Case]
    there: Callable[[Case], Sections]
    extra: Callable[[Case], dict[str, Any]]

    def sections(self, case: Case) -> dict[str, tuple[Block, ...]]:
        """The blocks of every section, in the order of the page."""
        return {name: make(case) for name, (_, make) in self.there(case).items()}

    def drawings(self, found: Row, text: Text) -> Iterator[Figure]:
        """The figure records of all sections."""
        return _figures(self.sections(self.case_of(found, text)))

    def render(self, found: Row, templates: Path, languages: str | Sequence[str]) -> str:
        """The page as one HTML file that needs nothing from elsewhere, in every language asked for.

        Parameters
        ----------
        found : Mapping[str, Any]
            What was found, as it is stored.
        templates : Path
            The folder ``reports/``.
        languages : str or Sequence[str]
            Tags of the translation tables; the page shows the first, and switches to any other.
        """

        def tell(text: Text, prefix: str) -> tuple[Reading, dict[str, Any]]:
            case = self.case_of(found, text)
            return case.reading, self._context(case, prefix)

        return pages.page(self.template, tell, templates, languages)

    def kind(self, tables: Callable[[Row, Path], None]) -> Kind:
        """How the page is written, with its tables."""
        return Kind(f"{self.name}.html", f"{self.name}-*.svg", self.render, tables, self.drawings)

    def _context(self, case: Case, prefix: str) -> dict[str, Any]:
        made = self.sections(case)
        headings = {name: case.text(heading) for name, (heading, _) in self.there(case).items()}
        drawn = {record.name: pages.drawn(record, case.text, prefix) for record in _figures(made)}
        return {"sections": headings, "parts": {}, "blocks": made, "drawn": drawn, **self.extra(case)}


def _figures(made: Mapping[str, tuple[Block, ...]]) -> Iterator[Figure]:
    return (record for blocks in made.values() for block in blocks for record, _ in block.figures)
