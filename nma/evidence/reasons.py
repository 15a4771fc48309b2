"""What selection says of a trial: a line in English, and the key and values by which a translation table says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nma.evidence.evidence import ArmData, Trial
from nma.registry import OutcomeRecord, Study

JOINED = " + "
"""Stands between the labels of arms that were combined."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a trial is not used.

    Attributes
    ----------
    line : str
        The reason in English, for terminals and for readers of ``results.json``.
    key : str
        The text of a translation table that says the same; empty where a person of the review wrote the line.
    values : Mapping[str, Any]
        What that text names: numbers, words of the closed vocabulary, words a report gave.
    """

    line: str
    key: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Combined:
    """Arms of one trial that lie in one node, counted as one."""

    trial: str
    label: str
    arms: tuple[str, ...]
    treatment: str

    @property
    def line(self) -> str:
        """The same in English."""
        return f"{self.label}: the arms {' and '.join(self.arms)} were combined in {self.treatment}."


def combined(trial: Trial) -> Iterator[Combined]:
    """Arms of a trial that were added up."""
    labels = [count.arm for count in trial.record.counts] if trial.record is not None else []
    for arm in trial.arms:
        if labels and JOINED in arm.label and arm.label not in labels:
            yield Combined(trial.id, trial.label, tuple(arm.label.split(JOINED)), arm.treatment)


def awaiting_data() -> Reason:
    """Nobody found counts of the outcome."""
    return Reason("No counts of this outcome in two arms were found in what could be read.", "awaiting_data")


def population(study: Study, flag: str, judgement: str | None) -> Reason:
    """Its people are not those of the analysis."""
    words, who = flag.replace("_", " ").capitalize(), study.population.description.rstrip(".")
    line = f"{words}: {judgement or 'not judged'}. {who}."
    key = "population" if judgement else "population_not_judged"
    values = {"flag": flag, "people": who} | ({"answer": str(judgement)} if judgement else {})
    return Reason(line, key, values)


def published(year: int | None, limit: int) -> Reason:
    """It is younger than the analysis allows, or of an unknown age."""
    line = f"Published in {year or 'an unknown year'}, after {limit}."
    if year is None:
        return Reason(line, "published_unknown", {"limit": str(limit)})
    return Reason(line, "published", {"year": str(year), "limit": str(limit)})


def risk_of_bias(domains: Sequence[str]) -> Reason:
    """A domain is at high risk of bias."""
    names = [name.replace("_", " ") for name in domains]
    return Reason(f"High risk of bias: {', '.join(names)}.", "risk_of_bias", {"domains": names})


def of_record(rule: str, records: Sequence[OutcomeRecord]) -> Reason:
    """No record of the outcome is of the kind that the analysis takes."""
    months, first = sorted(record.months for record in records), records[0]
    written = " and ".join(f"{value:g}" for value in months)
    reasons = {
        "follow-up": Reason(
            f"Counted at {written} months, outside the follow-up window.", "follow_up", {"months": months}
        ),
        "basis": Reason(f"The basis of its counts is '{first.basis}'.", "basis", {"basis": str(first.basis)}),
        "timing": Reason(f"Its count is of timing '{first.timing}'.", "timing", {"timing": str(first.timing)}),
        "kind": Reason(f"Its outcome is of kind '{first.kind.replace('_', ' ')}'.", "kind", {"kind": first.kind}),
    }
    return reasons[rule]


def one_node(record: OutcomeRecord, arms: Sequence[ArmData]) -> Reason:
    """Fewer than two nodes have counts."""
    if not arms:
        return Reason("None of its arms with counts has a node at this level.", "no_node")
    counted = sum(count.is_complete for count in record.counts)
    more = counted > len(arms[0].label.split(JOINED))
    also = " and arms without one at this level" if more else ""
    line = f"All its arms with counts lie in one node ({arms[0].treatment}){also}."
    return Reason(line, "one_node_and_none" if more else "one_node", {"treatment": arms[0].treatment})
