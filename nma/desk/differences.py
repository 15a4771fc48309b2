"""Where two readings of one trial differ, field by field.

Arms are matched by label and outcome records by outcome and months; what remains unmatched is matched in order when
both readings have equally many, and the label or the months then are the field that differs. Lists of doubts and of
overlaps are no disagreement: what either reader doubts stays doubted.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nma.registry.rules import Location

_WRITTEN = (
    ("label", "title", "journal", "registration", "first_author", "setting"),
    ("description", "definition", "source", "arithmetic", "diagnoses", "fidelity", "comparator_content"),
    ("tool", "remarks", "reason"),
)
TEXTS = frozenset(key for keys in _WRITTEN for key in keys)
"""Keys whose values are free text: two readers rarely choose the same words."""
KEYS = {"arms": ("label",), "outcomes": ("outcome", "months"), "counts": ("arm",)}
"""What tells the entries of a list apart; entries of other lists go by their number."""
OUT_OF_SIGHT = ("id", "extraction")
ABSENT = "not in this reading"


@dataclass(frozen=True)
class Difference:
    """One field on which the readings differ.

    Attributes
    ----------
    field : str
        Its name, as in ``arms[IPS].node``.
    path : tuple
        Where it stands in the first reading; the list alone for an entry that is missing there.
    first, second : object
        What each reader has; a summary for a whole entry.
    entry : Mapping or None
        The second reading's entry that the first has not; None otherwise.
    whole : bool
        Whether a whole entry is in only one reading.
    """

    field: str
    path: Location
    first: Any
    second: Any
    entry: Mapping[str, Any] | None = None
    whole: bool = False

    @property
    def is_wording(self) -> bool:
        """Whether only free text differs."""
        return not self.whole and self.path[-1] in TEXTS and not self.is_arm_label

    @property
    def is_arm_label(self) -> bool:
        """Whether the field is the label by which counts name an arm."""
        return len(self.path) == 3 and self.path[0] == "arms" and self.path[2] == "label"


@dataclass(frozen=True)
class Comparison:
    """Two readings side by side: how many fields they agree on, and the others."""

    agreed: int
    differences: tuple[Difference, ...]
    second: Mapping[str, Any]
    """The second reading under the labels and months of the first."""


def compare(first: Mapping[str, Any], second: Mapping[str, Any]) -> Comparison:
    """Compare two readings in the shape of study files."""
    aligned, renamed = _aligned(first, second)
    found = [*renamed]
    agreed = 0
    for item in _walk(_seen(first), _seen(aligned), "", ()):
        if isinstance(item, Difference):
            found.append(item)
        else:
            agreed += 1
    return Comparison(agreed - len(renamed), tuple(found), aligned)


def _seen(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in OUT_OF_SIGHT}


def entry_key(kind: str, entry: Any, number: int) -> str:
    """What an entry of a list is called in the name of a field."""
    if kind not in KEYS:
        return str(number)
    values = [entry.get(key) for key in KEYS[kind]]
    return "@".join(f"{value:g}" if isinstance(value, (int, float)) else str(value) for value in values)


def _walk(first: Any, second: Any, name: str, path: Location) -> Iterator[Difference | None]:
    """Each field once: a difference, or None where the readings agree."""
    if isinstance(first, dict) and isinstance(second, dict):
        for key in dict.fromkeys([*first, *second]):
            inner = f"{name}.{key}" if name else str(key)
            yield from _walk(first.get(key), second.get(key), inner, (*path, key))
    elif isinstance(first, list) and isinstance(second, list):
        yield from _walk_list(first, second, name, path)
    else:
        yield None if _same(first, second) else Difference(name, path, first, second)


def _walk_list(first: list[Any], second: list[Any], name: str, path: Location) -> Iterator[Difference | None]:
    if not any(isinstance(entry, dict) for entry in (*first, *second)):
        return
    kind = str(path[-1])
    ours = {entry_key(kind, entry, i): (i, entry) for i, entry in enumerate(first)}
    theirs = {entry_key(kind, entry, i): entry for i, entry in enumerate(second)}
    for key, (i, entry) in ours.items():
        inner = f"{name}[{key}]"
        if key in theirs:
            yield from _walk(entry, theirs[key], inner, (*path, i))
        elif kind != "counts":
            yield Difference(inner, (*path, i), _summary(entry), ABSENT, whole=True)
    for key, entry in theirs.items():
        if key not in ours and kind != "counts":
            yield Difference(f"{name}[{key}]", path, ABSENT, _summary(entry), entry, whole=True)


def _same(first: Any, second: Any) -> bool:
    if isinstance(first, str) and isinstance(second, str):
        return " ".join(first.split()).casefold() == " ".join(second.split()).casefold()
    return type(first) is not bool and type(second) is not bool and bool(first == second)


def _summary(entry: Mapping[str, Any]) -> str:
    """A whole entry in a line: history keeps it when it is not taken."""
    if "counts" in entry:
        rows = [f"{row['arm']} {_or(row.get('events'))}/{_or(row.get('n'))}" for row in entry["counts"]]
        return f"{', '.join(rows)} ({entry.get('basis')}; {entry.get('source')})"
    return ", ".join(f"{key} {value}" for key, value in entry.items() if value is not None and value != [])


def _or(number: Any) -> str:
    return "?" if number is None else str(number)


def _aligned(first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[dict[str, Any], list[Difference]]:
    """The second reading under the first's labels and months, and the labels and months that differ."""
    result = copy.deepcopy(dict(second))
    found: list[Difference] = []
    for i, j in _pairs(_names(first["arms"], "arms"), _names(result["arms"], "arms")):
        ours, theirs = first["arms"][i]["label"], result["arms"][j]["label"]
        found.append(Difference(f"arms[{ours}].label", ("arms", i, "label"), ours, theirs))
        rename_arm(result, theirs, ours)
    for i, j in _pairs_of_records(first["outcomes"], result["outcomes"]):
        ours, theirs = first["outcomes"][i]["months"], result["outcomes"][j]["months"]
        name = f"outcomes[{entry_key('outcomes', first['outcomes'][i], i)}].months"
        found.append(Difference(name, ("outcomes", i, "months"), ours, theirs))
        result["outcomes"][j]["months"] = ours
    return result, found


def rename_arm(data: Any, old: str, new: str) -> None:
    """Give an arm another label, wherever the trial names it."""
    for arm in data["arms"]:
        if arm["label"] == old:
            arm["label"] = new
    readings = (data.get("extraction") or {}).get("readings") or []
    for record in (*data["outcomes"], *readings):
        for row in record["counts"]:
            if row["arm"] == old:
                row["arm"] = new


def _names(entries: Sequence[Any], kind: str) -> list[str]:
    return [entry_key(kind, entry, i) for i, entry in enumerate(entries)]


def _pairs(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int]]:
    """Numbers of the unmatched, in order, when both sides have equally many."""
    left = [i for i, name in enumerate(ours) if name not in theirs]
    right = [j for j, name in enumerate(theirs) if name not in ours]
    return list(zip(left, right, strict=True)) if len(left) == len(right) else []


def _pairs_of_records(ours: Sequence[Any], theirs: Sequence[Any]) -> list[tuple[int, int]]:
    """Records of one outcome that differ only in when they were counted."""
    pairs = _pairs(_names(ours, "outcomes"), _names(theirs, "outcomes"))
    return [(i, j) for i, j in pairs if ours[i]["outcome"] == theirs[j]["outcome"]]
