"""Results of small networks, made the whole way from counts to what a report shows, by the exact engine."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

import nma
from nma.answers.committee import Ground, committee
from nma.answers.inconsistency import inconsistency, summary
from nma.answers.results import results
from nma.evidence import Evidence, select
from nma.fitting import fit

TRIANGLE = (
    ("t1", "A", 10, 100), ("t1", "B", 20, 100),
    ("t2", "A", 12, 80), ("t2", "C", 30, 90),
    ("t3", "B", 25, 70), ("t3", "C", 33, 75),
    ("t4", "A", 9, 60), ("t4", "B", 14, 62), ("t4", "C", 22, 61),
)  # fmt: skip
ONE_TRIAL = (("t1", "A", 10, 100), ("t1", "B", 20, 100))
TWO_TREATMENTS = (*ONE_TRIAL, ("t2", "A", 12, 90), ("t2", "B", 14, 80))
NO_EFFECT = (("t1", "A", 20, 100), ("t1", "B", 20, 100), ("t2", "A", 30, 90), ("t2", "B", 31, 92))
NORMAL = {"likelihood": "normal", "link": "log", "measure": "RR"}
COMMON = {"effects": "common", "priors": {"effects": {"family": "normal", "scale": 10}}}

CASES: dict[str, tuple[Sequence[Any], dict[str, Any]]] = {
    "triangle": (TRIANGLE, NORMAL),
    "one trial": (ONE_TRIAL, NORMAL),
    "two treatments": (TWO_TREATMENTS, NORMAL),
    "no effect": (NO_EFFECT, NORMAL),
    "common effect": (TRIANGLE, NORMAL | COMMON),
    "odds ratio": (TRIANGLE, {"likelihood": "binomial", "link": "logit", "measure": "OR"}),
    "risk difference, lower is better": (TRIANGLE, NORMAL | {"measure": "RD", "link": "identity", "better": "lower"}),
}
"""Counts, and the keys of the specification that are not those of the base."""


def made(name: str) -> dict[str, Any]:
    """Results of a case, or of an analysis of this project without its sets, as ``results.json`` would hold them."""
    return copy.deepcopy(_of_case(name) if name in CASES else _of_project(name))


@cache
def _of_case(name: str) -> dict[str, Any]:
    rows, changes = CASES[name]
    half = {"family": "half-normal", "scale": 0.5}
    base = {
        "outcome": "work", "better": "higher", "effects": "random", "reference": "A",
        "priors": {"effects": {"family": "normal", "scale": 10}, "heterogeneity": half},
    }  # fmt: skip
    analysis = nma.Analysis.from_mapping({**base, **changes})
    frame = pd.DataFrame(rows, columns=["study", "treatment", "events", "n"])
    return whole(Evidence.from_frame(frame, analysis), None)


@cache
def _of_project(name: str) -> dict[str, Any]:
    project = nma.Project.find(Path(__file__).parents[2])
    return whole(select(project.registry, project.analysis(name)), project.registry)


def whole(evidence: Evidence, registry: Any) -> dict[str, Any]:
    """All that a report shows of some evidence."""
    found = fit(evidence, evidence.analysis, seed=1, engine="exact")
    made = {
        "nma_version": "0.1.0", "versions": {"python": "3.11.7", "pymc": "5.28.5", "nutpie": "0.16.5"},
        "created": "2026-11-25T04:00:00Z", "project": "test", "command": "nma run", "registry_fingerprint": "ab",
        "specification_fingerprint": "cd",
    }  # fmt: skip
    told = results(found, {}, made)
    checked = inconsistency(found, None, told)
    told |= {"inconsistency": summary(checked)}
    return told | committee(Ground(found, told, checked, registry))
