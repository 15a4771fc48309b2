"""Evidence map: the share of people with the outcome in every arm of the registry, in the network or outside it.

A share stands by itself: there is no comparison in it, so it is a description of what was found and not an effect. The
layout (median share with its range, by kind of support) is the one of reviews without a network; what evidence maps are
made for, and of, is described by Miake-Lye et al. 2016 (doi:10.1186/s13643-016-0204-x).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from nma.analysis import Analysis, Selection
from nma.evidence import Evidence
from nma.evidence.selection import names_of, treatment_of
from nma.registry import OutcomeRecord, Registry, Study
from nma.vocab import TimePoint


@dataclass(frozen=True, slots=True)
class MappedArm:
    """One arm with its share.

    Attributes
    ----------
    study, arm : str
        Id of the trial; label of the arm.
    treatment : str or None
        Treatment at the level of the analysis, recodings applied; None for an arm that fits none.
    events, n : int
        People with the outcome, and people counted.
    share : float
        ``events / n``, from 0 to 1.
    months : float
        Follow-up of the record.
    basis, timing, kind : str
        How the count came to be known, what it counts, and how the report defines the event.
    used : bool
        Whether the network of the analysis holds the arm.
    rule : str or None
        The rule that left the trial out; None for a trial of the network.
    """

    study: str
    arm: str
    treatment: str | None
    events: int
    n: int
    share: float
    months: float
    basis: str
    timing: str
    kind: str
    used: bool
    rule: str | None


@dataclass(frozen=True, slots=True)
class PrintedShare:
    """A percentage that a reader noted for an arm without counts; of which outcome the note does not say."""

    study: str
    arm: str
    percent: float
    months: float | None


def evidence_map(evidence: Evidence, registry: Registry | None) -> dict[str, Any] | None:
    """Map every arm of the registry with a count of the outcome of an analysis.

    One record a trial is mapped: the one that the analysis uses; of a trial outside the network, a record with counts
    within the follow-up window, or of any length where there is none within it, and of these the earliest or the
    latest as the analysis asks.

    Parameters
    ----------
    evidence : Evidence
        What the analysis uses, and what it leaves out.
    registry : Registry, optional
        Every trial known; None for evidence from a data frame.

    Returns
    -------
    dict or None
        Plain data: ``arms`` (a row for each :class:`MappedArm`), ``treatments`` (their summary by treatment),
        ``printed`` (percentages without counts), ``uncounted`` (trials with neither), ``overlaps`` (mapped trials that
        share people) and ``context`` (figures that other syntheses print). None where no registry is known.
    """
    selection = evidence.analysis.select
    if registry is None or selection is None:
        return None
    arms = [arm for study in registry.studies.values() for arm in _arms(study, evidence, selection)]
    mapped = {arm.study for arm in arms}
    others = [study for study in registry.studies.values() if study.id not in mapped]
    printed = [share for study in others for share in _printed(study)]
    told = {share.study for share in printed}
    return {
        "time_point": str(selection.time_point),
        "arms": [asdict(arm) for arm in arms],
        "treatments": _treatments(arms, evidence, registry),
        "printed": [asdict(share) for share in printed],
        "uncounted": [study.id for study in others if study.id not in told],
        "overlaps": _overlaps(registry, mapped),
        "context": [figure.model_dump(mode="json") for figure in registry.vocabulary.context],
    }


def _arms(study: Study, evidence: Evidence, selection: Selection) -> Iterator[MappedArm]:
    """The arms of a trial's record that have both numbers."""
    used = {trial.id: trial for trial in evidence.trials}
    rules = {exclusion.id: exclusion.rule for exclusion in evidence.excluded}
    record = used[study.id].record if study.id in used else _record(study, evidence.analysis, selection)
    for count in record.counts if record else ():
        if record is None or count.events is None or count.n is None:
            continue
        treatment = treatment_of(study, count.arm, selection)
        yield MappedArm(
            study=study.id,
            arm=count.arm,
            treatment=treatment,
            events=count.events,
            n=count.n,
            share=count.events / count.n,
            months=record.months,
            basis=str(record.basis),
            timing=str(record.timing),
            kind=record.kind,
            used=study.id in used and treatment is not None,
            rule=rules.get(study.id),
        )


def _record(study: Study, analysis: Analysis, selection: Selection) -> OutcomeRecord | None:
    """The record that stands for a trial outside the network."""
    records = [
        record
        for record in study.outcomes
        if record.outcome == analysis.outcome and any(count.is_complete for count in record.counts)
    ]
    records = [record for record in records if selection.follow_up.holds(record.months)] or records
    choose = min if selection.time_point is TimePoint.EARLIEST else max
    return choose(records, key=lambda record: record.months, default=None)


def _printed(study: Study) -> list[PrintedShare]:
    """Percentages that any reader noted, each once; counts are not made of them."""
    found = {
        PrintedShare(study.id, count.arm, count.percent, count.months): None
        for reading in study.extraction.readings
        for count in reading.counts
        if count.percent is not None
    }
    return list(found)


def _treatments(arms: Sequence[MappedArm], evidence: Evidence, registry: Registry) -> list[dict[str, Any]]:
    """A row a treatment: those of the network first, then the others of the vocabulary, then arms that fit none."""
    selection = evidence.analysis.select
    names = names_of(registry.vocabulary, selection.nodes) if selection else {}
    order: list[str | None] = [*dict.fromkeys([*evidence.treatments, *names]), None]
    rows = []
    for treatment in order:
        own = [arm for arm in arms if arm.treatment == treatment]
        if own:
            name = names.get(treatment or "")
            rows.append(
                {
                    "treatment": treatment,
                    "label": name.label if name else treatment,
                    "short": name.short if name else treatment,
                    "all": _summary(own),
                    "network": _summary([arm for arm in own if arm.used]),
                }
            )
    return rows


def _summary(arms: Iterable[MappedArm]) -> dict[str, Any] | None:
    """Size, and the median and the range of the shares; None where there is no arm."""
    found = list(arms)
    if not found:
        return None
    shares = [arm.share for arm in found]
    return {
        "arms": len(found),
        "trials": len({arm.study for arm in found}),
        "participants": sum(arm.n for arm in found),
        "events": sum(arm.events for arm in found),
        "median": median(shares),
        "lower": min(shares),
        "upper": max(shares),
    }


def _overlaps(registry: Registry, mapped: set[str]) -> list[list[str]]:
    """Pairs of mapped trials that share people, each once."""
    pairs = {
        tuple(sorted((study.id, other)))
        for study in registry.studies.values()
        for other in study.eligibility.overlaps
        if study.id in mapped and other in mapped
    }
    return [list(pair) for pair in sorted(pairs)]
