"""Priors as rows of a table: which parameters a family has, and for which quantity it may stand.

Densities are needed only where something is fitted; they live in :mod:`nma.fitting.priors`, keyed by the same families.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nma.registry.base import SAID_BY_RULES, Number, Text, Typed
from nma.vocab import Family, PriorOn

Positive = Annotated[Number, Field(gt=0)]


@dataclass(frozen=True)
class FamilyRow:
    """Parameters a family has, and the quantities it may be a prior of."""

    needs: tuple[str, ...]
    stands_for: tuple[str, ...]


PARAMETERS = ("scale", "upper", "mean", "sd", "on")
ROLES = ("effects", "heterogeneity", "baseline")

FAMILIES: dict[Family, FamilyRow] = {
    Family.NORMAL: FamilyRow(("scale",), ("effects", "baseline")),
    Family.HALF_NORMAL: FamilyRow(("scale",), ("heterogeneity",)),
    Family.HALF_CAUCHY: FamilyRow(("scale",), ("heterogeneity",)),
    Family.UNIFORM: FamilyRow(("upper",), ("heterogeneity",)),
    Family.LOG_NORMAL: FamilyRow(("mean", "sd", "on"), ("heterogeneity",)),
}


def families_for(role: str) -> list[str]:
    """The families that may be a prior of this quantity."""
    return [str(family) for family, row in FAMILIES.items() if role in row.stands_for]


class Prior(Typed):
    """A prior distribution on the scale on which effects add (log RR, log OR or RD).

    ``normal`` and ``half-normal`` and ``half-cauchy`` have a ``scale``; ``uniform`` runs from 0 to ``upper``;
    ``log-normal`` has the ``mean`` and ``sd`` of the logarithm of the ``on`` (sd or variance) of the heterogeneity.
    """

    family: Family
    scale: Positive | None = None
    upper: Positive | None = None
    mean: Number | None = None
    sd: Positive | None = None
    on: PriorOn | None = None

    @model_validator(mode="after")
    def _parameters_of_the_family(self) -> Self:
        given = {name for name in PARAMETERS if getattr(self, name) is not None}
        if given != set(FAMILIES[self.family].needs):
            message = f"a {self.family} prior has the keys family, {', '.join(FAMILIES[self.family].needs)}"
            raise PydanticCustomError(SAID_BY_RULES, message)
        return self

    def parameters(self) -> dict[str, float | str]:
        """The parameters of the family, by name."""
        return {name: getattr(self, name) for name in FAMILIES[self.family].needs}


class Priors(Typed):
    """The priors of an analysis."""

    effects: Prior
    """For each effect against the reference."""
    heterogeneity: Prior | None = None
    """For the between-trial standard deviation; null for common effects."""
    baseline: Prior | None = None
    """For a trial's mean log odds (logit link); with the log link the highest risk of a trial is uniform on 0 to 1."""
    reason: Text | None = None

    @model_validator(mode="after")
    def _families_stand_where_they_may(self) -> Self:
        for role in ROLES:
            prior: Prior | None = getattr(self, role)
            if prior is not None and role not in FAMILIES[prior.family].stands_for:
                message = f"{role}: a {prior.family} prior cannot stand here, allowed: {', '.join(families_for(role))}"
                raise PydanticCustomError(SAID_BY_RULES, message)
        return self
