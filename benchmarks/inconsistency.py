"""What the checks of the long-term analysis cost: splits, unrelated means and closed forms. Seconds, shares and ratios.

Every fit runs on one core, as many at a time as there are cores. Machines are noisy: compare shares and ratios within
a run, or two versions in runs that follow each other.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from run import show, timed

import nma
from nma.answers.designs import design_by_treatment, heterogeneity_statistics
from nma.answers.goodness import goodness
from nma.answers.loops import loop_table
from nma.answers.splits import split_row, split_tasks
from nma.answers.unrelated import unrelated_row, unrelated_task
from nma.evidence import Evidence, select
from nma.fitting import Fit, Task, Workbench
from nma.fitting.quiet import pymc

UNRELATED = "unrelated means"


@dataclass(frozen=True)
class Batch:
    """Fits that shared a compilation, and the seconds that passed before the first of them and with them."""

    fits: Mapping[str, Fit]
    compile: float
    sample: float

    @property
    def each(self) -> float:
        """Mean seconds of one fit on its core."""
        return sum(fit.seconds for fit in self.fits.values()) / len(self.fits)


def batch(bench: Workbench, tasks: Mapping[str, Task]) -> Batch:
    """Fit; what passed before the first fit began is the compilation."""
    done: dict[str, float] = {}
    started = time.perf_counter()

    def note(name: str) -> None:
        done[name] = time.perf_counter() - started

    whole, fits = timed(lambda: bench.fit(tasks, note))
    compiled = min(done[name] - fits[name].seconds for name in done)
    return Batch(fits, compiled, whole - compiled)


def closed(evidence: Evidence) -> dict[str, float]:
    steps = {"loops": loop_table, "Q and I²": heterogeneity_statistics, "global test": design_by_treatment}
    return {name: timed(partial(step, evidence))[0] for name, step in steps.items()}


def main() -> None:
    pymc()
    import nutpie  # noqa: F401

    project = nma.Project.find()
    evidence = select(project.registry, project.analysis("long-term"))
    bench = Workbench(seed=1)
    primary = batch(bench, {"primary": Task(evidence, evidence.analysis)})
    pairs = split_tasks(evidence)
    tasks = {" against ".join(pair): task for pair, task in pairs.items()} | {UNRELATED: unrelated_task(evidence)}
    others = batch(bench, tasks)
    consistent, splits = primary.fits["primary"], [fit for name, fit in others.fits.items() if name != UNRELATED]

    fitted = {
        "compile, consistency": primary.compile,
        "primary fit": primary.sample,
        "compile, the others": others.compile,
        f"{len(splits)} splits, unrelated": others.sample,
    }
    show("long-term, fits", fitted, sum(fitted.values()))
    print(f"\nseconds of sampling on one core, and their ratio to the primary fit's {consistent.seconds:.2f} s:")
    for name, fit in others.fits.items():
        again = ", sampled twice" if fit.attempts > 1 else ""
        print(f"  {name:24} {fit.seconds:7.2f} s  {fit.seconds / consistent.seconds:6.2f}{again}")
    print(f"  {'mean':24} {others.each:7.2f} s  {others.each / consistent.seconds:6.2f}")
    print(f"  {'all, as they ran':24} {others.sample:7.2f} s  {others.sample / consistent.seconds:6.2f}")

    answers = closed(evidence) | {
        "goodness, primary fit": timed(lambda: goodness(consistent))[0],
        "rows of the splits": timed(lambda: [split_row(fit, consistent) for fit in splits])[0],
        "unrelated means": timed(lambda: unrelated_row(others.fits[UNRELATED]))[0],
    }
    show("long-term, answers", answers, sum(answers.values()))


if __name__ == "__main__":
    main()
