"""The only python-docx: a Word document with real headings, captions and tables, for a reader and a screen reader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
from docx.document import Document as Word
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from nma.output.display import Cell, Table
from nma.output.paste.document import Document
from nma.output.paste.pieces import Heading, Kind, Paragraph

A4 = (Mm(210), Mm(297))
MARGIN = Mm(20)
MOST_COLUMNS = 6
"""Columns of a table beyond which its page lies on its side."""
FEWEST, MOST = 8, 40
"""Signs for which a column has room at least and at most, beside columns of the same kind."""
SIZES = {False: Pt(9), True: Pt(8)}
"""Size of the letters in a table that stands upright, and in one that lies."""
_STYLES = {Kind.PLAIN: "Normal", Kind.WARNING: "Intense Quote", Kind.ITEM: "List Bullet"}
_TAGS = {"en": "en-GB", "nl": "nl-NL"}
"""Languages as Word's spelling checker knows them."""


def save(document: Document, path: Path) -> None:
    """Write a document as DOCX: A4, tables with heads that are repeated on every page, wide ones on their side."""
    word = docx.Document()
    _describe(word, document)
    _lay(word, lying=False)
    word.add_heading(document.title, 0)
    lying = False
    for piece in document.pieces:
        wide = isinstance(piece, Table) and len(piece.columns) > MOST_COLUMNS
        if wide != lying:
            word.add_section()
            _lay(word, wide)
            lying = wide
        _WRITERS[type(piece)](word, piece)
    _foot(word, document)
    word.save(str(path))


def _describe(word: Word, document: Document) -> None:
    """Title, language and date of the file, and the language in which its words are spelt."""
    tag = _TAGS.get(document.language, document.language)
    properties = word.core_properties
    properties.title, properties.language = document.title[:255], tag
    properties.author, properties.comments = "nma", ""
    properties.created = properties.modified = datetime.strptime(document.made, "%Y-%m-%dT%H:%M:%SZ")
    for spelt in word.styles.element.iter(qn("w:lang")):
        spelt.set(qn("w:val"), tag)


def _lay(word: Word, lying: bool) -> None:
    """Set the last section upright or on its side."""
    section = word.sections[-1]
    section.orientation = WD_ORIENT.LANDSCAPE if lying else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = reversed(A4) if lying else A4
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN


def _foot(word: Word, document: Document) -> None:
    """Title, and the stamp of a fit that failed, at the head of every page; its number at the foot."""
    section = word.sections[0]
    head = section.header.paragraphs[0]
    head.text = document.title[:90]
    if document.stamp:
        head.add_run(f"  {document.stamp}").bold = True
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    field.append(foot.add_run("1")._r)
    foot._p.append(field)


def _heading(word: Word, piece: Heading) -> None:
    word.add_heading(piece.text, piece.level)


def _paragraph(word: Word, piece: Paragraph) -> None:
    word.add_paragraph(piece.text, style=_STYLES[piece.kind])


def _table(word: Word, piece: Table) -> None:
    caption = word.add_paragraph(piece.caption, style="Caption")
    caption.paragraph_format.keep_with_next = True
    size = SIZES[len(piece.columns) > MOST_COLUMNS]
    made = word.add_table(rows=1 + len(piece.rows), cols=len(piece.columns), style="Table Grid")
    _describe_table(made, piece.caption)
    _share_out(made, piece)
    rows = list(made.rows)
    _mark(rows[0], "w:tblHeader")
    for head, column in zip(rows[0].cells, piece.columns, strict=True):
        _write(head.paragraphs[0], Cell(column.text, number=column.number, strong=True), size)
    for row, cells in zip(rows[1:], piece.rows, strict=True):
        _mark(row, "w:cantSplit")
        _fill(row.cells, cells, size)
    word.add_paragraph()


def _share_out(made: Any, piece: Table) -> None:
    """Give each column room by its longest text; Word itself moves the borders where that is not enough."""
    room = A4[len(piece.columns) > MOST_COLUMNS] - 2 * MARGIN
    longest = [len(column.text) for column in piece.columns]
    for row in piece.rows:
        start = 0
        for cell in row:
            if cell.span == 1 and start < len(longest):
                longest[start] = max(longest[start], len(cell.text), len(cell.note))
            start += cell.span
    shares = [min(max(length, FEWEST), MOST) for length in longest]
    widths = [round(room * share / sum(shares)) for share in shares]
    for column, width in zip(made._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.w = width
    for line in made._tbl.tr_lst:
        for place, width in zip(line.tc_lst, widths, strict=True):
            place.width = width


def _fill(places: tuple[Any, ...], cells: tuple[Cell, ...], size: Pt) -> None:
    """Write a row; a cell that spans columns is merged."""
    start = 0
    for cell in cells:
        end = min(start + cell.span, len(places)) - 1
        place = places[start].merge(places[end]) if end > start else places[start]
        _write(place.paragraphs[0], cell, size)
        start = end + 1


def _write(paragraph: WordParagraph, cell: Cell, size: Pt) -> None:
    paragraph.paragraph_format.space_after = Pt(0)
    if cell.number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(cell.text)
    run.bold, run.font.size = cell.strong, size
    if cell.note:
        run.add_break()
        paragraph.add_run(cell.note).font.size = size


def _describe_table(made: Any, caption: str) -> None:
    """The whole width of the page, and a title that a screen reader reads out."""
    width = made._tbl.tblPr.find(qn("w:tblW"))
    width.set(qn("w:type"), "pct")
    width.set(qn("w:w"), "5000")
    title = OxmlElement("w:tblCaption")
    title.set(qn("w:val"), caption[:255])
    made._tbl.tblPr.append(title)


def _mark(row: Any, what: str) -> None:
    """A property of a row: that it is repeated as a head, or that no page break divides it."""
    row._tr.get_or_add_trPr().append(OxmlElement(what))


_WRITERS: dict[type, Callable[[Word, Any], None]] = {Heading: _heading, Paragraph: _paragraph, Table: _table}
