"""The risk under the reference, pooled over its arms: where absolute effects start when nothing else is declared.

The baseline is modelled apart from the relative effects, as Dias, Welton, Sutton & Ades 2013 advise
(doi:10.1177/0272989X13485155), so that neither shapes the other. For the S arms of the reference::

    r_i ~ Binomial(n_i, p_i),   logit p_i ~ Normal(m, s²),   m ~ Normal(0, 10²),   s ~ half-normal(1)

expit(m) is the risk of the average setting, expit(m + s z) with z standard normal that of a new one. The random effect
of each arm is integrated by Gauss-Hermite quadrature round its mode (Liu & Pierce 1994, doi:10.1093/biomet/81.3.624),
m and s on a grid. With a single arm nothing can be said of s: the risk is then that arm's own, with the uncertainty of
its counts alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, logsumexp, ndtri

Floats = npt.NDArray[np.floating[Any]]

MEAN_SCALE, SPREAD_SCALE = 10.0, 1.0
"""Scales of the normal prior of m and of the half-normal prior of s, both on the log odds scale."""
WIDEST_SPREAD = 5.0 * SPREAD_SCALE
NODES = 15
COARSE, FINE = (61, 20), (241, 50)
"""Means and spreads of the grids that look for the posterior, and of the one that covers it."""
FARTHEST = 15.0
"""How far from the crude log odds m is looked for."""
NEGLIGIBLE = 20.0
STEPS, LONGEST = 10, 2.0


@dataclass(frozen=True)
class PooledRisk:
    """Draws of the risk under the reference.

    Attributes
    ----------
    arms : int
        Arms of the reference.
    average : array, shape (D,)
        Of the average setting.
    new : array, shape (D,), optional
        Of a new setting; None where there is a single arm.
    """

    arms: int
    average: Floats
    new: Floats | None


@dataclass(frozen=True)
class _Grid:
    """Log posterior at M means and G spreads, shape (M, G); a single spread of 0 for a single arm."""

    means: Floats
    spreads: Floats
    log_density: Floats


def pooled_risk(arms: Sequence[tuple[int, int]], size: int, rng: np.random.Generator) -> PooledRisk | None:
    """Pool the arms of the reference.

    Parameters
    ----------
    arms : sequence of (events, people)
        Every arm of the reference.
    size : int
        Draws that are wanted; they fill the posterior evenly, in an order that ``rng`` makes.

    Returns
    -------
    PooledRisk or None
        None where the reference has no arm with counts.
    """
    if not arms:
        return None
    grid = _posterior(np.array(arms, float))
    means, spreads = _draws(grid, size, rng)
    if len(arms) == 1:
        return PooledRisk(1, expit(means), None)
    noise = rng.permutation(ndtri((np.arange(size) + 0.5) / size))
    return PooledRisk(len(arms), expit(means), expit(means + spreads * noise))


def _posterior(arms: Floats) -> _Grid:
    """Two coarse grids find where the posterior lies, each within the last one, and a fine one covers it."""
    events, people = arms.T
    centre = float(logit((events.sum() + 0.5) / (people.sum() + 1.0)))
    low, high = centre - FARTHEST, centre + FARTHEST
    for _ in range(2):
        found = _on_grid(arms, np.linspace(low, high, COARSE[0]), COARSE[1])
        marginal = logsumexp(found.log_density, axis=1)
        held = found.means[marginal > marginal.max() - NEGLIGIBLE]
        step = found.means[1] - found.means[0]
        low, high = held[0] - step, held[-1] + step
    return _on_grid(arms, np.linspace(low, high, FINE[0]), FINE[1])


def _on_grid(arms: Floats, means: Floats, size: int) -> _Grid:
    """Log posterior at given means and ``size`` spreads."""
    alone = len(arms) == 1
    spreads, weights = (np.zeros(1), np.ones(1)) if alone else _spreads(size)
    parts = [_binomial(arm, means)[:, None] if alone else _marginal(arm, means[:, None], spreads) for arm in arms]
    likelihood = np.sum(parts, axis=0)
    prior = -0.5 * (means[:, None] / MEAN_SCALE) ** 2 - 0.5 * (spreads / SPREAD_SCALE) ** 2 + np.log(weights)
    return _Grid(means, spreads, likelihood + prior)


def _spreads(size: int) -> tuple[Floats, Floats]:
    """Nodes and weights between 0 and the widest spread, denser towards 0."""
    x, w = np.polynomial.legendre.leggauss(size)
    root = (x + 1) / 2
    return WIDEST_SPREAD * root**2, WIDEST_SPREAD * root * w


def _binomial(arm: Floats, log_odds: Floats) -> Floats:
    """Log likelihood of an arm, without its coefficient."""
    events, people = arm
    found: Floats = events * log_odds - people * np.logaddexp(0.0, log_odds)
    return found


def _marginal(arm: Floats, mean: Floats, spread: Floats) -> Floats:
    """Log likelihood of an arm, its random effect integrated out."""
    events, people = arm
    mean, spread = (np.asarray(it, float) for it in np.broadcast_arrays(mean, spread))
    precision = spread**-2.0
    own = logit((events + 0.5) / (people + 1.0))
    known = people * expit(own) * expit(-own)
    mode: Floats = (precision * mean + known * own) / (precision + known)
    for _ in range(STEPS):
        risk = expit(mode)
        slope = events - people * risk - precision * (mode - mean)
        mode = mode + np.clip(slope / (people * risk * (1 - risk) + precision), -LONGEST, LONGEST)
    width = np.sqrt(2.0 / (people * expit(mode) * expit(-mode) + precision))
    x, w = np.polynomial.hermite.hermgauss(NODES)
    at = mode[..., None] + width[..., None] * x
    height = _binomial(arm, at) - 0.5 * precision[..., None] * (at - mean[..., None]) ** 2 + x**2 + np.log(w)
    found: Floats = logsumexp(height, axis=-1) + np.log(width / spread) - 0.5 * np.log(2 * np.pi)
    return found


def _draws(grid: _Grid, size: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Means and spreads that fill the posterior evenly, in random order."""
    density = np.exp(grid.log_density - grid.log_density.max()).ravel()
    cumulative = np.cumsum(density) / density.sum()
    cell = np.minimum(np.searchsorted(cumulative, (np.arange(size) + 0.5) / size), len(density) - 1)
    row, column = np.divmod(cell, len(grid.spreads))
    step = grid.means[1] - grid.means[0]
    means = grid.means[row] + step * (rng.random(size) - 0.5)
    order = rng.permutation(size)
    return means[order], grid.spreads[column][order]
