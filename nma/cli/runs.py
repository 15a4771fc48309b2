"""Commands that compute: run, inconsistency, report."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nma.cli.app import ProjectOption, app
from nma.cli.pages import LanguageOption, rewrite, told, unchanged
from nma.errors import InputError, NmaError, Problem
from nma.terminal import err, out, progress, show_answer, show_first, show_inconsistency
from nma.vocab import Engine

if TYPE_CHECKING:
    from nma.languages import Pages

PAGES = ("report.html", "inconsistency.html", "firmness.html", "compare.html")


@app.command()
def run(  # noqa: PLR0913 (one parameter for each option)
    name: Annotated[str | None, typer.Argument(help="Specification in models/; all of them when left out.")] = None,
    out_folder: Annotated[Path | None, typer.Option("--out", help="Result folder (default: out/NAME).")] = None,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 1,
    engine: Annotated[str, typer.Option(help="nuts (PyMC; the exact engine vouches for it) or exact.")] = "nuts",
    force: Annotated[bool, typer.Option("--force", help="Run even if nothing has changed.")] = False,
    lang: LanguageOption = None,
    project: ProjectOption = None,
) -> None:
    """Run an analysis and write its report.

    Its sensitivity sets run with it. Results that are still valid are left alone.
    """
    from nma.project import Project
    from nma.workflow import RunOptions
    from nma.workflow import run as run_analysis

    options = RunOptions(seed, engine, force)
    found = Project.find(project).told_in(lang)
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
            unchanged(each, folder / "report.html", found)
        else:
            show_answer(results)
            out.print(f"Report: {told(folder / 'report.html', found.pages)}")
            _since_last(folder, found.pages)
    if problems:
        raise NmaError(problems)


def _since_last(folder: Path, pages: Pages) -> None:
    """What changed since the run that this one replaced, in two lines, and the command that says more."""
    from nma.comparing import since_last
    from nma.staging import PREVIOUS

    changed = since_last(folder) if (folder / PREVIOUS).exists() else None
    if changed is None:
        return
    from nma.output.changes import at_once

    out.print(f"Since the last run of other inputs: {at_once(changed, pages.reports, pages.languages[0])}")
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
    lang: LanguageOption = None,
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
    found = Project.find(project).told_in(lang)
    folder = _folder(name, out_folder, several=False)
    with progress(alone=engine == Engine.NUTS) as say:
        results = diagnose(found, name, folder, replace(options, say=say))
    if results is None:
        unchanged(name, folder / "inconsistency.html", found)
        return
    show_inconsistency(results)
    out.print(f"Page: {told(folder / 'inconsistency.html', found.pages)}")


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="Result folder with a results.json.")],
    pdf: Annotated[
        bool, typer.Option("--pdf", help="The report as PDF too, printed by a Chromium found here.")
    ] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Its sentences and tables as Markdown too.")] = False,
    docx: Annotated[bool, typer.Option("--docx", help="Its sentences and tables as a Word document too.")] = False,
    lang: LanguageOption = None,
    project: ProjectOption = None,
) -> None:
    """Write the report again without sampling.

    Pages, tables and figures are made anew from results.json, inconsistency.json, firmness.json, compare.json and
    simulation.json in the folder. In two languages report.pdf, report.md and report.docx are in the first, and
    report-nl.pdf and so on in the other. Forms that are there already are made anew too. Judgements of people are read
    again from judgements/.
    """
    from nma.output.forms import FORMS, name_of
    from nma.project import Project
    from nma.vocab import Form

    found = Project.find(project).told_in(lang)
    pages = found.pages
    flags = {Form.PDF: pdf, Form.MARKDOWN: markdown, Form.DOCX: docx}
    rewrite(folder, found, tuple(form for form, flag in flags.items() if flag))
    for page in PAGES:
        if (folder / page).exists():
            out.print(f"Report: {told(folder / page, pages)}")
    if (folder / "simulation.md").exists():
        out.print(f"Table: {folder / 'simulation.md'}")
    for form in FORMS:
        for language in pages.languages:
            path = folder / name_of(form, language, pages.languages[0])
            if path.exists():
                out.print(f"Report: {path} ({language})")
