"""The checks of the project; `nox` runs them all. Every session installs what it needs into its own environment."""

from __future__ import annotations

from pathlib import Path

import nox

nox.options.sessions = ["lint", "types", "tests", "wheel"]
nox.options.default_venv_backend = "virtualenv"
nox.options.error_on_missing_interpreters = True

CONSTRAINTS = str(Path(__file__).parent / "constraints.txt")


def _install(session: nox.Session, *what: str) -> None:
    session.install("--constraint", CONSTRAINTS, *what)


@nox.session
def lint(session: nox.Session) -> None:
    _install(session, "ruff")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    _install(session, ".[test]")
    session.run("mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """All tests, the slow ones included; `nox -s tests -- -m 'not slow'` leaves them out."""
    _install(session, "--editable", ".[test]")
    session.run("pytest", *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel, install it alone, and run it where there is nothing else."""
    folder = Path(session.create_tmp()).resolve()
    _install(session, "build")
    session.run("python", "-m", "build", "--wheel", "--outdir", str(folder / "dist"), silent=True)
    built = sorted((folder / "dist").glob("*.whl"))[-1]
    _install(session, str(built))
    empty = folder / "empty"
    empty.mkdir(exist_ok=True)
    session.chdir(empty)
    session.run("nma", "--version")
    session.run("nma", "check")
    session.run("nma", "studies", "show", "bond-2007")
    session.run("nma", "run", "long-term-as-reported", "--force")
    session.run("nma", "init", "another", "--nodes", "Care,Drug", "--outcome", "Relapse", "--better", "lower")
    session.run("nma", "check", "--project", "another")
    session.run("nma", "compare", "--working-tree", "--model", "long-term-as-reported")
    report = empty / "out" / "long-term-as-reported" / "report.html"
    if not report.is_file():
        session.error(f"no report at {report}")


@nox.session
def benchmark(session: nox.Session) -> None:
    """Where the time goes; not part of the checks."""
    _install(session, ".")
    session.run("python", "benchmarks/run.py", *session.posargs)
    session.run("python", "benchmarks/inconsistency.py")


@nox.session
def calibration(session: nox.Session) -> None:
    """Size and power of the tests for inconsistency: an hour; `-- --quick` tries it. Made docs/calibration.md."""
    _install(session, ".")
    session.run("python", "benchmarks/calibrate_inconsistency.py", *session.posargs)


@nox.session
def engines(session: nox.Session) -> None:
    """Simulation-based calibration of the exact engine and both engines side by side: an hour. Made docs/engines.md."""
    _install(session, ".")
    for kind in ("normal", "log", "logit"):
        session.run("python", "benchmarks/calibrate_engines.py", kind, "1000", "exact")
    session.run("python", "benchmarks/engines.py", "--growth")
