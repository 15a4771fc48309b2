"""From a project and the name of an analysis to the page that says how firm its ranking is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nma.errors import InputError, Problem, nearest
from nma.evidence import select
from nma.parallel import HERE, Executors
from nma.project import Project
from nma.registry.base import shown
from nma.staging import FIRMNESS, INCONSISTENCY, RESULTS, own_files, staging
from nma.stored import is_current, read, write_beside
from nma.vocab import Engine, Sweep
from nma.workflow import RunOptions, Say, inputs, provenance

ALL = tuple(str(kind) for kind in Sweep)
EXACT_RUN = RunOptions(engine=str(Engine.EXACT))


@dataclass(frozen=True)
class SweepOptions:
    """Which sweeps to make, how and where; the engine is always the exact one."""

    over: tuple[str, ...] = ALL
    run: RunOptions = EXACT_RUN
    executors: Executors = HERE

    def __post_init__(self) -> None:
        """Refuse what there is none of, before anything is read."""
        for word in self.over:
            if word not in ALL:
                hint = nearest(word, ALL)
                raise InputError(Problem("", "--over", "unknown sweep", shown(word), ", ".join(ALL), hint))

    @property
    def kinds(self) -> tuple[Sweep, ...]:
        """The sweeps that are asked for, each once, in the order of the page."""
        return tuple(kind for kind in Sweep if str(kind) in (self.over or ALL))

    def told(self, say: Say) -> SweepOptions:
        """The same, with somebody who listens."""
        return replace(self, run=replace(self.run, say=say))


def firmness(project: Project, name: str, out: Path, options: SweepOptions) -> dict[str, Any] | None:
    """Make sweeps, and write the page with their numbers; what an earlier call made of the same inputs stays in it.

    Returns
    -------
    dict or None
        The content of ``firmness.json``; None when the folder already holds it.

    Raises
    ------
    NmaError
        The input or the output folder cannot be used; what the folder held is untouched.
    """
    analysis, run = project.analysis(name), options.run
    asked = inputs(project, analysis, run)
    earlier: dict[str, Any] = {}
    if not run.force and is_current(out, asked, FIRMNESS):
        earlier = read(out, FIRMNESS)["sweeps"]
    missing = tuple(kind for kind in options.kinds if str(kind) not in earlier)
    if not missing:
        return None
    evidence = select(project.registry, analysis)
    run.say(f"{name}: {len(evidence.trials)} trials, {evidence.participants:,} people, seed {run.seed}")
    of_the_run = own_files(out, [RESULTS, INCONSISTENCY])
    if of_the_run and not _same_evidence(out, asked):
        run.say(f"{name}: the report in {out} was made of other inputs; 'nma run {name}' makes it anew")
    with staging(out, of_the_run) as folder:
        from nma.sweeps import Request, sweep
        from nma.sweeps.pieces import Source

        made = provenance(project, analysis, run, _command(name, run.seed, earlier, missing))
        request = Request(missing, run.seed, options.executors, lambda line, done, of: run.say(line, done, of))
        found = sweep(Source(project.registry, evidence), request, made)
        swept = earlier | found["sweeps"]
        found |= {"sweeps": {kind: swept[kind] for kind in ALL if kind in swept}, "report": RESULTS in of_the_run}
        write_beside(FIRMNESS, folder, found, project.pages)
    return found


def _same_evidence(out: Path, asked: dict[str, Any]) -> bool:
    """Whether the report in a folder was made of the same evidence and specification, by whichever engine."""
    return is_current(out, {key: asked[key] for key in ("registry_fingerprint", "specification_fingerprint")})


def _command(name: str, seed: int, earlier: dict[str, Any], made: tuple[Sweep, ...]) -> str:
    """The command that makes the whole page at once."""
    over = [kind for kind in ALL if kind in earlier or Sweep(kind) in made]
    chosen = "" if len(over) == len(ALL) else "".join(f" --over {kind}" for kind in over)
    return f"nma sweep {name}{chosen} --seed {seed}"
