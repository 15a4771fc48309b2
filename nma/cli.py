"""The command line: arguments → one library call → exit code. No statistics."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from nma._version import __version__
from nma.errors import InputError, NmaError, OutputError, Problem

if TYPE_CHECKING:
    from nma.registry import Study

app = typer.Typer(
    help="Network meta-analysis from a study registry to a report that says how sure it is.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
studies_app = typer.Typer(help="List the trials of the registry, or show one.", invoke_without_command=True)
app.add_typer(studies_app, name="studies")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

ProjectOption = Annotated[Path | None, typer.Option("--project", help="Folder of the review (holds nma.toml).")]


def main() -> None:
    """Run the command line; every error of the user's becomes a line each and exit code 1."""
    try:
        app(standalone_mode=True)
    except NmaError as error:
        for problem in error.problems:
            err.print(escape(str(problem)))
        sys.exit(1)
    except KeyboardInterrupt:
        err.print("Stopped; nothing was written.")
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)


def _version(show: bool) -> None:
    if show:
        out.print(f"nma {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """Network meta-analysis from a study registry to a report that says how sure it is."""


@app.command()
def check(project: ProjectOption = None) -> None:
    """Validate every study file and specification, and print every problem at once."""
    from nma.analysis import check_specifications
    from nma.project import Project
    from nma.registry import read_registry

    found = Project.find(project)
    registry, problems = read_registry(found.studies, found.vocabulary)
    specifications, more = check_specifications(found.models, registry)
    if problems or more:
        raise InputError([*problems, *more])
    trials = len(registry.studies) if registry else 0
    out.print(f"{trials} trials and {len(specifications)} specifications: no problems.")


@app.command()
def run(
    name: Annotated[str | None, typer.Argument(help="Specification in models/; all of them when left out.")] = None,
    out_folder: Annotated[Path | None, typer.Option("--out", help="Result folder (default: out/NAME).")] = None,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 1,
    engine: Annotated[str, typer.Option(help="Engine that computes the posterior.")] = "nuts",
    force: Annotated[bool, typer.Option("--force", help="Run even if nothing has changed.")] = False,
    project: ProjectOption = None,
) -> None:
    """Run an analysis with its sensitivity sets and write its report."""
    from nma.project import Project
    from nma.workflow import RunOptions
    from nma.workflow import run as run_analysis

    found = Project.find(project)
    names = [name] if name else list(found.specifications())
    if not names:
        raise InputError(Problem("models/", "", "no specification in this folder", hint="one YAML file an analysis"))
    err.print(f"project {escape(found.name)} ({found.origin}), registry {found.registry.fingerprint[:12]}")
    for each in names:
        folder = _folder(each, out_folder, several=name is None)
        with _progress() as say:
            results = run_analysis(found, each, folder, RunOptions(seed, engine, force, say))
        if results is None:
            out.print(f"{each}: nothing has changed since {escape(str(folder))} was made; --force runs it again.")
        else:
            _show_answer(results)
            out.print(f"Report: {escape(str(folder / 'report.html'))}")


def _folder(name: str, chosen: Path | None, several: bool) -> Path:
    if chosen is None:
        return Path("out") / name
    return chosen / name if several else chosen


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A spinner with the latest line on a terminal, plain lines elsewhere."""
    if not err.is_terminal:
        yield lambda line: err.print(escape(line))
        return
    with err.status("reading") as status:
        yield lambda line: status.update(escape(line))


def _show_answer(results: dict[str, Any]) -> None:
    effects = {(e["treatment"], e["versus"]): e for e in results["relative_effects"]}
    reference, measure = results["treatments"][0], results["analysis"]["measure"]
    names = {t["id"]: t["label"] for t in results["treatment_details"]}
    table = Table(title=escape(f"{results['analysis']['title'] or results['analysis']['name']}. {results['direction']}"))
    for heading in ("", f"{measure} against {names[reference]} (95 % CrI)", "SUCRA", "P(best)"):
        table.add_column(escape(heading), justify="left" if heading == "" else "right")
    for row in results["ranking"]:
        e = effects.get((row["treatment"], reference))
        text = f"{e['median']:.2f} ({e['lower']:.2f} to {e['upper']:.2f})" if e else "reference"
        table.add_row(escape(names[row["treatment"]]), text, f"{row['sucra']:.0%}", f"{row['p_best']:.0%}")
    out.print(table)
    if not results["sampling"]["converged"]:
        out.print("[bold]NOT CONVERGED: these numbers must not be used.[/bold]")


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="Result folder with a results.json.")],
    project: ProjectOption = None,
) -> None:
    """Write report, tables and figures again from stored results, without sampling."""
    from nma.project import Project
    from nma.workflow import render

    render(folder, Project.find(project).reports)
    out.print(f"Report: {escape(str(folder / 'report.html'))}")


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
        err.print(escape(line))
    table = contrast_table(evidence, Measure(measure) if measure else None)
    corrected = table.loc[table["corrected"], "study"].unique()
    if len(corrected):
        err.print(f"zero cells ({evidence.analysis.zero_cells}): {', '.join(corrected)}")
    _write_text(out_file, table.to_csv(index=False))


@app.command()
def schema(
    what: Annotated[str, typer.Argument(help="study or analysis.")],
    out_file: Annotated[Path | None, typer.Option("--out", help="File (default: standard output).")] = None,
    project: ProjectOption = None,
) -> None:
    """Print the JSON Schema of a study file or a specification, for editors."""
    import json

    from nma.project import Project
    from nma.schema import SCHEMAS, json_schema

    if what not in SCHEMAS:
        raise InputError(Problem("", "schema", "unknown schema", f"'{what}'", ", ".join(SCHEMAS)))
    _write_text(out_file, json.dumps(json_schema(what, Project.find(project).vocabulary), indent=1) + "\n")


def _write_text(path: Path | None, text: str) -> None:
    if path is None:
        sys.stdout.write(text)
        return
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise OutputError(Problem(str(path), "", f"cannot be written ({error.strerror})")) from None
    err.print(f"Written: {escape(str(path))}")


@studies_app.callback()
def studies(
    context: typer.Context,
    node: Annotated[str | None, typer.Option(help="Only trials with an arm in this node or subgroup node.")] = None,
    over: Annotated[float | None, typer.Option(help="Only with counts at more than this many months.")] = None,
    up_to: Annotated[float | None, typer.Option(help="Only with counts at up to this many months.")] = None,
    basis: Annotated[str | None, typer.Option(help="Only with counts of this basis.")] = None,
    awaiting_data: Annotated[bool, typer.Option("--awaiting-data", help="Only trials without usable counts.")] = False,
    project: ProjectOption = None,
) -> None:
    """List the trials of the registry."""
    if context.invoked_subcommand is not None:
        return
    from nma import listing
    from nma.project import Project

    registry = Project.find(project).registry
    filters = listing.Filters(node, over, up_to, basis, awaiting_data)
    found = listing.matching(registry, filters)
    table = Table()
    for heading in ("id", "year", "nodes", "counts at (months)", "basis", "status"):
        table.add_column(heading)
    for study in found:
        table.add_row(*[escape(cell) for cell in listing.row(study)])
    out.print(table)
    out.print(f"{len(found)} of {len(registry.studies)} trials")


@studies_app.command("show")
def show(
    study_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the trial.")],
    project: ProjectOption = None,
) -> None:
    """Show one trial: counts, risk ratios, and which analyses use it or why not."""
    from nma import listing
    from nma.project import Project

    found = Project.find(project)
    study = found.registry.study(study_id)
    _show_head(study)
    for record, frame in listing.effects(study):
        out.print(f"\n[bold]{escape(listing.record_line(record))}[/bold]")
        table = Table()
        for column in frame.columns:
            table.add_column(escape(column))
        for row in frame.itertuples(index=False):
            table.add_row(*[escape(str(cell)) for cell in row])
        out.print(table)
    out.print("\n[bold]Analyses[/bold]")
    for line in listing.uses(found, study):
        out.print(f"  {escape(line)}")


def _show_head(study: Study) -> None:
    from nma import listing

    out.print(f"[bold]{escape(study.label)}[/bold] ({escape(study.id)})")
    for line in listing.head(study):
        out.print(escape(line))


if __name__ == "__main__":
    main()
