"""Transitivity: whether the comparisons of a network were made in alike trials, as far as trials record it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from nma.evidence import Evidence, Trial
from nma.evidence.network import comparisons
from nma.registry.study import OutcomeRecord, Study

Reader = Callable[[Study, OutcomeRecord], Any]

NUMBERS: dict[str, Reader] = {
    "year": lambda study, record: study.year,
    "months": lambda study, record: record.months,
    "mean_age": lambda study, record: study.effect_modifiers.mean_age,
    "percent_men": lambda study, record: study.effect_modifiers.percent_men,
    "percent_psychosis": lambda study, record: study.effect_modifiers.percent_psychosis,
}
"""Possible effect modifiers that are numbers: year of the first report, follow-up, age, and shares in percent."""


def transitivity(evidence: Evidence) -> dict[str, Any]:
    """Distribution of each recorded effect modifier over the direct comparisons, and what is missing.

    Returns
    -------
    dict
        ``recorded``: whether the trials come from a registry; ``modifiers``: each with its ``name``, ``kind`` (number
        or category) and a row for each comparison (``values`` by study, ``known`` of ``studies``; ``median``,
        ``lower``, ``upper`` of numbers, ``counts`` of categories); ``missing``: the trials that do not record it.
    """
    trials = {trial.id: trial for trial in evidence.trials}
    recorded = any(trial.study is not None and trial.record is not None for trial in evidence.trials)
    modifiers, missing = [], []
    for name, kind, read in _modifiers(evidence) if recorded else ():
        values = {key: _value(trial, read) for key, trial in trials.items()}
        unknown = [key for key, value in values.items() if value is None]
        missing.append({"name": name, "trials": len(values), "known": len(values) - len(unknown), "missing": unknown})
        rows = []
        for c in comparisons(evidence):
            own = {key: values[key] for key in c.studies}
            rows.append({"treatment": c.treatment, "versus": c.versus, **_distribution(kind, own)})
        modifiers.append({"name": name, "kind": kind, "comparisons": rows})
    return {"recorded": recorded, "modifiers": modifiers, "missing": missing}


def _modifiers(evidence: Evidence) -> Iterator[tuple[str, str, Reader]]:
    """Name, kind and reader of every modifier; each population flag of the trials is one."""
    yield from ((name, "number", read) for name, read in NUMBERS.items())
    yield "basis", "category", lambda study, record: str(record.basis)
    flags = [flag for trial in evidence.trials if trial.study for flag in trial.study.population.flags]
    for flag in dict.fromkeys(flags):
        yield f"population: {flag}", "category", _flag(flag)


def _flag(name: str) -> Reader:
    def read(study: Study, record: OutcomeRecord) -> str | None:
        value = study.population.flags.get(name)
        return None if value is None else str(value)

    return read


def _value(trial: Trial, read: Reader) -> Any:
    return None if trial.study is None or trial.record is None else read(trial.study, trial.record)


def _distribution(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    known = {study: value for study, value in values.items() if value is not None}
    row: dict[str, Any] = {
        "studies": len(values),
        "known": len(known),
        "values": [{"study": study, "value": value} for study, value in known.items()],
    }
    if kind == "category":
        return {**row, "counts": dict(Counter(known.values()))}
    numbers = [float(value) for value in known.values()]
    spread = {"median": median(numbers), "lower": min(numbers), "upper": max(numbers)} if numbers else {}
    return {**row, **dict.fromkeys(("median", "lower", "upper")), **spread}
