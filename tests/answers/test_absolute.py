"""Absolute effects: what must follow from the relative ones, and numbers needed to treat in every corner."""

import json
import math

import numpy as np
import pytest
from comparators import assert_same

import nma
from nma.answers.absolute import KEPT, absolute, number_needed

DECISION = {"baseline_risks": [{"risk": 0.14, "source": "a report"}, {"risk": 0.24, "source": "another"}]}
MEASURES = {"RR": {"measure": "RR", "link": "log"}, "OR": {"measure": "OR", "link": "logit"}}


def found(made_fit, analysis, **changes):
    return absolute(made_fit(analysis(decision=DECISION, **changes)))


def rows(baseline):
    return {row["treatment"]: row for row in baseline["effects"]}


def relative(fit, treatment):
    frame = nma.relative_effects(fit)
    return frame[(frame["treatment"] == treatment) & (frame["versus"] == "A")].iloc[0]


def test_the_pooled_risk_comes_first_then_the_declared_ones(made_fit, analysis):
    made = found(made_fit, analysis)
    assert [baseline["id"] for baseline in made["baselines"]] == ["pooled", "declared-1", "declared-2"]
    assert made["baselines"][0]["how"]["arms"] == 3
    assert made["baselines"][0]["how"]["events"] == 31
    assert [baseline["source"] for baseline in made["baselines"]] == [None, "a report", "another"]
    assert made["reference"] == "A"


def test_nothing_is_declared_that_was_not(made_fit, analysis):
    made = absolute(made_fit(analysis()))
    assert [baseline["id"] for baseline in made["baselines"]] == ["pooled"]


def test_at_a_declared_risk_the_risk_is_the_product_with_the_risk_ratio(made_fit, analysis):
    fit = made_fit(analysis(decision=DECISION, **MEASURES["RR"]))
    for baseline in absolute(fit)["baselines"][1:]:
        for treatment, row in rows(baseline).items():
            effect, risk = relative(fit, treatment), baseline["risk"]
            for key in ("median", "lower", "upper"):
                assert_same(row["per_1000"][key], 1000 * min(1.0, risk * effect[key]))
                assert_same(row["difference"][key], 1000 * (min(1.0, risk * effect[key]) - risk))
            for key in ("lower", "upper"):
                product = min(1.0, risk * effect[f"predictive_{key}"])
                assert_same(row["predictive_per_1000"][key], 1000 * product)
                assert_same(row["predictive_difference"][key], 1000 * (product - risk))


def test_at_a_declared_risk_the_odds_are_the_product_with_the_odds_ratio(made_fit, analysis):
    fit = made_fit(analysis(decision=DECISION, **MEASURES["OR"]))
    baseline = absolute(fit)["baselines"][2]
    for treatment, row in rows(baseline).items():
        odds = relative(fit, treatment)["median"] * 0.24 / 0.76
        assert_same(row["per_1000"]["median"], 1000 * odds / (1 + odds))
        assert row["capped"] == 0.0


def test_a_risk_difference_adds_and_stays_a_risk(made_fit, mapping):
    plan = nma.Analysis.from_mapping(mapping(measure="RD", likelihood="normal", link="identity", decision=DECISION))
    effects = np.random.default_rng(1).normal([0.0, -0.2, 0.3], [0.0, 0.05, 0.4], size=(2, 500, 3))
    fit = made_fit(plan, effects=effects)
    row = rows(absolute(fit)["baselines"][1])
    assert_same(row["C"]["per_1000"]["median"], 140 + 1000 * np.median(effects[..., 2]))
    assert row["B"]["per_1000"]["lower"] == 0.0
    assert row["C"]["per_1000"]["upper"] <= 1000.0
    assert row["B"]["capped"] == pytest.approx((effects[..., 1] < -0.14).mean())


def test_no_risk_is_above_one_and_what_was_cut_is_said(made_fit, analysis):
    effects = np.random.default_rng(1).normal([0.0, 1.5, 0.0], [0.0, 0.3, 0.1], size=(2, 500, 3))
    fit = made_fit(analysis(decision=DECISION, **MEASURES["RR"]), effects=effects)
    row = rows(absolute(fit)["baselines"][2])["B"]
    assert row["per_1000"]["upper"] == 1000.0
    assert row["capped"] == pytest.approx((0.24 * np.exp(effects[..., 1]) > 1).mean())
    assert row["capped"] > 0


def test_the_uncertainty_of_the_pooled_risk_widens_the_interval(made_fit, analysis):
    fit = made_fit(analysis(decision=DECISION, **MEASURES["RR"]))
    pooled, declared = absolute(fit)["baselines"][:2]
    widths = [rows(it)["C"]["per_1000"]["upper"] / rows(it)["C"]["per_1000"]["lower"] for it in (pooled, declared)]
    assert widths[0] > 1.3 * widths[1]


def test_common_effects_have_no_new_setting(made_fit, mapping):
    plan = nma.Analysis.from_mapping(
        mapping(effects="common", priors={"effects": {"family": "normal", "scale": 10}}, decision=DECISION)
    )
    made = absolute(made_fit(plan, tau=None))
    assert made["predictive"] is None
    assert all(row["predictive_difference"] is None for it in made["baselines"] for row in it["effects"])


def test_the_closed_form_gives_the_limits_of_the_relative_effects(triangle, mapping):
    plan = nma.Analysis.from_mapping(
        mapping(measure="RR", likelihood="normal", link="log", decision=DECISION, zero_cells="half in every arm")
    )
    fit = nma.fit(nma.Evidence.from_frame(triangle, plan), plan, engine="exact", seed=3)
    effect, row = relative(fit, "C"), rows(absolute(fit)["baselines"][1])["C"]
    assert_same(row["per_1000"]["lower"], 140 * effect["lower"])
    assert_same(row["predictive_difference"]["lower"], 140 * (effect["predictive_lower"] - 1))


def test_turning_the_direction_turns_benefit_into_harm_only(made_fit, analysis):
    up, down = (found(made_fit, analysis, better=better)["baselines"][1] for better in ("higher", "lower"))
    swapped = {"benefit": "harm", "harm": "benefit"}
    for treatment, row in rows(up).items():
        other = rows(down)[treatment]
        assert other["difference"] == row["difference"]
        assert other["nnt"]["kind"] == swapped[row["nnt"]["kind"]]
        assert other["nnt"]["value"] == row["nnt"]["value"]


def test_kept_draws_have_the_quantiles_of_the_whole(made_fit, analysis):
    fit = made_fit(analysis(decision=DECISION, **MEASURES["RR"]), draws=3000)
    made = absolute(fit)
    for treatment, draws in made["draws"].items():
        assert len(draws) == KEPT
        effect = relative(fit, treatment)
        for share, key in ((0.025, "lower"), (0.5, "median"), (0.975, "upper")):
            assert_same(sorted(draws)[round(share * (KEPT - 1))], math.log(effect[key]))
        whole = np.exp(fit.effects.sel(treatment=treatment).to_numpy().ravel())
        for share in (0.05, 0.25, 0.75, 0.95):
            # At a risk of 50 % a person in 1,000 is 0.002 of a risk ratio: half of that.
            assert np.quantile(np.exp(draws), share) == pytest.approx(np.quantile(whole, share), abs=0.001)


def test_kept_draws_belong_together(made_fit, analysis):
    shared = np.random.default_rng(4).normal(0, 1, (2, 3000, 1))
    own = np.random.default_rng(5).normal(0, 0.2, (2, 3000, 3))
    effects = (shared + own) * np.array([0.0, 1.0, 1.0])
    draws = absolute(made_fit(analysis(), effects=effects))["draws"]
    # Standard error of a correlation of 0.96 from 801 pairs: (1 - r²) / sqrt(801) = 0.003; four of them.
    assert np.corrcoef(draws["B"], draws["C"])[0, 1] == pytest.approx(1 / 1.04, abs=0.012)


def test_the_draws_are_small_enough_for_a_page(made_fit, analysis):
    made = found(made_fit, analysis)
    size = len(json.dumps(made["draws"], indent=1)) / len(made["draws"])
    assert 4 * size < 55_000
    assert 29 * size < 390_000


def test_the_same_fit_gives_the_same_numbers(made_fit, analysis):
    fit = made_fit(analysis(decision=DECISION))
    assert json.dumps(absolute(fit)) == json.dumps(absolute(fit))


def difference(median, lower, upper):
    return {"median": median, "lower": lower, "upper": upper}


@pytest.mark.parametrize(
    ("numbers", "higher", "expected"),
    [
        ((40, 25, 80), True, ("benefit", 25.0, 12.5, 40.0, False)),
        ((40, 25, 80), False, ("harm", 25.0, 12.5, 40.0, False)),
        ((-40, -80, -25), True, ("harm", 25.0, 12.5, 40.0, False)),
        ((-40, -80, -25), False, ("benefit", 25.0, 12.5, 40.0, False)),
        ((40, -25, 80), True, ("benefit", 25.0, 12.5, 40.0, True)),
        ((-10, -25, 80), True, ("harm", 100.0, 40.0, 12.5, True)),
        ((40, -25, 80), False, ("harm", 25.0, 12.5, 40.0, True)),
        ((0, -25, 80), True, ("none", None, 12.5, 40.0, True)),
        ((0, 0, 0), True, ("none", None, None, None, True)),
        ((40, 0, 80), True, ("benefit", 25.0, 12.5, None, True)),
        ((1e-6, 5e-7, 2e-6), True, ("benefit", 1e9, 5e8, 2e9, False)),
        ((1000, 990, 1000), True, ("benefit", 1.0, 1.0, 1000 / 990, False)),
    ],
)
def test_number_needed(numbers, higher, expected):
    made = number_needed(difference(*numbers), higher)
    for key, value in zip(("kind", "value", "lower", "upper", "crosses"), expected, strict=True):
        assert made[key] == (pytest.approx(value) if isinstance(value, float) else value)


def test_altmans_example():
    """A difference of 10 % with the interval -5 % to 25 %: NNTB 10, from NNTB 4 through infinity to NNTH 20."""
    made = number_needed(difference(100, -50, 250), higher=True)
    assert (made["kind"], made["value"], made["lower"], made["upper"]) == ("benefit", 10.0, 4.0, 20.0)
    assert made["crosses"]
