"""The prose of methods and results says what the numbers say, in every language and in every corner."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from record_cases import CASES, made

from nma.output.blocks import Block
from nma.output.reading import Reading
from nma.output.sections import prose
from nma.output.text import Text, load

LANGUAGES = ("en", "nl")
LONG = "long-term"
MARK = re.compile(r"\[(\d[\d, –]*)\]")
Told = Callable[..., str]


@pytest.fixture(scope="module")
def texts(templates: Path) -> dict[str, Text]:
    return {language: load(templates / "text", language) for language in LANGUAGES}


def written(found: Mapping[str, Any], text: Text) -> dict[str, str]:
    """Methods and results, each as one text."""
    blocks = prose.blocks(Reading(found, text))
    bodies = [widget.values for block in blocks for widget in block.widgets if widget.name == "prose"]
    return {
        body["id"].removeprefix("prose-"): "\n".join([*body["alarm"], *(it.text for it in body["paragraphs"])])
        for body in bodies
    }


def references(found: Mapping[str, Any], text: Text) -> tuple[str, ...]:
    """Lines of the list of references."""
    last: Block = prose.blocks(Reading(found, text))[-1]
    lines: tuple[str, ...] = last.widgets[0].values["lines"]
    return lines


def cited(text: str) -> set[int]:
    """Numbers of the references that a text cites."""
    found: set[int] = set()
    for mark in MARK.findall(text):
        for part in mark.split(", "):
            first, _, last = part.partition("–")
            found |= set(range(int(first), int(last or first) + 1))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*CASES, LONG])
def test_every_case_has_whole_sentences_and_every_reference_is_cited(
    name: str, language: str, texts: dict[str, Text]
) -> None:
    found = made(name)
    told = written(found, texts[language])
    assert set(told) == {"methods", "results"}
    for body in told.values():
        assert not re.search(r"[{}]|None|\bnan\b|  |\.\.|\( |\s[.;,)]", body)
        assert all(line[-1] in ".?" for line in body.splitlines())
    numbers = cited("\n".join(told.values()))
    assert numbers == set(range(1, len(references(found, texts[language])) + 1))
    first = [min(cited(mark.group())) for mark in MARK.finditer("\n".join(told.values()))]
    assert [number for place, number in enumerate(first) if number not in first[:place]] == sorted(set(first))


@pytest.mark.parametrize("name", [LONG, "triangle", "odds ratio", "two treatments"])
def test_effects_ranks_and_counts_are_those_of_the_results(name: str, texts: dict[str, Text]) -> None:
    found = made(name)
    body = written(found, texts["en"])["results"]
    labels = {row["id"]: row["label"] for row in found["treatment_details"]}
    evidence = found["evidence"]
    assert f"The network holds {evidence['studies']} trials with {evidence['participants']:,} participants" in body
    assert f"in {evidence['arms']} arms, of whom {evidence['events']:,} had the outcome" in body
    reference = found["analysis"]["reference"]
    for row in found["relative_effects"]:
        if row["versus"] == reference:
            ends = f"{row['median']:.2f} ({row['lower']:.2f} to {row['upper']:.2f})"
            assert f"{labels[row['treatment']]} {ends}" in body
    for row in found["ranking"]:
        share = f"{100 * row['sucra']:.0f}"
        shown = {"0": "<1", "100": ">99"}.get(share, share)
        ranks = sorted({round(row["rank_lower"]), round(row["rank_upper"])})
        assert f"{labels[row['treatment']]} (SUCRA {shown}%, rank {' to '.join(map(str, ranks))})" in body
    for part in evidence["comparisons"]:
        assert {part["treatment"], part["versus"]} <= set(labels)
    total = len(labels) * (len(labels) - 1) // 2
    assert re.search(rf"Of its {total} pairs?, {len(evidence['comparisons'])} (is|are) compared directly", body)


def test_the_long_term_results_are_told_whole(texts: dict[str, Text]) -> None:
    """Numbers beside those of the results, formatted here once more."""
    found = made(LONG)
    told = written(found, texts["en"])
    spread, checked = found["heterogeneity"], found["inconsistency"]
    ends = f"{spread['median']:.2f} (95% interval {spread['lower']:.2f} to {spread['upper']:.2f})"
    assert f"On the log RR scale the standard deviation between trials is {ends}" in told["results"]
    assert f"I² over the whole network was {100 * checked['heterogeneity']['i2']:.0f}%" in told["results"]
    assert f"(p = {checked['design_by_treatment']['p_adjusted']:.3f})" in told["results"]
    assert f"(POTH) is {found['hierarchy']['poth']['value']:.2f}" in told["results"]
    left = found["evidence"]["excluded"]
    assert f"{len(left)} trials of the registry are not in the network" in told["results"]
    for rule in {row["rule"] for row in left}:
        many = sum(row["rule"] == rule for row in left)
        assert f"{texts['en'].word('rule', rule)} ({many})" in told["results"]
    best = found["ranking"][0]["treatment"]
    for base in found["absolute"]["baselines"]:
        row = next(row for row in base["effects"] if row["treatment"] == best)
        median, lower, upper = (f"{round(row['difference'][key]):,}" for key in ("median", "lower", "upper"))
        assert f"a difference of {median} ({lower} to {upper}) per 1,000 from Psychiatric care only" in told["results"]
        capped = f"In {100 * row['capped']:.0f}% of the draws the risk came out above 1"
        assert (capped in told["results"]) == (row["capped"] > 0.005)
    states = [row["state"] for row in found["checklist"]]
    assert f"of its 32 items {states.count('stands')} stand in the report" in told["methods"]
    assert f"and {states.count('owed')} are still owed" in told["methods"]
    assert f"The comparison-adjusted funnel holds {len(found['small_study']['points'])} points" in told["results"]
    levels = [pair["level"] for pair in found["certainty"]["pairs"]]
    assert f"over {len(levels)} comparisons: " in told["results"]
    for level in ("high", "moderate", "low", "very low"):
        assert (f"{level} for {levels.count(level)}" in told["results"]) == (level in levels)
    reports = sum(len(trial["reports"]) for trial in found["references"])
    assert f"described in {reports} reports" in told["results"]
    assert "Follow-up had to be longer than 12 months." in told["methods"]
    assert "3 trials were left out by decision: Eack 2011 (Cognitive enhancement" in told["methods"]


@pytest.mark.parametrize(
    ("over", "up_to", "said", "gezegd"),
    [
        (None, None, "Any length of follow-up was accepted.", "Elke duur van de follow-up was toegestaan."),
        (12, None, "had to be longer than 12 months.", "moest langer zijn dan 12 maanden."),
        (None, 12, "had to be 12 months at most.", "mocht hoogstens 12 maanden zijn."),
        (6, 12.5, "longer than 6 months and 12.5 months at most.", "dan 6 maanden en hoogstens 12,5 maanden."),
    ],
)
def test_the_window_is_told_as_it_was_chosen(
    over: float | None, up_to: float | None, said: str, gezegd: str, texts: dict[str, Text]
) -> None:
    found = made(LONG)
    found["analysis"]["select"]["follow_up"] = {"over": over, "up_to": up_to}
    assert said in written(found, texts["en"])["methods"]
    assert gezegd in written(found, texts["nl"])["methods"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_follow_the_language(language: str, texts: dict[str, Text]) -> None:
    body = written(made(LONG), texts[language])["results"]
    assert ("5,467" in body, "5.467" in body) == ((True, False) if language == "en" else (False, True))
    assert bool(re.search(r"\d,\d\d \(\d,\d\d tot \d,\d\d\)", body)) == (language == "nl")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fit_that_did_not_converge_says_so_first_and_in_what_is_copied(language: str, texts: dict[str, Text]) -> None:
    found = made("triangle")
    found["sampling"]["converged"] = False
    blocks = prose.blocks(Reading(found, texts[language]))
    alarm = texts[language]("prose.unconverged")
    assert [block.warnings for block in blocks[1:3]] == [(alarm,), (alarm,)]
    for body in written(found, texts[language]).values():
        assert body.startswith(alarm)
    assert texts[language]("prose.not_converged") in written(found, texts[language])["methods"]
    assert alarm not in "".join(written(made("triangle"), texts[language]).values())


def test_which_side_an_interval_is_on_follows_the_direction(texts: dict[str, Text]) -> None:
    higher = written(made("triangle"), texts["en"])["results"]
    assert "For each of C and B the whole interval favours it over A." in higher
    lower = written(made("risk difference, lower is better"), texts["en"])["results"]
    assert "For C the whole interval favours A. For B the interval includes 0" in lower
    none = written(made("no effect"), texts["en"])["results"]
    assert "For B the interval includes 1: no difference from A is shown." in none


def test_a_common_effect_has_no_spread_and_no_new_setting(texts: dict[str, Text]) -> None:
    told = written(made("common effect"), texts["en"])
    assert "share one true effect (common effect)" in told["methods"]
    assert "predictive" not in told["methods"] + told["results"]
    assert "standard deviation between trials" not in told["methods"] + told["results"]


def test_one_trial_has_no_loop_and_no_test(texts: dict[str, Text]) -> None:
    told = written(made("one trial"), texts["en"])
    assert "design-by-treatment" not in told["methods"]
    assert "The network holds 1 trial with 200 participants in 2 arms" in told["results"]
    assert "At the risk of the only arm of A, 98 per 1,000," in told["results"]
    assert "pooled" not in told["methods"] + told["results"]
    assert "(Sterne et al. 2011), so none was made." in told["results"]


def test_without_a_registry_nothing_is_said_of_selection_or_readers(texts: dict[str, Text]) -> None:
    told = written(made("triangle"), texts["en"])
    assert "came from a table of data and not from a registry" in told["methods"]
    assert "readers" not in told["methods"]
    assert "Risk of bias has not been assessed" in told["methods"]
    assert "reports" not in told["results"]
    assert "registry" not in told["results"]


def test_the_engine_that_ran_is_the_one_that_is_cited(texts: dict[str, Text]) -> None:
    exact = made(LONG)
    sampled = copy.deepcopy(exact)
    sampled["sampling"] |= {"engine": "nuts", "tune": 1000, "max_rhat": 1.001}
    walked = copy.deepcopy(exact)
    walked["sampling"] |= {"max_rhat": 1.001}
    lines = ["\n".join(references(found, texts["en"])) for found in (exact, sampled, walked, made("triangle"))]
    assert ["No-U-Turn" in line for line in lines] == [False, True, False, False]
    assert ["Pareto smoothed" in line for line in lines] == [True, False, False, False]
    assert ["PyMC" in line for line in lines] == [False, True, False, False]
    assert ["improved R̂" in line for line in lines] == [False, True, True, False]
    body = written(sampled, texts["en"])["methods"]
    assert "4 chains of 2,000 draws each, after 1,000 draws of tuning" in body
    assert "nutpie 0.16.5" in body


def test_sensitivity_sets_are_told_by_what_they_change(texts: dict[str, Text]) -> None:
    found = made("triangle")
    order = [row["treatment"] for row in found["ranking"]]
    same = {"title": "Same", "error": None, "sampling": {"converged": True}, "ranking": found["ranking"]}
    turned = same | {"title": "Turned", "ranking": found["ranking"][::-1]}
    failed = same | {"title": "Failed", "error": "no network", "sampling": None, "ranking": []}
    found["sensitivity"] = [same, same]
    assert f"{order[0]} also ranks first in each of the 2 sensitivity" in written(found, texts["en"])["results"]
    found["sensitivity"] = [same, turned, failed]
    body = written(found, texts["en"])["results"]
    assert f"In 1 of the 2 sensitivity analyses another intervention than {order[0]} ranks first: Turned." in body
    assert "1 sensitivity analysis could not be fitted" in body
    assert "3 sensitivity analyses each repeated" in written(found, texts["en"])["methods"]


HOSTILE = ["<script>alert(1)</script>", "{0} {x} \\textbf{", "\u202eשלום", "🙂" * 3, "y" * 400]


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_words_stay_words(label: str, texts: dict[str, Text]) -> None:
    found = made(LONG)
    trial = found["evidence"]["trials"][0]["id"]
    found["treatment_details"][0]["label"] = label
    found["evidence"]["excluded"][0] |= {"label": label, "reason": label, "rule": "decision"}
    report = {
        "first_author": label,
        "title": label,
        "journal": label,
        "doi": "10.1/" + "z" * 400,
        "pmid": 1,
        "year": 1999,
    }
    found["references"] = [{"id": trial, "reports": [report | {"registration": None}]}]
    told = written(found, texts["en"])
    shown = label.replace("\u202e", "")
    assert shown in told["results"]
    assert shown in told["methods"]
    assert any(shown in line for line in references(found, texts["en"]))
    assert prose.library(Reading(found, texts["en"])).count("@article{trial-") == 1


def test_the_library_is_the_list_of_the_page_whatever_the_language(texts: dict[str, Text]) -> None:
    found = made(LONG)
    libraries = [prose.library(Reading(found, texts[language])) for language in LANGUAGES]
    assert libraries[0] == libraries[1]
    assert libraries[0].count("\n@") + 1 == len(references(found, texts["en"]))
