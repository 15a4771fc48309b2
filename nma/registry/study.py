"""One trial of the registry: what was printed, where, who read it, and what was decided.

A file stores what a report says. Whatever follows from it (risk ratios, standard errors, which analyses use it) is
computed when it is needed and never stored beside its ingredients.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nma.registry.base import DOI_PATTERN, ID_PATTERN, Number, Scalar, Text, Typed, Whole
from nma.vocab import Agreement, Basis, ExtractionStatus, Reader, Risk, Timing, YesNo, YesNoUnclear

StudyId = Annotated[str, Field(pattern=ID_PATTERN, max_length=80)]
Percent = Annotated[Number, Field(ge=0, le=100)]
Count = Annotated[Whole, Field(ge=0, le=10**9)]
Size = Annotated[Whole, Field(ge=1, le=10**9)]


class Report(Typed):
    """One publication of the trial."""

    first_author: Text
    year: Annotated[Whole, Field(ge=1900, le=2100)] | None
    title: Text | None
    journal: Text | None
    doi: Annotated[str, Field(pattern=DOI_PATTERN)] | None
    """Digital object identifier, without an address in front."""
    pmid: Size | None
    registration: Text | None
    """Number in a trial register."""


class Population(Typed):
    """Who took part."""

    description: Text
    flags: dict[str, YesNoUnclear]
    """One judgement for each population flag of the vocabulary."""


class Arm(Typed):
    """One randomised group."""

    label: Text
    description: Text | None
    node: Text | None
    """Node of the vocabulary; null for an arm that fits none."""
    subgroup: Text | None
    """Subgroup node inside that node; null where it is not known."""
    randomised: Size | None
    """Number randomised as printed; null when it was not read."""


class ArmCount(Typed):
    """Events and people of one arm, for one outcome at one time."""

    arm: Text
    events: Count | None
    n: Size | None

    @property
    def is_complete(self) -> bool:
        """Whether both numbers are known."""
        return self.events is not None and self.n is not None

    @model_validator(mode="after")
    def _events_within_n(self) -> Self:
        if self.events is not None and self.n is not None and self.events > self.n:
            message = f"{self.events} is more than n ({self.n})"
            context = {"at": ("events",), "hint": "check both against the report"}
            raise PydanticCustomError("events_above_n", message, context)
        return self


class OutcomeRecord(Typed):
    """The counts of one outcome at one time point, with where they come from."""

    outcome: Text
    months: Annotated[Number, Field(ge=0, le=1200)]
    """Follow-up in months after randomisation."""
    timing: Timing
    kind: Text
    """How the report defines the event: a kind of the outcome in the vocabulary."""
    definition: Text | None
    basis: Basis
    source: Text
    """Where the numbers were read, and what was printed there."""
    arithmetic: Text | None
    """How the counts follow from what was printed; null when they were printed themselves."""
    counts: Annotated[tuple[ArmCount, ...], Field(min_length=2)]
    doubts: tuple[Text, ...]


class EffectModifiers(Typed):
    """Characteristics that may change the relative effect, as printed."""

    mean_age: Annotated[Number, Field(gt=0, lt=120)] | None
    percent_men: Percent | None
    percent_psychosis: Percent | None
    diagnoses: Text | None


class RiskOfBias(Typed):
    """The seven domains of Cochrane's tool; the report shows an unassessed domain as unassessed."""

    tool: Text | None
    source: Text | None
    sequence_generation: Risk
    allocation_concealment: Risk
    blinding_of_participants: Risk
    blinding_of_outcome_assessment: Risk
    incomplete_outcome_data: Risk
    selective_reporting: Risk
    other: Risk
    remarks: Text | None

    def domains(self) -> dict[str, Risk]:
        """Judgement per domain, in the order of the tool."""
        return {name: getattr(self, name) for name in DOMAINS}


DOMAINS = (
    "sequence_generation",
    "allocation_concealment",
    "blinding_of_participants",
    "blinding_of_outcome_assessment",
    "incomplete_outcome_data",
    "selective_reporting",
    "other",
)


class Eligibility(Typed):
    """Whether the trial can stand in the network at all, and doubts about it."""

    network: YesNo
    reason: Text | None
    doubts: tuple[Text, ...]
    overlaps: tuple[StudyId, ...]
    """Trials of the registry that share participants with this one."""

    @model_validator(mode="after")
    def _a_no_has_a_reason(self) -> Self:
        if self.network is YesNo.NO and self.reason is None:
            context = {"at": ("reason",), "hint": "say why the trial stands outside the network"}
            raise PydanticCustomError("reason_missing", "missing where network is 'no'", context)
        return self


class ReadCount(Typed):
    """What one reader noted for one arm."""

    arm: Text
    node: Text | None
    months: Number | None
    randomised: Whole | None
    events: Whole | None
    n: Whole | None
    percent: Number | None


class Source(Typed):
    """A place that was read, and what it says."""

    url: Text
    says: Text


class Reading(Typed):
    """One reader's extraction, kept as history."""

    reader: Reader
    name: Text | None = None
    """Who read; also the folder of ``studies/.extractions`` that holds the whole reading."""
    basis: Text | None
    agreement: Agreement | None = None
    counts: tuple[ReadCount, ...]
    sources: tuple[Source, ...]
    notes: Text | None


class FieldDecision(Typed):
    """One field on which the readers differed: what each had, what was taken, why, and who decided."""

    field: Text
    first: Scalar
    second: Scalar
    taken: Scalar
    reason: Text
    by: Text


class Decision(Typed):
    """What was taken from the readings, and why."""

    text: Text
    reason: Text
    by: Text | None = None
    """Who decided."""
    fields: tuple[FieldDecision, ...] = ()
    """Field by field, where the whole readings were compared."""


class Extraction(Typed):
    """Both readings and what came of them."""

    status: ExtractionStatus
    readings: tuple[Reading, ...]
    decision: Decision | None


class Study(Typed):
    """One trial: the unit of the registry, whatever the number of its reports."""

    id: StudyId
    label: Text
    reports: Annotated[tuple[Report, ...], Field(min_length=1)]
    country: Text | None
    setting: Text | None
    population: Population
    arms: tuple[Arm, ...]
    outcomes: tuple[OutcomeRecord, ...]
    effect_modifiers: EffectModifiers
    risk_of_bias: RiskOfBias
    fidelity: Text | None
    comparator_content: Text | None
    eligibility: Eligibility
    extraction: Extraction

    @property
    def year(self) -> int | None:
        """Year of the main report."""
        return self.reports[0].year

    def arm(self, label: str) -> Arm:
        """The arm of that label.

        Raises
        ------
        KeyError
            There is none.
        """
        for arm in self.arms:
            if arm.label == label:
                return arm
        raise KeyError(label)
