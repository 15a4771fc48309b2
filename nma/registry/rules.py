"""The rules that span several fields of a study, or several files.

They read the plain data of the file rather than the validated model, so that a misspelt key in one place hides no
problem in another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nma.errors import Problem, nearest
from nma.registry.base import listed, shown
from nma.registry.vocabulary import Vocabulary
from nma.yamlio import Document

Location = tuple[Any, ...]
Finding = tuple[Location, str, str | None, str | None, str | None]
"""Where, what, got, allowed, hint."""


def study_problems(document: Document, vocabulary: Vocabulary | None) -> Iterator[Problem]:
    """Problems of one file beyond the shape of its fields; without a vocabulary, those that need no words."""
    if not isinstance(document.data, dict):
        return
    findings = [finding for rule in RULES for finding in rule(document.data)]
    if vocabulary is not None:
        findings += [finding for word_rule in WORD_RULES for finding in word_rule(document.data, vocabulary)]
    for finding in findings:
        yield document.problem(*finding)


def vocabulary_problems(document: Document, vocabulary: Vocabulary) -> Iterator[Problem]:
    """A treatment has one name: no subgroup is called as a node or as another's subgroup; context names real nodes."""
    for i, figure in enumerate(vocabulary.context):
        if figure.node is not None and figure.node not in vocabulary.nodes:
            words = list(vocabulary.nodes)
            hint = nearest(figure.node, words)
            place = ("context", i, "node")
            yield document.problem(place, "unknown node", shown(figure.node), listed(words), hint)
    homes: dict[str, str] = {}
    for name, node in vocabulary.nodes.items():
        for subgroup in node.subgroups:
            where = ("nodes", name, "subgroups", subgroup)
            if subgroup in vocabulary.nodes:
                what = "a node has this name too"
                yield document.problem(where, what, hint="give the subgroup another name")
            elif subgroup in homes:
                what = f"{homes[subgroup]} has a subgroup of this name too"
                yield document.problem(where, what, hint="give one of them another name")
            homes.setdefault(subgroup, name)


def _items(data: Mapping[str, Any], key: str) -> list[tuple[int, Mapping[str, Any]]]:
    value = data.get(key)
    return [(i, item) for i, item in enumerate(value) if isinstance(item, dict)] if isinstance(value, list) else []


def _arm_labels(data: Mapping[str, Any]) -> list[str]:
    return [arm["label"] for _, arm in _items(data, "arms") if isinstance(arm.get("label"), str)]


def _word(location: Location, what: str, got: Any, allowed: list[str]) -> Finding:
    return location, what, shown(got), listed(allowed), nearest(got, allowed)


def arms_rule(data: Mapping[str, Any]) -> Iterator[Finding]:
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
        known = vocabulary.nodes.get(node) if isinstance(node, str) else None
        if isinstance(node, str) and known is None:
            yield _word(("arms", i, "node"), "unknown node", node, list(vocabulary.nodes))
        elif known is not None and isinstance(subgroup, str) and subgroup not in known.subgroups:
            yield _word(("arms", i, "subgroup"), f"not a subgroup of {node}", subgroup, list(known.subgroups))
        elif node is None and subgroup is not None:
            yield ("arms", i, "subgroup"), "a subgroup without a node", shown(subgroup), None, "fill in node"


def outcome_rule(data: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[Finding]:
    """Outcomes and kinds are those of the vocabulary."""
    for i, record in _items(data, "outcomes"):
        outcome, kind = record.get("outcome"), record.get("kind")
        known = vocabulary.outcomes.get(outcome) if isinstance(outcome, str) else None
        if isinstance(outcome, str) and known is None:
            yield _word(("outcomes", i, "outcome"), "unknown outcome", outcome, list(vocabulary.outcomes))
        elif known is not None and isinstance(kind, str) and kind not in known.kinds:
            yield _word(("outcomes", i, "kind"), f"not a kind of {outcome}", kind, list(known.kinds))


def time_rule(data: Mapping[str, Any]) -> Iterator[Finding]:
    """No outcome is recorded twice for one time point: an analysis would include the trial twice."""
    seen: dict[tuple[str, float], int] = {}
    for i, record in _items(data, "outcomes"):
        outcome, months = record.get("outcome"), record.get("months")
        if not isinstance(outcome, str) or not isinstance(months, (int, float)):
            continue
        first = seen.setdefault((outcome, months), i)
        if first != i:
            what = f"the same outcome at the same time as outcomes[{first}]"
            yield ("outcomes", i, "months"), what, shown(months), None, "one record an outcome and time point"


def count_rule(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Each record has one row for each arm, no more and no fewer."""
    labels = dict.fromkeys(_arm_labels(data))
    for i, record in _items(data, "outcomes"):
        seen: set[str] = set()
        for j, row in _items(record, "counts"):
            arm, where = row.get("arm"), ("outcomes", i, "counts", j, "arm")
            if not isinstance(arm, str):
                continue
            if arm not in labels:
                yield _word(where, "no arm of this label", arm, list(labels))
            elif arm in seen:
                yield where, "doubled arm", shown(arm), None, "one row an arm"
            seen.add(arm)
        for label in labels:
            if label not in seen and isinstance(record.get("counts"), list):
                hint = "add its row, with null where a number is not known"
                yield ("outcomes", i, "counts"), f"missing arm {shown(label)}", None, None, hint


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
            yield ("population", "flags", flag), "missing", None, "yes, no, unclear", None


def reading_rule(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Readings name arms of the trial; each reader reads once."""
    labels, extraction = _arm_labels(data), data.get("extraction")
    if not isinstance(extraction, dict):
        return
    readers: list[Any] = []
    for i, reading in _items(extraction, "readings"):
        if "reader" in reading and reading["reader"] in readers:
            hint = "one reading a reader"
            yield ("extraction", "readings", i, "reader"), "doubled reader", shown(reading["reader"]), None, hint
        readers.append(reading.get("reader"))
        for j, row in _items(reading, "counts"):
            if isinstance(row.get("arm"), str) and row["arm"] not in labels:
                where = ("extraction", "readings", i, "counts", j, "arm")
                yield _word(where, "no arm of this label", row["arm"], labels)


def status_rule(data: Mapping[str, Any]) -> Iterator[Finding]:
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


RULES: tuple[Callable[[Mapping[str, Any]], Iterator[Finding]], ...] = (
    arms_rule,
    time_rule,
    count_rule,
    reading_rule,
    status_rule,
)
WORD_RULES: tuple[Callable[[Mapping[str, Any], Vocabulary], Iterator[Finding]], ...] = (
    node_rule,
    outcome_rule,
    flag_rule,
)
"""Rules that need the words of the review."""
