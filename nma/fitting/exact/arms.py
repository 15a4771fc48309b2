"""Draws of the risk of every arm, given draws of the parameters and τ: what the exact engine had integrated out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from nma.fitting.exact.binomial import likelihood
from nma.fitting.exact.many_arm import Likelihood, Points, with_first
from nma.fitting.exact.matching import between
from nma.fitting.means import Task, basis

Floats = npt.NDArray[np.floating[Any]]

POINTS, MANY_POINTS = 24, 512
"""Points among which one is picked by its weight, for each draw and trial; and where so few stand for too little."""
UNEVEN = 0.03
"""Relative variance of the points' mean weight above which there are more of them."""
SMALLEST_SD = 1e-7
"""τ below which the effects of a trial are those of the network."""
TOGETHER = 500
"""Draws that are looked at together, so that memory stays small."""
THREADS = 2


def probabilities(task: Task, parameters: Floats, tau: Floats, seed: int) -> Floats:
    """Draws of each arm's risk; shape (D, S, A), a trial with fewer arms filled up with its first one.

    Parameters
    ----------
    parameters, tau : array, shape (D, P) and (D,)
        Draws from the posterior of a binomial task.
    seed : int
        The same seed gives the same draws.
    """
    trials = task.trials
    widest = max(len(trial.arms) for trial in trials)
    rows = basis(task.evidence, task.means)
    seeds = np.random.SeedSequence([seed, 5]).spawn(len(trials))

    def one(place: int) -> Floats:
        trial = trials[place]
        mean = parameters @ rows.matrix(trial).T + task.offset(trial)
        risks = _risks(likelihood(trial, task.analysis), mean, tau, np.random.default_rng(seeds[place]))
        missing = widest - len(trial.arms)
        return np.concatenate([risks, np.repeat(risks[:, :1], missing, axis=1)], axis=1)

    with ThreadPoolExecutor(THREADS) as pool:
        return np.stack(list(pool.map(one, range(len(trials)))), axis=1)


def _risks(trial: Likelihood, mean: Floats, tau: Floats, rng: np.random.Generator) -> Floats:
    """Risks of a trial's arms; shape (D, A)."""
    spread = between(np.maximum(tau, SMALLEST_SD), mean.shape[1])
    points = trial.points(mean, spread, POINTS, rng)
    risks = _picked(trial, points, rng)
    again = np.flatnonzero(points.relative_variance > UNEVEN)
    for some in np.array_split(again, len(again) // TOGETHER + 1):
        risks[some] = _picked(trial, trial.points(mean[some], spread[some], MANY_POINTS, rng), rng)
    return risks


def _picked(trial: Likelihood, points: Points, rng: np.random.Generator) -> Floats:
    """Risks at one point of each draw."""
    place = np.arange(len(points.baseline)), points.pick(rng)
    delta = with_first(points.contrasts[place])
    risks: Floats = expit(trial.arms.log_odds(points.baseline[place][None], delta[None])[0])
    return risks
