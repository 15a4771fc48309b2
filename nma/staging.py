"""Result folders: written aside, put in place when all went well, and never at the cost of a file that is not ours.

A folder of results lists its own files in ``results.json`` (those of a run), ``inconsistency.json`` (those of the
methodologist's page), ``firmness.json`` (those of the sweeps), ``simulation.json`` (those of a simulation study) and
``compare.json`` (those of a comparison); whatever else lies in it belongs to the user.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

from nma.errors import OutputError, Problem
from nma.swap import finish, hidden, swap

RESULTS, INCONSISTENCY, FIRMNESS = "results.json", "inconsistency.json", "firmness.json"
SIMULATION, COMPARISON = "simulation.json", "compare.json"
PAGES = (RESULTS, INCONSISTENCY, FIRMNESS)
"""The lists of an analysis: what one command makes anew may be made of what another one left."""
MANIFESTS = {
    RESULTS: "nma-results/",
    INCONSISTENCY: "nma-inconsistency/",
    FIRMNESS: "nma-firmness/",
    SIMULATION: "nma-simulation/",
    COMPARISON: "nma-changes/",
}
"""The files that list what is ours, each with how its schema begins."""
OF_A_RUN = (RESULTS, INCONSISTENCY, "report.html", "inconsistency.html", "posterior.nc", "tables", "figures")
"""The names at the top of a result folder that every run leaves there."""
PREVIOUS = "previous.json"
"""The results that a run replaced, where its inputs were others: what it is compared with."""
OWNED = (
    *OF_A_RUN, FIRMNESS, "firmness.html", SIMULATION, "simulation.md", COMPARISON, "compare.html", PREVIOUS,
    "references.bib",
)  # fmt: skip
"""The names at the top of a result folder that are ours."""
FORM = re.compile(r"report(-[a-z]+(-[A-Za-z]+)?)?\.(pdf|md|docx)")
"""The report in another form, which is ours where a list of ours names it."""
ELSEWHERE = "choose another folder with --out"


def files_in(folder: Path) -> list[str]:
    """Every file of a folder, by its path inside it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def own_files(out: Path, manifests: Iterable[str] = tuple(MANIFESTS)) -> set[str]:
    """Files of a folder that an earlier command wrote, whether they are still there or not."""
    finish(out)
    return {name for manifest in manifests for name in listed(out, manifest)}


def listed(out: Path, manifest: str) -> set[str]:
    """Files that one of our lists names; looks only, and mends nothing."""
    try:
        found = json.loads((out / manifest).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return set()
    if not isinstance(found, dict) or not str(found.get("schema")).startswith(MANIFESTS[manifest]):
        return set()
    named = found.get("files")
    names = named if isinstance(named, list) else files_in(out)
    return {manifest} | {name for name in names if _is_inside(name)}


def _is_inside(name: Any) -> bool:
    parts = PurePosixPath(name).parts if isinstance(name, str) else ()
    return bool(parts) and ".." not in parts and (parts[0] in OWNED or bool(FORM.fullmatch(name)))


@contextmanager
def staging(
    out: Path, keep: Collection[str] = (), manifests: Iterable[str] = PAGES, way_out: str = ELSEWHERE
) -> Iterator[Path]:
    """A folder to write in, whose files take the place of the earlier ones in ``out`` when all went well.

    When something goes wrong ``out`` is as it was, and nothing is left beside it. Our earlier files that the manifests
    list go, except those in ``keep``; all others stay. ``way_out`` is what a user whose disk is full or locked may do.

    Raises
    ------
    OutputError
        Nothing can be written there, or a file that is not ours has one of our names.
    """
    made: list[Path] = []
    try:
        out = _usable(out)
        made = _with_parents(out)
        with hidden(out if out.is_dir() else out.parent) as folder:
            folder.chmod(0o755)
            yield folder
            _refuse_foreign(out, [name for name in files_in(folder) if FORM.fullmatch(name)])
            _put_in_place(folder, out, own_files(out, manifests) - set(keep))
    except OSError as error:
        what = f"cannot be written to ({error.strerror or error})"
        raise OutputError(Problem(str(out), "", what, hint=way_out)) from None
    finally:
        for parent in made:
            with suppress(OSError):
                parent.rmdir()


def _usable(out: Path) -> Path:
    try:
        out = out.resolve()
    except RuntimeError:
        raise OutputError(Problem(str(out), "", "is a symbolic link to itself", hint=ELSEWHERE)) from None
    nearest = next((path for path in (out, *out.parents) if path.exists()), out)
    if nearest.exists() and not nearest.is_dir():
        raise OutputError(Problem(str(nearest), "", "is a file, not a folder", hint=ELSEWHERE))
    _refuse_foreign(out, OWNED)
    return out


def _refuse_foreign(out: Path, names: Iterable[str]) -> None:
    """Refuse to write where a file of one of our names lies that no command of ours wrote."""
    ours = {PurePosixPath(name).parts[0] for name in own_files(out)}
    foreign = [name for name in names if name not in ours and os.path.lexists(out / name)]
    if foreign:
        what, hint = "is there already, and no run of nma made it", f"move it away, or {ELSEWHERE}"
        raise OutputError(Problem(str(out / name), "", what, hint=hint) for name in foreign)


def _with_parents(out: Path) -> list[Path]:
    """Make the folders above; those that were made, the deepest first."""
    missing = [parent for parent in out.parents if not parent.exists()]
    out.parent.mkdir(parents=True, exist_ok=True)
    return missing


def _put_in_place(folder: Path, out: Path, earlier: set[str]) -> None:
    """Rename the folder to ``out``; where that exists, swap the files inside it, or none of them."""
    if not out.exists():
        folder.rename(out)
        return
    swap(folder, out, sorted(earlier), sorted(files_in(folder), key=lambda name: name in MANIFESTS))
    for name in ("tables", "figures"):
        with suppress(OSError):
            (out / name).rmdir()
