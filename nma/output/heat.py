"""A table of shares as a figure: the larger a share, the darker its cell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heat:
    """Shares between 0 and 1 in rows and columns, each written in its cell; one without words stays empty.

    ``own`` is the column that a row itself is, if any: its cell is framed. ``titles`` say what rows and columns are.
    """

    name: str
    title: str
    alt: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    shares: tuple[tuple[float, ...], ...]
    written: tuple[tuple[str, ...], ...]
    own: tuple[int | None, ...]
    titles: tuple[str, str]
