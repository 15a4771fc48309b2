"""The command line itself: what every command shares, and how errors become lines and exit codes."""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from nma._version import __version__
from nma.errors import NmaError, StoppedError, printable
from nma.terminal import err, out

HELP = "Network meta-analysis from a study registry to a report that says how sure it is."
app = typer.Typer(
    help=HELP,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
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
        code = STOPPED if isinstance(error, StoppedError) else 1
        return _failed(*(str(problem) for problem in error.problems), code=code)
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
