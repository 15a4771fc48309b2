"""Fitting one evidence, or many that share a structure, through the gate."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from nma.analysis import Analysis
from nma.analysis.spec import Sampling
from nma.errors import InputError, Problem, nearest
from nma.evidence import Evidence
from nma.fitting.diagnostics import diagnose
from nma.fitting.posterior import Fit
from nma.fitting.layout import Layout, Structure, layout, structure_of
from nma.vocab import Engine

Task = tuple[Evidence, Analysis]
Report = Callable[[str], None]


def build_model(evidence: Evidence, analysis: Analysis) -> Any:
    """The PyMC model of this evidence, with named coordinates; see :func:`nma.fitting.nuts.build` for its equations."""
    from nma.fitting import nuts

    return nuts.build(layout(evidence, analysis))


def fit(
    evidence: Evidence, analysis: Analysis, *, seed: int, engine: str = "nuts", cores: int | None = None,
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
        ``nuts``.
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
    from nma.fitting import nuts

    show = nuts.on_terminal() if progress is None else progress
    arrays = layout(evidence, analysis)
    return _through_the_gate(nuts.Compiled(arrays), (evidence, analysis), seed, cores or _cores(), show)


def fit_many(
    tasks: Mapping[str, Task], *, seed: int, cores: int | None = None, done: Report = lambda name: None
) -> dict[str, Fit]:
    """Fit several pieces of evidence, in parallel over the cores, with one compilation for each kind of model.

    Parameters
    ----------
    tasks : mapping
        Evidence and analysis by name.
    seed : int
        The same for every fit, so that differences between them owe as little as possible to chance.
    done : callable
        Called with a name when its fit is there.

    Raises
    ------
    FitError
        As :func:`fit`.
    """
    _check("nuts", seed)
    from nma.fitting import nuts

    fits: dict[str, Fit] = {}
    for names in _by_kind(tasks):
        room = _room([tasks[name] for name in names])
        compiled = nuts.Compiled(layout(*tasks[names[0]], room))

        def one(name: str, compiled: Any = compiled) -> Fit:
            result = _through_the_gate(compiled, tasks[name], seed, 1, False)
            done(name)
            return result

        with ThreadPoolExecutor(cores or _cores()) as pool:
            try:
                fits.update(zip(names, pool.map(one, names), strict=True))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return {name: fits[name] for name in tasks}


def _through_the_gate(compiled: Any, task: Task, seed: int, cores: int, progress: bool) -> Fit:
    """Sample; where the gate is missed, sample once more, longer and more carefully."""
    evidence, analysis = task
    arrays = layout(evidence, analysis, compiled.structure)
    seconds = 0.0
    for attempt, settings in enumerate((analysis.sampling, _longer(analysis.sampling)), start=1):
        result = _sample(compiled, arrays, task, (settings, seed, cores, progress))
        seconds += result.seconds
        if result.diagnostics.converged:
            break
    return Fit(
        evidence, analysis, result.posterior, result.diagnostics, result.engine, seed, seconds, attempt,
        settings.tune, settings.target_accept,
    )


def _sample(compiled: Any, arrays: Layout, task: Task, how: tuple[Sampling, int, int, bool]) -> Fit:
    from nma.fitting import nuts

    evidence, analysis = task
    settings, seed, cores, progress = how
    sampled = compiled.sample(arrays, settings, seed, cores, progress)
    draws = nuts.posterior(sampled, arrays, analysis, evidence.treatments)
    diagnostics = diagnose(draws, sampled.divergences)
    return Fit(
        evidence, analysis, draws, diagnostics, str(Engine.NUTS), seed, sampled.seconds, 1,
        settings.tune, settings.target_accept,
    )


def _longer(settings: Sampling) -> Sampling:
    """The second attempt: four times the draws, twice the tuning, smaller steps."""
    return settings.model_copy(
        update={"draws": settings.draws * 4, "tune": settings.tune * 2, "target_accept": max(0.98, settings.target_accept)}
    )


def _by_kind(tasks: Mapping[str, Task]) -> list[list[str]]:
    kinds: dict[object, list[str]] = {}
    for name, task in tasks.items():
        kinds.setdefault(structure_of(*task).kind, []).append(name)
    return list(kinds.values())


def _room(tasks: Sequence[Task]) -> Structure:
    room = structure_of(*tasks[0])
    for task in tasks[1:]:
        room = room.holding(structure_of(*task))
    return room


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _check(engine: str, seed: int) -> None:
    engines = [str(known) for known in Engine]
    if engine not in engines:
        raise InputError(Problem("", "engine", "unknown engine", f"'{engine}'", ", ".join(engines), nearest(engine, engines)))
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63:
        raise InputError(Problem("", "seed", "must be a whole number from 0 up", str(seed)))
