"""How sure a ranking is: beyond SUCRA.

Probability of a stated order: Papakonstantinou et al. 2022 (doi:10.1186/s12874-021-01488-3). Precision of treatment
hierarchy (POTH): Wigle et al. 2025 (doi:10.48550/arXiv.2501.11596); for a treatments with scores s (SUCRA or P-score)::

    POTH = 3 (1 - a) / (a + 1) + 12 (a - 1) / (a (a + 1)) sum s²  =  1 - 12 sum Var(rank) / (a (a + 1) (a - 1))

P-scores: Rücker & Schwarzer 2015 (doi:10.1186/s12874-015-0060-8). Hasse diagrams of treatments: Rücker & Schwarzer 2017
(doi:10.1002/jrsm.1270); here a treatment stands above another where the 95 % credible interval excludes no effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.special import ndtr

from nma.answers.closed_form import differences, mixture
from nma.answers.contrast_level import between_variance, regression
from nma.answers.contrasts import relative_effects
from nma.answers.scale import Floats, higher_is_better, is_log, positions
from nma.errors import InputError, Problem
from nma.evidence import Evidence
from nma.evidence.network import covers, implied
from nma.fitting import Fit
from nma.vocab import Better

Rows = Sequence[Mapping[str, Any]]
Pair = tuple[str, str]
DEEPEST = 3
"""First places whose occupants are named with a probability."""


def hierarchy(fit: Fit, effects: Rows | None = None) -> dict[str, Any]:
    """Everything that says how sure the ranking is.

    Parameters
    ----------
    fit : Fit
        The fit.
    effects : sequence of mappings, optional
        The rows of its relative effects, as ``results.json`` holds them: what is in them is not computed again.

    Returns
    -------
    dict
        ``order``: the ranked order and the probability that it is wholly right; ``likeliest``: the order with the
        largest probability; ``top``: for the first k places the probability that they are held by those who rank there,
        in that order (``in_order``) and in any (``as_set``); ``zone``: the declared zone of no important difference or
        None; ``chances``: for each ordered pair the probability that the first is better (``p_better``), and better by
        more than the zone (``p_important``, None without a zone); ``poth``; ``p_scores``; ``partial``.
    """
    effects = _records(fit) if effects is None else effects
    better = _matrix(fit, effects)
    ranked = _ranked(fit.treatments, scores(better))
    orders = _orders(fit)
    return {
        "order": {"treatments": list(ranked), "probability": order_probability(fit, ranked)},
        "likeliest": _likeliest(fit, orders),
        "top": _top(fit, ranked, orders),
        "zone": _zone(fit),
        "chances": _chances(fit, better),
        "poth": _poth(fit.treatments, ranked, better),
        "p_scores": p_scores(fit.evidence),
        "partial": partial_order(ranked, _established(fit, effects)),
    }


def order_probability(fit: Fit, order: Sequence[str | Sequence[str]]) -> float:
    """Probability that an order holds: each treatment better than those named after it.

    Parameters
    ----------
    fit : Fit
        The fit.
    order : sequence
        Treatments, the best first. It need not name them all; a group in one place, such as ``["A", ("B", "C")]``,
        says nothing about the order within the group.

    Raises
    ------
    InputError
        A name is no treatment of the network, or stands twice, or there are fewer than two places.
    """
    groups = [(place,) if isinstance(place, str) else tuple(place) for place in order]
    _check(fit, groups)
    column = {treatment: place for place, treatment in enumerate(fit.treatments)}
    best_high = positions(fit) if higher_is_better(fit) else -positions(fit)
    holds = np.ones(len(best_high), dtype=bool)
    for above, below in pairwise(groups):
        upper, lower = (best_high[:, [column[name] for name in group]] for group in (above, below))
        holds &= upper.min(axis=1) > lower.max(axis=1)
    return float(holds.mean())


def _check(fit: Fit, groups: Sequence[tuple[str, ...]]) -> None:
    named = [name for group in groups for name in group]
    known = ", ".join(fit.treatments)
    if unknown := [name for name in named if name not in fit.treatments]:
        raise InputError(Problem("order", "", "is no treatment of the network", ", ".join(unknown), known))
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise InputError(Problem("order", "", "names a treatment twice", ", ".join(twice)))
    if len(groups) < 2 or not all(groups):
        raise InputError(Problem("order", "", "needs two places at least, each with a treatment", allowed=known))


def scores(better: Floats) -> Floats:
    """SUCRA or P-scores from the probabilities that one treatment is better than another; (T, T) to (T,)."""
    found: Floats = better.sum(axis=1) / (len(better) - 1)
    return found


def poth(score: Sequence[float] | Floats) -> float:
    """Precision of treatment hierarchy from SUCRA or P-scores: 0 where all ranks are alike, 1 where they are sure."""
    s = np.asarray(score, float)
    a = len(s)
    return float(3 * (1 - a) / (a + 1) + 12 * (a - 1) / (a * (a + 1)) * float(s @ s))


def p_scores(evidence: Evidence) -> list[dict[str, Any]]:
    """P-scores of the frequentist network meta-analysis: the mean certainty of being better than the others.

    Contrast-level, with the between-trial variance by restricted likelihood (0 for a common-effect analysis): they owe
    nothing to a prior. Rows of ``treatment`` and ``p_score``, in the order of the treatments.
    """
    fitted = regression(evidence)
    estimate, covariance = fitted.solve(between_variance(evidence, fitted))
    mean = np.concatenate([[0.0], estimate])
    full = np.zeros((len(mean), len(mean)))
    full[1:, 1:] = covariance
    own = np.diagonal(full)
    variance = own[:, None] + own - 2 * full + np.eye(len(mean))
    sign = 1.0 if evidence.analysis.better is Better.HIGHER else -1.0
    better = ndtr(sign * (mean[:, None] - mean) / np.sqrt(variance)) * (1 - np.eye(len(mean)))
    rows = zip(evidence.treatments, scores(better), strict=True)
    return [{"treatment": name, "p_score": float(score)} for name, score in rows]


def partial_order(ranked: Sequence[str], established: Sequence[Pair]) -> dict[str, Any]:
    """What is established, as an order that leaves the rest open.

    Returns
    -------
    dict
        ``established``: pairs of ``treatment`` and ``versus`` whose interval excludes no effect; ``links``: those that
        do not follow from others; ``chained``: pairs that follow by a chain though their own interval holds no effect;
        ``levels``: for each treatment the length of the longest chain above it, 0 on top.
    """
    place = {name: number for number, name in enumerate(ranked)}
    # An interval cannot contradict the SUCRA of fewer than 40 treatments: the others would have to outweigh 0.95.
    kept = sorted((pair for pair in established if place[pair[0]] < place[pair[1]]), key=lambda pair: place[pair[1]])
    levels = dict.fromkeys(ranked, 0)
    for above, below in kept:
        levels[below] = max(levels[below], levels[above] + 1)
    return {
        "established": _pairs(established),
        "links": _pairs(covers(kept)),
        "chained": _pairs(implied(kept)),
        "levels": levels,
    }


def _pairs(pairs: Sequence[Pair]) -> list[dict[str, str]]:
    return [{"treatment": treatment, "versus": versus} for treatment, versus in pairs]


def _records(fit: Fit) -> Rows:
    return [{str(key): value for key, value in row.items()} for row in relative_effects(fit).to_dict("records")]


def _matrix(fit: Fit, effects: Rows) -> Floats:
    """Probability that each treatment is better than each other; shape (T, T), 0 on the diagonal."""
    column = {treatment: place for place, treatment in enumerate(fit.treatments)}
    better = np.zeros((len(column), len(column)))
    for row in effects:
        better[column[row["treatment"]], column[row["versus"]]] = row["p_better"]
    return better


def _ranked(treatments: Sequence[str], score: Floats) -> tuple[str, ...]:
    """Treatments, the best first, those with the same score by name: as the ranking has them."""
    found = dict(zip(treatments, score, strict=True))
    return tuple(sorted(treatments, key=lambda name: (-found[name], name)))


def _orders(fit: Fit) -> Any:
    """Places of the treatments in each draw, the best first; shape (D, T)."""
    now = positions(fit)
    return (-now if higher_is_better(fit) else now).argsort(axis=1, kind="stable")


def _likeliest(fit: Fit, orders: Any) -> dict[str, Any]:
    found, counts = np.unique(orders, axis=0, return_counts=True)
    best = int(np.argmax(counts))
    names = [fit.treatments[place] for place in found[best]]
    return {"treatments": names, "probability": float(counts[best] / len(orders))}


def _top(fit: Fit, ranked: Sequence[str], orders: Any) -> list[dict[str, Any]]:
    place = {treatment: number for number, treatment in enumerate(fit.treatments)}
    rows = []
    for k in range(1, min(DEEPEST, len(ranked) - 1) + 1):
        wanted = np.array([place[name] for name in ranked[:k]])
        in_order = (orders[:, :k] == wanted).all(axis=1).mean()
        as_set = (np.sort(orders[:, :k], axis=1) == np.sort(wanted)).all(axis=1).mean()
        rows.append({"k": k, "treatments": list(ranked[:k]), "in_order": float(in_order), "as_set": float(as_set)})
    return rows


def _zone(fit: Fit) -> dict[str, float] | None:
    zone = fit.analysis.decision.no_important_difference if fit.analysis.decision else None
    return None if zone is None else {"lower": float(zone.lower), "upper": float(zone.upper)}


def _chances(fit: Fit, better: Floats) -> list[dict[str, Any]]:
    important = _important(fit)
    return [
        {
            "treatment": treatment,
            "versus": versus,
            "p_better": float(better[a, b]),
            "p_important": None if important is None else float(important[a, b]),
        }
        for a, treatment in enumerate(fit.treatments)
        for b, versus in enumerate(fit.treatments)
        if a != b
    ]


def _important(fit: Fit) -> Floats | None:
    """Probability that each treatment is better than each other by more than the zone; shape (T, T)."""
    zone = _zone(fit)
    if zone is None:
        return None
    higher = higher_is_better(fit)
    end = zone["upper"] if higher else zone["lower"]
    limit = (1.0 if higher else -1.0) * (float(np.log(end)) if is_log(fit) else end)
    found = mixture(fit)
    if found is not None:
        above = differences(found).above(limit)
        return above if higher else above.T
    now = positions(fit) if higher else -positions(fit)
    every = [[(now[:, a] - now[:, b] > limit).mean() for b in range(now.shape[1])] for a in range(now.shape[1])]
    return np.array(every, float)


def _established(fit: Fit, effects: Rows) -> list[Pair]:
    """Pairs whose 95 % credible interval lies wholly on the side of the first."""
    null = 1.0 if is_log(fit) else 0.0
    higher = higher_is_better(fit)
    return [
        (row["treatment"], row["versus"]) for row in effects if (row["lower"] > null if higher else row["upper"] < null)
    ]


def _poth(treatments: Sequence[str], ranked: Sequence[str], better: Floats) -> dict[str, Any]:
    """POTH of all, of all but one (Wigle's residual is ``change``), and of the best k, each ranked among themselves."""
    place = {name: number for number, name in enumerate(treatments)}

    def of(names: Sequence[str]) -> float:
        kept = [place[name] for name in names]
        return poth(scores(better[np.ix_(kept, kept)]))

    whole = of(ranked)
    without = {name: of([other for other in ranked if other != name]) for name in ranked} if len(ranked) > 2 else {}
    return {
        "value": whole,
        "without": [{"treatment": name, "value": own, "change": whole - own} for name, own in without.items()],
        "best": [{"k": k, "value": of(ranked[:k])} for k in range(2, len(ranked))],
    }
