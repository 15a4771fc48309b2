"""The words of one review: its nodes and subgroup nodes, its outcomes, its population flags."""

from __future__ import annotations

from pydantic import Field

from nma.registry.base import Text, Typed


class Subgroup(Typed):
    """A finer treatment inside a node."""

    label: Text
    """How tables and figures of the subgroup network call it."""
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

    def treatment_label(self, treatment: str) -> tuple[str, str, str]:
        """Label, description and node of a node or subgroup node; the id itself for an unknown one."""
        if treatment in self.nodes:
            node = self.nodes[treatment]
            return node.label, node.description, treatment
        for name, node in self.nodes.items():
            if treatment in node.subgroups:
                subgroup = node.subgroups[treatment]
                return subgroup.label, subgroup.description, name
        return treatment, treatment, treatment
