"""The hierarchy: POTH and P-scores against reference packages, orders against brute force, the partial order."""

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from comparators import assert_printed, assert_same
from scipy.stats import norm

import nma
from nma.answers.hierarchy import hierarchy, order_probability, p_scores, partial_order, poth, scores
from nma.errors import InputError

ZONE = {"no_important_difference": {"lower": 0.8, "upper": 1.25, "reason": "a convention"}}
OTHERS = json.loads((Path(__file__).parents[1] / "reference/hierarchy.json").read_text("utf-8"))


def made(fit):
    return hierarchy(fit)


def by_ranks(ranks):
    """POTH from rank probabilities, row by treatment: 1 - 12 sum Var(rank) / (a (a + 1) (a - 1))."""
    ranks = np.asarray(ranks)
    a = len(ranks)
    at = np.arange(1, a + 1)
    mean = ranks @ at
    return 1 - 12 * float((ranks @ at**2 - mean**2).sum()) / (a * (a + 1) * (a - 1))


@pytest.mark.parametrize("name", sorted(OTHERS["rank_probabilities"]))
def test_poth_from_scores_is_poth_from_rank_probabilities(name):
    entry = OTHERS["rank_probabilities"][name]
    # The probabilities are printed with seven decimals.
    assert poth(entry["sucra"]) == pytest.approx(by_ranks(entry["P"]), abs=1e-6)


def test_poth_of_the_smoking_network_as_published():
    printed = [
        [0.000, 0.003, 0.103, 0.894],
        [0.059, 0.177, 0.663, 0.101],
        [0.228, 0.601, 0.170, 0.000],
        [0.713, 0.219, 0.064, 0.004],
    ]
    assert_printed(round(by_ranks(printed), 3), "0.728")
    # SUCRA printed with three decimals: half a unit each moves POTH by at most 0.002.
    assert poth([0.036, 0.398, 0.686, 0.880]) == pytest.approx(0.728, abs=0.002)


def test_poth_at_its_ends():
    for size in (2, 3, 7):
        assert_same(poth(np.arange(size) / (size - 1)), 1.0)
        assert_same(poth([0.5] * size), 0.0)


@pytest.mark.parametrize("name", sorted(OTHERS["p_scores"]))
def test_p_scores_are_those_of_netmeta(name, mapping, request):
    entry = OTHERS["p_scores"][name]
    frame = request.getfixturevalue("networks")(entry["data"])
    plan = nma.Analysis.from_mapping(
        mapping(
            likelihood="normal",
            measure=entry["measure"],
            link={"OR": "logit", "RR": "log"}[entry["measure"]],
            better=entry["better"],
            reference=entry["reference"],
            effects=entry["effects"],
        )
        | ({} if entry["effects"] == "random" else {"priors": {"effects": {"family": "normal", "scale": 10}}})
    )
    found = {row["treatment"]: row["p_score"] for row in p_scores(nma.Evidence.from_frame(frame, plan))}
    # Both maximise the same restricted likelihood; netmeta stops at a tolerance of its own.
    assert found == pytest.approx(entry["P"], abs=2e-5)


@pytest.fixture
def networks():
    import pandas as pd

    folder = Path(__file__).parents[1] / "reference"
    return lambda name: pd.read_csv(folder / f"{name}.data.csv").rename(columns={"r": "events"})


def test_scores_are_sucra_and_poth_that_of_the_ranks(made_fit, analysis):
    fit = made_fit(analysis())
    ranking = nma.ranking(fit).set_index("treatment")
    found = made(fit)
    assert_same(found["poth"]["value"], by_ranks(list(ranking["rank_probabilities"])))
    assert found["order"]["treatments"] == list(nma.ranking(fit)["treatment"])


def test_poth_of_parts_is_that_of_the_parts_ranked_among_themselves(made_fit, analysis):
    fit = made_fit(analysis())
    draws = fit.effects.to_numpy().reshape(-1, 3)
    for row in made(fit)["poth"]["without"]:
        kept = [k for k, name in enumerate(fit.treatments) if name != row["treatment"]]
        first = (draws[:, kept[0]] > draws[:, kept[1]]).mean()
        assert_same(row["value"], by_ranks([[first, 1 - first], [1 - first, first]]))
        assert_same(row["change"], made(fit)["poth"]["value"] - row["value"])


def test_the_probability_of_an_order_by_brute_force(made_fit, analysis):
    for better in ("higher", "lower"):
        fit = made_fit(analysis(better=better))
        draws = fit.effects.to_numpy().reshape(-1, 3) * (1 if better == "higher" else -1)
        total = 0.0
        for order in permutations(range(3)):
            expected = np.mean([tuple(sorted(range(3), key=lambda k: -row[k])) == order for row in draws])
            assert_same(order_probability(fit, [fit.treatments[k] for k in order]), expected)
            total += expected
        assert_same(total, 1.0)


def test_partial_orders(made_fit, analysis):
    fit = made_fit(analysis())
    effects = nma.relative_effects(fit).set_index(["treatment", "versus"])["p_better"]
    assert_same(order_probability(fit, ["C", "A"]), effects["C", "A"])
    both = order_probability(fit, [("B", "C"), "A"])
    assert_same(both, order_probability(fit, ["B", "C", "A"]) + order_probability(fit, ["C", "B", "A"]))
    assert_same(order_probability(fit, ["C", ("A", "B")]), nma.ranking(fit).set_index("treatment")["p_best"]["C"])


def test_the_probability_of_an_order_of_two_in_closed_form(made_fit, analysis):
    effects = np.zeros((2, 100_000, 3))
    effects[..., 1:] = np.random.default_rng(3).normal([0.3, 0.8], [0.3, 0.4], size=(2, 100_000, 2))
    # Standard error of a share of 200,000 draws: at most 0.0011; four of them.
    assert order_probability(made_fit(analysis(), effects=effects), ["C", "B"]) == pytest.approx(
        norm.cdf(0.5 / 0.5), abs=0.0045
    )


@pytest.mark.parametrize(
    ("order", "what"),
    [(["C", "X"], "no treatment"), (["C", "A", "C"], "twice"), (["C"], "two places"), (["C", ()], "two places")],
)
def test_an_order_that_makes_no_sense_is_refused(made_fit, analysis, order, what):
    with pytest.raises(InputError, match=what):
        order_probability(made_fit(analysis()), order)


def test_turning_the_direction_turns_the_hierarchy(made_fit, analysis):
    up, down = (made(made_fit(analysis(better=better, decision=ZONE))) for better in ("higher", "lower"))
    assert up["order"]["treatments"] == down["order"]["treatments"][::-1]
    assert_same(up["order"]["probability"], down["order"]["probability"])
    assert_same(up["poth"]["value"], down["poth"]["value"])
    turned = {(row["versus"], row["treatment"]): row for row in down["chances"]}
    for row in up["chances"]:
        other = turned[row["treatment"], row["versus"]]
        assert_same(row["p_better"], other["p_better"])
        assert_same(row["p_important"], other["p_important"])
    assert {(r["treatment"], r["versus"]) for r in up["partial"]["established"]} == {
        (r["versus"], r["treatment"]) for r in down["partial"]["established"]
    }


def test_better_by_more_than_the_zone(made_fit, analysis):
    fit = made_fit(analysis(decision=ZONE))
    draws = fit.effects.to_numpy().reshape(-1, 3)
    found = {(row["treatment"], row["versus"]): row for row in made(fit)["chances"]}
    assert_same(found["C", "A"]["p_important"], (draws[:, 2] > np.log(1.25)).mean())
    lower = made_fit(analysis(decision=ZONE, better="lower"))
    found = {(row["treatment"], row["versus"]): row for row in made(lower)["chances"]}
    assert_same(found["A", "C"]["p_important"], (-draws[:, 2] < np.log(0.8)).mean())


def test_without_a_zone_nothing_is_assumed(made_fit, analysis):
    found = made(made_fit(analysis()))
    assert found["zone"] is None
    assert all(row["p_important"] is None for row in found["chances"])


@pytest.mark.parametrize(("better", "sign"), [("higher", 1), ("lower", -1)])
def test_the_closed_form_agrees_with_draws(triangle, mapping, better, sign):
    changes = {"likelihood": "normal", "decision": ZONE, "zero_cells": "half in every arm", "better": better}
    plan = nma.Analysis.from_mapping(mapping(**changes))
    fit = nma.fit(nma.Evidence.from_frame(triangle, plan), plan, engine="exact", seed=3)
    drawn, _ = fit.closed_form.draw(200_000, np.random.default_rng(1))
    positions = sign * np.column_stack([np.zeros(len(drawn)), drawn])
    for row in made(fit)["chances"]:
        i, j = (fit.treatments.index(row[key]) for key in ("treatment", "versus"))
        # 0.8 is the reciprocal of 1.25. Standard error of a share of 200,000 draws: at most 0.0011; four of them.
        share = (positions[:, i] - positions[:, j] > np.log(1.25)).mean()
        assert row["p_important"] == pytest.approx(share, abs=0.0045)


def test_relabelling_changes_nothing_but_labels(made_fit, analysis):
    first = np.random.default_rng(7).normal([0.0, 0.3, 0.8], [0.0, 0.3, 0.3], size=(2, 500, 3))
    one = made(made_fit(analysis(), effects=first))
    other = made(made_fit(analysis(), effects=first[..., [0, 2, 1]]))
    names = {"A": "A", "B": "C", "C": "B"}
    assert [names[name] for name in other["order"]["treatments"]] == one["order"]["treatments"]
    assert_same(other["order"]["probability"], one["order"]["probability"])
    assert_same(other["poth"]["value"], one["poth"]["value"])
    assert_same([row["as_set"] for row in other["top"]], [row["as_set"] for row in one["top"]])


def test_the_first_places(made_fit, analysis):
    fit = made_fit(analysis())
    top = made(fit)["top"]
    assert [row["k"] for row in top] == [1, 2]
    assert_same(top[0]["in_order"], nma.ranking(fit)["p_best"][0])
    assert_same(top[1]["in_order"], made(fit)["order"]["probability"])
    assert top[1]["as_set"] >= top[1]["in_order"]


def pairs(rows):
    return [(row["treatment"], row["versus"]) for row in rows]


def test_what_follows_from_other_lines_is_not_drawn():
    found = partial_order("ABCD", [("A", "B"), ("B", "C"), ("A", "C"), ("A", "D")])
    assert pairs(found["links"]) == [("A", "B"), ("A", "D"), ("B", "C")]
    assert found["chained"] == []
    assert found["levels"] == {"A": 0, "B": 1, "C": 2, "D": 1}


def test_a_pair_that_only_a_chain_connects_is_named():
    found = partial_order("ABC", [("A", "B"), ("B", "C")])
    assert pairs(found["chained"]) == [("A", "C")]


def test_nothing_established_is_an_order_too():
    found = partial_order("AB", [])
    assert (found["links"], found["chained"], found["levels"]) == ([], [], {"A": 0, "B": 0})


def test_established_is_what_the_interval_says(made_fit, analysis):
    fit = made_fit(analysis())
    effects = nma.relative_effects(fit)
    expected = effects[effects["lower"] > 1]
    assert set(pairs(made(fit)["partial"]["established"])) == set(
        zip(expected["treatment"], expected["versus"], strict=True)
    )


def test_scores_are_mean_chances_against_the_others():
    assert_same(scores(np.array([[0, 0.9, 0.6], [0.1, 0, 0.2], [0.4, 0.8, 0]])), [0.75, 0.15, 0.6])
