"""Where the time goes: ``nma check``, and a long-term fit taken apart. Prints seconds and shares of one run.

Machines are noisy: compare shares within a run, or two versions in runs that follow each other.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = action()
    return time.perf_counter() - started, result


def whole(code: str) -> float:
    """Seconds of a fresh interpreter, the best of three."""
    run = [sys.executable, "-c", code]
    return min(timed(lambda: subprocess.run(run, check=True, capture_output=True))[0] for _ in range(3))


def check() -> dict[str, float]:
    bare = whole("pass")
    imported = whole("import nma.cli, nma.registry, nma.analysis")
    full = whole("import sys; sys.argv = ['nma', 'check']; from nma.cli import main; main()")
    return {
        "interpreter": bare,
        "imports": imported - bare,
        "reading and checking": full - imported,
        "work": full - bare,
    }


def long_term() -> dict[str, float]:
    import nma
    from nma.answers.results import results
    from nma.evidence import select
    from nma.output import write

    steps: dict[str, float] = {}
    project = nma.Project.find()
    steps["registry and evidence"], evidence = timed(lambda: select(project.registry, project.analysis("long-term")))
    analysis = evidence.analysis

    def import_pymc() -> None:
        from nma.fitting.quiet import pymc

        pymc()
        import nutpie  # noqa: F401

    steps["import PyMC and nutpie"], _ = timed(import_pymc)
    from nma.fitting.diagnostics import diagnose
    from nma.fitting.layout import layout
    from nma.fitting.means import Task
    from nma.fitting.nuts import Compiled, posterior

    arrays = layout(Task(evidence, analysis))
    steps["compile"], compiled = timed(lambda: Compiled(arrays))
    steps["sample"], sampled = timed(lambda: compiled.sample(arrays, analysis.sampling, 1, 2))
    draws = posterior(sampled, arrays, Task(evidence, analysis))
    steps["diagnose"], diagnostics = timed(lambda: diagnose(draws, sampled.divergences))
    fit = nma.Fit(evidence, analysis, draws, diagnostics, "nuts", 1, sampled.seconds, 1, 1000, 0.85)
    steps["answers"], found = timed(lambda: results(fit, {}, {"created": "2026-01-01T00:00:00Z"}))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "results.json").write_text(json.dumps(found), "utf-8")
        steps["report"], _ = timed(lambda: write(found, Path(folder), project.reports))
    rate = diagnostics.min_ess_bulk / sampled.seconds
    print(f"effective draws per second of sampling, worst quantity: {rate:,.0f}")
    return steps


def show(title: str, steps: dict[str, float], total: float) -> None:
    print(f"\n{title}: {total:.2f} s")
    for name, seconds in steps.items():
        print(f"  {name:24} {seconds:7.2f} s  {seconds / total:6.1%}")


if __name__ == "__main__":
    parts = check()
    show("nma check", parts, parts["interpreter"] + parts["work"])
    steps = long_term()
    show("long-term, primary fit", steps, sum(steps.values()))
