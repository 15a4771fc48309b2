"""Where importance weights fail: Markov chains on the marginal posterior of the parameters and τ.

In coordinates z in which the proposal is standard normal, a step goes from z to √(1 - s²) z + s ξ, and is taken by the
ratio of importance weights (the preconditioned Crank-Nicolson step; Cotter et al. 2013, doi:10.1214/13-STS421): s = 1
draws anew from the proposal, a small s walks. Many walkers move at once, each a chain of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]

LogWeight = Callable[[Floats], Floats]

TAKEN = 0.3
"""Share of steps that should be taken; the length of the step is tuned to it."""
ROUNDS = 60
"""Steps between two looks at the share that was taken, while tuning."""
TUNING = 10


@dataclass
class Walkers:
    """W walkers in coordinates z, shape (W, 1 + P), with their log weights, shape (W,)."""

    at: Floats
    log_weight: Floats
    step: float = 0.5

    def move(self, log_weight: LogWeight, rng: np.random.Generator) -> float:
        """One step of each; the share that was taken."""
        keep = np.sqrt(1 - self.step**2)
        proposed = keep * self.at + self.step * rng.standard_normal(self.at.shape)
        log = log_weight(proposed)
        taken = np.log(rng.random(len(log))) < log - self.log_weight
        self.at[taken], self.log_weight[taken] = proposed[taken], log[taken]
        return float(taken.mean())


def tuned(log_weight: LogWeight, start: Floats, rng: np.random.Generator) -> Walkers:
    """Walkers at starting points, shape (W, 1 + P), with a step of which the wanted share is taken.

    ``log_weight`` gives for z of shape (W, 1 + P) the log of posterior over proposal, -inf where it is not known.
    """
    walkers = Walkers(start.copy(), log_weight(start))
    for _ in range(TUNING):
        taken = np.mean([walkers.move(log_weight, rng) for _ in range(ROUNDS)])
        walkers.step = float(np.clip(walkers.step * np.exp(2 * (taken - TAKEN)), 0.02, 1.0))
    return walkers


def chains(walkers: Walkers, log_weight: LogWeight, size: tuple[int, float], rng: np.random.Generator) -> Floats:
    """Walk on; points of each walker, shape (W, length, 1 + P).

    ``size`` is the number of points to keep and how far apart: 1 is about the steps in which a walker forgets.
    """
    length, apart = size
    thin = max(1, round(apart / walkers.step**2))
    kept = np.empty((len(walkers.at), length, walkers.at.shape[1]))
    for place in range(length):
        for _ in range(thin):
            walkers.move(log_weight, rng)
        kept[:, place] = walkers.at
    return kept
