"""Reading specifications from ``models/``, and checking them against the registry's words."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any

from nma import yamlio
from nma.analysis.spec import Analysis, Recode, merge_patch, validated
from nma.errors import InputError, Problem, in_order, nearest
from nma.registry import Registry
from nma.registry.base import listed, shown
from nma.registry.load import typed_files
from nma.yamlio import Document, dotted

REQUIRED_IN_FILES = (("title",), ("question",), ("better_in_words",), ("select",), ("priors", "reason"))
"""What a specification on disk must say beyond what a model needs: a report is made of it."""


Named = tuple[tuple[str | int, ...], str, str, list[str]]
"""Where, what is wrong if the word is none of the allowed ones, the word, the allowed ones."""


def load_analysis(path: Path, registry: Registry | None = None) -> Analysis:
    """Read one specification, and check its words against the registry's where it is given.

    Raises
    ------
    InputError
        With every problem of the file, its sensitivity sets included.
    """
    analysis, problems = _read(path, registry)
    if analysis is None or problems:
        raise InputError(problems)
    return analysis


def check_specifications(folder: Path, registry: Registry | None) -> tuple[dict[str, Analysis], list[Problem]]:
    """Read every specification of a folder and list what is wrong, also against the registry where it is given."""
    found: dict[str, Analysis] = {}
    files, problems = typed_files(folder)
    for path in files:
        analysis, more = _read(path, registry)
        problems += more
        if analysis is not None:
            found[analysis.name] = analysis
    return found, in_order(problems)


def _read(path: Path, registry: Registry | None) -> tuple[Analysis | None, list[Problem]]:
    try:
        document = yamlio.load(path, f"{path.parent.name}/{path.name}")
    except InputError as error:
        return None, list(error.problems)
    if not isinstance(document.data, dict):
        hint = "start with 'title:'; nma schema analysis describes the keys"
        problem = Problem(document.place(), "", "the file holds no specification", shown(document.data), hint=hint)
        return None, [problem]
    analysis, problems = validated(document, {"name": path.stem, **document.data})
    problems += _missing(document)
    if analysis is not None and analysis.name != path.stem:
        what, hint = "differs from the file name", "remove it: the file's name is the analysis's"
        problems.append(document.problem(("name",), what, shown(analysis.name), shown(path.stem), hint))
    problems += _patch_problems(document, {(p.field, p.what, p.got) for p in problems})
    if analysis is not None and registry is not None:
        problems += _against_registry(analysis, document, registry)
    return analysis, in_order(problems)


def _missing(document: Document) -> Iterator[Problem]:
    for location in REQUIRED_IN_FILES:
        value: Any = document.data
        for step in location:
            value = value.get(step) if isinstance(value, dict) else None
        if value is None:
            yield document.problem(location, "missing", hint="a report needs it")


def _patch_problems(document: Document, known: Container[tuple[str, str, str | None]]) -> Iterator[Problem]:
    """Apply each sensitivity set, so that its mistakes show before anything is fitted.

    What is wrong with the specification itself (``known``: field, what, got) is not said again.
    """
    sets = document.data.get("sensitivity")
    plain = {key: value for key, value in document.data.items() if key != "sensitivity"}
    for name, entry in sets.items() if isinstance(sets, dict) else ():
        patch = entry.get("patch") if isinstance(entry, dict) else None
        if not isinstance(patch, dict):
            continue
        where = ("sensitivity", name, "patch")
        for key in _untouchable(patch):
            yield document.problem((*where, key), "a set cannot change this", hint="remove it")
        yield from _nothing_to_remove(document, where, plain, patch)
        patched = merge_patch(plain, {key: value for key, value in patch.items() if key not in _untouchable(patch)})
        if patched == plain:
            yield document.problem(where, "changes nothing", hint="say what this set does differently")
        for problem in validated(document, {"name": document.path.stem, **patched}, where)[1]:
            if (problem.field.removeprefix(dotted(where) + "."), problem.what, problem.got) not in known:
                yield problem


def _untouchable(patch: Mapping[str, Any]) -> list[str]:
    """Keys a sensitivity set has no business with: its own list, the name, and the loss of the whole selection."""
    return [key for key in patch if key in ("sensitivity", "name") or (key == "select" and patch[key] is None)]


def _nothing_to_remove(
    document: Document, where: tuple[str, ...], target: Any, patch: Mapping[str, Any]
) -> Iterator[Problem]:
    """A null in a patch removes a key; where there is no such key, its name is probably misspelt."""
    present = target if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None and key not in present:
            hint = nearest(key, present)
            yield document.problem((*where, key), "nothing here to remove", None, listed(present), hint)
        elif isinstance(value, dict):
            yield from _nothing_to_remove(document, (*where, key), present.get(key), value)


def _against_registry(analysis: Analysis, document: Document, registry: Registry) -> Iterator[Problem]:
    """Check that the specification and its sets name things the registry has."""
    yield from _unknown_words(analysis, document, registry, ())
    for name, entry in analysis.sensitivity.items():
        if _untouchable(entry.patch):
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
            shown_words = listed(allowed) if len(allowed) <= 12 else None
            yield document.problem(where, what, shown(got), shown_words, nearest(got, allowed))


def check_words(analysis: Analysis, registry: Registry) -> None:
    """Refuse an analysis that names what the registry does not have, also one that was never a file.

    Raises
    ------
    InputError
        With every unknown word.
    """
    document = yamlio.from_data(analysis.plain(), analysis.name)
    problems = list(_unknown_words(analysis, document, registry, ()))
    if problems:
        raise InputError(problems)


def _named(analysis: Analysis, registry: Registry) -> Iterator[Named]:
    """Yield each word that must be one of the registry's."""
    words, studies, select = registry.vocabulary, [*registry.studies, *registry.unread], analysis.select
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
    for i, kind in enumerate(select.kinds or ()):
        yield ("select", "kinds", i), "unknown kind", kind, list(outcome.kinds) if outcome else [kind]
    for study, arms in select.recode.items():
        yield ("select", "recode", study), "no such trial", study, studies
        for arm, recode in arms.items():
            yield from _recoded(registry, study, arm, recode)


def _recoded(registry: Registry, study: str, arm: str, recode: Recode) -> Iterator[Named]:
    where, nodes = ("select", "recode", study, arm), registry.vocabulary.nodes
    if study in registry.studies:
        yield where, "no arm of this label", arm, [known.label for known in registry.studies[study].arms]
    yield (*where, "node"), "unknown node", recode.node, list(nodes)
    if recode.subgroup is not None and recode.node in nodes:
        allowed = list(nodes[recode.node].subgroups)
        yield (*where, "subgroup"), f"not a subgroup of {recode.node}", recode.subgroup, allowed
