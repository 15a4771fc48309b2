"""The words of one review: its nodes and subgroup nodes, its outcomes, its population flags."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import Field

from nma.registry.base import Text, Typed


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


class Vocabulary(Typed):
    """Everything a study file of this review may name."""

    nodes: dict[str, Node] = Field(min_length=2)
    outcomes: dict[str, Outcome] = Field(min_length=1)
    population_flags: dict[str, Text] = Field(default_factory=dict)

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
