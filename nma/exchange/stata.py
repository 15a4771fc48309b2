"""Stata's own files (.dta); value labels are read as the words they stand for."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

from nma.errors import InputError, Problem
from nma.exchange.grid import Grid
from nma.exchange.rows import Cell

MAX_ROWS = 100_000


def read(raw: bytes, name: str) -> Grid:
    """The table of a Stata file.

    Raises
    ------
    InputError
        It is none, or too long.
    """
    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            frame = pd.read_stata(io.BytesIO(raw), convert_dates=False)
    except Exception as error:  # pandas passes on whatever a damaged file provokes
        what = f"not a readable Stata file ({type(error).__name__})"
        raise InputError(Problem(name, "", what, hint="save it again in Stata, or export it as CSV")) from None
    if len(frame) > MAX_ROWS:
        raise InputError(Problem(name, "", f"has more than {MAX_ROWS:,} rows", f"{len(frame):,}"))
    lines = frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)
    rows = [tuple(Cell(_plain(value), f"{name} row {i}") for value in line) for i, line in enumerate(lines, start=1)]
    return Grid(name, tuple(str(column) for column in frame.columns), tuple(rows))


def _plain(value: Any) -> Any:
    """Python's own numbers instead of numpy's."""
    return value.item() if hasattr(value, "item") else value


def written(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A Stata file (format 118, Unicode)."""
    import pandas as pd

    frame = pd.DataFrame([list(row) for row in rows], columns=pd.Index(head))
    out = io.BytesIO()
    frame.to_stata(out, write_index=False, version=118)
    return out.getvalue()
