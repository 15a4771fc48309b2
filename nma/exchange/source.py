"""What a reader is given: the content of a file by its kind, and what the user said of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nma.errors import InputError, Problem
from nma.exchange import delimited, stata, workbooks
from nma.exchange.files import read_bytes
from nma.exchange.grid import Grid

TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".dta")
"""Endings of files that hold one table."""


@dataclass(frozen=True)
class Source:
    """A file (or the folder of a data package) to be read."""

    path: Path
    sheet: str | None = None
    analysis: str | None = None
    """Which of several outcomes, by name or number as in ``1.2``."""

    @property
    def name(self) -> str:
        """How messages call it."""
        return self.path.name or str(self.path)

    @property
    def suffix(self) -> str:
        """How the name ends, in lower case."""
        return self.path.suffix.lower()

    @cached_property
    def raw(self) -> bytes:
        """The content of the file."""
        return read_bytes(self.path)

    @cached_property
    def grid(self) -> Grid:
        """The table it holds.

        Raises
        ------
        InputError
            It holds none.
        """
        if self.suffix not in TABLES:
            what = "this layout is a table"
            raise InputError(Problem(self.name, "", what, self.suffix or "no ending", ", ".join(TABLES)))
        if self.suffix == ".xlsx":
            return workbooks.read(self.raw, self.name, self.sheet)
        if self.suffix == ".dta":
            return stata.read(self.raw, self.name)
        return delimited.read(self.raw, self.name)
