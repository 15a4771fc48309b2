"""Other people's data frames: every row that cannot be used is named."""

# ruff: noqa: E501 (a case is a line)

import numpy as np
import pandas as pd
import pytest

import nma
from nma.errors import InputError, NetworkError, NmaError, SelectionError

ROWS = [("s1", "A", 5, 50), ("s1", "B", 9, 50), ("s2", "A", 4, 40), ("s2", "B", 8, 41)]


def frame(rows=ROWS, columns=("study", "treatment", "events", "n")):
    return pd.DataFrame(rows, columns=list(columns))


def with_cell(row, column, value):
    spoiled = frame().astype({"events": object, "n": object})
    spoiled.loc[row, column] = value
    return spoiled


SPOILED = {
    "missing column": (frame().rename(columns={"events": "event"}), "data frame events: missing column, allowed: study, treatment, events, n, did you mean 'event'?"),
    "two missing": (frame()[["study", "n"]], "data frame treatment: missing column"),
    "NaN": (with_cell(1, "events", np.nan), "data frame row 1 events: must be a whole number, got nan"),
    "NA": (with_cell(1, "events", pd.NA), "data frame row 1 events: must be a whole number, got <NA>"),
    "None": (with_cell(1, "n", None), "data frame row 1 n: must be a whole number, got nothing"),
    "text": (with_cell(2, "events", "4"), "data frame row 2 events: must be a whole number, got '4'"),
    "infinite": (with_cell(2, "n", np.inf), "data frame row 2 n: must be a whole number, got inf"),
    "negative": (with_cell(2, "events", -1), "data frame row 2 events: must be 0 or more, got -1"),
    "fraction": (with_cell(2, "events", 4.5), "data frame row 2 events: must be a whole number, got 4.5"),
    "true": (with_cell(2, "events", True), "data frame row 2 events: must be a whole number, got true"),
    "n of zero": (with_cell(2, "n", 0), "data frame row 2 n: must be 1 or more, got 0"),
    "events above n": (with_cell(2, "events", 41), "data frame row 2 events: 41 is more than n (40), study s2, treatment A"),
    "no study": (with_cell(0, "study", None), "data frame row 0 study: empty"),
    "NA study": (with_cell(0, "study", pd.NA), "data frame row 0 study: empty"),
    "blank treatment": (with_cell(0, "treatment", "  "), "data frame row 0 treatment: empty"),
    "one arm": (frame([*ROWS, ("s3", "B", 1, 9)]), "data frame study s3: a trial with one arm"),
    "doubled arm": (frame([*ROWS, ("s2", "B", 1, 9)]), "data frame study s2: doubled arm: treatment B stands 2 times"),
}  # fmt: skip


@pytest.mark.parametrize("case", SPOILED)
def test_a_row_that_cannot_be_used_is_named(analysis, case):
    spoiled, expected = SPOILED[case]
    assert len(nma.Evidence.from_frame(frame(), analysis()).trials) == 2
    with pytest.raises(InputError) as caught:
        nma.Evidence.from_frame(spoiled, analysis())
    assert expected in str(caught.value)


def test_every_row_is_named_at_once(analysis):
    spoiled = frame([("s1", "A", -1, 50), ("s1", "B", 9, 0), ("s2", "A", 70, 40), ("s2", "B", 1.5, 41)])
    with pytest.raises(InputError) as caught:
        nma.Evidence.from_frame(spoiled, analysis())
    assert len(caught.value.problems) == 4


def test_an_empty_frame_is_said(analysis):
    with pytest.raises(SelectionError, match="no trial"):
        nma.Evidence.from_frame(frame([]), analysis())


def test_a_network_in_pieces_names_them(analysis):
    pieces = [("s3", "C", 5, 50), ("s3", "D", 9, 50)]
    with pytest.raises(NetworkError, match=r"2 components: A, B \| C, D"):
        nma.Evidence.from_frame(frame([*ROWS, *pieces]), analysis())


def test_an_absent_reference_names_the_treatments(analysis):
    with pytest.raises(NetworkError, match="no trial has this treatment, got 'Z', allowed: A, B"):
        nma.Evidence.from_frame(frame(), analysis(reference="Z"))


@pytest.mark.parametrize("kind", ["Int64", "float64", "int8", "string[python]"])
def test_any_column_type_that_holds_whole_numbers_will_do(analysis, kind):
    typed = frame().astype({"study": "category"} if kind.startswith("string") else {"events": kind, "n": kind})
    evidence = nma.Evidence.from_frame(typed, analysis())
    assert [(arm.events, arm.n) for arm in evidence.trials[0].arms] == [(5, 50), (9, 50)]


@pytest.mark.parametrize("what", [None, [], {"study": []}, "x.csv"])
def test_what_is_no_frame_is_said(analysis, what):
    with pytest.raises(NmaError):
        nma.Evidence.from_frame(what, analysis())


def test_columns_that_stand_twice_are_said(analysis):
    twice = pd.concat([frame(), frame()[["events"]]], axis=1)
    with pytest.raises(InputError):
        nma.Evidence.from_frame(twice, analysis())


def test_names_that_differ_by_a_space_are_not_two_treatments(analysis):
    with pytest.raises(InputError):
        nma.Evidence.from_frame(with_cell(2, "treatment", "A "), analysis())
