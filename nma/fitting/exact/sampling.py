"""Draws of the binomial posterior: by importance weights, or by Markov chains where those fail; and their gate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from nma.errors import FitError
from nma.fitting.diagnostics import MIN_ESS
from nma.fitting.exact.binomial import Posterior
from nma.fitting.exact.chain import chains, tuned
from nma.fitting.exact.weights import Weights, smoothed
from nma.fitting.means import Task
from nma.fitting.posterior import FitDiagnostics, GateRow

Floats = npt.NDArray[np.floating[Any]]
Doubles = npt.NDArray[np.float64]

MAX_K = 0.7
"""Weights with a heavier tail cannot be trusted (Vehtari et al. 2024)."""
WALKERS = 64
ATTEMPTS = ((1, 10.0), (4, 3.0))
"""How many times the draws, and degrees of freedom of the t distribution beside the number of parameters: the second
attempt has heavier tails."""
STEPS = (1, 4, 16)
"""How far apart the Markov chains' points are kept, in usual distances, until they pass their gate."""
MARGIN = 0.6
"""How far beyond the proposal's draws, in ranges of theirs, the Markov chains may walk."""


@dataclass(frozen=True)
class Drawn:
    """Draws of the parameters, shape (D, P), and of the heterogeneity, shape (D,), with what is known of them.

    ``shape`` is the number of chains and their length.
    """

    parameters: Floats
    tau: Floats
    diagnostics: FitDiagnostics
    attempts: int = 1
    shape: tuple[int, int] | None = None


def sample(posterior: Posterior, task: Task, rng: np.random.Generator) -> Drawn:
    """Draw from the posterior through the gate: importance weights, four times as many, then Markov chains.

    Raises
    ------
    FitError
        The weights are not finite numbers.
    """
    settings = task.analysis.sampling
    size = settings.chains * settings.draws
    for attempt, (times, freedom) in enumerate(ATTEMPTS, start=1):
        heavy = freedom + (posterior.proposal.size if attempt == 1 else 0)
        drawn = _weighted(posterior, task, (times * size, heavy), rng)
        if drawn.diagnostics.converged:
            return replace(drawn, attempts=attempt)
    return _walked(posterior, task, size, rng)


def _weighted(posterior: Posterior, task: Task, how: tuple[int, float], rng: np.random.Generator) -> Drawn:
    """Weighted draws turned into draws of equal weight: as many of each chain as the analysis asks for."""
    settings = task.analysis.sampling
    draws = posterior.proposal.draw(*how, rng)
    points = posterior.points(draws, rng)
    log_weight = posterior.log_weight(draws, posterior.tables(draws), points, rng)
    if not np.isfinite(log_weight).all():
        raise FitError("the weights of the draws are not all finite numbers; are the data extreme?")
    weights = smoothed(log_weight)
    kept = weights.resample(settings.chains * settings.draws, rng)
    diagnostics = _judged(weights, draws.parameters, draws.tau, task)
    return Drawn(draws.parameters[kept], draws.tau[kept], diagnostics)


def _judged(weights: Weights, parameters: Floats, tau: Floats, task: Task) -> FitDiagnostics:
    """Gate of the weights: k, and effective draws of every reported quantity, in the bulk and in the tails."""
    size = task.analysis.sampling.chains * task.analysis.sampling.draws
    bulk: dict[str, float] = {}
    tail: dict[str, float] = {}
    for name, draws in quantities(parameters, tau, task):
        bulk[name] = weights.of(draws, size)
        if not name.startswith("rank of"):
            limits = np.quantile(draws, (0.05, 0.95))
            tail[name] = min(weights.of((draws <= limit).astype(float), size) for limit in limits)
    worst = min(bulk, key=lambda name: bulk[name])
    k, least, rarest = weights.pareto_k, bulk[worst], min(tail.values())
    gate = (
        GateRow("pareto_k", k, MAX_K, k <= MAX_K),
        GateRow("min_ess_bulk", least, MIN_ESS, least >= MIN_ESS),
        GateRow("min_ess_tail", rarest, MIN_ESS, rarest >= MIN_ESS),
    )
    return FitDiagnostics(None, least, rarest, None, worst, gate, k)


def quantities(parameters: Floats, tau: Floats, task: Task) -> list[tuple[str, Doubles]]:
    """Reported quantities by name, each of shape (D,): relative effects, ranks, and the heterogeneity."""
    spread = [("heterogeneity", tau)] if task.analysis.priors.heterogeneity is not None else []
    if not task.means.consistent:
        return [*((f"parameter {i + 1}", row) for i, row in enumerate(parameters.T)), *spread]
    names = task.evidence.treatments
    effects = np.pad(parameters, ((0, 0), (1, 0)))
    pairs = [(f"{names[b]} against {names[a]}", effects[:, b] - effects[:, a]) for a, b in _pairs(len(names))]
    ranks = effects.argsort(axis=1).argsort(axis=1).astype(float)
    return [*pairs, *((f"rank of {name}", ranks[:, i]) for i, name in enumerate(names)), *spread]


MOST_PAIRS = 400


def _pairs(treatments: int) -> list[tuple[int, int]]:
    """Pairs of treatments; in very large networks those with the reference, on which all others hang."""
    every = list(combinations(range(treatments), 2))
    return every if len(every) <= MOST_PAIRS else [(0, b) for b in range(1, treatments)]


def _walked(posterior: Posterior, task: Task, size: int, rng: np.random.Generator) -> Drawn:
    """Markov chains instead; the gate is the sampler's, and says so."""
    width = posterior.proposal.size + 1
    white = rng.standard_normal((size, width))
    start = posterior.proposal.mapped(white)
    points = posterior.points(start, rng)
    tables = posterior.tables(start, MARGIN)
    shares = smoothed(posterior.log_weight(start, tables, points, rng)).resample(WALKERS, rng)

    def log_weight(at: Floats) -> Floats:
        draws = posterior.proposal.mapped(at)
        inside = posterior.inside(draws, tables)
        log: Floats = np.where(inside, posterior.log_weight(draws, tables, points, rng), -np.inf)
        return log

    shape = WALKERS, int(np.ceil(size / WALKERS))
    walkers = tuned(log_weight, white[shares], rng)
    for attempt, apart in enumerate(STEPS, start=len(ATTEMPTS) + 1):
        kept = chains(walkers, log_weight, (shape[1], apart), rng)
        draws = posterior.proposal.mapped(kept.reshape(-1, width))
        diagnostics = _chain_gate(draws.parameters, draws.tau, task, shape)
        drawn = Drawn(draws.parameters, draws.tau, diagnostics, attempt, shape)
        if diagnostics.converged:
            break
    return drawn


def _chain_gate(parameters: Floats, tau: Floats, task: Task, shape: tuple[int, int]) -> FitDiagnostics:
    """R-hat and effective sizes as of any Markov chain, without divergences."""
    from nma.fitting.diagnostics import judged

    found = [(name, draws.reshape(shape)) for name, draws in quantities(parameters, tau, task)]
    ranks = {name: draws for name, draws in found if name.startswith("rank of")}
    return judged({name: draws for name, draws in found if name not in ranks}, ranks)
