"""Sweeps: what is changed, what is kept of each fit, and the page made of it."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import nma
from nma.output.sweeps import in_short, write
from nma.parallel import Executors
from nma.sweeps import Request, sweep
from nma.sweeps.boundary import PRECISION, Threshold, _turn, pooled_risk, threshold
from nma.sweeps.pieces import Source, pieces
from nma.sweeps.sweep import TIE, shift, summary
from nma.vocab import Sweep

REPORTS = Path(__file__).parents[2] / "reports"
MADE = {
    "created": "2026-01-01T00:00:00Z", "project": "test", "command": "nma sweep", "seed": 1, "nma_version": "0",
    "specification_fingerprint": "0", "registry_fingerprint": "0", "versions": {}, "outcome_label": "work",
}  # fmt: skip
HERE = Executors(workers=1)


@pytest.fixture(scope="module")
def source():
    """The analysis as the 2015 report made it: contrast level, so that a fit takes no time."""
    project = nma.Project.find(Path(__file__).parents[2])
    analysis = project.analysis("long-term-as-reported")
    return Source(project.registry, nma.select(project.registry, analysis))


@pytest.fixture(scope="module")
def swept(source):
    kinds = tuple(kind for kind in Sweep if kind is not Sweep.NEW_TRIAL)
    return sweep(source, Request(kinds, seed=1, executors=HERE), MADE) | {"report": False}


def test_every_trial_is_left_out_once(source, swept):
    rows = swept["sweeps"]["trials"]["rows"]
    assert [row["about"]["study"] for row in rows] == [trial.id for trial in source.evidence.trials]
    assert all(row["left"] == [row["about"]["study"]] for row in rows)
    assert all(row["studies"] == len(source.evidence.trials) - 1 for row in rows if not row["error"])


def test_leaving_a_trial_out_is_fitting_the_rest(source, swept):
    row = swept["sweeps"]["trials"]["rows"][3]
    rest = [trial for trial in source.evidence.trials if trial.id != row["about"]["study"]]
    evidence = nma.Evidence.build(source.analysis, rest)
    found = nma.ranking(nma.fit(evidence, source.analysis, seed=1, engine="exact")).set_index("treatment")["sucra"]
    assert row["sucra"] == pytest.approx(dict(found), abs=1e-12)


def test_what_falls_apart_says_so(swept):
    rows = {(row["about"]["treatment"], row["about"]["versus"]): row for row in swept["sweeps"]["comparisons"]["rows"]}
    without = rows["SE", "PCO"]
    assert without["error"]
    assert without["lost"] == ["PCO"]
    assert not without["changed"]


def test_each_set_of_trials_of_a_window_is_fitted_once(source):
    made = pieces(Sweep.WINDOW, source)
    trials = [piece.reason if piece.task is None else piece.task.evidence.trials for piece in made]
    assert all(a != b for a, b in pairwise(trials))
    assert made[0].about["months"] == 6
    assert made[-1].about["to"] == 36
    assert all(piece.task is None or piece.task.evidence.trials != source.evidence.trials for piece in made)


def test_priors_have_the_medians_they_are_named_by(source):
    from nma.fitting.priors import distribution

    made = pieces(Sweep.PRIORS, source)
    assert len({piece.about["family"] for piece in made}) == 3  # log-normal is for odds ratios
    for piece in made:
        prior = piece.task.analysis.priors.heterogeneity
        assert distribution(prior).median() == pytest.approx(piece.about["median"], rel=1e-9)


def test_the_same_whatever_the_executor(source):
    one, two = (
        sweep(source, Request((Sweep.TRIALS,), 1, executors), MADE)["sweeps"]
        for executors in (HERE, Executors(workers=2))
    )
    assert one == two


def test_a_threshold_is_where_the_best_changes(source):
    task_of = nma.fitting.Task(source.evidence, source.analysis)
    best = nma.ranking(nma.fit(source.evidence, source.analysis, seed=1, engine="exact"))["treatment"].iloc[0]
    row = threshold(Threshold(task_of, ("SE", "SEplus"), best, 1))
    assert row["lower"] is not None
    from nma.fitting import Shift
    from nma.fitting.exact import fit_exact

    def first(bias):
        fit = fit_exact(nma.fitting.Task(source.evidence, source.analysis, shift=Shift("SE", "SEplus", bias)), 1)
        return nma.ranking(fit)["treatment"].iloc[0]

    assert first(row["lower"] + 0.02) == best
    assert first(row["lower"] - 0.02) == row["lower_best"] != best


def test_a_bias_is_looked_for_from_nothing_upwards():
    """Where the order turns and turns back, a very large bias alone would say that none changes it."""
    found, taker = _turn(lambda bias: "B" if 0.6 <= bias <= 2 else "A", "A", 3.0)
    assert (found, taker) == (pytest.approx(0.6, abs=PRECISION), "B")
    found, taker = _turn(lambda bias: "C" if bias < -0.2 else "A", "A", -3.0)
    assert (found, taker) == (pytest.approx(-0.2, abs=PRECISION), "C")
    assert _turn(lambda bias: "A", "A", -3.0) == (None, None)


def test_a_summary_counts_what_is_clear(swept):
    base = swept["primary"]
    first, second = base["order"][:2]
    level = {**base, "best": second, "sucra": {**base["sucra"], second: base["sucra"][first] + TIE / 2}}
    clear = {**level, "sucra": {**base["sucra"], second: base["sucra"][first] + 2 * TIE}}
    gone = {**base, "best": second, "sucra": {second: 1.0}}
    rows = [{**row, "shift": shift(row, base)} for row in (base, level, clear, gone)]
    rows += [{**clear, "converged": False, "shift": None}, {"error": "no", "shift": None}]
    found = summary(rows, base)
    assert (found["fitted"], found["failed"], found["best_changed"], found["best_absent"]) == (4, 2, 1, 1)
    assert rows[0]["shift"]["sds"] == 0


def test_the_pooled_risk_is_events_among_people(source):
    arms = [arm for trial in source.evidence.trials for arm in trial.arms if arm.treatment == "TE"]
    assert pooled_risk(source.evidence, "TE") == sum(a.events for a in arms) / sum(a.n for a in arms)


def test_the_page_says_what_the_numbers_say(swept, tmp_path):
    (tmp_path / "tables").mkdir()
    write(swept, tmp_path, REPORTS)
    page = (tmp_path / "firmness.html").read_text("utf-8")
    assert "How firm" in page or "how firm" in page
    counts = [
        sum(row["changed"] for row in swept["sweeps"][kind]["rows"] if not row["error"]) for kind in ("trials", "sets")
    ]
    refits = (tmp_path / "tables" / "firmness_refits.csv").read_text("utf-8")
    assert refits.count("True") >= sum(counts)
    said = in_short(swept, REPORTS)[0]
    usable = [
        row
        for kind in ("trials", "comparisons", "sets", "priors", "window")
        for row in swept["sweeps"][kind]["rows"]
        if not row["error"] and row["converged"] and swept["primary"]["best"] in row["sucra"]
    ]
    changed = sum(row["changed"] for row in usable)
    expected = f"all {len(usable)} refits" if not changed else f"{len(usable) - changed} of the {len(usable)} refits"
    assert expected in said
    every = sum(len(swept["sweeps"][kind]["rows"]) for kind in ("trials", "comparisons", "sets", "priors", "window"))
    assert in_short(swept, REPORTS)[1:] == (
        f"{every - len(usable)} more say nothing: they could not be fitted, did not pass their checks, or no longer "
        "hold that treatment.",
    )


def test_one_trial_has_nothing_to_leave_out(analysis, tmp_path):
    priors = {"effects": {"family": "normal", "scale": 10}, "heterogeneity": {"family": "half-normal", "scale": 0.5}}
    made = analysis(measure="RR", likelihood="normal", link="log", priors=priors)
    import pandas as pd

    rows = [("t", "A", 5, 30), ("t", "B", 9, 30)]
    evidence = nma.Evidence.from_frame(pd.DataFrame(rows, columns=["study", "treatment", "events", "n"]), made)
    project = nma.Project.find(Path(__file__).parents[2])
    kinds = (Sweep.TRIALS, Sweep.COMPARISONS, Sweep.PRIORS, Sweep.WINDOW, Sweep.SETS)
    found = sweep(Source(project.registry, evidence), Request(kinds, 1, HERE), MADE) | {"report": False}
    assert found["sweeps"]["trials"]["rows"][0]["error"]
    (tmp_path / "tables").mkdir()
    write(found, tmp_path, REPORTS)
    assert np.isfinite(found["primary"]["sucra"]["B"])
