"""Reading specifications from ``models/``, and checking them against the registry's words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nma import yamlio
from nma.analysis.spec import Analysis, merge_patch
from nma.errors import InputError, Problem, nearest
from nma.registry import Registry
from nma.registry.base import dotted, problems_of, shown
from nma.yamlio import Document

REQUIRED_IN_FILES = (("title",), ("question",), ("better_in_words",), ("select",), ("priors", "reason"))
"""What a specification on disk must say beyond what a model needs: a report is made of it."""


def load_analysis(path: Path) -> Analysis:
    """Read one specification.

    Raises
    ------
    InputError
        With every problem of the file, its sensitivity sets included.
    """
    analysis, _, problems = _read(path)
    if analysis is None or problems:
        raise InputError(problems)
    return analysis


def check_specifications(folder: Path, registry: Registry | None) -> tuple[dict[str, Analysis], list[Problem]]:
    """Read every specification of a folder and list what is wrong, against the registry's words too where it is given."""
    found: dict[str, Analysis] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else []:
        analysis, document, more = _read(path)
        problems += more
        if analysis is not None and document is not None:
            found[analysis.name] = analysis
            if registry is not None:
                problems += _against_registry(analysis, document, registry)
    return found, problems


def _read(path: Path) -> tuple[Analysis | None, Document | None, list[Problem]]:
    try:
        document = yamlio.load(path, f"{path.parent.name}/{path.name}")
    except InputError as error:
        return None, None, list(error.problems)
    if not isinstance(document.data, dict):
        return None, document, [Problem(document.place(), "", "the file holds no specification", shown(document.data))]
    problems = list(_missing(document))
    try:
        analysis = Analysis.model_validate({"name": path.stem, **document.data})
    except ValidationError as error:
        return None, document, [*problems_of(error, document, Analysis), *problems]
    if analysis.name != path.stem:
        problems.append(Problem(document.place(("name",)), "name", "differs from the file name", shown(analysis.name)))
    problems += _patch_problems(analysis, document)
    return analysis, document, problems


def _missing(document: Document) -> Iterator[Problem]:
    for location in REQUIRED_IN_FILES:
        value: Any = document.data
        for step in location:
            value = value.get(step) if isinstance(value, dict) else None
        if value is None:
            yield Problem(document.place(location), dotted(location), "missing", hint="a report needs it")


def _patch_problems(analysis: Analysis, document: Document) -> Iterator[Problem]:
    """Apply each sensitivity set, so that its mistakes show before anything is fitted."""
    plain = analysis.model_dump(mode="json", exclude_none=True, exclude={"sensitivity"})
    for name, entry in analysis.sensitivity.items():
        where = ("sensitivity", name, "patch")
        for key in ("sensitivity", "name"):
            if key in entry.patch:
                yield Problem(document.place((*where, key)), dotted((*where, key)), "a set cannot change this")
        patched = Document(merge_patch(plain, entry.patch), document.path, document.name, document.marks, b"")
        try:
            Analysis.model_validate(patched.data)
        except ValidationError as error:
            for problem in problems_of(error, patched, Analysis):
                location = (*where, *_steps(problem.field))
                yield Problem(
                    document.place(location), dotted(location), problem.what, problem.got, problem.allowed, problem.hint
                )


def _steps(field: str) -> list[Any]:
    """Turn ``a.b[1]`` back into its steps."""
    steps: list[Any] = []
    for part in field.replace("[", ".[").split("."):
        if part:
            steps.append(int(part[1:-1]) if part.startswith("[") and part[1:-1].isdigit() else part)
    return steps


def _against_registry(analysis: Analysis, document: Document, registry: Registry) -> Iterator[Problem]:
    """Check that the specification and its sets name things the registry has."""
    yield from _unknown_words(analysis, document, registry, ())
    for name, entry in analysis.sensitivity.items():
        if {"sensitivity", "name"} & set(entry.patch):
            continue
        try:
            patched = analysis.patched(entry.patch)
        except InputError:
            continue
        known = set(_unknown_words(analysis, document, registry, ("sensitivity", name, "patch")))
        yield from (
            problem
            for problem in _unknown_words(patched, document, registry, ("sensitivity", name, "patch"))
            if problem not in known
        )


def _unknown_words(
    analysis: Analysis, document: Document, registry: Registry, base: tuple[str, ...]
) -> Iterator[Problem]:
    for location, what, got, allowed in _named(analysis, registry):
        if got not in allowed:
            where = (*base, *location)
            shown_words = ", ".join(allowed) if len(allowed) <= 12 else None
            yield Problem(document.place(where), dotted(where), what, shown(got), shown_words, nearest(got, allowed))


def _named(analysis: Analysis, registry: Registry) -> Iterator[tuple[tuple[str, ...], str, str, list[str]]]:
    """Yield each word that must be one of the registry's: where, what is wrong otherwise, the word, the allowed ones."""
    words, studies, select = registry.vocabulary, list(registry.studies), analysis.select
    yield ("outcome",), "unknown outcome", analysis.outcome, list(words.outcomes)
    if select is None:
        return
    subgroups = [name for node in words.nodes.values() for name in node.subgroups]
    level = list(words.nodes) if select.nodes == "main" else subgroups
    yield ("reference",), f"unknown {select.nodes} node", analysis.reference, level
    for study in select.exclude:
        yield ("select", "exclude", study), "no such trial", study, studies
    for flag in select.population:
        yield ("select", "population", flag), "unknown flag", flag, list(words.population_flags)
    outcome = words.outcomes.get(analysis.outcome)
    for kind in select.kinds or ():
        yield ("select", "kinds"), "unknown kind", kind, list(outcome.kinds) if outcome else []
    for study, arms in select.recode.items():
        yield ("select", "recode", study), "no such trial", study, studies
        for arm, recode in arms.items():
            where = ("select", "recode", study, arm)
            if study in registry.studies:
                yield where, "no arm of this label", arm, [a.label for a in registry.studies[study].arms]
            yield (*where, "node"), "unknown node", recode.node, list(words.nodes)
            if recode.subgroup is not None and recode.node in words.nodes:
                allowed = list(words.nodes[recode.node].subgroups)
                yield (*where, "subgroup"), "unknown subgroup", recode.subgroup, allowed
