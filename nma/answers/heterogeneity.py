"""The between-trial standard deviation, its prior beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import gaussian_kde

from nma.answers.contrasts import LIMITS
from nma.answers.scale import adds_on_log, quantiles
from nma.evidence.measures import Z95
from nma.fitting import Fit
from nma.fitting.exact.density import Density
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
    found, prior = spread_of(fit), fit.analysis.priors.heterogeneity
    if found is None or fit.heterogeneity_sd is None or prior is None:
        return None
    draws = fit.heterogeneity_sd.to_numpy().ravel()
    exact = _closed_form(fit)
    before = distribution(prior)
    grid = np.linspace(0.0, float(max(np.quantile(draws, 0.999), min(before.ppf(0.95), 3 * draws.max()))), POINTS)
    return {
        **found,
        "density": {
            "grid": grid.tolist(),
            "posterior": (_density(draws, grid) if exact is None else np.exp(exact.log(grid))).tolist(),
            "prior": np.nan_to_num(before.pdf(grid), posinf=0.0).tolist(),
        },
    }


def spread_of(fit: Fit) -> dict[str, Any] | None:
    """The same without the densities."""
    prior = fit.analysis.priors.heterogeneity
    if fit.heterogeneity_sd is None or prior is None:
        return None
    before = distribution(prior)
    return {
        **_moments(fit),
        "scale": SCALE[fit.analysis.effect_measure],
        "prior": {
            "family": str(prior.family),
            **prior.parameters(),
            "median": float(before.median()),
            "lower": float(before.ppf(LIMITS[0])),
            "upper": float(before.ppf(LIMITS[1])),
        },
    }


def tau_summary(fit: Fit) -> dict[str, float] | None:
    """Median and 95 % interval of the heterogeneity of any fit; None for common effects."""
    if fit.heterogeneity_sd is None:
        return None
    exact = _closed_form(fit)
    if exact is None:
        return tau_of(fit.heterogeneity_sd.to_numpy().ravel())
    limits = zip(("median", "lower", "upper"), (0.5, *LIMITS), strict=True)
    return {name: exact.quantile(probability) for name, probability in limits}


def _closed_form(fit: Fit) -> Density | None:
    """The density of the heterogeneity, where it is known without draws."""
    return None if fit.closed_form is None else fit.closed_form.heterogeneity


def _moments(fit: Fit) -> dict[str, float]:
    """Median, 95 % interval, mean and standard deviation."""
    summary, exact = tau_summary(fit), _closed_form(fit)
    assert summary is not None  # the effects are random
    assert fit.heterogeneity_sd is not None
    draws = fit.heterogeneity_sd.to_numpy().ravel()
    if exact is None:
        return {**summary, "mean": float(draws.mean()), "sd": float(draws.std(ddof=1))}
    mean = float(exact.weight @ exact.tau)
    return {**summary, "mean": mean, "sd": float(np.sqrt(exact.weight @ (exact.tau - mean) ** 2))}


def tau_of(draws: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, float]:
    """Median and 95 % interval."""
    median, lower, upper = quantiles(draws, (0.5, *LIMITS))
    return {"median": median, "lower": lower, "upper": upper}


def settings_range(fit: Fit) -> dict[str, float] | None:
    """What the heterogeneity means: how far true effects of settings lie apart, at its median and its upper limit.

    In 95 % of settings the true effect lies within 1.96 τ of the average, on the scale on which effects add: for a
    ratio between its average divided by ``factor`` and multiplied by it, otherwise within ``width`` of it.
    """
    found = tau_summary(fit)
    if found is None:
        return None
    widths = Z95 * found["median"], Z95 * found["upper"]
    if adds_on_log(fit.analysis):
        return {"factor": float(np.exp(widths[0])), "factor_upper": float(np.exp(widths[1]))}
    return {"width": widths[0], "width_upper": widths[1]}


def _density(draws: np.ndarray[Any, np.dtype[np.float64]], grid: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
    """Kernel density of a positive quantity, reflected at zero so that no mass is lost there."""
    kernel = gaussian_kde(draws)
    return kernel(grid) + kernel(-grid)
