"""A run without a sampler: what ``nma run`` does with files, and nothing else."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

import nma.answers.committee
import nma.answers.inconsistency
import nma.answers.results
import nma.fitting
import nma.output
import nma.output.inconsistency
from nma.answers.results import SCHEMA
from nma.errors import FitError


class Sampler:
    """Stands in for the sampler; counts its calls and fails on demand."""

    def __init__(self) -> None:
        self.calls = 0
        self.error: BaseException | None = None
        self.tables = ["ranking.csv"]

    def fit(self, evidence, analysis, *, seed, engine):
        """The second engine has nothing to say: the run goes on without it."""
        assert engine == "exact"
        raise FitError("no second engine here")

    def fit_many(self, tasks, *, seed, engine, done, made=None):
        self.calls += 1
        if self.error is not None:
            raise self.error
        for name in tasks:
            done(name)
        draws = SimpleNamespace(to_netcdf=lambda path, group, engine: Path(path).write_bytes(b"draws"))
        return dict.fromkeys(tasks, SimpleNamespace(posterior=draws))

    def workbench(self, *, seed, engine):
        fit_many = partial(self.fit_many, seed=seed, engine=engine)
        return SimpleNamespace(fit=lambda tasks, done: fit_many(tasks, done=done))

    def sample(self, evidence, fit, multi_arm):
        return fit({"a split": None})

    def inconsistency(self, fit, sampled, shared, report=True):
        return {
            "schema": nma.answers.inconsistency.SCHEMA,
            "treatment_details": [],
            "scale": {"ratio": True},
            "splits": None if sampled is None else [],
            "design_by_treatment": {"refused": "no closed loop"},
            "sampling": {"converged": True},
            "provenance": shared["provenance"],
        }

    def write_page(self, found, out, templates, languages):
        told = "every split" if found["splits"] is not None else "no splits"
        files = ("inconsistency.html", "tables/inconsistency_loops.csv", "figures/inconsistency-loops.svg")
        for name in files:
            (out / name).parent.mkdir(exist_ok=True)
            (out / name).write_text(told)

    def results(self, fit, sets, provenance):
        return {
            "schema": SCHEMA,
            "analysis": {"name": "main", "title": "Work", "measure": "RR"},
            "direction": "higher is better",
            "treatments": ["PCO", "SE"],
            "treatment_details": [{"id": "PCO", "label": "[bold]Care"}, {"id": "SE", "label": "SE"}],
            "relative_effects": [{"treatment": "SE", "versus": "PCO", "median": 2, "lower": 1, "upper": 4}],
            "ranking": [{"treatment": name, "sucra": 0.5, "p_best": 0.5} for name in ("SE", "PCO")],
            "sampling": {"converged": True},
            "provenance": dict(provenance),
        }

    def write(self, results, out, templates, languages):
        (out / "report.html").write_text(f"{results['direction']}, run {self.calls}")
        for folder, names in (("tables", self.tables), ("figures", ["forest.svg"])):
            (out / folder).mkdir(exist_ok=True)
            for name in names:
                (out / folder / name).write_text(f"run {self.calls}")


@pytest.fixture
def sampler(monkeypatch: pytest.MonkeyPatch) -> Sampler:
    stand_in = Sampler()
    monkeypatch.setattr(nma.fitting, "fit_many", stand_in.fit_many)
    monkeypatch.setattr(nma.fitting, "fit", stand_in.fit)
    monkeypatch.setattr(nma.fitting, "Workbench", stand_in.workbench)
    monkeypatch.setattr(nma.answers.inconsistency, "sample", stand_in.sample)
    monkeypatch.setattr(nma.answers.inconsistency, "inconsistency", stand_in.inconsistency)
    monkeypatch.setattr(nma.answers.inconsistency, "closed_form", lambda evidence, fit: {})
    monkeypatch.setattr(nma.answers.inconsistency, "summary", lambda found: {})
    monkeypatch.setattr(nma.output.inconsistency, "write", stand_in.write_page)
    monkeypatch.setattr(nma.answers.committee, "committee", lambda ground: {})
    monkeypatch.setattr(nma.answers.results, "results", stand_in.results)
    monkeypatch.setattr(nma.output, "write", stand_in.write)
    return stand_in


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder, except what says when a result was made."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_text("utf-8") for name, path in found.items()}


@pytest.fixture
def snapshot():
    return contents


@pytest.fixture
def stored(tmp_path: Path):
    """Write a results.json by hand."""

    def write(content: object) -> Path:
        folder = tmp_path / "stored"
        folder.mkdir(exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / "results.json").write_text(text, "utf-8")
        return folder

    return write
