"""The tables of the page for statistics: machine names as heads, numbers as computed."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from nma.output.reading import Row
from nma.output.tables import frame, write_frames

_ENDS = ("median", "lower", "upper", "sd")
_PLACES = ("rank", "sucra", "p_best")


def frames(found: Row) -> dict[str, pd.DataFrame]:
    """Every table by name."""
    effects = [_flat(row, _ENDS) for row in found["effects"]]
    ranks = [_flat(row, _PLACES) for row in (found["ranks"] or {"rows": []})["rows"]]
    heads = ("treatment", "versus", "shift", "size", "turned", "interval")
    return {
        "trials": frame(_trials(found["trials"]), ("id", "label", "what", "field", "arm", "old", "new")),
        "effects": frame(effects, (*heads, *_both(_ENDS))),
        "ranks": frame(ranks, ("treatment", "shift", "size", *_both(_PLACES))),
        "alone": frame(
            map(_alone, found["alone"]["rows"]), ("kind", "id", "error", "first", "treatment", "versus", "shift")
        ),
    }


def _both(names: tuple[str, ...]) -> list[str]:
    return [f"{side}_{name}" for side in ("old", "new") for name in names]


def _flat(row: Row, names: tuple[str, ...]) -> Row:
    ends = {f"{side}_{name}": (row[side] or {}).get(name) for side in ("old", "new") for name in names}
    return {**row, **ends}


def _trials(found: Row) -> list[Row]:
    moved = [{**row, "what": kind} for kind in ("entered", "left") for row in found[kind]]
    fields = [
        {"id": row["id"], "label": row["label"], "what": "changed", **field, **_written(field)}
        for row in found["changed"]
        for field in row["fields"]
    ]
    return [*moved, *fields]


def _written(field: Row) -> Row:
    return {name: json.dumps(field[name]) if isinstance(field[name], list) else field[name] for name in ("old", "new")}


def _alone(row: Row) -> Row:
    return {**row, **(row["moved"] or {})}


def write(found: Row, folder: Path) -> None:
    """Write every table to ``folder/compare_<name>.csv``, text cells made safe for spreadsheets."""
    write_frames(frames(found), folder, "compare_")
