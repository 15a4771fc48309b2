"""Commands that trade data with other programs: studies import, export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nma.cli.app import ProjectOption, app
from nma.cli.registry import studies_app
from nma.errors import InputError, Problem, printable
from nma.terminal import err, out, table

if TYPE_CHECKING:
    from nma.exchange.importing import Plan

MANY = "; may be given several times."


@studies_app.command("import")
def import_studies(  # noqa: PLR0913 (one parameter for each option)
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="File, or folder of a RevMan data package.")],
    layout: Annotated[str | None, typer.Option("--format", help="Layout (default: recognised).")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    analysis: Annotated[str | None, typer.Option(help="Outcome of a RevMan file, by name or as 1.2.")] = None,
    outcome: Annotated[str | None, typer.Option(help="Outcome, a word of vocabulary.yaml.")] = None,
    months: Annotated[float | None, typer.Option(help="Follow-up in months.")] = None,
    timing: Annotated[str | None, typer.Option(help="cumulative, period, point prevalence, unclear.")] = None,
    kind: Annotated[str | None, typer.Option(help="Kind of the outcome, a word of vocabulary.yaml.")] = None,
    basis: Annotated[
        str | None, typer.Option(help="stated, derived, reconstructed, arm sizes assumed, recalled.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Where the numbers were read.")] = None,
    population: Annotated[str | None, typer.Option(help="Who took part.")] = None,
    flags: Annotated[list[str] | None, typer.Option("--flag", help=f"FLAG=yes, no or unclear{MANY}")] = None,
    nodes: Annotated[list[str] | None, typer.Option("--map", help=f"LABEL=NODE or LABEL=SUBGROUP{MANY}")] = None,
    ids: Annotated[list[str] | None, typer.Option("--id", help=f"LABEL=ID of a trial{MANY}")] = None,
    reports: Annotated[list[str] | None, typer.Option("--report", help=f"LABEL=AUTHOR YEAR{MANY}")] = None,
    without: Annotated[list[str] | None, typer.Option("--without", help=f"LABEL of a trial to leave out{MANY}")] = None,
    label_as_author: Annotated[bool, typer.Option("--label-as-author", help="Where a label names no author.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    project: ProjectOption = None,
) -> None:
    """Import counts from another program.

    Shows first what would be created and what stands against it; nothing is written until all of it is valid.
    Layouts: metainsight-long, metainsight-wide, bugsnet, netmeta, gemtc, gemtc-json, cinema, stata, revman5, revman.
    """
    from nma.exchange.importing import carry_out, plan
    from nma.exchange.reading import layout_of, read
    from nma.exchange.source import Source
    from nma.exchange.statement import Statement, pairs
    from nma.project import Project

    found_project = Project.find(project or context.obj)
    stated = Statement(
        outcome,
        months,
        timing,
        kind,
        basis,
        source,
        population,
        pairs("--flag", flags or ()),
        pairs("--map", nodes or ()),
        pairs("--id", ids or ()),
        pairs("--report", reports or ()),
        tuple(without or ()),
        label_as_author,
    )
    file_source = Source(file, sheet, analysis)
    chosen, found = read(file_source, layout_of(layout))
    planned = plan(found_project, found, stated, file_source.name)
    _preview(planned, f"{file_source.name}, read as {chosen}")
    if planned.problems:
        err.print("Nothing was written. What stands against it:")
        raise InputError(planned.problems)
    if not yes and not _agreed(len(planned.texts)):
        err.print("Nothing was written; --yes writes it.")
        return
    written = carry_out(found_project, planned)
    out.print(f"Written: {len(written)} study file{'' if len(written) == 1 else 's'} in {found_project.studies}")


def _preview(planned: Plan, title: str) -> None:
    err.print(printable(title))
    table(("id", "label", "arms"), [(each.id, each.label, "; ".join(each.arms)) for each in planned.trials])
    for note in planned.notes:
        err.print(printable(note))


def _agreed(number: int) -> bool:
    """Ask, where somebody can answer."""
    if not (sys.stdin.isatty() and err.is_terminal):
        return False
    return typer.confirm(f"Write {number} study file{'' if number == 1 else 's'}?", err=True)


@app.command("export")
def export_analysis(  # noqa: PLR0913 (one parameter for each option)
    name: Annotated[str, typer.Argument(help="Specification in models/.")],
    layout: Annotated[str, typer.Option("--format", help="Layout, or with --script netmeta, gemtc or multinma.")],
    out_path: Annotated[Path, typer.Option("--out", help="File; with --script, folder.")],
    script: Annotated[bool, typer.Option("--script", help="Write an R script that runs the analysis.")] = False,
    set_name: Annotated[str | None, typer.Option("--set", help="One of its sensitivity sets.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    project: ProjectOption = None,
) -> None:
    """Export an analysis's evidence, or the analysis as R.

    Writes the arms that the analysis uses in the layout of another program, and says what that layout cannot hold.
    With --script: a script for an R package with its data beside it, and comments that say where the package differs.
    Layouts: metainsight-long, metainsight-wide, bugsnet, netmeta, gemtc, gemtc-json, cinema, stata, revman5, revman.
    """
    from nma.evidence import select
    from nma.exchange.reading import layout_of
    from nma.project import Project

    found = Project.find(project)
    analysis = found.analysis(name)
    if set_name is not None:
        if set_name not in analysis.sensitivity:
            raise InputError(Problem("", "--set", "no such set", f"'{set_name}'", ", ".join(analysis.sensitivity)))
        analysis = analysis.patched(analysis.sensitivity[set_name].patch)
    evidence = select(found.registry, analysis)
    if script:
        from nma.exchange.scripts import package_of, save_script

        for path in save_script(evidence, package_of(layout), out_path, force):
            out.print(f"Written: {path}")
        for line in evidence.log:
            err.print(line)
        return
    from nma.exchange import writing

    chosen = layout_of(layout)
    assert chosen is not None
    writing.save(out_path, writing.content(evidence, chosen, out_path), force)
    for line in writing.losses(evidence, chosen):
        err.print(line)
    out.print(f"Written: {out_path} ({len(evidence.trials)} trials, {evidence.participants:,} people)")
