"""Size, power and coverage of the tests for inconsistency, over simulated networks. Prints Markdown tables.

Every network has the same 22 trials of five treatments; sizes and risks are like those of the long-term analysis. The
arms of a trial have effects d_k + τ z_k / √2, so that its contrasts have between-trial covariance τ²(½I + ½J). The arm
with the highest risk has a uniform risk, and the others follow by their risk ratios, as in the model that is fitted.
An inconsistency w is added to C against B in every trial of that design; no three-arm trial holds both, so that w is
exactly what the loop A-B-C and the split of C against B estimate.

Networks are simulated one by one from the seed, the scenario and their number: the closed forms see all of them, the
sampler the first ones. A split is sampled once, with few draws; the gate of the product, which would then send many
to a second attempt ten times as long because of the heterogeneity near 0, is replaced by one on the difference itself.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy import stats

import nma
from nma.answers.contrast_level import limits, regression
from nma.answers.contrasts import LIMITS
from nma.answers.designs import design_by_treatment
from nma.answers.loops import loop_table
from nma.answers.splits import closed_form_split, direct_and_indirect, posterior_p, split_tasks
from nma.evidence import ArmData, Evidence, Trial
from nma.fitting import Fit, Task
from nma.fitting.diagnostics import MAX_RHAT, diagnose
from nma.fitting.layout import layout
from nma.fitting.means import DESIGNS, Pair
from nma.fitting.nuts import Compiled, posterior
from nma.fitting.quiet import arviz

TRIALS = {"AB": 3, "AC": 3, "BC": 3, "AD": 2, "BD": 2, "CD": 2, "AE": 2, "DE": 2, "ABD": 1, "ADE": 2}
"""Designs, each with its number of trials."""
RATIOS = {"A": 1.0, "B": 1.2, "C": 1.5, "D": 1.8, "E": 2.1}
"""Risk ratios against A."""
PLANTED = ("C", "B")
OTHER = ("D", "A")
"""A comparison that is not shifted; three of its five trials have three arms."""
LOOPS = (("A", "B", "C"), ("A", "D", "E"))
"""The loop that holds the planted comparison, going round in its direction, and one that does not."""
SIZES = (25, 28, 46, 50, 54, 54, 54, 57, 60, 68, 70, 75, 75, 76, 93, 94, 110, 125, 156, 240, 1030)
"""People in an arm: the mean of each trial of the long-term analysis."""
HIGHEST_RISK = (0.2, 0.8)
"""Range of the highest risk in a trial, as in the long-term analysis."""
MIN_ESS = 400
"""Effective draws of the difference, in the bulk and in the tails: a p-value of 0.05 is then good to 0.016."""

ANALYSIS = nma.Analysis.from_mapping(
    {
        "outcome": "simulated",
        "better": "higher",
        "measure": "RR",
        "likelihood": "binomial",
        "link": "log",
        "effects": "random",
        "reference": "A",
        "priors": {
            "effects": {"family": "normal", "scale": 10},
            "heterogeneity": {"family": "half-normal", "scale": 0.5},
        },
        "sampling": {"chains": 2, "draws": 600, "tune": 300},
    }
)


@dataclass(frozen=True)
class Scenario:
    """True heterogeneity, the ratio by which the planted comparison is shifted, and the splits that are sampled."""

    number: int
    tau: float
    ratio: float
    sampled: tuple[Pair, ...] = (PLANTED,)

    @property
    def w(self) -> float:
        return float(np.log(self.ratio))

    def truth(self, pair: Pair) -> float | None:
        """A shift elsewhere leaks into an indirect effect, by an amount that depends on the weights."""
        return self.w if pair == PLANTED or self.w == 0 else None


SCENARIOS = (
    Scenario(0, 0.2, 1.0, (PLANTED, OTHER)),
    Scenario(1, 0.2, 2.0),
    Scenario(2, 0.2, 3.0, ()),
    Scenario(3, 0.35, 1.0),
    Scenario(4, 0.35, 2.0, ()),
    Scenario(5, 0.35, 3.0, ()),
)


@dataclass(frozen=True)
class Found:
    """What one test said of one network; a missing ``truth`` is not known, a missing estimate not made."""

    test: str
    flagged: bool
    truth: float | None = None
    estimate: float = np.nan
    lower: float = np.nan
    upper: float = np.nan
    sound: bool = True


def simulate(scenario: Scenario, network: int, seed: int) -> Evidence:
    """One network."""
    rng = np.random.default_rng([seed, scenario.number, network])
    designs = [design for design, times in TRIALS.items() for _ in range(times)]
    trials = [Trial(f"{i:02} {design}", _arms(design, scenario, rng)) for i, design in enumerate(designs)]
    return Evidence.build(ANALYSIS, trials)


def _arms(design: str, scenario: Scenario, rng: np.random.Generator) -> tuple[ArmData, ...]:
    effects = np.log([RATIOS[treatment] for treatment in design])
    if set(design) == set(PLANTED):
        effects[design.index(PLANTED[0])] += np.log(scenario.ratio)
    effects += scenario.tau / np.sqrt(2) * rng.standard_normal(len(design))
    risks = rng.uniform(*HIGHEST_RISK) * np.exp(effects - effects.max())
    size = int(rng.choice(SIZES))
    events = rng.binomial(size, risks)
    return tuple(ArmData(name, int(r), size, name) for name, r in zip(design, events, strict=True))


def closed_forms(scenario: Scenario, seed: int, network: int) -> list[Found]:
    """Loops, the splits by restricted likelihood, and the global test."""
    evidence = simulate(scenario, network, seed)
    loops = {tuple(row["treatments"]): row for row in loop_table(evidence)["loops"]}
    found = []
    for loop in LOOPS:
        truth = scenario.w if set(PLANTED) <= set(loop) else 0.0
        for way, row in loops[loop]["by_heterogeneity"].items():
            interval = limits(row["difference"], row["se"])
            name = f"loop {'-'.join(loop)}, τ of the {way}"
            found.append(Found(name, row["flagged"], truth, row["difference"], *interval))
    for pair in (PLANTED, OTHER):
        split: dict[str, Any] = closed_form_split(evidence, pair)
        interval = limits(split["difference"], split["difference_se"])
        name = f"split {' against '.join(pair)}, closed form"
        found.append(Found(name, split["p"] < 0.05, scenario.truth(pair), split["difference"], *interval))
    return found + global_tests(evidence, scenario)


def global_tests(evidence: Evidence, scenario: Scenario) -> list[Found]:
    """The test as it is printed, against χ² and against F, and what becomes of it where τ is known."""
    whole = design_by_treatment(evidence)
    consistent, free = regression(evidence), regression(evidence, DESIGNS)
    known = consistent.q(scenario.tau**2) - free.q(scenario.tau**2)
    p = {
        "global test, restricted likelihood": whole["p"],
        "global test, moments": whole["moments"]["p"],
        "global test, against F": whole["p_adjusted"],
        "(not printed) global test, true τ": float(stats.chi2.sf(known, whole["df"])),
    }
    return [Found(name, value < 0.05) for name, value in p.items()]


def sampled(scenario: Scenario, seed: int, compiled: Compiled, network: int) -> list[Found]:
    """The splits by the sampler."""
    tasks = split_tasks(simulate(scenario, network, seed))
    return [_split(_once(tasks[pair], compiled, seed), scenario.truth(pair)) for pair in scenario.sampled]


def _once(task: Task, compiled: Compiled, seed: int) -> Fit:
    """One attempt of :class:`nma.fitting.Workbench`."""
    arrays, settings = layout(task, compiled.structure), task.analysis.sampling
    out = compiled.sample(arrays, settings, seed, 1)
    draws = posterior(out, arrays, task)
    diagnostics = diagnose(draws, out.divergences)
    how = ("nuts", seed, out.seconds, 1, settings.tune, settings.target_accept)
    return Fit(task.evidence, task.analysis, draws, diagnostics, *how, means=task.means)


def _split(fit: Fit, truth: float | None) -> Found:
    """The figures of :func:`nma.answers.splits.split_row` that need no consistency model."""
    pair = fit.means.split
    assert pair is not None
    direct, indirect = direct_and_indirect(fit)
    difference = direct - indirect
    median, lower, upper = (float(value) for value in np.quantile(difference, [0.5, *LIMITS]))
    flagged = (lower > 0 or upper < 0) and posterior_p(difference) < 0.05
    az, chains = arviz(), difference.reshape(fit.analysis.sampling.chains, -1)
    enough = min(float(az.ess(chains, method=part)) for part in ("bulk", "tail")) >= MIN_ESS
    sound = enough and float(az.rhat(chains)) <= MAX_RHAT and fit.diagnostics.divergences == 0
    return Found(f"split {' against '.join(pair)}, sampled", flagged, truth, median, lower, upper, sound)


def rows(found: Sequence[Found]) -> Iterator[str]:
    """A line of the table for each test."""
    for test in dict.fromkeys(one.test for one in found):
        own = [one for one in found if one.test == test]
        truth, estimates = own[0].truth, np.array([one.estimate for one in own])
        cells = [test, str(len(own)), _share([one.flagged for one in own]), "", "", ""]
        if np.isfinite(estimates).all():
            cells[3:5] = f"{np.median(estimates):.2f}", f"{estimates.std(ddof=1):.2f}"
            cells[5] = "" if truth is None else _share([one.lower <= truth <= one.upper for one in own])
        yield f"| {' | '.join(cells)} |"


def _share(hits: Sequence[bool]) -> str:
    """Percentage with its Monte Carlo standard error."""
    share = float(np.mean(hits))
    return f"{share:.1%} ({np.sqrt(share * (1 - share) / len(hits)):.1%})"


def table(scenario: Scenario, found: Sequence[Found]) -> None:
    shift = f"w = log {scenario.ratio:g} = {scenario.w:.2f}" if scenario.ratio > 1 else "consistent"
    print(f"\n### τ = {scenario.tau:g}, {shift}\n")
    print("| test | networks | flagged (MC error) | median estimate | its SD | 95 % interval holds the truth |")
    print("|---|---|---|---|---|---|", *rows(found), sep="\n")
    fits = [one for one in found if one.test.endswith("sampled")]
    if fits:
        print(
            f"\n{len(fits)} splits sampled; {sum(not one.sound for one in fits)} missed the gate and are counted too."
        )
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description="Size, power and coverage of the tests for inconsistency.")
    parser.add_argument("--networks", type=int, default=500, help="a scenario, for the closed forms; 0 for none")
    parser.add_argument("--sampled", type=int, default=200, help="a scenario, for the sampled splits; 0 for none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="20 networks, 4 sampled")
    options = parser.parse_args()
    networks, few, seed = (20, 4, options.seed) if options.quick else (options.networks, options.sampled, options.seed)
    if few:
        compiled = Compiled(layout(split_tasks(simulate(SCENARIOS[0], 0, seed))[PLANTED]))
    for scenario in SCENARIOS:
        started = time.perf_counter()
        found: list[Found] = []
        with ProcessPoolExecutor() as processes:
            for several in processes.map(partial(closed_forms, scenario, seed), range(networks), chunksize=10):
                found += several
        with ThreadPoolExecutor(2) as threads:
            for several in threads.map(partial(sampled, scenario, seed, compiled), range(few)) if few else ():
                found += several
        if found:
            table(scenario, found)
        print(f"{scenario}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
