"""One agreed file from two readings, with both readings, every decision and its reason kept in it."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import dropwhile
from pathlib import Path
from typing import Any

from nma import yamlio
from nma.desk import readings
from nma.desk.decisions import Decided
from nma.desk.differences import Comparison, compare, rename_arm
from nma.desk.readings import REGISTRY, ReadingFile
from nma.errors import InputError, Problem, nearest
from nma.project import Project
from nma.registry import read_vocabulary
from nma.registry.base import shown
from nma.registry.load import check_documents
from nma.registry.text import SCHEMA_COMMENT, Tree, edited, styled
from nma.registry.writing import create_documents, edit
from nma.vocab import Agreement, ExtractionStatus, Reader

COUNTED = ("node", "months", "events", "n", "randomised")
"""Fields that say whether the second reader agrees with the numbers of the first."""


@dataclass(frozen=True)
class Pair:
    """Two readings of one trial, compared."""

    study_id: str
    first: ReadingFile
    second: ReadingFile
    comparison: Comparison

    @property
    def names(self) -> tuple[str, str]:
        """Who read."""
        return self.first.reader, self.second.reader


def pair(project: Project, study_id: str, first: str | None, second: str | None, again: bool = False) -> Pair:
    """Find and compare the two readings of a trial.

    The first is the registry's file where there is one, the second the blind reading; names choose among more.

    Raises
    ------
    InputError
        There are not two readings, or more than two and no names; a reading has problems; or it was done before.
    """
    words = read_vocabulary(project.vocabulary)
    stored = (project.studies / f"{study_id}.yaml").is_file()
    candidates = ([REGISTRY] if stored else []) + readings.readers_of(project, study_id)
    one, other = _chosen(study_id, candidates, first, second)
    ours, theirs = (readings.read(project, reader, study_id, words) for reader in (one, other))
    done = [row for row in ours.data["extraction"]["readings"]] if one == REGISTRY else []
    if len(done) > 1 and not again:
        hint = "--again compares them anew and replaces the decision"
        raise InputError(ours.document.problem(("extraction",), "holds two readings already", hint=hint))
    return Pair(study_id, ours, theirs, compare(ours.data, theirs.data))


def _chosen(study_id: str, candidates: Sequence[str], first: str | None, second: str | None) -> tuple[str, str]:
    for option, name in (("--first", first), ("--second", second)):
        if name is not None and name not in candidates:
            allowed = ", ".join(candidates) or "none yet"
            raise InputError(
                Problem(study_id, option, "no such reading", shown(name), allowed, nearest(name, candidates))
            )
    one = first or next((name for name in candidates if name != second), None)
    others = [name for name in candidates if name != one]
    if one is None or not others:
        have = f"only that of {candidates[0]}" if candidates else "none"
        hint = f"nma studies read {study_id} --reader NAME starts one"
        raise InputError(Problem(study_id, "", "there are no two readings", have, hint=hint))
    if second is None and len(others) > 1:
        raise InputError(Problem(study_id, "--second", "more than one other reading", None, ", ".join(others)))
    return one, second or others[0]


def write(project: Project, found: Pair, decided: Sequence[Decided]) -> Path:
    """Write the agreed file, or nothing.

    Raises
    ------
    InputError
        The agreed file would have problems, or a reading changed while one was deciding.
    """
    if found.first.reader == REGISTRY:
        return edit(project, found.study_id, partial(_change, found=found, decided=decided))
    document = _agreed(project, found, decided)
    create_documents(project, [document])
    return document.path


def problems(project: Project, found: Pair, decided: Sequence[Decided]) -> list[Problem]:
    """What would be wrong with the agreed file."""
    try:
        document = _agreed(project, found, decided)
    except InputError as error:
        return list(error.problems)
    return check_documents([document], project.studies, project.vocabulary)


def _agreed(project: Project, found: Pair, decided: Sequence[Decided]) -> yamlio.Document:
    """The agreed file as it will stand in the registry."""
    path = project.studies / f"{found.study_id}.yaml"
    name = readings.name_of(project, path)
    if found.first.reader != REGISTRY and os.path.lexists(path):
        raise InputError(Problem(name, "", "the trial is in the registry", hint=f"use it: --first {REGISTRY}"))
    source = replace(found.first.document, path=path, name=name)
    lines = edited(source, partial(_change, found=found, decided=decided)).splitlines(keepends=True)
    body = dropwhile(lambda line: line.startswith("#"), lines)
    return yamlio.parse((SCHEMA_COMMENT + "".join(body)).encode("utf-8"), path, name)


def _change(tree: Tree, found: Pair, decided: Sequence[Decided]) -> None:
    _unchanged(tree, found)
    apply(tree, found, decided)


def _unchanged(tree: Any, found: Pair) -> None:
    """Nobody's edit is undone: what was compared must still be what is there."""
    data = dict(found.first.data)
    if any(tree.get(key) != data.get(key) for key in data if key != "extraction"):
        hint = "start again with the file as it is now"
        raise InputError(found.first.document.problem((), "was changed while the readings were compared", hint=hint))


def apply(tree: Tree, found: Pair, decided: Sequence[Decided]) -> None:
    """Turn the first reading into the agreed one; entries are removed last, so that places hold."""
    labels = [each for each in decided if each.difference.is_arm_label]
    whole = [each for each in decided if each.difference.whole]
    for each in decided:
        if each not in labels and each not in whole and each.taken != each.difference.first:
            _at(tree, each.difference.path[:-1])[each.difference.path[-1]] = styled(each.taken)
    _unite(tree, found.comparison.second)
    _keep_history(tree, found, decided)
    for each in sorted(whole, key=lambda each: -_number(each)):
        _take_whole(tree, each, found.comparison.second)
    _drop_unknown_arms(tree)
    for each in labels:
        rename_arm(tree, each.difference.first, each.taken)


def _at(tree: Any, path: Sequence[Any]) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def _number(each: Decided) -> int:
    last = each.difference.path[-1]
    return last if isinstance(last, int) else -1


def _take_whole(tree: Any, each: Decided, second: Mapping[str, Any]) -> None:
    difference = each.difference
    if not each.takes_second:
        return
    if difference.entry is not None:
        entries = _at(tree, difference.path)
        entries.append(styled(dict(difference.entry)))
        if hasattr(entries, "fa"):
            entries.fa.set_block_style()
        if difference.path == ("arms",):
            _add_rows(tree, difference.entry["label"], second)
    else:
        _at(tree, difference.path[:-1]).pop(difference.path[-1])


def _add_rows(tree: Any, label: str, second: Mapping[str, Any]) -> None:
    """Rows of counts of an arm that only the second reading has."""
    theirs = {(record["outcome"], record["months"]): record["counts"] for record in second["outcomes"]}
    for record in tree["outcomes"]:
        rows = theirs.get((record["outcome"], record["months"]), [])
        row = next((row for row in rows if row["arm"] == label), {"arm": label, "events": None, "n": None})
        if all(known["arm"] != label for known in record["counts"]):
            record["counts"].append(styled([dict(row)], "counts")[0])


def _drop_unknown_arms(tree: Any) -> None:
    """Rows of arms that the agreed trial does not have."""
    labels = {arm["label"] for arm in tree["arms"]}
    for part in (*tree["outcomes"], *tree["extraction"]["readings"]):
        for i in reversed(range(len(part["counts"]))):
            if part["counts"][i]["arm"] not in labels:
                part["counts"].pop(i)


def _unite(tree: Any, second: Mapping[str, Any]) -> None:
    """What either reader doubts stays doubted; overlaps that either saw stay."""
    theirs = {(record["outcome"], record["months"]): record for record in second["outcomes"]}
    pairs = [(record, theirs.get((record["outcome"], record["months"]))) for record in tree["outcomes"]]
    lists = [(record["doubts"], other["doubts"]) for record, other in pairs if other is not None]
    lists += [(tree["eligibility"][key], second["eligibility"][key]) for key in ("doubts", "overlaps")]
    for ours, new in lists:
        ours.extend(styled([each for each in new if each not in ours]))


def _keep_history(tree: Any, found: Pair, decided: Sequence[Decided]) -> None:
    """Both readings and the decision, under ``extraction``."""
    kept = [] if found.first.reader != REGISTRY else list(tree["extraction"]["readings"])[:1]
    first = kept[0] if kept else _reading(found.first, Reader.FIRST, found.first.data)
    second = _reading(found.second, Reader.SECOND, _under_our_labels(found))
    second["agreement"] = str(_agreement(decided))
    complete = any(sum(_complete(row) for row in record["counts"]) >= 2 for record in tree["outcomes"])
    extraction = {
        "status": str(ExtractionStatus.TWO_READERS if complete else ExtractionStatus.AWAITING_DATA),
        "readings": [first, second],
        "decision": _decision(found, decided),
    }
    if tree["extraction"].fa.flow_style():
        tree["extraction"] = styled(extraction)
        return
    stored = tree["extraction"]
    stored["status"], stored["decision"] = extraction["status"], styled(extraction["decision"])
    if kept:
        del stored["readings"][1:]
        stored["readings"].append(styled(second))
    else:
        stored["readings"] = styled(extraction["readings"])


def _under_our_labels(found: Pair) -> dict[str, Any]:
    """The second reading as it was read, but with the first's labels: history names arms of this trial."""
    data = copy.deepcopy(dict(found.second.data))
    for difference in found.comparison.differences:
        if difference.is_arm_label:
            rename_arm(data, difference.second, difference.first)
    return data


def _complete(row: Mapping[str, Any]) -> bool:
    return row["events"] is not None and row["n"] is not None


def _reading(reading: ReadingFile, reader: Reader, data: Mapping[str, Any]) -> dict[str, Any]:
    """One reading in the form in which the registry keeps it."""
    arms = {arm["label"]: arm for arm in data["arms"]}
    records = [(record, row) for record in data["outcomes"] for row in record["counts"] if row["arm"] in arms]
    rows = [_row(arms[row["arm"]], record["months"], row["events"], row["n"]) for record, row in records]
    rows = rows or [_row(arm, None, None, None) for arm in arms.values()]
    sources = [f"{record['outcome']} at {record['months']:g} months: {record['source']}" for record in data["outcomes"]]
    return {
        "reader": str(reader),
        "name": None if reading.reader == REGISTRY else reading.reader,
        "basis": ", ".join(dict.fromkeys(record["basis"] for record in data["outcomes"])) or None,
        "counts": rows,
        "sources": [],
        "notes": "; ".join(sources) or None,
    }


def _row(arm: Mapping[str, Any], months: Any, events: Any, n: Any) -> dict[str, Any]:
    known = {"arm": arm["label"], "node": arm["node"], "months": months, "randomised": arm["randomised"]}
    return {**known, "events": events, "n": n, "percent": None}


def _agreement(decided: Sequence[Decided]) -> Agreement:
    counted = [each for each in decided if each.difference.whole or each.difference.path[-1] in COUNTED]
    return Agreement.PARTLY if counted else Agreement.YES


def _decision(found: Pair, decided: Sequence[Decided]) -> dict[str, Any]:
    comparison = found.comparison
    first, second = ("The registry's file" if name == REGISTRY else name for name in found.names)
    reasons = list(dict.fromkeys(each.reason for each in decided))
    deciders = list(dict.fromkeys(each.by for each in decided))
    text = f"{first} and {second} agree on {comparison.agreed} fields and differ on {len(decided)}."
    return {
        "text": text,
        "reason": reasons[0] if len(reasons) == 1 else "Each field has its own." if reasons else "Nothing to decide.",
        "by": ", ".join(deciders) or None,
        "fields": [_field(each) for each in decided],
    }


def _field(each: Decided) -> dict[str, Any]:
    difference = each.difference
    values = {"first": difference.first, "second": difference.second, "taken": each.taken}
    return {"field": difference.field, **values, "reason": each.reason, "by": each.by}
