"""All sweeps of an analysis, as plain data: the content of ``firmness.json``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from nma.answers.results import results
from nma.fitting import Fit, Task
from nma.fitting.exact import fit_exact
from nma.parallel import HERE, Executors, spread
from nma.sweeps.boundary import SIZES, NewTrial, Threshold, additive, compared, new_trial, threshold
from nma.sweeps.outcome import Asked, kept, outcome
from nma.sweeps.pieces import Piece, Source, pieces
from nma.vocab import Sweep

SCHEMA = "nma-firmness/1"
BOUNDARIES = (Sweep.NEW_TRIAL, Sweep.THRESHOLD)

TIE = 0.005
"""Two treatments whose SUCRA lie closer are level: the difference is within its Monte Carlo error."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """Which sweeps, from which seed, where."""

    kinds: tuple[Sweep, ...]
    seed: int
    executors: Executors = HERE
    say: Callable[[str, int, int], None] = lambda line, done, of: None


def sweep(source: Source, request: Request, provenance: Mapping[str, Any]) -> Row:
    """Run sweeps.

    Raises
    ------
    FitError
        The analysis itself cannot be fitted.
    InputError
        There is no scheduler where one was asked for.
    """
    task = Task(source.evidence, source.analysis)
    primary = fit_exact(task, request.seed)
    found = results(primary, {}, provenance)
    order = [row["treatment"] for row in found["ranking"]]
    pair = (order[0], order[1])
    base = kept(primary, pair, primary.treatments[0])
    swept: Row = {}
    for kind in request.kinds:
        asked = partial(_boundary, kind, primary, order) if kind in BOUNDARIES else partial(_pieces, kind, source)
        swept[str(kind)] = asked(request=request, pair=pair, base=base)
    return found | {"schema": SCHEMA, "pair": list(pair), "primary": base, "sweeps": swept}


def _announced(request: Request, kind: Sweep, of: int) -> Callable[[int], None]:
    return lambda count: request.say(f"{kind}: {count} of {of} done", count, of)


def _pieces(kind: Sweep, source: Source, request: Request, pair: tuple[str, str], base: Row) -> Row:
    """One kind of change: a row for each piece, and what the rows say together."""
    made = pieces(kind, source)
    asked = [
        Asked(piece.task, pair, source.evidence.treatments[0], request.seed) for piece in made if piece.task is not None
    ]
    done = iter(spread(outcome, asked, request.executors, _announced(request, kind, len(asked))))
    rows = [_row(piece, {"error": piece.reason} if piece.task is None else next(done), base) for piece in made]
    return {"rows": rows, **summary(rows, base)}


def _row(piece: Piece, found: Row, base: Row) -> Row:
    moved: Row = {"about": dict(piece.about), "parts": [list(part) for part in piece.parts]}
    moved |= {name: list(getattr(piece, name)) for name in ("entered", "left", "lost")}
    return {**moved, **found, "changed": _changed(found, base), "shift": None if found["error"] else shift(found, base)}


def _changed(found: Row, base: Row) -> bool:
    """Whether another treatment ranks clearly before the one that ranks first in the analysis as it is."""
    if found["error"] or base["best"] not in found["sucra"]:
        return False
    return bool(found["sucra"][found["best"]] - found["sucra"][base["best"]] > TIE)


def shift(found: Row, base: Row) -> Row | None:
    """The effect against the reference that moved most, in posterior standard deviations of the analysis as it is."""
    moves = {
        name: abs(_centre(now) - _centre(before)) / _spread(before)
        for name, before in base["effects"].items()
        if (now := found["effects"].get(name)) is not None
    }
    if not moves:
        return None
    most = max(moves, key=lambda name: moves[name])
    return {"treatment": most, "sds": moves[most]}


def _centre(effect: Row) -> float:
    return float(effect["median"] if effect["mean_log"] is None else effect["mean_log"])


def _spread(effect: Row) -> float:
    """Posterior standard deviation; of a difference of risks from its interval."""
    return float((effect["upper"] - effect["lower"]) / 3.92 if effect["sd_log"] is None else effect["sd_log"])


def summary(rows: Sequence[Row], base: Row) -> Row:
    """What the rows of a sweep say together; pieces that missed their gate count for nothing."""
    usable = [row for row in rows if not row["error"] and row["converged"]]
    moved = [(place, row) for place, row in enumerate(rows) if row in usable and row["shift"]]
    largest = max(moved, key=lambda item: item[1]["shift"]["sds"], default=None)
    holding = [row for row in usable if base["best"] in row["sucra"]]
    return {
        "fitted": len(usable),
        "failed": len(rows) - len(usable),
        "best_absent": len(usable) - len(holding),
        "best_changed": sum(_changed(row, base) for row in holding),
        "likeliest_changed": sum(row["likeliest"] != base["likeliest"] for row in holding),
        "sucra_range": {name: _range(usable, "sucra", name) for name in base["sucra"]},
        "effect_range": {name: _range(usable, "effects", name) for name in base["effects"]},
        "largest": None if largest is None else {"row": largest[0], **largest[1]["shift"]},
    }


def _range(rows: Sequence[Row], what: str, name: str) -> list[float] | None:
    """Smallest and largest of a treatment's figure."""
    values = [row[what][name] for row in rows if row[what].get(name) is not None]
    numbers = [value if what == "sucra" else value["median"] for value in values]
    return [min(numbers), max(numbers)] if numbers else None


def _boundary(
    kind: Sweep, primary: Fit, order: Sequence[str], request: Request, pair: tuple[str, str], base: Row
) -> Row:
    """Bisections: of a bias, or of what a new trial shows."""
    task = primary.task
    if kind is Sweep.THRESHOLD:
        asked = [Threshold(task, one, order[0], request.seed) for one in compared(task.evidence)]
        rows = spread(threshold, asked, request.executors, _announced(request, kind, len(asked)))
        return {"rows": [row | additive(primary, (row["treatment"], row["versus"])) for row in rows]}
    reference = task.evidence.treatments[0]
    versus = list(dict.fromkeys(name for name in (order[1], reference) if name != order[0]))
    trials = [NewTrial(task, order[0], one, n, request.seed) for one in versus for n in SIZES]
    return {"rows": spread(new_trial, trials, request.executors, _announced(request, kind, len(trials)))}
