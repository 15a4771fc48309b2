"""Changes that turn the order, found by bisection: a bias in one comparison, and what a new trial would have to show.

The thresholds of a comparison are those of Phillippo et al. 2018 (doi:10.1111/rssa.12341): the interval of biases that
leave the best treatment the best; here by refits of the exact posterior instead of a normal approximation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.stats import binom

from nma.answers.contrasts import LIMITS
from nma.answers.ranking import ranking
from nma.answers.scale import Floats, basic_parameters, quantiles
from nma.errors import FitError, SelectionError
from nma.evidence import ArmData, Evidence, Trial
from nma.evidence.network import comparisons
from nma.fitting import Fit, Shift, Task
from nma.fitting.exact import fit_exact
from nma.vocab import Measure

Row = dict[str, Any]

DRAWS = 750
"""Draws of each of the chains' worth in a fit of a bisection: enough to tell who is first."""
FARTHEST = {Measure.RR: float(np.log(20)), Measure.OR: float(np.log(20)), Measure.RD: 0.5}
"""Largest bias that is looked at, on the scale on which effects add."""
PRECISION = 0.01
"""To which a threshold is found, on the scale on which effects add."""
SIZES = (50, 100, 200, 400, 800)
"""People per arm of a new trial."""
REACHES = (0.125, 0.25, 0.5, 1.0)
"""Shares of the largest bias that are tried, the smallest first, before the bisection: between no bias and a very large
one the order may turn and turn back."""
STEPS = 12
"""Results of a new trial that are tried before the bisection."""
NEW = "(new trial)"


@dataclass(frozen=True, slots=True)
class Threshold:
    """How far all trials of one comparison would have to be biased."""

    task: Task
    pair: tuple[str, str]
    best: str
    seed: int


@dataclass(frozen=True, slots=True)
class NewTrial:
    """A new trial of the best treatment against another one, with n people in each arm."""

    task: Task
    best: str
    versus: str
    n: int
    seed: int


def compared(evidence: Evidence) -> list[tuple[str, str]]:
    """The direct comparisons, treatment against versus."""
    return [(found.treatment, found.versus) for found in comparisons(evidence)]


def additive(fit: Fit, pair: tuple[str, str]) -> Row:
    """Trials of a comparison, and its network effect on the scale on which effects add, now and in a new trial."""
    found = next(one for one in comparisons(fit.evidence) if (one.treatment, one.versus) == pair)
    now = _difference(fit, *pair)
    lower, upper = quantiles(now, LIMITS)
    effect: Row = {"mean": float(now.mean()), "lower": lower, "upper": upper}
    new = None if fit.heterogeneity_sd is None else quantiles(_in_new_trial(fit, *pair), LIMITS)
    effect |= {"predictive_lower": new[0] if new else None, "predictive_upper": new[1] if new else None}
    return {"studies": list(found.studies), "effect": effect}


def _difference(fit: Fit, treatment: str, versus: str) -> Floats:
    """Draws of one effect on the scale on which effects add; shape (D,)."""
    effects = np.pad(basic_parameters(fit), ((0, 0), (1, 0)))
    place = {name: i for i, name in enumerate(fit.treatments)}
    difference: Floats = effects[:, place[treatment]] - effects[:, place[versus]]
    return difference


def _in_new_trial(fit: Fit, treatment: str, versus: str) -> Floats:
    """The same in a new trial like those of the network."""
    difference = _difference(fit, treatment, versus)
    if fit.heterogeneity_sd is None:
        return difference
    white = np.random.default_rng([fit.seed, 7]).standard_normal(len(difference))
    return difference + fit.heterogeneity_sd.to_numpy().ravel() * white


def threshold(asked: Threshold) -> Row:
    """The interval of biases that leave the best treatment the best, and who takes over beyond its ends.

    A positive bias means that the trials overstate treatment against versus, so that its true effect is smaller.
    """

    def first(bias: float) -> str:
        return _first(replace(asked.task, shift=Shift(*asked.pair, bias)), asked.seed)

    farthest = FARTHEST[asked.task.analysis.effect_measure]
    row: Row = {"treatment": asked.pair[0], "versus": asked.pair[1], "farthest": farthest, "error": None}
    try:
        for name, sign in (("lower", -1.0), ("upper", 1.0)):
            row[name], row[f"{name}_best"] = _turn(first, asked.best, sign * farthest)
    except (FitError, SelectionError) as error:
        return {**row, "error": str(error), "lower": None, "upper": None}
    return row


def _turn(first: Callable[[float], str], best: str, farthest: float) -> tuple[float | None, str | None]:
    """The smallest bias in one direction at which another treatment is first; None where none is in reach."""
    low = high = 0.0
    taker = best
    for reach in REACHES:
        low, high = high, reach * farthest
        taker = first(high)
        if taker != best:
            break
    else:
        return None, None
    while abs(high - low) > PRECISION:
        middle = (low + high) / 2
        now = first(middle)
        if now == best:
            low = middle
        else:
            high, taker = middle, now
    return (low + high) / 2, taker


def new_trial(asked: NewTrial) -> Row:
    """The largest number of events in the best treatment's arm with which it would no longer be first.

    The other arm has the pooled risk of its treatment in the evidence. ``probability`` is that of such a result or a
    worse one, if the present posterior is right, for a trial of the same kind as those of the network.
    """
    risk = pooled_risk(asked.task.evidence, asked.versus)
    other = round(asked.n * risk)
    row: Row = {"versus": asked.versus, "n": asked.n, "risk": risk, "other_events": other, "error": None}
    sign = 1 if asked.task.analysis.better == "higher" else -1
    try:
        fit = fit_exact(asked.task, asked.seed)
        events = _turning(asked, other, sign)
    except (FitError, SelectionError) as error:
        return {**row, "error": str(error)}
    chance = _predictive(fit, asked, risk)
    low, middle, high = quantiles(chance / risk, (LIMITS[0], 0.5, LIMITS[1]))
    row["expected"] = {"median": middle, "lower": low, "upper": high}
    if events is None:
        return {**row, "events": None, "ratio": None, "probability": 0.0, "takes_over": None}
    tail = binom.cdf(events, asked.n, chance) if sign > 0 else binom.sf(events - 1, asked.n, chance)
    ratio = events / other if other else None
    taker = _first(_with(asked, events, other), asked.seed)
    return {**row, "events": events, "ratio": ratio, "probability": float(np.mean(tail)), "takes_over": taker}


def _turning(asked: NewTrial, other: int, sign: int) -> int | None:
    """The events nearest to the present estimate with which the best is no longer first; None where there are none."""

    def turned(events: int) -> bool:
        return _first(_with(asked, events, other), asked.seed) != asked.best

    # From the best result for the best treatment towards the worst: with a normal likelihood a trial with next to no
    # events says so little that it turns nothing, though one with a few does.
    finest, worst = (asked.n, 0) if sign > 0 else (0, asked.n)
    steps = [round(finest + (worst - finest) * place / STEPS) for place in range(STEPS + 1)]
    turn = next((pair for pair in pairwise(steps) if turned(pair[1])), None)
    if turn is None:
        return None
    fine, bad = turn
    while abs(fine - bad) > 1:
        middle = (fine + bad) // 2
        fine, bad = (fine, middle) if turned(middle) else (middle, bad)
    return bad


def _with(asked: NewTrial, events: int, other: int) -> Task:
    """The task with the new trial in its evidence."""
    evidence = asked.task.evidence
    arms = (ArmData(asked.best, events, asked.n, NEW), ArmData(asked.versus, other, asked.n, NEW))
    trials = [*evidence.trials, Trial(NEW, arms)]
    made = Evidence.build(evidence.analysis, trials, evidence.excluded, evidence.log, evidence.names)
    return Task(made, asked.task.analysis)


def pooled_risk(evidence: Evidence, treatment: str) -> float:
    """Events among people in all arms of a treatment; with half an event where nobody or everybody had one."""
    arms = [arm for trial in evidence.trials for arm in trial.arms if arm.treatment == treatment]
    events, people = sum(arm.events for arm in arms), sum(arm.n for arm in arms)
    return events / people if 0 < events < people else (events + 0.5) / (people + 1)


def _predictive(fit: Fit, asked: NewTrial, risk: float) -> Floats:
    """Risk under the best treatment in a new trial whose other arm has the given risk; one for each draw."""
    difference = _in_new_trial(fit, asked.best, asked.versus)
    measure = fit.analysis.effect_measure
    if measure is Measure.OR:
        odds = risk / (1 - risk) * np.exp(difference)
        return np.asarray(odds / (1 + odds))
    moved = risk * np.exp(difference) if measure is Measure.RR else risk + difference
    return np.asarray(np.clip(moved, 0.0, 1.0))


def _first(task: Task, seed: int) -> str:
    """Who is first by SUCRA, from a shorter fit."""
    sampling = task.analysis.sampling.model_copy(update={"draws": DRAWS})
    shorter = task.analysis.model_copy(update={"sampling": sampling})
    found = ranking(fit_exact(replace(task, analysis=shorter), seed))
    return str(found["treatment"].iloc[0])
