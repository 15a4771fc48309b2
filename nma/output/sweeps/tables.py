"""The tables of the page for statistics: one row per piece, machine names as heads, numbers as computed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from nma.output.reading import Row
from nma.output.sweeps.refits import EVERY
from nma.output.tables import frame, write_frames

_REFIT = ("sweep", "what", "error", "studies", "best", "likeliest", "changed", "converged", "shift_of", "shift_sds")
_ENDS = ("median", "lower", "upper")


def frames(found: Row) -> dict[str, pd.DataFrame]:
    """Every table by name."""
    swept = found["sweeps"]
    sucra = [f"sucra_{name}" for name in found["treatments"]]
    refits = [_refit(kind, row) for kind in EVERY if kind in swept for row in swept[kind]["rows"]]
    made = {"refits": frame(refits, (*_REFIT, *sucra, *(f"pair_{end}" for end in _ENDS)))}
    plain = {"new-trial": "new_trials", "threshold": "thresholds"}
    heads = {
        "new-trial": ("versus", "n", "risk", "other_events", "events", "ratio", "probability", "takes_over", "error"),
        "threshold": ("treatment", "versus", "lower", "lower_best", "upper", "upper_best", "farthest", "error"),
    }
    return made | {name: frame(swept[kind]["rows"], heads[kind]) for kind, name in plain.items() if kind in swept}


def _refit(kind: str, row: Row) -> Row:
    shift, pair = row.get("shift") or {}, row.get("pair") or {}
    about = " ".join(str(value) for value in row["about"].values())
    sucra = {f"sucra_{name}": value for name, value in (row.get("sucra") or {}).items()}
    moved = {"shift_of": shift.get("treatment"), "shift_sds": shift.get("sds")}
    return {**row, "sweep": kind, "what": about, **moved, **sucra, **{f"pair_{end}": pair.get(end) for end in _ENDS}}


def write(found: Row, folder: Path) -> None:
    """Write every table to ``folder/firmness_<name>.csv``, text cells made safe for spreadsheets."""
    write_frames(frames(found), folder, "firmness_")
