"""Contrast-level regressions of an evidence: the closed forms behind loops, Q, designs and the quick splits."""

from __future__ import annotations

import numpy as np
from scipy import stats

from nma.answers.scale import Floats
from nma.evidence import Evidence
from nma.evidence.measures import Z95
from nma.fitting.layout import layout
from nma.fitting.least_squares import Regression
from nma.fitting.means import CONSISTENCY, Means, Task
from nma.vocab import Effects


def regression(evidence: Evidence, means: Means = CONSISTENCY) -> Regression:
    """Regression of the independent contrasts of an evidence on the basic parameters of a model of the means.

    With the binomial likelihood the contrasts are those of the counts, half an event added to every arm of a trial that
    has an arm without events or without non-events; with the normal one the rule is the analysis's own.
    """
    arrays = layout(Task(evidence, evidence.analysis, means))
    return Regression(arrays.design, arrays.estimate, 1 / arrays.precision)


def between_variance(evidence: Evidence, fitted: Regression) -> float:
    """Between-trial variance by restricted likelihood; 0 for a common-effect analysis."""
    return fitted.restricted_variance() if evidence.analysis.effects is Effects.RANDOM else 0.0


def limits(difference: float, se: float) -> tuple[float, float]:
    """95 % interval of a normal estimate."""
    return difference - Z95 * se, difference + Z95 * se


def two_sided(difference: float, se: float) -> float:
    """P-value of no difference."""
    return float(2 * stats.norm.sf(abs(difference) / se))


def upper_tail(chi2: float, df: int) -> float | None:
    """P-value of a chi-squared statistic; None without degrees of freedom."""
    return float(stats.chi2.sf(chi2, df)) if df > 0 else None


def combined(weights: Floats, covariance: Floats) -> float:
    """Standard error of a weighted sum of estimates."""
    return float(np.sqrt(weights @ covariance @ weights))
