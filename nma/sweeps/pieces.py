"""What is changed in each fit of a sweep, one row of a table for each kind of sweep."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from scipy.special import ndtri

from nma.analysis import Analysis
from nma.analysis.priors import Prior, families_for
from nma.errors import InputError, SelectionError
from nma.evidence import Evidence, Trial, select
from nma.evidence.network import comparisons, components
from nma.fitting import Task
from nma.fitting.priors import distribution
from nma.registry import Registry
from nma.vocab import Family, Measure, PriorOn, Sweep

MONTHS = range(6, 37)
"""Cut-offs of follow-up that are tried."""
MEDIANS = (0.25, 0.5, 1.0, 2.0)
"""Medians of the heterogeneity's prior that are tried, in medians of the declared one."""


@dataclass(frozen=True)
class Source:
    """What pieces are made of."""

    registry: Registry
    evidence: Evidence

    @property
    def analysis(self) -> Analysis:
        """The specification."""
        return self.evidence.analysis


@dataclass(frozen=True)
class Piece:
    """One change: how it is called, what to fit, or why it cannot be fitted.

    ``about`` holds what identifies it, by name; the page makes a label of it.
    """

    about: Mapping[str, Any]
    task: Task | None = None
    reason: str | None = None
    entered: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    """Treatments that no trial holds any more, where that is why nothing can be fitted."""
    parts: tuple[tuple[str, ...], ...] = ()
    """What the network falls apart into, where it does."""


def pieces(kind: Sweep, source: Source) -> list[Piece]:
    """The pieces of a sweep; none where it does not apply."""
    return list(_PIECES[kind](source))


def _without(source: Source, gone: Iterable[Trial], about: Mapping[str, Any]) -> Piece:
    """The evidence without some trials, or why nothing can be fitted without them."""
    evidence, left = source.evidence, {trial.id for trial in gone}
    rest = [trial for trial in evidence.trials if trial.id not in left]
    try:
        made = Evidence.build(evidence.analysis, rest, evidence.excluded, evidence.log, evidence.names)
    except SelectionError as error:
        held = {arm.treatment for trial in rest for arm in trial.arms}
        lost = tuple(name for name in evidence.treatments if name not in held)
        parts = tuple(tuple(sorted(part)) for part in components([trial.design for trial in rest])) if rest else ()
        return Piece(about, reason=_said(error), left=tuple(sorted(left)), lost=lost, parts=parts)
    return Piece(about, Task(made, evidence.analysis), left=tuple(sorted(left)))


def _said(error: SelectionError | InputError) -> str:
    return "; ".join(one.what if one.got is None else f"{one.what}: {one.got}" for one in error.problems)


def _trials(source: Source) -> Iterator[Piece]:
    for trial in source.evidence.trials:
        yield _without(source, [trial], {"study": trial.id})


def _comparisons(source: Source) -> Iterator[Piece]:
    for found in comparisons(source.evidence):
        gone = [trial for trial in source.evidence.trials if trial.id in found.studies]
        yield _without(source, gone, {"treatment": found.treatment, "versus": found.versus})


def _sets(source: Source) -> Iterator[Piece]:
    for name, entry in source.analysis.sensitivity.items():
        yield _patched(source, entry.patch, {"set": name, "title": entry.title})


def _patched(source: Source, patch: Mapping[str, Any], about: Mapping[str, Any]) -> Piece:
    """The analysis with a merge patch, selected anew."""
    try:
        analysis = source.analysis.patched(patch)
        evidence = select(source.registry, analysis)
    except (SelectionError, InputError) as error:
        missing = ("reference", f"'{source.analysis.reference}'")
        lost = tuple(source.analysis.reference for one in error.problems if (one.field, one.got) == missing)
        return Piece(about, reason=_said(error), lost=lost)
    before, after = {t.id for t in source.evidence.trials}, {t.id for t in evidence.trials}
    moved = tuple(sorted(after - before)), tuple(sorted(before - after))
    return Piece(about, Task(evidence, analysis), entered=moved[0], left=moved[1])


def _window(source: Source) -> Iterator[Piece]:
    """Each cut-off that gives another set of trials, once: with the shortest months that give it."""
    if source.analysis.select is None:
        return
    limit = "over" if source.analysis.select.follow_up.over is not None else "up_to"
    every = [_patched(source, {"select": {"follow_up": {limit: m}}}, {"months": m, "limit": limit}) for m in MONTHS]
    for _, same in groupby(every, lambda piece: piece.reason if piece.task is None else piece.task.evidence.trials):
        alike = list(same)
        task = alike[0].task
        if task is not None and task.evidence.trials == source.evidence.trials:
            continue  # the analysis as it is
        yield replace(alike[0], about={**alike[0].about, "to": alike[-1].about["months"]})


def _priors(source: Source) -> Iterator[Piece]:
    declared = source.analysis.priors.heterogeneity
    if declared is None:
        return
    usual = float(distribution(declared).median())
    for family, made in _FAMILIES.items():
        if str(family) not in families_for("heterogeneity") or not _allowed(family, source.analysis):
            continue
        for share in MEDIANS:
            if (family, share) == (declared.family, 1.0):
                continue  # the analysis as it is
            prior = made(share * usual)
            priors = source.analysis.priors.model_copy(update={"heterogeneity": prior})
            analysis = source.analysis.model_copy(update={"priors": priors})
            about = {"family": str(family), "median": share * usual, "share": share, **prior.parameters()}
            yield Piece(about, Task(replace(source.evidence, analysis=analysis), analysis))


def _allowed(family: Family, analysis: Analysis) -> bool:
    """Log-normal priors of the heterogeneity are published for log odds ratios only."""
    return family is not Family.LOG_NORMAL or analysis.effect_measure is Measure.OR


_FAMILIES: dict[Family, Callable[[float], Prior]] = {
    Family.HALF_NORMAL: lambda median: Prior(family=Family.HALF_NORMAL, scale=median / float(ndtri(0.75))),
    Family.HALF_CAUCHY: lambda median: Prior(family=Family.HALF_CAUCHY, scale=median),
    Family.UNIFORM: lambda median: Prior(family=Family.UNIFORM, upper=2 * median),
    Family.LOG_NORMAL: lambda median: Prior(family=Family.LOG_NORMAL, mean=math.log(median), sd=_LOG_SD, on=PriorOn.SD),
}
"""A prior of each family by its median."""
_LOG_SD = 0.82
"""Of log τ: half the 1.64 that Turner et al. 2012 (doi:10.1093/ije/dys041) give for log τ² of subjective outcomes."""


_PIECES: dict[Sweep, Callable[[Source], Iterator[Piece]]] = {
    Sweep.TRIALS: _trials,
    Sweep.COMPARISONS: _comparisons,
    Sweep.SETS: _sets,
    Sweep.PRIORS: _priors,
    Sweep.WINDOW: _window,
}
