"""The command that tries an analysis on networks whose truth is known: simulate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nma.cli.app import ProjectOption, app
from nma.terminal import out, progress, table


@app.command()
def simulate(  # noqa: PLR0913 (one parameter for each option)
    name: Annotated[str, typer.Argument(help="Specification in models/, or a YAML file with a simulation.")],
    networks: Annotated[int, typer.Option(help="How many networks.")] = 1000,
    truth: Annotated[str, typer.Option(help="stated (or as fitted), or prior: drawn for each network.")] = "stated",
    out_folder: Annotated[Path | None, typer.Option("--out", help="Folder (default: out/simulate-NAME).")] = None,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 1,
    engine: Annotated[str, typer.Option(help="exact or nuts (PyMC).")] = "exact",
    scheduler: Annotated[str | None, typer.Option(help="Dask scheduler to work on, as tcp://HOST:PORT.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes on this machine (default: its cores).")] = None,
    force: Annotated[bool, typer.Option("--force", help="Run even if nothing has changed.")] = False,
    project: ProjectOption = None,
) -> None:
    """Try an analysis on networks with a known truth.

    Simulates networks, fits each, and reports bias, coverage, width of intervals and how often the order is found; with
    the truth drawn from the priors, whether the engine is calibrated. Writes simulation.json, simulation.md and
    tables/simulation.csv.
    """
    from nma.parallel import Executors
    from nma.project import Project
    from nma.simulating import SimulationOptions
    from nma.simulating import simulate as run_simulation
    from nma.workflow import RunOptions

    folder = out_folder or Path("out") / f"simulate-{Path(name).stem}"
    with progress(alone=False) as say:
        run = RunOptions(seed, engine, force, say)
        options = SimulationOptions(networks, truth, run, Executors(scheduler, workers))
        found = run_simulation(Project.find(project), name, folder, options)
    if found is None:
        out.print(f"{name}: nothing has changed since {folder / 'simulation.md'} was made; --force runs it again.")
        return
    from nma.output.simulation import sentences
    from nma.output.simulation import table as lines

    table(*lines(found))
    for line in sentences(found):
        out.print(line)
    out.print(f"Table: {folder / 'simulation.md'}")
