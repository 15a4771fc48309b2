"""The words of one review: its nodes and subgroup nodes, its outcomes, its population flags."""

from __future__ import annotations

from typing import Annotated, NamedTuple, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from nma.registry.base import Number, Text, Typed


class TreatmentName(NamedTuple):
    """How a report calls a treatment: in a sentence, where room is scarce, explained; and the node it belongs to."""

    label: str
    short: str
    description: str
    node: str


class Subgroup(Typed):
    """A finer treatment inside a node."""

    label: Text
    """How sentences and tables of the subgroup network call it."""
    short: Text | None = None
    """How its figures call it; the label where there is none."""
    description: Text


class Node(Typed):
    """A treatment of the network."""

    label: Text
    description: Text
    subgroups: dict[str, Subgroup] = Field(default_factory=dict)


class Outcome(Typed):
    """An outcome that trials report as a number of people."""

    label: Text
    description: Text
    kinds: dict[str, Text]
    """The ways in which reports define the event, loosest included."""


class ContextFigure(Typed):
    """A share that another synthesis prints, for the reader of an evidence map; no analysis uses it."""

    label: Text
    """What the share is of, in that synthesis's words."""
    node: Text | None = None
    """The node that comes nearest to it; null where none does."""
    median: Annotated[Number, Field(ge=0, le=100)]
    """Median share over its studies, in per cent."""
    lower: Annotated[Number, Field(ge=0, le=100)]
    """Smallest share of its studies, in per cent."""
    upper: Annotated[Number, Field(ge=0, le=100)]
    """Largest share of its studies, in per cent."""
    source: Text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.lower <= self.median <= self.upper:
            message = f"{self.median:g} lies outside the range from {self.lower:g} to {self.upper:g}"
            raise PydanticCustomError("median_outside", message, {"at": ("median",), "hint": "check all three"})
        return self


class Vocabulary(Typed):
    """Everything a study file of this review may name, and what other syntheses print beside it."""

    nodes: dict[str, Node] = Field(min_length=2)
    outcomes: dict[str, Outcome] = Field(min_length=1)
    population_flags: dict[str, Text] = Field(default_factory=dict)
    context: tuple[ContextFigure, ...] = ()
    """Shares that other syntheses print, shown beside the evidence map."""

    def node_names(self) -> dict[str, TreatmentName]:
        """Names of the nodes; a node's id is its short name."""
        return {name: TreatmentName(node.label, name, node.description, name) for name, node in self.nodes.items()}

    def subgroup_names(self) -> dict[str, TreatmentName]:
        """Names of the subgroup nodes."""
        return {
            name: TreatmentName(subgroup.label, subgroup.short or subgroup.label, subgroup.description, node_name)
            for node_name, node in self.nodes.items()
            for name, subgroup in node.subgroups.items()
        }
