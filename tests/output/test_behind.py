"""Every figure has its numbers in a table and under the pointer; drawings are slim without losing a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, get_args
from xml.etree import ElementTree as Tree

import pytest
from output_sample import results, with_sensitivity

from nma.output import behind, compose, draw
from nma.output.axes import Span
from nma.output.behind import place, tips
from nma.output.draw import Layout
from nma.output.draw.slim import slim
from nma.output.figures import Figure, Interval, Ladder, Point, Points, Rung, Strip, Strips
from nma.output.palette import PLAIN
from nma.output.reading import Reading
from nma.output.text import Text

Read = Callable[[Mapping[str, Any]], Reading]
SPAN = Span(0.0, 10.0, ((0.0, "0"), (10.0, "10")), "Months")


@pytest.fixture
def reading(read: Read) -> Reading:
    return read(with_sensitivity(results()))


def test_every_kind_of_figure_has_a_table() -> None:
    assert set(behind._TABLES) == set(get_args(Figure))


def test_a_forest_is_told_as_it_is_written(reading: Reading) -> None:
    strip = compose.answer_strip(reading)
    table = behind.behind(strip, reading.text)
    assert table is not None
    assert [column.text for column in table.columns][1:] == [*strip.columns, strip.legend[1], strip.rank_title]
    best, effect = reading.ranking[0], reading.effects[reading.ranked[0], reading.reference]
    assert [cell.text for cell in table.rows[0]] == [
        reading.label(best["treatment"]),
        reading.estimate(effect),
        reading.interval(effect, "predictive_"),
        "1 (1 to 2)",
    ]
    assert table.rows[0][1].order == effect["median"]
    told = tips(strip, table)
    assert len(told) == len(reading.ranking)
    assert told[0].splitlines()[:2] == [table.rows[0][0].text, f"{strip.columns[0]}: {reading.estimate(effect)}"]


def test_rank_probabilities_are_told_for_both_kinds(reading: Reading) -> None:
    bars, _ = compose.rank_panels(reading)
    table = behind.behind(bars, reading.text)
    assert table is not None
    assert len(table.rows) == 2 * len(bars.panels)
    assert [cell.order for cell in table.rows[0][2:]] == list(bars.panels[0].estimated)
    assert [cell.order for cell in table.rows[1][2:]] == list(bars.panels[0].predictive or ())
    assert len(tips(bars, table)) == len(bars.panels)


def test_a_curve_is_told_at_its_ticks(reading: Reading) -> None:
    curve = compose.heterogeneity(reading, reading.results["heterogeneity"])
    assert curve is not None
    table = behind.behind(curve, reading.text)
    assert table is not None
    assert len(table.columns) == 3 + len(curve.ticks)
    assert table.rows[0][1].order == curve.median
    at = min(range(len(curve.grid)), key=lambda k: abs(curve.grid[k] - curve.ticks[1][0]))
    assert table.rows[0][4].order == curve.posterior[at]
    assert tips(curve, table) == ()


def test_a_network_names_whom_each_treatment_met(reading: Reading) -> None:
    net = compose.network(reading)
    table = behind.behind(net, reading.text)
    assert table is not None
    edge = net.edges[0]
    assert f"{net.nodes[edge.end].label} ({edge.count})" in table.rows[edge.start][2].text


def test_points_strips_and_ladders_are_told(text: Text) -> None:
    points = Points("p", "P", "p", (Point(1.0, 2.0, "Bond 2007"), Point(3.0, 4.0)), (), SPAN, SPAN)
    strips = Strips("s", "S", "s", ("PCO", "SE"), (Strip(SPAN, ((3.0, 1.0), ()), (2.0, None)),), ("dot", "median"))
    ladder = Ladder(
        "l", "L", "l", (Rung("First", ((0.5, PLAIN),), "word"), Rung("Second", ())), SPAN, "C", (("SE", PLAIN),)
    )
    told = [behind.behind(figure, text) for figure in (points, strips, ladder)]
    words = [[[cell.text for cell in row] for row in table.rows] for table in told if table is not None]
    assert words == [
        [["Bond 2007", "1.00", "2.00"], ["not named in the figure", "3.00", "4.00"]],
        [["PCO", "2: 1; 3"], ["SE", "–"]],
        [["First", "word", "0.500"], ["Second", "–", "–"]],
    ]


@pytest.mark.parametrize(
    ("value", "written"), [(0.0, "0"), (1234.5, "1,234"), (0.01234, "0.0123"), (-2.5, "−2.50"), (1e-9, "0.000000")]
)
def test_positions_have_three_significant_figures(text: Text, value: float, written: str) -> None:
    assert place(text, value).text == written
    assert place(text, value).order == value


def test_an_interval_beyond_the_axis_is_told_in_full(reading: Reading) -> None:
    strip = compose.answer_strip(reading)
    row = replace(strip.sections[0].rows[0], predictive=Interval(0.0001, 123456.0))
    figure = replace(strip, sections=(replace(strip.sections[0], rows=(row,)),))
    table = behind.behind(figure, reading.text)
    assert table is not None
    assert table.rows[0][2].text == "<0.001 to 123,456"


def test_tips_are_escaped_and_only_where_there_are_words(reading: Reading) -> None:
    strip = compose.answer_strip(reading)
    words = ("<script>x</script> \"a\" & 'b'", "second")
    svg = draw.draw(strip, Layout.WIDE, "nl-", words)
    root = Tree.fromstring(svg)
    found = [node.text for node in root.iter() if node.tag.endswith("}title")]
    assert found == [strip.title, *words]
    assert 'class="tip"' not in draw.draw(strip)
    assert all(name.startswith("nl-") for name in re.findall(r'\bid="([^"]+)"', svg))


def test_slimming_keeps_lines_words_and_what_is_referred_to() -> None:
    svg = """<svg viewBox="0 0 9 9"><defs><clipPath id="c"><rect x="1.23456" y="0"/></clipPath></defs>
<g id="line2d_1">
 <path d="M 1.23456 2 \nL 3.98765 4 \n" clip-path="url(#c)" style="fill: none; stroke: #000"/>
</g>
<g id="a"><path d="M 1 2 \n" style="stroke: red"/></g>
<g id="text_1"><text style="font-size: 9px; font-family: A, 'B'; fill: red" x="1" transform="rotate(-0 1 2)">""" + (
        """1.23456 id="q" x="1.23456" style="a: b"</text></g></svg>"""
    )
    assert slim(svg) == (
        '<svg viewBox="0 0 9 9"><defs><clipPath id="c"><rect x="1.23" y="0"/></clipPath></defs>'
        '<path d="M1.23 2L3.99 4" clip-path="url(#c)" style="fill:none;stroke:#000"/>'
        '<text style="font-size:9px;fill:red" x="1">1.23456 id="q" x="1.23456" style="a: b"</text></svg>'
    )
