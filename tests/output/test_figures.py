"""Figures are tested as data, and drawn once each to see that the drawing keeps its promises."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as Tree
from collections.abc import Callable, Mapping
from colorsys import rgb_to_hsv
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from output_sample import bare, many, results, with_sensitivity

from nma.output import compose, draw, palette
from nma.output.axes import axis
from nma.output.draw import Layout
from nma.output.places import label_places
from nma.output.reading import Reading

Read = Callable[[Mapping[str, Any]], Reading]


BLINDNESS = {
    "none": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}  # severity 1 of Machado, Oliveira and Fernandes 2009, doi:10.1109/TVCG.2009.113
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def _lab(colour: str, kind: str = "none") -> Any:
    """CIE L*a*b* of a colour as somebody sees it."""
    share = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(TO_XYZ @ np.clip(BLINDNESS[kind] @ linear, 0, 1) / np.array([0.9505, 1, 1.089]))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def _lightness(colour: str) -> float:
    return float(_lab(colour)[0])


def test_colours_differ_in_grey() -> None:
    shades = sorted(_lightness(colour) for colour in palette.COLOURS)
    assert min(high - low for low, high in pairwise(shades)) > 6


@pytest.mark.parametrize("kind", BLINDNESS)
def test_colours_stay_apart_for_every_eye(kind: str) -> None:
    pairs = combinations((*palette.COLOURS, palette.PREDICTIVE), 2)
    assert min(float(np.linalg.norm(_lab(one, kind) - _lab(other, kind))) for one, other in pairs) > 10


def test_no_treatment_is_red() -> None:
    for colour in palette.COLOURS:
        hue, _, _ = rgb_to_hsv(*(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)))
        assert 25 < 360 * hue < 335, colour


def test_words_and_quiet_words_contrast_with_paper() -> None:
    for colour in (palette.INK, palette.QUIET, palette.PREDICTIVE):
        luminance = ((_lightness(colour) + 16) / 116) ** 3
        assert 1.05 / (luminance + 0.05) > 4.5


def test_twenty_treatments_have_twenty_marks_and_keep_them() -> None:
    names = [f"t{index:02d}" for index in range(20)]
    marks = palette.marks(names)
    assert len(set(marks.values())) == 20
    assert palette.marks(reversed(names)) == marks


def test_a_treatment_has_one_mark_in_every_figure(read: Read) -> None:
    reading = read(with_sensitivity(results()))
    strip, panels = compose.answer_strip(reading), compose.rank_panels(reading)[0]
    for row, panel, name in zip(strip.sections[0].rows, panels.panels, reading.ranked, strict=True):
        assert row.mark == panel.mark == reading.marks[name]
    assert {node.treatment: node.mark for node in compose.network(reading).nodes} == reading.marks


def test_the_strip_is_in_order_and_the_reference_has_no_interval(read: Read) -> None:
    reading = read(results())
    rows = compose.answer_strip(reading).sections[0].rows
    assert [row.label for row in rows] == [reading.label(name) for name in reading.ranked]
    (blank,) = [row for row in rows if row.credible is None]
    assert blank.label == "Psychiatric care only"
    assert blank.predictive is None
    assert blank.rank is not None


def test_the_forest_shows_each_pair_once_better_first(read: Read) -> None:
    reading = read(results())
    (forest,) = compose.forests(reading)
    labels = [row.label for section in forest.sections for row in section.rows]
    assert labels == [f"{first} vs {second}" for first, second in combinations(["SEplus", "SE", "PCO", "PVT", "TE"], 2)]
    row = forest.sections[0].rows[0]
    effect = reading.effects["SEplus", "SE"]
    assert (row.estimate, row.credible.lower, row.credible.upper) == (
        effect["median"],
        effect["lower"],
        effect["upper"],
    )
    assert (row.predictive.lower, row.predictive.upper) == (effect["predictive_lower"], effect["predictive_upper"])
    assert row.cells[0] == "1.07 (0.69 to 1.68)"
    assert forest.axis.log
    assert forest.axis.null == 1


def test_a_mirrored_direction_turns_the_words_of_every_axis(read: Read) -> None:
    up, down = read(results()), read(results(better="lower"))
    for make in (lambda r: compose.forests(r)[0], compose.answer_strip):
        assert (make(up).axis.left, make(up).axis.right) == (make(down).axis.right, make(down).axis.left)
    assert compose.answer_strip(up).axis.left == "favours PCO"
    assert compose.answer_strip(down).axis.right == "favours PCO"
    assert compose.forests(up)[0].axis.right == "favours first named"


def test_a_common_effect_has_nothing_red(read: Read) -> None:
    reading = read(results(tau=None))
    records = [compose.answer_strip(reading), *compose.forests(reading), *compose.rank_panels(reading)]
    for record in records:
        assert record.legend[1] is None
        assert palette.PREDICTIVE not in draw.draw(record)
    assert compose.heterogeneity(reading, reading.results["heterogeneity"]) is None


def test_red_is_kept_for_what_is_predictive(read: Read) -> None:
    reading = read(with_sensitivity(results()))
    assert palette.PREDICTIVE in draw.draw(compose.forests(reading)[0])
    for record in (
        compose.network(reading),
        compose.heterogeneity(reading, reading.results["heterogeneity"]),
        *compose.sensitivity(reading),
    ):
        assert record is not None
        assert palette.PREDICTIVE not in draw.draw(record)


def test_a_difference_of_risks_has_a_linear_axis_around_nought(read: Read) -> None:
    reading = read(results({"PCO": 0.0, "SE": 0.15, "TE": -0.03}, sd=0.03, tau=0.05, measure="RD"))
    shown = compose.forests(reading)[0].axis
    assert not shown.log
    assert shown.null == 0
    assert shown.lower < 0 < shown.upper
    assert 0.0 in [place for place, _ in shown.ticks]


@pytest.mark.parametrize("values", [[], [1.0, 1.0], [0.2, 8.0], [1e-9, 1e9], [1.01, 1.02], [0.9, None, 30.0]])
def test_axes_hold_no_effect_and_a_handful_of_ticks(read: Read, values: list[float | None]) -> None:
    shown = axis(read(results()), values, ("", ""), "")
    assert 0.02 < shown.lower < 1 < shown.upper < 50
    places = [place for place, _ in shown.ticks]
    assert 1.0 in places
    assert 2 <= len(places) <= 7
    assert all(shown.lower <= place <= shown.upper for place in places)


def test_edges_count_trials_and_nodes_count_people(read: Read) -> None:
    reading = read(results())
    network = compose.network(reading)
    widest = max(network.edges, key=lambda edge: edge.share)
    assert widest.share == 1
    assert {network.nodes[widest.start].treatment, network.nodes[widest.end].treatment} == {"SE", "PVT"}
    for edge in network.edges:
        assert edge.share == pytest.approx(edge.count / widest.count)
    thin = compose.network(read(many(11)))
    assert {edge.count for edge in thin.edges} == {1}
    assert all(edge.share < 0.5 for edge in thin.edges)
    people = {name: detail["participants"] for name, detail in reading.details.items()}
    for node in network.nodes:
        assert node.share == pytest.approx(people[node.treatment] / max(people.values()))
        assert math.hypot(node.x, node.y) == pytest.approx(1)
    assert "SE with PVT in 10 trials" in network.alt


def test_numbers_on_edges_do_not_lie_on_each_other(read: Read) -> None:
    network = compose.network(read(results()))
    places = []
    for edge in network.edges:
        start, end = network.nodes[edge.start], network.nodes[edge.end]
        places.append((start.x + edge.label_at * (end.x - start.x), start.y + edge.label_at * (end.y - start.y)))
    assert min(math.dist(*pair) for pair in combinations(places, 2)) > 0.15


def test_numbers_of_lines_that_cross_stand_clear_of_the_crossing() -> None:
    lines = [((-1.0, 0.0), (1.0, 0.0)), ((0.0, -1.0), (0.0, 1.0))]
    first, second = label_places(lines)
    assert abs(first - 0.5) > 0.05
    assert abs(second - 0.5) > 0.05
    assert label_places(lines[:1]) == [0.5]


def test_rank_panels_show_estimated_and_predictive(read: Read) -> None:
    reading = read(results())
    bars, curves = compose.rank_panels(reading)
    for panel, row in zip(bars.panels, reading.ranking, strict=True):
        assert panel.estimated == tuple(row["rank_probabilities"])
        assert panel.predictive == tuple(row["predictive_rank_probabilities"])
        assert sum(panel.estimated) == pytest.approx(1)
    assert all(panel.estimated[-1] == pytest.approx(1) for panel in curves.panels)
    assert (bars.cumulative, curves.cumulative) == (False, True)


def test_sensitivity_skips_failed_sets_and_fills_the_primary(read: Read) -> None:
    (record,) = compose.sensitivity(read(with_sensitivity(results())))
    for section in record.sections:
        assert [row.filled for row in section.rows] == [True, False, False]
        assert [row.label for row in section.rows] == ["Primary", "Strict basis", "All populations"]
    assert compose.sensitivity(read(results())) == ()


@pytest.mark.parametrize("count", [2, 3, 11, 20])
def test_a_forest_of_any_size_is_cut_in_parts_on_one_axis(read: Read, count: int) -> None:
    parts = compose.forests(read(many(count)))
    rows = [row for part in parts for section in part.sections for row in section.rows]
    assert len(rows) == count * (count - 1) // 2
    assert len({part.name for part in parts}) == len(parts)
    assert len({part.axis for part in parts}) == 1
    assert all(sum(len(section.rows) for section in part.sections) <= 26 for part in parts)


@pytest.mark.parametrize("layout", Layout)
def test_drawings_are_svg_with_words_and_the_same_each_time(read: Read, layout: Layout) -> None:
    reading = read(with_sensitivity(results()))
    records = [compose.answer_strip(reading), compose.network(reading), *compose.rank_panels(reading)]
    for record in [*records, compose.heterogeneity(reading, reading.results["heterogeneity"])]:
        assert record is not None
        first = draw.draw(record, layout)
        draw.draw.cache_clear()
        assert draw.draw(record, layout) == first
        root = Tree.fromstring(first)
        assert root.get("role") == "img"
        names = {found.get("id"): found.text for found in root.iter() if found.get("id")}
        labelled = (root.get("aria-labelledby") or "").split()
        assert [names[name] for name in labelled] == [record.title, record.alt]
        assert not re.search(r"<(script|image|foreignObject)|metadata", first)


def test_a_title_at_the_edge_and_a_legend_are_as_long_as_their_language_likes(read: Read) -> None:
    reading = read(results())
    drawn = draw.draw(replace(compose.forests(reading)[0], columns=("RR", "95%-VI", "Onderzoeken")), Layout.WIDE)
    assert re.search(r"text-anchor:end[^>]*>Onderzoeken<", drawn)
    found = compose.heterogeneity(reading, reading.results["heterogeneity"])
    assert found is not None
    drawn = draw.draw(replace(found, labels=("Vooraf", "Na alle gebruikte onderzoeken")), Layout.WIDE)
    first, second = (float(re.search(rf'x="([\d.]+)"[^>]*>{it}', drawn)[1]) for it in ("Na alle", "Vooraf"))  # type: ignore[index]
    assert second - first > 9 * 0.55 * len("Na alle gebruikte onderzoeken")


def test_ids_of_all_drawings_differ(read: Read) -> None:
    reading = read(with_sensitivity(results()))
    records = [compose.answer_strip(reading), *compose.forests(reading), *compose.rank_panels(reading)]
    found = [
        name
        for record in records
        for layout in Layout
        for name in re.findall(r'\bid="([^"]+)"', draw.draw(record, layout))
    ]
    assert len(found) == len(set(found))


def test_every_reference_inside_a_drawing_has_its_target(read: Read) -> None:
    for record in compose.rank_panels(read(results())):
        svg = draw.draw(record)
        wanted = set(re.findall(r"url\(#([^)]+)\)", svg)) | set(re.findall(r'href="#([^"]+)"', svg))
        assert wanted
        assert wanted <= set(re.findall(r'\bid="([^"]+)"', svg))


def test_hostile_labels_stay_text(read: Read) -> None:
    made = results()
    made["treatment_details"][2] |= {"label": "<script>x</script> $\\frac{1}$ \u202e\x00", "short": '"><b>😀'}
    for record in (compose.answer_strip(read(made)), compose.network(read(made)), *compose.rank_panels(read(made))):
        root = Tree.fromstring(draw.draw(record))
        assert not [node for node in root.iter() if node.tag.rpartition("}")[2] in ("script", "b")]
    made["treatment_details"][2]["label"] = "$x^2$ & $y$"
    root = Tree.fromstring(draw.draw(compose.answer_strip(read(made))))
    assert "$x^2$ & $y$" in [node.text for node in root.iter() if node.tag.endswith("}text")]


def test_figures_of_a_bare_network_of_two(read: Read) -> None:
    reading = read(bare(results({"PCO": 0.0, "SE": 0.2}, tau=None)))
    (forest,) = compose.forests(reading)
    assert forest.axis.left == "favours PCO"
    assert forest.axis.right == "favours SE"
    for record in (forest, compose.network(reading), compose.answer_strip(reading)):
        assert draw.draw(record, Layout.NARROW).startswith("<svg")
