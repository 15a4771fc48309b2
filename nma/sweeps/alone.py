"""Each change between two results alone, made to the evidence before: which of them moves the answer most?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nma.analysis import Analysis
from nma.answers.changes import shift, size
from nma.answers.contrasts import relative_effects
from nma.answers.ranking import ranking
from nma.errors import FitError, NmaError, SelectionError
from nma.evidence import Evidence, Trial
from nma.evidence.evidence import ArmData
from nma.fitting import Task
from nma.fitting.exact import fit_exact
from nma.parallel import HERE, Executors, spread
from nma.registry.vocabulary import TreatmentName

MOST = 30
"""Changed trials that are tried alone: each is a fit."""
GATE = "the fit did not pass its gate"

Row = Mapping[str, Any]
Plain = dict[str, Any]
Key = tuple[str, str]
"""Kind of a change and the id of its trial."""


@dataclass(frozen=True, slots=True)
class Tried:
    """From which seed, and where, changes are tried."""

    seed: int = 1
    executors: Executors = HERE


@dataclass(frozen=True, slots=True)
class _Asked:
    """One fit, and the comparisons whose effects are kept."""

    task: Task
    pairs: tuple[tuple[str, str], ...]
    seed: int


def alone(old: Row, new: Row, found: Row, tried: Tried) -> Plain:
    """Make each change alone to the evidence before, and fit it by the exact engine.

    A trial that entered is added, one that left is taken out, one whose numbers changed is replaced; where the model
    of the specification changed, the new one is put on the trials of before.

    Parameters
    ----------
    old, new : Mapping[str, Any]
        The content of two ``results.json``.
    found : Mapping[str, Any]
        What :func:`nma.answers.changes.changes` says of them.

    Returns
    -------
    dict
        ``rows``, the one that moves an effect most first: ``kind``, ``id``, ``error``, ``first``, ``moved``; ``most``;
        ``of``, the number of changed trials, of which the largest ``MOST`` are tried; ``error``.
    """
    trials = found["trials"]
    moved = [(kind, row) for kind in ("entered", "left", "changed") for row in trials[kind] if row.get("counted", True)]
    spec = any(row["modelled"] for row in found["specification"])
    if not found["effects"] or not (moved or spec):
        return {"rows": [], "of": len(moved), "most": None, "error": None}
    after = {trial["id"]: trial["participants"] for side in (old, new) for trial in side["evidence"]["trials"]}
    largest = sorted(moved, key=lambda it: -after[it[1]["id"]])[:MOST]
    asked: dict[Key | None, Evidence | str] = {None: _built(old, _trials(old))}
    asked |= dict(_pieces(old, new, largest, spec))
    pairs = tuple((row["treatment"], row["versus"]) for row in found["effects"])
    ready = {key: it for key, it in asked.items() if not isinstance(it, str)}
    work = [_Asked(Task(it, it.analysis), pairs, tried.seed) for it in ready.values()]
    done: dict[Key | None, Row] = dict(zip(ready, spread(_fitted, work, tried.executors), strict=True))
    fitted = {key: done.get(key, {"error": it}) for key, it in asked.items()}
    return {"of": len(moved), **_told(fitted, new["analysis"]["measure"] != "RD")}


def _fitted(asked: _Asked) -> Plain:
    """Fit, and keep the effects and who ranks first; an error is kept as its line."""
    try:
        fit = fit_exact(asked.task, asked.seed)
    except (FitError, SelectionError) as error:
        return {"error": str(error)}
    if not fit.diagnostics.converged:
        return {"error": GATE}
    records: list[Any] = relative_effects(fit).to_dict("records")
    rows = {(row["treatment"], row["versus"]): row for row in records}
    effects = {pair: rows[pair] for pair in asked.pairs if pair in rows}
    return {"error": None, "first": str(ranking(fit)["treatment"].iloc[0]), "effects": effects}


def _pieces(old: Row, new: Row, moved: list[tuple[str, Row]], spec: bool) -> Iterator[tuple[Key, Evidence | str]]:
    """The evidence before with one thing changed; or why there is none."""
    before, after = _trials(old), _trials(new)
    names = {**_names(new), **_names(old)}
    for kind, row in moved:
        rest = {name: trial for name, trial in before.items() if name != row["id"]}
        if kind != "left":
            rest[row["id"]] = after[row["id"]]
        yield (kind, row["id"]), _built(old, rest, names)
    if spec:
        yield ("specification", ""), _built(new, before, names)


def _built(
    results: Row, trials: Mapping[str, Trial], names: Mapping[str, TreatmentName] | None = None
) -> Evidence | str:
    """Trials under the specification of stored results; or why they make no network."""
    said = {key: value for key, value in results["analysis"].items() if key in Analysis.model_fields}
    try:
        analysis = Analysis.from_mapping({**said, "sensitivity": {}})
        return Evidence.build(analysis, trials.values(), names=names or _names(results))
    except NmaError as error:
        return "; ".join(problem.what for problem in error.problems)


def _names(results: Row) -> dict[str, TreatmentName]:
    return {
        row["id"]: TreatmentName(row["label"], row["short"], row["description"], row["group"])
        for row in results["treatment_details"]
    }


def _trials(results: Row) -> dict[str, Trial]:
    return {trial["id"]: Trial(trial["id"], _arms(trial)) for trial in results["evidence"]["trials"]}


def _arms(trial: Row) -> tuple[ArmData, ...]:
    return tuple(ArmData(arm["treatment"], arm["events"], arm["n"], arm["label"]) for arm in trial["arms"])


def _told(fitted: Mapping[Key | None, Row], log: bool) -> Plain:
    """One row a change: the effect that moves most, and who ranks first."""
    base = fitted[None]
    if base["error"]:
        return {"rows": [], "most": None, "error": base["error"]}
    rows = sorted((_row(key, one, base, log) for key, one in fitted.items() if key is not None), key=_most_first)
    most = rows[0] if rows and rows[0]["moved"] else None
    return {"rows": rows, "most": most, "error": None, "first": base["first"]}


def _most_first(row: Row) -> float:
    return -abs(row["moved"]["shift"]) if row["moved"] else 1.0


def _row(key: Key, fitted: Row, base: Row, log: bool) -> Plain:
    about: Plain = {"kind": key[0], "id": key[1], "error": fitted["error"], "moved": None, "first": fitted.get("first")}
    shifts = {
        pair: shift(base["effects"][pair], effect, log)
        for pair, effect in fitted.get("effects", {}).items()
        if pair in base["effects"]
    }
    if not shifts:
        return about
    pair = max(shifts, key=lambda one: abs(shifts[one]))
    ends = {"old": base["effects"][pair]["median"], "new": fitted["effects"][pair]["median"]}
    moved = {"treatment": pair[0], "versus": pair[1], "shift": shifts[pair], "size": size(shifts[pair]), **ends}
    return about | {"moved": moved}
