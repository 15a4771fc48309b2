"""From a specification, or an analysis of the project, to the results of a simulation study."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nma.errors import InputError, OutputError, Problem, nearest
from nma.evidence import select
from nma.parallel import HERE, Executors
from nma.project import Project
from nma.registry.base import shown
from nma.staging import staging
from nma.vocab import Engine, TruthFrom
from nma.workflow import RunOptions

if TYPE_CHECKING:
    from nma.simulation import Plan

SIMULATION = "simulation.json"
SUFFIXES = (".yaml", ".yml")
MOST = 1_000_000
"""Networks beyond which the number is a mistake."""


@dataclass(frozen=True)
class SimulationOptions:
    """How many networks, with which truth; ``run`` says the seed, the engine and who is told."""

    networks: int = 1000
    truth: str = str(TruthFrom.STATED)
    run: RunOptions = field(default_factory=lambda: RunOptions(engine=str(Engine.EXACT)))
    executors: Executors = HERE

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated, before anything is read."""
        known = [str(word) for word in TruthFrom]
        if self.truth not in known:
            hint = nearest(self.truth, known)
            raise InputError(Problem("", "--truth", "not an allowed word", shown(self.truth), ", ".join(known), hint))
        if not 2 <= self.networks <= MOST:
            what = f"must be a whole number from 2 to {MOST}"
            raise InputError(Problem("", "--networks", what, str(self.networks)))


def simulate(project: Project, name: str, out: Path, options: SimulationOptions) -> dict[str, Any]:
    """Run a simulation study and write ``simulation.json``, ``simulation.md`` and ``tables/simulation.csv``.

    Parameters
    ----------
    name : str
        A YAML file with a simulation, or an analysis of the project: then its own trials and arm sizes, with the truth
        at the medians of its posterior.

    Raises
    ------
    NmaError
        The input or the output folder cannot be used; what the folder held is untouched.
    """
    from nma.simulation import Request, study

    run = options.run
    plan = _plan(project, name, options)
    run.say(f"{plan.title}: {len(plan.trials)} trials of {len(plan.treatments)} treatments, seed {run.seed}")

    def done(count: int) -> None:
        run.say(f"{count} of {options.networks} networks done", count, options.networks)

    with staging(out) as folder:
        request = Request(options.networks, Engine(run.engine), run.seed, options.executors, done)
        found = study(plan, request, _provenance(project, name, options))
        _write(folder, found)
    return found


def _plan(project: Project, name: str, options: SimulationOptions) -> Plan:
    from nma.simulation import load_simulation, plan_of
    from nma.simulation.plan import plan_like

    from_priors = options.truth == TruthFrom.PRIOR
    if Path(name).suffix in SUFFIXES:
        return plan_of(load_simulation(Path(name)), from_priors=from_priors)
    analysis = project.analysis(name)
    evidence = select(project.registry, analysis)
    if from_priors:
        return plan_like(evidence, None)
    from nma.fitting import fit

    return plan_like(evidence, fit(evidence, analysis, seed=options.run.seed, engine=str(Engine.EXACT)))


def _provenance(project: Project, name: str, options: SimulationOptions) -> Mapping[str, Any]:
    from nma._version import __version__
    from nma.answers.provenance import versions

    run = options.run
    command = f"nma simulate {name} --networks {options.networks} --seed {run.seed} --engine {run.engine}"
    return {
        "project": project.name,
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": f"{command} --truth {options.truth}",
        "seed": run.seed,
        "engine": run.engine,
        "nma_version": __version__,
        "versions": versions(),
    }


def _write(folder: Path, found: Mapping[str, Any]) -> None:
    from nma.output.simulation import frame, markdown

    files = [SIMULATION, "simulation.md", "tables/simulation.csv"]
    try:
        (folder / "tables").mkdir()
        frame(found).to_csv(folder / files[2], index=False)
        (folder / files[1]).write_text(markdown(found), "utf-8")
        text = json.dumps({**found, "files": sorted(files)}, indent=1, ensure_ascii=False, allow_nan=False)
        (folder / SIMULATION).write_text(text + "\n", "utf-8")
    except OSError as error:
        raise OutputError(Problem(str(folder), "", f"cannot be written ({error.strerror})")) from None
