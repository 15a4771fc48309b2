"""References as BibTeX, safe for any title: what means something to TeX is written as TeX writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from nma.output.citing.papers import Paper
from nma.output.text import tidy

if TYPE_CHECKING:
    from bibtexparser.model import Field

_KIND = {True: "article", False: "misc"}
"""Of an entry, by whether it has a journal."""
_NAME = re.compile(r"^(?P<family>.+) (?P<given>[A-Z]{1,4})$")
_ISOLATES = str.maketrans("", "", "\u2068\u2069")
_BRACES = str.maketrans({"{": "\ue000", "}": "\ue001"})
_IN_TEX = str.maketrans({"\ue000": r"{\lbrace}", "\ue001": r"{\rbrace}"})
"""BibTeX counts a brace even behind a backslash, so that a lone one would end the field."""
_IN_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", '"': "%22"})


def bibtex(papers: Iterable[Paper]) -> str:
    """A BibTeX file of some references, each under its key, in their order."""
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Block, Entry

    entries: list[Block] = [Entry(_KIND[bool(paper.journal)], paper.key, list(_fields(paper))) for paper in papers]
    return write_string(Library(entries))


def _fields(paper: Paper) -> Iterator[Field]:
    from bibtexparser.model import Field

    volume, number, pages = _place(paper.place)
    values = {
        "author": _authors(paper),
        "title": f"{{{escaped(paper.title)}}}" if paper.title else "",
        "journal": escaped(paper.journal),
        "year": "" if paper.year is None else str(paper.year),
        "volume": volume,
        "number": number,
        "pages": pages,
        "doi": paper.doi.translate(_IN_ADDRESS),
        "url": paper.url.translate(_IN_ADDRESS),
        "note": escaped(paper.note),
    }
    yield from (Field(name, value) for name, value in values.items() if value)


def _place(place: str) -> tuple[str, str, str]:
    """Volume, issue and pages of ``64(2):163-171``; either of the last may be missing."""
    head, _, pages = place.partition(":")
    volume, _, number = head.rstrip(")").partition("(")
    return volume, number, pages.replace("-", "--")


def _authors(paper: Paper) -> str:
    """Names as BibTeX reads them: family name first; what is no person's name is kept whole."""
    return " and ".join([*map(_author, paper.names), *(["others"] if paper.has_more else [])])


def _author(name: str) -> str:
    found = _NAME.match(name)
    if found is None or name.startswith("{"):
        return f"{{{escaped(name.strip('{}'))}}}"
    return f"{escaped(found['family'])}, {' '.join(f'{letter}.' for letter in found['given'])}"


def escaped(text: str) -> str:
    """Text on one line in which TeX reads every sign as itself; what it has no command for stays as it is."""
    from pylatexenc.latexencode import unicode_to_latex

    plain = tidy(text).translate(_ISOLATES).translate(_BRACES)
    written = str(unicode_to_latex(plain, unknown_char_policy="keep", unknown_char_warning=False))
    return written.translate(_IN_TEX)
