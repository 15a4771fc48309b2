"""Pieces of work for the tests of nma.parallel: workers import this module."""

from __future__ import annotations

import os
import signal
import time

from nma.errors import FitError


def squared(number):
    return number**2


def slow_square(number):
    time.sleep(0.1)
    return number**2, os.getpid()


def process(number):
    """Who does it, with how many threads of linear algebra at most."""
    import numpy as np
    from threadpoolctl import threadpool_info

    time.sleep(0.02)
    np.linalg.inv(np.eye(2))
    return os.getpid(), max(pool["num_threads"] for pool in threadpool_info())


def refused_at_three(number):
    if number == 3:
        raise FitError("there is no posterior of 3")
    return number


def divided(number):
    return 1 / number


def killed_once(item):
    folder, number = item
    mark = folder / str(number)
    if number in (1, 7) and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return number


def killer_at_two(number):
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def slept(seconds):
    print(os.getpid(), flush=True)
    time.sleep(seconds)
