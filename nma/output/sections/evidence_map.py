"""The evidence map: shares in single arms, by treatment, of trials in the network and outside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nma.output.axes import span
from nma.output.blocks import Block, Widget, number, table
from nma.output.compose import LONGEST_LABEL
from nma.output.display import Cell, Table
from nma.output.figures import Strip, Strips
from nma.output.reading import Reading, Row
from nma.output.text import clip, tidy

_TIME_POINTS = {"earliest": "evidence_map.rule.earliest", "latest": "evidence_map.rule.latest"}
_TREATMENTS = (
    "table.treatment",
    "evidence_map.head.arms",
    "table.trials",
    "table.participants",
    "evidence_map.head.median",
    "evidence_map.head.arms_inside",
    "evidence_map.head.median_inside",
)
_ARMS = (
    "table.trial",
    "evidence_map.head.arm",
    "table.treatment",
    "table.months",
    "evidence_map.head.counts",
    "evidence_map.head.share",
    "evidence_map.head.inside",
)
_CONTEXT = ("evidence_map.head.kind", "evidence_map.head.nearest", "evidence_map.head.median")
_PRINTED = ("table.trial", "evidence_map.head.arm", "table.months", "evidence_map.head.printed")


def blocks(reading: Reading) -> tuple[Block, ...]:
    """The map, the figures of other syntheses beside it, and every arm; nothing where no registry is known."""
    found = reading.results.get("evidence_map")
    if not found or not found["arms"]:
        return ()
    return (
        Block(
            lead=_lead(reading, found),
            figures=((_figure(reading, found), reading.text("evidence_map.caption")),),
            tables=(_treatments(reading, found),),
        ),
        *_context(reading, found["context"]),
        _every_arm(reading, found),
    )


def _lead(reading: Reading, found: Row) -> tuple[str, ...]:
    text, arms = reading.text, found["arms"]
    inside = sum(arm["used"] for arm in arms)
    size = text(
        "evidence_map.size",
        count=len(arms),
        trials=len({arm["study"] for arm in arms}),
        participants=sum(arm["n"] for arm in arms),
        inside=inside,
        outside=len(arms) - inside,
    )
    said = [text("evidence_map.lead", outcome=outcome(reading)), size, text(_TIME_POINTS[found["time_point"]])]
    if found["overlaps"]:
        pairs = [
            text("evidence_map.overlap", first=reading.trial(one), second=reading.trial(two))
            for one, two in found["overlaps"]
        ]
        said.append(text("evidence_map.overlaps", count=len(pairs), pairs=text.listed(pairs)))
    return tuple(said)


def outcome(reading: Reading) -> str:
    """The outcome, as a sentence names it."""
    return tidy(reading.analysis["outcome_label"])


def percent(reading: Reading, share: float) -> str:
    """A share from 0 to 1 as a percentage with one decimal, the way reviews without a network print it."""
    return reading.text("evidence_map.percent", value=reading.text.numbers.decimals(100 * share, 1))


def _range(reading: Reading, summary: Row | None) -> str:
    """Median and range; a single share by itself, nothing where there is no arm."""
    if summary is None:
        return "–"
    median, lower, upper = (percent(reading, summary[key]) for key in ("median", "lower", "upper"))
    if summary["arms"] == 1:
        return median
    return reading.text("estimate", median=median, interval=reading.text("interval", lower=lower, upper=upper))


def _rows(reading: Reading, found: Row) -> list[Row]:
    """Rows of treatments: those of the network in the order of the ranking, then the others."""
    places = {name: place for place, name in enumerate(reading.ranked)}
    return sorted(found["treatments"], key=lambda row: places.get(row["treatment"], len(places)))


def _name(reading: Reading, row: Row) -> str:
    """Name of a treatment of the map, which need not be one of the network."""
    if row["treatment"] is None:
        return reading.text("evidence_map.none")
    known = row["treatment"] in reading.details
    return reading.label(row["treatment"]) if known else tidy(row["label"] or row["treatment"])


def _short(reading: Reading, row: Row) -> str:
    if row["treatment"] is None:
        return reading.text("evidence_map.none_short")
    known = row["treatment"] in reading.details
    return reading.short(row["treatment"]) if known else clip(tidy(row["short"] or row["treatment"]), LONGEST_LABEL)


def _figure(reading: Reading, found: Row) -> Strips:
    """One row a treatment: filled dots in the network, open ones outside it, the range and the median of them all."""
    text, rows = reading.text, _rows(reading, found)
    dots = {used: tuple(_shares(found, row, used) for row in rows) for used in (False, True)}
    most = [100 * arm["share"] for arm in found["arms"]]
    across = span(text.numbers, [0.0, 100.0, *most], text("evidence_map.axis"))
    return Strips(
        name="evidence-map",
        title=text("evidence_map.figure"),
        alt=text(
            "evidence_map.alt", count=len(found["arms"]), medians=text.listed([_told(reading, row) for row in rows])
        ),
        rows=tuple(clip(_short(reading, row), LONGEST_LABEL) for row in rows),
        strips=(
            Strip(
                across,
                dots[False],
                tuple(100 * row["all"]["median"] for row in rows),
                dots[True],
                tuple((100 * row["all"]["lower"], 100 * row["all"]["upper"]) for row in rows),
            ),
        ),
        legend=(text("evidence_map.legend.outside"), text("evidence_map.legend.median")),
        filled=text("evidence_map.legend.inside"),
        roomy=True,
    )


def _shares(found: Row, row: Row, used: bool) -> tuple[float, ...]:
    own = (arm for arm in found["arms"] if arm["treatment"] == row["treatment"] and arm["used"] == used)
    return tuple(100 * arm["share"] for arm in own)


def _told(reading: Reading, row: Row) -> str:
    return reading.text("evidence_map.told", name=_name(reading, row), median=percent(reading, row["all"]["median"]))


def _treatments(reading: Reading, found: Row) -> Table:
    text, count = reading.text, reading.text.numbers.count
    rows = []
    for row in _rows(reading, found):
        every, inside = row["all"], row["network"]
        mark = reading.marks.get(row["treatment"])
        rows.append(
            (
                Cell(_name(reading, row), mark=mark),
                *(number(count(every[key])) for key in ("arms", "trials", "participants")),
                Cell(_range(reading, every), number=True, order=every["median"]),
                number(count(inside["arms"] if inside else 0)),
                Cell(_range(reading, inside), number=True, order=inside["median"] if inside else None),
            )
        )
    return table(text, text("evidence_map.caption_of.treatments", outcome=outcome(reading)), _TREATMENTS, rows)


def _context(reading: Reading, figures: Sequence[Row]) -> tuple[Block, ...]:
    """What other syntheses print, where the review's vocabulary holds it: a table for each of them."""
    if not figures:
        return ()
    text = reading.text
    tables = tuple(
        table(
            text,
            text("evidence_map.caption_of.context", source=tidy(source)),
            _CONTEXT,
            [_context_row(reading, figure) for figure in figures if figure["source"] == source],
        )
        for source in dict.fromkeys(figure["source"] for figure in figures)
    )
    return (Block(text("evidence_map.context.heading"), lead=(text("evidence_map.context.lead"),), tables=tables),)


def _context_row(reading: Reading, figure: Row) -> tuple[Cell, ...]:
    return (
        Cell(tidy(figure["label"])),
        Cell(reading.label(figure["node"]) if figure["node"] in reading.details else figure["node"] or "–"),
        Cell(_printed_range(reading, figure), number=True, order=figure["median"]),
    )


def _printed_range(reading: Reading, figure: Row) -> str:
    return _range(reading, {**{key: figure[key] / 100 for key in ("median", "lower", "upper")}, "arms": 0})


def _every_arm(reading: Reading, found: Row) -> Block:
    """Every arm with its share, and the percentages from which no share was made."""
    text = reading.text
    rows = [_arm(reading, arm) for arm in found["arms"]]
    every = table(text, text("evidence_map.caption_of.arms", count=len(rows)), _ARMS, rows)
    said = []
    if found["uncounted"]:
        said.append(text("evidence_map.uncounted", count=len(found["uncounted"])))
    if found["printed"]:
        said.append(text("evidence_map.printed", count=len(found["printed"])))
    return Block(
        heading=text("evidence_map.every"),
        lead=tuple(said),
        tables=_printed(reading, found["printed"]),
        widgets=(Widget("folded", {"summary": text("evidence_map.open", count=len(rows)), "table": every}),),
    )


def _arm(reading: Reading, arm: Row) -> tuple[Cell, ...]:
    text, numbers = reading.text, reading.text.numbers
    names = {row["treatment"]: row for row in reading.results["evidence_map"]["treatments"]}
    return (
        Cell(reading.trial(arm["study"])),
        Cell(tidy(arm["arm"])),
        Cell(_short(reading, names[arm["treatment"]])),
        Cell(numbers.general(arm["months"]), number=True, order=arm["months"]),
        Cell(text("evidence_map.counts", events=arm["events"], n=arm["n"]), number=True, order=float(arm["events"])),
        Cell(percent(reading, arm["share"]), number=True, order=arm["share"]),
        Cell(_place(reading, arm)),
    )


def _place(reading: Reading, arm: Row) -> str:
    """Whether an arm stands in the network, or which rule left its trial out."""
    if arm["used"]:
        return reading.text("evidence_map.inside")
    if arm["rule"] is None:
        return reading.text("evidence_map.no_treatment")
    return reading.text("evidence_map.outside", rule=reading.text.word("rule", arm["rule"]))


def _printed(reading: Reading, found: Sequence[Row]) -> tuple[Table, ...]:
    if not found:
        return ()
    rows = [
        (
            Cell(reading.trial(share["study"])),
            Cell(tidy(share["arm"])),
            Cell(_months(reading, share["months"]), number=True, order=share["months"]),
            Cell(percent(reading, share["percent"] / 100), number=True, order=share["percent"]),
        )
        for share in found
    ]
    return (table(reading.text, reading.text("evidence_map.caption_of.printed", count=len(rows)), _PRINTED, rows),)


def _months(reading: Reading, months: Any) -> str:
    return "–" if months is None else reading.text.numbers.general(months)
