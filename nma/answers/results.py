"""Everything a report shows, as plain data: the content of ``results.json``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from nma.analysis import Analysis
from nma.answers.contrasts import relative_effects
from nma.answers.heterogeneity import heterogeneity, spread_of
from nma.answers.ranking import ranking
from nma.evidence import Evidence, Exclusion, Trial
from nma.evidence.network import comparisons, weak_links
from nma.evidence.reasons import combined
from nma.fitting import Fit
from nma.fitting.nuts import PARAMETERISATION
from nma.registry.study import DOMAINS
from nma.registry.vocabulary import TreatmentName
from nma.vocab import Basis, Engine

SCHEMA = "nma-results/2"


def results(fit: Fit, sets: Mapping[str, Mapping[str, Any]], provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Assemble the results of an analysis.

    Parameters
    ----------
    fit : Fit
        The primary fit.
    sets : mapping
        What :func:`answers_of_set` says of each sensitivity set, by name; or ``error``, one line why there is no fit,
        and ``error_key``, the field of the specification that it is about.
    provenance : mapping
        What the caller knows of where the input came from.
    """
    analysis, evidence = fit.analysis, fit.evidence
    outcome = provenance.get("outcome_label") or analysis.outcome
    return {
        "schema": SCHEMA,
        "analysis": {**analysis.plain(), "outcome_label": outcome},
        "direction": analysis.direction,
        "treatments": list(evidence.treatments),
        "treatment_details": [_treatment(evidence, name) for name in evidence.treatments],
        "evidence": _evidence(evidence),
        "relative_effects": _records(relative_effects(fit)),
        "heterogeneity": heterogeneity(fit),
        "ranking": _records(ranking(fit)),
        "sampling": _sampling(fit),
        "sensitivity": [_set(analysis, name, entry, evidence) for name, entry in sets.items()],
        "provenance": {
            "seed": fit.seed,
            **{key: value for key, value in provenance.items() if key != "outcome_label"},
        },
    }


def answers_of_set(fit: Fit) -> dict[str, Any]:
    """What a report shows of the fit of a sensitivity set: as of the primary one, without the figure of its spread."""
    return {
        "studies": len(fit.evidence.trials),
        "participants": fit.evidence.participants,
        "trials": [trial.id for trial in fit.evidence.trials],
        "reference": fit.analysis.reference,
        "treatments": list(fit.treatments),
        "relative_effects": _records(relative_effects(fit)),
        "heterogeneity": spread_of(fit),
        "ranking": _records(ranking(fit)),
        "sampling": _sampling(fit),
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain Python; what is missing is None."""
    return [
        {str(key): None if isinstance(value, float) and value != value else value for key, value in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]


def _treatment(evidence: Evidence, treatment: str) -> dict[str, Any]:
    name = evidence.names.get(treatment, TreatmentName(treatment, treatment, treatment, treatment))
    arms = [arm for trial in evidence.trials for arm in trial.arms if arm.treatment == treatment]
    return {
        "id": treatment,
        "label": name.label,
        "short": name.short,
        "description": name.description,
        "group": name.node,
        "participants": sum(arm.n for arm in arms),
        "studies": len(arms),
        "events": sum(arm.events for arm in arms),
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    basis = Counter(str(trial.record.basis) for trial in evidence.trials if trial.record)
    return {
        "studies": len(evidence.trials),
        "participants": evidence.participants,
        "arms": sum(len(trial.arms) for trial in evidence.trials),
        "events": sum(arm.events for trial in evidence.trials for arm in trial.arms),
        "trials": [_trial(trial) for trial in evidence.trials],
        "excluded": [_left_out(exclusion) for exclusion in evidence.excluded],
        "basis_counts": {str(level): basis[str(level)] for level in Basis} if basis else {},
        "log": list(evidence.log),
        "combined": [
            {"trial": it.trial, "arms": list(it.arms), "treatment": it.treatment}
            for trial in evidence.trials
            for it in combined(trial)
        ],
        "comparisons": [
            {"treatment": c.treatment, "versus": c.versus, "studies": list(c.studies), "participants": c.participants}
            for c in comparisons(evidence)
        ],
        "weak_links": [
            {"treatment": link.treatment, "rule": link.rule, "studies": list(link.studies)}
            for link in weak_links(evidence)
        ],
    }


def _left_out(exclusion: Exclusion) -> dict[str, Any]:
    """A trial that is not used; the reason in English, and as a translation table says it."""
    said = {"id": exclusion.id, "label": exclusion.label, "rule": exclusion.rule, "reason": exclusion.reason}
    return said | {"reason_key": exclusion.key, "reason_values": dict(exclusion.values)}


def _trial(trial: Trial) -> dict[str, Any]:
    study, record = trial.study, trial.record
    arms = [{"treatment": a.treatment, "label": a.label, "events": a.events, "n": a.n} for a in trial.arms]
    plain: dict[str, Any] = {"id": trial.id, "label": trial.label, "participants": trial.participants, "arms": arms}
    if study is None or record is None:
        return plain
    return plain | {
        "year": study.year,
        "months": record.months,
        "basis": str(record.basis),
        "timing": str(record.timing),
        "kind": record.kind,
        "status": str(study.extraction.status),
        "country": study.country,
        "doubts": [*record.doubts, *study.eligibility.doubts],
        "source": record.source,
        "risk_of_bias": {domain: str(getattr(study.risk_of_bias, domain)) for domain in DOMAINS},
    }


def _sampling(fit: Fit) -> dict[str, Any]:
    d = fit.diagnostics
    return {
        "engine": fit.engine,
        "chains": fit.posterior.sizes["chain"],
        "draws": fit.posterior.sizes["draw"],
        "tune": fit.tune,
        "target_accept": fit.target_accept,
        "max_rhat": d.max_rhat,
        "min_ess_bulk": d.min_ess_bulk,
        "min_ess_tail": d.min_ess_tail,
        "divergences": d.divergences,
        "seconds": fit.seconds,
        "converged": d.converged,
        "attempts": fit.attempts,
        "worst": d.worst,
        "pareto_k": d.pareto_k,
        "parameterisation": _parameterisation(fit),
        "gate": [{"check": r.check, "value": r.value, "limit": r.limit, "passed": r.passed} for r in d.gate],
    }


def _parameterisation(fit: Fit) -> str | None:
    """How the sampler saw the model; the exact engine has no choice to make."""
    return PARAMETERISATION[fit.analysis.likelihood, fit.analysis.effects] if fit.engine == Engine.NUTS else None


def _set(analysis: Analysis, name: str, entry: Mapping[str, Any], primary: Evidence) -> dict[str, Any]:
    about = {"id": name, "title": analysis.sensitivity[name].title, "reason": analysis.sensitivity[name].reason}
    if entry.get("error"):
        return {**about, **entry}
    before, after = {t.id for t in primary.trials}, set(entry["trials"])
    answers = {key: value for key, value in entry.items() if key != "trials"}
    return {**about, "error": None, "entered": sorted(after - before), "left": sorted(before - after), **answers}
