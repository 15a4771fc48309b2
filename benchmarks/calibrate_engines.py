"""Simulation-based calibration of an engine (Talts et al. 2018, arXiv:1804.06788). Prints a Markdown table.

Networks of 22 trials on five treatments, three of them with three arms, sizes as in the long-term analysis; the truth
of each is drawn from the priors. Usage: ``python benchmarks/calibrate_engines.py KIND NETWORKS ENGINE [SEED]`` with the
kinds log, logit and normal and the engines exact and nuts.
"""

from __future__ import annotations

import sys
import time

from nma.simulation import Request, Simulation, plan_of, study
from nma.vocab import Engine

KINDS = {"log": ("binomial", "log", "RR"), "logit": ("binomial", "logit", "OR"), "normal": ("normal", "log", "RR")}
DESIGNS = {"AB": 3, "AC": 3, "BC": 3, "AD": 2, "BD": 2, "CD": 2, "AE": 2, "DE": 2, "ABD": 1, "ADE": 2}
SIZES = (25, 28, 46, 50, 54, 54, 54, 57, 60, 68, 70, 75, 75, 76, 93, 94, 110, 125, 156, 240, 1030)
COLUMNS = ("bias", "coverage", "width", "p_chi2", "p_band")


def simulation(kind: str) -> Simulation:
    likelihood, link, measure = KINDS[kind]
    priors = {"effects": {"family": "normal", "scale": 1}, "heterogeneity": {"family": "half-normal", "scale": 0.5}}
    if kind == "logit":
        priors["baseline"] = {"family": "normal", "scale": 1.5}
    analysis = {
        "outcome": "simulated", "better": "higher", "measure": measure, "likelihood": likelihood, "link": link,
        "effects": "random", "reference": "A", "priors": priors,
    }  # fmt: skip
    design = [{"treatments": tuple(arms), "trials": trials} for arms, trials in DESIGNS.items()]
    return Simulation.model_validate(
        {"title": "Calibration", "analysis": analysis, "design": design, "arm_sizes": SIZES}
    )


def main(kind: str, networks: int, engine: str, seed: int = 1) -> None:
    started = time.perf_counter()
    found = study(plan_of(simulation(kind), from_priors=True), Request(networks, Engine(engine), seed), {})
    told = found["calibration"]
    print(f"\n{engine}, {kind}: {networks} networks, seed {seed}, {time.perf_counter() - started:.0f} s; ", end="")
    print("missed the gate ", end="")
    print(f"{found['missed_gate']:.1%}; coverage {told['coverage_range']}; smallest p {told['smallest_p']:.3f}\n")
    print("| quantity | " + " | ".join(COLUMNS) + " |")
    print("|---" * (1 + len(COLUMNS)) + "|")
    for row in found["quantities"]:
        name = f"{row['treatment']} against {row['versus']}" if row["treatment"] else "heterogeneity"
        print(f"| {name} | " + " | ".join(f"{row[column]:.3f}" for column in COLUMNS) + " |")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], *map(int, sys.argv[4:5]))
