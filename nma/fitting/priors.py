"""Densities of the prior families: one row each, for scipy (figures, quantiles) and for PyMC (the model)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from nma.analysis import Prior
from nma.vocab import Family, PriorOn


@dataclass(frozen=True)
class DensityRow:
    """A family's parameters as numbers, its frozen scipy distribution and its PyMC variable."""

    numbers: Callable[[Prior], tuple[float, float]]
    """Two numbers, data of the compiled model; the second is unused by one-parameter families."""
    scipy: Callable[[Sequence[float]], Any]
    pymc: Callable[[Any, str, Sequence[Any], Mapping[str, Any]], Any]


def _on_sd(prior: Prior) -> tuple[float, float]:
    """Log-normal parameters on the standard deviation: those of the variance are halved (log sd = log variance / 2)."""
    mean, sd = float(prior.mean or 0.0), float(prior.sd or 1.0)
    return (mean / 2, sd / 2) if prior.on is PriorOn.VARIANCE else (mean, sd)


def _softplus(pm: Any) -> Any:
    """The sampler's scale for a light-tailed spread: like its logarithm near 0, like itself above 1.

    On the logarithm alone a step to the right can land where the density has fallen beyond all measure: a divergence.
    """
    return pm.distributions.transforms.log_exp_m1


DENSITIES: dict[Family, DensityRow] = {
    Family.NORMAL: DensityRow(
        lambda p: (float(p.scale or 1.0), 0.0),
        lambda v: stats.norm(scale=v[0]),
        lambda pm, name, v, kw: pm.Normal(name, 0.0, v[0], **kw),
    ),
    Family.HALF_NORMAL: DensityRow(
        lambda p: (float(p.scale or 1.0), 0.0),
        lambda v: stats.halfnorm(scale=v[0]),
        lambda pm, name, v, kw: pm.HalfNormal(name, v[0], default_transform=_softplus(pm), **kw),
    ),
    Family.HALF_CAUCHY: DensityRow(
        lambda p: (float(p.scale or 1.0), 0.0),
        lambda v: stats.halfcauchy(scale=v[0]),
        lambda pm, name, v, kw: pm.HalfCauchy(name, v[0], **kw),
    ),
    Family.UNIFORM: DensityRow(
        lambda p: (float(p.upper or 1.0), 0.0),
        lambda v: stats.uniform(scale=v[0]),
        lambda pm, name, v, kw: pm.Uniform(name, 0.0, v[0], **kw),
    ),
    Family.LOG_NORMAL: DensityRow(
        _on_sd,
        lambda v: stats.lognorm(s=v[1], scale=np.exp(v[0])),
        lambda pm, name, v, kw: pm.LogNormal(name, v[0], v[1], **kw),
    ),
}


def numbers(prior: Prior | None) -> tuple[float, float]:
    """Parameters of a prior as two numbers."""
    return DENSITIES[prior.family].numbers(prior) if prior else (1.0, 0.0)


def distribution(prior: Prior) -> Any:
    """Frozen scipy distribution of a prior (of the standard deviation, for a heterogeneity prior)."""
    row = DENSITIES[prior.family]
    return row.scipy(row.numbers(prior))
