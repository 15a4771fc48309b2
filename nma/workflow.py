"""From a project and the name of an analysis to a folder of results; nothing of the user's is lost on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nma._version import __version__
from nma.analysis import Analysis
from nma.errors import InputError, NmaError, OutputError, Problem, SelectionError, nearest
from nma.evidence import select
from nma.fitting.means import Task
from nma.project import Project
from nma.registry.base import shown
from nma.staging import OWNED, RESULTS, files_in, own_files, staging
from nma.vocab import Engine

POSTERIOR = "posterior.nc"
AGAIN = "run the analysis again"

Say = Callable[[str], None]


@dataclass(frozen=True)
class RunOptions:
    """How to run an analysis."""

    seed: int = 1
    engine: str = str(Engine.NUTS)
    force: bool = False
    say: Say = lambda line: None
    """Told, line by line, what is going on."""

    def __post_init__(self) -> None:
        """Refuse what no engine takes, before anything is read."""
        engines = [str(engine) for engine in Engine]
        if self.engine not in engines:
            hint = nearest(self.engine, engines)
            raise InputError(Problem("", "--engine", "unknown engine", shown(self.engine), ", ".join(engines), hint))
        if not 0 <= self.seed < 2**63:
            raise InputError(Problem("", "--seed", "must be a whole number from 0 up to 2^63 - 1", str(self.seed)))


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

        every = {"": Task(evidence, analysis), **tasks}
        options.say(f"{name}: compiling the model, then {len(every)} fits")
        fits = fit_many(every, seed=options.seed, done=_announce(options.say, name, len(every)))
        sets = {key: fits[key] if key in fits else refused[key] for key in analysis.sensitivity}
        found = results(fits[""], sets, _provenance(project, analysis, options))
        fits[""].inference_data.to_netcdf(str(folder / POSTERIOR), engine="h5netcdf")
        _write(folder, found, project.reports)
    return found


def render(folder: Path, reports: Path) -> None:
    """Write the report, tables and figures of stored results anew, without sampling.

    Raises
    ------
    OutputError
        The folder holds no results of this version.
    """
    found = read_results(folder)
    kept = [POSTERIOR] if (folder / POSTERIOR).exists() else []
    with staging(folder, kept) as fresh:
        try:
            _write(fresh, found, reports, kept)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            what = f"does not hold what a report needs ({type(error).__name__}: {error})"
            raise OutputError(Problem(str(folder / RESULTS), "", what, hint=AGAIN)) from error


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
    except OSError as error:
        raise OutputError(Problem(str(path), "", f"cannot be read ({error.strerror})", hint=AGAIN)) from None
    except json.JSONDecodeError as error:
        what = f"not valid JSON: {error.msg}"
        raise OutputError(Problem(f"{path}:{error.lineno}", "", what, hint=AGAIN)) from None
    except (ValueError, RecursionError):
        raise OutputError(Problem(str(path), "", "not valid JSON", hint=AGAIN)) from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        got = shown(found.get("schema") if isinstance(found, dict) else found)
        raise OutputError(Problem(str(path), "schema", "not of this version", got, SCHEMA, AGAIN))
    return found


def _sets(project: Project, analysis: Analysis) -> tuple[dict[str, Task], dict[str, str]]:
    """Evidence of each sensitivity set, or why it has none."""
    tasks: dict[str, Task] = {}
    refused: dict[str, str] = {}
    for name, entry in analysis.sensitivity.items():
        patched = analysis.patched(entry.patch)
        try:
            tasks[name] = Task(select(project.registry, patched), patched)
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
    files = own_files(out)
    if not files or any(not (out / name).exists() for name in {*files, *OWNED}):
        return False
    try:
        provenance = read_results(out).get("provenance")
    except NmaError:
        return False
    return isinstance(provenance, dict) and all(provenance.get(key) == value for key, value in inputs.items())


def _write(folder: Path, found: Mapping[str, Any], reports: Path, kept: Sequence[str] = ()) -> None:
    """Write report, tables and figures, then the results with the list of all files that are ours."""
    from nma.output import write

    write(found, folder, reports)
    files = sorted({*files_in(folder), *kept, RESULTS})
    text = json.dumps({**found, "files": files}, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / RESULTS).write_text(text + "\n", "utf-8")
