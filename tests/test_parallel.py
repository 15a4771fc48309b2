"""Work spread over processes and over a real Dask cluster: all of it comes back, whoever dies on the way."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import spreading

import nma
from nma import parallel
from nma.errors import FitError, InputError
from nma.parallel import Executors, spread

HERE = Path(__file__).parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(HERE)}
TWO = Executors(workers=2)


@pytest.mark.parametrize("executors", [TWO, Executors(workers=1), Executors()])
def test_results_come_in_order_and_are_counted(executors):
    counted = []
    assert spread(spreading.squared, range(7), executors, counted.append) == [0, 1, 4, 9, 16, 25, 36]
    assert counted == [1, 2, 3, 4, 5, 6, 7]


def test_nothing_to_do_and_a_single_piece_need_no_pool(monkeypatch):
    monkeypatch.setattr(parallel, "_pool", None)
    assert spread(spreading.squared, [], TWO) == []
    assert spread(spreading.squared, [3], TWO) == [9]
    assert spread(spreading.squared, [3, 4], Executors(workers=1)) == [9, 16]


def test_a_worker_is_another_process_with_one_thread():
    own, pids = os.getpid(), {pid for pid, _ in spread(spreading.process, range(8), TWO)}
    assert own not in pids
    assert {threads for _, threads in spread(spreading.process, range(2), TWO)} == {1}


def test_a_spawned_pool_does_the_same():
    """As where threads run that a fork would tear apart."""
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert parallel._context().get_start_method() == "spawn"
        assert {threads for _, threads in spread(spreading.process, range(2), TWO)} == {1}
    finally:
        stop.set()
        thread.join()


def test_an_error_of_a_piece_arrives_as_it_is():
    with pytest.raises(FitError, match=r"^there is no posterior of 3$"):
        spread(spreading.refused_at_three, range(6), TWO)
    with pytest.raises(ZeroDivisionError):
        spread(spreading.divided, [1, 0, 2], TWO)


def test_a_worker_that_is_killed_loses_nothing(tmp_path):
    """Each of two pieces kills its worker the first time."""
    items = [(tmp_path, number) for number in range(12)]
    counted = []
    assert spread(spreading.killed_once, items, TWO, counted.append) == list(range(12))
    assert counted[-1] == 12
    assert len(list(tmp_path.iterdir())) == 2


def test_a_piece_that_kills_every_worker_is_named():
    with pytest.raises(FitError, match="piece 3 of the work killed every worker"):
        spread(spreading.killer_at_two, range(5), TWO)


@pytest.mark.parametrize("workers", [0, -1])
def test_workers_are_counted_from_one(workers):
    with pytest.raises(InputError, match="--workers: must be 1 or more"):
        Executors(workers=workers)


def test_ctrl_c_ends_all_of_it_at_once():
    """The workers are in the middle of half a minute of work."""
    code = "import spreading; from nma.parallel import *; spread(spreading.slept, [30, 30, 30], Executors(workers=2))"
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    pids = [int(process.stdout.readline()) for _ in range(2)]
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert time.monotonic() - started < 10
    assert said.strip().endswith("KeyboardInterrupt")
    assert not [pid for pid in pids if _alive(pid)]


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# A real cluster: a scheduler and two workers, each a process of its own, on this machine's loopback alone.


def _free_port():
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return chosen.getsockname()[1]


class Cluster:
    """A scheduler and its workers; ends only what it started."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.address = f"tcp://127.0.0.1:{_free_port()}"
        port = self.address.rpartition(":")[2]
        self._folder, self._processes = folder, []
        self._start("scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard", "--no-show")
        self.workers = [self.worker(number) for number in range(workers)]

    def worker(self, number: int) -> subprocess.Popen[bytes]:
        options = ("--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard", "--no-nanny", "--name", str(number))
        local = ("--local-directory", str(self._folder / f"worker-{number}"), "--death-timeout", "30")
        return self._start("worker", self.address, *options, *local)

    def _start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        code = f"from distributed.cli.dask_{what} import main; main()"
        with (self._folder / f"{what}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", code, *options], env=ENVIRONMENT, stdout=log, stderr=log, cwd=self._folder
            )
        self._processes.append(process)
        return process

    @property
    def scheduler(self) -> subprocess.Popen[bytes]:
        return self._processes[0]

    def wait_for_scheduler(self) -> None:
        host, port = re.fullmatch(r"tcp://(.*):(\d+)", self.address).groups()
        for _ in range(150):
            try:
                socket.create_connection((host, int(port)), timeout=1).close()
                return
            except OSError:
                time.sleep(0.2)
        pytest.fail((self._folder / "scheduler.log").read_text())

    def close(self) -> None:
        for process in reversed(self._processes):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path):
    made = []

    def build(workers=2):
        made.append(Cluster(tmp_path, workers))
        made[0].wait_for_scheduler()
        return made[0]

    yield build
    for one in made:
        one.close()


def test_a_cluster_gives_what_this_machine_gives(cluster):
    dask = Executors(scheduler=cluster().address)
    counted = []
    assert spread(spreading.squared, range(7), dask, counted.append) == [0, 1, 4, 9, 16, 25, 36]
    assert counted == [1, 2, 3, 4, 5, 6, 7]
    assert os.getpid() not in {pid for pid, _ in spread(spreading.process, range(8), dask)}
    with pytest.raises(FitError, match=r"^there is no posterior of 3$"):
        spread(spreading.refused_at_three, range(6), dask)


def test_a_worker_of_a_cluster_that_is_killed_loses_nothing(cluster):
    found = cluster()
    killed = []

    def done(count):
        if count == 4:
            found.workers[0].kill()
            killed.append(found.workers[0].wait())

    results = spread(spreading.slow_square, range(30), Executors(scheduler=found.address), done)
    assert [square for square, _ in results] == [number**2 for number in range(30)]
    assert killed == [-signal.SIGKILL]
    # Both were at work, and the one that was left did more than its half.
    assert len({pid for _, pid in results}) == 2
    assert sum(pid == found.workers[1].pid for _, pid in results) > 15


def test_a_scheduler_that_dies_ends_in_one_line(cluster):
    found = cluster()

    def done(count):
        if count == 2:
            found.scheduler.kill()

    with pytest.raises(InputError, match="--scheduler: the scheduler went away"):
        spread(spreading.slow_square, range(40), Executors(scheduler=found.address), done)


def test_a_scheduler_without_workers_is_said(cluster, monkeypatch):
    monkeypatch.setattr(parallel, "PATIENCE", 2)
    with pytest.raises(InputError, match="the scheduler has no workers"):
        spread(spreading.squared, range(3), Executors(scheduler=cluster(workers=0).address))


def test_workers_of_another_version_are_refused(cluster, monkeypatch):
    monkeypatch.setattr(parallel, "__version__", "0.0.1")
    with pytest.raises(InputError, match=rf"another version of nma, got {nma.__version__}, allowed: 0.0.1"):
        spread(spreading.squared, range(3), Executors(scheduler=cluster().address))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "http://127.0.0.1:9", "tcp://127.0.0.1", ""])
def test_an_address_without_a_scheduler_is_one_line_within_seconds(address):
    before, started = {thread.name for thread in threading.enumerate()}, time.monotonic()
    with pytest.raises(InputError, match="--scheduler: no Dask scheduler answers"):
        spread(spreading.squared, range(3), Executors(scheduler=address))
    assert time.monotonic() - started < parallel.PATIENCE + 5
    assert "IO loop" not in {thread.name for thread in threading.enumerate()} - before


def test_without_the_extra_the_way_out_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="Dask is not installed, install nma-toolkit with the extra dask"):
        spread(spreading.squared, range(3), Executors(scheduler="tcp://127.0.0.1:9"))
