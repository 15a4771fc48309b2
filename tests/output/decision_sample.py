"""Results of a small network with absolute effects and a hierarchy, from draws that a test makes up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from output_sample import results

import nma
from nma.answers.absolute import absolute
from nma.answers.hierarchy import hierarchy

RISKS = [{"risk": 0.2, "source": "a synthesis"}]
ZONE = {"lower": 0.8, "upper": 1.25, "reason": "A convention."}
LINKS = {"RR": ("binomial", "log"), "OR": ("binomial", "logit"), "RD": ("normal", "identity")}


def analysis(measure: str = "RR", better: str = "higher", tau: float | None = 0.2, **changes: Any) -> nma.Analysis:
    """An analysis of A, B and C."""
    likelihood, link = LINKS[measure]
    priors = {"effects": {"family": "normal", "scale": 10}, "heterogeneity": {"family": "uniform", "upper": 5}}
    kept = priors if tau is not None else {"effects": priors["effects"]}
    plan = {"outcome": "work", "better": better, "measure": measure, "likelihood": likelihood, "link": link}
    decision = {"baseline_risks": RISKS, "no_important_difference": ZONE if measure != "RD" else None}
    plan |= {"effects": "common" if tau is None else "random", "reference": "A", "priors": kept, "decision": decision}
    return nma.Analysis.from_mapping(plan | changes)


def decided(
    made_fit: Callable[..., nma.Fit],
    means: Sequence[float],
    sd: float = 0.1,
    tau: float | None = 0.2,
    plan: nma.Analysis | None = None,
) -> dict[str, Any]:
    """What ``results.json`` holds of a fit whose effects of B and C against A are normal."""
    plan = plan or analysis(tau=tau)
    effects = np.zeros((2, 2000, 3))
    effects[..., 1:] = np.random.default_rng(3).normal(means, sd, size=(2, 2000, 2))
    fit = made_fit(plan, effects=effects, tau=tau)
    measure, better = str(plan.measure), str(plan.better)
    made = results({"A": 0.0, "B": means[0], "C": means[1]}, sd, tau, measure, better)
    frame, ranked = nma.relative_effects(fit), nma.ranking(fit)
    made["relative_effects"] = [_plain(row) for row in frame.to_dict("records")]
    made["ranking"] = [_plain(row) for row in ranked.to_dict("records")]
    made["analysis"]["decision"] = plan.plain()["decision"]
    return made | {"absolute": absolute(fit), "hierarchy": hierarchy(fit, made["relative_effects"])}


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(key): None if isinstance(it, float) and it != it else it for key, it in row.items()}
