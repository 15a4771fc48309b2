"""What a committee judges beyond the rules: a reviewed file of one analysis, ``judgements/<name>.yaml``.

Per comparison and domain it holds a level of concern, per comparison a level of certainty, each with the reason and the
name of who decided. A judgement replaces what a rule would have computed, and the report shows both.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError

from nma import yamlio
from nma.analysis.spec import Analysis
from nma.errors import InputError, Problem, in_order, nearest
from nma.registry import Vocabulary
from nma.registry.base import Text, Typed, listed, problems_of, shown
from nma.registry.load import typed_files
from nma.yamlio import Document


class Concern(StrEnum):
    """How much a domain lowers the certainty of a comparison."""

    NONE = "none"
    SOME = "some"
    MAJOR = "major"
    NOT_JUDGED = "not judged"


class Certainty(StrEnum):
    """Certainty of the evidence, best first (GRADE, doi:10.1136/bmj.39489.470347.AD)."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very low"


class Domain(StrEnum):
    """The six domains of CINeMA (Nikolakopoulou et al. 2020, doi:10.1371/journal.pmed.1003082), in its order."""

    WITHIN_STUDY_BIAS = "within_study_bias"
    REPORTING_BIAS = "reporting_bias"
    INDIRECTNESS = "indirectness"
    IMPRECISION = "imprecision"
    HETEROGENEITY = "heterogeneity"
    INCOHERENCE = "incoherence"


def _day(value: Any) -> Any:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        raise PydanticCustomError("not_a_day", "must be a day", {"hint": "as in 2026-11-25"}) from None
    if len(value) != len("2026-11-25"):
        raise PydanticCustomError("not_a_day", "must be a day", {"hint": "as in 2026-11-25"})
    return value


Day = Annotated[str, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


class Judgement(Typed):
    """The level of concern that people set for a domain."""

    concern: Concern
    reason: Text
    by: Text
    """Who decided."""
    date: Day | None = None


class Overall(Typed):
    """The level of certainty that people set for a comparison, whatever its domains add up to."""

    level: Certainty
    reason: Text
    by: Text
    """Who decided."""
    date: Day | None = None


class Domains(Typed):
    """Judgements by domain; a domain that is left out keeps what its rule says."""

    within_study_bias: Judgement | None = None
    reporting_bias: Judgement | None = None
    indirectness: Judgement | None = None
    imprecision: Judgement | None = None
    heterogeneity: Judgement | None = None
    incoherence: Judgement | None = None

    def of(self, domain: Domain) -> Judgement | None:
        """The judgement of a domain, if people made one."""
        found: Judgement | None = getattr(self, str(domain))
        return found


class Comparison(Domains):
    """Judgements of one comparison."""

    between: Annotated[tuple[Text, ...], Field(min_length=2, max_length=2)]
    """Its two treatments, in either order."""
    overall: Overall | None = None


class Judgements(Typed):
    """The judgements of one analysis; an empty file holds none."""

    all: Domains | None = None
    """For every comparison that does not say otherwise itself."""
    comparisons: tuple[Comparison, ...] = ()

    def domain(self, pair: frozenset[str], domain: Domain) -> Judgement | None:
        """What people judged of a domain of a comparison: there, or else for all comparisons."""
        own = [found for one in self.comparisons if frozenset(one.between) == pair and (found := one.of(domain))]
        return own[0] if own else self.all.of(domain) if self.all else None

    def overall(self, pair: frozenset[str]) -> Overall | None:
        """The level of certainty that people set for a comparison."""
        return next((one.overall for one in self.comparisons if frozenset(one.between) == pair), None)

    @property
    def fingerprint(self) -> str | None:
        """SHA-256 of what is judged, comments aside; None where nothing is."""
        if self == NOTHING:
            return None
        return hashlib.sha256(self.model_dump_json(exclude_none=True).encode()).hexdigest()


NOTHING = Judgements()
"""What is judged where nobody judged anything."""


def load_judgements(path: Path, analysis: Analysis, vocabulary: Vocabulary) -> Judgements:
    """Read the judgements of an analysis; none where there is no file.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    if not os.path.lexists(path):
        return NOTHING
    found, problems = _read(path, analysis, vocabulary)
    if problems or found is None:
        raise InputError(problems)
    return found


def check_judgements(
    folder: Path, analyses: Mapping[str, Analysis], specifications: Mapping[str, Path], vocabulary: Vocabulary | None
) -> list[Problem]:
    """Read every file of judgements and list what is wrong.

    Parameters
    ----------
    folder : Path
        The folder ``judgements/``; it may be missing.
    analyses : mapping
        The specifications that could be read, by name.
    specifications : mapping
        Every specification there is, by name.
    vocabulary : Vocabulary, optional
        The words of the review; None where it has problems of its own.
    """
    files, problems = typed_files(folder)
    for path in files:
        if path.stem not in specifications:
            what, name = "no specification has this name", f"{folder.name}/{path.name}"
            hint = nearest(path.stem, specifications) or "rename the file, or remove it"
            problems.append(Problem(name, "", what, shown(path.stem), listed(specifications), hint))
        else:
            problems += _read(path, analyses.get(path.stem), vocabulary)[1]
    return in_order(problems)


def _read(
    path: Path, analysis: Analysis | None, vocabulary: Vocabulary | None
) -> tuple[Judgements | None, list[Problem]]:
    try:
        document = yamlio.load(path, f"{path.parent.name}/{path.name}")
    except InputError as error:
        return None, list(error.problems)
    if document.data is None:
        return NOTHING, []
    if not isinstance(document.data, dict):
        hint = "start with 'all:' or 'comparisons:'; nma schema judgements describes the keys"
        return None, [document.problem((), "the file holds no judgements", shown(document.data), hint=hint)]
    try:
        found = Judgements.model_validate(document.data)
    except ValidationError as error:
        return None, in_order(problems_of(error, document, Judgements))
    return found, in_order(_findings(found, document, _treatments(analysis, vocabulary)))


def _treatments(analysis: Analysis | None, vocabulary: Vocabulary | None) -> list[str] | None:
    """Treatments the analysis may compare; None where that is not known."""
    if analysis is None or vocabulary is None or analysis.select is None:
        return None
    return list(vocabulary.node_names() if analysis.select.nodes == "main" else vocabulary.subgroup_names())


def _findings(found: Judgements, document: Document, treatments: list[str] | None) -> Iterator[Problem]:
    """What spans several keys: unknown treatments, a comparison twice or with itself, nothing judged."""
    seen: dict[frozenset[str], int] = {}
    for place, one in enumerate(found.comparisons):
        where, pair = ("comparisons", place), frozenset(one.between)
        for end, name in enumerate(one.between):
            if treatments is not None and name not in treatments:
                hint, known = nearest(name, treatments), listed(treatments) if len(treatments) <= 12 else None
                yield document.problem((*where, "between", end), "unknown treatment", shown(name), known, hint)
        if len(pair) == 1:
            yield document.problem(
                (*where, "between"), "a treatment is not compared with itself", shown(one.between[0])
            )
        elif pair in seen:
            hint = f"it is already on line {document.line(('comparisons', seen[pair]))}"
            yield document.problem((*where, "between"), "the comparison stands twice", shown_pair(one), hint=hint)
        if one.overall is None and not any(one.of(domain) for domain in Domain):
            hint = f"add a domain ({', '.join(Domain)}) or 'overall', or remove it"
            yield document.problem(where, "nothing is judged here", shown_pair(one), hint=hint)
        seen.setdefault(pair, place)


def shown_pair(one: Comparison) -> str:
    """A comparison inside a message."""
    return " and ".join(shown(name) for name in one.between)
