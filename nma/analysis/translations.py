"""The words of a review in other languages: ``translations/<language>.yaml``, a list of originals with translations.

What people of the review typed into the vocabulary, the specifications and the judgements stands on the pages of a
committee, so that a page in another language needs it in that language. A translation is found by its original, as in
gettext: whoever changes the original is told that its translation is missing, and that the old one translates nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from nma import yamlio
from nma.analysis.spec import Analysis, Decision
from nma.errors import InputError, Problem, in_order
from nma.registry import Registry, Study, Vocabulary
from nma.registry.base import LANGUAGE_PATTERN, Text, Typed, problems_of, shown
from nma.registry.load import typed_files
from nma.yamlio import Document

FOLDER = "translations"

Originals = dict[str, str]
"""Where each text of the review stands, by the text on one line."""


class Translation(Typed):
    """One text of the review in another language."""

    original: Text
    translation: Text


class Catalogue(Typed):
    """The texts of the review in one language; the file's name is the tag of that language."""

    original_language: Annotated[str, Field(pattern=LANGUAGE_PATTERN)]
    """Tag of the language in which the review is written, as in ``<html lang>``."""
    texts: tuple[Translation, ...] = ()


@dataclass(frozen=True)
class Translations:
    """Every catalogue of a review.

    Attributes
    ----------
    original : str or None
        Tag of the language in which the review is written; None where there is no catalogue to say so.
    texts : Mapping[str, Mapping[str, str]]
        Per language the translation of each original, which stands on one line.
    """

    original: str | None = None
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Plain data, as results hold it."""
        return {"original": self.original, "texts": {tag: dict(texts) for tag, texts in self.texts.items()}}


def one_line(text: str) -> str:
    """A text as translations are looked up: without the line breaks of its file."""
    return " ".join(text.split())


def load_translations(folder: Path) -> Translations:
    """Read every catalogue of a folder; a folder that is not there holds none.

    Raises
    ------
    InputError
        With every problem of every catalogue.
    """
    found, problems = read_translations(folder)
    if problems:
        raise InputError(problems)
    return found


def read_translations(folder: Path) -> tuple[Translations, list[Problem]]:
    """Read every catalogue of a folder, and list the problems instead of raising them."""
    files, problems = typed_files(folder)
    texts: dict[str, Mapping[str, str]] = {}
    originals: dict[str, str] = {}
    for path in files:
        catalogue, more = _read(path)
        problems += more
        if catalogue is not None:
            texts[path.stem] = {one_line(it.original): one_line(it.translation) for it in catalogue.texts}
            originals[f"{folder.name}/{path.name}"] = catalogue.original_language
    if len(set(originals.values())) > 1:
        name, got = list(originals.items())[-1]
        what = "another catalogue names another language of the originals"
        problems.append(
            Problem(name, "original_language", what, shown(got), hint="a review is written in one language")
        )
    return Translations(next(iter(originals.values()), None), texts), in_order(problems)


def _read(path: Path) -> tuple[Catalogue | None, list[Problem]]:
    try:
        document = yamlio.load(path, f"{path.parent.name}/{path.name}")
    except InputError as error:
        return None, list(error.problems)
    problems = [*_tag_problems(document), *_twice(document)]
    try:
        return Catalogue.model_validate(document.data), problems
    except ValidationError as error:
        return None, [*problems, *problems_of(error, document, Catalogue)]


def _tag_problems(document: Document) -> Iterator[Problem]:
    if not re.match(LANGUAGE_PATTERN, document.path.stem):
        hint = "name the file after its language, as in nl.yaml"
        yield Problem(document.name, "", "the name is no tag of a language", shown(document.path.stem), hint=hint)


def _twice(document: Document) -> Iterator[Problem]:
    rows = document.data.get("texts") if isinstance(document.data, dict) else None
    seen: set[str] = set()
    for place, row in enumerate(rows if isinstance(rows, list) else []):
        original = row.get("original") if isinstance(row, dict) else None
        if isinstance(original, str):
            if one_line(original) in seen:
                where = ("texts", place, "original")
                yield document.problem(where, "translated twice", shown(original), hint="keep one of them")
            seen.add(one_line(original))


def gaps(found: Translations, languages: tuple[str, ...], needed: Originals, more: Originals) -> list[str]:
    """What a page in the declared languages would show in the wrong one, a line each.

    Parameters
    ----------
    found : Translations
        The catalogues.
    languages : tuple of str
        The languages of the project's pages.
    needed, more : dict
        Texts that need a translation, and others that may have one, with where they stand.
    """
    lines = []
    for tag in languages:
        name, texts = f"{FOLDER}/{tag}.yaml", found.texts.get(tag, {})
        if tag != (found.original or languages[0]):
            lines += [
                f"{name}: no translation of {shown(it)} ({where})" for it, where in needed.items() if it not in texts
            ]
        lines += [f"{name}: {shown(it)} translates nothing" for it in texts if it not in needed and it not in more]
    return lines


def of_project(vocabulary: Vocabulary, analyses: Mapping[str, Analysis]) -> Originals:
    """The texts of vocabulary and specifications that pages show, each with where it stands first."""
    found: Originals = {}
    pairs = [*_of_vocabulary(vocabulary)]
    for name, analysis in analyses.items():
        pairs += [(f"models/{name}.yaml {key}", text) for key, text in _of_analysis(analysis)]
    for where, text in pairs:
        if text:
            found.setdefault(one_line(text), where)
    return found


def of_registry(registry: Registry) -> Originals:
    """Texts of the registry's people that pages show; they may stay in the language of their reports."""
    found: Originals = {}
    for name, study in registry.studies.items():
        for key, text in _of_study(study):
            found.setdefault(one_line(text), f"studies/{name}.yaml {key}")
    return found


def of_judgements(folder: Path) -> Originals:
    """The reasons that people gave for their judgements."""
    found: Originals = {}
    for path in typed_files(folder)[0]:
        try:
            data = yamlio.load(path).data
        except InputError:
            continue
        found |= {one_line(text): f"{folder.name}/{path.name}" for text in _reasons(data)}
    return found


def _reasons(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reason"), str):
            yield value["reason"]
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from _reasons(inner)


def _of_vocabulary(words: Vocabulary) -> Iterator[tuple[str, str | None]]:
    file = "vocabulary.yaml"
    for name, node in words.nodes.items():
        yield f"{file} nodes.{name}", node.label
        yield f"{file} nodes.{name}.description", node.description
        for inner, subgroup in node.subgroups.items():
            yield f"{file} nodes.{name}.subgroups.{inner}", subgroup.label
            yield f"{file} nodes.{name}.subgroups.{inner}.description", subgroup.description
    for name, outcome in words.outcomes.items():
        yield f"{file} outcomes.{name}", outcome.label
    for flag in words.population_flags:
        yield f"{file} population_flags.{flag}", flag.replace("_", " ")
    for place, figure in enumerate(words.context):
        yield f"{file} context[{place}]", figure.label
        yield f"{file} context[{place}].source", figure.source


def _of_analysis(analysis: Analysis) -> Iterator[tuple[str, str | None]]:
    yield "title", analysis.title
    yield "question", analysis.question
    yield "better_in_words", analysis.better_in_words
    yield "priors.reason", analysis.priors.reason
    if analysis.baseline_risk:
        yield "baseline_risk.source", analysis.baseline_risk.source
    if analysis.decision:
        yield from _of_decision(analysis.decision)
    for key, told in analysis.reporting.model_dump().items() if analysis.reporting else ():
        yield f"reporting.{key}", told
    for study, reason in (analysis.select.exclude if analysis.select else {}).items():
        yield f"select.exclude.{study}", reason
    for name, entry in analysis.sensitivity.items():
        yield f"sensitivity.{name}.title", entry.title
        yield f"sensitivity.{name}.reason", entry.reason


def _of_decision(decision: Decision) -> Iterator[tuple[str, str]]:
    for place, risk in enumerate(decision.baseline_risks):
        yield f"decision.baseline_risks[{place}].source", risk.source
    if decision.no_important_difference:
        yield "decision.no_important_difference.reason", decision.no_important_difference.reason


def _of_study(study: Study) -> Iterator[tuple[str, str]]:
    yield "label", study.label
    if study.eligibility.reason:
        yield "eligibility.reason", study.eligibility.reason
    yield "population.description", study.population.description.rstrip(".")
    doubts = [*study.eligibility.doubts, *(doubt for record in study.outcomes for doubt in record.doubts)]
    for place, doubt in enumerate(doubts):
        yield f"doubts[{place}]", doubt
