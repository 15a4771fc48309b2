"""Result folders as stored: reading their JSON, writing their pages, and whether they still hold what would be made."""

from __future__ import annotations

import importlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nma.errors import NmaError, OutputError, Problem
from nma.languages import Pages
from nma.registry.base import shown
from nma.staging import (
    COMPARISON,
    FIRMNESS,
    INCONSISTENCY,
    OF_A_RUN,
    RESULTS,
    SIMULATION,
    files_in,
    own_files,
)
from nma.swap import finish

if TYPE_CHECKING:
    from nma.evidence import Evidence
    from nma.fitting import Fit

POSTERIOR = "posterior.nc"
BESIDE = {
    INCONSISTENCY: "nma.output.inconsistency",
    FIRMNESS: "nma.output.sweeps",
    COMPARISON: "nma.output.changes",
    SIMULATION: "nma.output.simulation",
}
"""What stands beside the results in a folder, with a list of files of its own, and the package that writes its page."""
AGAIN = "run the analysis again"
_HOMES = {
    RESULTS: "nma.answers.results",
    INCONSISTENCY: "nma.answers.inconsistency",
    FIRMNESS: "nma.sweeps.sweep",
    SIMULATION: "nma.simulation.study",
    COMPARISON: "nma.answers.changes",
}
"""The modules that say what each file holds; a file of any other name holds results."""
_MAKERS = {
    RESULTS: "nma run",
    INCONSISTENCY: "nma inconsistency",
    FIRMNESS: "nma sweep",
    SIMULATION: "nma simulate",
    COMPARISON: "nma compare",
}


def read(folder: Path, name: str = RESULTS) -> dict[str, Any]:
    """Read the results of a folder.

    Raises
    ------
    OutputError
        There are none, or another version made them.
    """
    path = folder / name
    finish(folder)
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise OutputError(
            Problem(str(path), "", "no results here", hint=f"{_MAKERS.get(name, _MAKERS[RESULTS])} makes them")
        ) from None
    except OSError as error:
        raise OutputError(Problem(str(path), "", f"cannot be read ({error.strerror})", hint=AGAIN)) from None
    except json.JSONDecodeError as error:
        what = f"not valid JSON: {error.msg}"
        raise OutputError(Problem(f"{path}:{error.lineno}", "", what, hint=AGAIN)) from None
    except (ValueError, RecursionError):
        raise OutputError(Problem(str(path), "", "not valid JSON", hint=AGAIN)) from None
    schema = _schema(name)
    if not isinstance(found, dict) or found.get("schema") != schema:
        got = shown(found.get("schema") if isinstance(found, dict) else found)
        raise OutputError(Problem(str(path), "schema", "not of this version", got, schema, AGAIN))
    return found


def _schema(name: str) -> str:
    return str(importlib.import_module(_HOMES.get(name, _HOMES[RESULTS])).SCHEMA)


def is_current(out: Path, inputs: Mapping[str, Any], name: str = RESULTS) -> bool:
    """Whether a folder holds, whole, what these inputs would give."""
    files = own_files(out, [name])
    needed = {*files, *OF_A_RUN} if name == RESULTS else files
    if not files or any(not (out / one).exists() for one in needed):
        return False
    try:
        found = read(out, name).get("provenance")
    except NmaError:
        return False
    return isinstance(found, dict) and all(found.get(key) == value for key, value in inputs.items())


def stored_fit(folder: Path, evidence: Evidence) -> Fit | None:
    """The primary fit of a run, with the draws its report was made of; None where it cannot be read."""
    import xarray as xr

    from nma.fitting import Fit, FitDiagnostics

    try:
        found = read(folder)
        said = found["sampling"]
        with xr.open_dataset(folder / POSTERIOR, group="posterior", engine="h5netcdf") as stored:
            draws = stored.load()
        return Fit(
            evidence=evidence,
            analysis=evidence.analysis,
            posterior=draws,
            diagnostics=FitDiagnostics.stored(said),
            engine=said["engine"],
            seed=found["provenance"]["seed"],
            seconds=said["seconds"],
            attempts=said["attempts"],
            tune=said["tune"],
            target_accept=said["target_accept"],
        )
    except (OSError, LookupError, TypeError, ValueError, NmaError):
        return None


def write_report(folder: Path, found: Mapping[str, Any], pages: Pages, kept: Collection[str] = ()) -> None:
    """Write report, tables and figures, then the results with the list of the folder's files but those of the pages."""
    from nma.output import write

    found = pages.worded(found)
    write(found, folder, pages.reports, pages.languages)
    if pages.forms:
        from nma.output import forms

        forms.write(found, folder, pages)
    _write_json(folder / RESULTS, found, {*files_in(folder), *kept} - own_files(folder, BESIDE))


def write_beside(name: str, folder: Path, found: Mapping[str, Any], pages: Pages) -> None:
    """Write a page that stands beside the report, tables and figures, then its numbers with the list of its own files.

    Parameters
    ----------
    name : str
        The file that holds its numbers.
    """
    found = pages.worded(found)
    before = set(files_in(folder))
    importlib.import_module(BESIDE[name]).write(found, folder, pages.reports, pages.languages)
    _write_json(folder / name, found, set(files_in(folder)) - before)


def _write_json(path: Path, found: Mapping[str, Any], files: set[str]) -> None:
    listed = {**found, "files": sorted({*files, path.name})}
    path.write_text(json.dumps(listed, indent=1, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")
