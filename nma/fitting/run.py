"""Fitting one evidence, or many that share a structure, through the gate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from nma.analysis import Analysis
from nma.analysis.spec import Sampling
from nma.errors import FitError, InputError, Problem, nearest
from nma.evidence import Evidence
from nma.fitting.diagnostics import diagnose
from nma.fitting.exact import fit_exact
from nma.fitting.layout import Structure, layout, structure_of
from nma.fitting.means import Task
from nma.fitting.posterior import Fit
from nma.parallel import Executors, spread
from nma.parallel import cores as usable_cores
from nma.vocab import Engine

if TYPE_CHECKING:
    from nma.fitting.nuts import Compiled

Report = Callable[[str], None]
Made = Callable[[str, Fit], Any]


def kept(name: str, fit: Fit) -> Fit:
    """The fit itself."""
    return fit


def _exact(named: tuple[str, Task], seed: int, made: Made) -> Any:
    name, task = named
    return made(name, fit_exact(task, seed))


def build_model(evidence: Evidence, analysis: Analysis) -> Any:
    """The PyMC model of this evidence, with named coordinates; see :func:`nma.fitting.nuts.build` for its equations."""
    from nma.fitting import nuts

    return nuts.build(layout(Task(evidence, analysis)))


def fit(
    evidence: Evidence,
    analysis: Analysis,
    *,
    seed: int,
    engine: str = "nuts",
    cores: int | None = None,
    progress: bool | None = None,
) -> Fit:
    """Fit a network meta-analysis.

    Parameters
    ----------
    evidence, analysis
        What to fit, and how.
    seed : int
        Non-negative; the same seed, versions and input give the same draws.
    engine : str
        ``nuts`` (PyMC) or ``exact`` (quadrature and importance sampling).
    cores : int, optional
        Chains that run at the same time; all cores by default.
    progress : bool, optional
        Show a progress bar; by default on a terminal.

    Raises
    ------
    FitError
        The sampler failed. Draws that merely miss the gate are returned, with ``fit.diagnostics.converged`` false.
    """
    _check(engine, seed)
    if engine == Engine.EXACT:
        return fit_exact(Task(evidence, analysis), seed)
    from nma.fitting import nuts

    show = nuts.on_terminal() if progress is None else progress
    task = Task(evidence, analysis)
    return _through_the_gate(nuts.Compiled(layout(task)), task, seed, cores or usable_cores(), show)


def fit_many(
    tasks: Mapping[str, Task],
    *,
    seed: int,
    engine: str = "nuts",
    cores: int | None = None,
    done: Report = lambda name: None,
    made: Made = kept,
) -> dict[str, Any]:
    """Fit several tasks, in parallel over the cores, with one compilation for each kind of model.

    Parameters
    ----------
    tasks : mapping
        What to fit, by name.
    seed : int
        The same for every fit, so that differences between them owe as little as possible to chance.
    done : callable
        Called with a name when its fit is there.
    made : callable
        What to make of a name and its fit where it was fitted: what comes back is smaller, and done by all cores.

    Raises
    ------
    FitError
        As :func:`fit`.
    """
    return Workbench(seed=seed, engine=engine, cores=cores).fit(tasks, done, made)


class Workbench:
    """Fits tasks and keeps the compiled models, so that a later batch of the same kind need not compile again."""

    def __init__(self, *, seed: int, engine: str = "nuts", cores: int | None = None) -> None:
        _check(engine, seed)
        self._seed, self._engine, self._cores = seed, Engine(engine), cores or usable_cores()
        self._compiled: dict[object, Compiled] = {}

    def fit(self, tasks: Mapping[str, Task], done: Report = lambda name: None, made: Made = kept) -> dict[str, Any]:
        """Fit a batch; see :func:`fit_many`."""
        if self._engine is Engine.EXACT:
            return self._exactly(tasks, done, made)
        return {name: made(name, found) for name, found in self._sampled(tasks, done).items()}

    def _exactly(self, tasks: Mapping[str, Task], done: Report, made: Made) -> dict[str, Any]:
        names = list(tasks)
        work = partial(_exact, seed=self._seed, made=made)
        executors = Executors(workers=self._cores)
        fits = spread(work, list(tasks.items()), executors, lambda count: done(names[count - 1]))
        return dict(zip(names, fits, strict=True))

    def _sampled(self, tasks: Mapping[str, Task], done: Report) -> dict[str, Fit]:
        fits: dict[str, Fit] = {}
        for names in _by_kind(tasks):
            compiled = self._model([tasks[name] for name in names])

            def one(name: str, compiled: Any = compiled) -> Fit:
                result = _through_the_gate(compiled, tasks[name], self._seed, 1, False)
                done(name)
                return result

            with ThreadPoolExecutor(self._cores) as pool:
                try:
                    fits.update(zip(names, pool.map(one, names), strict=True))
                except BaseException:
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise
        return {name: fits[name] for name in tasks}

    def _model(self, tasks: Sequence[Task]) -> Compiled:
        """A compiled model with room for every task: the one at hand, or a new one."""
        from nma.fitting import nuts

        room = _room(tasks)
        at_hand = self._compiled.get(room.kind)
        if at_hand is None or at_hand.structure.holding(room) != at_hand.structure:
            at_hand = self._compiled[room.kind] = nuts.Compiled(layout(tasks[0], room))
        return at_hand


def _through_the_gate(compiled: Compiled, task: Task, seed: int, cores: int, progress: bool) -> Fit:
    """Sample; where the gate is missed, sample once more, longer and more carefully."""
    usual = task.analysis.sampling
    first = _sample(compiled, task, usual, (seed, cores, progress))
    if first.diagnostics.converged:
        return first
    second = _sample(compiled, task, _longer(usual), (seed, cores, progress))
    return replace(second, attempts=2, seconds=first.seconds + second.seconds)


def _sample(compiled: Compiled, task: Task, settings: Sampling, how: tuple[int, int, bool]) -> Fit:
    from nma.fitting.nuts import posterior

    seed, cores, progress = how
    if task.shift is not None:
        raise FitError("the sampler takes no supposed bias: the exact engine does")
    arrays = layout(task, compiled.structure)
    sampled = compiled.sample(arrays, settings, seed, cores, progress)
    draws = posterior(sampled, arrays, task)
    return Fit(
        evidence=task.evidence,
        analysis=task.analysis,
        posterior=draws,
        diagnostics=diagnose(draws, sampled.divergences),
        engine=str(Engine.NUTS),
        seed=seed,
        seconds=sampled.seconds,
        attempts=1,
        tune=settings.tune,
        target_accept=settings.target_accept,
        means=task.means,
    )


def _longer(usual: Sampling) -> Sampling:
    """The second attempt: four times the draws, twice the tuning, smaller steps."""
    careful = max(0.98, usual.target_accept)
    return usual.model_copy(update={"draws": usual.draws * 4, "tune": usual.tune * 2, "target_accept": careful})


def _by_kind(tasks: Mapping[str, Task]) -> list[list[str]]:
    kinds: dict[object, list[str]] = {}
    for name, task in tasks.items():
        kinds.setdefault(structure_of(task).kind, []).append(name)
    return list(kinds.values())


def _room(tasks: Sequence[Task]) -> Structure:
    room = structure_of(tasks[0])
    for task in tasks[1:]:
        room = room.holding(structure_of(task))
    return room


def _check(engine: str, seed: int) -> None:
    engines = [str(known) for known in Engine]
    if engine not in engines:
        hint = nearest(engine, engines)
        raise InputError(Problem("", "engine", "unknown engine", f"'{engine}'", ", ".join(engines), hint))
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63:
        raise InputError(Problem("", "seed", "must be a whole number from 0 up", str(seed)))
