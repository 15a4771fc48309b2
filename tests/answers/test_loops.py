"""Loops: which there are, what they say, and that multi-arm trials are never counted twice."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from comparators import assert_same
from networks import consistent_frame, frame_of, two_arm

import nma
from nma.answers.loops import loop_table, pieces
from nma.answers.splits import closed_form_split
from nma.evidence.network import edges, has_independent_evidence, loops, sides_of_other_trials


@pytest.fixture
def built(analysis):
    def build(*designs, **changes):
        return nma.Evidence.from_frame(frame_of(*designs), analysis(**changes))

    return build


def test_bucher_by_hand(built):
    """Three trials: w = AB + BC - AC, variance the sum of the three, no heterogeneity to be had."""
    evidence = built("AB", "AC", "BC")
    (ab, v_ab), (ac, v_ac), (bc, v_bc) = (two_arm(evidence, name) for name in ("t0", "t1", "t2"))
    (row,) = loop_table(evidence)["loops"]
    assert row["treatments"] == ["A", "B", "C"]
    assert_same(row["difference"], ab + bc - ac)
    assert_same(row["se"], np.sqrt(v_ab + v_ac + v_bc))
    assert_same(row["ror"], np.exp(abs(ab + bc - ac)))
    assert_same(row["signed_ratio"], np.exp(ab + bc - ac))
    assert (row["heterogeneity"], row["estimable"]) == (0.0, False)


def test_the_published_limit_is_truncated_and_the_signed_one_is_not(built):
    (row,) = loop_table(built("AB", "AC", "BC"))["loops"]
    size = abs(row["difference"]) - 1.959963984540054 * row["se"]
    assert size < 0
    assert row["ror_lower"] == 1.0
    assert row["signed_lower"] < 1.0 < row["signed_upper"]
    assert_same(row["ror_upper"], np.exp(abs(row["difference"]) + 1.959963984540054 * row["se"]))


def test_a_shared_heterogeneity_is_that_of_the_three_pairwise_comparisons(built):
    """Two trials an edge: the estimates are the weighted means of each edge at the loop's own τ²."""
    evidence = built("AB", "AC", "BC", "AB", "AC", "BC")
    (row,) = loop_table(evidence)["loops"]
    tau2 = row["heterogeneity"] ** 2
    means, variances = [], []
    for names in (("t0", "t3"), ("t2", "t5"), ("t1", "t4")):
        y, v = np.array([two_arm(evidence, name) for name in names]).T
        w = 1 / (v + tau2)
        means.append(np.sum(w * y) / np.sum(w))
        variances.append(1 / np.sum(w))
    assert_same(row["difference"], means[0] + means[1] - means[2])
    assert_same(row["se"], np.sqrt(sum(variances)))


def test_all_three_heterogeneities_are_shown(smoking_frame, analysis):
    evidence = nma.Evidence.from_frame(smoking_frame, analysis())
    for row in loop_table(evidence)["loops"]:
        ways = row["by_heterogeneity"]
        assert set(ways) == {"loop", "comparison", "network"}
        assert ways["loop"]["difference"] == row["difference"]
        assert ways["network"]["tau"] == pytest.approx(0.67447, abs=1e-4)
        assert len(ways["comparison"]["taus"]) == len(row["edges"])


def test_one_multi_arm_trial_makes_no_loop(built):
    found = loop_table(built("ABC"))
    assert found["loops"] == []
    assert [(row["treatments"], row["reason"]) for row in found["loops_left_out"]] == [
        (["A", "B", "C"], "one multi-arm trial")
    ]


@pytest.mark.parametrize("designs", [("AB", "ABC"), ("AB", "AB", "ABC", "ABC")])
def test_a_loop_that_one_other_comparison_joins_is_no_loop(built, designs):
    """The designs may disagree, and the global test looks at that; but there is no way round."""
    found = loop_table(built(*designs))
    assert found["loops"] == []
    assert found["loops_left_out"][0]["reason"] == "shared trials"


def test_the_edge_of_multi_arm_trials_alone_gives_the_symmetric_split(built):
    """B-C only in the three-arm trial: direct from it, indirect through A, as in the split of B and C."""
    evidence = built("AB", "AC", "ABC", "AB", "AC")
    (row,) = loop_table(evidence)["loops"]
    split = closed_form_split(evidence, ("C", "B"))
    assert row["difference"] == pytest.approx(split["difference"], abs=1e-7)
    assert row["se"] == pytest.approx(split["difference_se"], abs=1e-7)


def test_two_edges_from_one_trial_close_no_quadrilateral(built):
    """A-B-C-D with A-B and B-C from one three-arm trial only: it is the triangle A-C-D in disguise."""
    found = loop_table(built("ABC", "CD", "AD"))
    assert [row["treatments"] for row in found["loops"]] == [["A", "C", "D"]]


@pytest.mark.parametrize("designs", [("AB",), ("AB", "AB"), ("AB", "AC", "AD"), ("AB", "BC", "CD")])
def test_stars_and_chains_have_no_loops(built, designs):
    assert loop_table(built(*designs)) == {"loops": [], "loops_left_out": [], "loops_note": "no loops"}


def test_triangles_and_quadrilaterals_of_a_complete_network(built):
    evidence = built("AB", "AC", "AD", "BC", "BD", "CD")
    assert [len(loop) for loop in loops(evidence)] == [3] * 4 + [4] * 3
    assert len(loop_table(evidence)["loops"]) == 7


def test_pentagons_are_left_alone(built):
    assert loops(built("AB", "BC", "CD", "DE", "AE")) == []


def test_a_consistent_network_has_ratios_of_one(analysis):
    for measure, link in (("RR", "log"),):
        evidence = nma.Evidence.from_frame(consistent_frame(), analysis(measure=measure, link=link))
        for row in loop_table(evidence)["loops"]:
            for way in row["by_heterogeneity"].values():
                assert way["ror"] == pytest.approx(1.0, abs=1e-9)
            assert row["flagged"] is False


def test_a_planted_difference_is_found_with_its_sign(analysis):
    """All BC trials get three times the risk in C: w = log 3 round A-B-C (large arms: the rest is exact)."""
    frame = consistent_frame().assign(events=lambda f: f["events"].astype(int))
    planted = frame[frame["study"].str.len() == 5].copy()  # two-arm trials
    planted["n"], planted["events"] = planted["n"] * 10, planted["events"] * 10
    hit = planted["study"].str.startswith("BC") & (planted["treatment"] == "C")
    planted.loc[hit, "events"] *= 3
    (row,) = loop_table(nma.Evidence.from_frame(planted, analysis(measure="RR", link="log")))["loops"]
    assert row["difference"] == pytest.approx(np.log(3), abs=1e-9)
    assert row["flagged"] is True


LABELS = {"A": "z", "B": "q", "C": "m", "D": "b"}


def by_set(found):
    return {frozenset(row["treatments"]) | {len(row["treatments"])}: row for row in found["loops"]}


def test_the_order_of_arms_trials_and_labels_changes_no_loop(smoking_frame, analysis):
    """Triangles of the smoking data, which has two three-arm trials; the sign follows the order of the names."""
    base = nma.Evidence.from_frame(smoking_frame, analysis())
    shuffled = smoking_frame.sample(frac=1, random_state=3).assign(treatment=lambda f: f["treatment"].map(LABELS))
    other = nma.Evidence.from_frame(shuffled, analysis(reference="b"))
    theirs = {frozenset(r["treatments"]): r for r in loop_table(other)["loops"] if len(r["treatments"]) == 3}
    for row in loop_table(base)["loops"]:
        if len(row["treatments"]) == 3:
            same = theirs[frozenset(LABELS[name] for name in row["treatments"])]
            assert abs(same["difference"]) == pytest.approx(abs(row["difference"]), rel=1e-5)
            assert same["se"] == pytest.approx(row["se"], rel=1e-5)


def test_whole_multi_arm_trials_are_not_counted_twice(built):
    """A loop's standard error with a three-arm trial is larger than if its contrasts were three trials."""
    once = loop_table(built("AB", "AC", "BC", "ABC"))["loops"][0]
    frame = frame_of("AB", "AC", "BC", "ABC")
    arms = {arm: frame[(frame["study"] == "t3") & (frame["treatment"] == arm)] for arm in "ABC"}
    pairs = [pd.concat([arms[a], arms[b]]).assign(study=f"t3{a}{b}") for a, b in ("AB", "AC", "BC")]
    tripled = pd.concat([frame[frame["study"] != "t3"], *pairs], ignore_index=True)
    thrice = loop_table(nma.Evidence.from_frame(tripled, built("AB").analysis))["loops"][0]
    assert once["by_heterogeneity"]["network"]["se"] > thrice["by_heterogeneity"]["network"]["se"]


@pytest.mark.parametrize(
    ("loop", "design", "expected"),
    [
        ("ABC", "AB", [[0, 1]]),
        ("ABC", "AC", [[2, 3]]),
        ("ABC", "ABC", [[0, 1, 2]]),
        ("ABCD", "AC", []),
        ("ABCD", "ABD", [[3, 4, 5]]),
        ("ABCD", "ABX", [[0, 1]]),
        ("ABCD", "ABCD", [[0, 1, 2, 3]]),
        ("ABC", "AX", []),
    ],
)
def test_runs_of_neighbours(loop, design, expected):
    assert pieces(tuple(loop), tuple(design)) == expected


def test_edges_go_round():
    assert edges("ABC") == [("B", "A"), ("C", "B"), ("A", "C")]


@pytest.mark.parametrize(
    ("designs", "independent", "other_trials"),
    [
        (("AB", "AC", "BC"), True, [True, True, True]),
        (("AB", "AC", "ABC"), True, [True, False, True]),
        (("AB", "ABC", "ABC"), False, [True, False, False]),
        (("ABC", "ABC", "ABC"), False, [False, False, False]),
    ],
)
def test_each_comparison_but_one_needs_a_trial_of_its_own(built, designs, independent, other_trials):
    evidence = built(*designs)
    assert has_independent_evidence(evidence, "ABC") is independent
    assert sides_of_other_trials(evidence, "ABC") == other_trials


def test_a_quadrilateral_with_a_four_arm_trial_does_not_depend_on_names(analysis):
    """A three-arm trial can stand for either of two of its sides; the choice must not matter."""
    rows = [
        ("1", "A", 10, 60), ("1", "B", 25, 60), ("1", "C", 12, 60), ("2", "C", 10, 50), ("2", "D", 30, 50),
        ("3", "D", 10, 70), ("3", "A", 20, 70),
        ("4", "A", 10, 40), ("4", "B", 8, 40), ("4", "C", 22, 40), ("4", "D", 12, 40),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["study", "treatment", "events", "n"])
    found = []
    for names in permutations("ABCD"):
        renamed = frame.assign(treatment=frame["treatment"].map(dict(zip("ABCD", names, strict=True))))
        table = loop_table(nma.Evidence.from_frame(renamed, analysis()))["loops"]
        four = [row for row in table if len(row["treatments"]) == 4]
        found.append(sorted((abs(row["difference"]), row["se"]) for row in four))
    for other in found[1:]:
        np.testing.assert_allclose(other, found[0], rtol=1e-5)  # τ is found to 1e-6 or so


def test_risk_differences_have_differences_and_no_ratios(built):
    priors = {"effects": {"family": "normal", "scale": 1}, "heterogeneity": {"family": "half-normal", "scale": 0.2}}
    evidence = built("AB", "AC", "BC", measure="RD", likelihood="normal", link="identity", priors=priors)
    (row,) = loop_table(evidence)["loops"]
    assert row["ror"] is row["signed_ratio"] is None
    assert row["signed_difference_lower"] < row["difference"] < row["signed_difference_upper"]
