"""Out and in again: every count and every label comes back exactly, in every layout and every kind of file."""

# ruff: noqa: E501 (a case is a line)

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

import nma
from nma.errors import InputError
from nma.evidence import select
from nma.exchange.guard import guarded, unguarded
from nma.exchange.reading import read
from nma.exchange.source import Source
from nma.exchange.writing import LAYOUTS, content, losses, rows_of
from nma.vocab import ExchangeFormat

EVERY = [(layout, ending) for layout, row in LAYOUTS.items() for ending in row.endings]
NASTY = (
    "=1+1",
    "+cmd",
    "-x",
    "@sum",
    "＝evil",
    "'=already",
    "''@twice",
    "'quote",
    'a "b" c',
    "x,y;z",
    "001",
    "1.0",
    "é – ü",
    "<b>&amp;",
)


def again(evidence, layout, path):
    path.write_bytes(content(evidence, layout, path))
    _, found = read(Source(path), layout)
    assert not found.problems, [str(problem) for problem in found.problems]
    return {(row.study, row.treatment): (row.events, row.n) for row in found.rows}


def wanted(evidence):
    return {(row.study, row.treatment): (row.events, row.n) for row in rows_of(evidence)}


def test_every_layout_is_written():
    assert set(LAYOUTS) == set(ExchangeFormat)


@pytest.mark.parametrize(("layout", "ending"), EVERY)
def test_the_review_comes_back(project, tmp_path, layout, ending):
    evidence = select(project.registry, project.analysis("long-term"))
    assert again(evidence, layout, tmp_path / f"review{ending}") == wanted(evidence)


@pytest.fixture
def evidence_of(analysis):
    def build(trials):
        rows = [(s, t, e, n) for s, arms in trials.items() for t, (e, n) in arms.items()]
        frame = pd.DataFrame(rows, columns=["study", "treatment", "events", "n"])
        return nma.Evidence.from_frame(frame, analysis(reference=rows[0][1]))

    return build


@pytest.mark.parametrize(("layout", "ending"), EVERY)
def test_labels_that_programs_would_run_or_mangle_come_back(evidence_of, tmp_path, layout, ending):
    arms = {label: (i, 10**9 - i) for i, label in enumerate(NASTY)}
    evidence = evidence_of({"=HYPERLINK(1)": arms, "007": {"=1+1": (0, 1), "001": (1, 1)}})
    assert again(evidence, layout, tmp_path / f"nasty{ending}") == wanted(evidence)


LABEL = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12).filter(
    lambda text: text not in (".", "NA") and text.isprintable()
)
ARM = st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
TRIALS = st.lists(LABEL, min_size=2, max_size=4, unique=True).flatmap(
    lambda names: st.dictionaries(
        LABEL, st.lists(ARM, min_size=len(names), max_size=len(names)).map(lambda arms: dict(zip(names, arms, strict=True))),
        min_size=1, max_size=3,
    )
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trials=TRIALS, place=st.sampled_from(EVERY))
def test_whatever_the_labels_are_they_come_back(evidence_of, tmp_path, trials, place):
    layout, ending = place
    evidence = evidence_of(trials)
    assert again(evidence, layout, tmp_path / f"any{ending}") == wanted(evidence)


@given(st.text(max_size=8))
def test_a_guard_is_taken_off_exactly(label):
    assert unguarded(guarded(label)) == label


@pytest.mark.parametrize("label", ["=1", "+1", "-1", "@x", "\t=1", " =1", "'=1", "＝1"])
def test_what_a_spreadsheet_would_run_is_guarded(label):
    assert guarded(label).startswith("'")
    assert guarded("plain") == "plain"


def test_cells_of_a_file_for_spreadsheets_are_not_run(evidence_of, tmp_path):
    evidence = evidence_of({"=cmd": {"+A": (1, 2), "@B": (1, 2)}})
    text = content(evidence, ExchangeFormat.METAINSIGHT_LONG, tmp_path / "x.csv").decode()
    assert text.splitlines()[1:] == ["'=cmd,'+A,1,2", "'=cmd,'@B,1,2"]
    (tmp_path / "x.xlsx").write_bytes(content(evidence, ExchangeFormat.METAINSIGHT_LONG, tmp_path / "x.xlsx"))
    cells = [cell for row in load_workbook(tmp_path / "x.xlsx").active for cell in row]
    assert {cell.data_type for cell in cells} == {"s", "n"}


@pytest.mark.parametrize("label", ["NA", ".", " a", "a\u200bb", "a\nb"])
def test_a_label_that_would_not_come_back_is_refused(evidence_of, tmp_path, label):
    evidence = evidence_of({"one": {"A": (1, 2), "B": (1, 2)}})
    trial = evidence.trials[0]
    spoilt = nma.Evidence(evidence.analysis, (type(trial)(label, trial.arms),), evidence.treatments)
    with pytest.raises(InputError, match="study: "):
        content(spoilt, ExchangeFormat.GEMTC, tmp_path / "x.csv")


def test_a_wrong_ending_is_refused(project, tmp_path):
    evidence = select(project.registry, project.analysis("long-term"))
    with pytest.raises(InputError, match=r"--out: not an ending of revman5 files, got .csv, allowed: .rm5"):
        content(evidence, ExchangeFormat.REVMAN5, tmp_path / "x.csv")


@pytest.mark.parametrize("layout", ExchangeFormat)
def test_what_a_layout_cannot_hold_is_said(project, layout):
    evidence = select(project.registry, project.analysis("long-term"))
    lines = list(losses(evidence, layout))
    assert lines[0].startswith(f"{layout} cannot hold: basis, sources, doubts")
    assert all("{" not in line for line in lines)
