"""What a simulation study reports, against sums done by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from comparators import assert_same
from simulations import plan

from nma.simulation.performance import allowed_coverage, calibration, quantity_rows, ranking_row
from nma.simulation.trial_run import Network

TRUTH = (0.3, 0.7, 0.4, 0.2)
"""B and C against A, C against B, τ."""
NETWORK = Network((0.0, 0.3, 0.7), (2, 1, 0), TRUTH, TRUTH, (0.0,) * 4, (1.0,) * 4, (50,) * 4, True)


def network(error, lower, upper, order=(2, 1, 0)):
    """A network in which every quantity is off by the same."""
    return replace(
        NETWORK,
        order=order,
        median=tuple(value + error for value in TRUTH),
        lower=tuple(value + lower for value in TRUTH),
        upper=tuple(value + upper for value in TRUTH),
    )


MADE = [
    network(0.1, -0.2, 0.4),
    network(-0.1, -0.3, 0.1, order=(2, 0, 1)),
    network(0.3, 0.1, 0.7, order=(0, 1, 2)),  # its intervals miss
    network(0.1, 0.0, 0.2),  # a limit on the truth covers it
]


def test_bias_coverage_and_width_are_the_sums_done_by_hand(tmp_path):
    rows = quantity_rows(plan(tmp_path), MADE, 1)
    named = [(row["treatment"], row["versus"]) for row in rows]
    assert named == [("B", "A"), ("C", "A"), ("C", "B"), (None, None)]
    for row, truth in zip(rows, TRUTH, strict=True):
        sd = np.sqrt((0.0 + 0.04 + 0.04 + 0.0) / 3)  # errors 0.1, -0.1, 0.3, 0.1 around 0.1
        assert_same(
            [row[key] for key in ("truth", "bias", "bias_mcse", "empirical_se", "empirical_se_mcse")],
            [truth, 0.1, sd / 2, sd, sd / np.sqrt(6)],
        )
        assert_same([row["coverage"], row["coverage_mcse"]], [0.75, np.sqrt(0.75 * 0.25 / 4)])
        widths = np.array([0.6, 0.4, 0.6, 0.2])
        assert_same([row["width"], row["width_mcse"]], [0.45, widths.std(ddof=1) / 2])
        assert "p_chi2" not in row


def test_the_order_is_compared_with_the_true_one(tmp_path):
    found = ranking_row(plan(tmp_path), MADE)
    # All of three pairs in order, two of three, none, all.
    kendall = np.array([1, 1 / 3, -1, 1])
    assert_same([found["best"], found["order"], found["kendall"]], [0.75, 0.5, kendall.mean()])
    assert_same(found["kendall_mcse"], kendall.std(ddof=1) / 2)


def test_where_lower_is_better_the_smallest_effect_is_truly_best(tmp_path):
    lower = plan(tmp_path, change=lambda text: text.replace("better: higher", "better: lower"))
    assert ranking_row(lower, MADE)["best"] == 0.25


def test_common_effects_have_no_heterogeneity_to_judge(tmp_path):
    def common(text):
        return text.replace("effects: random", "effects: common").replace(
            "    heterogeneity: {family: half-normal, scale: 0.5}\n", ""
        )

    rows = quantity_rows(plan(tmp_path, change=common), MADE, 1)
    assert [row["treatment"] for row in rows] == ["B", "C", "C"]


def test_a_truth_from_the_priors_is_judged_by_its_ranks(tmp_path):
    networks = [replace(one, ranks=(25 * i,) * 4) for i, one in enumerate(MADE)]
    rows = quantity_rows(plan(tmp_path, from_priors=True), networks, 1)
    assert rows[0]["rank_counts"] == [int(i in (0, 5, 10, 15)) for i in range(20)]
    found = calibration(rows, 4)
    assert found["tests"] == 8
    assert found["coverage_range"] == [0.75, 0.75]
    assert found["smallest_p"] == min(row[p] for row in rows for p in ("p_chi2", "p_band"))


@pytest.mark.parametrize(
    ("networks", "expected"), [(1000, (0.935, 0.965)), (4000, (0.935, 0.965)), (250, (0.92, 0.98)), (10, (0.8, 1.0))]
)
def test_coverage_is_judged_within_the_error_of_so_many_networks(networks, expected):
    assert_same(allowed_coverage(networks), expected)
    row = {"p_chi2": 1.0, "p_band": 1.0, "coverage": expected[0] - 0.01}
    assert not calibration([row], networks)["covered"]
    assert calibration([row | {"coverage": expected[0] + 0.001}], networks)["covered"]
