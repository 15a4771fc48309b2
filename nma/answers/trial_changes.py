"""Which trials entered, left or changed between two sets of evidence, and in which fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

DESCRIBED = ("basis", "months", "timing", "kind", "status", "label", "year", "country", "source", "doubts")
"""What results hold of a trial beside its arms; a change of these moves no number."""

Row = Mapping[str, Any]
Plain = dict[str, Any]


def trial_changes(old: Row, new: Row) -> Plain:
    """Compare the trials of two results (``evidence`` of two ``results.json``).

    Returns
    -------
    dict
        ``entered`` and ``left``: trials with their arms, and the rule and reason by which the other side leaves them
        out, where it says so. ``changed``: ``fields`` with ``old`` and ``new``, and ``counted``, whether arms, events
        or people changed. ``same``: the number of trials with no change.
    """
    before, after = ({trial["id"]: trial for trial in side["trials"]} for side in (old, new))
    both = [name for name in before if name in after]
    changed = [row for name in both if (row := _changed(before[name], after[name]))["fields"]]
    return {
        "entered": [_moved(trial, old) for name, trial in after.items() if name not in before],
        "left": [_moved(trial, new) for name, trial in before.items() if name not in after],
        "changed": changed,
        "same": len(both) - len(changed),
        "studies": {"old": len(before), "new": len(after)},
        "participants": {"old": old["participants"], "new": new["participants"]},
    }


def _moved(trial: Row, absent_from: Row) -> Plain:
    """A trial of one side, with why the other side does not use it."""
    out: Row = next((row for row in absent_from["excluded"] if row["id"] == trial["id"]), {})
    kept = {name: trial.get(name) for name in ("id", "label", "participants", "arms", "months", "basis")}
    return {**kept, **{name: out.get(name) for name in ("rule", "reason", "reason_key", "reason_values")}}


def _changed(before: Row, after: Row) -> Plain:
    arms = list(_arm_fields(before["arms"], after["arms"]))
    described = [
        {"field": name, "arm": None, "old": before.get(name), "new": after.get(name)}
        for name in DESCRIBED
        if before.get(name) != after.get(name)
    ]
    risks = list(_risk_fields(before.get("risk_of_bias") or {}, after.get("risk_of_bias") or {}))
    return {"id": after["id"], "label": after["label"], "fields": arms + described + risks, "counted": bool(arms)}


def _arm_fields(before: list[Row], after: list[Row]) -> Iterator[Plain]:
    """Events and people of each treatment; an arm that stands in another node; arms that came or went."""
    old, new = ({arm["treatment"]: arm for arm in side} for side in (before, after))
    gone = {arm["label"]: arm for name, arm in old.items() if name not in new}
    for name, arm in new.items():
        earlier = old.get(name) or gone.pop(arm["label"], None)
        if earlier is None:
            yield {"field": "arm", "arm": name, "old": None, "new": _counts(arm)}
            continue
        if earlier["treatment"] != name:
            yield {"field": "node", "arm": arm["label"], "old": earlier["treatment"], "new": name}
        for field in ("events", "n"):
            if earlier[field] != arm[field]:
                yield {"field": field, "arm": name, "old": earlier[field], "new": arm[field]}
    for arm in gone.values():
        yield {"field": "arm", "arm": arm["treatment"], "old": _counts(arm), "new": None}


def _counts(arm: Row) -> str:
    return f"{arm['events']}/{arm['n']}"


def _risk_fields(before: Row, after: Row) -> Iterator[Plain]:
    for domain in dict.fromkeys([*before, *after]):
        if before.get(domain) != after.get(domain):
            yield {"field": domain, "arm": None, "old": before.get(domain), "new": after.get(domain)}
