"""XLSX: one sheet with values only; formulas and merged cells are named, never evaluated."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from nma.errors import InputError, Problem
from nma.exchange.files import MAX_CELLS, opened
from nma.exchange.grid import Grid
from nma.exchange.rows import Cell
from nma.registry.base import listed, shown

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


def read(raw: bytes, name: str, sheet: str | None = None) -> Grid:
    """The table of a sheet; the only one that holds anything, unless it is named.

    Raises
    ------
    InputError
        No readable workbook, no such sheet, or cells that are not plain values.
    """
    from openpyxl import load_workbook

    opened(raw, name).close()
    try:
        sheets = load_workbook(io.BytesIO(raw)).worksheets
    except Exception as error:  # openpyxl passes on whatever a damaged file provokes
        what = f"not a readable XLSX workbook ({type(error).__name__})"
        raise InputError(Problem(name, "", what, hint="save it again as XLSX, or as 'CSV UTF-8'")) from None
    return _grid(_chosen(sheets, name, sheet), name)


def _chosen(sheets: Sequence[Worksheet], name: str, sheet: str | None) -> Worksheet:
    full = [each for each in sheets if each.max_row > 1 or each.max_column > 1]
    named = [each for each in sheets if each.title == sheet] if sheet is not None else full
    if len(named) == 1:
        return named[0]
    titles = listed(each.title for each in sheets)
    if sheet is None and not full:
        raise InputError(Problem(name, "", "holds no table", None, titles))
    what = "several sheets hold something" if sheet is None else "no such sheet"
    raise InputError(Problem(name, "--sheet", what, sheet and shown(sheet), titles, "name one with --sheet"))


def _grid(sheet: Worksheet, name: str) -> Grid:
    if sheet.max_row * sheet.max_column > MAX_CELLS:
        what = f"the sheet has more than {MAX_CELLS:,} cells"
        hint = "copy the table into a new workbook: formatted empty rows count too"
        raise InputError(Problem(f"{name} {sheet.title}", "", what, hint=hint))
    problems = list(_cell_problems(sheet, name))
    if problems:
        raise InputError(problems)
    rows = [tuple(Cell(cell.value, _place(name, sheet, cell.coordinate)) for cell in row) for row in sheet.iter_rows()]
    full = [row for row in rows if any(cell.text.strip() for cell in row)]
    if not full:
        raise InputError(Problem(name, "", "holds no table", hint="the first row names the columns"))
    return Grid(name, tuple(cell.text.strip() for cell in full[0]), tuple(full[1:]))


def _place(name: str, sheet: Worksheet, coordinate: str) -> str:
    return f"{name} {sheet.title}!{coordinate}"


def _cell_problems(sheet: Worksheet, name: str) -> Iterator[Problem]:
    for area in sheet.merged_cells.ranges:
        hint = "unmerge them and fill in each cell"
        yield Problem(_place(name, sheet, str(area.coord)), "", "merged cells", hint=hint)
    for row in sheet.iter_rows():
        for cell in row:
            what = _KINDS.get(cell.data_type)
            if what is not None:
                hint = "copy the cells and paste them as values"
                yield Problem(_place(name, sheet, cell.coordinate), "", what, shown(str(cell.value)), None, hint)


_KINDS = {"f": "a formula, not a value", "e": "an error value", "b": "a logical value", "d": "a date"}
"""Kinds of cell that hold no text and no number."""


def written(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of one sheet; text is stored as text, so that nothing is run and nothing needs an apostrophe."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for i, row in enumerate([head, *rows], start=1):
        for j, value in enumerate(row, start=1):
            cell = sheet.cell(i, j)
            cell.value = "NA" if value is None else value
            if isinstance(value, str):
                cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
