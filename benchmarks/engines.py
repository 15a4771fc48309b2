"""The two engines side by side: effective draws per second and whole process, then growth with trials and treatments.

Ratios of one run count; seconds of a noisy machine do not. ``--growth`` adds growth, with its fitted exponents.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import nma
from nma.answers.agreement import agreement

DATA = Path(__file__).parents[1] / "tests" / "reference"
NETWORKS = {"smoking": "A", "smoking_gemtc": "A", "thrombolytics_tsd": "SK"}
GROWTH = ((20, 5), (200, 5), (2000, 5), (200, 20), (200, 60), (2000, 20))
WHOLE = """
import nma
project = nma.Project.find()
analysis = project.analysis("long-term")
nma.ranking(nma.fit(nma.select(project.registry, analysis), analysis, seed=1, engine="{engine}", progress=False))
"""


def binary(reference: str, measure: str = "OR", link: str = "logit") -> nma.Analysis:
    return nma.Analysis.from_mapping(
        {
            "outcome": "benchmark", "better": "higher", "measure": measure, "likelihood": "binomial", "link": link,
            "effects": "random", "reference": reference,
            "priors": {
                "effects": {"family": "normal", "scale": 10},
                "heterogeneity": {"family": "half-normal", "scale": 1},
            },
        }
    )  # fmt: skip


def networks() -> dict[str, nma.Evidence]:
    project = nma.Project.find()
    found = {"long-term": nma.select(project.registry, project.analysis("long-term"))}
    for name, reference in NETWORKS.items():
        frame = pd.read_csv(DATA / f"{name}.data.csv").rename(columns={"r": "events"})
        there = set(frame["treatment"])
        found[name] = nma.Evidence.from_frame(frame, binary(reference if reference in there else sorted(there)[0]))
    return found


def rate(evidence: nma.Evidence, engine: str) -> tuple[float, float, Any]:
    """Effective draws of the worst quantity per second of computation (without imports and compilation)."""
    started = time.perf_counter()
    fit = nma.fit(evidence, evidence.analysis, seed=1, engine=engine, progress=False)
    wall = time.perf_counter() - started
    return fit.diagnostics.min_ess_bulk / fit.seconds, wall, fit


def compare() -> None:
    heads = ("network", "exact, draws/s", "NUTS, draws/s", "ratio", "exact, whole fit", "NUTS, whole fit", "k")
    print(f"| {' | '.join(heads)} | largest difference, Monte Carlo errors |")
    print("|---" * (len(heads) + 1) + "|")
    for name, evidence in networks().items():
        rate(evidence, "exact")  # imports
        exact, exact_wall, fit = rate(evidence, "exact")
        nuts, nuts_wall, sampled = rate(evidence, "nuts")
        apart = agreement(sampled, fit)
        k = fit.diagnostics.pareto_k
        cells = (f"{exact:,.0f}", f"{nuts:,.0f}", f"{exact / nuts:.1f}", f"{exact_wall:.2f} s", f"{nuts_wall:.1f} s")
        print(f"| {name} | {' | '.join(cells)} | {k:.2f} | {apart.errors:.1f} |", flush=True)


def whole() -> None:
    """A fresh process from start to ranking."""
    seconds = {}
    for engine in ("exact", "nuts"):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", WHOLE.format(engine=engine)], check=True, capture_output=True)
        seconds[engine] = time.perf_counter() - started
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import pymc"], check=True, capture_output=True)
    print(f"\nWhole process: exact {seconds['exact']:.1f} s, NUTS {seconds['nuts']:.1f} s ", end="")
    print(f"({seconds['nuts'] / seconds['exact']:.1f} times); import pymc alone {time.perf_counter() - started:.1f} s")


def made_up(trials: int, treatments: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    effects = np.append(0.0, rng.normal(0, 0.4, treatments - 1))
    rows = []
    for i in range(trials):
        pair = (i, i + 1) if i < treatments - 1 else rng.choice(treatments, 2, replace=False)
        people, odds = int(rng.integers(30, 300)), rng.uniform(-2, 0)
        for k in pair:
            risk = 1 / (1 + np.exp(-(odds + effects[k] + rng.normal(0, 0.2 / np.sqrt(2)))))
            rows.append((f"s{i:05}", f"T{k:02}", int(rng.binomial(people, risk)), people))
    return pd.DataFrame(rows, columns=["study", "treatment", "events", "n"])


def growth() -> None:
    print("\n| trials | treatments | seconds | k | smallest ESS | peak memory so far |")
    print("|---|---|---|---|---|---|")
    seconds = {}
    for trials, treatments in GROWTH:
        evidence = nma.Evidence.from_frame(made_up(trials, treatments), binary("T00"))
        _, wall, fit = rate(evidence, "exact")
        seconds[trials, treatments] = wall
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        d = fit.diagnostics
        print(
            f"| {trials} | {treatments} | {wall:.2f} | {d.pareto_k:.2f} | {d.min_ess_bulk:,.0f} | {peak} MB |",
            flush=True,
        )
    for what, cases in {"trials": GROWTH[:3], "treatments": ((200, 5), (200, 20), (200, 60))}.items():
        sizes = [np.log(case[what == "treatments"]) for case in cases]
        slope = np.polyfit(sizes, [np.log(seconds[case]) for case in cases], 1)[0]
        print(f"\nSeconds grow as the number of {what} to the power {slope:.2f}.")


if __name__ == "__main__":
    compare()
    whole()
    if "--growth" in sys.argv[1:]:
        growth()
