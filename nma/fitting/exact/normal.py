"""The contrast-level posterior in closed form: given τ a normal distribution, and τ is one dimension.

With x̂ the independent contrasts of :mod:`nma.fitting.layout`, X their design and V their sampling variances::

    x̂ | β, τ ~ Normal(Xβ, V + τ²),   β ~ Normal(0, scale²)
    p(τ | x̂) ∝ p(τ) p(x̂ | τ),   β | τ, x̂ ~ Normal(b(τ), B(τ))

so that the posterior is a mixture of normals over the nodes of a quadrature of τ, with an
error far below any printed digit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nma.analysis import Analysis
from nma.analysis.priors import Prior
from nma.fitting.exact.density import Density, density
from nma.fitting.layout import layout
from nma.fitting.least_squares import Conditional, Regression
from nma.fitting.means import Task
from nma.fitting.priors import distribution
from nma.vocab import Family

Floats = npt.NDArray[np.floating[Any]]

KEPT = 1e-14
"""Nodes that stand for less than this probability are left out of sums over the mixture."""


@dataclass(frozen=True)
class NormalPosterior:
    """Posterior of a regression of contrasts; ``heterogeneity`` is None for common effects (τ = 0)."""

    regression: Regression
    heterogeneity: Density | None

    def mixture(self) -> Mixture:
        """The posterior of the parameters as a mixture of normals."""
        if self.heterogeneity is None:
            at: Floats = np.zeros(1)
            weight: Floats = np.ones(1)
        else:
            kept = self.heterogeneity.weight > KEPT
            at, weight = self.heterogeneity.tau[kept], self.heterogeneity.weight[kept]
        found = self.regression.conditional(at**2)
        return Mixture(weight / weight.sum(), at, found.mean, np.linalg.inv(found.precision))

    def taus(self, uniform: Floats) -> Floats:
        """Draws of the heterogeneity by uniform numbers; zeros for common effects."""
        return np.zeros(len(uniform)) if self.heterogeneity is None else self.heterogeneity.draw(uniform)

    def draw(self, size: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Draws of the parameters, shape (D, P), and of the heterogeneity, shape (D,)."""
        tau = self.taus(rng.random(size))
        found = self.regression.conditional(tau**2)
        return coloured(found, rng.standard_normal(found.mean.shape)), tau


def coloured(found: Conditional, white: Floats) -> Floats:
    """Turn standard normal numbers, shape (D, P), into parameters with the conditional's means and precisions."""
    factor = np.linalg.cholesky(found.precision)
    deviation: Floats = np.linalg.solve(factor.swapaxes(-1, -2), white[..., None])[..., 0]
    return found.mean + deviation


@dataclass(frozen=True)
class Mixture:
    """A mixture of normals of the P parameters over G values of the heterogeneity.

    Attributes
    ----------
    weight, tau : array, shape (G,)
        Probabilities that sum to 1, and between-trial standard deviations.
    mean, covariance : array, shape (G, P) and (G, P, P)
        Of the parameters.
    """

    weight: Floats
    tau: Floats
    mean: Floats
    covariance: Floats

    def with_reference(self) -> Mixture:
        """With the reference's zeros first."""
        padded = np.pad(self.mean, ((0, 0), (1, 0))), np.pad(self.covariance, ((0, 0), (1, 0), (1, 0)))
        return Mixture(self.weight, self.tau, *padded)


def contrast_level(task: Task) -> Regression:
    """The regression of a task's independent contrasts, less the bias the task supposes."""
    arrays = layout(task)
    offset = np.concatenate([task.offset(trial) for trial in task.trials])
    estimate = arrays.estimate
    if offset.any():
        estimate = estimate - arrays.turned(offset)
    ridge = float(arrays.effects_prior[0]) ** -2
    return Regression(arrays.design, estimate, 1 / arrays.precision, ridge)


def normal_posterior(regression: Regression, analysis: Analysis, refine: int = 0) -> NormalPosterior:
    """Posterior of a regression whose ridge is the precision of the effects' prior.

    Raises
    ------
    FitError
        The posterior of the heterogeneity cannot be integrated.
    """
    prior = analysis.priors.heterogeneity
    if prior is None:
        return NormalPosterior(regression, None)
    log_prior = distribution(prior).logpdf

    def log_density(tau: Floats) -> Floats:
        finite = np.minimum(tau, 1e100)
        log: Floats = regression.conditional(finite**2).log_likelihood + log_prior(tau)
        return log

    return NormalPosterior(regression, density(in_parts(log_density), typical(prior), bound(prior), refine))


PART = 2_000
"""Values of τ that are looked at together, so that memory stays small in large networks."""


def in_parts(log: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
    """The same function, called for a part of its argument at a time."""
    return lambda tau: np.concatenate([log(tau[i : i + PART]) for i in range(0, len(tau), PART)])


def typical(prior: Prior) -> float:
    """Median of the prior of the heterogeneity."""
    return float(distribution(prior).median())


def bound(prior: Prior) -> float:
    """Largest value the prior allows."""
    return float(distribution(prior).support()[1]) if prior.family is Family.UNIFORM else np.inf
