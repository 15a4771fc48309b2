"""The sections on contributions and on small trials: true of the numbers in every corner, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from output_sample import TRIALS, many, results

import nma
from nma.answers.contribution import contributions_at
from nma.answers.small_study import FunnelPoint, asymmetry
from nma.output import report
from nma.output.behind import behind, tips
from nma.output.draw import Layout, draw
from nma.output.figures import Points
from nma.output.heat import Heat
from nma.output.reading import Reading
from nma.output.sections import contributions, small_study
from nma.output.tables import frames as tables_of
from nma.output.text import load

Made = dict[str, Any]
Read = Callable[[Mapping[str, Any]], Reading]
SPECIFICATION = {
    "outcome": "work", "better": "higher", "measure": "RR", "likelihood": "binomial", "link": "log",
    "effects": "random", "reference": "PCO",
    "priors": {
        "effects": {"family": "normal", "scale": 10},
        "heterogeneity": {"family": "half-normal", "scale": 0.5},
    },
}  # fmt: skip


@pytest.fixture(params=["en", "nl"])
def read(request: pytest.FixtureRequest, templates: Path) -> Callable[[Mapping[str, Any]], Reading]:
    """Reads results in either language."""
    return lambda made: Reading(made, load(templates / "text", request.param))


def contributed(trials: Sequence[Sequence[str]] = TRIALS, tau: float = 0.3) -> Made:
    """What the trials of the sample contribute."""
    rows = [
        (name, *arm.split(" ")[:1], *map(int, arm.split(" ")[1].split("/"))) for name, *arms in trials for arm in arms
    ]
    frame = pd.DataFrame(rows, columns=["study", "treatment", "events", "n"])
    evidence = nma.Evidence.from_frame(frame, nma.Analysis.from_mapping(SPECIFICATION))
    found = contributions_at(evidence, tau)
    assert found is not None
    return found.plain()


def said(made: Sequence[Any]) -> str:
    """Every word of a section."""
    return " ".join(line for block in made for line in (*block.warnings, *block.lead, *block.after, *block.items))


def figures(made: Sequence[Any]) -> list[Any]:
    return [figure for block in made for figure, _ in block.figures]


def tables(made: Sequence[Any]) -> list[Any]:
    """Tables, open and folded."""
    return [it for block in made for it in (*block.tables, *(widget.values["table"] for widget in block.widgets))]


@pytest.mark.parametrize("make", [contributions.blocks, small_study.blocks])
@pytest.mark.parametrize("key", [{}, {"contributions": None, "small_study": None}])
def test_nothing_is_said_of_what_results_do_not_hold(read: Read, make: Any, key: Made) -> None:
    assert make(read(results() | key)) == ()


def test_the_figure_and_the_sentences_are_the_numbers(read: Read) -> None:
    found = contributed()
    reading = read(results() | {"contributions": found})
    made = contributions.blocks(reading)
    figure = figures(made)[0]
    assert isinstance(figure, Heat)
    assert len(figure.rows) == 10
    assert len(figure.columns) == 7
    for row, own, shares in zip(figure.rows, figure.own, figure.shares, strict=True):
        assert sum(shares) == pytest.approx(1.0)
        assert own is None or figure.columns[own] == row
    pair = contributions.by_pair(found)[frozenset(reading.ranked[:2])]
    own_share = next(it["share"] for it in pair["by_comparison"] if {it["treatment"], it["versus"]} == {"SE", "SEplus"})
    assert f"{100 * own_share:.0f}%" in made[0].lead[1]
    assert reading.trial(pair["by_trial"][0]["study"]) in made[0].lead[2]
    assert reading.trial(found["overall"]["by_trial"][0]["study"]) in made[2].lead[0]
    assert [row[0].text for row in tables(made)[0].rows] == [
        reading.trial(row["study"]) for row in found["overall"]["by_trial"]
    ]


def test_half_of_the_network(read: Read) -> None:
    """As many of the heaviest trials as are needed, and no more."""
    found = contributed()
    shares = [row["share"] for row in found["overall"]["by_trial"]]
    half = int(np.argmax(np.cumsum(shares) >= 0.5)) + 1
    assert f" {half} " in contributions.blocks(read(results() | {"contributions": found}))[2].lead[0]


CORNERS = {
    "direct_only": (("one", "SE 19/41", "PCO 5/47"), ("two", "SE 25/41", "PCO 15/47")),
    "indirect_only": (("one", "SE 19/41", "PCO 5/47"), ("two", "SEplus 25/41", "PCO 15/47")),
    "mixed": (("a", "SE 19/41", "PCO 5/47"), ("b", "SEplus 25/41", "PCO 15/47"), ("c", "SEplus 5/9", "SE 2/9")),
}
STARTS = {
    "direct_only": ("rests wholly on trials that compare", "berust geheel op onderzoeken die"),
    "indirect_only": ("No trial compares", "Geen onderzoek vergelijkt"),
    "mixed": ("of its information from trials", "van de informatie uit onderzoeken"),
}


@pytest.mark.parametrize("corner", CORNERS)
def test_what_the_first_two_rest_on(read: Read, corner: str) -> None:
    names = {arm.split(" ")[0] for _, *arms in CORNERS[corner] for arm in arms}
    effects = {"PCO": 0.0, "SE": 0.5, "SEplus": 0.9}
    made = results({name: effects[name] for name in sorted(names)})
    reading = read(made | {"contributions": contributed(CORNERS[corner])})
    lead = contributions.first_two(reading, reading.results["contributions"])
    assert any(start in lead[0] for start in STARTS[corner])
    assert (corner == "direct_only") == (not figures(contributions.blocks(reading)))


def test_one_trial(read: Read) -> None:
    found = contributed((("bejerholm-2015", "SE 19/41", "PCO 5/47"),))
    reading = read(results({"PCO": 0.0, "SE": 0.5}) | {"contributions": found})
    words = said(contributions.blocks(reading))
    assert words.count(reading.trial("bejerholm-2015")) == 2
    assert tables(contributions.blocks(reading))[0].rows[0][2].text == "100%"


def test_a_whole_share_is_whole_and_a_part_never_is(read: Read) -> None:
    reading = read(results())
    shown = [contributions.percent(reading, share) for share in (1.0, 1 - 1e-12, 0.997, 0.5, 0.001)]
    assert shown == ["100%", "100%", ">99%", "50%", "<1%"]


def circle(count: int) -> Made:
    """Every treatment of a large network against the next, and against the reference."""
    made = many(count)
    names = made["treatments"]
    shares = [{"treatment": a, "versus": b} for a, b in zip(names[1:], names[:-1], strict=True)]
    pairs = []
    for place, versus in enumerate(names):
        for treatment in names[place + 1 :]:
            by = [{**edge, "share": (1 + at) / sum(range(1, count))} for at, edge in enumerate(shares)]
            direct = {"treatment": treatment, "versus": versus} in shares
            by_trial = [{"study": name, "share": 1 / len(TRIALS)} for name, *_ in TRIALS]
            own = {"direct": direct, "by_comparison": by[::-1], "by_trial": by_trial}
            pairs.append({"treatment": treatment, "versus": versus, **own})
    overall = {"by_trial": pairs[0]["by_trial"], "by_comparison": pairs[0]["by_comparison"]}
    return made | {"contributions": {"method": "random walk", "tau": 0.0, "pairs": pairs, "overall": overall}}


def test_a_large_network_shows_a_part_and_says_so(read: Read) -> None:
    reading = read(circle(20))
    made = contributions.blocks(reading)
    figure, caption = made[1].figures[0]
    assert isinstance(figure, Heat)
    assert len(figure.rows) == contributions.MOST_ROWS
    assert len(figure.columns) == contributions.MOST_COLUMNS
    left_out = {row["share"] for row in reading.results["contributions"]["overall"]["by_comparison"][14:]}
    assert not left_out & {share for row in figure.shares for share in row}
    assert 0 < caption.index(f" {190 - 15} ") < caption.index(f" {19 - 14} ")
    assert "random walk" in said(made) or "toevalswandeling" in said(made)
    if reading.text.language == "en":
        assert all("</svg>" in draw(figure, layout) for layout in Layout)


def test_many_trials_are_folded(read: Read) -> None:
    made = contributions.blocks(read(results() | {"contributions": contributed()}))
    assert not made[2].tables
    assert made[2].widgets[0].name == "folded"


POINTS = [("bond-2007", "SE", "TE"), ("drake-1999", "SE", "TE"), ("mueser-2004", "SE", "PVT")] * 4


def funnelled(adjusted: Any, se: Any, **found: Any) -> Made:
    """What a funnel of these points says."""
    points = [
        FunnelPoint(*names, float(y) + 0.5, float(spread), 0.5, float(y))
        for names, y, spread in zip(POINTS, adjusted, se, strict=False)
    ]
    test, others = asymmetry(points, True)
    usual = {
        "scale": "log RR", "tau": 0.3, "order": ["SEplus", "SE", "PVT", "TE", "PCO"],
        "points": [asdict(point) for point in points],
        "comparisons": [], "alone": 0, "multi_arm": [], "test": test, "others": others,
        "without_data": [], "outside_window": [], "missing": [], "missing_people": {"randomised": 0, "unknown": 0},
    }  # fmt: skip
    return results() | {"small_study": {**usual, **found}}


SE = np.linspace(0.1, 1.0, 12)
NOISE = 0.5 * SE * np.tile([1, -1, -1, 1], 3)
"""As much on one side as on the other."""
FUNNELS = {
    "toward": (2 * SE + NOISE, SE, ("towards the treatment", "meer dan grote naar")),
    "away": (-2 * SE + NOISE, SE, ("lean away from", "minder dan grote naar")),
    "symmetric": (NOISE, SE, ("finds no asymmetry", "niet meer asymmetrie")),
    "few": (NOISE[:9], SE[:9], ("With fewer than 10", "Met minder dan 10")),
    "alone": (0 * SE, SE, ("lies on the middle line", "op de middellijn")),
    "flat": (NOISE, np.ones(12), ("the same standard error", "dezelfde standaardfout")),
}


@pytest.mark.parametrize("kind", FUNNELS)
def test_what_the_funnel_says(read: Read, kind: str) -> None:
    adjusted, se, words = FUNNELS[kind]
    reading = read(funnelled(adjusted, se))
    made = small_study.blocks(reading)
    text = " ".join(small_study.said(reading, reading.results["small_study"]))
    assert any(word in text for word in words)
    others = [word for name, (_, _, own) in FUNNELS.items() if name != kind for word in own]
    assert not any(word in text for word in others)
    assert ("p\u00a0=" in text or "p\u00a0<" in text) == (kind in ("toward", "away", "symmetric"))
    causes = reading.text("small_study.causes")
    assert (causes in said(made)) == (kind in ("toward", "away"))
    assert "</svg>" in draw(figures(made)[0], Layout.NARROW)


def test_the_funnel_is_the_points(read: Read) -> None:
    reading = read(funnelled(2 * SE, SE))
    figure = figures(small_study.blocks(reading))[0]
    assert isinstance(figure, Points)
    assert [(point.x, point.y) for point in figure.points] == list(zip((2 * SE).tolist(), SE.tolist(), strict=True))
    assert {point.mark for point in figure.points} == {reading.marks["SE"]}
    assert figure.key == ((reading.label("SE"), reading.marks["SE"]),)
    assert figure.y.lower > figure.y.upper == 0.0
    told = behind(figure, reading.text)
    assert told is not None
    assert reading.trial("bond-2007") in tips(figure, told)[0]
    slope = figure.curves[0].xs[2] / figure.curves[0].ys[2]
    assert slope == pytest.approx(1.959964, abs=1e-6)


def test_one_point_is_no_funnel(read: Read) -> None:
    made = small_study.blocks(read(funnelled([0.0], [0.2])))
    assert figures(made) == []


@pytest.mark.parametrize(("points", "tested"), [(12, True), (5, False)])
def test_tests_are_swayed_only_where_there_are_any(read: Read, points: int, tested: bool) -> None:
    reading = read(funnelled(NOISE[:points], SE[:points], alone=2, multi_arm=["mueser-2004"]))
    words = said(small_study.blocks(reading))
    for name, values in (("alone", {"count": 2}), ("multi_arm", {"count": 1, "trials": reading.trial("mueser-2004")})):
        assert (reading.text(f"small_study.{name}", **values) in words) == tested
        assert (reading.text(f"small_study.untested.{name}", **values) in words) != tested


LOST = {
    "study": "lost", "rule": "awaiting data", "year": 1990, "treatments": ["PCO", "SE"],
    "arms": [
        {"label": "a", "treatment": "SE", "randomised": 20}, {"label": "b", "treatment": "PCO", "randomised": None},
    ],
    "randomised": 20, "complete": False, "months": [18.0, 24.0], "registration": "NCT1", "reports": 1,
}  # fmt: skip
MISSING = [{"treatment": "SE", "versus": "PCO", "trials": ["lost"], "randomised": 0, "unknown": 1}]


def test_trials_without_data(read: Read) -> None:
    people = {"randomised": 20, "unknown": 1}
    made = funnelled(NOISE, SE, without_data=[LOST], missing=MISSING, missing_people=people, outside_window=["x"])
    reading = read(made)
    block = small_study.blocks(reading)[-1]
    pairs, trials = block.tables
    assert [cell.text for cell in pairs.rows[0][1:]] == ["1", "0", "1", "2"]
    assert [cell.text for cell in trials.rows[0][:5]] == ["lost", "PCO; SE", "20", "18; 24", "NCT1"]
    assert trials.rows[0][2].note
    assert " 20 " in block.lead[0]
    assert reading.text("small_study.without.unknown", count=1) in block.lead[0]


@pytest.mark.parametrize(("found", "key"), [([], "none"), (None, "no_registry")])
def test_none_without_data(read: Read, found: Any, key: str) -> None:
    reading = read(funnelled(NOISE, SE, without_data=found, outside_window=found, missing=found, missing_people=None))
    block = small_study.blocks(reading)[-1]
    assert block.lead == (reading.text(f"small_study.without.{key}"),)
    assert not block.tables


def test_the_files_hold_every_number() -> None:
    found = contributed()
    made = results() | {
        "contributions": found,
        "small_study": funnelled(2 * SE, SE, without_data=[LOST])["small_study"],
    }
    frames = tables_of(made)
    comparisons, trials = frames["contribution_comparisons"], frames["contribution_trials"]
    for pair in found["pairs"]:
        rows = comparisons[(comparisons["treatment"] == pair["treatment"]) & (comparisons["versus"] == pair["versus"])]
        told = list(zip(rows["from_treatment"], rows["from_versus"], rows["share"], strict=True))
        assert told == [(row["treatment"], row["versus"], row["share"]) for row in pair["by_comparison"]]
    whole = trials[trials["treatment"].isna()]
    assert whole["share"].tolist() == [row["share"] for row in found["overall"]["by_trial"]]
    assert len(trials) == len(whole) + sum(len(pair["by_trial"]) for pair in found["pairs"])
    assert frames["funnel"]["adjusted"].tolist() == (2 * SE).tolist()
    assert frames["without_data"]["months"].tolist() == ["18 24"]


HOSTILE = "<script>alert(1)</script> عربي 🧪 " + "x" * 400


def test_hostile_labels_stay_text(templates: Path) -> None:
    people = {"randomised": 20, "unknown": 1}
    lost = {**LOST, "registration": HOSTILE}
    made = funnelled(
        2 * SE + NOISE, SE, without_data=[lost], missing=MISSING, missing_people=people, multi_arm=["mueser-2004"]
    )
    made |= {"contributions": contributed()}
    for row in (*made["evidence"]["trials"], *made["treatment_details"]):
        row["label"] = row["short"] = HOSTILE
    page = report.render(made, templates, ["nl"])
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
