"""The pieces of which a section is made: what the numbers say, then figures, then tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nma.output.display import Cell, Column, Table
from nma.output.figures import Figure
from nma.output.text import Text


@dataclass(frozen=True, slots=True)
class Widget:
    """A piece that needs a template of its own: ``widgets/<name>.j2``, which reads ``values``."""

    name: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a section: what the numbers say, then the figures, then the tables, then what a reader may set."""

    heading: str = ""
    warnings: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    figures: tuple[tuple[Figure, str], ...] = ()
    after: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    items: tuple[str, ...] = ()
    widgets: tuple[Widget, ...] = field(default=())


def table(text: Text, caption: str, heads: Sequence[str], rows: Iterable[tuple[Cell, ...]]) -> Table:
    """A table whose heads are keys; a head stands as the cells below it do."""
    body = tuple(rows)
    first = [cell.number for cell in body[0]] if body else [False] * len(heads)
    columns = tuple(Column(text(head), number) for head, number in zip(heads, first, strict=True))
    return Table(caption, columns, body, wide=len(heads) > 5)


def number(text: str, note: str = "", strong: bool = False) -> Cell:
    """A cell that holds a number."""
    return Cell(text, note=note, number=True, strong=strong)
