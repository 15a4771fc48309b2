"""Normal variables that the sampler sees through a change of variable, so that it walks on a nearly round posterior.

They change no posterior: a variable keeps its normal prior, and each change of variable has its Jacobian. The numbers
that guide a change of variable are data, so they are parameters of the variable that its density ignores.
"""

from __future__ import annotations

from typing import Any

import pymc as pm
import pytensor.tensor as pt
from pymc.distributions.transforms import Transform

PARAMETERS = slice(2, None)
"""Where the parameters stand among the inputs of a random variable: behind generator and size."""


class Informed(Transform):  # type: ignore[misc]
    """Between fully centred and fully non-centred, trial by trial, by what the trial knows.

    A contrast x ~ Normal(mean, τ²) that was seen as x̂ with precision Λ has, given mean and τ, approximately the
    conditional posterior Normal(m, v) with v = τ² / (1 + Λτ²) and m = (mean + Λτ² x̂) / (1 + Λτ²). The sampler moves
    z = (x - m) / √v, which hardly depends on mean and τ any more: centred where Λτ² is large, non-centred where it is
    small (the idea of partial non-centring, Papaspiliopoulos, Roberts & Sköld 2007, doi:10.1214/088342307000000014).
    """

    name = "informed"

    @staticmethod
    def _conditional(inputs: Any) -> tuple[Any, Any]:
        mean, tau, estimate, precision = inputs[PARAMETERS]
        gain = precision * tau**2
        return (mean + gain * estimate) / (1 + gain), tau / pt.sqrt(1 + gain)

    def forward(self, value: Any, *inputs: Any) -> Any:
        """X to z."""
        location, scale = self._conditional(inputs)
        return (value - location) / scale

    def backward(self, value: Any, *inputs: Any) -> Any:
        """Z to x."""
        location, scale = self._conditional(inputs)
        return location + scale * value

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:
        """Log derivative of x by z, one term for each contrast."""
        _, scale = self._conditional(inputs)
        return pt.log(scale) + pt.zeros_like(value)


class Located(Transform):  # type: ignore[misc]
    """A fixed shift and linear map: x = location + spread z."""

    name = "located"

    def forward(self, value: Any, *inputs: Any) -> Any:
        """X to z."""
        _, location, spread = inputs[PARAMETERS]
        return pt.linalg.solve_triangular(spread, value - location, lower=True)

    def backward(self, value: Any, *inputs: Any) -> Any:
        """Z to x."""
        _, location, spread = inputs[PARAMETERS]
        return location + spread @ value

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:
        """Log determinant of the spread."""
        return pt.log(pt.diag(inputs[PARAMETERS][2])).sum()


def informed_normal(name: str, mean: Any, tau: Any, guide: tuple[Any, Any], dims: str) -> Any:
    """``Normal(mean, tau)``, each component sampled as :class:`Informed` by ``guide``: its estimate and precision."""
    return pm.CustomDist(
        name,
        mean,
        tau,
        *guide,
        dims=dims,
        transform=Informed(),
        logp=lambda value, mean, tau, *_: pm.logp(pm.Normal.dist(mean, tau), value),
        random=lambda mean, tau, *_, rng=None, size=None: rng.normal(mean, tau, size=size),
    )


def located_normal(name: str, scale: Any, guide: tuple[Any, Any], dims: str) -> Any:
    """``Normal(0, scale)`` in k components, sampled as :class:`Located` by ``guide``: its location and spread."""
    return pm.CustomDist(
        name,
        scale,
        *guide,
        dims=dims,
        transform=Located(),
        signature="(),(k),(k,k)->(k)",
        logp=lambda value, scale, *_: pm.logp(pm.Normal.dist(0, scale), value).sum(),
        random=lambda scale, location, *_, rng=None, size=None: rng.normal(0, scale, size=location.shape),
    )
