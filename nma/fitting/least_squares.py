"""Weighted least squares for contrasts, with the between-trial variance by restricted likelihood or by moments.

In the independent contrasts of :mod:`nma.fitting.layout` a network meta-regression is a scalar one::

    x̂_c ~ Normal((Xβ)_c, τ² + v_c)

whatever the number of arms, so that every sum below runs over scalars. Restricted likelihood: Harville 1977
(doi:10.1080/01621459.1977.10480998), as in White et al. 2012 (doi:10.1002/jrsm.1045) for networks; moments:
DerSimonian & Laird's estimate for a regression, as in Jackson, White & Riley 2012 (doi:10.1002/sim.4172).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

Floats = npt.NDArray[np.floating[Any]]

GRID = 80
"""Values of τ among which the maximum of the restricted likelihood is looked for before it is refined."""


@dataclass(frozen=True)
class Conditional:
    """What is known at each of G values of τ².

    Attributes
    ----------
    log_likelihood : array, shape (G,)
        With the parameters integrated out, without its constant.
    mean : array, shape (G, P)
        Of the parameters.
    precision : array, shape (G, P, P)
        Of the parameters.
    """

    log_likelihood: Floats
    mean: Floats
    precision: Floats


@dataclass(frozen=True)
class Regression:
    """A regression of C independent contrasts on P parameters.

    Attributes
    ----------
    x : array, shape (C, P)
        The design. Its rank must be P unless there is a ``ridge``.
    y, variance : array, shape (C,)
        Estimates and sampling variances, on the scale on which effects add.
    ridge : float
        Precision of a normal prior around 0 for each parameter; 0 for none.
    """

    x: Floats
    y: Floats
    variance: Floats
    ridge: float = 0.0

    @property
    def df(self) -> int:
        """Contrasts less parameters."""
        return int(self.x.shape[0] - self.x.shape[1])

    def solve(self, between: float | Floats = 0.0) -> tuple[Floats, Floats]:
        """Estimates and their covariance at a between-trial variance τ² (one for all, or one a contrast)."""
        weight = 1 / (self.variance + between)
        covariance = np.linalg.inv(self.x.T @ (weight[:, None] * self.x) + self.ridge * np.eye(self.x.shape[1]))
        return covariance @ self.x.T @ (weight * self.y), covariance

    def q(self, between: float | Floats = 0.0) -> float:
        """Weighted sum of squared residuals: Cochran's Q at τ² = 0."""
        estimate, _ = self.solve(between)
        return float(np.sum((self.y - self.x @ estimate) ** 2 / (self.variance + between)))

    def moment_variance(self) -> float:
        """τ² = (Q - df) / (tr W - tr[(XᵀWX)⁻¹ XᵀW²X]), not below 0; 0 where there are no degrees of freedom."""
        weight = 1 / self.variance
        _, covariance = self.solve()
        scale = float(np.sum(weight) - np.trace(covariance @ self.x.T @ ((weight**2)[:, None] * self.x)))
        if self.df <= 0 or scale <= 0:
            return 0.0
        return max(0.0, (self.q() - self.df) / scale)

    def conditional(self, between: float | Floats) -> Conditional:
        """Parameters given each of G values of τ²: normal, and how likely they make what was seen.

        Contrasts with the same row of the design share one sum of weights, so that the cost grows with the number of
        different rows, not of trials.
        """
        rows, same = np.unique(self.x, axis=0, return_inverse=True)
        member = np.zeros((len(self.y), len(rows)))
        member[np.arange(len(self.y)), same.ravel()] = 1.0
        total = self.variance + np.atleast_1d(between)[:, None]
        weight = 1 / total
        size = rows.shape[1]
        outer = (rows[:, :, None] * rows[:, None, :]).reshape(len(rows), -1)
        precision = ((weight @ member) @ outer).reshape(-1, size, size) + self.ridge * np.eye(size)
        moment = (weight * self.y) @ member @ rows
        mean = np.linalg.solve(precision, moment[..., None])[..., 0]
        q = (weight * (self.y - mean @ self.x.T) ** 2).sum(axis=1) + self.ridge * (mean**2).sum(axis=1)
        likelihood = -0.5 * (np.log(total).sum(axis=1) + np.linalg.slogdet(precision)[1] + q)
        return Conditional(likelihood, mean, precision)

    def restricted_log_likelihood(self, between: float | Floats) -> Floats:
        """Restricted log likelihood of τ², without its constant; shape (G,) for G values of τ² at once."""
        return self.conditional(between).log_likelihood

    def restricted_variance(self) -> float:
        """τ² that maximises the restricted likelihood; 0 where there are no degrees of freedom."""
        if self.df <= 0:
            return 0.0

        def loss(tau: float) -> float:
            return -float(self.restricted_log_likelihood(tau**2)[0])

        grid = np.linspace(0.0, 1.0, GRID) ** 2 * self._largest_tau()
        best = int(np.argmax(self.restricted_log_likelihood(grid**2)))
        bounds = (grid[max(best - 1, 0)], grid[min(best + 1, GRID - 1)])
        found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-10 * max(1.0, bounds[1])})
        # At the boundary the search ends a rounding error away from 0.
        gain = loss(0.0) - float(found.fun)
        return float(found.x) ** 2 if gain > 1e-12 * (1 + abs(loss(0.0))) else 0.0

    def _largest_tau(self) -> float:
        """A τ beyond which the restricted likelihood only falls.

        Its derivative is negative where τ⁴ df > |u|²(τ² + max v), u being the residual of ordinary least squares.
        """
        residual = self.y - self.x @ np.linalg.lstsq(self.x, self.y, rcond=None)[0]
        mean_square = float(residual @ residual) / self.df
        return (
            float(np.sqrt(mean_square / 2 + np.sqrt(mean_square**2 / 4 + mean_square * np.max(self.variance)))) + 1e-6
        )
