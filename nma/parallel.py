"""A map over independent pieces of work: on the cores of this machine, or on a Dask cluster that is there already.

Both speak ``concurrent.futures``. A worker that dies takes nothing with it: what it had not finished is done again, and
a piece of work that kills its worker time after time is named.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from nma.errors import FitError, InputError, Problem

T = TypeVar("T")
R = TypeVar("R")

ATTEMPTS = 3
"""How many workers a piece of work may kill before it is given up."""
PATIENCE = 5
"""Seconds in which a scheduler must answer."""


@dataclass(frozen=True, slots=True)
class Executors:
    """Where work is done.

    Attributes
    ----------
    scheduler : str, optional
        Address of a Dask scheduler, as ``tcp://HOST:PORT``; None for this machine.
    workers : int, optional
        Processes on this machine; all cores by default.
    """

    scheduler: str | None = None
    workers: int | None = None


HERE = Executors()


def spread(
    work: Callable[[T], R],
    items: Sequence[T],
    executors: Executors = HERE,
    done: Callable[[int], None] = lambda count: None,
) -> list[R]:
    """Do a piece of work for each item.

    Parameters
    ----------
    work : callable
        A function at the top level of a module, so that a worker finds it.
    items : sequence
        What can be pickled.
    executors : Executors
        Where to do it.
    done : callable
        Called with the number of finished pieces, when there is one more.

    Returns
    -------
    list
        What came out, in the order of the items.

    Raises
    ------
    InputError
        There is no scheduler at the address, or Dask is not installed.
    FitError
        A piece of work killed every worker it was given to.
    """
    workers = min(executors.workers or cores(), len(items))
    if executors.scheduler is None and workers <= 1:
        return _one_by_one(work, items, done)
    results: dict[int, R] = {}
    for attempt in range(1, ATTEMPTS + 1):
        left = [place for place in range(len(items)) if place not in results]
        # A pool that broke cannot say which piece of work broke it: the last attempt gives each a pool of its own.
        for part in [left] if attempt < ATTEMPTS else [[place] for place in left]:
            with _pool(executors, workers) as pool:
                _collect(pool, work, {place: items[place] for place in part}, results, done)
        if len(results) == len(items):
            return [results[place] for place in range(len(items))]
    missing = min(place for place in range(len(items)) if place not in results)
    raise FitError(f"piece {missing + 1} of {len(items)} killed its worker {ATTEMPTS} times; is there enough memory?")


def _one_by_one(work: Callable[[T], R], items: Sequence[T], done: Callable[[int], None]) -> list[R]:
    results = []
    for item in items:
        results.append(work(item))
        done(len(results))
    return results


def _collect(
    pool: Executor, work: Callable[[T], R], items: dict[int, T], results: dict[int, R], done: Callable[[int], None]
) -> None:
    """Hand the work out and gather what comes back; what a broken pool swallowed stays missing."""
    futures: dict[Future[R], int] = {}
    try:
        futures |= {pool.submit(work, item): place for place, item in items.items()}
        for future in as_completed(futures):
            results[futures[future]] = future.result()
            done(len(results))
    except BrokenProcessPool:
        for future, place in futures.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                results.setdefault(place, future.result())
    except BaseException as error:
        for future in futures:
            future.cancel()
        if type(error).__name__ == "KilledWorker":
            raise FitError("a piece of work killed every worker of the cluster it was given to") from None
        raise


@contextmanager
def _pool(executors: Executors, workers: int) -> Iterator[Executor]:
    if executors.scheduler is not None:
        with _cluster(executors.scheduler) as cluster:
            yield cluster
        return
    pool = ProcessPoolExecutor(workers, mp_context=_context(), initializer=_quiet)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    """A Dask cluster as an executor; it does a lost piece again by itself."""
    try:
        from distributed import Client
    except ImportError:
        hint = "install nma-toolkit with the extra dask"
        raise InputError(Problem("", "--scheduler", "Dask is not installed", hint=hint)) from None
    try:
        client: Any = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        what, hint = f"no Dask scheduler answers ({type(error).__name__})", "tcp://HOST:PORT of a running scheduler"
        raise InputError(Problem("", "--scheduler", what, address, hint=hint)) from None
    try:
        yield client.get_executor(pure=False, retries=ATTEMPTS)
    finally:
        client.close()


def _context() -> Any:
    """A forked worker needs no imports; it must not be forked from a process that runs threads."""
    can_fork = "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
    return multiprocessing.get_context("fork" if can_fork else "spawn")


def _quiet() -> None:
    """Ctrl-C is for the process that handed out the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
