"""Node-splitting: the direct effect of a comparison beside the indirect one.

Dias et al. 2010 (doi:10.1002/sim.3767); which comparisons: van Valkenhoef et al. 2016 (doi:10.1002/jrsm.1167); the
symmetric treatment of multi-arm trials: White 2015 (doi:10.1177/1536867X1501500403).
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from nma.answers.contrast_level import between_variance, combined, regression, two_sided
from nma.answers.contrasts import LIMITS
from nma.answers.goodness import data_points, goodness
from nma.answers.heterogeneity import tau_summary
from nma.answers.scale import Floats, adds_on_log, basic_parameters, quantiles
from nma.errors import InputError, Problem, nearest
from nma.evidence import Evidence
from nma.evidence.network import comparisons, has_indirect_path, is_connected
from nma.fitting import Fit, Task, Workbench
from nma.fitting.means import Pair, prepared, split
from nma.registry.base import shown
from nma.vocab import MultiArm


def splittable(evidence: Evidence, multi_arm: MultiArm = MultiArm.SYMMETRIC) -> list[Pair]:
    """Comparisons that can be split: compared within a trial, and connected without the trials that hold both.

    Where multi-arm trials are taken apart the network must also stay whole.
    """
    pairs = [(c.treatment, c.versus) for c in comparisons(evidence)]
    return [pair for pair in pairs if has_indirect_path(evidence, *pair) and stays_whole(evidence, pair, multi_arm)]


def stays_whole(evidence: Evidence, pair: Pair, multi_arm: MultiArm) -> bool:
    """Whether every treatment stays connected in the trials as a split takes them."""
    return is_connected(prepared(evidence, split(*pair, multi_arm)))


def not_split(evidence: Evidence, multi_arm: MultiArm = MultiArm.SYMMETRIC) -> list[dict[str, Any]]:
    """The other pairs of treatments, each with the reason.

    "no direct trial", "no indirect path", or "falls apart": without the arms that are set aside when multi-arm trials
    are taken apart, a treatment would be cut off.
    """
    direct = {(c.treatment, c.versus): c.studies for c in comparisons(evidence)}
    split_ = set(splittable(evidence, multi_arm))
    rows = []
    for versus, treatment in combinations(evidence.treatments, 2):
        studies = direct.get((treatment, versus), ())
        if (treatment, versus) not in split_:
            reason = "falls apart" if has_indirect_path(evidence, treatment, versus) else "no indirect path"
            reason = reason if studies else "no direct trial"
            rows.append({"treatment": treatment, "versus": versus, "reason": reason, "studies": list(studies)})
    return rows


def split_tasks(evidence: Evidence, multi_arm: MultiArm = MultiArm.SYMMETRIC) -> dict[Pair, Task]:
    """What to fit: one model for each comparison that can be split."""
    pairs = splittable(evidence, multi_arm)
    return {pair: Task(evidence, evidence.analysis, split(*pair, multi_arm)) for pair in pairs}


def node_splits(fit: Fit, *, multi_arm: str = "symmetric", cores: int | None = None) -> pd.DataFrame:
    """Split every comparison that can be split, with the seed of a consistency fit.

    Parameters
    ----------
    fit : Fit
        Of the consistency model.
    multi_arm : str
        How trials that hold both treatments and others are treated: ``symmetric`` (does not depend on the order of
        arms), ``baseline`` or ``separate``; see :class:`nma.vocab.MultiArm`.
    cores : int, optional
        Fits that run at the same time; all cores by default.

    Returns
    -------
    DataFrame
        A row for each comparison, with the keys of :func:`split_row`; no rows where none can be split.

    Raises
    ------
    InputError
        There is no such treatment of multi-arm trials.
    FitError
        The sampler failed. Fits that merely miss the gate are returned, with ``converged`` false.
    """
    known = [str(word) for word in MultiArm]
    if multi_arm not in known:
        hint = nearest(multi_arm, known)
        raise InputError(Problem("", "multi_arm", "unknown word", shown(multi_arm), ", ".join(known), hint))
    tasks = split_tasks(fit.evidence, MultiArm(multi_arm))
    named = {str(place): task for place, task in enumerate(tasks.values())}
    fits = Workbench(seed=fit.seed, cores=cores).fit(named) if named else {}
    return pd.DataFrame([split_row(own, fit) for own in fits.values()])


def split_row(fit: Fit, consistency: Fit) -> dict[str, Any]:
    """One split comparison.

    Parameters
    ----------
    fit : Fit
        Of the model that splits it.
    consistency : Fit
        Of the consistency model on the same evidence.

    Returns
    -------
    dict
        ``direct``, ``indirect``, ``network`` and ``difference`` (direct less indirect): posterior medians on the scale
        on which effects add, each with ``_lower``, ``_upper`` (95 %), ``_mean`` and ``_sd``; ``ratio`` =
        exp(difference) with its limits (None for RD); ``p`` = 2 min(P(direct > indirect), P(direct < indirect));
        ``heterogeneity``, ``dbar``, ``pd`` and ``dic`` under the split (the last three None where taking trials apart
        leaves fewer data points, so that they compare with nothing).
    """
    treatment, versus = pair_of(fit)
    direct, indirect = direct_and_indirect(fit)
    effects = consistency.effects
    network = (effects.sel(treatment=treatment) - effects.sel(treatment=versus)).to_numpy().ravel()
    difference = direct - indirect
    holding = [trial for trial in fit.evidence.trials if {treatment, versus} <= set(trial.design)]
    fitted = goodness(fit)
    whole = data_points(fit) == data_points(consistency)
    return {
        "treatment": treatment,
        "versus": versus,
        **_summary("direct", direct),
        **_summary("indirect", indirect),
        **_summary("network", network),
        **_summary("difference", difference),
        **split_ratio(fit, difference),
        "p": posterior_p(difference),
        "heterogeneity": tau_summary(fit),
        **{key: fitted[key] if whole else None for key in ("dbar", "pd", "dic")},
        "studies": [trial.id for trial in holding],
        "multi_arm_studies": [trial.id for trial in holding if len(trial.arms) > 2],
        "converged": fit.diagnostics.converged,
        "normal_approximation": closed_form_split(fit.evidence, (treatment, versus), fit.means.multi_arm),
    }


def pair_of(fit: Fit) -> Pair:
    """The comparison a fit splits."""
    assert fit.means.split is not None, "not the fit of a split model"
    return fit.means.split


def direct_and_indirect(fit: Fit) -> tuple[Floats, Floats]:
    """Draws of the direct and of the indirect effect of the comparison that is split; shape (D,) each."""
    flat = basic_parameters(fit)
    effects = np.pad(flat[:, :-1], ((0, 0), (1, 0)))
    treatment, versus = (fit.treatments.index(name) for name in pair_of(fit))
    return flat[:, -1], effects[:, treatment] - effects[:, versus]


def split_ratio(fit: Fit, difference: Floats) -> dict[str, float | None]:
    """Ratio of the direct to the indirect relative effect; None where effects are no logarithms."""
    names = ("ratio", "ratio_lower", "ratio_upper")
    if not adds_on_log(fit.analysis):
        return dict.fromkeys(names)
    values = np.exp(np.quantile(difference, [0.5, *LIMITS]))
    return dict(zip(names, (float(value) for value in values), strict=True))


def posterior_p(difference: Floats) -> float:
    """Twice the smaller posterior probability of a side: small when direct and indirect effects lie apart."""
    above = float((difference > 0).mean())
    return 2 * min(above, 1 - above)


def closed_form_split(evidence: Evidence, pair: Pair, multi_arm: MultiArm = MultiArm.SYMMETRIC) -> dict[str, float]:
    """The same split by restricted likelihood on the contrasts, in closed form: a check that needs no sampler.

    Returns
    -------
    dict
        ``direct``, ``indirect``, ``difference``, each with ``_se``; ``p`` (normal) and ``tau``.
    """
    fitted = regression(evidence, split(*pair, multi_arm))
    variance = between_variance(evidence, fitted)
    estimate, covariance = fitted.solve(variance)
    indirect = _contrast(evidence, pair)
    weights = {"direct": np.eye(len(estimate))[-1], "indirect": indirect}
    weights["difference"] = weights["direct"] - weights["indirect"]
    found: dict[str, float] = {}
    for name, weight in weights.items():
        found |= {name: float(weight @ estimate), f"{name}_se": combined(weight, covariance)}
    return {**found, "p": two_sided(found["difference"], found["difference_se"]), "tau": float(np.sqrt(variance))}


def _contrast(evidence: Evidence, pair: Pair) -> Floats:
    """Weights of the basic parameters in the indirect effect."""
    size = len(evidence.treatments)
    weights = np.zeros(size + 1)
    weights[[evidence.treatments.index(name) for name in pair]] = 1.0, -1.0
    return weights[1:]


def _summary(name: str, draws: Floats) -> dict[str, float]:
    median, lower, upper = quantiles(draws, (0.5, *LIMITS))
    spread = {f"{name}_mean": float(draws.mean()), f"{name}_sd": float(draws.std(ddof=1))}
    return {name: median, f"{name}_lower": lower, f"{name}_upper": upper, **spread}
