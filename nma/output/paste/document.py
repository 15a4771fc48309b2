"""The report as a row of headings, paragraphs and tables: what every form for pasting is written from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nma.output import report
from nma.output.blocks import Block
from nma.output.display import Cell
from nma.output.paste.pieces import Heading, Kind, Paragraph, Piece
from nma.output.paste.sections import blocks_of
from nma.output.paste.widgets import pieces_of
from nma.output.reading import Reading
from nma.output.tables import guard
from nma.output.text import Text, load, tidy

_NEVER_TEXT = ("\ufffe", "\uffff")
_SPACES = re.compile(r"[^\S\xa0\u202f]+")
"""Spaces and breaks of lines; spaces at which no line breaks stay."""


@dataclass(frozen=True, slots=True)
class Document:
    """What is written.

    Attributes
    ----------
    title : str
        Title of the analysis.
    language : str
        Tag of its language.
    stamp : str
        What stands on every page and at every table of a fit that failed; empty otherwise.
    made : str
        When the results were made, as they say it.
    pieces : tuple
        What follows the title.
    """

    title: str
    language: str
    stamp: str
    made: str
    pieces: tuple[Piece, ...]


def document(results: Mapping[str, Any], templates: Path, language: str) -> Document:
    """The report of results in one language, without its figures."""
    reading = Reading(results, load(templates / "text", language))
    stamp = "" if reading.converged else reading.text("stamp.short")
    return Document(
        clean(tidy(reading.analysis["title"] or reading.analysis["name"])),
        language,
        stamp,
        str(results["provenance"]["created"]),
        tuple(_cleaned(piece, stamp) for piece in _pieces(reading)),
    )


def clean(text: str) -> str:
    """Text on one line, without the characters that neither XML nor a reader can take."""
    line = _SPACES.sub(" ", text).strip()
    kept = (sign for sign in line if unicodedata.category(sign) not in ("Cc", "Cs") and sign not in _NEVER_TEXT)
    return "".join(kept)


def words(cell: Cell) -> str:
    """The text of a cell; a mere sign is written as it is spoken, for no legend travels with a table."""
    sign = not cell.number and not any(letter.isalnum() for letter in cell.text)
    return cell.spoken if cell.spoken and sign else cell.text


def _pieces(reading: Reading) -> Iterator[Piece]:
    text, evidence = reading.text, reading.evidence
    if not reading.converged:
        yield Paragraph(text("stamp.long"), Kind.WARNING)
    if reading.analysis["question"]:
        yield Paragraph(str(reading.analysis["question"]))
    date = text.date(reading.results["provenance"]["created"])
    yield Paragraph(text("page.meta", count=evidence["studies"], participants=evidence["participants"], date=date))
    for name in report.order():
        said = [piece for block in blocks_of(reading, name) for piece in _of(block, text)]
        if said:
            yield Heading(text(f"section.{name}"), 1)
            yield from said


def _of(block: Block, text: Text) -> Iterator[Piece]:
    """A block in its order, without its figures; nothing of one that says nothing without them."""
    said: list[Piece] = [Paragraph(line, Kind.WARNING) for line in block.warnings]
    said += [Paragraph(line) for line in (*block.lead, *block.after)]
    said += block.tables
    said += [Paragraph(line, Kind.ITEM) for line in block.items]
    for widget in block.widgets:
        said += pieces_of(widget, text)
    if said and block.heading:
        yield Heading(block.heading, 2)
    yield from said


def _cleaned(piece: Piece, stamp: str) -> Piece:
    """A piece whose every text is one clean line; a table of a fit that failed says so itself, for it travels alone."""
    if isinstance(piece, Heading | Paragraph):
        return replace(piece, text=clean(piece.text))
    return replace(
        piece,
        caption=clean(f"{stamp}: {piece.caption}" if stamp else piece.caption),
        columns=tuple(replace(column, text=_guarded(column.text)) for column in piece.columns),
        rows=tuple(tuple(_cell(cell) for cell in row) for row in piece.rows),
    )


def _cell(cell: Cell) -> Cell:
    return replace(cell, text=_guarded(words(cell)), note=clean(cell.note), spoken="")


def _guarded(text: str) -> str:
    """The text of a cell; where a spreadsheet would take it for a formula an apostrophe stands in front."""
    return str(guard(clean(text)))
