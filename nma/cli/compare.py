"""The command that says what changed: compare."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nma.cli.app import ProjectOption, app
from nma.cli.pages import LanguageOption, told
from nma.errors import InputError, Problem
from nma.terminal import out, progress

SIDE = "a result folder, a results file, a git revision, or . for the files as they are"


@app.command()
def compare(  # noqa: PLR0913 (one parameter for each option)
    old: Annotated[str | None, typer.Argument(help=f"Before: {SIDE} (default: the last run, out/MODEL).")] = None,
    new: Annotated[str | None, typer.Argument(help="Now: the same (default: the files as they are).")] = None,
    working_tree: Annotated[bool, typer.Option("--working-tree", help="Now: the files as they are.")] = False,
    model: Annotated[str | None, typer.Option(help="Specification in models/.")] = None,
    out_folder: Annotated[Path | None, typer.Option("--out", help="Folder (default: out/compare-OLD-NEW).")] = None,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 1,
    workers: Annotated[int | None, typer.Option(help="Processes on this machine (default: its cores).")] = None,
    lang: LanguageOption = None,
    project: ProjectOption = None,
) -> None:
    """Say what changed between two results.

    Trials that entered, left or changed; each effect, the heterogeneity and the ranking before and now, with the shift
    in standard errors and in words; and which trial moves it most. Revisions and files are run by the exact engine.
    Writes compare.html, compare.json, tables and a figure.
    """
    from nma.comparing import CompareOptions
    from nma.comparing import compare as compare_sides
    from nma.output.changes import in_short
    from nma.parallel import Executors
    from nma.project import Project
    from nma.sides import WORKING_TREE
    from nma.workflow import RunOptions

    if working_tree and new is not None:
        raise InputError(Problem("", "--working-tree", "stands for NEW, which is given too", hint="leave one out"))
    if workers is not None and workers < 1:
        raise InputError(Problem("", "--workers", "must be 1 or more", str(workers)))
    found = Project.find(project).told_in(lang)
    with progress(alone=False) as say:
        options = CompareOptions(model, RunOptions(seed, "exact", say=say), out_folder, Executors(None, workers))
        results, folder = compare_sides(found, (old, WORKING_TREE if working_tree else new), options)
    for line in in_short(results, found.reports, found.pages.languages[0]):
        out.print(line)
    out.print(f"Page: {told(folder / 'compare.html', found.pages)}")
