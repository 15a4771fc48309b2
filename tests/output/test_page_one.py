"""Page one says how certain the answer is and how many people it means, as the sections below it do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from judged_sample import with_certainty
from output_sample import results

from nma.output import page_one, sentences
from nma.output.reading import Reading

Read = Callable[[Mapping[str, Any]], Reading]
BEST, SECOND, CARE = "Supported employment plus", "Supported employment", "Psychiatric care only"
KNOWN = ("none", "none", "none", "major", "some", "some")
"""A concern in every domain, so that no level is provisional."""


def _levels(made: dict[str, Any], **levels: str) -> dict[str, Any]:
    """The results with the certainty of the best against some others as a test wants it."""
    for row in made["certainty"]["pairs"]:
        if row["treatment"] == "SEplus" and row["versus"] in levels:
            row |= {"level": levels[row["versus"]], "provisional": False}
    return made


def _at(made: dict[str, Any], name: str, **versus: float) -> dict[str, Any]:
    """The results at one baseline risk alone."""
    for row in made["summary"]["rows"]:
        row["absolute"] = [entry for entry in row["absolute"] if entry["id"] == name]
        for entry in row["absolute"]:
            entry["versus_per_1000"] = entry["versus_per_1000"] | versus
    return made


def test_page_one_keeps_the_three_sentences_and_adds_certainty_and_people(read: Read) -> None:
    reading = read(_at(with_certainty(results(), concerns=KNOWN), "declared-1"))
    first, certain, people, *rest = page_one.answer(reading)
    assert (first, *rest) == sentences.answer(reading)
    assert certain == (
        f"The certainty of the evidence on {BEST} is very low, against {CARE} and against {SECOND} alike: the true "
        "effect is probably substantially different from the estimate."
    )
    assert people == (
        "If the effect is the same at every baseline risk, of 1,000 people an estimated 300 (95% credible interval 180 "
        f"to 500) have competitive employment with {BEST} where 200 do with {CARE}."
    )


def test_two_levels_are_told_apart(read: Read) -> None:
    made = _levels(with_certainty(results()), PCO="high", SE="low")
    assert page_one.answer(read(made))[1] == (
        f"The certainty of the evidence on {BEST} is high against {CARE} (the true effect lies close to the estimate) "
        f"and low against {SECOND} (the true effect may be substantially different from the estimate)."
    )


def test_a_provisional_level_is_at_most(read: Read) -> None:
    concerns = ("not judged", *KNOWN[1:3], "some", "none", "none")
    said = page_one.answer(read(with_certainty(results(), concerns=concerns)))
    assert said[1].endswith(f"and against {SECOND} alike: part of it is not judged yet, so it may turn out lower.")
    assert "is at most moderate, against" in said[1]


@pytest.mark.parametrize("level", ["high", "moderate", "low", "very low"])
def test_the_reference_in_front_is_set_against_the_second(read: Read, level: str) -> None:
    made = results()
    made["analysis"]["reference"] = "SEplus"
    made = _levels(with_certainty(made), SE=level)
    certain = page_one.answer(read(made))[1]
    assert certain.startswith(f"The certainty of the evidence on {BEST} against {SECOND} is {level}: the true effect ")


def test_a_risk_that_is_itself_estimated_says_so(read: Read) -> None:
    made = _at(with_certainty(results()), "pooled", median=215.0, lower=48.0, upper=585.0)
    said = page_one.answer(read(made))[2]
    assert said.endswith(f"have competitive employment with {BEST}, and an estimated 215 with {CARE}.")


def test_a_second_declared_risk_is_told_in_the_same_sentence(read: Read) -> None:
    said = page_one.answer(read(with_certainty(results())))[2]
    assert said.endswith(f"where 200 do with {CARE}, and 300 (180 to 500) where 200 do.")


def test_results_that_judge_and_count_nothing_keep_three_sentences(read: Read) -> None:
    reading = read(results())
    assert page_one.answer(reading) == sentences.answer(reading)
