"""The JSON of gemtc's web application: entries with responders and sampleSize, and treatments with id and name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from nma.errors import InputError, Problem
from nma.exchange.delimited import decoded
from nma.exchange.rows import ArmRow, Cell, Collector, Found
from nma.exchange.source import Source
from nma.registry.base import listed, shown

_KEYS = ("study", "treatment", "responders", "sampleSize")


def read(source: Source) -> Found:
    """Entries of a problem file.

    Raises
    ------
    InputError
        It is not JSON of this shape.
    """
    name = source.name
    data = _loaded(decoded(source.raw, name), name)
    entries = data.get("entries") if isinstance(data, dict) else None
    if not isinstance(entries, list) or not entries or not isinstance(data, dict):
        hint = "export the problem, not the results"
        raise InputError(Problem(name, "entries", "no list of entries", None, "entries, treatments", hint))
    names = _names(data.get("treatments"), name)
    collector = Collector()
    for i, entry in enumerate(entries):
        _add(collector, entry, names, f"{name} entries[{i}]")
    return collector.found(key for key in data if key not in ("entries", "treatments", "burnInIterations"))


def _add(collector: Collector, entry: Any, names: Mapping[str, str], place: str) -> None:
    if not isinstance(entry, dict) or not set(_KEYS) <= set(entry):
        has = listed(str(key) for key in entry) if isinstance(entry, dict) else shown(entry)
        what = "an entry lacks a key"
        collector.problems.append(Problem(place, "", what, has, ", ".join(_KEYS), "only counts can be imported"))
        return
    study, treatment, events, n = (Cell(entry[key], place) for key in _KEYS)
    if names and treatment.text not in names:
        hint = "add it to treatments"
        problem = Problem(place, "treatment", "no treatment of this id", shown(treatment.text), listed(names), hint)
        collector.problems.append(problem)
        return
    collector.add((study, Cell(names.get(treatment.text, treatment.value), place)), (events, n))


def _names(treatments: Any, name: str) -> dict[str, str]:
    if treatments is None:
        return {}
    rows = treatments if isinstance(treatments, list) else [None]
    names: dict[str, str] = {}
    for i, row in enumerate(rows):
        if not isinstance(row, dict) or "id" not in row or not isinstance(row.get("name"), str):
            raise InputError(Problem(f"{name} treatments[{i}]", "", "needs an id and a name", shown(row)))
        key = Cell(row["id"], name).text
        if key in names or row["name"] in names.values():
            raise InputError(Problem(f"{name} treatments[{i}]", "", "the treatment stands twice", shown(row["name"])))
        names[key] = row["name"]
    return names


def _loaded(text: str, name: str) -> Any:
    def once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise InputError(Problem(name, "", f"the key {shown(twice)} stands twice in one object"))
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise InputError(Problem(f"{name}:{error.lineno}", "", f"not valid JSON ({error.msg})")) from None
    except (RecursionError, ValueError) as error:
        what = f"not usable JSON ({type(error).__name__})"
        raise InputError(Problem(name, "", what, hint="a number or a nesting no such file has")) from None


def written(rows: Sequence[ArmRow]) -> bytes:
    """A problem file; treatments are numbered, their labels are names."""
    ids = {label: i for i, label in enumerate(dict.fromkeys(row.treatment for row in rows), start=1)}
    entries = [dict(zip(_KEYS, (row.study, ids[row.treatment], row.events, row.n), strict=True)) for row in rows]
    data = {"entries": entries, "treatments": [{"id": i, "name": label} for label, i in ids.items()]}
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
