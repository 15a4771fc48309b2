"""All relative effects, with credible and predictive intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nma.answers.scale import Floats, higher_is_better, is_log, positions, predictive_positions
from nma.evidence.network import comparisons
from nma.fitting import Fit

LIMITS = (0.025, 0.975)
"""Tail probabilities of every 95 % interval."""


def generator(fit: Fit, purpose: int) -> np.random.Generator:
    """Random numbers that belong to a fit: the same fit gives the same predictive draws."""
    return np.random.default_rng([fit.seed, purpose])


def relative_effects(fit: Fit) -> pd.DataFrame:
    """Every ordered pair of treatments.

    Returns
    -------
    DataFrame
        T(T - 1) rows: ``treatment``, ``versus``, ``measure``; ``median``, ``lower``, ``upper`` (95 % credible) and
        ``predictive_lower``, ``predictive_upper`` (95 %, a new trial; missing for common effects) on the measure's own
        scale; ``mean_log``, ``sd_log`` (missing for RD); ``p_better``, the probability that ``treatment`` is better
        than ``versus``; ``direct_studies``, the number of trials that compare the two.
    """
    now, new = positions(fit), predictive_positions(fit, generator(fit, 1))
    direct = {frozenset((c.treatment, c.versus)): len(c.studies) for c in comparisons(fit.evidence)}
    rows = []
    for a, treatment in enumerate(fit.treatments):
        for b, versus in enumerate(fit.treatments):
            if a != b:
                rows.append(
                    {
                        "treatment": treatment,
                        "versus": versus,
                        "measure": str(fit.analysis.measure),
                        **_summary(fit, now[:, a] - now[:, b]),
                        **_predictive(fit, None if new is None else new[:, a] - new[:, b]),
                        "direct_studies": direct.get(frozenset((treatment, versus)), 0),
                    }
                )
    return pd.DataFrame(rows)


def league(fit: Fit) -> pd.DataFrame:
    """League table: row against column, ``median (lower to upper)``, ordered as the treatments."""
    effects = relative_effects(fit)
    limits = zip(effects["median"], effects["lower"], effects["upper"], strict=True)
    cells = [f"{median:.2f} ({lower:.2f} to {upper:.2f})" for median, lower, upper in limits]
    table = effects.assign(cell=cells).pivot(index="treatment", columns="versus", values="cell")
    order = list(fit.treatments)
    return table.reindex(index=order, columns=order).fillna("")


def _summary(fit: Fit, difference: Floats) -> dict[str, float | None]:
    log = is_log(fit)
    median, lower, upper = np.quantile(difference, [0.5, *LIMITS])
    own = np.exp([median, lower, upper]) if log else np.array([median, lower, upper])
    better = difference > 0 if higher_is_better(fit) else difference < 0
    return {
        "median": float(own[0]),
        "lower": float(own[1]),
        "upper": float(own[2]),
        "mean_log": float(difference.mean()) if log else None,
        "sd_log": float(difference.std(ddof=1)) if log else None,
        "p_better": float(better.mean()),
    }


def _predictive(fit: Fit, difference: Floats | None) -> dict[str, float | None]:
    if difference is None:
        return {"predictive_lower": None, "predictive_upper": None}
    limits = np.quantile(difference, LIMITS)
    own = np.exp(limits) if is_log(fit) else limits
    return {"predictive_lower": float(own[0]), "predictive_upper": float(own[1])}
