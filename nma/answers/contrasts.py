"""All relative effects, with credible and predictive intervals."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np
import pandas as pd

from nma.answers.closed_form import differences, mixture
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
    direct = {frozenset((c.treatment, c.versus)): len(c.studies) for c in comparisons(fit.evidence)}
    summaries = _from_draws(fit) if mixture(fit) is None else _in_closed_form(fit)
    rows = [
        {
            "treatment": treatment,
            "versus": versus,
            "measure": str(fit.analysis.measure),
            **summary,
            "direct_studies": direct.get(frozenset((treatment, versus)), 0),
        }
        for (treatment, versus), summary in zip(permutations(fit.treatments, 2), summaries, strict=True)
    ]
    return pd.DataFrame(rows)


def league(fit: Fit) -> pd.DataFrame:
    """League table: row against column, ``median (lower to upper)``, ordered as the treatments."""
    effects = relative_effects(fit)
    limits = zip(effects["median"], effects["lower"], effects["upper"], strict=True)
    cells = [f"{median:.2f} ({lower:.2f} to {upper:.2f})" for median, lower, upper in limits]
    table = effects.assign(cell=cells).pivot(index="treatment", columns="versus", values="cell")
    order = list(fit.treatments)
    return table.reindex(index=order, columns=order).fillna("")


def _from_draws(fit: Fit) -> Iterator[dict[str, float | None]]:
    """Summaries of all ordered pairs of treatments."""
    now, new = positions(fit), predictive_positions(fit, generator(fit, 1))
    for a, b in permutations(range(len(fit.treatments)), 2):
        predictive = _predictive(fit, None if new is None else new[:, a] - new[:, b])
        yield {**_summary(fit, now[:, a] - now[:, b]), **predictive}


def _in_closed_form(fit: Fit) -> Iterator[dict[str, float | None]]:
    """The same where the posterior is a mixture of normals."""
    found = mixture(fit)
    assert found is not None  # the caller has looked
    every, log = differences(found), is_log(fit)
    scaled = np.exp if log else np.asarray
    limits = {"median": scaled(every.quantile(0.5))}
    limits |= {name: scaled(every.quantile(p)) for name, p in zip(("lower", "upper"), LIMITS, strict=True)}
    mean, sd = every.moments()
    above = every.above()
    better = above if higher_is_better(fit) else above.T
    new: dict[str, Floats] = {}
    if fit.heterogeneity_sd is not None:
        new = {
            f"predictive_{n}": scaled(every.quantile(p, True)) for n, p in zip(("lower", "upper"), LIMITS, strict=True)
        }
    for a, b in permutations(range(len(fit.treatments)), 2):
        yield {
            **{name: float(values[a, b]) for name, values in limits.items()},
            "mean_log": float(mean[a, b]) if log else None,
            "sd_log": float(sd[a, b]) if log else None,
            "p_better": float(better[a, b]),
            **{name: float(new[name][a, b]) if new else None for name in ("predictive_lower", "predictive_upper")},
        }


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
