"""The command that starts another review: init."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from nma.cli.app import app
from nma.terminal import out


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    nodes: Annotated[
        str | None, typer.Option(help="Treatments, with commas between them; the first is the reference.")
    ] = None,
    outcome: Annotated[str | None, typer.Option(help="What trials count, in a word or two.")] = None,
    better: Annotated[str, typer.Option(help="Whether more of the outcome is better: higher or lower.")] = "higher",
    measure: Annotated[str, typer.Option(help="RR, OR or RD.")] = "RR",
    title: Annotated[str | None, typer.Option(help="Title of the review.")] = None,
) -> None:
    """Start another review.

    Any treatments, any outcome: writes its vocabulary, a specification, an example trial that is clearly made up, and
    the schemas for an editor. Every choice stands in the files, to be gone through.
    """
    from nma.starting import NODES, OUTCOME, Start, start

    names = NODES if nodes is None else tuple(name.strip() for name in nodes.split(","))
    review = Start(names, OUTCOME if outcome is None else outcome.strip(), better, measure, title)
    for path in start(folder, review):
        out.print(f"Written: {folder / path}")
    into = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
    out.print(f"Next: {into}nma check && nma run --engine exact")
    out.print("Then go through vocabulary.yaml and models/main.yaml, add your trials, and delete the made-up example.")
