"""Results of the documented shape, made from plain normal draws, so that the output floor is tested on its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]

LABELS = {
    "PCO": ("Psychiatric care only", "psychiatric care without a vocational programme"),
    "PVT": ("Prevocational training", "training that comes before the search for a job"),
    "SE": ("Supported employment", "supported employment, with IPS as its best described form"),
    "SEplus": ("Supported employment plus", "supported employment combined with another intervention"),
    "TE": (
        "Transitional employment",
        "work in a sheltered or transitional place, with an ordinary job as the later aim",
    ),
}
LONG_TERM = {"PCO": 0.0, "PVT": -0.062, "SE": 0.658, "SEplus": 0.732, "TE": -0.288}
TRIALS = (
    ("bejerholm-2015", "SE 19/41", "PVT 5/47"),
    ("bond-2007", "SE 69/92", "TE 32/95"),
    ("burns-2007", "SE 85/156", "PVT 43/156"),
    ("christensen-2019", "SE 92/243", "SEplus 80/238", "PVT 66/239"),
    ("drake-1999", "SE 45/74", "TE 7/76"),
    ("drake-2013", "SE 526/1004", "PCO 348/1055"),
    ("gold-2006", "SEplus 42/66", "PVT 20/77"),
    ("hoffmann-2012", "SE 27/46", "PVT 14/54"),
    ("howard-2010", "SE 20/93", "PVT 10/95"),
    ("lehman-2002", "SE 31/113", "PVT 7/106"),
    ("macias-2006", "SEplus 40/63", "TE 27/58"),
    ("mcgurk-2015", "SEplus 34/57", "SE 18/50"),
    ("michon-2014", "SE 31/70", "PVT 20/81"),
    ("mueser-2004", "SE 51/69", "TE 12/66", "PVT 19/69"),
    ("nuechterlein-2020", "SEplus 25/36", "PVT 5/15"),
    ("tsang-2009", "SEplus 41/52", "SE 30/56"),
    ("van-duin-2021", "SEplus 18/29", "SE 7/27"),
    ("viering-2015", "SE 41/127", "PCO 15/123"),
    ("wong-2008", "SE 32/46", "PVT 13/45"),
    ("zhang-2017", "SEplus 34/54", "SE 27/54", "PVT 18/54"),
)
BASES = ("stated", "derived", "reconstructed", "arm sizes assumed", "recalled")
DOMAINS = (
    "sequence_generation",
    "allocation_concealment",
    "blinding_of_participants",
    "blinding_of_outcome_assessment",
    "incomplete_outcome_data",
    "selective_reporting",
    "other",
)


def results(
    effects: Mapping[str, float] = LONG_TERM,
    sd: float = 0.16,
    tau: float | None = 0.36,
    measure: str = "RR",
    better: str = "higher",
) -> dict[str, Any]:
    """Results of a network whose effects against the first treatment are ``effects`` (log scale, or risks for RD)."""
    draws = _draws(effects, sd)
    spread = None if tau is None else _predictive(draws, tau)
    treatments = list(effects)
    trials = _trials(treatments)
    return {
        "schema": "nma-results/2",
        "analysis": _analysis(measure, better, treatments[0], tau is None),
        "direction": f"{better} is better: {_better_words(better)}",
        "treatments": treatments,
        "treatment_details": [_detail(name, trials) for name in treatments],
        "evidence": _evidence(trials),
        "relative_effects": _effects(treatments, draws, spread, (measure, better)),
        "heterogeneity": None if tau is None else _heterogeneity(tau),
        "ranking": _ranking(treatments, draws, spread, better),
        "sampling": _sampling(),
        "sensitivity": [],
        "provenance": _provenance(),
    }


def with_sensitivity(primary: dict[str, Any]) -> dict[str, Any]:
    """Three sets beside the primary: one that keeps the order, one that turns it, one that failed."""
    names = primary["treatments"]
    turned = results(dict(zip(names, [0.0, 0.1, 0.9, 0.6, -0.2], strict=True)))
    primary["analysis"]["sensitivity"] = {}
    primary["sensitivity"] = [
        _set(primary, "strict-basis", "Strict basis", left=["zhang-2017", "wong-2008"]),
        _set(turned, "all-populations", "All populations", entered=["davis-2012", "lepage-2016"]),
        {
            **_set(primary, "no-pco", "Without Drake 2013"),
            "error": "the trials do not form one connected network",
            "studies": 19,
            "participants": None,
            "treatments": [],
            "relative_effects": [],
            "heterogeneity": None,
            "ranking": [],
            "sampling": None,
        },
    ]
    return primary


def unconverged(made: dict[str, Any]) -> dict[str, Any]:
    """The same results from a fit that did not pass its gate."""
    made["sampling"] |= {"converged": False, "max_rhat": 1.21}
    made["sampling"]["gate"][0] |= {"value": 1.21, "passed": False}
    return made


def bare(made: dict[str, Any]) -> dict[str, Any]:
    """The same results as they come from a data frame: no selection, trials with only an id and a label."""
    made["analysis"] |= {"select": None, "question": None}
    keep = ("id", "label", "participants", "arms")
    made["evidence"]["trials"] = [{key: trial[key] for key in keep} for trial in made["evidence"]["trials"]]
    made["evidence"] |= {"basis_counts": {}, "excluded": [], "log": []}
    return made


def many(count: int = 11) -> dict[str, Any]:
    """A network of many treatments without sensitivity sets."""
    rng = np.random.default_rng(5)
    return results(
        {f"node_{index:02d}": 0.0 if index == 0 else float(rng.normal(0.3, 0.5)) for index in range(count)}, sd=0.3
    )


def _draws(effects: Mapping[str, float], sd: float) -> Any:
    rng = np.random.default_rng(11)
    draws = np.array(list(effects.values())) + rng.normal(0, sd, (4000, len(effects)))
    return draws - draws[:, :1]


def _predictive(draws: Any, tau: float) -> Any:
    return draws + np.random.default_rng(12).normal(0, tau / np.sqrt(2), draws.shape)


def _better_words(better: str) -> str:
    return f"{'more' if better == 'higher' else 'fewer'} people in competitive work is better"


def _analysis(measure: str, better: str, reference: str, common: bool) -> dict[str, Any]:
    half = {"family": "half-normal", "scale": 0.5}
    return {
        "name": "long-term",
        "title": "Competitive work after more than a year",
        "question": "Which vocational rehabilitation gets most adults with severe illness into competitive work?",
        "outcome": "competitive_employment",
        "outcome_label": "competitive employment",
        "better": better,
        "better_in_words": _better_words(better),
        "measure": measure,
        "likelihood": "normal" if measure == "RD" else "binomial",
        "link": {"RR": "log", "OR": "logit", "RD": "identity"}[measure],
        "effects": "common" if common else "random",
        "reference": reference,
        "priors": {
            "effects": {"family": "normal", "scale": 10.0},
            "heterogeneity": None if common else half,
            "baseline": {"family": "normal", "scale": 10.0},
            "reason": "Wide for effects; half-normal keeps extremes out.",
        },
        "zero_cells": "half in every arm",
        "baseline_risk": {"risk": 0.24, "source": "Knowledge synthesis 2015"},
        "select": {
            "follow_up": {"over": 12, "up_to": None},
            "time_point": "earliest",
            "nodes": "main",
            "basis": list(BASES[:4]),
            "population": {"severe_mental_illness": ["yes"]},
            "timing": None,
            "kinds": ["competitive"],
            "published_up_to": None,
            "risk_of_bias": "any",
            "exclude": {"cook-2005": "Counts of eight sites cannot be separated."},
            "recode": {"hellstrom-2017": {"IPS plus": {"node": "SEplus", "subgroup": None}}},
        },
        "sensitivity": {},
    }


def _trials(treatments: Sequence[str]) -> list[dict[str, Any]]:
    if set(treatments) <= set(LABELS):
        rows = [(name, *[arm for arm in arms if arm.split()[0] in treatments]) for name, *arms in TRIALS]
        rows = [row for row in rows if len(row) > 2]
    else:
        pairs = zip(treatments, [*treatments[2:], treatments[0], treatments[1]], strict=True)
        rows = [(f"study-{1990 + k}", f"{a} {20 + 3 * k}/80", f"{b} {12 + 2 * k}/78") for k, (a, b) in enumerate(pairs)]
        rows += [("study-1980", f"{treatments[0]} 9/100", f"{treatments[1]} 22/101")]
    return [_trial(index, *row) for index, row in enumerate(rows)]


def _trial(index: int, name: str, *arms: str) -> dict[str, Any]:
    cells = [(arm.split()[0], *map(int, arm.split()[1].split("/"))) for arm in arms]
    risk = dict.fromkeys(DOMAINS, "not assessed")
    if index % 4 == 1:
        risk |= {"sequence_generation": "low", "blinding_of_participants": "high", "other": "unclear"}
    return {
        "id": name,
        "label": name.replace("-", " ").title(),
        "year": int(name[-4:]),
        "months": 24.0 if index % 3 else 18.5,
        "basis": BASES[index * index % 4],
        "timing": "cumulative" if index % 5 else "point prevalence",
        "kind": "competitive",
        "status": "two readers" if index % 2 else "one reader",
        "participants": sum(n for _, _, n in cells),
        "doubts": ["The denominator may be those followed up."] if index % 6 == 2 else [],
        "source": "Abstract, table 2",
        "country": "USA",
        "risk_of_bias": risk,
        "arms": [{"treatment": node, "label": f"{node} arm", "events": events, "n": n} for node, events, n in cells],
    }


def _detail(name: str, trials: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    arms = [arm for trial in trials for arm in trial["arms"] if arm["treatment"] == name]
    label, description = LABELS.get(name, (name.replace("_", " ").title(), f"what {name} means"))
    return {
        "id": name,
        "label": label,
        "short": name,
        "description": description,
        "group": name,
        "studies": len(arms),
        "participants": sum(arm["n"] for arm in arms),
        "events": sum(arm["events"] for arm in arms),
    }


def _evidence(trials: list[dict[str, Any]]) -> dict[str, Any]:
    direct: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for trial in trials:
        names = sorted(arm["treatment"] for arm in trial["arms"])
        for first in range(len(names)):
            for second in names[first + 1 :]:
                direct.setdefault((second, names[first]), []).append(trial)
    return {
        "studies": len(trials),
        "participants": sum(trial["participants"] for trial in trials),
        "arms": sum(len(trial["arms"]) for trial in trials),
        "events": sum(arm["events"] for trial in trials for arm in trial["arms"]),
        "trials": trials,
        "excluded": [
            {
                "id": "cook-2005",
                "label": "Cook 2005",
                "rule": "exclude",
                "reason": "Counts of eight sites cannot be separated.",
            },
            {
                "id": "davis-2012",
                "label": "Davis 2012",
                "rule": "population",
                "reason": "severe_mental_illness is unclear.",
            },
            {"id": "bell-2018", "label": "Bell 2018", "rule": "awaiting data", "reason": "No counts found yet."},
        ],
        "basis_counts": {basis: sum(trial["basis"] == basis for trial in trials) for basis in BASES},
        "log": ["hellstrom-2017: arms IPS and IPS plus were combined"],
        "comparisons": [
            {
                "treatment": a,
                "versus": b,
                "studies": [trial["id"] for trial in found],
                "participants": sum(trial["participants"] for trial in found),
            }
            for (a, b), found in direct.items()
        ],
        "weak_links": [],
    }


def _effects(treatments: Sequence[str], draws: Any, spread: Any, choice: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        _effect((a, b), draws[:, i] - draws[:, j], None if spread is None else spread[:, i] - spread[:, j], choice)
        for i, a in enumerate(treatments)
        for j, b in enumerate(treatments)
        if i != j
    ]


def _effect(pair: tuple[str, str], difference: Any, new: Any, choice: tuple[str, str]) -> dict[str, Any]:
    measure, better = choice
    linear = measure == "RD"
    low, middle, high = (float(q) if linear else float(np.exp(q)) for q in np.quantile(difference, (0.025, 0.5, 0.975)))
    bounds = (
        (None, None) if new is None else tuple(np.quantile(new if linear else np.exp(new), (0.025, 0.975)).tolist())
    )
    return {
        "treatment": pair[0],
        "versus": pair[1],
        "measure": measure,
        "median": middle,
        "lower": low,
        "upper": high,
        "mean_log": None if linear else float(difference.mean()),
        "sd_log": None if linear else float(difference.std()),
        "predictive_lower": bounds[0],
        "predictive_upper": bounds[1],
        "p_better": float((difference > 0 if better == "higher" else difference < 0).mean()),
        "direct_studies": 1,
    }


def _ranking(treatments: Sequence[str], draws: Any, spread: Any, better: str) -> list[dict[str, Any]]:
    sign = -1 if better == "higher" else 1
    ranks = np.argsort(np.argsort(sign * draws, axis=1), axis=1) + 1
    new = None if spread is None else np.argsort(np.argsort(sign * spread, axis=1), axis=1) + 1
    rows = [
        _rank(name, ranks[:, k], None if new is None else new[:, k], len(treatments))
        for k, name in enumerate(treatments)
    ]
    return sorted(rows, key=lambda row: -row["sucra"])


def _rank(name: str, ranks: Any, new: Any, count: int) -> dict[str, Any]:
    row = (
        {"treatment": name}
        | _shares(ranks, count, "")
        | (_shares(new, count, "predictive_") if new is not None else _none())
    )
    low, middle, high = np.quantile(ranks, (0.025, 0.5, 0.975))
    return row | {"median_rank": float(middle), "rank_lower": float(low), "rank_upper": float(high)}


def _shares(ranks: Any, count: int, prefix: str) -> dict[str, Any]:
    shares = [float((ranks == k + 1).mean()) for k in range(count)]
    return {
        f"{prefix}sucra": float((count - ranks.mean()) / (count - 1)),
        f"{prefix}p_best": shares[0],
        f"{prefix}mean_rank": float(ranks.mean()),
        f"{prefix}rank_probabilities": shares,
        f"{prefix}cumulative": np.cumsum(shares).tolist(),
    }


def _none() -> dict[str, None]:
    return dict.fromkeys(
        f"predictive_{name}" for name in ("sucra", "p_best", "mean_rank", "rank_probabilities", "cumulative")
    )


def _heterogeneity(tau: float) -> dict[str, Any]:
    grid = np.linspace(0, 1.5, 200)
    posterior = np.exp(-((grid - tau) ** 2) / 0.0162) / 0.2256
    return {
        "median": tau,
        "lower": tau * 0.6,
        "upper": tau * 1.6,
        "mean": tau,
        "sd": 0.09,
        "scale": "log RR",
        "prior": {"family": "half-normal", "scale": 0.5, "median": 0.34, "lower": 0.016, "upper": 1.12},
        "density": {
            "grid": grid.tolist(),
            "posterior": posterior.tolist(),
            "prior": (1.596 * np.exp(-(grid**2) / 0.5)).tolist(),
        },
    }


def _sampling() -> dict[str, Any]:
    checks = (
        ("max_rhat", 1.002, 1.01),
        ("min_ess_bulk", 5000, 1000),
        ("min_ess_tail", 4800, 1000),
        ("divergences", 0, 0),
    )
    return {
        "engine": "nuts",
        "chains": 4,
        "draws": 2000,
        "tune": 1000,
        "target_accept": 0.8,
        "max_rhat": 1.002,
        "min_ess_bulk": 5000,
        "min_ess_tail": 4800,
        "divergences": 0,
        "seconds": 3.1,
        "converged": True,
        "attempts": 1,
        "parameterisation": "Random effects were sampled centred.",
        "worst": "SE against PVT",
        "gate": [{"check": name, "value": value, "limit": limit, "passed": True} for name, value, limit in checks],
    }


def _set(source: dict[str, Any], name: str, title: str, **moved: list[str]) -> dict[str, Any]:
    return {
        "id": name,
        "title": title,
        "reason": f"Reason for {title.lower()}.",
        "error": None,
        "studies": 18,
        "participants": 4000,
        "entered": moved.get("entered", []),
        "left": moved.get("left", []),
        "treatments": source["treatments"],
        "relative_effects": source["relative_effects"],
        "heterogeneity": source["heterogeneity"],
        "ranking": [
            {key: row[key] for key in ("treatment", "sucra", "p_best", "mean_rank")} for row in source["ranking"]
        ],
        "sampling": source["sampling"],
    }


def _provenance() -> dict[str, Any]:
    return {
        "nma_version": "0.1.0",
        "created": "2026-11-22T15:00:00Z",
        "seed": 1,
        "registry_fingerprint": "ab" * 32,
        "specification_fingerprint": "cd" * 32,
        "project": "vocational-rehabilitation",
        "versions": {"python": "3.11.7", "pymc": "5.28.5", "numpy": "2.3.5"},
        "command": "nma run long-term",
    }
