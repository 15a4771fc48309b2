"""Relative effects of one trial from its counts: one equation each for the estimate and its variance.

An estimate of a contrast is the difference of two arm values, so that its sampling variance is the sum of two arm
variances, and two contrasts against the same arm covary by that arm's variance. Equations: Cochrane Handbook,
chapter 6; covariances: Franchini et al. 2012 (doi:10.1002/jrsm.1049).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from nma.errors import Problem, SelectionError
from nma.evidence.evidence import Evidence, Trial
from nma.vocab import Measure, ZeroCells

Array = npt.NDArray[np.floating[Any]]
Z95 = 1.959963984540054
"""97.5 % quantile of the standard normal distribution."""


@dataclass(frozen=True)
class MeasureRow:
    """Value and sampling variance of one arm with r events among n people, on the scale on which effects add."""

    value: Callable[[Array, Array], Array]
    variance: Callable[[Array, Array], Array]
    added_people: float
    """People added with a half event: a half for the RR, whose variance has no non-events; one for OR and RD."""
    is_log: bool


MEASURES: dict[Measure, MeasureRow] = {
    Measure.RR: MeasureRow(lambda r, n: np.log(r / n), lambda r, n: 1 / r - 1 / n, 0.5, True),
    Measure.OR: MeasureRow(lambda r, n: np.log(r / (n - r)), lambda r, n: 1 / r + 1 / (n - r), 1.0, True),
    Measure.RD: MeasureRow(lambda r, n: r / n, lambda r, n: r / n * (1 - r / n) / n, 1.0, False),
}


@dataclass(frozen=True)
class TrialContrasts:
    """The contrasts of one trial with A arms against its first arm.

    Attributes
    ----------
    estimate : array, shape (A - 1,)
        On the scale on which effects add (log RR, log OR, RD).
    covariance : array, shape (A - 1, A - 1)
        Sampling covariance; the variance of the first arm off the diagonal.
    value, variance : array, shape (A,)
        Per arm, before taking differences.
    corrected : bool
        Whether the zero-cell rule changed the counts.
    """

    value: Array
    variance: Array
    corrected: bool

    @property
    def estimate(self) -> Array:
        """Differences from the first arm."""
        estimate: Array = self.value[1:] - self.value[0]
        return estimate

    @property
    def covariance(self) -> Array:
        """Sampling covariance of the differences."""
        covariance: Array = np.diag(self.variance[1:]) + self.variance[0]
        return covariance


def trial_contrasts(trial: Trial, measure: Measure, rule: ZeroCells) -> TrialContrasts:
    """Contrasts of a trial with their covariance.

    Parameters
    ----------
    trial : Trial
        A arms with counts.
    measure : Measure
        RR, OR or RD.
    rule : ZeroCells
        What to do where an arm has no events or no non-events. Where two arms or more have events only, their log risks
        have no variance even then; the half event is left out of 1/r in these, as netmeta does.

    Raises
    ------
    SelectionError
        The rule is to refuse, and there is such an arm.
    """
    row = MEASURES[measure]
    r = np.array([arm.events for arm in trial.arms], dtype=float)
    n = np.array([arm.n for arm in trial.arms], dtype=float)
    empty = (r == 0) | (r == n)
    if empty.any() and rule is ZeroCells.REFUSE:
        what = f"{trial.id} has an arm without events or without non-events, and zero_cells is 'refuse'"
        raise SelectionError(Problem("", "", what, hint="use the binomial likelihood, which needs no correction"))
    add = np.where(empty if rule is ZeroCells.HALF_IN_ZERO_ARMS else empty.any(), 0.5, 0.0)
    r, n = r + add, n + 2 * add * row.added_people
    only_events = (r == n) & (add > 0)
    uncorrected = r - np.where(only_events & (only_events.sum() > 1), add, 0.0)
    return TrialContrasts(row.value(r, n), row.variance(uncorrected, n), bool(empty.any()))


def contrast_table(evidence: Evidence, measure: Measure | None = None) -> pd.DataFrame:
    """All pairwise contrasts of every trial: what ``nma extract`` writes.

    Returns
    -------
    DataFrame
        One row a pair of arms: study, treatment, versus, the counts, ``estimate`` and ``se`` on the additive scale,
        ``effect``, ``lower``, ``upper`` on the measure's own scale, ``shared_variance`` (variance of the versus arm,
        the covariance of two contrasts of one trial that share it), ``corrected`` and the zero-cell rule.
    """
    analysis = evidence.analysis
    measure = measure or analysis.effect_measure
    rows = [row for trial in evidence.trials for row in trial_pairs(trial, measure, analysis.zero_cells)]
    return pd.DataFrame(rows)


def trial_pairs(trial: Trial, measure: Measure, rule: ZeroCells) -> Iterator[dict[str, Any]]:
    """Each pair of arms of a trial as a row of the contrast table."""
    if len(trial.arms) < 2:
        return
    contrasts = trial_contrasts(trial, measure, rule)
    for v, t in combinations(range(len(trial.arms)), 2):
        yield _pair(trial, contrasts, (t, v), (measure, rule))


def _pair(
    trial: Trial, contrasts: TrialContrasts, pair: tuple[int, int], how: tuple[Measure, ZeroCells]
) -> dict[str, Any]:
    (t, v), (measure, rule) = pair, how
    arm, versus = trial.arms[t], trial.arms[v]
    estimate = float(contrasts.value[t] - contrasts.value[v])
    se = float(np.sqrt(contrasts.variance[t] + contrasts.variance[v]))
    limits = np.array([estimate, estimate - Z95 * se, estimate + Z95 * se])
    own = np.exp(limits) if MEASURES[measure].is_log else limits
    return {
        "study": trial.id,
        "treatment": arm.treatment,
        "versus": versus.treatment,
        "events": arm.events,
        "n": arm.n,
        "events_versus": versus.events,
        "n_versus": versus.n,
        "measure": str(measure),
        "estimate": estimate,
        "se": se,
        "effect": float(own[0]),
        "lower": float(own[1]),
        "upper": float(own[2]),
        "shared_variance": float(contrasts.variance[v]),
        "corrected": contrasts.corrected,
        "zero_cells": str(rule) if contrasts.corrected else "",
    }
