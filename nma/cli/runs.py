"""Commands that compute: run, inconsistency, report."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from nma.cli.app import ProjectOption, app
from nma.errors import InputError, NmaError, Problem
from nma.terminal import err, out, progress, show_answer, show_first, show_inconsistency
from nma.vocab import Engine


@app.command()
def run(
    name: Annotated[str | None, typer.Argument(help="Specification in models/; all of them when left out.")] = None,
    out_folder: Annotated[Path | None, typer.Option("--out", help="Result folder (default: out/NAME).")] = None,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 1,
    engine: Annotated[str, typer.Option(help="nuts (PyMC; the exact engine vouches for it) or exact.")] = "nuts",
    force: Annotated[bool, typer.Option("--force", help="Run even if nothing has changed.")] = False,
    project: ProjectOption = None,
) -> None:
    """Run an analysis and write its report.

    Its sensitivity sets run with it. Results that are still valid are left alone.
    """
    from nma.project import Project
    from nma.workflow import RunOptions
    from nma.workflow import run as run_analysis

    options = RunOptions(seed, engine, force)
    found = Project.find(project)
    names = [name] if name else list(found.specifications())
    if not names:
        raise InputError(Problem("models/", "", "no specification in this folder", hint="one YAML file an analysis"))
    err.print(f"project {found.name} ({found.origin}), registry {found.registry.fingerprint[:12]}")
    problems: list[Problem] = []
    for each in names:
        folder = _folder(each, out_folder, several=name is None)
        try:
            with progress(alone=engine == Engine.NUTS) as say:
                results = run_analysis(found, each, folder, replace(options, say=say, first=show_first))
        except NmaError as error:
            problems += error.problems
            continue
        if results is None:
            out.print(f"{each}: nothing has changed since {folder} was made; --force runs it again.")
        else:
            show_answer(results)
            out.print(f"Report: {folder / 'report.html'}")
            _since_last(folder, found.reports)
    if problems:
        raise NmaError(problems)


def _since_last(folder: Path, reports: Path) -> None:
    """What changed since the run that this one replaced, in two lines, and the command that says more."""
    from nma.comparing import since_last
    from nma.staging import PREVIOUS

    changed = since_last(folder) if (folder / PREVIOUS).exists() else None
    if changed is None:
        return
    from nma.output.changes import at_once

    out.print(f"Since the last run of other inputs: {at_once(changed, reports)}")
    out.print(f"More of it: nma compare {shlex.quote(str(folder / PREVIOUS))} {shlex.quote(str(folder))}")


def _folder(name: str, chosen: Path | None, several: bool) -> Path:
    if chosen is None:
        return Path("out") / name
    return chosen / name if several else chosen


@app.command()
def inconsistency(  # noqa: PLR0913 (one parameter for each option)
    name: Annotated[str, typer.Argument(help="Specification in models/.")],
    out_folder: Annotated[Path | None, typer.Option("--out", help="Result folder (default: out/NAME).")] = None,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 1,
    engine: Annotated[str, typer.Option(help="nuts (PyMC) or exact.")] = "nuts",
    multi_arm: Annotated[
        str, typer.Option(help="Multi-arm trials in a split: symmetric, baseline or separate.")
    ] = "symmetric",
    force: Annotated[bool, typer.Option("--force", help="Run even if nothing has changed.")] = False,
    project: ProjectOption = None,
) -> None:
    """Check inconsistency, heterogeneity and fit.

    Loops, node-splits, the design-by-treatment test, unrelated means, heterogeneity, deviance, transitivity, and the
    trials that drive a disagreement. Writes inconsistency.html, inconsistency.json and tables.
    """
    from nma.diagnosis import diagnose
    from nma.project import Project
    from nma.workflow import RunOptions

    options = RunOptions(seed, engine, force, multi_arm=multi_arm)
    found = Project.find(project)
    folder = _folder(name, out_folder, several=False)
    with progress(alone=engine == Engine.NUTS) as say:
        results = diagnose(found, name, folder, replace(options, say=say))
    if results is None:
        out.print(f"{name}: nothing has changed since {folder / 'inconsistency.html'} was made; --force runs it again.")
        return
    show_inconsistency(results)
    out.print(f"Page: {folder / 'inconsistency.html'}")


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="Result folder with a results.json.")],
    project: ProjectOption = None,
) -> None:
    """Write the report again without sampling.

    Pages, tables and figures are made anew from results.json, inconsistency.json and firmness.json in the folder.
    """
    from nma.project import Project
    from nma.workflow import render

    render(folder, Project.find(project).reports)
    for page in ("report.html", "inconsistency.html", "firmness.html", "compare.html"):
        if (folder / page).exists():
            out.print(f"Report: {folder / page}")
