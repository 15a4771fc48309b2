"""Where each treatment stands on the scale of the reported measure, draw by draw.

Every relative effect is a difference of two positions, so that all of them, the league table and the ranking come from
one array, and d_AB = -d_BA holds exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, log_expit, logit

from nma.analysis import Analysis
from nma.answers.closed_form import even_draws, mixture
from nma.fitting import Fit
from nma.vocab import Better, Measure

Floats = npt.NDArray[np.floating[Any]]


NEW_TRIALS = 10
"""New trials imagined for each posterior draw: predictive limits lie in the tails, and imagining costs nothing."""


def positions(fit: Fit) -> Floats:
    """Position of each treatment; shape (D, T), D draws of all chains.

    On the log scale for RR and OR, as a risk for RD. Under a logit link the RR and the RD follow from the log odds
    ratios at the declared baseline risk p of the reference: position = log expit(logit p + d), or expit(logit p + d).
    """
    return _on_measure(fit, additive_draws(fit)[0])


def predictive_positions(fit: Fit, rng: np.random.Generator) -> Floats | None:
    """Positions in new trials like those of the network; shape (NEW_TRIALS * D, T). None for common effects.

    Each treatment's effect gets its own Normal(0, τ²/2), so that every difference has variance τ² and two differences
    that share a treatment covary by τ²/2, as within a trial (Higgins, Thompson & Spiegelhalter 2009,
    doi:10.1111/j.1467-985X.2008.00552.x). No treatment is special.
    """
    new = new_additive_draws(fit, rng)
    return None if new is None else _on_measure(fit, new)


def higher_is_better(fit: Fit) -> bool:
    """Whether a larger position is a better one."""
    return fit.analysis.better is Better.HIGHER


def is_log(fit: Fit) -> bool:
    """Whether positions are logarithms of the reported measure."""
    return fit.analysis.measure is not Measure.RD


def basic_parameters(fit: Fit) -> Floats:
    """Draws of the basic parameters of any model of the means, without the reference's 0; shape (D, P)."""
    draws: Floats = fit.parameters.to_numpy()
    return draws.reshape(-1, draws.shape[-1])[:, 1 if fit.means.consistent else 0 :]


def quantiles(draws: Floats, at: Sequence[float]) -> list[float]:
    """Quantiles of draws as plain numbers."""
    return [float(value) for value in np.quantile(draws, at)]


def adds_on_log(analysis: Analysis) -> bool:
    """Whether effects add up on a logarithm (log RR or log OR), so that differences of effects are ratios."""
    return analysis.effect_measure is not Measure.RD


def additive_draws(fit: Fit) -> tuple[Floats, Floats | None]:
    """Draws on the scale on which effects add; evenly spread where the posterior is a mixture.

    Returns
    -------
    tuple
        Effects against the reference, whose own is 0, shape (D, T); heterogeneity, shape (D,), or None.
    """
    stacked: Floats = fit.effects.transpose("chain", "draw", "treatment").to_numpy()
    sd = fit.heterogeneity_sd
    closed = mixture(fit)
    if closed is None:
        tau = None if sd is None else sd.transpose("chain", "draw").to_numpy().ravel()
        return stacked.reshape(-1, stacked.shape[-1]), tau
    effects, even = even_draws(closed, fit.seed)
    return effects, None if sd is None else even


def new_additive_draws(fit: Fit, rng: np.random.Generator) -> Floats | None:
    """The same in new trials, as :func:`predictive_positions` has them; shape (NEW_TRIALS * D, T)."""
    effects, sd = additive_draws(fit)
    if sd is None:
        return None
    tau = np.tile(sd[:, None], (NEW_TRIALS, 1))
    effects = np.tile(effects, (NEW_TRIALS, 1))
    new: Floats = effects + tau / np.sqrt(2) * rng.standard_normal(effects.shape)
    return new - new[:, :1]


def _on_measure(fit: Fit, effects: Floats) -> Floats:
    analysis = fit.analysis
    if analysis.measure is analysis.effect_measure:
        return effects
    assert analysis.baseline_risk is not None  # the specification requires it
    log_odds = logit(analysis.baseline_risk.risk) + effects
    on_measure: Floats = log_expit(log_odds) if analysis.measure is Measure.RR else expit(log_odds)
    return on_measure
