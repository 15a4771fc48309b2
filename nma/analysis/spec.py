"""The specification of one analysis. Scientific choices have no silent default: they are typed, and printed in the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from nma import yamlio
from nma.analysis.priors import Prior, Priors
from nma.errors import InputError
from nma.registry.base import Number, Text, Typed, Whole, problems_of
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

Risk = Annotated[Number, Field(gt=0, lt=1)]
Months = Annotated[Number, Field(ge=0, le=1200)]
StudyName = Annotated[str, Field(min_length=1)]

MODELS: dict[tuple[Likelihood, Link], tuple[Measure, ...]] = {
    (Likelihood.BINOMIAL, Link.LOG): (Measure.RR,),
    (Likelihood.BINOMIAL, Link.LOGIT): (Measure.OR, Measure.RR, Measure.RD),
    (Likelihood.NORMAL, Link.LOG): (Measure.RR,),
    (Likelihood.NORMAL, Link.LOGIT): (Measure.OR,),
    (Likelihood.NORMAL, Link.IDENTITY): (Measure.RD, Measure.RR, Measure.OR),
}
"""Which measures a likelihood and link can give. With contrast data the measure fixes the scale on which effects add,
so that ``link: identity`` (the contrasts as they are) says the same as the measure's own link."""

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
    subgroup: Text | None


class Selection(Typed):
    """Which records of the registry the analysis uses."""

    follow_up: FollowUp
    time_point: TimePoint
    """Which record counts when a trial has several in the window."""
    nodes: NodeLevel
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)]
    population: dict[str, tuple[YesNoUnclear, ...]]
    timing: tuple[Timing, ...] | None = None
    """Null takes every timing."""
    kinds: tuple[Text, ...] | None = None
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
    """Risk under the reference at which odds ratios are turned into risk ratios or differences."""

    risk: Risk
    source: Text


class Sampling(Typed):
    """Computational settings; they have defaults, and the report prints them."""

    chains: Annotated[Whole, Field(ge=2, le=64)] = 4
    draws: Annotated[Whole, Field(ge=100, le=200_000)] = 2000
    """Draws per chain after tuning."""
    tune: Annotated[Whole, Field(ge=100, le=200_000)] = 1000
    target_accept: Annotated[Number, Field(gt=0.5, lt=1)] = 0.85


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
    select: Selection | None = None
    sensitivity: dict[str, SensitivitySet] = Field(default_factory=dict)
    sampling: Sampling = Sampling()

    @model_validator(mode="after")
    def _model_exists(self) -> Self:
        measures = MODELS.get((self.likelihood, self.link))
        if measures is None:
            allowed = ", ".join(link for likelihood, link in MODELS if likelihood is self.likelihood)
            message = f"link: '{self.link}' does not go with likelihood '{self.likelihood}', allowed: {allowed}"
            raise PydanticCustomError("model", message)  # type: ignore[misc]
        if self.measure not in measures:
            message = f"measure: {self.likelihood} likelihood with {self.link} link gives {', '.join(measures)}"
            raise PydanticCustomError("model", message)  # type: ignore[misc]
        return self

    @model_validator(mode="after")
    def _baseline_is_declared(self) -> Self:
        needed = self.has_mean_log_odds and self.measure is not Measure.OR
        if needed and self.baseline_risk is None:
            message = f"baseline_risk: a logit link gives the {self.measure} only at a declared risk under the reference"
            hint = {"hint": "add baseline_risk: {risk: ..., source: ...}"}
            raise PydanticCustomError("baseline", message, hint)  # type: ignore[misc]
        if not needed and self.baseline_risk is not None:
            raise PydanticCustomError("baseline", "baseline_risk: this measure does not depend on one", {"hint": "remove it"})
        return self

    @model_validator(mode="after")
    def _heterogeneity_fits_the_effects(self) -> Self:
        prior = self.priors.heterogeneity
        if self.effects is Effects.RANDOM and prior is None:
            raise PydanticCustomError("priors", "priors.heterogeneity: random effects need a prior on their spread", {})
        if self.effects is Effects.COMMON and prior is not None:
            raise PydanticCustomError("priors", "priors.heterogeneity: common effects have none", {"hint": "remove it"})
        if prior is not None and prior.family is Family.LOG_NORMAL and self.effect_measure is not Measure.OR:
            message = "priors.heterogeneity: the log-normal priors (Turner 2012, 2015) are for log odds ratios only"
            raise PydanticCustomError("priors", message, {"hint": "use half-normal or uniform on this scale"})
        if self.priors.baseline is not None and not self.has_mean_log_odds:
            raise PydanticCustomError("priors", "priors.baseline: only the binomial logit model has one", {"hint": "remove it"})
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
        document = yamlio.from_data(dict(mapping), name)
        try:
            return cls.model_validate(document.data)
        except ValidationError as error:
            raise InputError(problems_of(error, document, cls)) from None

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
