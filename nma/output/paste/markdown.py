"""GitHub-flavoured Markdown: every sign that has a meaning there is escaped where it comes from data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain

from nma.output.display import Cell, Table
from nma.output.paste.document import Document
from nma.output.paste.pieces import Heading, Kind, Paragraph, Piece

_MARKUP = re.compile(r"[\\`*_\[\]<>|~&$]")
_OPENING = re.compile(r"^(?:[#+=-]|(\d+)([.)]))")
_ADDRESS = re.compile(r"(https?://[A-Za-z0-9:/?#@!$'()*+,;=._~%-]*[A-Za-z0-9/])")
_PATTERNS = {Kind.PLAIN: "{}", Kind.WARNING: "> **{}**", Kind.ITEM: "- {}"}


def written(document: Document) -> str:
    """A document as Markdown; items of a list stand together, everything else apart."""
    lines = [f"# {inline(document.title)}"]
    lines += [f"> **{inline(document.stamp)}**"] if document.stamp else []
    text, item = "\n\n".join(lines), False
    for piece in document.pieces:
        is_item = isinstance(piece, Paragraph) and piece.kind is Kind.ITEM
        text += ("\n" if item and is_item else "\n\n") + "\n".join(_WRITERS[type(piece)](piece))
        item = is_item
    return text + "\n"


def inline(text: str) -> str:
    """Text that Markdown shows as it stands; web addresses stay addresses."""
    pieces = _ADDRESS.split(text)
    return "".join(f"<{piece}>" if place % 2 else _escaped(piece) for place, piece in enumerate(pieces))


def _escaped(text: str) -> str:
    return _MARKUP.sub(lambda found: f"\\{found[0]}", text)


def _opened(text: str) -> str:
    """Text at the start of a line, where a sign or a number could begin a heading or a list."""
    opening = _OPENING.match(text)
    if opening is None:
        return inline(text)
    number = opening[1] or ""
    return f"{number}\\{inline(text[len(number) :])}"


def _heading(piece: Heading) -> Iterator[str]:
    yield f"{'#' * (piece.level + 1)} {inline(piece.text)}"


def _paragraph(piece: Paragraph) -> Iterator[str]:
    plain = inline if piece.kind is Kind.WARNING else _opened
    yield _PATTERNS[piece.kind].format(plain(piece.text))


def _table(table: Table) -> Iterator[str]:
    yield f"**{inline(table.caption)}**"
    yield ""
    yield _row(inline(column.text) for column in table.columns)
    yield _row("---:" if column.number else "---" for column in table.columns)
    for row in table.rows:
        yield _row(chain.from_iterable(map(_cell, row)))


def _row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> tuple[str, ...]:
    """A cell; one that spans columns is followed by empty ones."""
    text = inline(cell.text)
    shown = f"**{text}**" if cell.strong and text else text
    return (shown + _note(cell), *[""] * (cell.span - 1))


def _note(cell: Cell) -> str:
    """The quieter second line of a cell: in parentheses, or after a semicolon where there are parentheses already."""
    if not cell.note:
        return ""
    note = inline(cell.note)
    return f"; {note}" if "(" in cell.text + cell.note else f" ({note})"


_WRITERS: dict[type, Callable[[Piece], Iterator[str]]] = {
    Heading: _heading,  # type: ignore[dict-item]
    Paragraph: _paragraph,  # type: ignore[dict-item]
    Table: _table,  # type: ignore[dict-item]
}
