"""A table as it came out of a file, and finding its columns by the names that programs give them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from nma.errors import InputError, Problem, nearest, shorten
from nma.exchange.rows import Cell
from nma.registry.base import listed, shown


@dataclass(frozen=True)
class Grid:
    """A table with the names of its columns and every cell with its place."""

    name: str
    head: tuple[str, ...]
    lines: tuple[tuple[Cell, ...], ...]

    def names(self) -> dict[str, int]:
        """Column numbers by name in lower case.

        Raises
        ------
        InputError
            Two columns have the same name.
        """
        places: dict[str, int] = {}
        for i, name in enumerate(self.head):
            key = name.lower()
            if key in places and key:
                hint = "rename or delete one of them"
                raise InputError(Problem(self.name, shorten(name), "the column stands twice", hint=hint))
            places.setdefault(key, i)
        return places


def columns(grid: Grid, roles: Mapping[str, Collection[str]], optional: Collection[str] = ()) -> dict[str, int]:
    """Which column plays which role; the names of a role are tried in order, all in lower case.

    Raises
    ------
    InputError
        A role has no column.
    """
    names = grid.names()
    found = {role: next((names[name] for name in known if name in names), None) for role, known in roles.items()}
    missing = [role for role, column in found.items() if column is None and role not in optional]
    if missing:
        raise InputError(_missing(grid, role, roles[role]) for role in missing)
    return {role: column for role, column in found.items() if column is not None}


def _missing(grid: Grid, role: str, known: Collection[str]) -> Problem:
    hint = nearest(next(iter(known)), grid.head) or "name the layout with --format"
    return Problem(grid.name, role, "no such column", shown(", ".join(grid.head)), listed(known), hint)


def has(grid: Grid, *names: str) -> bool:
    """Whether a table has all these columns."""
    return set(names) <= {name.lower() for name in grid.head}


def unused(grid: Grid, used: Collection[int]) -> list[str]:
    """Named columns that were not used; those that only number the rows are not worth a word."""
    rest = [name for i, name in enumerate(grid.head) if i not in used]
    return [name for name in rest if name and not re.fullmatch(r"(?i)study\.?id|id|incr|te|sete", name)]
