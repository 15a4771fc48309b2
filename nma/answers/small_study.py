"""Small-study effects: the comparison-adjusted funnel and its tests, as in netmeta.

Each two arms of a trial give a point: the trial's estimate less the direct effect of its comparison, against its
standard error (Chaimani & Salanti 2012, doi:10.1002/jrsm.57). The direct effects are pooled at the network's τ, one
comparison at a time, so that the points of a comparison lie round 0, and a lone one on it.
A trial with more than two arms gives a point for each two of them, which are not independent. Asymmetry has a meaning
only where comparisons point one way: the assumption is that small trials flatter what ranks better, and any treatment
against the reference.

Tests: Egger et al. 1997 (doi:10.1136/bmj.315.7109.629), Thompson & Sharp 1999
(doi:10.1002/(SICI)1097-0258(19991030)18:20<2693::AID-SIM235>3.0.CO;2-V), Begg & Mazumdar 1994 (doi:10.2307/2533446).
None is made with fewer than ten points (Sterne et al. 2011, doi:10.1136/bmj.d4002).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy import stats

from nma.answers.concerns import TEST_LIMIT
from nma.answers.heterogeneity import SCALE, tau_summary
from nma.answers.scale import Floats, higher_is_better
from nma.answers.without_data import without_data
from nma.evidence import Evidence
from nma.evidence.measures import trial_pairs
from nma.fitting import Fit
from nma.fitting.layout import zero_rule
from nma.fitting.least_squares import Regression
from nma.registry import Registry

LEAST = 10
"""Points below which a test says nothing."""
LEVEL = 0.975


@dataclass(frozen=True)
class FunnelPoint:
    """Two arms of a trial.

    Attributes
    ----------
    study, treatment, versus : str
        The trial, and what is compared: ``treatment`` is what a small trial is assumed to flatter.
    estimate, se : float
        Of the trial, on the scale on which effects add.
    direct : float
        Pooled direct effect of the comparison, at the network's τ.
    adjusted : float
        The difference of the two.
    """

    study: str
    treatment: str
    versus: str
    estimate: float
    se: float
    direct: float
    adjusted: float


def small_study(fit: Fit, ranked: Sequence[str], registry: Registry | None) -> dict[str, Any]:
    """The funnel, its tests, and the trials that are known but without data.

    Parameters
    ----------
    fit : Fit
        The primary fit.
    ranked : sequence of str
        Treatments, the best first.
    registry : Registry, optional
        Where trials without data are looked for.

    Returns
    -------
    dict
        ``scale``, ``tau``, ``order`` (what is assumed to be flattered first), ``points`` (:class:`FunnelPoint`),
        ``comparisons`` (``treatment``, ``versus``, ``points``, ``direct``), ``alone`` (comparisons with one point),
        ``multi_arm`` (ids), ``test`` (Egger's, see :func:`asymmetry`), ``others``, and what
        :func:`nma.answers.without_data.without_data` finds.
    """
    spread = tau_summary(fit)
    tau = 0.0 if spread is None else spread["median"]
    order = [*(name for name in ranked if name != fit.analysis.reference), fit.analysis.reference]
    points = funnel(fit.evidence, order, tau)
    test, others = asymmetry(points, higher_is_better(fit))
    compared = _comparisons(points)
    return {
        "scale": SCALE[fit.analysis.effect_measure],
        "tau": tau,
        "order": order,
        "points": [asdict(point) for point in points],
        "comparisons": compared,
        "alone": sum(row["points"] == 1 for row in compared),
        "multi_arm": [trial.id for trial in fit.evidence.trials if len(trial.arms) > 2],
        "test": test,
        "others": others,
        **without_data(fit.evidence, registry),
    }


def funnel(evidence: Evidence, order: Sequence[str], tau: float) -> list[FunnelPoint]:
    """A point for each two arms of each trial, what comes earlier in ``order`` against what comes later."""
    seen = list(_seen(evidence, {name: place for place, name in enumerate(order)}))
    direct = _direct(seen, tau)
    return [
        FunnelPoint(study, *pair, estimate, se, direct[pair], estimate - direct[pair])
        for study, pair, estimate, se in seen
    ]


Seen = tuple[str, tuple[str, str], float, float]


def _seen(evidence: Evidence, place: Mapping[str, int]) -> Iterator[Seen]:
    """Every pair of arms: trial, treatments in order, estimate and standard error."""
    rule = zero_rule(evidence.analysis)
    for trial in evidence.trials:
        for row in trial_pairs(trial, evidence.analysis.effect_measure, rule):
            pair, estimate = (row["treatment"], row["versus"]), row["estimate"]
            if place[pair[0]] > place[pair[1]]:
                pair, estimate = pair[::-1], -estimate
            yield trial.id, pair, estimate, row["se"]


def _direct(seen: Sequence[Seen], tau: float) -> dict[tuple[str, str], float]:
    """Pooled direct effect of each comparison, by inverse variance at the network's τ."""
    rows: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for _, pair, *row in seen:
        rows.setdefault(pair, []).append((row[0], row[1]))
    found = {}
    for pair, own in rows.items():
        estimate, se = np.array(own).T
        # About the first of them, so that an estimate that stands alone is its own mean to the last digit.
        found[pair] = float(estimate[0] + np.average(estimate - estimate[0], weights=1 / (se**2 + tau**2)))
    return found


def _comparisons(points: Sequence[FunnelPoint]) -> list[dict[str, Any]]:
    counts: dict[tuple[str, str, float], int] = {}
    for point in points:
        key = point.treatment, point.versus, point.direct
        counts[key] = counts.get(key, 0) + 1
    return [{"treatment": t, "versus": v, "points": n, "direct": d} for (t, v, d), n in counts.items()]


def asymmetry(points: Sequence[FunnelPoint], higher: bool) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Egger's test, and the others where there is one.

    Returns
    -------
    dict
        ``name``, ``comparisons`` (points), ``least``, ``refused`` (None, "few", "alone": no comparison has two points,
        or "flat": all standard errors are the same), and where it is not refused ``slope`` (change of the adjusted
        effect for one more unit of standard error) with ``lower``, ``upper`` (95 %), ``se``, ``t``, ``df``, ``p``,
        ``toward``: "treatment" where small trials lean to what they are assumed to flatter, otherwise "versus"; and
        ``limit``, ``asymmetric``: whether p lies below it.
    list of dict
        Thompson and Sharp's, the same; Begg and Mazumdar's: ``name``, ``tau``, ``p``.
    """
    y, se = (np.array([getattr(point, name) for point in points]) for name in ("adjusted", "se"))
    refused = _refused(y, se)
    about = {"comparisons": len(points), "least": LEAST, "refused": refused}
    if refused is not None:
        return {"name": "Egger", **about, "p": None}, []
    line = Regression(np.column_stack([np.ones_like(se), se]), y, se**2)
    egger = _slope(line, 0.0, line.q() / line.df, higher)
    thompson = _slope(line, line.moment_variance(), 1.0, higher)
    judged = {"limit": TEST_LIMIT, "asymmetric": egger["p"] < TEST_LIMIT}
    return {"name": "Egger", **about, **egger, **judged}, [{"name": "Thompson-Sharp", **thompson}, _begg(y, se)]


def _refused(y: Floats, se: Floats) -> str | None:
    """Why there is no test."""
    if len(y) < LEAST:
        return "few"
    if np.allclose(y, 0.0, atol=1e-10):
        return "alone"
    return "flat" if np.allclose(se, se[0], rtol=1e-9) else None


def _slope(line: Regression, between: float, scale: float, higher: bool) -> dict[str, Any]:
    """Slope on the standard error, its variance times ``scale``, against Student's t."""
    estimate, covariance = line.solve(between)
    slope, se = float(estimate[1]), float(np.sqrt(covariance[1, 1] * scale))
    reach = float(stats.t.ppf(LEVEL, line.df)) * se
    return {
        "slope": slope,
        "lower": slope - reach,
        "upper": slope + reach,
        "se": se,
        "t": slope / se,
        "df": line.df,
        "p": float(2 * stats.t.sf(abs(slope / se), line.df)),
        "toward": "treatment" if (slope > 0) is higher else "versus",
    }


def _begg(y: Floats, se: Floats) -> dict[str, Any]:
    """Kendall's τ of the standardised effects and their variances, ties allowed for, without continuity correction."""
    weight = 1 / se**2
    mean = np.average(y, weights=weight)
    found = stats.kendalltau((y - mean) / np.sqrt(se**2 - 1 / weight.sum()), se**2, method="asymptotic")
    return {"name": "Begg-Mazumdar", "tau": float(found.statistic), "p": float(found.pvalue)}
