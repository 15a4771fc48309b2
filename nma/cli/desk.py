"""Commands of the reviewer's desk: studies new, add, read, reconcile, agreement."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nma.cli.app import ProjectOption
from nma.cli.registry import studies_app, write_text
from nma.errors import InputError, OutputError, Problem
from nma.terminal import err, out, table

if TYPE_CHECKING:
    from nma.desk.decisions import Decided
    from nma.desk.reconciling import Pair
    from nma.project import Project

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of the trial.")]
NO_TERMINAL = "asks questions, and there is nobody at a terminal"


def _project(context: typer.Context, project: Path | None) -> Project:
    from nma.project import Project

    return Project.find(project or context.obj)


@studies_app.command("new")
def new(
    context: typer.Context,
    study_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="Id, as in smith-2004.")] = None,
    scaffold: Annotated[bool, typer.Option("--scaffold", help="Print a blank file instead of asking.")] = False,
    out_file: Annotated[Path | None, typer.Option("--out", help="File for the blank.")] = None,
    project: ProjectOption = None,
) -> None:
    """Make a new trial by answering questions.

    Ctrl-C stops without trace. With --scaffold, a commented blank to fill in and to add with nma studies add.
    """
    from nma.registry import read_vocabulary

    found = _project(context, project)
    if not scaffold:
        _interview(found, study_id)
        return
    from nma.desk.scaffold import new_trial
    from nma.registry.writing import check_ids

    if study_id is None:
        raise InputError(Problem("", "ID", "missing", hint="as in nma studies new smith-2004 --scaffold"))
    check_ids([study_id])
    if out_file is not None and out_file.exists():
        raise OutputError(Problem(str(out_file), "", "is there already; nothing is overwritten"))
    write_text(out_file, new_trial(study_id, read_vocabulary(found.vocabulary)))
    if out_file is not None:
        err.print(f"Fill it in, then: nma studies add --from {out_file}")


def _interview(found: Project, study_id: str | None) -> None:
    from nma.desk.asking import Terminal, in_a_terminal
    from nma.desk.interview import interview
    from nma.desk.questions import RefusedError, yes
    from nma.registry.writing import create, study_text

    if not in_a_terminal():
        raise InputError(Problem("", "nma studies new", NO_TERMINAL, hint="--scaffold prints a blank to fill in"))
    asker = Terminal()
    try:
        data = interview(asker, found, study_id)
    except RefusedError as refused:
        raise InputError(Problem("", "ID", str(refused), f"'{study_id}'")) from None
    text = study_text(data)
    out.print("\n" + text)
    if not yes(asker, f"Write studies/{data['id']}.yaml", "yes"):
        err.print("Nothing was written.")
        return
    try:
        (path,) = create(found, {data["id"]: text})
    except InputError:
        draft = _draft(f"{data['id']}.draft.yaml", text)
        err.print(f"Kept as {draft}: mend it, then nma studies add --from {draft}")
        raise
    out.print(f"Written: {path}. Next: nma check, nma studies show {data['id']}")


def _draft(name: str, text: str) -> Path:
    """What was typed, kept beside whoever typed it, never at the cost of a file."""
    for number in range(1, 1000):
        path = Path(name if number == 1 else name.replace(".draft", f".draft-{number}"))
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        return path
    raise OutputError(Problem(name, "", "cannot be written, too many drafts"))


@studies_app.command("add")
def add(
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="More files or folders.")] = None,
    sources: Annotated[list[Path] | None, typer.Option("--from", help="Study file, or a folder of them.")] = None,
    project: ProjectOption = None,
) -> None:
    """Add study files to the registry, all or none.

    A file may hold several trials, set apart by lines of three hyphens. Nothing is overwritten.
    """
    from nma.desk.adding import add as add_files

    named = [*(sources or []), *(files or [])]
    if not named:
        raise InputError(Problem("", "--from", "no file named", hint="as in nma studies add --from smith-2004.yaml"))
    for path in add_files(_project(context, project), named):
        out.print(f"Added: studies/{path.name}")


@studies_app.command("read")
def read(
    context: typer.Context,
    study_id: IdArgument,
    reader: Annotated[str, typer.Option(help="Your name, in small letters, as in anna.")],
    project: ProjectOption = None,
) -> None:
    """Start a second reading that shows nothing of the first.

    Writes a blank to studies/.extractions/READER/ID.yaml, with the trial's reports and the labels of its arms.
    """
    from nma.desk.readings import name_of, start

    found = _project(context, project)
    path = start(found, study_id, reader)
    out.print(f"Fill in {name_of(found, path)}, then: nma studies reconcile {study_id}")


@studies_app.command("reconcile")
def reconcile(  # noqa: PLR0913 (one parameter for each option)
    context: typer.Context,
    study_id: IdArgument,
    first: Annotated[str | None, typer.Option(help="First reader (default: the registry's file).")] = None,
    second: Annotated[str | None, typer.Option(help="Second reader, where there are several.")] = None,
    show: Annotated[bool, typer.Option("--list", help="Only list where the readings differ.")] = False,
    sheet: Annotated[Path | None, typer.Option("--worksheet", help="Write a decisions file to fill in.")] = None,
    decisions: Annotated[Path | None, typer.Option(help="Decisions file that was filled in.")] = None,
    take: Annotated[list[str] | None, typer.Option(help="FIELD=first, FIELD=second or FIELD=VALUE.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why, for every --take.")] = None,
    by: Annotated[str | None, typer.Option(help="Who decided.")] = None,
    wording: Annotated[str | None, typer.Option(help="Whose free texts to keep: first or second.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Although two readings were reconciled before.")] = False,
    project: ProjectOption = None,
) -> None:
    """Make one agreed file from two readings.

    Asks field by field at a terminal; elsewhere takes --decisions or --take. Both readings, each decision, its reason
    and who decided stay in the file.
    """
    from nma.desk import reconciling
    from nma.desk.readings import name_of
    from nma.registry.writing import check_ids

    check_ids([study_id])
    found = _project(context, project)
    two = reconciling.pair(found, study_id, first, second, again)
    if show or sheet is not None:
        _show(two, sheet)
        return
    typed = _Typed(decisions, tuple(take or ()), reason, by, wording)
    decided = typed.settled(two) if typed or not two.comparison.differences else _asked(found, two)
    if decided is None:
        err.print("Nothing was written.")
        return
    path = reconciling.write(found, two, decided)
    agreed = f"{two.comparison.agreed} fields agreed, {len(decided)} were decided"
    out.print(f"Written: {name_of(found, path)} ({agreed}). Next: nma studies show {study_id}, nma run")


class _Typed:
    """Decisions that came with the command."""

    def __init__(
        self, file: Path | None, take: tuple[str, ...], reason: str | None, by: str | None, wording: str | None
    ) -> None:
        self.file, self.take, self.reason, self.by, self.wording = file, take, reason, by, wording

    def __bool__(self) -> bool:
        return bool(self.file or self.take or self.wording)

    def settled(self, two: Pair) -> list[Decided]:
        """Every difference with its decision."""
        from nma.desk.decisions import FIRST, SECOND, read_choices, settle, typed_choice

        if self.wording not in (None, FIRST, SECOND):
            raise InputError(Problem("", "--wording", "unknown word", f"'{self.wording}'", f"{FIRST}, {SECOND}"))
        for needed, value in (("--reason", self.reason if self.take else "-"), ("--by", self.by or self.file)):
            if self and value is None:
                raise InputError(
                    Problem("", needed, "missing", hint="every decision has a reason and somebody who took it")
                )
        choices = read_choices(self.file, self.by) if self.file else []
        choices += [typed_choice(text, two.comparison, self.reason or "", self.by or "") for text in self.take]
        return settle(two.comparison, choices, (self.wording, self.by or "") if self.wording else None)


def _asked(found: Project, two: Pair) -> list[Decided] | None:
    from nma.desk.asking import Terminal, in_a_terminal
    from nma.desk.deciding import decide

    if not in_a_terminal():
        _show(two, None)
        hint = "decide with --worksheet and --decisions, or with --take, --reason and --by"
        what = f"{len(two.comparison.differences)} differences to decide, and nobody at a terminal"
        raise InputError(Problem(two.study_id, "", what, hint=hint))
    return decide(Terminal(), found, two)


def _show(two: Pair, sheet: Path | None) -> None:
    from nma.desk.decisions import one_line, worksheet

    comparison = two.comparison
    if sheet is not None:
        if sheet.exists():
            raise OutputError(Problem(str(sheet), "", "is there already; nothing is overwritten"))
        write_text(sheet, worksheet(comparison, two.names))
        return
    rows = [
        (str(number), each.field, one_line(each.first), one_line(each.second))
        for number, each in enumerate(comparison.differences, 1)
    ]
    if rows:
        table(("", "field", f"first ({two.names[0]})", f"second ({two.names[1]})"), rows)
    err.print(f"{comparison.agreed} fields agree, {len(rows)} differ.")


@studies_app.command("agreement")
def agreement(
    context: typer.Context,
    out_file: Annotated[Path | None, typer.Option("--out", help="CSV file, instead of a table.")] = None,
    project: ProjectOption = None,
) -> None:
    """Say how often two readers agreed, field by field.

    Share of equal values and Cohen's kappa over all trials that were read twice, with a sentence for a methods section.
    """
    from nma.desk.agreement import HEADINGS, csv_text
    from nma.desk.agreement import agreement as compare_readers

    found = compare_readers(_project(context, project))
    if out_file is not None:
        write_text(out_file, csv_text(found))
    else:
        table(HEADINGS, [row.cells() for row in found.rows])
    out.print(found.sentence())
