"""The unrelated-mean-effects model beside the consistency model (NICE DSU TSD 4)."""

from __future__ import annotations

from typing import Any

from nma.answers.contrasts import LIMITS
from nma.answers.goodness import goodness
from nma.answers.heterogeneity import tau_summary
from nma.answers.scale import Floats, basic_parameters, quantiles
from nma.evidence import Evidence
from nma.fitting import Fit, Task, Workbench
from nma.fitting.means import UNRELATED, Pair, unrelated_pairs


def is_same_model(evidence: Evidence) -> bool:
    """Whether unrelated means are no freer than consistent ones: no comparison closes a loop."""
    return len(unrelated_pairs(evidence)) == len(evidence.treatments) - 1


def unrelated_task(evidence: Evidence) -> Task:
    """What to fit."""
    return Task(evidence, evidence.analysis, UNRELATED)


def unrelated_means(fit: Fit, *, cores: int | None = None) -> dict[str, Any]:
    """Fit unrelated means to the evidence of a consistency model, with its seed; see :func:`unrelated_row`.

    Raises
    ------
    FitError
        The sampler failed. A fit that merely misses the gate is returned, with ``converged`` false.
    """
    if is_same_model(fit.evidence):
        return unrelated_row(fit)
    return unrelated_row(Workbench(seed=fit.seed, cores=cores).fit({"": unrelated_task(fit.evidence)})[""])


def unrelated_row(fit: Fit) -> dict[str, Any]:
    """Deviance, heterogeneity and effects under unrelated means.

    Parameters
    ----------
    fit : Fit
        Of the model with unrelated means; or of the consistency model, where the two are the same.

    Returns
    -------
    dict
        ``dbar``, ``pd``, ``dic``, ``data_points``, ``points`` (deviance by study and treatment), ``heterogeneity``,
        ``effects`` (one row a parameter: ``mean``, ``sd``, ``median``, ``lower``, ``upper`` on the scale on which
        effects add) and ``converged``.
    """
    fitted = goodness(fit)
    return {
        **{key: fitted[key] for key in ("dbar", "pd", "dic", "data_points")},
        "points": [{key: point[key] for key in ("study", "treatment", "deviance")} for point in fitted["points"]],
        "heterogeneity": tau_summary(fit),
        "effects": [_effect(pair, own) for pair, own in _draws(fit).items()],
        "converged": fit.diagnostics.converged,
        "same_model": is_same_model(fit.evidence),
    }


def _draws(fit: Fit) -> dict[Pair, Floats]:
    """Draws of each parameter, in one line; without loops they follow from the consistent effects."""
    pairs = unrelated_pairs(fit.evidence)
    if fit.means.consistent:
        effects = fit.effects
        between = {pair: effects.sel(treatment=pair[0]) - effects.sel(treatment=pair[1]) for pair in pairs}
        return {pair: draws.to_numpy().ravel() for pair, draws in between.items()}
    return dict(zip(pairs, basic_parameters(fit).T, strict=True))


def _effect(pair: Pair, draws: Floats) -> dict[str, Any]:
    median, lower, upper = quantiles(draws, (0.5, *LIMITS))
    about = {"treatment": pair[0], "versus": pair[1], "mean": float(draws.mean()), "sd": float(draws.std(ddof=1))}
    return {**about, "median": median, "lower": lower, "upper": upper}
