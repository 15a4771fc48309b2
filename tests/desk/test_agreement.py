"""Cohen's kappa against worked examples, and the agreement of the registry's own double reading."""

# ruff: noqa: E501 (a case is a line)

from __future__ import annotations

import csv
import io

import pytest
from desk_readings import ANNA, second
from hypothesis import given
from hypothesis import strategies as st

from nma.desk.agreement import NO_PAIRS, ONE_VALUE, AgreementTable, agreement, cohens_kappa, csv_text, field_agreement


def pairs(table):
    return [pair for pair, number in table.items() for _ in range(number)]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        # By hand: p_o = 35/50, p_e = (25*30 + 25*20)/2500 = 0.5, kappa = 0.2/0.5.
        ({("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15}, 0.4),
        # By hand: p_o = 0.6, p_e = (60*70 + 40*30)/10000 = 0.54, kappa = 0.06/0.46.
        ({("y", "y"): 45, ("y", "n"): 15, ("n", "y"): 25, ("n", "n"): 15}, 0.06 / 0.46),
        ({(1, 1): 3, (2, 2): 4}, 1.0),
        ({(1, 2): 1, (2, 1): 1}, -1.0),
        ({(1, 2): 5}, 0.0),
    ],
)
def test_kappa_is_that_of_worked_examples(table, expected):
    assert cohens_kappa(pairs(table))[0] == pytest.approx(expected, abs=1e-12)


def test_undefined_kappa_says_why():
    assert cohens_kappa([]) == (None, NO_PAIRS)
    assert cohens_kappa([(3, 3), (3, 3)]) == (None, ONE_VALUE)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_kappa_does_not_depend_on_who_is_first_nor_on_names(found):
    kappa = cohens_kappa(found)[0]
    assert cohens_kappa([(b, a) for a, b in found])[0] == kappa
    assert cohens_kappa([(f"v{a}", f"v{b}") for a, b in found])[0] == kappa
    assert kappa is None or -1 <= kappa <= 1


def test_values_of_one_reader_are_counted_apart():
    row = field_agreement("n", [(1, 1), (1, 2), (None, 2), (None, None)])
    assert (row.pairs, row.agree, row.share, row.one_only, row.neither) == (2, 1, 0.5, 1, 1)


def test_the_registrys_own_double_reading(project):
    """The counts behind the shares, recounted from the files without the code under test."""
    found = agreement(project)
    twice = [s for s in project.registry.studies.values() if len(s.extraction.readings) > 1]
    assert found.trials == len(twice) == 60
    both = equal = 0
    for study in twice:
        ours, theirs = (list(reading.counts) for reading in study.extraction.readings)
        for row in ours:
            # tsang-2009 names one arm twice at one time: each row is used once, in order.
            # The second reader of bejerholm-2017 found no months.
            at = (row.arm, None if study.id == "bejerholm-2017" else row.months)
            same = next((other for other in theirs if (other.arm, other.months) == at), None)
            if same is not None:
                theirs.remove(same)
                if row.events is not None and same.events is not None:
                    both, equal = both + 1, equal + (row.events == same.events)
    row = next(row for row in found.rows if row.field == "events")
    assert (row.pairs, row.agree) == (both, equal)
    assert found.sentence().startswith("Two readers extracted 60 trials. They agreed on the treatment node in ")
    rows = list(csv.DictReader(io.StringIO(csv_text(found))))
    assert [r["field"] for r in rows[:5]] == ["node", "months", "randomised", "events", "n"]
    assert float(rows[3]["share"]) == pytest.approx(equal / both, abs=5e-4)


def test_fields_beyond_counts_come_from_whole_readings(review):
    review.write(
        ANNA,
        second(("basis: stated", "basis: derived"), ("months: 24", "months: 18"), ("randomised: 52", "randomised: 51")),
    )
    done = review.run("studies", "reconcile", "alpha-2001", "--take", "1=first", "--take", "2=first", "--take", "3=second", "--reason", "x", "--by", "Ada")  # fmt: skip
    assert done[0] == 0, done
    code, lines, _ = review.run("studies", "agreement")
    rows = {line.split("\t")[0]: line.split("\t")[1:4] for line in lines if "\t" in line}
    assert code == 0
    assert (rows["basis"], rows["timing"], rows["months"]) == (
        ["1", "0", "0.000"],
        ["1", "1", "1.000"],
        ["2", "0", "0.000"],
    )
    assert rows["randomised"] == ["2", "1", "0.500"]
    assert lines[-1].startswith("Two readers extracted 1 trial. ")


def test_no_double_reading_is_said(review):
    assert review.run("studies", "agreement")[1][-1] == "No trial has been read twice."


def test_a_formula_as_a_flag_does_not_run_and_a_negative_kappa_stays_a_number():
    rows = (field_agreement("=cmd()", [(1, 2), (2, 1)]),)
    found = list(csv.reader(io.StringIO(csv_text(AgreementTable(1, rows, 0)))))
    assert (found[1][0], found[1][4]) == ("'=cmd()", "-1.000")
