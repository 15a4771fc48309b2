"""Absolute effects: people with the outcome per 1,000, the difference with the reference, the number needed to treat.

At a baseline risk p of the reference an effect d against it (on the scale on which effects add) gives the risk::

    log RR:  p exp(d), at most 1        log OR:  expit(logit p + d)        RD:  p + d, between 0 and 1

and everything else follows from that risk. Number needed to treat: 1 over the difference of risks; where the interval
of the difference holds 0, that of the number runs through infinity (Altman 1998, doi:10.1136/bmj.317.7168.1309).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit

from nma.analysis.spec import BaselineRisk
from nma.answers.baseline import MEAN_SCALE, SPREAD_SCALE, PooledRisk, pooled_risk
from nma.answers.closed_form import differences, mixture
from nma.answers.contrasts import LIMITS, generator
from nma.answers.scale import NEW_TRIALS, Floats, additive_draws, higher_is_better, new_additive_draws
from nma.fitting import Fit
from nma.vocab import Measure

PER = 1000
"""People among whom absolute effects are counted."""
KEPT = 801
"""Draws that are kept for a reader's own baseline risk: the median and the 95 % limits stand among them."""
DECIMALS = 4
"""Decimals of a kept draw: a risk moves by less than 0.00005 times itself."""
LEVELS = (LIMITS[0], 0.5, LIMITS[1])
PURPOSES = {"pooled": 7, "kept": 8}
"""Streams of random numbers, apart from those of other answers."""
SCALES = {Measure.RR: "log RR", Measure.OR: "log OR", Measure.RD: "RD"}

_RISKS: Mapping[Measure, Callable[[Floats | float, Floats], Floats]] = {
    Measure.RR: lambda p, d: p * np.exp(d),
    Measure.OR: lambda p, d: expit(logit(p) + d),
    Measure.RD: lambda p, d: p + d,
}


@dataclass(frozen=True)
class _Effects:
    """Effects against the reference on the scale on which they add.

    Attributes
    ----------
    draws : array, shape (D, T)
    new : array, shape (NEW_TRIALS * D, T), optional
        In new trials; None for common effects.
    levels, new_levels : array, shape (3, T)
        2.5 %, 50 % and 97.5 % quantiles; in closed form where the posterior has one.
    """

    draws: Floats
    new: Floats | None
    levels: Floats
    new_levels: Floats | None


def absolute(fit: Fit) -> dict[str, Any]:
    """Absolute effects of every treatment against the reference.

    Returns
    -------
    dict
        ``reference``; ``per`` (1,000); ``scale`` of the kept draws; ``baselines``: the pooled one (``id`` "pooled"),
        then the declared ones, each with ``risk`` (a number where it was declared, ``median``, ``lower`` and ``upper``
        where it was estimated), ``new`` (the same for a new setting, or None), ``source`` or ``how``, the reference's
        own ``per_1000``, and ``effects``: for each other treatment ``per_1000``, ``difference`` (with the reference,
        per 1,000), ``predictive_per_1000`` and ``predictive_difference`` (a new setting; None for common effects; at
        the pooled baseline the risk of the new setting is new too), ``nnt`` (see :func:`number_needed`) and ``capped``
        (share of the draws whose risk would lie beyond 0 or 1); ``draws``: for each treatment KEPT draws of its effect,
        of which the k-th of every treatment belong together.
    """
    effects = _effects(fit)
    declared = fit.analysis.decision.baseline_risks if fit.analysis.decision else ()
    found = [_declared(fit, effects, place, baseline) for place, baseline in enumerate(declared, start=1)]
    pooled = _pooled(fit, effects)
    return {
        "reference": fit.treatments[0],
        "per": PER,
        "scale": SCALES[fit.analysis.effect_measure],
        "baselines": found if pooled is None else [pooled, *found],
        "draws": _kept(fit, effects),
        "predictive": _new_limits(fit, effects),
    }


def number_needed(difference: Mapping[str, float], higher: bool) -> dict[str, Any]:
    """Number needed to treat for one more, or to harm one more.

    Parameters
    ----------
    difference : mapping
        ``median``, ``lower`` and ``upper`` of the difference with the reference, per 1,000.
    higher : bool
        Whether more of the outcome is better.

    Returns
    -------
    dict
        ``kind``: "benefit", "harm" or "none" (no difference); ``value``, None where there is no difference;
        ``lower``: the number at the end of the interval that goes furthest the way of ``kind``; ``upper``: at the
        other end. Where ``crosses``, the interval of the difference holds 0 and ``upper`` is a number of the other
        kind: the interval runs from ``lower`` through infinity to ``upper``. None stands for infinity.
    """
    sign = 1.0 if higher else -1.0
    middle = sign * difference["median"]
    worst, best = sorted(sign * difference[end] for end in ("lower", "upper"))
    strong, weak = (worst, best) if middle < 0 else (best, worst)
    return {
        "kind": "benefit" if middle > 0 else "harm" if middle < 0 else "none",
        "value": _inverse(middle),
        "lower": _inverse(strong),
        "upper": _inverse(weak),
        "crosses": bool(worst <= 0 <= best),
    }


def _inverse(difference: float) -> float | None:
    return None if difference == 0 else float(PER / abs(difference))


def _effects(fit: Fit) -> _Effects:
    draws, _ = additive_draws(fit)
    new = new_additive_draws(fit, generator(fit, 1))  # the stream of the predictive intervals of relative effects
    found = mixture(fit)
    if found is None:
        return _Effects(draws, new, np.quantile(draws, LEVELS, axis=0), _quantiles(new))
    every = differences(found)
    levels, news = (np.array([every.quantile(p, predictive)[:, 0] for p in LEVELS]) for predictive in (False, True))
    return _Effects(draws, new, levels, None if new is None else news)


def _quantiles(draws: Floats | None) -> Floats | None:
    return None if draws is None else np.quantile(draws, LEVELS, axis=0)


def _risks(fit: Fit, baseline: Floats | float, effects: Floats) -> Floats:
    risks: Floats = np.clip(_RISKS[fit.analysis.effect_measure](baseline, effects), 0.0, 1.0)
    return risks


def _capped(fit: Fit, baseline: Floats | float, draws: Floats) -> Floats:
    """Share of the draws of each treatment whose risk would lie beyond 0 or 1; shape (T,)."""
    free = _RISKS[fit.analysis.effect_measure](baseline, draws)
    share: Floats = ((free > 1.0) | (free < 0.0)).mean(axis=0)
    return share


def _declared(fit: Fit, effects: _Effects, place: int, baseline: BaselineRisk) -> dict[str, Any]:
    """At a fixed risk every quantile of a risk is the risk at that quantile of the effect."""
    risks = _risks(fit, baseline.risk, effects.levels)
    new = None if effects.new_levels is None else _risks(fit, baseline.risk, effects.new_levels)
    return {
        "id": f"declared-{place}",
        "risk": baseline.risk,
        "new": None,
        "source": baseline.source,
        "how": None,
        "per_1000": _summary(np.full(3, baseline.risk)),
        "effects": _rows(
            fit,
            (risks, risks - baseline.risk),
            None if new is None else (new, new - baseline.risk),
            _capped(fit, baseline.risk, effects.draws),
        ),
    }


def _pooled(fit: Fit, effects: _Effects) -> dict[str, Any] | None:
    """At the risk pooled over the arms of the reference, its uncertainty carried on draw by draw."""
    arms = [
        (arm.events, arm.n) for trial in fit.evidence.trials for arm in trial.arms if arm.treatment == fit.treatments[0]
    ]
    found = pooled_risk(arms, len(effects.draws), generator(fit, PURPOSES["pooled"]))
    if found is None:
        return None
    average = found.average[:, None]
    risks = _risks(fit, average, effects.draws)
    return {
        "id": "pooled",
        "risk": _plain(np.quantile(found.average, LEVELS)),
        "new": None if found.new is None else _plain(np.quantile(found.new, LEVELS)),
        "source": None,
        "how": _how(found, arms),
        "per_1000": _summary(np.quantile(found.average, LEVELS)),
        "effects": _rows(
            fit,
            (np.quantile(risks, LEVELS, axis=0), np.quantile(risks - average, LEVELS, axis=0)),
            _in_new_settings(fit, effects, found),
            _capped(fit, average, effects.draws),
        ),
    }


def _in_new_settings(fit: Fit, effects: _Effects, found: PooledRisk) -> tuple[Floats, Floats] | None:
    """Quantiles of risks and differences where both the baseline and the effect are those of a new setting."""
    if effects.new is None:
        return None
    baseline = np.tile((found.average if found.new is None else found.new)[:, None], (NEW_TRIALS, 1))
    risks = _risks(fit, baseline, effects.new)
    return np.quantile(risks, LEVELS, axis=0), np.quantile(risks - baseline, LEVELS, axis=0)


def _how(found: PooledRisk, arms: list[tuple[int, int]]) -> dict[str, Any]:
    """How the pooled risk was estimated."""
    return {
        "model": "one arm" if found.arms == 1 else "random effects",
        "arms": found.arms,
        "events": sum(events for events, _ in arms),
        "people": sum(people for _, people in arms),
        "mean_scale": MEAN_SCALE,
        "spread_scale": None if found.arms == 1 else SPREAD_SCALE,
    }


def _rows(
    fit: Fit, now: tuple[Floats, Floats], new: tuple[Floats, Floats] | None, capped: Floats
) -> list[dict[str, Any]]:
    """A row for each treatment but the reference, from quantiles of risks and of differences, shape (3, T) each."""
    rows = []
    for place, treatment in list(enumerate(fit.treatments))[1:]:
        difference = _summary(now[1][:, place])
        rows.append(
            {
                "treatment": treatment,
                "per_1000": _summary(now[0][:, place]),
                "difference": difference,
                "predictive_per_1000": None if new is None else _summary(new[0][:, place]),
                "predictive_difference": None if new is None else _summary(new[1][:, place]),
                "nnt": number_needed(difference, higher_is_better(fit)),
                "capped": float(capped[place]),
            }
        )
    return rows


def _summary(quantiles: Floats) -> dict[str, float]:
    """Quantiles of a share as people per 1,000."""
    return _plain(PER * quantiles)


def _plain(quantiles: Floats) -> dict[str, float]:
    lower, median, upper = (float(value) for value in quantiles)
    return {"median": median, "lower": lower, "upper": upper}


def _kept(fit: Fit, effects: _Effects) -> dict[str, list[float]]:
    """Draws for a reader's own baseline risk.

    Of KEPT draws taken from the posterior each is replaced by the quantile of the whole posterior that has its rank
    among them: they go together as draws do, and their quantiles are those of the whole. The median and the limits are
    kept in full, so that risks computed from them are those of the tables.
    """
    size = len(effects.draws)
    chosen = generator(fit, PURPOSES["kept"]).choice(size, KEPT, replace=size < KEPT)
    ranks = effects.draws[chosen].argsort(axis=0, kind="stable").argsort(axis=0)
    sorted_draws = np.quantile(effects.draws, np.linspace(0.0, 1.0, KEPT), axis=0)
    places = [round(level * (KEPT - 1)) for level in LEVELS]
    kept = {}
    for column, treatment in list(enumerate(fit.treatments))[1:]:
        values = [round(float(value), DECIMALS) for value in sorted_draws[:, column]]
        pinned = _pinned(values, places, effects.levels[:, column])
        kept[treatment] = [pinned[rank] for rank in ranks[:, column]]
    return kept


def _pinned(values: list[float], places: list[int], levels: Floats) -> list[float]:
    """Sorted values with the median and the limits in full, and none of the others on the wrong side of them."""
    for place, level in zip(places, levels, strict=True):
        exact = float(level)
        values = [*(min(v, exact) for v in values[:place]), exact, *(max(v, exact) for v in values[place + 1 :])]
    return values


def _new_limits(fit: Fit, effects: _Effects) -> dict[str, dict[str, float]] | None:
    """Median and 95 % limits of each effect in a new trial, on the scale of the kept draws; None for common effects."""
    if effects.new_levels is None:
        return None
    return {name: _plain(effects.new_levels[:, place]) for place, name in list(enumerate(fit.treatments))[1:]}
