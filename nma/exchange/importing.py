"""From rows of counts to study files: first a plan that lists everything, then all of it or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from shlex import quote
from typing import Any

from nma import yamlio
from nma.errors import InputError, Problem, in_order, nearest, printable
from nma.exchange.rows import ArmRow, Found, capped
from nma.exchange.statement import (
    Statement,
    id_of,
    known_places,
    place_of,
    report_of,
    statement_problems,
)
from nma.project import Project
from nma.registry.base import listed, shown
from nma.registry.load import check_documents, read_registry, read_vocabulary
from nma.registry.study import DOMAINS
from nma.registry.vocabulary import Vocabulary
from nma.registry.writing import create, study_text
from nma.vocab import ExtractionStatus, Risk


@dataclass(frozen=True)
class Planned:
    """A trial that would be created."""

    id: str
    label: str
    arms: tuple[str, ...]
    """Each arm with its counts and where it lies."""


@dataclass(frozen=True)
class Plan:
    """What an import would do."""

    trials: tuple[Planned, ...]
    texts: Mapping[str, str]
    """Study files by id; none while there are problems."""
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def plan(project: Project, found: Found, stated: Statement, name: str) -> Plan:
    """What importing these rows would create, and everything that stands against it."""
    vocabulary = read_vocabulary(project.vocabulary)
    by_study = _by_study(row for row in found.rows if row.study not in stated.without)
    problems = [problem for problem in found.problems if not _is_left_out(problem, found, stated)]
    problems += statement_problems(stated, vocabulary)
    problems += _unknown_labels(found, stated)
    problems += _treatment_problems(by_study, stated, vocabulary)
    problems += _study_problems(by_study, stated, project.studies)
    data = (
        {}
        if problems
        else {id_of(study, stated): _data(study, rows, (stated, vocabulary, name)) for study, rows in by_study.items()}
    )
    texts = {str(study_id): study_text(each) for study_id, each in data.items()}
    problems += _as_files(texts, project)
    trials = tuple(_planned(study, rows, stated, vocabulary) for study, rows in by_study.items())
    notes = [*_notes(found, by_study, stated), *_look_alikes(by_study, stated, project)]
    return Plan(trials, texts, tuple(capped(in_order(problems))), tuple(notes))


def carry_out(project: Project, planned: Plan) -> list[Path]:
    """Write the planned files, all or none.

    Raises
    ------
    InputError
        The plan has problems, or the registry changed meanwhile.
    """
    if planned.problems:
        raise InputError(planned.problems)
    return create(project, planned.texts)


def _by_study(rows: Iterable[ArmRow]) -> dict[str, list[ArmRow]]:
    found: dict[str, list[ArmRow]] = {}
    for row in rows:
        found.setdefault(row.study, []).append(row)
    return found


def _is_left_out(problem: Problem, found: Found, stated: Statement) -> bool:
    """Whether every row at the place of a problem belongs to a trial that is left out."""
    here = {row.study for row in found.rows if row.place == problem.place}
    return bool(here) and here <= set(stated.without)


def _unknown_labels(found: Found, stated: Statement) -> Iterator[Problem]:
    """Options that speak of labels which the file does not have."""
    studies = list(dict.fromkeys(row.study for row in found.rows))
    treatments = list(dict.fromkeys(row.treatment for row in found.rows))
    spoken = (
        ("--map", stated.nodes, treatments),
        ("--id", stated.ids, studies),
        ("--report", stated.reports, studies),
        ("--without", stated.without, studies),
    )
    for option, labels, known in spoken:
        for label in labels:
            if label not in known:
                yield Problem("", option, "no such label in the file", shown(label), None, nearest(label, known))


def _treatment_problems(
    by_study: Mapping[str, list[ArmRow]], stated: Statement, vocabulary: Vocabulary
) -> Iterator[Problem]:
    first: dict[str, ArmRow] = {}
    for rows in by_study.values():
        for row in rows:
            first.setdefault(row.treatment, row)
    allowed = known_places(vocabulary)
    for label, row in first.items():
        if place_of(label, stated, vocabulary) is None:
            word = stated.nodes.get(label, label)
            what = "no node of this name" if label in stated.nodes else "which node is this treatment?"
            hint = nearest(word, allowed) or f"say it with --map {quote(label + '=NODE')}"
            yield Problem(row.place, "treatment", what, shown(word), listed(allowed), hint)


def _study_problems(by_study: Mapping[str, list[ArmRow]], stated: Statement, studies: Path) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for study, rows in by_study.items():
        study_id, place = id_of(study, stated), rows[0].place
        if study_id is None:
            hint = f"say it with --id {quote(study + '=ID')}, as in smith-2004"
            yield Problem(place, "study", "no id can be made of this label", shown(study), None, hint)
        elif owners.setdefault(study_id, study) != study:
            hint = f"{shown(owners[study_id])} has it too; say another with --id {quote(study + '=ID')}"
            yield Problem(place, "study", "two labels give the same id", study_id, None, hint)
        elif (studies / f"{study_id}.yaml").exists():
            hint = f"leave it out with --without {quote(study)}, or say another id with --id"
            yield Problem(place, "study", "the registry has a trial of this id", study_id, None, hint)
        if report_of(study, _year(rows), stated) is None:
            what = "the label names no author and year"
            hint = (
                f"say them with --report {quote(study + '=AUTHOR YEAR')}, or --label-as-author takes labels as they are"
            )
            yield Problem(place, "study", what, shown(study), "as in Smith 2004", hint)


def _year(rows: Iterable[ArmRow]) -> int | None:
    return next((row.year for row in rows if row.year), None)


def _as_files(texts: Mapping[str, str], project: Project) -> list[Problem]:
    """Problems that the files would have in their place."""
    folder = project.studies
    documents = [
        yamlio.parse(text.encode("utf-8"), folder / f"{study_id}.yaml", f"{folder.name}/{study_id}.yaml")
        for study_id, text in texts.items()
    ]
    return check_documents(documents, folder, project.vocabulary) if documents else []


def _planned(study: str, rows: list[ArmRow], stated: Statement, vocabulary: Vocabulary) -> Planned:
    arms = []
    for row in rows:
        place = place_of(row.treatment, stated, vocabulary)
        where = "?" if place is None else place.subgroup or place.node or "no node"
        counts = "/".join("?" if number is None else str(number) for number in (row.events, row.n))
        arms.append(f"{row.treatment} {counts}" + ("" if where == row.treatment else f" ({where})"))
    return Planned(id_of(study, stated) or "?", printable(study), tuple(printable(arm) for arm in arms))


def _notes(found: Found, by_study: Mapping[str, list[ArmRow]], stated: Statement) -> Iterator[str]:
    if found.unused:
        yield f"Not imported, the registry has no place for them: {', '.join(found.unused)}."
    unknown = [
        f"{row.study} {row.treatment}" for rows in by_study.values() for row in rows if None in (row.events, row.n)
    ]
    if unknown:
        yield f"Without counts: {', '.join(unknown)}."
    if stated.without:
        yield f"Left out: {', '.join(stated.without)}."
    if by_study and not stated.label_as_author:
        yield "First authors and years are those of the labels and options; numbers randomised are not known."


def _look_alikes(by_study: Mapping[str, list[ArmRow]], stated: Statement, project: Project) -> Iterator[str]:
    """Trials of the registry that a new one may be: the same author and year under another id."""
    registry, _ = read_registry(project.studies, project.vocabulary)
    known: dict[tuple[str, int], str] = {}
    for study in registry.studies.values() if registry else ():
        for report in study.reports:
            if report.year is not None:
                known.setdefault((_surname(report.first_author), report.year), study.id)
    for label, rows in by_study.items():
        author, year = report_of(label, _year(rows), stated) or ("", None)
        other = known.get((_surname(author), year or 0))
        if other is not None and other != id_of(label, stated):
            yield f"{label} has the author and year of {other}, which the registry holds: the same trial?"


def _surname(author: str) -> str:
    """The first word of an author's name, in lower case."""
    return next(iter(re.findall(r"\w+", author.casefold())), "")


def _data(study: str, rows: list[ArmRow], how: tuple[Statement, Vocabulary, str]) -> dict[str, Any]:
    """Plain data of a study file; what nobody said is null or not assessed."""
    stated, vocabulary, name = how
    author, year = report_of(study, _year(rows), stated) or (study, None)
    counted = sum(None not in (row.events, row.n) for row in rows) >= 2
    remarks = "; ".join(dict.fromkeys(word for row in rows for word in row.remarks))
    status = ExtractionStatus.ONE_READER if counted else ExtractionStatus.AWAITING_DATA
    nothing = dict.fromkeys(("title", "journal", "doi", "pmid", "registration"))
    return {
        "id": id_of(study, stated),
        "label": study,
        "reports": [{"first_author": author, "year": year, **nothing}],
        "country": None,
        "setting": None,
        "population": {"description": stated.population, "flags": dict(stated.flags)},
        "arms": [_arm(row, stated, vocabulary) for row in rows],
        "outcomes": [_record(rows, stated, name)],
        "effect_modifiers": dict.fromkeys(("mean_age", "percent_men", "percent_psychosis", "diagnoses")),
        "risk_of_bias": {
            "tool": None,
            "source": None,
            **dict.fromkeys(DOMAINS, str(Risk.NOT_ASSESSED)),
            "remarks": f"{name}: {remarks}" if remarks else None,
        },
        "fidelity": None,
        "comparator_content": None,
        "eligibility": {"network": "yes", "reason": None, "doubts": [], "overlaps": []},
        "extraction": {"status": str(status), "readings": [], "decision": None},
    }


def _arm(row: ArmRow, stated: Statement, vocabulary: Vocabulary) -> dict[str, Any]:
    place = place_of(row.treatment, stated, vocabulary)
    node, subgroup = (place.node, place.subgroup) if place else (None, None)
    return {"label": row.treatment, "description": None, "node": node, "subgroup": subgroup, "randomised": None}


def _whole(number: float | None) -> float | None:
    """The number as one would type it."""
    return int(number) if number is not None and float(number).is_integer() else number


def _record(rows: list[ArmRow], stated: Statement, name: str) -> dict[str, Any]:
    places = [place for place, _ in groupby(row.place for row in rows)]
    return {
        "outcome": stated.outcome,
        "months": _whole(stated.months),
        "timing": stated.timing,
        "kind": stated.kind,
        "definition": None,
        "basis": stated.basis,
        "source": f"{stated.source} (imported from {', '.join(places)})",
        "arithmetic": None,
        "counts": [{"arm": row.treatment, "events": row.events, "n": row.n} for row in rows],
        "doubts": [f"Imported from {name}; not yet checked against the report."],
    }
