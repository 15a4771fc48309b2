"""The command that asks how firm a ranking is: sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nma.cli.app import ProjectOption, app
from nma.cli.pages import LanguageOption, told, unchanged
from nma.terminal import out, progress


@app.command()
def sweep(  # noqa: PLR0913 (one parameter for each option)
    name: Annotated[str, typer.Argument(help="Specification in models/.")],
    over: Annotated[
        list[str] | None,
        typer.Option(
            help="trials, comparisons, sets, priors, window, new-trial, threshold: one, or several with commas; "
            "all of them when left out."
        ),
    ] = None,
    out_folder: Annotated[Path | None, typer.Option("--out", help="Result folder (default: out/NAME).")] = None,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 1,
    scheduler: Annotated[str | None, typer.Option(help="Dask scheduler to work on, as tcp://HOST:PORT.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes on this machine (default: its cores).")] = None,
    force: Annotated[bool, typer.Option("--force", help="Run even if nothing has changed.")] = False,
    lang: LanguageOption = None,
    project: ProjectOption = None,
) -> None:
    """Ask how firm the ranking is.

    The exact engine fits the analysis again without each trial and each comparison, with other trials, priors and
    follow-up; and looks for the bias, or the new trial, that would change the best treatment. Writes firmness.html,
    firmness.json, tables and figures.
    """
    from nma.parallel import Executors
    from nma.project import Project
    from nma.sweeping import ALL, SweepOptions, firmness
    from nma.workflow import RunOptions

    words = tuple(word.strip() for given in over or ALL for word in given.split(","))
    options = SweepOptions(words, RunOptions(seed, "exact", force), Executors(scheduler, workers))
    found = Project.find(project).told_in(lang)
    folder = out_folder or Path("out") / name
    with progress(alone=False) as say:
        results = firmness(found, name, folder, options.told(say))
    if results is None:
        unchanged(name, folder / "firmness.html", found)
        return
    from nma.output.sweeps import in_short

    for line in in_short(results, found.reports, found.pages.languages[0]):
        out.print(line)
    out.print(f"Page: {told(folder / 'firmness.html', found.pages)}")
