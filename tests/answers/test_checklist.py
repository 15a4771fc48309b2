"""The checklist of PRISMA-NMA follows from what the results hold."""

from __future__ import annotations

import copy

import pytest

from nma.analysis import Reporting
from nma.answers.checklist import ITEMS, checklist

HELD = (
    "inconsistency",
    "small_study",
    "certainty",
    "contributions",
    "summary",
    "hierarchy",
    "absolute",
    "references",
    "trial_effects",
)
RISK = {"sequence_generation": "low", "other": "not assessed"}


@pytest.fixture
def full():
    """Results that hold everything a report can hold, of two trials of which one is partly assessed."""
    return {
        "analysis": {"title": "A network meta-analysis", "question": "What?", "select": {}, "reporting": None},
        "evidence": {
            "basis_counts": {"stated": 2},
            "trials": [{"risk_of_bias": RISK}, {"risk_of_bias": dict.fromkeys(RISK, "low")}],
        },
        "sensitivity": [{"id": "a"}],
        "evidence_map": {"arms": [{}]},
        **{name: {"x": 1} for name in HELD},
    }


def states(results):
    return {row["item"]: row["state"] for row in checklist(results)}


def test_the_items_are_the_27_of_prisma_and_the_five_for_networks():
    numbers = [item.number for item in ITEMS]
    assert sorted(numbers, key=lambda it: (it[0] == "S", int(it.strip("S")))) == [
        *map(str, range(1, 28)),
        *(f"S{place}" for place in range(1, 6)),
    ]
    assert [it for it in numbers if it[0] != "S"] == [*map(str, range(1, 28))]


def test_what_only_authors_can_tell_is_a_key_of_the_specification():
    assert {item.told for item in ITEMS} - {""} == set(Reporting.model_fields)


def test_a_full_report_still_owes_what_no_run_can_know(full):
    found = states(full)
    assert [item for item, state in found.items() if state == "owed"] == ["3", "5", "7", "8", "26", "27"]
    assert [item for item, state in found.items() if state == "in part"] == [
        "2", "6", "9", "10", "12", "17", "19", "24", "25",
    ]  # fmt: skip


def test_what_the_authors_tell_completes_every_item_but_what_a_report_must_show(full):
    full["analysis"]["reporting"] = dict.fromkeys(Reporting.model_fields, "told")
    assert {item for item, state in states(full).items() if state != "stands"} == {"12", "19"}
    full["evidence"]["trials"] = full["evidence"]["trials"][1:]
    assert set(states(full).values()) == {"stands"}
    row = next(row for row in checklist(full) if row["item"] == "27")
    assert row == {"item": "27", "state": "stands", "sections": [], "told": "told"}


@pytest.mark.parametrize(
    ("gone", "changed"),
    [
        ("inconsistency", {"S2": "owed", "S5": "owed"}),
        ("small_study", {"15": "owed", "22": "owed"}),
        ("sensitivity", {"16": "owed", "23": "owed"}),
        ("references", {"18": "in part"}),
        ("trial_effects", {"20": "in part"}),
        ("certainty", {}),
        ("evidence_map", {}),
    ],
)
def test_without_a_part_its_items_are_owed(full, gone, changed):
    before = states(full)
    after = states({**full, gone: None})
    assert {item: state for item, state in after.items() if state != before[item]} == changed
    assert all(gone not in row["sections"] for row in checklist({**full, gone: None}))


def test_results_of_a_data_frame_owe_the_selection(full):
    bare = copy.deepcopy(full)
    bare["analysis"] |= {"select": None, "question": None, "title": None}
    bare["evidence"] |= {"basis_counts": {}, "trials": [{}, {}]}
    found = states(bare)
    assert {found[item] for item in ("1", "4", "9", "17", "19")} == {"owed"}
    assert found["11"] == "in part"
    assert found["12"] == "in part"


@pytest.mark.parametrize("title", ["Netwerkmeta-analyse van werk", "A Network Metaanalysis", "NETWORK META-ANALYSIS"])
def test_a_title_that_names_the_design_stands(full, title):
    full["analysis"]["title"] = title
    assert states(full)["1"] == "stands"
    full["analysis"]["title"] = "Work"
    assert states(full)["1"] == "owed"
