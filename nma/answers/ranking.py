"""Rankings. Rank 1 is the best treatment; which way is up comes from the analysis, never from a default.

SUCRA: Salanti, Ades & Ioannidis 2011 (doi:10.1016/j.jclinepi.2010.03.016); SUCRA_j = (T - mean rank_j) / (T - 1), so
that the mean over the treatments is exactly one half.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from nma.answers.closed_form import differences, mixture
from nma.answers.contrasts import LIMITS, generator
from nma.answers.scale import Floats, higher_is_better, positions, predictive_positions
from nma.fitting import Fit


def ranking(fit: Fit) -> pd.DataFrame:
    """Ranking of the treatments, the best first.

    Returns
    -------
    DataFrame
        T rows: ``treatment``; ``sucra`` (0 to 1), ``p_best``, ``mean_rank``, ``median_rank``, ``rank_lower``,
        ``rank_upper`` (95 %), ``rank_probabilities`` and ``cumulative`` (lists, rank 1 first); the same for a new
        trial as ``predictive_...`` (missing for common effects). The attribute ``direction`` says which way is up.
    """
    now = _ranks(positions(fit), higher_is_better(fit))
    new_positions = predictive_positions(fit, generator(fit, 2))
    new = None if new_positions is None else _ranks(new_positions, higher_is_better(fit))
    exact = _in_closed_form(fit)
    rows = []
    for j, treatment in enumerate(fit.treatments):
        row: dict[str, object] = {"treatment": treatment, **_summary(now[:, j], len(fit.treatments)), **exact[j]}
        predictive = dict.fromkeys(row, None) if new is None else _summary(new[:, j], len(fit.treatments))
        row |= {f"predictive_{key}": predictive[key] for key in PREDICTIVE}
        rows.append(row)
    frame = pd.DataFrame(rows).sort_values(["sucra", "treatment"], ascending=[False, True], ignore_index=True)
    frame.attrs["direction"] = fit.analysis.direction
    return frame


def _in_closed_form(fit: Fit) -> list[dict[str, object]]:
    """Mean rank and SUCRA of each treatment where the posterior is a mixture of normals; nothing where it is none."""
    found, size = mixture(fit), len(fit.treatments)
    if found is None:
        return [{}] * size
    above = differences(found).above()
    beaten_by = above.T if higher_is_better(fit) else above
    ranks = 1 + beaten_by.sum(axis=1)
    return [{"sucra": float((size - rank) / (size - 1)), "mean_rank": float(rank)} for rank in ranks]


PREDICTIVE = ("sucra", "p_best", "mean_rank", "rank_probabilities", "cumulative")


def _ranks(position: Floats, higher: bool) -> Floats:
    """Rank of each treatment in each draw; shape (D, T), 1 = best."""
    worst_last = -position if higher else position
    ranks: Floats = worst_last.argsort(axis=1, kind="stable").argsort(axis=1) + 1.0
    return ranks


def _summary(ranks: Floats, treatments: int) -> dict[str, object]:
    probabilities = np.bincount(ranks.astype(int), minlength=treatments + 1)[1:] / len(ranks)
    lower, median, upper = np.quantile(ranks, [LIMITS[0], 0.5, LIMITS[1]], method="inverted_cdf")
    return {
        "sucra": float((treatments - ranks.mean()) / (treatments - 1)),
        "p_best": float(probabilities[0]),
        "mean_rank": float(ranks.mean()),
        "median_rank": int(median),
        "rank_lower": int(lower),
        "rank_upper": int(upper),
        "rank_probabilities": [float(p) for p in probabilities],
        "cumulative": [float(p) for p in np.minimum(1.0, probabilities.cumsum())],
    }
