"""From a specification, or an analysis of the project, to the results of a simulation study."""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nma.analysis import Analysis
from nma.errors import InputError, Problem, nearest
from nma.evidence import select
from nma.parallel import HERE, Executors
from nma.project import Project
from nma.registry.base import shown
from nma.staging import SIMULATION, staging
from nma.stored import is_current, write_beside
from nma.vocab import Engine, TruthFrom
from nma.workflow import RunOptions, inputs

if TYPE_CHECKING:
    from nma.simulation import Plan, Simulation

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


def simulate(project: Project, name: str, out: Path, options: SimulationOptions) -> dict[str, Any] | None:
    """Run a simulation study and write ``simulation.json``, ``simulation.md`` and ``tables/simulation.csv``.

    Parameters
    ----------
    name : str
        A YAML file with a simulation, or an analysis of the project: then its own trials and arm sizes, with the truth
        at the medians of its posterior.

    Returns
    -------
    dict or None
        The content of ``simulation.json``; None when the folder already holds it.

    Raises
    ------
    NmaError
        The input or the output folder cannot be used; what the folder held is untouched.
    """
    from nma.simulation import Request, study

    run = options.run
    studied = _studied(project, name)
    asked = _inputs(project, studied, options)
    if not run.force and is_current(out, asked, SIMULATION):
        return None
    plan = _plan(project, studied, options)
    run.say(f"{plan.title}: {len(plan.trials)} trials of {len(plan.treatments)} treatments, seed {run.seed}")

    def done(count: int) -> None:
        run.say(f"{count} of {options.networks} networks done", count, options.networks)

    with staging(out, manifests=[SIMULATION]) as folder:
        request = Request(options.networks, Engine(run.engine), run.seed, options.executors, done)
        found = study(plan, request, asked | _made(project, name, options))
        write_beside(SIMULATION, folder, found, project.pages)
    return found


def _studied(project: Project, name: str) -> Analysis | Simulation:
    """What is tried: an analysis of the project, or the file of a simulation."""
    from nma.simulation import load_simulation

    return load_simulation(Path(name)) if Path(name).suffix in SUFFIXES else project.analysis(name)


def _plan(project: Project, studied: Analysis | Simulation, options: SimulationOptions) -> Plan:
    from nma.simulation import plan_of
    from nma.simulation.plan import plan_like

    from_priors = options.truth == TruthFrom.PRIOR
    if not isinstance(studied, Analysis):
        return plan_of(studied, from_priors=from_priors)
    evidence = select(project.registry, studied)
    if from_priors:
        return plan_like(evidence, None)
    from nma.fitting import fit

    return plan_like(evidence, fit(evidence, studied, seed=options.run.seed, engine=str(Engine.EXACT)))


def _inputs(project: Project, studied: Analysis | Simulation, options: SimulationOptions) -> dict[str, Any]:
    """What the numbers depend on: not on where they are computed, and for a file not on the registry."""
    run = options.run
    analysis = studied if isinstance(studied, Analysis) else studied.analysis
    found = inputs(project, analysis, run) | {"networks": options.networks, "truth": options.truth}
    if isinstance(studied, Analysis):
        return found
    typed = hashlib.sha256(studied.model_dump_json().encode()).hexdigest()
    return found | {"specification_fingerprint": typed, "registry_fingerprint": None}


def _made(project: Project, name: str, options: SimulationOptions) -> dict[str, Any]:
    """What else is said of where the numbers came from."""
    run = options.run
    command = f"nma simulate {shlex.quote(name)} --networks {options.networks} --seed {run.seed} --engine {run.engine}"
    return {
        "project": project.name,
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": f"{command} --truth {options.truth}",
    }
