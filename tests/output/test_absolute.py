"""What the report says of absolute effects, in every corner and in both languages."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from decision_sample import analysis, decided
from output_sample import results, unconverged

from nma.answers.absolute import number_needed
from nma.output import people
from nma.output.blocks import Block
from nma.output.reading import Reading
from nma.output.sections import absolute
from nma.output.text import load

Read = Callable[[Mapping[str, Any]], Reading]


@pytest.fixture(params=["en", "nl"])
def told(request: pytest.FixtureRequest, templates: Path) -> Read:
    text = load(templates / "text", request.param)
    return lambda made: Reading(made, text)


def every(blocks: tuple[Block, ...]) -> str:
    return " ".join(it for block in blocks for it in (*block.warnings, *block.lead, *block.after, *block.items))


def said(read: Read, made: Mapping[str, Any]) -> str:
    return every(absolute.blocks(read(made)))


def test_results_without_the_key_have_no_section(read: Read) -> None:
    assert absolute.blocks(read(results())) == ()


def test_a_clear_effect(read: Read, made_fit: Any) -> None:
    words = said(read, decided(made_fit, (0.7, 0.9)))
    assert "That is one more for every" in words
    assert "not settled" not in words
    assert "of 1,000 people have competitive employment" in words


def test_an_effect_that_crosses_runs_through_infinity(read: Read, made_fit: Any) -> None:
    words = said(read, decided(made_fit, (0.05, 0.9)))
    assert "not settled which of the two does better" in words
    assert "to ∞ to NNTH" in words


def test_fewer_people_where_lower_is_better(read: Read, made_fit: Any) -> None:
    words = said(read, decided(made_fit, (-0.7, -0.9), plan=analysis(better="lower")))
    assert "That is one fewer for every" in words
    assert "for one fewer to have" in words


def test_no_effect_at_all(read: Read, made_fit: Any) -> None:
    words = said(read, decided(made_fit, (0.0, 0.0), sd=1e-12, tau=None))
    assert "more for every" not in words
    assert "includes no difference" in words


def test_common_effects_show_no_new_setting(told: Read, made_fit: Any) -> None:
    blocks = absolute.blocks(told(decided(made_fit, (0.5, 0.9), tau=None)))
    (figure, _), *_ = blocks[0].figures
    assert all(row.predictive is None for section in figure.sections for row in section.rows)
    assert [len(table.columns) for block in blocks for table in block.tables] == [4, 4]


def test_a_risk_that_was_cut_is_said(read: Read, made_fit: Any) -> None:
    words = said(read, decided(made_fit, (1.6, 0.3)))
    assert "Set to a limit at a risk of 200 per 1,000 under A (a synthesis), in this share of the draws: B" in words
    assert "Set to a limit" not in said(read, decided(made_fit, (0.1, 0.2), sd=0.01, tau=None))


def test_one_arm_of_the_reference_is_said(read: Read, made_fit: Any) -> None:
    made = decided(made_fit, (0.7, 0.9))
    made["absolute"]["baselines"][0] |= {"new": None}
    made["absolute"]["baselines"][0]["how"] |= {"model": "one arm", "arms": 1, "spread_scale": None}
    words = said(read, made)
    assert "an arm of one trial only" in words
    assert "These sentences hold at the risk in the one arm of A" in words
    assert "Only the effect varies from setting to setting" in words
    assert "pooled risk" not in words


def test_nothing_declared_is_said(read: Read, made_fit: Any) -> None:
    words = said(read, decided(made_fit, (0.7, 0.9), plan=analysis(decision=None)))
    assert "declares no baseline risk, and none was assumed" in words


def test_no_risk_at_all_still_has_the_slider(read: Read, made_fit: Any) -> None:
    made = decided(made_fit, (0.7, 0.9))
    made["absolute"]["baselines"] = []
    blocks = absolute.blocks(read(made))
    assert "None was assumed" in every(blocks)
    assert [widget.values["start"] for block in blocks for widget in block.widgets] == [20.0]


@pytest.mark.parametrize(
    ("measure", "words"),
    [("RR", "the more common the outcome"), ("OR", "about half have the outcome"), ("RD", "as many people everywhere")],
)
def test_what_stays_the_same_at_every_risk_is_true_of_its_measure(
    read: Read, made_fit: Any, measure: str, words: str
) -> None:
    """Medians at risks of 10, 50 and 90 per cent differ as the sentence says they do."""
    risks = [{"risk": risk, "source": "s"} for risk in (0.1, 0.5, 0.9)]
    made = decided(made_fit, (0.05, 0.06), sd=0.001, plan=analysis(measure, decision={"baseline_risks": risks}))
    assert words in said(read, made)
    rare, half, common = (it["effects"][0]["difference"]["median"] for it in made["absolute"]["baselines"][1:])
    assert {"RR": rare < half < common, "OR": rare < half > common}.get(measure, half == pytest.approx(rare))


def slider_of(read: Read, made: Mapping[str, Any]) -> dict[str, Any]:
    return next(widget.values for block in absolute.blocks(read(made)) for widget in block.widgets)


@pytest.mark.parametrize(
    ("risk", "reach"), [(0.2, (1, 90, 1)), (0.95, (1, 99, 1)), (0.004, (0.1, 90, 0.1)), (0.01, (1, 90, 1))]
)
def test_the_slider_reaches_every_risk_of_the_tables(
    read: Read, made_fit: Any, risk: float, reach: tuple[float, ...]
) -> None:
    made = decided(made_fit, (0.0, 0.0), plan=analysis(decision={"baseline_risks": [{"risk": risk, "source": "s"}]}))
    values = slider_of(read, made)
    assert (values["lowest"], values["highest"], values["step"]) == reach
    assert values["start"] == pytest.approx(100 * risk)


def test_a_fit_that_did_not_converge_warns_first(read: Read, made_fit: Any) -> None:
    blocks = absolute.blocks(read(unconverged(decided(made_fit, (0.7, 0.9)))))
    assert "did not pass its convergence checks" in blocks[0].warnings[0]


@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
@pytest.mark.parametrize("better", ["higher", "lower"])
def test_every_measure_and_direction_can_be_told(told: Read, made_fit: Any, measure: str, better: str) -> None:
    blocks = absolute.blocks(told(decided(made_fit, (0.05, 0.3), plan=analysis(measure, better))))
    assert sum(len(block.tables) for block in blocks) == 2
    assert len(blocks[0].figures) == 1


def test_the_table_says_what_the_results_say(read: Read, made_fit: Any) -> None:
    made = decided(made_fit, (0.7, 0.9))
    row = next(it for it in made["absolute"]["baselines"][1]["effects"] if it["treatment"] == "C")
    table = next(table for block in absolute.blocks(read(made)) for table in block.tables[1:])
    cells = next(cells for cells in table.rows if cells[0].text == "C")
    low, high = (round(row["difference"][end]) for end in ("lower", "upper"))
    assert cells[1].text == f"{row['per_1000']['median']:.0f}"
    assert cells[2].text == f"{row['difference']['median']:.0f} more"
    assert cells[2].note == f"{low} more to {high} more"
    assert cells[2].order == row["difference"]["median"]


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_the_number_needed_sorts_from_benefit_to_harm(read: Read, made_fit: Any, better: str) -> None:
    made = decided(made_fit, (0.5, -0.2), plan=analysis("RR", better))
    shown = [table for block in absolute.blocks(read(made)) for table in block.tables][1]
    order = {cells[0].text: cells[-1].order for cells in shown.rows if cells[0].text != "A"}
    assert sorted(order, key=lambda name: order[name]) == (["B", "C"] if better == "higher" else ["C", "B"])


def test_only_a_difference_that_is_settled_is_bold(read: Read, made_fit: Any) -> None:
    made = decided(made_fit, (0.0, 0.9))
    shown = [table for block in absolute.blocks(read(made)) for table in block.tables][1]
    bold = {cells[0].text: cells[2].strong for cells in shown.rows}
    assert bold == {"A": False, "B": False, "C": True}


def test_the_figure_holds_the_differences(read: Read, made_fit: Any) -> None:
    made = decided(made_fit, (0.7, 0.9))
    (figure, caption), *_ = absolute.blocks(read(made))[0].figures
    line = figure.sections[0].rows[0]
    row = next(it for it in made["absolute"]["baselines"][0]["effects"] if it["treatment"] == "C")
    assert (line.estimate, line.credible.lower) == (row["difference"]["median"], row["difference"]["lower"])
    assert line.predictive.upper == row["predictive_difference"]["upper"]
    assert (figure.axis.log, figure.axis.null) == (False, 0.0)
    assert "at the pooled risk under A" in caption


def test_a_hostile_source_stays_text(read: Read, made_fit: Any) -> None:
    made = copy.deepcopy(decided(made_fit, (0.7, 0.9)))
    made["absolute"]["baselines"][1]["source"] = "<script>alert(1)</script>\u202e" + "x" * 400
    table = [table for block in absolute.blocks(read(made)) for table in block.tables][1]
    assert "\u202e" not in table.caption


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (1e-12, "0"),
        (0.01, "<0.1"),
        (0.2, "0.2"),
        (0.94, "0.9"),
        (0.96, "1"),
        (12.4, "12"),
        (1000.0, "1,000"),
    ],
)
def test_people_are_counted(read: Read, value: float, written: str) -> None:
    assert people.counted(read(results()).text.numbers, value) == written


def test_differences_have_a_sign_or_a_word(read: Read) -> None:
    reading = read(results())
    assert [people.signed(reading, it) for it in (12.0, -12.0, 0.0, 0.01)] == ["+12", "−12", "0", "+<0.1"]
    assert [people.more_or_fewer(reading, it) for it in (12.0, -12.0, 0.0)] == ["12 more", "12 fewer", "no difference"]


@pytest.mark.parametrize(
    ("difference", "written"),
    [
        ((40, 25, 80), ("NNTB 25", "13 to 40")),
        ((-40, -80, -25), ("NNTH 25", "12 to 40")),
        ((40, -25, 80), ("NNTB 25", "NNTB 13 to ∞ to NNTH 40")),
        ((-10, -25, 80), ("NNTH 100", "NNTH 40 to ∞ to NNTB 13")),
        ((0, -25, 80), ("∞", "NNTB 13 to ∞ to NNTH 40")),
        ((0, 0, 0), ("∞", "∞ to ∞ to ∞")),
        ((40, 0, 80), ("NNTB 25", "NNTB 13 to ∞ to ∞")),
        ((0.05, 0.01, 300), ("NNTB >10,000", "4 to >10,000")),
        ((999, 990, 1000), ("NNTB 2", "1 to 2")),
    ],
)
def test_numbers_needed_to_treat(read: Read, difference: tuple[float, ...], written: tuple[str, str]) -> None:
    row = dict(zip(("median", "lower", "upper"), difference, strict=True))
    assert people.needed(read(results()), number_needed(row, higher=True)) == written


def test_a_treatment_with_a_400_sign_name_fits(read: Read, made_fit: Any) -> None:
    made = decided(made_fit, (0.7, 0.9))
    for row in made["treatment_details"]:
        row["label"] = row["short"] = "<b>" + row["id"] * 400
    blocks = absolute.blocks(read(made))
    (figure, _), *_ = blocks[0].figures
    assert max(len(row.label) for section in figure.sections for row in section.rows) <= 25
