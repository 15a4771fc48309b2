"""From a project and the name of an analysis to a folder of results; nothing of the user's is lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from nma._version import __version__
from nma.analysis import Analysis
from nma.errors import FitError, InputError, NmaError, OutputError, Problem, SelectionError, nearest
from nma.evidence import select
from nma.judging import FINGERPRINT, judgements_of, rejudged
from nma.languages import Pages
from nma.project import Project
from nma.registry.base import shown
from nma.staging import FIRMNESS, INCONSISTENCY, PREVIOUS, RESULTS, own_files, staging
from nma.stored import AGAIN, BESIDE, POSTERIOR, is_current, read, write_beside, write_report
from nma.vocab import Engine, MultiArm

if TYPE_CHECKING:
    from nma.fitting import Fit, Task


class Say(Protocol):
    """Told, line by line, what is going on, and how many of how many fits are done where they are counted."""

    def __call__(self, line: str, done: int = 0, of: int = 0) -> None:
        """Take a line."""


def silent(line: str, done: int = 0, of: int = 0) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class RunOptions:
    """How to run an analysis."""

    seed: int = 1
    engine: str = str(Engine.NUTS)
    force: bool = False
    say: Say = silent
    multi_arm: str = str(MultiArm.SYMMETRIC)
    """How node-splits treat multi-arm trials."""
    first: Callable[[dict[str, Any]], None] = lambda results: None
    """Told the exact answer before the sampler starts."""

    def __post_init__(self) -> None:
        """Refuse what no engine takes, before anything is read."""
        for option, value, words in (("--engine", self.engine, Engine), ("--multi-arm", self.multi_arm, MultiArm)):
            known = [str(word) for word in words]
            if value not in known:
                what, hint = f"unknown {option[2:]}", nearest(value, known)
                raise InputError(Problem("", option, what, shown(value), ", ".join(known), hint))
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
    asked, judged = inputs(project, analysis, options), judgements_of(project, analysis)
    if not options.force and is_current(out, asked):
        return None if is_current(out, {FINGERPRINT: judged.fingerprint}) else _judged_anew(project, out)
    evidence = select(registry, analysis)
    options.say(f"{name}: {len(evidence.trials)} trials, {evidence.participants:,} people, seed {options.seed}")
    tasks, refused = _sets(project, analysis)
    page = _complete_page(out, asked)
    earlier = _earlier(out, asked)
    with staging(out, page | _current_sweeps(project, analysis, out)) as folder:
        from nma.answers.committee import Ground, committee
        from nma.answers.inconsistency import closed_form, inconsistency, summary
        from nma.answers.results import results
        from nma.fitting import Task, fit_many

        made = provenance(project, analysis, options, f"nma run {name} --seed {options.seed}")
        every = {"": Task(evidence, analysis), **tasks}
        second = _second_opinion(every[""], options, made)
        options.say(f"{name}: {_STARTING[Engine(options.engine)]}{len(every)} fits")
        done = announce(options.say, name, len(every))
        fits = fit_many(every, seed=options.seed, engine=options.engine, done=done, made=_needed)
        primary, agreed = _vouched(fits[""], second)
        sets = {key: fits[key] if key in fits else refused[key] for key in analysis.sensitivity}
        found = results(primary, sets, {**made, FINGERPRINT: judged.fingerprint}) | agreed
        checked = closed_form(evidence, primary) if page else inconsistency(primary, None, found)
        found |= {"inconsistency": summary(checked)}
        found |= committee(Ground(primary, found, checked, registry, judged))
        primary.posterior.to_netcdf(folder / POSTERIOR, group="posterior", engine="h5netcdf")
        if not page:
            write_beside(INCONSISTENCY, folder, checked, project.pages)
        if earlier is not None:
            (folder / PREVIOUS).write_bytes(earlier)
        write_report(folder, found, project.pages)
    return found


def _judged_anew(project: Project, out: Path) -> dict[str, Any]:
    """The results of a folder with the judgements as they are now; nothing else has changed."""
    render(out, project.pages, project)
    return read(out)


def _needed(name: str, fit: Fit) -> Any:
    """The primary fit whole; of a sensitivity set what the report says of it."""
    from nma.answers.results import answers_of_set

    return answers_of_set(fit) if name else fit


_STARTING = {Engine.NUTS: "compiling the model, then ", Engine.EXACT: ""}


def _second_opinion(task: Task, options: RunOptions, made: Mapping[str, Any]) -> Fit | str | None:
    """The exact fit, which is shown at once and later vouches for the sampler; or why there is none."""
    if options.engine == Engine.EXACT:
        return None
    from nma.answers.results import results
    from nma.fitting import fit

    try:
        second = fit(task.evidence, task.analysis, seed=options.seed, engine=str(Engine.EXACT))
    except FitError as error:
        return str(error)
    options.first(results(second, {}, made))
    return second


def _vouched(primary: Fit, second: Fit | str | None) -> tuple[Fit, dict[str, Any]]:
    """The primary fit with what the second engine says of it."""
    from nma.answers.agreement import agreement, vouched

    if second is None or isinstance(second, str):
        return primary, {"agreement": None if second is None else {"error": second, "error_key": "message"}}
    if not second.diagnostics.converged:
        return primary, {"agreement": {"error": "the exact engine did not pass its own gate", "error_key": "gate"}}
    found = agreement(primary, second)
    return vouched(primary, found), {"agreement": found.plain()}


def _complete_page(out: Path, asked: Mapping[str, Any]) -> set[str]:
    """Files of a methodologist's page with every split, of the same inputs: too dear to be thrown away."""
    if is_current(out, {**asked, "complete": True}, INCONSISTENCY):
        return own_files(out, [INCONSISTENCY])
    return set()


def _earlier(out: Path, asked: Mapping[str, Any]) -> bytes | None:
    """The results that a run replaces; where their inputs were the same, those that they replaced themselves."""
    if not own_files(out, [RESULTS]):
        return None
    try:
        found = read(out).get("provenance")
        same = isinstance(found, dict) and all(found.get(key) == value for key, value in asked.items())
        kept = out / (PREVIOUS if same else RESULTS)
        return kept.read_bytes() if kept.exists() else None
    except (OSError, NmaError):
        return None


def _current_sweeps(project: Project, analysis: Analysis, out: Path) -> set[str]:
    """Files of sweeps of the same registry and specification: a run does not throw them away."""
    asked = inputs(project, analysis, RunOptions())
    same = {name: asked[name] for name in ("registry_fingerprint", "specification_fingerprint")}
    return own_files(out, [FIRMNESS]) if is_current(out, same, FIRMNESS) else set()


def render(folder: Path, pages: Pages, project: Project | None = None) -> None:
    """Write the reports, tables and figures of stored results anew, without sampling, in the forms asked for.

    Given the project the results are of, what people judge there is put into them again.

    Raises
    ------
    OutputError
        The folder holds no results of this version, or one of the forms cannot be made.
    """
    there = [name for name in (*BESIDE, RESULTS) if (folder / name).exists()] or [RESULTS]
    if pages.forms and RESULTS not in there:
        what, hint = "no results here, and no other page is written in another form", "'nma run' makes them"
        raise OutputError(Problem(str(folder / RESULTS), "", what, hint=hint))
    found = {name: read(folder, name) for name in there}
    kept = [name for name in own_files(folder) if name in (POSTERIOR, PREVIOUS)]
    with staging(folder, kept, there, "make room there, or copy the folder elsewhere") as fresh:
        for name in there:
            try:
                if name == RESULTS:
                    judged = rejudged(project, found[name]) if project else found[name]
                    write_report(fresh, judged, pages, kept)
                else:
                    write_beside(name, fresh, found[name], pages)
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                what = f"does not hold what a report needs ({type(error).__name__}: {error})"
                raise OutputError(Problem(str(folder / name), "", what, hint=AGAIN)) from error


def _sets(project: Project, analysis: Analysis) -> tuple[dict[str, Task], dict[str, dict[str, str]]]:
    """Evidence of each sensitivity set, or why it has none."""
    from nma.fitting import Task

    tasks: dict[str, Task] = {}
    refused: dict[str, dict[str, str]] = {}
    for name, entry in analysis.sensitivity.items():
        patched = analysis.patched(entry.patch)
        try:
            tasks[name] = Task(select(project.registry, patched), patched)
        except SelectionError as error:
            line = "; ".join(str(problem) for problem in error.problems)
            refused[name] = {"error": line, "error_key": error.problems[0].field}
    return tasks, refused


def announce(say: Say, name: str, total: int) -> Any:
    """A callback that counts finished fits aloud."""
    finished: list[str] = []

    def done(one: str) -> None:
        finished.append(one)
        say(f"{name}: {len(finished)} of {total} fits done", len(finished), total)

    return done


def inputs(project: Project, analysis: Analysis, options: RunOptions) -> dict[str, Any]:
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


def provenance(project: Project, analysis: Analysis, options: RunOptions, command: str) -> Mapping[str, Any]:
    """Where a result came from."""
    outcome = project.registry.vocabulary.outcomes.get(analysis.outcome)
    return inputs(project, analysis, options) | {
        "project": project.name,
        "created": now(),
        "command": command,
        "outcome_label": outcome.label if outcome else None,
    }


def now() -> str:
    """The time, as results say it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
