"""Cells that a spreadsheet would run as a formula: they get an apostrophe in front, and lose it when they are read.

The rule is its own inverse for every label: a cell that already looks guarded is guarded once more.
"""

from __future__ import annotations

import re

_RUNS = re.compile(r"'*(\s*[=+\-@＝＋－＠]|[\t\r\n])")


def guarded(label: str) -> str:
    """The label as a cell of a CSV file that no spreadsheet runs."""
    return f"'{label}" if _RUNS.match(label) else label


def unguarded(cell: str) -> str:
    """The label that such a cell stands for."""
    return cell[1:] if cell.startswith("'") and _RUNS.match(cell) else cell
