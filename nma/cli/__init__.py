"""The command line: arguments → one library call → exit code. No statistics.

``app`` holds what every command shares; each other module adds the commands of one kind of work.
"""

from nma.cli import app, compare, desk, exchange, init, registry, runs, serve, simulate, sweep
from nma.cli.app import main

__all__ = ["app", "compare", "desk", "exchange", "init", "main", "registry", "runs", "serve", "simulate", "sweep"]
