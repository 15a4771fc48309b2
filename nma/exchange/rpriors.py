"""The heterogeneity prior in the words of each package, and what is said where it has no such family.

Where a family is missing, a half-normal with the same median stands in; its scale is median / 0.6745, the 75 % quantile
of the standard normal distribution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nma.analysis.priors import Prior
from nma.exchange.rcode import number, said
from nma.vocab import Family, PriorOn

HALF_NORMAL_MEDIAN = 0.6744897501960817
"""Median of the half-normal distribution with scale 1."""


@dataclass(frozen=True)
class RPrior:
    """A prior as R code, and what must be said of it."""

    code: str
    note: str | None = None


def _value(prior: Prior, name: str) -> float:
    return float(prior.parameters()[name])


def _median(prior: Prior) -> float:
    """Median of a family that a package may lack."""
    return _value(prior, "scale") if prior.family is Family.HALF_CAUCHY else _value(prior, "upper") / 2


def _stands_in(package: str, prior: Prior, code: Callable[[float], str]) -> RPrior:
    scale = _median(prior) / HALF_NORMAL_MEDIAN
    note = (
        f"{package} has no {prior.family} prior: in place of {said(prior)} stands a half-normal with the same median, "
        f"scale {scale:.4g}. Its tail is another, so the heterogeneity may differ."
    )
    return RPrior(code(scale), note)


def _gemtc_half_normal(scale: float) -> str:
    return f'mtc.hy.prior("std.dev", "dhnorm", 0, {number(scale)}^-2)'


def _gemtc_log_normal(prior: Prior) -> RPrior:
    of = "var" if prior.on is PriorOn.VARIANCE else "std.dev"
    mean, sd = number(_value(prior, "mean")), number(_value(prior, "sd"))
    return RPrior(f'mtc.hy.prior("{of}", "dlnorm", {mean}, {sd}^-2)')


GEMTC: dict[Family, Callable[[Prior], RPrior]] = {
    Family.HALF_NORMAL: lambda prior: RPrior(_gemtc_half_normal(_value(prior, "scale"))),
    Family.UNIFORM: lambda prior: RPrior(f'mtc.hy.prior("std.dev", "dunif", 0, {number(_value(prior, "upper"))})'),
    Family.LOG_NORMAL: _gemtc_log_normal,
    Family.HALF_CAUCHY: lambda prior: _stands_in("gemtc", prior, _gemtc_half_normal),
}
"""JAGS writes the precision where we write the scale."""


def _multinma_half_normal(scale: float) -> str:
    return f'prior_het = half_normal(scale = {number(scale)}), prior_het_type = "sd"'


def _multinma_log_normal(prior: Prior) -> RPrior:
    of = "var" if prior.on is PriorOn.VARIANCE else "sd"
    mean, sd = number(_value(prior, "mean")), number(_value(prior, "sd"))
    return RPrior(f'prior_het = log_normal(location = {mean}, scale = {sd}), prior_het_type = "{of}"')


MULTINMA: dict[Family, Callable[[Prior], RPrior]] = {
    Family.HALF_NORMAL: lambda prior: RPrior(_multinma_half_normal(_value(prior, "scale"))),
    Family.HALF_CAUCHY: lambda prior: RPrior(
        f'prior_het = half_cauchy(scale = {number(_value(prior, "scale"))}), prior_het_type = "sd"'
    ),
    Family.LOG_NORMAL: _multinma_log_normal,
    Family.UNIFORM: lambda prior: _stands_in("multinma", prior, _multinma_half_normal),
}
