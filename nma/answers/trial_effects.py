"""What each trial shows by itself: the effect of every two of its arms with its confidence interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nma.evidence import Evidence
from nma.evidence.measures import MEASURES, trial_pairs
from nma.fitting.layout import zero_rule


def trial_effects(evidence: Evidence, ranked: Sequence[str]) -> list[dict[str, Any]]:
    """Effects of single trials, as :func:`nma.evidence.measures.trial_pairs` estimates them from the counts.

    Parameters
    ----------
    evidence : Evidence
        The trials.
    ranked : sequence of str
        Treatments, best first: the better ranked of two is set against the other.

    Returns
    -------
    list of dict
        A row for every two arms of a trial: ``study``, ``treatment``, ``versus``, ``measure`` (the one on which effects
        add), ``effect`` and its 95 % confidence limits ``lower`` and ``upper`` (normal approximation, on the log scale
        for ratios). A zero cell is handled by the rule of the analysis, or by half an event in every arm where the
        likelihood needs no rule.
    """
    rule, measure = zero_rule(evidence.analysis), evidence.analysis.effect_measure
    place = {name: rank for rank, name in enumerate(ranked)}
    rows = (row for trial in evidence.trials for row in trial_pairs(trial, measure, rule))
    return [_ordered(row, place[row["treatment"]] < place[row["versus"]], MEASURES[measure].is_log) for row in rows]


def _ordered(row: dict[str, Any], as_it_is: bool, ratio: bool) -> dict[str, Any]:
    """A row of the contrast table, turned round where the other treatment ranks better."""
    about = {"study": row["study"], "measure": row["measure"]}
    effect, lower, upper = row["effect"], row["lower"], row["upper"]
    if as_it_is:
        return about | {
            "treatment": row["treatment"], "versus": row["versus"], "effect": effect, "lower": lower, "upper": upper,
        }  # fmt: skip
    turned = [1 / end if ratio else -end for end in (effect, upper, lower)]
    names = {"treatment": row["versus"], "versus": row["treatment"]}
    return about | names | dict(zip(("effect", "lower", "upper"), turned, strict=True))
