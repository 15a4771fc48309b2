"""Normal likelihoods that stand in for the binomial ones: expectation propagation at each of a few values of τ.

Each trial's L(δ) is replaced by a normal one, such that together with what all other trials say of its contrasts the
two have the same mean and covariance (Minka 2001, arXiv:1301.2294). The result is a contrast-level posterior given τ,
with its evidence: the proposal for the importance sampler, which corrects what is left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nma.fitting.exact.many_arm import Likelihood
from nma.fitting.exact.two_arm import TwoArm

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.intp]

ROUNDS = 20
"""Most rounds; they end when no parameter has to move by more than SETTLED of its standard deviation."""
SETTLED = 0.02
FIRST_SHARE, SLOWER = 0.7, 0.9
"""Share of a move that is made, and what it is multiplied by after a round: all trials move at once, and would swing
around where they belong."""
POINTS = 512
"""Points at which a trial of several arms is looked at."""
FLATTEST = 1e6
"""Largest variance of a site: a trial that says nothing."""


@dataclass(frozen=True)
class Trials:
    """The trials of a task, those with two arms together.

    Attributes
    ----------
    two, two_design, two_offset
        Likelihoods of S two-arm trials, rows of the design, shape (S, P), and supposed biases, shape (S,).
    many, many_design, many_offset
        The same one by one for trials with more arms: designs of shape (A - 1, P).
    """

    two: TwoArm | None
    two_design: Floats
    two_offset: Floats
    many: tuple[Likelihood, ...]
    many_design: tuple[Floats, ...]
    many_offset: tuple[Floats, ...]


@dataclass(frozen=True)
class Matched:
    """Given each of J values of τ: the parameters' posterior, and the log evidence.

    Attributes
    ----------
    tau, log_evidence : array, shape (J,)
    mean, covariance : array, shape (J, P) and (J, P, P)
        Of the parameters.
    sites : tuple
        Mean and variance of the two-arm trials' normal likelihoods, shape (J, S), and for each other trial mean and
        covariance, shape (J, A - 1) and (J, A - 1, A - 1).
    """

    tau: Floats
    log_evidence: Floats
    mean: Floats
    covariance: Floats
    two: tuple[Floats, Floats]
    many: tuple[tuple[Floats, Floats], ...]


def matched(trials: Trials, tau: Floats, ridge: float, rng: np.random.Generator) -> Matched:
    """Match the trials at each value of τ; ``ridge`` is the precision of the effects' prior."""
    size = len(tau)
    two, many = _first_sites(trials, size)
    seeds = rng.integers(2**32, size=len(trials.many))
    mean, covariance, evidence = _posterior(trials, tau, ridge, (two, many))
    for share in FIRST_SHARE * SLOWER ** np.arange(ROUNDS):
        new_two, gain = _match_two(trials, tau, (mean, covariance), two, share)
        gains = [gain]
        new_many = []
        for place, site in enumerate(many):
            found, gain = _match_many(trials, tau, (mean, covariance), (place, site, seeds[place]), share)
            new_many.append(found)
            gains.append(gain)
        log_evidence = evidence + sum(gains)
        two, many = new_two, tuple(new_many)
        before = mean, covariance
        mean, covariance, evidence = _posterior(trials, tau, ridge, (two, many))
        if _moved(before, (mean, covariance)) < SETTLED * share:
            break
    return Matched(tau, log_evidence, mean, covariance, two, many)


Site = tuple[Floats, Floats]
Sites = tuple[Site, tuple[Site, ...]]


def _first_sites(trials: Trials, size: int) -> Sites:
    """The usual normal approximations of the counts."""
    two: Site = (np.zeros((size, 0)), np.ones((size, 0)))
    if trials.two is not None:
        two = (np.tile(trials.two.centre, (size, 1)), np.tile(trials.two.scale**2, (size, 1)))
    many = tuple((np.tile(one.mean, (size, 1)), np.tile(one.covariance, (size, 1, 1))) for one in trials.many)
    return two, many


def between(tau: Floats, width: int) -> Floats:
    """Between-trial covariance of a trial's contrasts, τ²(½I + ½J); shape (J, width, width)."""
    covariance: Floats = tau[:, None, None] ** 2 * (0.5 * np.eye(width) + 0.5)
    return covariance


def _posterior(trials: Trials, tau: Floats, ridge: float, sites: Sites) -> tuple[Floats, Floats, Floats]:
    """Posterior of the parameters given τ and the sites, and the log evidence of the sites as normal data."""
    (seen, variance), many = sites
    total = variance + tau[:, None] ** 2
    seen = seen - trials.two_offset
    size = trials.two_design.shape[1]
    precision = np.einsum("js,sp,sq->jpq", 1 / total, trials.two_design, trials.two_design) + ridge * np.eye(size)
    moment = (seen / total) @ trials.two_design
    evidence = -0.5 * (seen**2 / total + np.log(total)).sum(axis=1) + 0.5 * size * np.log(ridge)
    for (value, covariance), design, offset in zip(many, trials.many_design, trials.many_offset, strict=True):
        inverse = np.linalg.inv(covariance + between(tau, len(design)))
        value = value - offset
        precision += design.T @ inverse @ design
        weighted = (inverse @ value[..., None])[..., 0]
        moment += weighted @ design
        evidence += 0.5 * (np.linalg.slogdet(inverse)[1] - (value * weighted).sum(axis=1))
    posterior = np.linalg.inv(precision)
    mean = (posterior @ moment[..., None])[..., 0]
    evidence += 0.5 * ((mean * moment).sum(axis=1) - np.linalg.slogdet(precision)[1])
    return mean, posterior, evidence


def _match_two(trials: Trials, tau: Floats, posterior: Site, site: Site, share: float) -> tuple[Site, Floats]:
    """New sites of the two-arm trials, a share of the way to where they belong, and what the old add to the evidence.

    A trial that would have to take information away gets the flattest site with the right mean: it only tilts.
    """
    if trials.two is None:
        return site, np.zeros(len(tau))
    x = trials.two_design
    mean = posterior[0] @ x.T
    variance = np.einsum("sp,jpq,sq->js", x, posterior[1], x)
    seen, own = site[0] - trials.two_offset, site[1] + tau[:, None] ** 2
    precision = np.maximum(1 / variance - 1 / own, 1 / FLATTEST)
    cavity = (mean / variance - seen / own) / precision
    spread = 1 / precision + tau[:, None] ** 2
    centre = cavity + trials.two_offset
    tilted = trials.two.tilted(centre.T, np.sqrt(spread).T)
    moment, left = tilted.mean.T, tilted.variance.T
    wanted = np.maximum(1 / left - 1 / spread, 1 / FLATTEST)
    site_precision = _towards(wanted, 1 / site[1], share)
    value = _towards(moment * (1 / spread + wanted) - centre / spread, site[0] / site[1], share) / site_precision
    total = spread + site[1]
    gain = tilted.log_mass.T + 0.5 * ((site[0] - centre) ** 2 / total + np.log(total))
    return (value, 1 / site_precision), gain.sum(axis=1)


def _match_many(
    trials: Trials, tau: Floats, posterior: Site, which: tuple[int, Site, Any], share: float
) -> tuple[Site, Floats]:
    """The same for a trial with more arms."""
    place, (value, covariance), seed = which
    x, offset = trials.many_design[place], trials.many_offset[place]
    spread_between = between(tau, len(x))
    mean, variance = posterior[0] @ x.T + offset, x @ posterior[1] @ x.T
    inside, own = np.linalg.inv(variance), np.linalg.inv(covariance + spread_between)
    cavity_precision = _positive(inside - own, 1 / FLATTEST)
    weighted = (inside @ mean[..., None] - own @ value[..., None])[..., 0]
    cavity = np.linalg.solve(cavity_precision, weighted[..., None])[..., 0]
    spread = np.linalg.inv(cavity_precision) + spread_between
    approximation = replace(trials.many[place], mean=value, covariance=covariance)
    points = approximation.points(cavity, spread, POINTS, np.random.default_rng(seed))
    moment, left = points.moments()
    outside, before = np.linalg.inv(spread), np.linalg.inv(covariance)
    wanted = _positive(np.linalg.inv(left) - outside, 1 / FLATTEST)
    site_precision = _towards(wanted, before, share)
    wanted_moment = (outside + wanted) @ moment[..., None] - outside @ cavity[..., None]
    target = _towards(wanted_moment, before @ value[..., None], share)
    new = np.linalg.solve(site_precision, target)[..., 0]
    total, off = spread + covariance, value - cavity
    distance = (off * np.linalg.solve(total, off[..., None])[..., 0]).sum(axis=1)
    gain = points.log_mass + 0.5 * (distance + np.linalg.slogdet(total)[1])
    return (new, np.linalg.inv(site_precision)), gain


def _towards(new: Floats, old: Floats, share: float) -> Floats:
    moved: Floats = share * new + (1 - share) * old
    return moved


def _positive(matrix: Floats, smallest: float) -> Floats:
    """The nearest symmetric matrices whose eigenvalues are not below a value."""
    values, vectors = np.linalg.eigh((matrix + matrix.swapaxes(-1, -2)) / 2)
    positive: Floats = (vectors * np.maximum(values, smallest)[..., None, :]) @ vectors.swapaxes(-1, -2)
    return positive


def _moved(before: Site, after: Site) -> float:
    """Largest move of a parameter's mean, in its standard deviations, or of the logarithm of that deviation."""
    sds = [np.sqrt(np.diagonal(covariance, axis1=1, axis2=2)) for _, covariance in (before, after)]
    return float(max((np.abs(after[0] - before[0]) / sds[1]).max(), np.abs(np.log(sds[1] / sds[0])).max()))
