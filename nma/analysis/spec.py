"""The specification of one analysis.

Scientific choices have no silent default: they are typed, and printed in the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from nma import yamlio
from nma.analysis import rules
from nma.analysis.priors import Prior, Priors
from nma.errors import InputError, Problem, in_order
from nma.registry.base import SAID_BY_RULES, Number, Text, Typed, Whole, problems_of, shown
from nma.vocab import (
    Basis,
    Better,
    Effects,
    Family,
    Likelihood,
    Link,
    Measure,
    NodeLevel,
    RiskOfBiasRule,
    TimePoint,
    Timing,
    YesNoUnclear,
    ZeroCells,
)
from nma.yamlio import Document, dotted

Risk = Annotated[Number, Field(gt=0, lt=1)]
Months = Annotated[Number, Field(ge=0, le=1200)]
StudyName = Annotated[str, Field(min_length=1)]

LOGIT_BASELINE = Prior(family=Family.NORMAL, scale=10.0)
"""A trial's mean log odds, where a specification gives no other: flat over every risk that occurs."""


class FollowUp(Typed):
    """Window of follow-up in months after randomisation."""

    over: Months | None = None
    """Longer than this many months."""
    up_to: Months | None = None
    """Up to and including this many months."""

    def holds(self, months: float) -> bool:
        """Whether a time point lies in the window."""
        return (self.over is None or months > self.over) and (self.up_to is None or months <= self.up_to)


class Recode(Typed):
    """Another node for one arm."""

    node: Text
    subgroup: Text | None = None


class Selection(Typed):
    """Which records of the registry the analysis uses."""

    follow_up: FollowUp
    time_point: TimePoint
    """Which record counts when a trial has several in the window."""
    nodes: NodeLevel
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)]
    population: dict[str, Annotated[tuple[YesNoUnclear, ...], Field(min_length=1)]]
    timing: Annotated[tuple[Timing, ...], Field(min_length=1)] | None = None
    """Null takes every timing."""
    kinds: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    """Null takes every kind of the outcome."""
    published_up_to: Whole | None = None
    risk_of_bias: RiskOfBiasRule
    exclude: dict[StudyName, Text]
    """Trials left out by a decision of this analysis, each with its reason."""
    recode: dict[StudyName, dict[str, Recode]] = Field(default_factory=dict)
    """Arms put in another node, by trial and arm label."""


class SensitivitySet(Typed):
    """A named change to the specification, as a JSON merge patch (RFC 7386): null removes a key."""

    title: Text
    reason: Text
    patch: dict[str, Any]


class BaselineRisk(Typed):
    """A risk under the reference, and where it comes from: odds ratios are turned into other measures there."""

    risk: Risk
    source: Text


class NoImportantDifference(Typed):
    """Effects between these two ends, on the reported measure, are too small to matter to those who decide."""

    lower: Number
    upper: Number
    reason: Text


class Decision(Typed):
    """What those who decide need beside the model: where absolute effects start, and what is too small to matter."""

    baseline_risks: tuple[BaselineRisk, ...] = ()
    """Risks under the reference at which absolute effects are shown, beside the pooled one."""
    no_important_difference: NoImportantDifference | None = None


class Reporting(Typed):
    """What a run cannot know of its review, in the authors' words; the report's checklist (PRISMA-NMA) shows it."""

    abstract: Text | None = None
    """Where the structured summary is."""
    rationale: Text | None = None
    """Why the review was made, and why as a network."""
    protocol: Text | None = None
    """Where the protocol is, with its registration number; or that there is none."""
    eligibility: Text | None = None
    """Criteria beyond those of ``select`` (languages, kinds of report) and the reasons for the criteria."""
    information_sources: Text | None = None
    """Databases and other sources, each with the date of its last search."""
    search: Text | None = None
    """Where the full search strategy is."""
    study_selection: Text | None = None
    """How records were screened, and by whom."""
    data_collection: Text | None = None
    """How data were extracted, and whether authors of trials were asked."""
    flow: Text | None = None
    """Records screened, assessed and left out at each step."""
    summary_of_evidence: Text | None = None
    """What the findings mean for those who use care, give it or pay for it."""
    limitations: Text | None = None
    """Limits of the trials and of the review."""
    conclusions: Text | None = None
    funding: Text | None = None
    """Who paid, for what, and interests of the authors."""


class Sampling(Typed):
    """Computational settings; they have defaults, and the report prints them."""

    chains: Annotated[Whole, Field(ge=2, le=64)] = 4
    draws: Annotated[Whole, Field(ge=100, le=200_000)] = 2000
    """Draws per chain after tuning."""
    tune: Annotated[Whole, Field(ge=100, le=200_000)] = 1000
    target_accept: Annotated[Number, Field(gt=0.5, lt=1)] = 0.9


class Analysis(Typed):
    """Everything that defines a network meta-analysis.

    The same keys stand in ``models/*.yaml``. There ``title``, ``question``, ``better_in_words``, ``select`` and
    ``priors.reason`` are required too.
    """

    name: Text = "analysis"
    title: Text | None = None
    question: Text | None = None
    outcome: Text
    better: Better
    """Which way is up: required, because every ranking turns on it."""
    better_in_words: Text | None = None
    measure: Measure
    likelihood: Likelihood
    link: Link
    effects: Effects
    reference: Text
    priors: Priors
    zero_cells: ZeroCells = ZeroCells.HALF_IN_EVERY_ARM
    """Contrast-level likelihood only; the binomial one needs no correction."""
    baseline_risk: BaselineRisk | None = None
    decision: Decision | None = None
    reporting: Reporting | None = None
    select: Selection | None = None
    sensitivity: dict[str, SensitivitySet] = Field(default_factory=dict)
    sampling: Sampling = Sampling()

    @model_validator(mode="after")
    def _keys_go_together(self) -> Self:
        for location, what, _, allowed, hint in rules.findings(self.model_dump(mode="json", exclude_none=True)):
            message = ", ".join(part for part in (f"{dotted(location)}: {what}", allowed, hint) if part)
            raise PydanticCustomError(SAID_BY_RULES, message)
        return self

    @property
    def effect_measure(self) -> Measure:
        """The measure on whose scale effects add (the OR for a logit link, whatever is reported)."""
        return Measure.OR if self.has_mean_log_odds else self.measure

    @property
    def has_mean_log_odds(self) -> bool:
        """Whether the model is the binomial one with a logit link."""
        return (self.likelihood, self.link) == (Likelihood.BINOMIAL, Link.LOGIT)

    @property
    def direction(self) -> str:
        """Which way is up, in words."""
        return f"{self.better} is better" + (f": {self.better_in_words}" if self.better_in_words else "")

    @property
    def baseline_prior(self) -> Prior:
        """Prior of a trial's mean log odds under the logit link."""
        return self.priors.baseline or LOGIT_BASELINE

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], name: str = "analysis") -> Analysis:
        """Build an analysis from plain data, with the keys of ``models/*.yaml``.

        Raises
        ------
        InputError
            With every problem, naming the key and the allowed words.
        """
        if not isinstance(mapping, Mapping):
            raise InputError(Problem(name, "", "must be a mapping of keys to values", shown(mapping)))
        analysis, problems = validated(yamlio.from_data(dict(mapping), name), mapping)
        if analysis is None:
            raise InputError(problems)
        return analysis

    def patched(self, patch: Mapping[str, Any]) -> Analysis:
        """The analysis with a JSON merge patch (RFC 7386) applied; its sensitivity sets are dropped.

        Raises
        ------
        InputError
            The result is not a valid analysis.
        """
        plain = self.model_dump(mode="json", exclude_none=True, exclude={"sensitivity"})
        return Analysis.from_mapping(merge_patch(plain, patch), name=self.name)

    def plain(self) -> dict[str, Any]:
        """Plain data for JSON: every choice resolved, defaults included."""
        plain = self.model_dump(mode="json")
        if self.has_mean_log_odds:
            plain["priors"]["baseline"] = self.baseline_prior.model_dump(mode="json", exclude_none=True)
        return plain


def validated(
    document: Document, data: Mapping[str, Any], base: Sequence[Any] = ()
) -> tuple[Analysis | None, list[Problem]]:
    """Validate plain data that stand at ``base`` of a document: the analysis, or every problem with its place."""
    problems = [
        document.problem((*base, *location), what, got, allowed, hint)
        for location, what, got, allowed, hint in rules.findings(data)
    ]
    try:
        return Analysis.model_validate(dict(data)), problems
    except ValidationError as error:
        said = {SAID_BY_RULES} if problems else set()
        return None, in_order([*problems_of(error, document, Analysis, base, said), *problems])


def merge_patch(target: Any, patch: Any) -> Any:
    """Apply a JSON merge patch (RFC 7386, section 2)."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged
