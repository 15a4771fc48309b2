"""An analysis as a script for an R package, with its data beside it, and in its comments where the package differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nma.errors import InputError, OutputError, Problem, nearest
from nma.evidence import Evidence
from nma.exchange.rdata import Data
from nma.exchange.rgemtc import gemtc
from nma.exchange.rmultinma import multinma
from nma.exchange.rnetmeta import netmeta
from nma.exchange.writing import rows_of, save
from nma.registry.base import shown
from nma.vocab import RPackage

SCRIPTS: dict[RPackage, Callable[[Evidence, str], tuple[list[str], Data]]] = {
    RPackage.NETMETA: netmeta,
    RPackage.GEMTC: gemtc,
    RPackage.MULTINMA: multinma,
}
"""From evidence and the name of the data file to the lines of the script and the data."""


@dataclass(frozen=True)
class Script:
    """A script and its data, by the names of their files."""

    name: str
    text: str
    data_name: str
    data: bytes


def package_of(word: str) -> RPackage:
    """The R package of that name.

    Raises
    ------
    InputError
        No script is written for it.
    """
    if word not in list(RPackage):
        what, hint = "no R package that scripts are written for", nearest(word, list(RPackage))
        raise InputError(Problem("", "--format", what, shown(word), ", ".join(RPackage), hint))
    return RPackage(word)


def script_for(evidence: Evidence, package: RPackage) -> Script:
    """The script of an analysis.

    Raises
    ------
    InputError, SelectionError
        A name cannot stand in a file, or the zero-cell rule refuses a trial.
    """
    rows_of(evidence)
    stem = f"{evidence.analysis.name}-{package}"
    lines, data = SCRIPTS[package](evidence, f"{stem}.csv")
    return Script(f"{stem}.R", "\n".join(lines) + "\n", f"{stem}.csv", data.content)


def save_script(evidence: Evidence, package: RPackage, folder: Path, force: bool) -> list[Path]:
    """Write a script and its data into a folder.

    Raises
    ------
    OutputError
        Nothing can be written there, or one of the files is there already.
    """
    script = script_for(evidence, package)
    paths = [folder / script.data_name, folder / script.name]
    there = [path for path in paths if path.exists() and not force]
    if there:
        raise OutputError(Problem(str(path), "", "is there already", hint="--force replaces it") for path in there)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(Problem(str(folder), "", f"cannot be written to ({error.strerror or error})")) from None
    is_new = not paths[0].exists()
    save(paths[0], script.data, force)
    try:
        save(paths[1], script.text.encode("utf-8"), force)
    except OutputError:
        if is_new:
            paths[0].unlink(missing_ok=True)
        raise
    return paths
