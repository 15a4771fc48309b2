"""One network simulated, fitted, and compared with its truth: the piece of work that is spread over workers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from nma.errors import FitError
from nma.simulation.network import true_values
from nma.simulation.plan import Plan, Truth
from nma.simulation.posteriors import Draws, posterior_draws
from nma.simulation.ranks import rank
from nma.vocab import Better, Engine

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Piece:
    """The network of one number of a study: the same seed and number, the same network, wherever it is made."""

    plan: Plan
    engine: Engine
    seed: int
    number: int


@dataclass(frozen=True, slots=True)
class Network:
    """What came of one network: Q quantities, the relative effects and then the heterogeneity.

    Attributes
    ----------
    effects : tuple of float
        The true effects of the T treatments.
    order : tuple of int
        The treatments by SUCRA, the best first.
    truth, median, lower, upper : tuple of float
        Of each quantity: its true value, and its posterior median and 95 % limits.
    ranks : tuple of int
        Of the true values among the draws.
    converged : bool
        Whether the fit passed its gate.
    """

    effects: tuple[float, ...]
    order: tuple[int, ...]
    truth: tuple[float, ...]
    median: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    ranks: tuple[int, ...]
    converged: bool


def tried(piece: Piece) -> Network | str:
    """Simulate, fit and compare; or why there is no posterior."""
    child = np.random.SeedSequence(piece.seed, spawn_key=(piece.number,))
    rng = np.random.default_rng(child)
    truth = true_values(piece.plan, rng)
    try:
        draws = posterior_draws(piece.plan, truth, piece.engine, rng)
    except FitError as error:
        return str(error)
    return compared(truth, draws, piece.plan.analysis.better)


def compared(truth: Truth, draws: Draws, better: Better) -> Network:
    """Set the draws of one network against its truth."""
    values, columns = _quantities(truth, draws)
    limits = np.quantile(columns, [0.5, 0.025, 0.975], axis=0)
    median, lower, upper = (tuple(map(float, row)) for row in limits)
    return Network(
        effects=truth.effects,
        order=tuple(map(int, _order(draws.effects, better))),
        truth=tuple(map(float, values)),
        median=median,
        lower=lower,
        upper=upper,
        ranks=tuple(map(int, rank(values, columns))),
        converged=draws.converged,
    )


def _quantities(truth: Truth, draws: Draws) -> tuple[Floats, Floats]:
    """True values, shape (Q,), and draws, shape (D, Q): each treatment against those before it, and τ."""
    pairs = list(combinations(range(len(truth.effects)), 2))
    values = [truth.effects[b] - truth.effects[a] for a, b in pairs]
    columns: list[Floats] = [draws.effects[:, b] - draws.effects[:, a] for a, b in pairs]
    if draws.tau is not None:
        values.append(truth.heterogeneity)
        columns.append(draws.tau)
    return np.array(values), np.column_stack(columns)


def _order(effects: Floats, better: Better) -> npt.NDArray[np.intp]:
    """Treatments by their mean rank, which is the order by SUCRA, the best first."""
    best_first = -effects if better is Better.HIGHER else effects
    mean_rank = best_first.argsort(axis=1, kind="stable").argsort(axis=1).mean(axis=0)
    return np.argsort(mean_rank, kind="stable")
