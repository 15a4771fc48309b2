"""From a project and the name of an analysis to a folder of results; nothing of the user's is lost on the way."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nma._version import __version__
from nma.analysis import Analysis
from nma.errors import NmaError, OutputError, Problem, SelectionError
from nma.evidence import Evidence, select
from nma.project import Project
from nma.vocab import Engine

RESULTS = "results.json"
OWNED = (RESULTS, "report.html", "posterior.nc", "tables", "figures")
"""What a result folder holds of ours; everything else in it belongs to the user."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class RunOptions:
    """How to run an analysis."""

    seed: int = 1
    engine: str = str(Engine.NUTS)
    force: bool = False
    say: Say = lambda line: None
    """Told, line by line, what is going on."""


def run(project: Project, name: str, out: Path, options: RunOptions) -> dict[str, Any] | None:
    """Run one analysis with its sensitivity sets, and write its folder.

    Returns
    -------
    dict or None
        The results; None when the folder already holds them.

    Raises
    ------
    NmaError
        The input or the output folder cannot be used; what the folder held is untouched.
    """
    analysis = project.analysis(name)
    registry = project.registry
    if not options.force and _is_current(out, _inputs(project, analysis, options)):
        return None
    evidence = select(registry, analysis)
    options.say(f"{name}: {len(evidence.trials)} trials, {evidence.participants:,} people, seed {options.seed}")
    tasks, refused = _sets(project, analysis)
    with staging(out) as folder:
        from nma.answers.results import results
        from nma.fitting import fit_many

        every = {"": (evidence, analysis), **tasks}
        options.say(f"{name}: compiling the model, then {len(every)} fits")
        fits = fit_many(every, seed=options.seed, done=_announce(options.say, name, len(every)))
        sets = {key: fits[key] if key in fits else refused[key] for key in analysis.sensitivity}
        found = results(fits[""], sets, _provenance(project, analysis, options))
        _write(folder, found, project.reports)
        fits[""].inference_data.to_netcdf(str(folder / "posterior.nc"), engine="h5netcdf")
    return found


def render(folder: Path, reports: Path) -> None:
    """Write the report, tables and figures of stored results anew, without sampling.

    Raises
    ------
    OutputError
        The folder holds no results of this version.
    """
    found = read_results(folder)
    with staging(folder) as fresh:
        _write(fresh, found, reports)
        if (folder / "posterior.nc").exists():
            shutil.copy2(folder / "posterior.nc", fresh / "posterior.nc")


def read_results(folder: Path) -> dict[str, Any]:
    """Read the results of a folder.

    Raises
    ------
    OutputError
        There are none, or another version made them.
    """
    from nma.answers.results import SCHEMA

    path = folder / RESULTS
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise OutputError(Problem(str(path), "", "no results here", hint="nma run makes them")) from None
    except (OSError, ValueError) as error:
        raise OutputError(Problem(str(path), "", f"cannot be read: {error}", hint="run the analysis again")) from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        got = found.get("schema") if isinstance(found, dict) else None
        raise OutputError(Problem(str(path), "schema", "made by another version", str(got), SCHEMA, "run it again"))
    return found


def _sets(project: Project, analysis: Analysis) -> tuple[dict[str, tuple[Evidence, Analysis]], dict[str, str]]:
    """Evidence of each sensitivity set, or why it has none."""
    tasks: dict[str, tuple[Evidence, Analysis]] = {}
    refused: dict[str, str] = {}
    for name, entry in analysis.sensitivity.items():
        patched = analysis.patched(entry.patch)
        try:
            tasks[name] = (select(project.registry, patched), patched)
        except SelectionError as error:
            refused[name] = "; ".join(str(problem) for problem in error.problems)
    return tasks, refused


def _announce(say: Say, name: str, total: int) -> Say:
    finished: list[str] = []

    def done(one: str) -> None:
        finished.append(one)
        say(f"{name}: {len(finished)} of {total} fits done")

    return done


def _inputs(project: Project, analysis: Analysis, options: RunOptions) -> dict[str, Any]:
    """What a result depends on: the same inputs give the same numbers."""
    from nma.answers.provenance import fingerprint, versions

    return {
        "registry_fingerprint": project.registry.fingerprint,
        "specification_fingerprint": fingerprint(analysis),
        "seed": options.seed,
        "engine": options.engine,
        "nma_version": __version__,
        "versions": versions(),
    }


def _provenance(project: Project, analysis: Analysis, options: RunOptions) -> dict[str, Any]:
    outcome = project.registry.vocabulary.outcomes.get(analysis.outcome)
    return _inputs(project, analysis, options) | {
        "project": project.name,
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": f"nma run {analysis.name} --seed {options.seed}",
        "outcome_label": outcome.label if outcome else None,
    }


def _is_current(out: Path, inputs: Mapping[str, Any]) -> bool:
    if any(not (out / name).exists() for name in OWNED):
        return False
    try:
        provenance = read_results(out)["provenance"]
    except (NmaError, KeyError):
        return False
    return all(provenance.get(key) == value for key, value in inputs.items())


def _write(folder: Path, found: Mapping[str, Any], reports: Path) -> None:
    from nma.output import write

    text = json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / RESULTS).write_text(text + "\n", "utf-8")
    write(found, folder, reports)


@contextmanager
def staging(out: Path) -> Iterator[Path]:
    """A folder to write in, put in the place of ``out`` when all went well and dropped otherwise.

    Raises
    ------
    OutputError
        Nothing can be written there.
    """
    out = out.resolve()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.exists() and not out.is_dir():
            raise OutputError(Problem(str(out), "", "is a file, not a folder", hint="choose another folder with --out"))
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        what = f"cannot be written to ({error.strerror})"
        raise OutputError(Problem(str(out), "", what, hint="choose another folder with --out")) from None
    try:
        folder.chmod(0o755)
        yield folder
        _put_in_place(folder, out)
    except OSError as error:
        raise OutputError(Problem(str(out), "", f"cannot be written to ({error.strerror})")) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put_in_place(folder: Path, out: Path) -> None:
    """Swap the new folder in as a whole; a folder that was not ours gets our files and keeps its own."""
    if not out.exists():
        folder.rename(out)
        return
    if not (out / RESULTS).exists():
        for name in OWNED:
            _replace(folder / name, out / name)
        return
    for entry in out.iterdir():
        if entry.name not in OWNED:
            _copy(entry, folder / entry.name)
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}.old.", dir=out.parent))
    out.rename(old / out.name)
    folder.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def _replace(source: Path, target: Path) -> None:
    if not source.exists():
        return
    if target.is_dir():
        shutil.rmtree(target)
    source.replace(target)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target, follow_symlinks=False)
