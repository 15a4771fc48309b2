"""Commands about the files: check, studies, extract, schema."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from nma.cli.app import ProjectOption, app
from nma.errors import InputError, OutputError, Problem, in_order
from nma.terminal import err, out, table

if TYPE_CHECKING:
    from nma.analysis import Analysis
    from nma.project import Project
    from nma.registry import Study

MOST_GAPS = 10
"""Lines about missing translations that nma check prints; the rest is counted."""

studies_app = typer.Typer(help="List trials, or show one.", invoke_without_command=True, rich_markup_mode=None)
app.add_typer(studies_app, name="studies")


@app.command()
def check(project: ProjectOption = None) -> None:
    """Validate all files and print every problem.

    Reads every study file, specification, file of judgements, the vocabulary, translations and nma.toml; prints each
    problem as FILE:LINE FIELD: what, got, allowed, hint. Exit code 1 if there is any.
    """
    from nma.analysis import check_specifications
    from nma.analysis.judgements import check_judgements
    from nma.analysis.translations import read_translations
    from nma.desk.readings import check_readings
    from nma.project import Project
    from nma.registry import read_registry

    found = Project.find(project)
    registry, problems = read_registry(found.studies, found.vocabulary)
    specifications, more = check_specifications(found.models, registry)
    words = registry.vocabulary if registry else None
    blind = list(check_readings(found, words)) if words else []
    judged = check_judgements(found.judgements, specifications, found.specifications(), words)
    untold = read_translations(found.translations)[1]
    problems = in_order([*found.problems(), *problems, *more, *blind, *judged, *untold])
    if problems:
        files = len({problem.place.partition(":")[0] for problem in problems})
        err.print(f"{_number(len(problems), 'problem')} in {_number(files, 'file')}:")
        raise InputError(problems)
    studies = registry.studies.values() if registry else ()
    out.print(f"{_number(len(studies), 'trial')} and {_number(len(specifications), 'specification')}: no problems.")
    once = [study.id for study in studies if len(study.extraction.readings) < 2]
    if once:
        out.print(f"Single-read, {_number(len(once), 'trial')}: {', '.join(once)}.")
    for line in _untranslated(found, specifications) if registry else ():
        out.print(line)


def _untranslated(project: Project, specifications: Mapping[str, Analysis]) -> Iterator[str]:
    """What pages in the declared languages would say in the language of the originals."""
    from nma.analysis.translations import gaps, load_translations, of_judgements, of_project, of_registry

    needed = of_project(project.registry.vocabulary, specifications) | of_judgements(project.judgements)
    found = gaps(
        load_translations(project.translations), project.pages.languages, needed, of_registry(project.registry)
    )
    yield from found[:MOST_GAPS]
    if len(found) > MOST_GAPS:
        yield f"and {_number(len(found) - MOST_GAPS, 'more line')} of this kind"


def _number(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


@app.command()
def extract(
    name: Annotated[str, typer.Argument(help="Specification in models/.")],
    out_file: Annotated[Path | None, typer.Option("--out", help="CSV file (default: standard output).")] = None,
    measure: Annotated[str | None, typer.Option(help="RR, OR or RD (default: the analysis's own).")] = None,
    project: ProjectOption = None,
) -> None:
    """Write the contrast table of an analysis as CSV."""
    from nma.evidence import contrast_table, select
    from nma.project import Project
    from nma.vocab import Measure

    found = Project.find(project)
    if measure is not None and measure not in list(Measure):
        raise InputError(Problem("", "--measure", "unknown measure", f"'{measure}'", ", ".join(Measure)))
    evidence = select(found.registry, found.analysis(name))
    for line in evidence.log:
        err.print(line)
    table = contrast_table(evidence, Measure(measure) if measure else None)
    corrected = table.loc[table["corrected"], "study"].unique()
    if len(corrected):
        err.print(f"zero cells ({evidence.analysis.zero_cells}): {', '.join(corrected)}")
    write_text(out_file, table.to_csv(index=False))


@app.command()
def schema(
    what: Annotated[str, typer.Argument(help="study, analysis or judgements.")],
    out_file: Annotated[Path | None, typer.Option("--out", help="File (default: standard output).")] = None,
    project: ProjectOption = None,
) -> None:
    """Print the JSON Schema of a kind of file.

    Editors that know it complete and check as one types.
    """
    import json

    from nma.project import Project
    from nma.schema import SCHEMAS, json_schema

    if what not in SCHEMAS:
        raise InputError(Problem("", "schema", "unknown schema", f"'{what}'", ", ".join(SCHEMAS)))
    write_text(out_file, json.dumps(json_schema(what, Project.find(project).vocabulary), indent=1) + "\n")


def write_text(path: Path | None, text: str) -> None:
    """Write a text to a file, or to standard output without one."""
    if path is None:
        sys.stdout.write(text)
        return
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise OutputError(Problem(str(path), "", f"cannot be written ({error.strerror})")) from None
    err.print(f"Written: {path}")


@studies_app.callback()
def studies(  # noqa: PLR0913 (one parameter for each option)
    context: typer.Context,
    node: Annotated[str | None, typer.Option(help="Only trials with an arm in this node or subgroup node.")] = None,
    over: Annotated[float | None, typer.Option(help="Only with counts at more than this many months.")] = None,
    up_to: Annotated[float | None, typer.Option(help="Only with counts at up to this many months.")] = None,
    basis: Annotated[str | None, typer.Option(help="Only with counts of this basis.")] = None,
    awaiting_data: Annotated[bool, typer.Option("--awaiting-data", help="Only trials without usable counts.")] = False,
    project: ProjectOption = None,
) -> None:
    """List the trials of the registry."""
    context.obj = project
    if context.invoked_subcommand is not None:
        return
    from nma import listing
    from nma.project import Project

    registry = Project.find(project).registry
    filters = listing.Filters(node, over, up_to, basis, awaiting_data)
    found = listing.matching(registry, filters)
    table(("id", "year", "nodes", "months", "basis", "status"), [listing.row(study) for study in found])
    err.print(f"{len(found)} of {_number(len(registry.studies), 'trial')}")


@studies_app.command("show")
def show(
    context: typer.Context,
    study_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the trial.")],
    project: ProjectOption = None,
) -> None:
    """Show one trial and its uses.

    Its counts and risk ratios, and which analyses use it or why not.
    """
    from nma import listing
    from nma.project import Project

    found = Project.find(project or context.obj)
    study = found.registry.study(study_id)
    _show_head(study)
    for record, frame in listing.effects(study):
        out.print(f"\n{listing.record_line(record)}", style="bold")
        counts = Table()
        for column in frame.columns:
            counts.add_column(column)
        for row in frame.itertuples(index=False):
            counts.add_row(*[str(cell) for cell in row])
        out.print(counts)
    out.print("\nAnalyses", style="bold")
    for line in listing.uses(found, study):
        out.print(f"  {line}")


def _show_head(study: Study) -> None:
    from nma import listing

    out.print(f"{study.label} ({study.id})", style="bold")
    for line in listing.head(study):
        out.print(line)
