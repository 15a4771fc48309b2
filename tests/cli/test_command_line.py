"""The command line as a reviewer meets it: help, wrong words, pipes, terminals, and what it does not import."""

# ruff: noqa: E501 (a case is a line)

import os
import subprocess
import sys
from pathlib import Path

import pytest

import nma
from nma.cli import app as cli

ROOT = Path(__file__).parents[2]
HEAVY = ("pymc", "pytensor", "arviz", "matplotlib", "scipy", "pandas", "networkx", "xarray", "numba", "nutpie", "numpy")


def nma_process(*arguments, code=None, **environment):
    start = [sys.executable, "-c", code] if code else [sys.executable, "-m", "nma", *arguments]
    environment = {**os.environ, "COLUMNS": "100", **environment}
    return subprocess.run(start, capture_output=True, cwd=ROOT, env=environment, text=True, timeout=60)


def line_of(arguments, capsys):
    code = cli._exit_code(arguments)
    printed = capsys.readouterr()
    lines = (printed.out + printed.err).splitlines()
    assert len(lines) == 1, lines
    return code, lines[0]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["chek"], "nma: No such command 'chek'"),
        (["--bogus"], "nma: No such option: --bogus"),
        (["run", "--seed", "x"], "nma run: Invalid value for '--seed': "),
        (["run", "--out"], "nma: Option '--out' requires an argument"),
        (["check", "extra"], "nma check: Got unexpected extra argument"),
        (["studies", "show"], "nma studies show: Missing argument 'ID'"),
        (["studies", "--over", "long"], "nma studies: Invalid value for '--over': "),
        (["report"], "nma report: Missing argument"),
    ],
)
def test_a_wrong_command_line_is_one_plain_line(capsys, arguments, expected):
    code, line = line_of(arguments, capsys)
    assert code == 2
    assert line.startswith(expected)
    assert line.endswith("-h lists what there is)")
    assert "─" not in line


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["studies", "--node", "SEE"], "--node: unknown word, got 'SEE', allowed: SEplus, SE, TE"),
        (["studies", "--basis", "statd"], "--basis: unknown word, got 'statd', allowed: stated"),
        (["studies", "show", "drake-2031"], "studies/ id: no such trial, got 'drake-2031', did you mean 'drake-2013'?"),
        (["schema", "studie"], "schema: unknown schema, got 'studie', allowed: study, analysis, judgements"),
        (["extract", "long-term", "--measure", "rr"], "--measure: unknown measure, got 'rr', allowed: RR, OR, RD"),
        (["extract", "long-term", "--out", "/dev/null/x.csv"], "/dev/null/x.csv: cannot be written (Not a directory)"),
        (["check", "--project", "/nowhere"], "/nowhere: no nma.toml in this folder, name the folder that holds it"),
    ],
)
def test_a_wrong_word_is_one_plain_line(capsys, monkeypatch, arguments, expected):
    monkeypatch.setenv("NMA_PROJECT", str(ROOT))
    code, line = line_of(arguments, capsys)
    assert code == 1
    assert line.startswith(expected)


@pytest.mark.parametrize(
    "command", [[], ["check"], ["run"], ["report"], ["extract"], ["schema"], ["studies"], ["studies", "show"]]
)
def test_help_fits_a_narrow_terminal(capsys, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    assert cli._exit_code([*command, "-h"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Usage: nma")
    assert "..." not in printed.replace("[ARGS]...", "")
    assert max(map(len, printed.splitlines())) <= 80


def test_without_arguments_there_is_help(capsys):
    assert cli._exit_code([]) == 2
    assert "validate" in capsys.readouterr().out.lower()


def test_a_fault_of_ours_is_one_line_too(capsys, monkeypatch, review):
    monkeypatch.setattr("nma.registry.read_registry", lambda *paths: 1 / 0)
    code, _, errors = review.run("check")
    assert code == 70
    assert len(errors) == 1
    assert errors[0].startswith("nma itself failed at test_command_line.py:")
    assert "ZeroDivisionError" in errors[0]
    monkeypatch.setenv("NMA_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        review.run("check")


def test_filters_list_what_they_say(review):
    code, lines, errors = review.run("studies", "--node", "PVT", "--over", "12")
    assert code == 0
    assert [line.split("\t")[0] for line in lines] == ["id", "alpha-2001", "gamma-2003"]
    assert errors == ["2 of 4 trials"]
    assert review.run("studies", "--up-to", "12")[1] == ["id\tyear\tnodes\tmonths\tbasis\tstatus"]
    assert len(review.run("studies", "--basis", "stated")[1]) == 5
    assert len(review.run("studies", "--awaiting-data")[1]) == 1


def test_a_trial_shows_its_risk_ratio_and_its_uses(review):
    text = "\n".join(review.run("studies", "show", "beta-2002")[1])
    assert "IPS against TAU" in text
    assert "2.08 (1.28 to 3.37)" in text  # (30/50)/(15/52) and exp(0.7324 ± 1.96 sqrt(1/30 - 1/50 + 1/15 - 1/52))
    assert "main: used (PCO 15/52, SE 30/50)" in text


def test_the_project_may_be_named_before_the_word_show(capsys, review):
    assert cli._exit_code(["studies", "--project", str(review.root), "show", "beta-2002"]) == 0


def test_check_and_import_load_nothing_slow():
    code = f"import sys; from nma.cli import app; c = app._exit_code(['check']); print(c, sorted(set({HEAVY}) & set(sys.modules)))"
    assert nma_process(code=code).stdout.splitlines()[-1] == "0 []"


def test_import_is_instant_and_loads_nothing_slow():
    code = (
        "import sys, time; t = time.perf_counter(); import nma; t = time.perf_counter() - t;"
        f"print(t < 0.1, sorted(set({HEAVY}) & set(sys.modules)), 'pydantic' in sys.modules)"
    )
    assert nma_process(code=code).stdout == "True [] False\n"


def test_every_public_name_is_there():
    assert list(nma.__all__) == sorted(nma.__all__)
    assert all(getattr(nma, name) is not None for name in nma.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        nma.nothing  # noqa: B018


@pytest.mark.parametrize("arguments", ["studies", "schema study", "studies show rodriguez-pulido-2018"])
def test_a_pipe_that_closes_is_no_fault(arguments):
    command = f"PYTHONUTF8=0 PYTHONIOENCODING=ascii {sys.executable} -m nma {arguments} | head -n 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, cwd=ROOT, text=True, timeout=60)
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    assert "rror" not in done.stderr


def test_a_terminal_without_unicode_is_no_fault(review):
    review.change("vocabulary.yaml", "smi: severe", "'épi': severe")
    done = nma_process("check", "--project", str(review.root), PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 1
    assert "population.flags.\\xe9pi: missing" in done.stderr


@pytest.mark.parametrize(
    ("environment", "coloured"), [({"NO_COLOR": "1"}, False), ({"FORCE_COLOR": "1"}, True), ({}, False)]
)
def test_colour_is_only_for_terminals(review, environment, coloured):
    clean = {name: "" for name in ("FORCE_COLOR", "NO_COLOR") if name not in environment}
    done = nma_process("studies", "--project", str(review.root), **clean, **environment)
    assert ("\x1b[" in done.stdout) is coloured
    assert "4 of 4 trials" in done.stderr


def test_a_folder_that_is_gone_is_no_fault(tmp_path):
    (tmp_path / "gone").mkdir()
    command = f"rmdir '{tmp_path}/gone'; {sys.executable} -m nma check"
    done = subprocess.run(["sh", "-c", command], capture_output=True, cwd=tmp_path / "gone", text=True, timeout=60)
    assert "Traceback" not in done.stderr
    assert done.returncode == 0
