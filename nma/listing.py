"""What ``nma studies`` prints: rows of the registry, and one trial with its risk ratios and its uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nma.errors import InputError, NmaError, Problem, nearest
from nma.project import Project
from nma.registry import OutcomeRecord, Registry, Study
from nma.vocab import Basis, ExtractionStatus

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Filters:
    """Which trials to list; what is None does not filter."""

    node: str | None = None
    over: float | None = None
    up_to: float | None = None
    basis: str | None = None
    awaiting_data: bool = False


def matching(registry: Registry, filters: Filters) -> list[Study]:
    """Trials that pass every filter.

    Raises
    ------
    InputError
        A filter's word is not one of the review's.
    """
    words = registry.vocabulary
    nodes = [*words.nodes, *(sub for node in words.nodes.values() for sub in node.subgroups)]
    _known("--node", filters.node, nodes)
    _known("--basis", filters.basis, list(Basis))
    return [study for study in registry.studies.values() if _passes(study, filters)]


def _known(option: str, word: str | None, allowed: list[str]) -> None:
    if word is not None and word not in allowed:
        raise InputError(Problem("", option, "unknown word", f"'{word}'", ", ".join(allowed), nearest(word, allowed)))


def _passes(study: Study, filters: Filters) -> bool:
    if filters.awaiting_data and study.extraction.status is not ExtractionStatus.AWAITING_DATA:
        return False
    if filters.node and all(filters.node not in (arm.node, arm.subgroup) for arm in study.arms):
        return False
    if filters.over is None and filters.up_to is None and filters.basis is None:
        return True
    return any(_record_passes(record, filters) for record in study.outcomes)


def _record_passes(record: OutcomeRecord, filters: Filters) -> bool:
    return (
        (filters.over is None or record.months > filters.over)
        and (filters.up_to is None or record.months <= filters.up_to)
        and (filters.basis is None or record.basis == filters.basis)
    )


def row(study: Study) -> tuple[str, ...]:
    """Id, year, nodes, months, basis and status as cells."""
    nodes = list(dict.fromkeys(arm.node or "?" for arm in study.arms))
    months = sorted({record.months for record in study.outcomes})
    basis = list(dict.fromkeys(str(record.basis) for record in study.outcomes))
    return (
        study.id,
        str(study.year or ""),
        " ".join(nodes),
        " ".join(f"{month:g}" for month in months),
        ", ".join(basis),
        str(study.extraction.status),
    )


def head(study: Study) -> Iterator[str]:
    """Lines about the trial as a whole."""
    for report in study.reports:
        where = ", ".join(str(part) for part in (report.journal, report.doi and f"doi:{report.doi}") if part)
        yield f"  {report.first_author} {report.year or ''}: {report.title or 'title not read'}. {where}"
    yield f"  {study.country or 'country not read'}. {study.population.description}"
    for arm in study.arms:
        randomised = f", {arm.randomised} randomised" if arm.randomised else ""
        yield f"  - {arm.label} [{arm.node or 'no node'} / {arm.subgroup or 'no subgroup'}]{randomised}"
    decision = study.extraction.decision
    yield f"  extraction: {study.extraction.status}" + (f"; decision: {decision.text}" if decision else "")
    for doubt in study.eligibility.doubts:
        yield f"  doubt: {doubt}"


def record_line(record: OutcomeRecord) -> str:
    """One line about an outcome record."""
    outcome, kind = record.outcome.replace("_", " "), record.kind.replace("_", " ")
    return f"{outcome} at {record.months:g} months ({record.timing}, {kind}, basis: {record.basis})"


def effects(study: Study) -> Iterator[tuple[OutcomeRecord, pd.DataFrame]]:
    """Each outcome record with its arms and the risk ratio of every pair of them, earlier arms against later ones."""
    import pandas as pd

    from nma.evidence.evidence import ArmData, Trial
    from nma.evidence.measures import trial_pairs
    from nma.vocab import Measure, ZeroCells

    for record in study.outcomes:
        counted = [c for c in reversed(record.counts) if c.events is not None and c.n is not None]
        arms = [ArmData(c.arm, c.events or 0, c.n or 0, c.arm) for c in counted]
        rows = [{"": f"{c.arm}: {_known_or(c.events)} of {_known_or(c.n)}", "RR (95 % CI)": ""} for c in record.counts]
        for pair in trial_pairs(Trial(study.id, tuple(arms)), Measure.RR, ZeroCells.HALF_IN_EVERY_ARM):
            text = f"{pair['effect']:.2f} ({pair['lower']:.2f} to {pair['upper']:.2f})"
            text += f", zero cells: {pair['zero_cells']}" if pair["corrected"] else ""
            rows.append({"": f"{pair['treatment']} against {pair['versus']}", "RR (95 % CI)": text})
        yield record, pd.DataFrame(rows)


def _known_or(number: int | None) -> str:
    return "?" if number is None else str(number)


def uses(project: Project, study: Study) -> Iterator[str]:
    """One line for each specification: used and how, or left out and why."""
    from nma.evidence import select

    for name in project.specifications():
        try:
            evidence = select(project.registry, project.analysis(name))
        except NmaError as error:
            yield f"{name}: cannot be run ({error.problems[0]})"
            continue
        used = next((trial for trial in evidence.trials if trial.id == study.id), None)
        if used is not None:
            arms = ", ".join(f"{arm.treatment} {arm.events}/{arm.n}" for arm in used.arms)
            yield f"{name}: used ({arms})"
        else:
            reason = next(e for e in evidence.excluded if e.id == study.id)
            yield f"{name}: left out by {reason.rule}. {reason.reason}"
