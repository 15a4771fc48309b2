"""CSV: commas, semicolons or tabs, with or without a byte order mark, in Unicode; anything doubtful is named."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nma.errors import InputError, Problem
from nma.exchange.files import MAX_CELLS
from nma.exchange.grid import Grid
from nma.exchange.guard import guarded, unguarded
from nma.exchange.rows import Cell, capped
from nma.registry.base import shown

DELIMITERS = (",", ";", "\t")
MAX_COLUMNS = 1_000
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read(raw: bytes, name: str) -> Grid:
    """The table of a CSV file.

    Raises
    ------
    InputError
        It is not Unicode text, a quote is astray, or a line has more or fewer cells than the head.
    """
    text = decoded(raw, name)
    records = list(_records(text, _delimiter(text), name))
    if not records:
        raise InputError(Problem(name, "", "holds no table", hint="the first line names the columns"))
    (_, head), *lines = records
    wrong = [(line, len(cells)) for line, cells in lines if len(cells) != len(head)]
    if wrong:
        hint = "a comma too many, or one too few? put text that holds one in quotes"
        what = [(f"{name}:{line}", f"has {number} cells, the head has {len(head)}") for line, number in wrong]
        raise InputError(capped([Problem(place, "", words, hint=hint) for place, words in what]))
    return Grid(name, tuple(cell.strip() for cell in head), tuple(_line(cells, f"{name}:{i}") for i, cells in lines))


def _line(cells: Sequence[str], place: str) -> tuple[Cell, ...]:
    return tuple(Cell(unguarded(cell), place) for cell in cells)


def decoded(raw: bytes, name: str) -> str:
    """The text of a file, by its byte order mark or as UTF-8."""
    encoding = next((word for mark, word in _MARKS if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        hint = "save it as 'CSV UTF-8' (in R: write.csv(..., fileEncoding = \"UTF-8\"))"
        raise InputError(Problem(f"{name}:{line}", "", "the file is not UTF-8 text", hint=hint)) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(
            Problem(f"{name}:{line}", "", "holds a null character: not a text file", hint="save it as CSV")
        )
    return text


def _delimiter(text: str) -> str:
    """The separator that cuts the first line into most cells."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))


def _records(text: str, delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins; blank lines are passed over."""
    taken: list[str] = []
    reader = csv.reader(_remembered(io.StringIO(text, newline=""), taken), delimiter=delimiter, strict=True)
    line, seen = 1, 0
    try:
        for cells in reader:
            seen += len(cells)
            if seen > MAX_CELLS or len(cells) > MAX_COLUMNS:
                what = f"more than {MAX_COLUMNS:,} columns or {MAX_CELLS:,} cells"
                raise InputError(Problem(f"{name}:{line}", "", what, hint="export only the table of counts"))
            if any(cell.strip() for cell in cells):
                _check_quotes(cells, "".join(taken), f"{name}:{line}")
                yield line, cells
            taken.clear()
            line = reader.line_num + 1
    except csv.Error as error:
        hint = "double a quote inside quotes, and close every quote"
        raise InputError(Problem(f"{name}:{line}", "", f"a quote is astray ({error})", hint=hint)) from None


def _remembered(lines: Iterable[str], taken: list[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line


def _check_quotes(cells: Sequence[str], raw: str, place: str) -> None:
    """A quote inside a cell is only sure to be meant where the cell is quoted and the quote doubled."""
    for cell in cells:
        if '"' in cell and '"' + cell.replace('"', '""') + '"' not in raw:
            hint = "put the cell in quotes and double the quotes inside it"
            raise InputError(Problem(place, "", "a quote is astray", shown(cell), None, hint))


def written(head: Sequence[str], rows: Iterable[Sequence[Any]], delimiter: str = ",") -> bytes:
    """A CSV file; text that a spreadsheet would run is guarded, nothing known is ``NA``."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue().encode("utf-8")


def _cell(value: Any) -> Any:
    if value is None:
        return "NA"
    return guarded(value) if isinstance(value, str) else value
