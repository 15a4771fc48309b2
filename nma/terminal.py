"""What the command line prints: tables, progress, and the answers in short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from nma.workflow import Say

# What files say is printed as it stands: no markup, no emoji codes, no guessed highlights.
out = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)

NARROW = 80
"""Columns of a terminal under which a table with lines cannot be read."""


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table with lines on a wide terminal, and columns set apart by tabs elsewhere."""
    if not out.is_terminal or out.width < NARROW:
        for row in (headings, *rows):
            print("\t".join(row))
        return
    lined = Table()
    for heading, cells in zip(headings, zip(headings, *rows, strict=True), strict=True):
        longest = max(len(word) for cell in cells for word in cell.split() or [""])
        lined.add_column(heading, overflow="fold", min_width=min(longest, 20))
    for row in rows:
        lined.add_row(*row)
    out.print(lined)


@contextmanager
def progress(*, alone: bool = True) -> Iterator[Say]:
    """A spinner with the latest line, and a bar where fits are counted, on a terminal; plain lines elsewhere.

    Where work is spread over processes this one is not ``alone``: then it moves with each line only, because a worker
    can be forked, without importing everything anew, only from a process that runs no thread beside its own.
    """
    if not err.is_terminal:
        yield lambda line, done=0, of=0: err.print(line)
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, auto_refresh=alone) as bar:
        task = bar.add_task("reading", total=None)

        def say(line: str, done: int = 0, of: int = 0) -> None:
            bar.update(task, description=line, completed=done, total=of or None, refresh=not alone)

        yield say


def show_answer(results: dict[str, Any]) -> None:
    """The effects against the reference, best first."""
    effects = {(e["treatment"], e["versus"]): e for e in results["relative_effects"]}
    reference, measure = results["treatments"][0], results["analysis"]["measure"]
    names = _names(results)
    analysis = results["analysis"]
    answer = Table(title=f"{analysis['title'] or analysis['name']}. {results['direction']}")
    for heading in ("", f"{measure} against {names[reference]} (95 % CrI)", "SUCRA", "P(best)"):
        answer.add_column(heading, justify="left" if heading == "" else "right")
    for row in results["ranking"]:
        e = effects.get((row["treatment"], reference))
        text = f"{e['median']:.2f} ({e['lower']:.2f} to {e['upper']:.2f})" if e else "reference"
        answer.add_row(names[row["treatment"]], text, f"{row['sucra']:.0%}", f"{row['p_best']:.0%}")
    out.print(answer)
    if not results["sampling"]["converged"]:
        out.print("NOT CONVERGED: these numbers must not be used.", style="bold")
    if results.get("agreement"):
        out.print(_agreement_line(results["agreement"]))


def _agreement_line(found: dict[str, Any]) -> str:
    if found.get("error"):
        return f"The exact engine could not vouch for these numbers: {found['error']}."
    apart = f"{found['quantity']}, {found['errors']:.1f} Monte Carlo errors ({found['sds']:.3f} posterior sd)"
    if found["holds"]:
        return f"The exact engine agrees: of {found['quantities']} quantities the two differ most in {apart}."
    return f"THE ENGINES DISAGREE in {apart}: one of them is wrong."


def show_first(results: dict[str, Any]) -> None:
    """The exact answer, while the sampler is still to come."""
    out.print("The exact engine, at once (the sampler confirms it below):")
    show_answer(results)


def show_inconsistency(found: dict[str, Any]) -> None:
    """The splits, and the global test, each with what it means."""
    names, ratio = _names(found), found["scale"]["ratio"]
    prefix = "ratio" if ratio else "difference"
    rows = [
        (
            f"{names[row['treatment']]} against {names[row['versus']]}",
            f"{row[prefix]:.2f} ({row[f'{prefix}_lower']:.2f} to {row[f'{prefix}_upper']:.2f})",
            f"{row['p']:.3f}",
            "yes" if row["converged"] else "NOT CONVERGED",
        )
        for row in found["splits"] or ()
    ]
    if rows:
        heading = f"direct against indirect: {prefix} (95 % CrI)"
        table(("comparison", heading, "p (near 0: the two disagree)", "converged"), rows)
    else:
        out.print("No comparison can be split: no comparison has both direct and indirect evidence.")
    out.print(_global_line(found["design_by_treatment"]))
    if not found["sampling"]["converged"]:
        out.print("NOT CONVERGED: these numbers must not be used.", style="bold")


_REFUSED = {
    "no closed loop": "Design-by-treatment test: not possible, no closed loop of evidence can disagree with itself.",
    "each design once": (
        "Design-by-treatment test: not possible, each design occurs once, so that differences between trials cannot be "
        "told from disagreement between designs."
    ),
}


def _global_line(test: dict[str, Any]) -> str:
    if test["refused"]:
        return _REFUSED[test["refused"]]
    from nma.output.sentences import CHANCE

    p = test["p_adjusted"]
    share = f"{p:.1%}" if p >= 0.001 else "less than 0.1%"
    numbers = f"chi2 {test['chi2']:.2f} on {test['df']} df, so large in {share} of networks whose designs agree"
    if p < CHANCE:
        return f"Design-by-treatment test: the designs disagree more than chance explains ({numbers})."
    return (
        f"Design-by-treatment test: no disagreement was detected, which does not prove that there is none ({numbers})."
    )


def _names(results: dict[str, Any]) -> dict[str, str]:
    return {treatment["id"]: treatment["label"] for treatment in results["treatment_details"]}
