"""The command line: arguments → one library call → exit code. No statistics."""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from nma._version import __version__
from nma.errors import InputError, NmaError, OutputError, Problem, in_order, printable
from nma.terminal import err, out, progress, show_answer, show_inconsistency, table

if TYPE_CHECKING:
    from nma.registry import Study

HELP = "Network meta-analysis from a study registry to a report that says how sure it is."
app = typer.Typer(
    help=HELP,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
studies_app = typer.Typer(help="List trials, or show one.", invoke_without_command=True, rich_markup_mode=None)
app.add_typer(studies_app, name="studies")

ProjectOption = Annotated[Path | None, typer.Option("--project", help="Folder of the review (holds nma.toml).")]

STOPPED, MISUSED, BROKEN = 130, 2, 70
"""Exit codes of Ctrl-C, of a wrong command line, and of a fault in nma itself; what the user can mend exits with 1."""


def main() -> None:
    """Run the command line; every error becomes a line each and an exit code, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # A polite kill is a Ctrl-C: what is half made is cleared away.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(_exit_code())


def _exit_code(arguments: Sequence[str] | None = None) -> int:
    try:
        code = app(arguments, prog_name="nma", standalone_mode=False)
        sys.stdout.flush()
    except NmaError as error:
        return _failed(*(str(problem) for problem in error.problems))
    except (KeyboardInterrupt, typer.Abort):
        code = STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _failed(f"{error.filename or 'nma'}: {error.strerror or error}")
    except Exception as error:
        return _misused(error) if hasattr(error, "format_message") else _broken(error)
    if code == STOPPED:
        return _failed("Stopped; the folder that was being made is as it was.", code=STOPPED)
    return code if isinstance(code, int) else 0


def _failed(*lines: str, code: int = 1) -> int:
    for line in lines:
        err.print(printable(line))
    return code


def _misused(error: Any) -> int:
    """A command line that cannot be read, in one line."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "nma"
    message = str(error.format_message()).replace("Input should be", "should be").partition(", unable to parse")[0]
    return _failed(f"{command}: {message.rstrip('.')} ({command} -h lists what there is)", code=MISUSED)


def _broken(error: Exception) -> int:
    """A fault of ours: where it is, for whoever reports it."""
    if os.environ.get("NMA_TRACEBACK"):
        raise error
    frame = traceback.extract_tb(error.__traceback__)[-1]
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return _failed(f"nma itself failed at {place}: {what}, please report it (NMA_TRACEBACK=1 shows more)", code=BROKEN)


def _version(show: bool) -> None:
    if show:
        out.print(f"nma {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def common(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """Network meta-analysis from a study registry to a report that says how sure it is."""
    if context.invoked_subcommand is None:
        out.print(context.get_help())
        raise typer.Exit(MISUSED)


@app.command()
def check(project: ProjectOption = None) -> None:
    """Validate all files and print every problem.

    Reads every study file, specification, the vocabulary and nma.toml; prints each problem as
    FILE:LINE FIELD: what, got, allowed, hint. Exit code 1 if there is any.
    """
    from nma.analysis import check_specifications
    from nma.project import Project
    from nma.registry import read_registry

    found = Project.find(project)
    registry, problems = read_registry(found.studies, found.vocabulary)
    specifications, more = check_specifications(found.models, registry)
    problems = in_order([*found.problems(), *problems, *more])
    if problems:
        files = len({problem.place.partition(":")[0] for problem in problems})
        err.print(f"{_number(len(problems), 'problem')} in {_number(files, 'file')}:")
        raise InputError(problems)
    trials = len(registry.studies) if registry else 0
    out.print(f"{_number(trials, 'trial')} and {_number(len(specifications), 'specification')}: no problems.")


def _number(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


@app.command()
def run(
    name: Annotated[str | None, typer.Argument(help="Specification in models/; all of them when left out.")] = None,
    out_folder: Annotated[Path | None, typer.Option("--out", help="Result folder (default: out/NAME).")] = None,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 1,
    engine: Annotated[str, typer.Option(help="Engine that computes the posterior.")] = "nuts",
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
            with progress() as say:
                results = run_analysis(found, each, folder, replace(options, say=say))
        except NmaError as error:
            problems += error.problems
            continue
        if results is None:
            out.print(f"{each}: nothing has changed since {folder} was made; --force runs it again.")
        else:
            show_answer(results)
            out.print(f"Report: {folder / 'report.html'}")
    if problems:
        raise NmaError(problems)


def _folder(name: str, chosen: Path | None, several: bool) -> Path:
    if chosen is None:
        return Path("out") / name
    return chosen / name if several else chosen


@app.command()
def inconsistency(
    name: Annotated[str, typer.Argument(help="Specification in models/.")],
    out_folder: Annotated[Path | None, typer.Option("--out", help="Result folder (default: out/NAME).")] = None,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 1,
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

    options = RunOptions(seed, force=force, multi_arm=multi_arm)
    found = Project.find(project)
    folder = _folder(name, out_folder, several=False)
    with progress() as say:
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

    Reports, tables and figures are made anew from results.json and inconsistency.json in the folder.
    """
    from nma.project import Project
    from nma.workflow import render

    render(folder, Project.find(project).reports)
    for page in ("report.html", "inconsistency.html"):
        if (folder / page).exists():
            out.print(f"Report: {folder / page}")


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
    _write_text(out_file, table.to_csv(index=False))


@app.command()
def schema(
    what: Annotated[str, typer.Argument(help="study or analysis.")],
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
    _write_text(out_file, json.dumps(json_schema(what, Project.find(project).vocabulary), indent=1) + "\n")


def _write_text(path: Path | None, text: str) -> None:
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


if __name__ == "__main__":
    main()
