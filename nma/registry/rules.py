"""The rules that span several fields of a study, or several files.

They read the plain data of the file rather than the validated model, so that a misspelt key in one place hides no
problem in another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nma.errors import Problem, nearest
from nma.registry.base import dotted, shown
from nma.registry.vocabulary import Vocabulary
from nma.yamlio import Document

Location = tuple[Any, ...]
Finding = tuple[Location, str, str | None, str | None, str | None]
"""Where, what, got, allowed, hint."""


def study_problems(document: Document, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Problems of one file beyond the shape of its fields."""
    if not isinstance(document.data, dict):
        return
    for rule in RULES:
        for location, what, got, allowed, hint in rule(document.data, vocabulary):
            yield Problem(document.place(location), dotted(location), what, got, allowed, hint)


def _items(data: Mapping[str, Any], key: str) -> list[tuple[int, Mapping[str, Any]]]:
    value = data.get(key)
    return [(i, item) for i, item in enumerate(value) if isinstance(item, dict)] if isinstance(value, list) else []


def _arm_labels(data: Mapping[str, Any]) -> list[str]:
    return [arm["label"] for _, arm in _items(data, "arms") if isinstance(arm.get("label"), str)]


def _word(location: Location, what: str, got: Any, allowed: list[str]) -> Finding:
    return location, what, shown(got), ", ".join(allowed), nearest(got, allowed)


def arms_rule(data: Mapping[str, Any], _: Vocabulary) -> Iterator[Finding]:
    """A trial has two arms or more (or none while it awaits data), each with a label of its own."""
    arms = data.get("arms")
    if isinstance(arms, list) and len(arms) == 1:
        yield ("arms",), "a trial with one arm", "1 arm", "2 or more, or [] while nothing is known", "add the other arm"
    seen: set[str] = set()
    for i, arm in _items(data, "arms"):
        label = arm.get("label")
        if isinstance(label, str) and label in seen:
            yield ("arms", i, "label"), "doubled arm", shown(label), None, "give each arm its own label"
        seen.add(str(label))


def node_rule(data: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[Finding]:
    """Nodes and subgroup nodes are those of the vocabulary, and a subgroup lies in its node."""
    for i, arm in _items(data, "arms"):
        node, subgroup = arm.get("node"), arm.get("subgroup")
        if node is not None and node not in vocabulary.nodes:
            yield _word(("arms", i, "node"), "unknown node", node, list(vocabulary.nodes))
        elif node is not None and subgroup is not None and subgroup not in vocabulary.nodes[node].subgroups:
            allowed = list(vocabulary.nodes[node].subgroups)
            yield _word(("arms", i, "subgroup"), f"not a subgroup of {node}", subgroup, allowed)
        elif node is None and subgroup is not None:
            yield ("arms", i, "subgroup"), "a subgroup without a node", shown(subgroup), None, "fill in node"


def outcome_rule(data: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[Finding]:
    """Outcomes and kinds are those of the vocabulary; no outcome is recorded twice for one time point."""
    seen: dict[tuple[Any, ...], int] = {}
    for i, record in _items(data, "outcomes"):
        outcome, kind = record.get("outcome"), record.get("kind")
        if outcome is not None and outcome not in vocabulary.outcomes:
            yield _word(("outcomes", i, "outcome"), "unknown outcome", outcome, list(vocabulary.outcomes))
        elif kind is not None and outcome is not None and kind not in vocabulary.outcomes[outcome].kinds:
            kinds = list(vocabulary.outcomes[outcome].kinds)
            yield _word(("outcomes", i, "kind"), f"not a kind of {outcome}", kind, kinds)
        key = (outcome, record.get("months"))
        if key in seen:
            what = f"the same outcome at the same time as outcomes[{seen[key]}]"
            yield ("outcomes", i, "months"), what, shown(key[1]), None, "one record an outcome and time point"
        seen.setdefault(key, i)


def count_rule(data: Mapping[str, Any], _: Vocabulary) -> Iterator[Finding]:
    """Each record has one row for each arm, no more and no fewer."""
    labels = _arm_labels(data)
    for i, record in _items(data, "outcomes"):
        rows = [(j, row.get("arm")) for j, row in _items(record, "counts")]
        named = [arm for _, arm in rows]
        for j, arm in rows:
            if arm not in labels:
                yield _word(("outcomes", i, "counts", j, "arm"), "no arm of this label", arm, labels)
            elif named.index(arm) != [k for k, _ in rows].index(j):
                hint = "one row an arm"
                yield ("outcomes", i, "counts", j, "arm"), "doubled arm", shown(arm), None, hint
        for label in labels:
            if label not in named:
                hint = "add its row, with null where a number is not known"
                yield ("outcomes", i, "counts"), f"missing arm '{label}'", None, None, hint


def flag_rule(data: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[Finding]:
    """Each population flag of the vocabulary has its judgement, and there are no others."""
    population = data.get("population")
    flags = population.get("flags") if isinstance(population, dict) else None
    if not isinstance(flags, dict):
        return
    for flag in flags:
        if flag not in vocabulary.population_flags:
            yield _word(("population", "flags", flag), "unknown flag", flag, list(vocabulary.population_flags))
    for flag in vocabulary.population_flags:
        if flag not in flags:
            yield ("population", "flags"), f"missing flag '{flag}'", None, "yes, no, unclear", None


def reading_rule(data: Mapping[str, Any], _: Vocabulary) -> Iterator[Finding]:
    """Readings name arms of the trial; each reader reads once."""
    labels, extraction = _arm_labels(data), data.get("extraction")
    if not isinstance(extraction, dict):
        return
    readers: list[Any] = []
    for i, reading in _items(extraction, "readings"):
        if reading.get("reader") in readers:
            yield ("extraction", "readings", i, "reader"), "doubled reader", shown(reading["reader"]), None, None
        readers.append(reading.get("reader"))
        for j, row in _items(reading, "counts"):
            if row.get("arm") not in labels:
                where = ("extraction", "readings", i, "counts", j, "arm")
                yield _word(where, "no arm of this label", row.get("arm"), labels)


def status_rule(data: Mapping[str, Any], _: Vocabulary) -> Iterator[Finding]:
    """The extraction status says what the file holds."""
    extraction = data.get("extraction")
    if not isinstance(extraction, dict) or not isinstance(extraction.get("status"), str):
        return
    counted = any(_counted_arms(record) >= 2 for _, record in _items(data, "outcomes"))
    readings = len(_items(extraction, "readings"))
    expected = "awaiting data" if not counted else "two readers" if readings >= 2 else "one reader"
    if extraction["status"] != expected:
        arms = "counts in two arms" if counted else "no counts in two arms"
        why = f"the file has {arms} and {readings} reading{'s' if readings != 1 else ''}"
        yield ("extraction", "status"), "does not fit the file", shown(extraction["status"]), expected, why


def _counted_arms(record: Mapping[str, Any]) -> int:
    rows = [row for _, row in _items(record, "counts")]
    return sum(row.get("events") is not None and row.get("n") is not None for row in rows)


RULES: tuple[Callable[[Mapping[str, Any], Vocabulary], Iterator[Finding]], ...] = (
    arms_rule,
    node_rule,
    outcome_rule,
    count_rule,
    flag_rule,
    reading_rule,
    status_rule,
)
