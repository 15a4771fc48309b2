"""How well an analysis found the truth, over all networks, each figure with its Monte Carlo standard error.

Measures and their errors: Morris, White & Crowther 2019 (doi:10.1002/sim.8086), table 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nma.simulation.plan import Plan
from nma.simulation.ranks import LEVEL, uniformity
from nma.simulation.trial_run import Network
from nma.vocab import Better

Floats = npt.NDArray[np.floating[Any]]
Row = dict[str, Any]

NOMINAL, SLACK, ENOUGH = 0.95, 0.015, 1000
"""Coverage of a 95 % interval passes as calibrated at 93.5 to 96.5 % over a thousand networks or more; over fewer the
range is as many Monte Carlo errors wide as there."""


def quantity_rows(plan: Plan, networks: Sequence[Network], seed: int) -> list[Row]:
    """Bias, coverage and width for each relative effect and the heterogeneity, on the scale on which effects add."""
    names: list[Row] = [{"treatment": later, "versus": earlier} for later, earlier in plan.quantities]
    if plan.analysis.priors.heterogeneity is not None:
        names.append({"treatment": None, "versus": None})
    columns = {key: np.array([getattr(one, key) for one in networks]) for key in ("truth", "median", "lower", "upper")}
    ranks = np.array([one.ranks for one in networks])
    return [
        {**name, **_performance(*(column[:, i] for column in columns.values())), **_ranks(plan, ranks[:, i], seed)}
        for i, name in enumerate(names)
    ]


def _performance(truth: Floats, median: Floats, lower: Floats, upper: Floats) -> Row:
    """``coverage`` of the 95 % interval; ``bias`` and ``empirical_se`` of the posterior median; mean ``width``."""
    error, size = median - truth, len(truth)
    spread = float(error.std(ddof=1)) if size > 1 else None
    return {
        "truth": float(truth[0]) if np.ptp(truth) == 0 else None,
        "bias": float(error.mean()),
        "bias_mcse": _mean_error(error),
        "empirical_se": spread,
        "empirical_se_mcse": None if spread is None else spread / np.sqrt(2 * (size - 1)),
        **share("coverage", (lower <= truth) & (truth <= upper)),
        "width": float((upper - lower).mean()),
        "width_mcse": _mean_error(upper - lower),
    }


def _ranks(plan: Plan, ranks: npt.NDArray[np.integer[Any]], seed: int) -> Row:
    """Calibration, where the truth came from the priors."""
    if plan.truth is not None:
        return {}
    found = uniformity(ranks, seed)
    return {"rank_counts": list(found.counts), "p_chi2": found.p_chi2, "p_band": found.p_band}


def ranking_row(plan: Plan, networks: Sequence[Network]) -> Row:
    """How often the true order is found: the best treatment, all of them, and Kendall's τ of the two orders."""
    sign = 1 if plan.analysis.better is Better.HIGHER else -1
    true = [np.argsort(-sign * np.array(one.effects), kind="stable") for one in networks]
    found = [np.array(one.order) for one in networks]
    pairs = list(zip(true, found, strict=True))
    agreement = np.array([_kendall(a, b) for a, b in pairs])
    return {
        **share("best", np.array([a[0] == b[0] for a, b in pairs])),
        **share("order", np.array([(a == b).all() for a, b in pairs])),
        "kendall": float(agreement.mean()),
        "kendall_mcse": _mean_error(agreement),
    }


def _kendall(a: npt.NDArray[np.intp], b: npt.NDArray[np.intp]) -> float:
    """Agreement of two orders of the same things, from -1 to 1."""
    place = np.argsort(b)[a]
    later = place[None, :] > place[:, None]
    upper = np.triu_indices(len(a), 1)
    return float(2 * later[upper].mean() - 1)


def calibration(rows: Sequence[Row], networks: int) -> Row:
    """What the ranks and the coverage say of all quantities together; tests are corrected for their number."""
    tests = [row[p] for row in rows for p in ("p_chi2", "p_band")]
    coverage = [row["coverage"] for row in rows]
    lowest, highest = allowed_coverage(networks)
    return {
        "tests": len(tests),
        "smallest_p": min(tests),
        "uniform": min(tests) >= LEVEL / len(tests),
        "coverage_range": [min(coverage), max(coverage)],
        "coverage_allowed": [lowest, highest],
        "covered": lowest <= min(coverage) and max(coverage) <= highest,
    }


def allowed_coverage(networks: int) -> tuple[float, float]:
    """Coverage that passes as that of 95 % intervals, over so many networks."""
    slack = SLACK * max(1.0, float(np.sqrt(ENOUGH / networks)))
    return max(0.0, NOMINAL - slack), min(1.0, NOMINAL + slack)


def share(name: str, hits: npt.NDArray[np.bool_]) -> Row:
    """A share with its Monte Carlo standard error √(p(1 - p) / n)."""
    p = float(hits.mean())
    return {name: p, f"{name}_mcse": float(np.sqrt(p * (1 - p) / len(hits)))}


def _mean_error(values: Floats) -> float | None:
    """Monte Carlo standard error of a mean; None for one value."""
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None
