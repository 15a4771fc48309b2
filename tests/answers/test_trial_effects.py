"""The effect of each trial by itself is the textbook one, the better ranked treatment first."""

from __future__ import annotations

import math

import pytest

import nma
from nma.answers.trial_effects import trial_effects


def test_a_log_risk_ratio_has_the_textbook_limits(analysis, triangle):
    """t1: 10/100 against 20/100, and the variance of a log risk ratio is 1/10 - 1/100 + 1/20 - 1/100."""
    changes = {"measure": "RR", "likelihood": "binomial", "link": "log"}
    evidence = nma.Evidence.from_frame(triangle, analysis(**changes))
    rows = {(row["study"], row["treatment"], row["versus"]): row for row in trial_effects(evidence, ("C", "B", "A"))}
    assert len(rows) == 6
    row, se = rows["t1", "B", "A"], math.sqrt(1 / 10 - 1 / 100 + 1 / 20 - 1 / 100)
    assert row["measure"] == "RR"
    expected = (2.0, 2 * math.exp(-1.959964 * se), 2 * math.exp(1.959964 * se))
    assert (row["effect"], row["lower"], row["upper"]) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("measure", "link", "turn"), [("RR", "log", lambda x: 1 / x), ("RD", "identity", lambda x: -x)]
)
def test_the_other_order_turns_every_effect_round(analysis, triangle, measure, link, turn):
    changes = {"measure": measure, "likelihood": "normal", "link": link}
    evidence = nma.Evidence.from_frame(triangle, analysis(**changes))
    one, other = (trial_effects(evidence, order) for order in (("A", "B", "C"), ("C", "B", "A")))
    for first, second in zip(one, other, strict=True):
        assert (first["treatment"], first["versus"]) == (second["versus"], second["treatment"])
        assert first["lower"] < first["effect"] < first["upper"]
        # The same arithmetic, turned round once.
        ends = [turn(second[key]) for key in ("effect", "upper", "lower")]
        assert [first[key] for key in ("effect", "lower", "upper")] == pytest.approx(ends, rel=1e-12)
