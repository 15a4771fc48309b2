"""What the report says of the hierarchy, in every corner and in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from decision_sample import analysis, decided
from output_sample import many, results, unconverged

from nma.answers.hierarchy import partial_order
from nma.output import tables
from nma.output.blocks import Block
from nma.output.draw import Layout, draw
from nma.output.reading import Reading
from nma.output.sections import hierarchy
from nma.output.text import load

Read = Callable[[Mapping[str, Any]], Reading]


@pytest.fixture(params=["en", "nl"])
def told(request: pytest.FixtureRequest, templates: Path) -> Read:
    text = load(templates / "text", request.param)
    return lambda made: Reading(made, text)


def every(blocks: tuple[Block, ...]) -> str:
    return " ".join(it for block in blocks for it in (*block.warnings, *block.lead, *block.after, *block.items))


def said(read: Read, made: Mapping[str, Any]) -> str:
    return every(hierarchy.blocks(read(made)))


def judged(made: dict[str, Any], level: str, provisional: bool = False) -> dict[str, Any]:
    rows = [{"treatment": a, "versus": b, "level": level, "provisional": provisional} for a, b in ("CB", "CA", "BA")]
    return made | {"certainty": {"pairs": rows}}


def test_results_without_the_key_have_no_section(read: Read) -> None:
    assert hierarchy.blocks(read(results())) == ()


def test_a_sure_order(read: Read, made_fit: Any) -> None:
    words = said(read, decided(made_fit, (1.0, 2.0), sd=0.05))
    assert "whole order of the ranking is right (C > B > A) is more than 99%" in words
    assert "(POTH) is 1.00" in words
    assert "Of 3 pairs of treatments 3 are established: their intervals exclude 1." in words
    assert "C does better than B and A." in words
    assert "not established which" not in words
    assert "ranks above" not in words


def test_no_effect(read: Read, made_fit: Any) -> None:
    blocks = hierarchy.blocks(read(decided(made_fit, (0.0, 0.0), sd=0.3)))
    words = every(blocks)
    assert (
        "Of none of the 3 pairs of treatments is it established which does better: each interval includes 1." in words
    )
    assert "are established:" not in words
    assert not [figure for block in blocks for figure in block.figures]
    assert words.count("the interval of their comparison includes 1") == 3


def test_another_order_may_be_likelier(read: Read, made_fit: Any) -> None:
    made = decided(made_fit, (0.1, 0.2), sd=0.3)
    made["hierarchy"]["likeliest"] = {"treatments": ["B", "C", "A"], "probability": 0.4}
    assert "The order with the largest probability is another one: B > C > A, with 40%" in said(read, made)


def test_two_treatments(told: Read, made_fit: Any) -> None:
    made = decided(made_fit, (0.1, 0.9))
    for key in ("treatments", "relative_effects", "ranking"):
        made[key] = [row for row in made[key] if "B" not in (row if isinstance(row, str) else row.values())]
    found = made["hierarchy"]
    found["poth"] |= {"without": [], "best": []}
    found |= {"order": {"treatments": ["C", "A"], "probability": 0.9}, "top": found["top"][:1]}
    found["likeliest"] = found["order"]
    found["chances"] = [row for row in found["chances"] if "B" not in row.values()]
    found["partial"] = partial_order("CA", [("C", "A")])
    blocks = hierarchy.blocks(told(made))
    assert [len(table.rows) for block in blocks for table in block.tables] == [2, 2]


def test_a_zone_is_said_with_its_reason(read: Read, made_fit: Any) -> None:
    words = said(read, decided(made_fit, (0.1, 0.9)))
    assert "is here any risk ratio above 1.25" in words
    assert "effects from 0.80 to 1.25 too small to matter. Its reason: A convention." in words
    lower = said(read, decided(made_fit, (-0.1, -0.9), plan=analysis(better="lower")))
    assert "is here any risk ratio below 0.80" in lower


def test_no_zone_is_said(read: Read, made_fit: Any) -> None:
    made = decided(made_fit, (0.1, 0.9), plan=analysis(decision=None))
    assert "declares no zone of no important difference, and none was assumed" in said(read, made)
    shown = [table for block in hierarchy.blocks(read(made)) for table in block.tables]
    assert all(cell.note == "" for row in shown[1].rows for cell in row)


def test_the_table_says_what_the_results_say(read: Read, made_fit: Any) -> None:
    made = decided(made_fit, (0.3, 0.5), sd=0.3)
    shown = [table for block in hierarchy.blocks(read(made)) for table in block.tables]
    row = next(it for it in made["hierarchy"]["chances"] if (it["treatment"], it["versus"]) == ("C", "A"))
    cells = next(cells for cells in shown[1].rows if cells[0].text == "C")
    place = [column.text for column in shown[1].columns].index("A")
    assert cells[place].text == f"{100 * row['p_important']:.0f}%"
    assert cells[place].note == f"at all: {100 * row['p_better']:.0f}%"


@pytest.mark.parametrize(
    ("level", "provisional", "words"),
    [
        ("low", False, "the certainty of the evidence on their comparison is low."),
        ("low", True, "the certainty of the evidence on their comparison is at most low."),
        ("very low", True, "the certainty of the evidence on their comparison is very low."),
    ],
)
def test_rank_and_certainty_that_part_are_named(
    read: Read, made_fit: Any, level: str, provisional: bool, words: str
) -> None:
    made = judged(decided(made_fit, (1.0, 2.0), sd=0.05), level, provisional)
    assert f"C ranks above B, but {words}" in said(read, made)


@pytest.mark.parametrize("level", ["moderate", "high"])
def test_good_certainty_warns_of_nothing(read: Read, made_fit: Any, level: str) -> None:
    assert "ranks above" not in said(read, judged(decided(made_fit, (1.0, 2.0), sd=0.05), level))


def test_both_reasons_stand_in_one_sentence(read: Read, made_fit: Any) -> None:
    words = said(read, judged(decided(made_fit, (0.0, 0.05), sd=0.3), "low"))
    assert "includes 1, and the certainty of the evidence on it is low." in words


def test_a_fit_that_did_not_converge_warns_first(read: Read, made_fit: Any) -> None:
    blocks = hierarchy.blocks(read(unconverged(decided(made_fit, (0.7, 0.9)))))
    assert "did not pass its convergence checks" in blocks[0].warnings[0]


@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
@pytest.mark.parametrize("better", ["higher", "lower"])
@pytest.mark.parametrize("tau", [None, 0.2])
def test_everything_can_be_told(told: Read, made_fit: Any, measure: str, better: str, tau: float | None) -> None:
    made = decided(made_fit, (0.05, 0.3), tau=tau, plan=analysis(measure, better, tau))
    assert len(hierarchy.blocks(told(made))) >= 4


def chain(reading: Reading) -> dict[str, Any]:
    ranked = reading.ranked
    return partial_order(ranked, [(a, b) for at, a in enumerate(ranked) for b in ranked[at + 4 :]])


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("count", [3, 20])
def test_the_diagram_names_every_treatment_and_draws_each_line(read: Read, layout: Layout, count: int) -> None:
    reading = read(many(count))
    figure = hierarchy._hasse(reading, chain(reading))
    assert [step.level for step in figure.steps] == [place // 4 for place in range(count)]
    svg = draw(figure, layout)
    for step in figure.steps:
        assert (step.label if layout is Layout.WIDE else step.short) in svg
    assert draw(figure, layout) == svg


def test_lines_go_down(read: Read) -> None:
    reading = read(many(12))
    figure = hierarchy._hasse(reading, chain(reading))
    assert figure.links
    for upper, lower in figure.links:
        assert upper < lower
        assert figure.steps[upper].level < figure.steps[lower].level


def test_a_chain_without_its_own_interval_is_named(read: Read, made_fit: Any) -> None:
    made = decided(made_fit, (1.0, 2.0), sd=0.05)
    made["hierarchy"]["partial"] = partial_order("CBA", [("C", "B"), ("B", "A")])
    assert "One pair is connected in the figure by way of others only" in said(read, made)


def test_a_large_network_is_counted_and_not_listed(read: Read, made_fit: Any) -> None:
    reading = read(many(20))
    warned = hierarchy._apart(reading, {"partial": partial_order(reading.ranked, [])})
    assert len(warned[0].items) == hierarchy.MOST_NAMED + 1
    assert warned[0].items[-1] == "The same holds for 27 more pairs."


def test_tables_hold_the_numbers_of_the_results(made_fit: Any) -> None:
    made = decided(made_fit, (0.3, 0.5), sd=0.3)
    frames = tables.frames(made)
    found = made["hierarchy"]
    assert list(frames["hierarchy_pairs"]["p_important"]) == [row["p_important"] for row in found["chances"]]
    assert frames["hierarchy_pairs"]["established"].sum() == len(found["partial"]["established"])
    assert frames["hierarchy_precision"]["poth"][0] == found["poth"]["value"]
    assert len(frames["hierarchy_precision"]) == 1 + 3 + 1
    assert list(frames["p_scores"]["p_score"]) == [row["p_score"] for row in found["p_scores"]]
    rows = [row for baseline in made["absolute"]["baselines"] for row in baseline["effects"]]
    assert list(frames["absolute_effects"]["difference_upper"]) == [row["difference"]["upper"] for row in rows]
    assert list(frames["absolute_effects"]["risk_median"])[-1] == 0.2
    for name in ("absolute_effects", "hierarchy_pairs", "hierarchy_precision", "p_scores"):
        assert tables.frames(results())[name].empty
