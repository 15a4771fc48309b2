"""Heterogeneity within designs and inconsistency between them.

Q and its parts: Krahn, Binder & König 2013 (doi:10.1186/1471-2288-13-35). Design-by-treatment interaction: Higgins et
al. 2012 (doi:10.1002/jrsm.1044), White et al. 2012 (doi:10.1002/jrsm.1045). I²: Higgins & Thompson 2002
(doi:10.1002/sim.1186).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from nma.answers.contrast_level import between_variance, regression, upper_tail
from nma.evidence import Evidence, Trial, trial_contrasts
from nma.evidence.network import comparisons, designs
from nma.fitting.layout import zero_rule
from nma.fitting.least_squares import Regression
from nma.fitting.means import DESIGNS
from nma.vocab import Effects

BANDS = ((0.75, "high"), (0.50, "moderate"), (0.25, "low"))
"""I² above 75 % is high, from 50 % moderate, from 25 % low: the bands of the 2015 report."""


def design_by_treatment(evidence: Evidence) -> dict[str, Any]:
    """Global test that all designs agree: Wald, at the between-trial variance within designs (restricted likelihood).

    With the effects of each design free (β̂, covariance V at the estimated τ²) the statistic is the least
    (β̂ - Cd)'V⁻¹(β̂ - Cd) over consistent effects d: the rise of the weighted residual sum from free to consistent
    effects. It depends neither on the reference nor on the order of arms.

    Returns
    -------
    dict
        ``chi2``, ``df``, ``p`` (missing where refused), ``p_adjusted`` (chi2 / df against F with df and df_within,
        which allows for the uncertainty of τ: the χ² test alone rejects too often where few trials share a design,
        see docs/calibration.md), ``heterogeneity`` (τ within designs), ``df_within``,
        ``designs``, ``moments`` (the same three at the moment estimate of τ, as netmeta prints them), and ``refused``:
        None, "no closed loop", or "each design once" (where τ cannot be told from inconsistency).
    """
    free, consistent = regression(evidence, DESIGNS), regression(evidence)
    df = consistent.df - free.df
    random = evidence.analysis.effects is Effects.RANDOM
    refused = "no closed loop" if df == 0 else "each design once" if free.df == 0 and random else None
    estimates = between_variance(evidence, free), free.moment_variance() if random else 0.0
    by_likelihood, moments = (_wald(consistent, free, variance, (refused is None, random)) for variance in estimates)
    found = {**by_likelihood, "df": df, "df_within": free.df, "moments": moments}
    listed = [{"treatments": list(design), "studies": list(ids)} for design, ids in designs(evidence).items()]
    return {**found, "refused": refused, "designs": listed}


def _wald(consistent: Regression, free: Regression, variance: float, how: tuple[bool, bool]) -> dict[str, float | None]:
    """The statistic at one between-trial variance; only the variance where the test is refused."""
    wanted, random = how
    if not wanted:
        tau = float(np.sqrt(variance)) if free.df > 0 else None
        return {"chi2": None, "p": None, "p_adjusted": None, "heterogeneity": tau}
    chi2, df = max(0.0, consistent.q(variance) - free.q(variance)), consistent.df - free.df
    p = upper_tail(chi2, df)
    adjusted = float(stats.f.sf(chi2 / df, df, free.df)) if random else p
    return {"chi2": chi2, "p": p, "p_adjusted": adjusted, "heterogeneity": float(np.sqrt(variance))}


def heterogeneity_statistics(evidence: Evidence) -> dict[str, Any]:
    """Cochran's Q in total, within designs and between designs, and I².

    Returns
    -------
    dict
        ``q_total``, ``q_within``, ``q_between``, each with its ``df_...`` and ``p_...`` (None without degrees of
        freedom); ``i2`` of the network (share of the variation beyond chance, 0 to 1) and its ``band``;
        ``i2_by_comparison``; ``tau_reml``, ``tau_moments`` of the consistency model (0 for common effects).
    """
    consistent, free = regression(evidence), regression(evidence, DESIGNS)
    total, within = consistent.q(), free.q()
    parts = {
        "total": (total, consistent.df),
        "within": (within, free.df),
        "between": (max(0.0, total - within), consistent.df - free.df),
    }
    found: dict[str, Any] = {}
    for name, (q, df) in parts.items():
        found |= {f"q_{name}": q if df else 0.0, f"df_{name}": df, f"p_{name}": upper_tail(q, df)}
    random = evidence.analysis.effects is Effects.RANDOM
    return {
        **found,
        **_i2(total, consistent.df),
        "tau_reml": float(np.sqrt(between_variance(evidence, consistent))),
        "tau_moments": float(np.sqrt(consistent.moment_variance())) if random else 0.0,
        "i2_by_comparison": [_comparison(evidence, c.treatment, c.versus) for c in comparisons(evidence)],
    }


def pairwise(evidence: Evidence, treatment: str, versus: str) -> Regression:
    """The trials that hold both treatments, their contrast alone."""
    trials = [trial for trial in evidence.trials if {treatment, versus} <= set(trial.design)]
    seen = np.array([_contrast(trial, (treatment, versus), evidence) for trial in trials])
    return Regression(np.ones((len(trials), 1)), seen[:, 0], seen[:, 1])


def _contrast(trial: Trial, pair: tuple[str, str], evidence: Evidence) -> tuple[float, float]:
    """Estimate and sampling variance of one contrast of a trial."""
    analysis = evidence.analysis
    seen = trial_contrasts(trial, analysis.effect_measure, zero_rule(analysis))
    a, b = (trial.design.index(treatment) for treatment in pair)
    return float(seen.value[a] - seen.value[b]), float(seen.variance[a] + seen.variance[b])


def _comparison(evidence: Evidence, treatment: str, versus: str) -> dict[str, Any]:
    fitted = pairwise(evidence, treatment, versus)
    q = fitted.q() if fitted.df else 0.0
    about = {"treatment": treatment, "versus": versus, "studies": len(fitted.y)}
    return {**about, "q": q, "df": fitted.df, "p": upper_tail(q, fitted.df), **_i2(q, fitted.df)}


def _i2(q: float, df: int) -> dict[str, Any]:
    """Share of the variation that chance does not explain, and its band; None without degrees of freedom."""
    if df <= 0:
        return {"i2": None, "band": None}
    i2 = max(0.0, (q - df) / q) if q > 0 else 0.0
    return {"i2": i2, "band": band(i2)}


def band(i2: float) -> str:
    """Band of an I² between 0 and 1."""
    if i2 > BANDS[0][0]:
        return BANDS[0][1]
    return next((name for least, name in BANDS[1:] if i2 >= least), "little")
