"""The command that opens reports in a browser of this machine: serve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nma.cli.app import ProjectOption, app
from nma.cli.pages import LanguageOption
from nma.errors import OutputError, Problem
from nma.terminal import out

HIGHEST = 65535


@app.command()
def serve(
    folder: Annotated[Path, typer.Argument(help="A result folder, or a folder that holds some (default: out).")] = Path(
        "out"
    ),
    port: Annotated[
        int, typer.Option(min=0, max=HIGHEST, help="Port of this machine (default: any that is free).")
    ] = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = True,
    lang: LanguageOption = None,
    project: ProjectOption = None,
) -> None:
    """Open the latest reports in a browser.

    Lists the result folders with their pages, on 127.0.0.1 alone: no other machine can open them. Ctrl-C ends it.
    """
    from nma.project import Project
    from nma.serving.server import Server
    from nma.serving.shelf import shelved

    pages = Project.find(project).told_in(lang).pages
    if not shelved(folder):
        raise OutputError(
            Problem(str(folder), "", "no results here", hint="'nma run' makes some, or name their folder")
        )
    with Server(folder, pages, port) as server:
        try:
            out.print(f"Results in {folder}: {server.address} (on this machine only; Ctrl-C ends it)")
            if browser:
                _open(server.address)
            server.serve_forever()
        except KeyboardInterrupt:
            out.print("Stopped serving.")


def _open(address: str) -> None:
    """Open a browser beside the server, which must not wait for it."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
