"""The sentences are true of the numbers, in the corners too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from output_sample import LONG_TERM, bare, results, unconverged, with_sensitivity

from nma.output import sentences
from nma.output.methods import methods
from nma.output.reading import Reading, Side

Read = Callable[[Mapping[str, Any]], Reading]
BEST, SECOND = "Supported employment plus", "Supported employment"


def _set(made: dict[str, Any], pair: tuple[str, str], **values: float) -> dict[str, Any]:
    """Overwrite one effect, so that a sentence meets the numbers a test wants."""
    for row in made["relative_effects"]:
        if (row["treatment"], row["versus"]) == pair:
            row |= values
    return made


def test_the_first_sentence_names_the_best_and_its_effect(read: Read) -> None:
    first, _, _ = sentences.answer(read(_set(results(), ("SEplus", "PCO"), median=2.08, lower=1.12, upper=3.9)))
    assert first == (
        f"{BEST} ranks first of 5 treatments: competitive employment is estimated to be 2.08 times as likely as with "
        f"Psychiatric care only (risk ratio 2.08, 95% credible interval 1.12 to 3.90); the whole interval "
        f"favours {BEST}."
    )


@pytest.mark.parametrize(("lower", "upper"), [(0.96, 3.9), (1.0, 3.9), (0.5, 1.0)])
def test_no_superiority_when_the_interval_reaches_one(read: Read, lower: float, upper: float) -> None:
    first, _, _ = sentences.answer(read(_set(results(), ("SEplus", "PCO"), lower=lower, upper=upper)))
    assert f"the interval includes 1, so it is not shown that {BEST} does better than Psychiatric care only" in first
    assert "favours" not in first


def test_an_interval_that_only_just_excludes_one_shows_that_it_does(read: Read) -> None:
    first, _, _ = sentences.answer(read(_set(results(), ("SEplus", "PCO"), lower=1.0004, upper=3.9)))
    assert "interval >1.00 to 3.90" in first
    assert f"the whole interval favours {BEST}" in first


def test_an_interval_against_the_first_rank_is_told(read: Read) -> None:
    first, second, _ = sentences.answer(
        read(_set(_set(results(), ("SEplus", "PCO"), lower=0.5, upper=0.9), ("SEplus", "SE"), lower=0.5, upper=0.9))
    )
    assert (
        "the whole interval favours Psychiatric care only, so this comparison does not support the first rank" in first
    )
    assert f"the comparison of these two favours {SECOND}" in second


def test_the_top_two_that_cannot_be_told_apart(read: Read) -> None:
    made = _set(results(), ("SEplus", "SE"), median=1.08, lower=0.79, upper=1.5, p_better=0.68)
    _, second, _ = sentences.answer(read(made))
    assert second == (
        f"It cannot be told apart from {SECOND}, which ranks second: between the two the interval includes 1 (first "
        f"against second: risk ratio 1.08, 95% credible interval 0.79 to 1.50), and the probability that {BEST} is the "
        "better of the two is 68%."
    )


def test_the_top_two_that_can_be_told_apart(read: Read) -> None:
    _, second, _ = sentences.answer(read(_set(results(), ("SEplus", "SE"), lower=1.3, upper=2.66, p_better=1.0)))
    assert second.startswith(f"It can be told apart from {SECOND}")
    assert second.endswith("is more than 99%.")


def test_the_predictive_interval_is_read_out(read: Read) -> None:
    pair = ("SEplus", "PCO")
    _, _, wide = sentences.answer(read(_set(results(), pair, predictive_lower=0.8, predictive_upper=5.2)))
    assert (
        "0.80 to 5.20 (95% predictive interval), which includes 1, so in some settings there may be no benefit" in wide
    )
    _, _, clear = sentences.answer(read(_set(results(), pair, predictive_lower=1.2, predictive_upper=5.2)))
    assert f"1.20 to 5.20 (95% predictive interval), all of it in favour of {BEST}" in clear
    assert "includes 1" not in clear


def test_a_common_effect_has_no_predictive_interval(read: Read) -> None:
    reading = read(results(tau=None))
    _, _, sure = sentences.answer(reading)
    assert "gives no predictive interval" in sure
    assert "too narrow if trials differ" in sure
    assert any("common effect" in sentence for part in methods(reading) for sentence in part.sentences)


def test_the_reference_may_rank_first(read: Read) -> None:
    first, second, sure = sentences.answer(read(results({"PCO": 0.9, "SE": 0.2, "TE": 0.0})))
    assert first.startswith("Psychiatric care only, the reference, itself ranks first of 3 treatments")
    assert "times as likely" not in first
    assert second.startswith("It can be told apart from Supported employment")
    assert "of Psychiatric care only against Supported employment" in sure


def test_two_treatments_do_not_say_the_same_numbers_twice(read: Read) -> None:
    first, second, _ = sentences.answer(read(bare(results({"PCO": 0.0, "SE": 0.2}))))
    assert "risk ratio" in first
    assert "risk ratio" not in second
    assert second.startswith("Psychiatric care only itself ranks second")


@pytest.mark.parametrize(
    ("median", "words"),
    [
        (0.124, "an estimated 12 more people in 100 have"),
        (-0.124, "an estimated 12 fewer people in 100 have"),
        (0.0101, "an estimated 1 more person in 100 has"),
        (0.004, "about as many people in 100 have"),
        (-0.004, "about as many people in 100 have"),
    ],
)
def test_risk_differences_are_people_in_a_hundred(read: Read, median: float, words: str) -> None:
    made = results({"PCO": 0.0, "TE": -0.05, "SE": 0.15}, sd=0.03, tau=0.05, measure="RD")
    first, _, sure = sentences.answer(read(_set(made, ("SE", "PCO"), median=median, lower=-0.2, upper=0.2)))
    assert words in first
    assert "the interval includes 0" in first
    assert "risk difference" in sure


def test_odds_are_called_odds(read: Read) -> None:
    first, _, _ = sentences.answer(read(results(measure="OR")))
    assert "the odds of competitive employment are estimated to be 2.09 times those with" in first
    assert "as likely" not in first


def test_lower_is_better_turns_every_word(read: Read) -> None:
    up, down = read(results()), read(results(better="lower"))
    assert up.ranked[::-1] == down.ranked
    assert sentences.favours(up, "A", "B") == ("favours B", "favours A")
    assert sentences.favours(down, "A", "B") == ("favours A", "favours B")
    assert "lower is better" in sentences.direction(down)
    effect = down.effects["TE", "SEplus"]
    assert effect["upper"] < 1
    assert down.side(effect) is Side.TREATMENT
    assert up.side(effect) is Side.VERSUS
    assert down.side(down.effects["SEplus", "TE"]) is Side.VERSUS
    assert up.side(up.effects["SEplus", "TE"]) is Side.TREATMENT


def test_mirroring_the_numbers_and_the_direction_keeps_the_answer(read: Read) -> None:
    mirrored = results({name: -value for name, value in LONG_TERM.items()}, better="lower")
    assert read(mirrored).ranked == read(results()).ranked
    assert sentences.separated(read(mirrored)) == sentences.separated(read(results()))


def test_who_can_be_told_apart_from_the_best(read: Read) -> None:
    assert "plus does better than Supported employment is not shown." in sentences.separated(read(results()))
    assert "against no other treatment" in sentences.separated(read(results(dict.fromkeys(LONG_TERM, 0.0))))
    assert "Against every other treatment the 95% credible interval" in sentences.separated(
        read(results({"PCO": 0.0, "TE": 1.0, "SE": 2.0}))
    )


def test_a_link_that_is_weak_in_both_ways_is_one_sentence(read: Read) -> None:
    made = results()
    one = {"treatment": "PCO", "studies": ["drake-2013"]}
    made["evidence"]["weak_links"] = [one | {"rule": "one trial"}, one | {"rule": "weak basis"}]
    (said,) = sentences.weak_links(read(made))
    assert "hangs on one trial, Drake 2013, and that has a weak basis" in said
    assert said.endswith("Without that trial it could not be compared with the others.")


def test_weak_links_are_said_with_their_trials(read: Read) -> None:
    made = results()
    made["evidence"]["weak_links"] = [
        {"treatment": "PCO", "rule": "weak basis", "studies": ["drake-2013", "viering-2015"]},
        {"treatment": "TE", "rule": "one trial", "studies": ["bond-2007"]},
    ]
    weak = sentences.weak_links(read(made))
    assert "hangs on 2 trials with a weak basis" in weak[0]
    assert "Drake 2013 and Viering 2015" in weak[0]
    assert "hangs on one trial, Bond 2007" in weak[1]
    both = sentences.answer(read(made))[2]
    assert "Psychiatric care only and Transitional employment hangs on a single trial or on trials with assumed" in both
    made["evidence"]["weak_links"].pop()
    one = sentences.answer(read(made))[2]
    assert "the place of Psychiatric care only hangs on trials with assumed or recalled numbers" in one


def test_soft_numbers_are_counted_when_no_link_is_weak(read: Read) -> None:
    made = results()
    made["evidence"]["basis_counts"] = {"stated": 15, "arm sizes assumed": 3, "recalled": 2}
    assert "trials that rest on assumed arm sizes or recalled numbers: 5 of 20" in sentences.answer(read(made))[2]
    assert "stated 15, arm sizes assumed 3 and recalled 2" in " ".join(sentences.grounds(read(made)))


def test_sensitivity_says_what_changes(read: Read) -> None:
    reading = read(with_sensitivity(results()))
    same, turned = (sentences.change(reading, entry) for entry in reading.results["sensitivity"][:2])
    assert "is as in the primary analysis" in same
    assert "The order of the top changes: Supported employment and Supported employment plus lead" in turned
    grounds = " ".join(sentences.grounds(reading))
    assert "In 1 of the 2 sensitivity analyses another treatment ranks first: All populations." in grounds
    assert "1 sensitivity analysis could not be fitted" in grounds


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("SEplus SE PCO PVT TE", "The order of its treatments is as in the primary analysis"),
        (
            "SEplus SE PVT PCO TE",
            "The first two stay Supported employment plus and Supported employment; the order below",
        ),
        (
            "SEplus PVT SE PCO TE",
            "The first stays first, but the order behind it changes: Supported employment plus and Prev",
        ),
        ("SE SEplus PCO PVT TE", "The order of the top changes"),
        (
            "SEplus SE TE",
            "Not in this network: Psychiatric care only and Prevocational training. Without the reference nothing can "
            "be compared with it here. The order of its treatments is as in the primary analysis",
        ),
    ],
)
def test_each_change_of_order_has_its_words(read: Read, order: str, words: str) -> None:
    made = with_sensitivity(results())
    entry = made["sensitivity"][0]
    entry["ranking"] = [{"treatment": name} for name in order.split()]
    assert sentences.change(read(made), entry).startswith(words)


def test_a_set_that_lacks_the_best_treatment_says_so(read: Read) -> None:
    made = with_sensitivity(results())
    entry = made["sensitivity"][0]
    entry["ranking"] = [row for row in entry["ranking"] if row["treatment"] != "SEplus"]
    entry["relative_effects"] = [
        row for row in entry["relative_effects"] if "SEplus" not in (row["treatment"], row["versus"])
    ]
    assert sentences.change(read(made), entry) == (
        f"Not in this network: {BEST}. Of the treatments that remain, {SECOND} ranks first."
    )


def test_an_unconverged_set_is_no_ground(read: Read) -> None:
    made = with_sensitivity(results())
    for entry in made["sensitivity"][:2]:
        entry["sampling"] = {**entry["sampling"], "converged": False}
    grounds = " ".join(sentences.grounds(read(made)))
    assert "3 sensitivity analyses could not be fitted or did not converge" in grounds
    assert "ranks first" not in grounds


def test_the_gate_is_told_both_ways(read: Read) -> None:
    assert "passed every convergence check" in sentences.gate(read(results()))
    assert "did NOT pass" in sentences.gate(read(unconverged(results())))


def test_the_methods_follow_the_specification(read: Read) -> None:
    made = results()
    words = " ".join(sentence for part in methods(read(made)) for sentence in part.sentences)
    for piece in (
        "longer than 12 months",
        "half-normal, scale 0.5",
        "normal, scale 10",
        "the earliest was taken",
        "24%",
    ):
        assert piece in words
    assert "without events" not in words
    made["analysis"] |= {"zero_cells": "half in every arm", "likelihood": "normal"}
    made["analysis"]["select"] |= {
        "follow_up": {"over": None, "up_to": 12},
        "published_up_to": 2015,
        "risk_of_bias": "no high",
    }
    words = " ".join(sentence for part in methods(read(made)) for sentence in part.sentences)
    pieces = ("half an event is added in every arm", "up to and including 12 months", "up to and including 2015")
    for piece in (*pieces, "high risk of bias were left out"):
        assert piece in words
