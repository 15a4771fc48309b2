"""A map over independent pieces of work: on the cores of this machine, or on a Dask cluster that is there already.

Both speak ``concurrent.futures``. A worker that dies takes nothing with it: what it had not finished is done again, and
a piece of work that kills its worker time after time is named.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from nma._version import __version__
from nma.errors import FitError, InputError, Problem

T = TypeVar("T")
R = TypeVar("R")

ATTEMPTS = 3
"""How many workers a piece of work may kill before it is given up."""
PATIENCE = 5
"""Seconds in which a scheduler must answer."""
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
"""What tells a numerical library how many threads it may start."""


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

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, before anything is computed."""
        if self.workers is not None and self.workers < 1:
            raise InputError(Problem("", "--workers", "must be 1 or more", str(self.workers)))


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
    if executors.scheduler is not None:
        return _on_cluster(work, items, executors.scheduler, done)
    return _one_by_one(work, items, done) if workers <= 1 else _in_pools(work, items, workers, done)


def _one_by_one(work: Callable[[T], R], items: Sequence[T], done: Callable[[int], None]) -> list[R]:
    results = []
    for item in items:
        results.append(work(item))
        done(len(results))
    return results


def _in_pools(work: Callable[[T], R], items: Sequence[T], workers: int, done: Callable[[int], None]) -> list[R]:
    """A pool for all; after a worker died one for the rest, and one each for the pieces that may have killed it."""
    results: dict[int, R] = {}
    strikes: Counter[int] = Counter()
    while left := [place for place in range(len(items)) if place not in results]:
        suspects = [place for place in left if strikes[place]]
        part = suspects[:1] or left
        with _pool(min(workers, len(part))) as pool:
            broken = _collect(pool, work, {place: items[place] for place in part}, results, done)
        if broken:
            # A broken pool cannot say whose worker died. Work is begun in order: at most twice the workers were at it.
            strikes.update([place for place in part if place not in results][: 2 * workers + 1])
        for place, times in strikes.items():
            if times >= ATTEMPTS and place not in results:
                raise _killer(place)
    return [results[place] for place in range(len(items))]


def _killer(place: int) -> FitError:
    return FitError(f"piece {place + 1} of the work killed every worker it was given to; is there enough memory?")


def _result(future: Future[R], place: int) -> R:
    try:
        return future.result()
    except Exception as error:
        if type(error).__name__ == "KilledWorker":  # Dask's, which need not be installed
            raise _killer(place) from None
        raise


def _collect(
    pool: Executor, work: Callable[[T], R], items: dict[int, T], results: dict[int, R], done: Callable[[int], None]
) -> bool:
    """Hand the work out and gather what comes back; whether the pool broke and swallowed some of it."""
    futures: dict[Future[R], int] = {}
    try:
        for place, item in items.items():
            futures[pool.submit(work, item)] = place
        for future in as_completed(futures):
            results[futures[future]] = _result(future, futures[future])
            done(len(results))
    except BrokenProcessPool:
        came_back = [future for future in futures if future.done() and not future.cancelled()]
        results |= {futures[future]: future.result() for future in came_back if future.exception() is None}
        return True
    except BaseException:
        for future in futures:
            future.cancel()
        raise
    return False


@contextmanager
def _pool(workers: int) -> Iterator[Executor]:
    """Processes of our own; Ctrl-C does not wait for what they are at."""
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, mp_context=_context(), initializer=_alone)
    try:
        yield pool
    except KeyboardInterrupt:
        for worker in set(multiprocessing.active_children()) - before:
            worker.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _on_cluster(work: Callable[[T], R], items: Sequence[T], address: str, done: Callable[[int], None]) -> list[R]:
    """On a Dask cluster; it does a lost piece again by itself, until that has killed too many workers."""
    results: dict[int, R] = {}
    with _cluster(address) as cluster:
        try:
            _collect(cluster, work, dict(enumerate(items)), results, done)
        except CancelledError:
            what = "the scheduler went away before all was done"
            raise InputError(Problem("", "--scheduler", what, address, hint="start it again, and run again")) from None
    return [results[place] for place in range(len(items))]


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    """The executor of a cluster whose workers can do our work."""
    try:
        from distributed import Client
        from distributed.comm.addressing import get_address_host_port
    except ImportError:
        hint = "install nma-toolkit with the extra dask"
        raise InputError(Problem("", "--scheduler", "Dask is not installed", hint=hint)) from None
    # What goes wrong is said in one line below; the library says it in many.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        # Knock first: a client for an address where nobody listens leaves its thread behind, and an empty one starts a
        # cluster of its own.
        socket.create_connection(get_address_host_port(address, strict=True), PATIENCE).close()
        client: Any = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        what, hint = f"no Dask scheduler answers ({type(error).__name__})", "tcp://HOST:PORT of a running scheduler"
        raise InputError(Problem("", "--scheduler", what, address, hint=hint)) from None
    try:
        _check_workers(client, address)
        yield client.get_executor(pure=False)
    finally:
        client.close()


def _check_workers(client: Any, address: str) -> None:
    """There is a worker, and each has this version of the package."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        hint = f"start one: dask worker {address}"
        raise InputError(Problem("", "--scheduler", "the scheduler has no workers", address, hint=hint)) from None
    try:
        found = set(client.run(_version).values())
    except (ImportError, AttributeError):
        found = {"none"}
    if found != {__version__}:
        got, hint = ", ".join(sorted(found)), "install the same version on every worker"
        what = f"a worker of {address} has another version of nma"
        raise InputError(Problem("", "--scheduler", what, got, __version__, hint))


def _version() -> str:
    return __version__


def _context() -> Any:
    """A forked worker needs no imports; it must not be forked from a process that runs threads."""
    can_fork = "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
    return multiprocessing.get_context("fork" if can_fork else "spawn")


def _alone() -> None:
    """One worker, one core; and Ctrl-C is for the process that handed out the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.environ.update(dict.fromkeys(THREADS, "1"))  # for libraries that are not there yet
    threadpool_limits(1)  # for those that came along


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
