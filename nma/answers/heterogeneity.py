"""The between-trial standard deviation, its prior beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import gaussian_kde

from nma.answers.contrasts import LIMITS
from nma.fitting import Fit
from nma.fitting.priors import distribution
from nma.vocab import Measure

POINTS = 200
SCALE = {Measure.RR: "log RR", Measure.OR: "log OR", Measure.RD: "RD"}


def heterogeneity(fit: Fit) -> dict[str, Any] | None:
    """Posterior and prior of the heterogeneity; None for common effects.

    Returns
    -------
    dict
        ``median``, ``lower``, ``upper`` (95 %), ``mean``, ``sd`` on the scale on which effects add (named ``scale``);
        ``prior`` with its parameters and quantiles; ``density`` with a grid and both densities, for a figure.
    """
    prior = fit.analysis.priors.heterogeneity
    if fit.heterogeneity_sd is None or prior is None:
        return None
    draws = fit.heterogeneity_sd.to_numpy().ravel()
    lower, median, upper = (float(q) for q in np.quantile(draws, [LIMITS[0], 0.5, LIMITS[1]]))
    before = distribution(prior)
    grid = np.linspace(0.0, float(max(np.quantile(draws, 0.999), min(before.ppf(0.95), 3 * draws.max()))), POINTS)
    return {
        "median": median,
        "lower": lower,
        "upper": upper,
        "mean": float(draws.mean()),
        "sd": float(draws.std(ddof=1)),
        "scale": SCALE[fit.analysis.effect_measure],
        "prior": {
            "family": str(prior.family),
            **prior.parameters(),
            "median": float(before.median()),
            "lower": float(before.ppf(LIMITS[0])),
            "upper": float(before.ppf(LIMITS[1])),
        },
        "density": {
            "grid": grid.tolist(),
            "posterior": _density(draws, grid).tolist(),
            "prior": np.nan_to_num(before.pdf(grid), posinf=0.0).tolist(),
        },
    }


def _density(draws: np.ndarray[Any, np.dtype[np.float64]], grid: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
    """Kernel density of a positive quantity, reflected at zero so that no mass is lost there."""
    kernel = gaussian_kde(draws)
    return kernel(grid) + kernel(-grid)
