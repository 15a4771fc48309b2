"""The two engines side by side: effective draws per second, whole processes, and what the speed is for.

Ratios of one run count; seconds of a noisy machine do not. Each measurement stands in a process of its own, so that its
peak memory is its own. ``--growth`` adds growth with trials and treatments, fitted exponents, and draws
``docs/engines-growth.svg``.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import nma
from nma.answers.agreement import agreement

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "reference"
FIGURE = ROOT / "docs" / "engines-growth.svg"
NETWORKS = {"smoking": "A", "smoking_gemtc": "A", "thrombolytics_tsd": "SK"}
TRIALS = ((20, 5), (200, 5), (2000, 5))
TREATMENTS = ((200, 5), (200, 20), (200, 60))
LARGE = (2000, 20)
HELD_AGAINST = {
    "smoking": {"JAGS (gemtc)": 495, "Stan (multinma)": 85},
    "smoking_gemtc": {"JAGS (gemtc)": 495, "Stan (multinma)": 85},
    "thrombolytics_tsd": {"JAGS (gemtc)": 9, "Stan (multinma)": 5},
}
"""Effective draws per second of other programs, as recorded beside the reference data (another machine)."""


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


def network(name: str) -> nma.Evidence:
    if name not in NETWORKS:
        project = nma.Project.find(ROOT)
        return nma.select(project.registry, project.analysis(name))
    frame = pd.read_csv(DATA / f"{name}.data.csv").rename(columns={"r": "events"})
    there = set(frame["treatment"])
    reference = NETWORKS[name] if NETWORKS[name] in there else sorted(there)[0]
    return nma.Evidence.from_frame(frame, binary(reference))


def fitted(evidence: nma.Evidence, engine: str) -> tuple[float, Any]:
    started = time.perf_counter()
    fit = nma.fit(evidence, evidence.analysis, seed=1, engine=engine, progress=False)
    return time.perf_counter() - started, fit


# What a process of its own measures: a function's name and its arguments, the last line of its output as JSON.


def both(name: str) -> dict[str, Any]:
    """Effective draws of the worst quantity per second of computation, imports and compilation left out."""
    evidence = network(name)
    fitted(evidence, "exact")  # imports
    wall, fit = fitted(evidence, "exact")
    nuts_wall, sampled = fitted(evidence, "nuts")
    apart = agreement(sampled, fit)
    return {
        "exact": fit.diagnostics.min_ess_bulk / fit.seconds,
        "nuts": sampled.diagnostics.min_ess_bulk / sampled.seconds,
        "exact_seconds": wall, "nuts_seconds": nuts_wall, "nuts_sampling": sampled.seconds,
        "k": fit.diagnostics.pareto_k, "apart": apart.errors,
    }  # fmt: skip


def process(name: str, engine: str) -> dict[str, Any]:
    """From nothing to a ranking."""
    _, fit = fitted(network(name), engine)
    nma.ranking(fit)
    return {}


def left_out(name: str) -> dict[str, Any]:
    """Leave-one-out over all trials by the exact engine, on all cores."""
    from nma.sweeping import SweepOptions, firmness
    from nma.workflow import RunOptions

    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        options = SweepOptions(("trials",), RunOptions(1, "exact"))
        found = firmness(nma.Project.find(ROOT), name, Path(folder) / "out", options)
    return {"seconds": time.perf_counter() - started, "fits": len(found["sweeps"]["trials"]["rows"]) if found else 0}


def report(name: str) -> dict[str, Any]:
    """The whole of ``nma run --engine exact``: sensitivity sets, both pages, tables and figures."""
    from nma.workflow import RunOptions, run

    with tempfile.TemporaryDirectory() as folder:
        run(nma.Project.find(ROOT), name, Path(folder) / "out", RunOptions(1, "exact"))
    return {"pymc": "pymc" in sys.modules}


def imports() -> dict[str, Any]:
    __import__("pymc")
    return {}


def size(trials: int, treatments: int) -> dict[str, Any]:
    evidence = nma.Evidence.from_frame(made_up(trials, treatments), binary("T00"))
    fitted(network("smoking"), "exact")  # imports
    wall, fit = fitted(evidence, "exact")
    return {"seconds": wall, "k": fit.diagnostics.pareto_k, "ess": fit.diagnostics.min_ess_bulk}


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


MEASURED: dict[str, Callable[..., dict[str, Any]]] = {
    "both": both, "process": process, "left_out": left_out, "report": report, "imports": imports, "size": size,
}  # fmt: skip


def measure(what: str, *arguments: Any) -> dict[str, Any]:
    """Measure something in a process of its own: what it says, its seconds from start to end and its peak memory."""
    started = time.perf_counter()
    command = [sys.executable, __file__, "--measure", json.dumps([what, *arguments])]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1]) | {"process": time.perf_counter() - started}


def _measured(asked: str) -> None:
    what, *arguments = json.loads(asked)
    found = MEASURED[what](*arguments)
    print(json.dumps(found | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    for row in (heads, ("---",) * len(heads), *rows):
        print(f"| {' | '.join(row)} |", flush=True)


def compare() -> None:
    heads = ("network", "exact, draws/s", "NUTS, draws/s", "exact ÷ NUTS", "others, draws/s", "exact, process",
             "NUTS, process", "ratio", "k", "largest difference, MC errors")  # fmt: skip
    rows = []
    for name in ("long-term", *NETWORKS):
        found = measure("both", name)
        whole = {engine: measure("process", name, engine)["process"] for engine in ("exact", "nuts")}
        others = (
            ", ".join(f"{program} {rate}" for program, rate in HELD_AGAINST.get(name, {}).items()) or "not recorded"
        )
        rows.append(
            (name, f"{found['exact']:,.0f}", f"{found['nuts']:,.0f}", f"{found['exact'] / found['nuts']:.1f}", others,
             f"{whole['exact']:.1f} s", f"{whole['nuts']:.1f} s", f"{whole['nuts'] / whole['exact']:.1f}",
             f"{found['k']:.2f}", f"{found['apart']:.1f}")
        )  # fmt: skip
    table(heads, rows)


def speed_is_for() -> None:
    """Leave-one-out against one NUTS fit, and a whole report against the import of PyMC."""
    sweep, nuts = measure("left_out", "long-term"), measure("process", "long-term", "nuts")
    print(
        f"\nLeave-one-out of the long-term network, {sweep['fits']} fits and their page: {sweep['process']:.1f} s; ",
        end="",
    )
    print(f"one NUTS fit: {nuts['process']:.1f} s ({nuts['process'] / sweep['process']:.1f} times).")
    whole = [measure("report", "long-term") for _ in range(2)]
    pymc = min(measure("imports")["process"] for _ in range(2))
    best = min(one["process"] for one in whole)
    assert not any(one["pymc"] for one in whole)
    print(f"\nWhole report, 14 fits and two pages: {best:.1f} s, {whole[0]['peak']} MB; ", end="")
    print(f"import of PyMC alone: {pymc:.1f} s (the report takes {best / pymc:.1f} times as long).")


def growth() -> None:
    found = {case: measure("size", *case) for case in dict.fromkeys((*TRIALS, *TREATMENTS, LARGE))}
    print()
    rows = [
        (*map(str, case), f"{one['seconds']:.2f}", f"{one['k']:.2f}", f"{one['ess']:,.0f}", f"{one['peak']} MB")
        for case, one in found.items()
    ]
    table(("trials", "treatments", "seconds", "k", "smallest effective size", "peak memory"), rows)
    drawn({case: one["seconds"] for case, one in found.items()})


def drawn(seconds: dict[tuple[int, int], float]) -> None:
    """Seconds by trials and by treatments, with the fitted power."""
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(8, 3), layout="constrained")
    halves = (("trials", 0, TRIALS, "5 treatments"), ("treatments", 1, TREATMENTS, "200 trials"))
    for axes, (what, place, cases, fixed) in zip(canvas.subplots(1, 2, sharey=True), halves, strict=True):
        x, y = np.array([case[place] for case in cases]), np.array([seconds[case] for case in cases])
        slope, level = np.polyfit(np.log(x), np.log(y), 1)
        print(f"\nSeconds grow as the number of {what} to the power {slope:.2f}.")
        axes.loglog(x, y, "o", color="#1b4965")
        axes.loglog(x, np.exp(level) * x**slope, color="#1b4965", label=f"power {slope:.2f}")
        axes.set(xlabel=f"{what} ({fixed})", ylabel="" if place else "seconds")
        axes.set_xticks(x, [f"{one:,}" for one in x])
        axes.set_xticks([], minor=True)
        axes.legend(frameon=False, loc="upper left")
    canvas.savefig(FIGURE, metadata={"Date": None})


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        _measured(sys.argv[2])
    else:
        compare()
        speed_is_for()
        if "--growth" in sys.argv[1:]:
            growth()
