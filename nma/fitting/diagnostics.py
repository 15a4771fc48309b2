"""The gate: R-hat, effective sample sizes and divergences over every quantity that is reported.

Rank-normalised split R-hat and effective sample sizes: Vehtari et al. 2021 (doi:10.1214/20-BA1221).
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import xarray as xr

from nma.errors import FitError
from nma.fitting.posterior import FitDiagnostics, GateRow
from nma.fitting.quiet import arviz

MAX_RHAT = 1.01
MIN_ESS = 1000.0

Draws = dict[str, npt.NDArray[np.float64]]


def diagnose(posterior: xr.Dataset, divergences: int) -> FitDiagnostics:
    """Judge the draws.

    Every relative effect, the heterogeneity and every treatment's rank are looked at. A quantity that is the same in
    all draws (a treatment that is always first) is known exactly and passes; ranks are judged by their bulk only, since
    the tails of a quantity with a handful of values say nothing about the chains.

    Raises
    ------
    FitError
        A draw is not a finite number.
    """
    return judged(*_quantities(posterior), divergences)


def judged(smooth: Draws, ranks: Draws, divergences: int | None = None) -> FitDiagnostics:
    """Judge named quantities, each of shape (chain, draw); ``divergences`` is None where a sampler knows none.

    Raises
    ------
    FitError
        A draw is not a finite number, or nothing moved.
    """
    for name, draws in smooth.items():
        if not np.isfinite(draws).all():
            raise FitError(f"the draws of '{name}' are not all finite numbers; are the data extreme?")
    moving = {name: draws for name, draws in {**smooth, **ranks}.items() if np.ptp(draws) > 0}
    if not moving:
        raise FitError("no quantity moved during sampling")
    az = arviz()
    rhat = {name: float(az.rhat(draws)) for name, draws in moving.items()}
    bulk = {name: float(az.ess(draws, method="bulk")) for name, draws in moving.items()}
    tail = {name: float(az.ess(draws, method="tail")) for name, draws in moving.items() if name in smooth}
    worst = min(bulk, key=lambda name: bulk[name])
    values = (max(rhat.values()), min(bulk.values()), min(tail.values()))
    gate = [
        GateRow("max_rhat", values[0], MAX_RHAT, values[0] <= MAX_RHAT),
        GateRow("min_ess_bulk", values[1], MIN_ESS, values[1] >= MIN_ESS),
        GateRow("min_ess_tail", values[2], MIN_ESS, values[2] >= MIN_ESS),
    ]
    if divergences is not None:
        gate.append(GateRow("divergences", float(divergences), 0.0, divergences == 0))
    return FitDiagnostics(*values, divergences, worst=worst, gate=tuple(gate))


def _quantities(posterior: xr.Dataset) -> tuple[Draws, Draws]:
    """Reported quantities by name, each an array of shape (chain, draw): smooth ones, and ranks."""
    smooth, ranks = _effects(posterior) if "effects" in posterior else (_parameters(posterior), {})
    if "heterogeneity_sd" in posterior:
        smooth["heterogeneity"] = posterior["heterogeneity_sd"].transpose("chain", "draw").to_numpy()
    return smooth, ranks


def _effects(posterior: xr.Dataset) -> tuple[Draws, Draws]:
    effects = posterior["effects"].transpose("chain", "draw", "treatment").to_numpy()
    names = [str(name) for name in posterior["treatment"].to_numpy()]
    pairs = combinations(range(len(names)), 2)
    smooth = {f"{names[b]} against {names[a]}": effects[..., b] - effects[..., a] for a, b in pairs}
    order = effects.argsort(axis=-1).argsort(axis=-1).astype(float)
    return smooth, {f"rank of {name}": order[..., i] for i, name in enumerate(names)}


def _parameters(posterior: xr.Dataset) -> Draws:
    draws = posterior["parameters"].transpose("chain", "draw", "parameter").to_numpy()
    return {str(name): draws[..., i] for i, name in enumerate(posterior["parameter"].to_numpy())}
