"""Everything a methodologist asks before believing a ranking, as plain data: the content of ``inconsistency.json``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nma.answers.designs import design_by_treatment, heterogeneity_statistics
from nma.answers.goodness import goodness
from nma.answers.heterogeneity import SCALE, settings_range
from nma.answers.influence import (
    global_influence,
    loop_influence,
    median_difference,
    split_influence,
    split_influence_tasks,
)
from nma.answers.loops import loop_table
from nma.answers.predictive import leave_one_out, predictive_check
from nma.answers.scale import adds_on_log
from nma.answers.splits import not_split, split_row, split_tasks
from nma.answers.transitivity import transitivity
from nma.answers.unrelated import is_same_model, unrelated_row, unrelated_task
from nma.evidence import Evidence
from nma.fitting import Fit, Task
from nma.fitting.means import Pair
from nma.vocab import MultiArm

SCHEMA = "nma-inconsistency/1"
PAGE = "inconsistency.html"
SHARED = (
    "analysis", "direction", "treatments", "treatment_details", "evidence", "relative_effects", "ranking", "sampling",
    "provenance",
)  # fmt: skip
"""Keys that mean the same as in ``results.json``."""

Sampler = Callable[[Mapping[str, Task]], Mapping[str, Fit]]


@dataclass(frozen=True)
class Sampled:
    """Fits of models that are not consistent: splits, unrelated means, and the worst split without each trial."""

    splits: Mapping[Pair, Fit]
    unrelated: Fit | None
    """None where unrelated means are the same model as consistency."""
    left_out: Mapping[str, Fit] = field(default_factory=dict)
    refused: tuple[str, ...] = ()


def sample(evidence: Evidence, fit: Sampler, multi_arm: MultiArm = MultiArm.SYMMETRIC) -> Sampled:
    """Fit every split and the unrelated means, then the split with the largest difference without each trial.

    Parameters
    ----------
    evidence : Evidence
        What to fit.
    fit : callable
        Fits a batch of tasks by name, such as :meth:`nma.fitting.Workbench.fit`.
    multi_arm : MultiArm
        How splits treat trials that hold both treatments and others.
    """
    pairs = split_tasks(evidence, multi_arm)
    names = {pair: f"split {place}: {pair[0]} against {pair[1]}" for place, pair in enumerate(pairs, start=1)}
    tasks = {names[pair]: task for pair, task in pairs.items()}
    if not is_same_model(evidence):
        tasks["unrelated means"] = unrelated_task(evidence)
    fits = fit(tasks) if tasks else {}
    splits = {pair: fits[name] for pair, name in names.items()}
    first = Sampled(splits, fits.get("unrelated means"))
    worst = _worst(first)
    if worst is None:
        return first
    left_out, refused = split_influence_tasks(worst)
    more = fit({f"without {study}": task for study, task in left_out.items()}) if left_out else {}
    return Sampled(splits, first.unrelated, {study: more[f"without {study}"] for study in left_out}, tuple(refused))


def _worst(sampled: Sampled) -> Fit | None:
    return max(sampled.splits.values(), key=lambda fit: abs(median_difference(fit)), default=None)


def closed_form(evidence: Evidence, fit: Fit) -> dict[str, Any]:
    """What needs no further sampling: loops, the global test, Q and I², and the meaning of the heterogeneity.

    Returns
    -------
    dict
        ``scale``, ``loops``, ``loops_left_out``, ``loops_note``, ``design_by_treatment``, ``heterogeneity``.
    """
    heterogeneity = heterogeneity_statistics(evidence) | {"range": settings_range(fit)}
    return {
        "scale": {"name": SCALE[evidence.analysis.effect_measure], "ratio": adds_on_log(evidence.analysis)},
        **loop_table(evidence),
        "design_by_treatment": design_by_treatment(evidence),
        "heterogeneity": heterogeneity,
    }


def inconsistency(
    fit: Fit, sampled: Sampled | None, shared: Mapping[str, Any], *, report: bool = True
) -> dict[str, Any]:
    """Assemble the methodologist's results.

    Parameters
    ----------
    fit : Fit
        Of the consistency model.
    sampled : Sampled, optional
        Fits of the other models; without them the results are not ``complete``.
    shared : mapping
        What :func:`nma.answers.results.results` says of the consistency model.
    report : bool
        Whether a committee's report stands beside the page.
    """
    evidence = fit.evidence
    closed = closed_form(evidence, fit)
    splits = None if sampled is None else [split_row(own, fit) for own in sampled.splits.values()]
    unrelated = None if sampled is None else unrelated_row(sampled.unrelated or fit)
    return {
        "schema": SCHEMA,
        **{key: shared[key] for key in SHARED},
        "heterogeneity_posterior": shared["heterogeneity"],
        "complete": sampled is not None,
        "report": report,
        **closed,
        "splits": splits,
        "not_split": not_split(evidence, _multi_arm(sampled)),
        "multi_arm": str(_multi_arm(sampled)),
        "fit": {
            **goodness(fit),
            "unrelated_means": unrelated,
            "predictive": predictive_check(fit),
            "loo": leave_one_out(fit),
        },
        "transitivity": transitivity(evidence),
        "influence": {
            "loop": loop_influence(evidence, closed["loops"], closed["heterogeneity"]["tau_reml"]),
            "split": _split_influence(sampled),
            "global": global_influence(evidence),
        },
    }


def summary(found: Mapping[str, Any]) -> dict[str, Any]:
    """What the committee's report says of it: a part of what :func:`inconsistency` gives."""
    keys = ("scale", "loops", "loops_note", "design_by_treatment", "heterogeneity")
    return {**{key: found[key] for key in keys}, "page": PAGE}


def _multi_arm(sampled: Sampled | None) -> MultiArm:
    splits = sampled.splits if sampled else {}
    return next((fit.means.multi_arm for fit in splits.values()), MultiArm.SYMMETRIC)


def _split_influence(sampled: Sampled | None) -> dict[str, Any] | None:
    worst = _worst(sampled) if sampled else None
    if sampled is None or worst is None:
        return None
    return split_influence(worst, sampled.left_out, sampled.refused)
