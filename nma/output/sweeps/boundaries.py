"""The changes that would turn the order: what a new trial would have to show, and how much bias it would take."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nma.output.axes import scale_axis
from nma.output.display import Cell
from nma.output.figures import Forest, ForestRow, Interval, Section
from nma.output.inconsistency.case import Block, Case, number, table
from nma.output.palette import PLAIN
from nma.output.reading import Row
from nma.output.sweeps.case import best, rows_of


def new_trial(case: Case) -> tuple[Block, ...]:
    """For each comparison and size: the result at which another treatment ranks first, and how likely it is."""
    rows = rows_of(case, "new-trial")
    if not rows:
        return (Block(lead=(case.text("firmness.nothing.new_trial"),)),)
    said = [_told(case, [row for row in rows if row["versus"] == name]) for name in _versus(rows)]
    heads = ("firmness.head.versus", "firmness.head.n", "firmness.head.counts", "firmness.column.shown")
    more = ("firmness.head.chance", "firmness.head.taker")
    body = [_trial_row(case, row) for row in rows]
    caption = case.text("firmness.caption_of.new_trial", best=case.reading.label(best(case)))
    return (Block(lead=tuple(said), tables=(table(case, caption, (*heads, *more), body),)),)


def _versus(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(str(row["versus"]) for row in rows))


def _told(case: Case, rows: list[Row]) -> str:
    """The largest trial of a comparison for which there is a result that turns the order."""
    text, names = case.text, {"best": case.reading.label(best(case)), "versus": case.reading.label(rows[0]["versus"])}
    wrong = [row for row in rows if row["error"]]
    if wrong:
        return text("firmness.new.error", n=wrong[0]["n"], reason=str(wrong[0]["error"]), **names)
    found = [row for row in rows if row["events"] is not None and row["ratio"] is not None]
    if not found:
        return text("firmness.new.sentence_none", n=rows[-1]["n"], **names)
    last = found[-1]
    key = "firmness.new.sentence_less" if case.reading.higher else "firmness.new.sentence_more"
    values = {"ratio": case.text.numbers.ratio(last["ratio"]), "chance": case.reading.chance(last["probability"])}
    counts = {"n": last["n"], "events": last["events"], "others": last["other_events"]}
    return text(key, measure=text("measure.RR.name"), **names, **values, **counts)


def _trial_row(case: Case, row: Row) -> tuple[Cell, ...]:
    text, numbers = case.text, case.text.numbers
    head = (Cell(case.reading.label(row["versus"])), number(numbers.count(row["n"])))
    if row["error"]:
        return (*head, Cell(str(row["error"]), span=4))
    if row["events"] is None:
        return (*head, number(text("firmness.new.none")), number("–"), number("–"), Cell("–"))
    key = "firmness.new.boundary_less" if case.reading.higher else "firmness.new.boundary_more"
    shown = "–" if row["ratio"] is None else text(key, ratio=numbers.ratio(row["ratio"]))
    return (
        *head,
        number(text("firmness.new.counts", events=row["events"], others=row["other_events"])),
        number(shown),
        number(numbers.percent(row["probability"])),
        Cell(case.reading.short(row["takes_over"])),
    )


def threshold(case: Case) -> tuple[Block, ...]:
    """For each comparison the biases that leave the best first."""
    rows = [row for row in rows_of(case, "threshold") if not row["error"]]
    failed = [row for row in rows_of(case, "threshold") if row["error"]]
    items = tuple(
        case.text("firmness.threshold.error", pair=case.pair(row), reason=str(row["error"])) for row in failed
    )
    if not rows:
        return (Block(lead=(case.text("firmness.nothing.threshold"),), items=items),)
    names = ("firmness.head.comparison", "firmness.head.interval", "firmness.head.below", "firmness.head.above")
    body = [_threshold_row(case, row) for row in rows]
    caption = case.text("firmness.caption_of.threshold", best=case.reading.label(best(case)), bias=_axis(case))
    note = case.text("firmness.caption.threshold_plain")
    figure = (_forest(case, rows), note)
    return (
        Block(
            lead=(_closest(case, rows),), figures=(figure,), tables=(table(case, caption, names, body),), items=items
        ),
    )


def _closest(case: Case, rows: list[Row]) -> str:
    """The comparison in which the smallest bias turns the order, and whether it is large beside its uncertainty."""
    text = case.text
    ends = [(abs(row[end]), row[end], row, end) for row in rows for end in ("lower", "upper") if row[end] is not None]
    if not ends:
        return text("firmness.threshold.none", bias=size(case, rows[0]["farthest"]))
    _, bias, row, end = min(ends, key=lambda found: found[0])
    overstated, other = (row["treatment"], row["versus"]) if bias > 0 else (row["versus"], row["treatment"])
    effect = row["effect"]
    width = effect["mean"] - effect["lower"] if bias > 0 else effect["upper"] - effect["mean"]
    said = text(
        "firmness.threshold.closest",
        first=case.reading.label(overstated),
        second=case.reading.label(other),
        bias=size(case, abs(bias)),
        taker=case.reading.label(row[f"{end}_best"]),
    )
    key = "firmness.threshold.inside" if abs(bias) < width else "firmness.threshold.outside"
    return " ".join((said, text(key, width=size(case, width))))


def size(case: Case, bias: float) -> str:
    """A bias without its sign, written."""
    if case.ratio:
        return case.text("firmness.threshold.factor", value=case.text.numbers.ratio(math.exp(bias)))
    value = case.text.numbers.difference(bias)
    return case.text("firmness.threshold.amount", value=value, measure=case.scaled.measure_name)


def _threshold_row(case: Case, row: Row) -> tuple[Cell, ...]:
    takers = [row[f"{end}_best"] for end in ("lower", "upper")]
    shown = [case.text("firmness.threshold.nobody") if name is None else case.reading.short(name) for name in takers]
    return Cell(case.pair(row)), number(_interval(case, row)), *(Cell(name) for name in shown)


def _interval(case: Case, row: Row) -> str:
    """The biases that change nothing; open where no bias that was tried does."""
    ends = {end: case.scaled.value(case.shown(row[end])) for end in ("lower", "upper") if row[end] is not None}
    return case.text(_INTERVALS["lower" in ends, "upper" in ends], **ends)


_INTERVALS = {
    (True, True): "firmness.threshold.interval",
    (True, False): "firmness.threshold.from_lower",
    (False, True): "firmness.threshold.up_to_upper",
    (False, False): "firmness.threshold.every",
}
"""By whether there is a lower and an upper end."""


def _axis(case: Case) -> str:
    """What a bias is."""
    return case.text("firmness.axis.bias" if case.ratio else "firmness.axis.bias_difference")


def _forest(case: Case, rows: list[Row]) -> Forest:
    """No bias in the middle, a line as far as the order holds."""
    lines = [_line(case, row) for row in rows]
    values = [end for line in lines if line.credible for end in (line.credible.lower, line.credible.upper)]
    name = case.reading.label(best(case))
    return Forest(
        name="firmness-threshold",
        title=case.text("firmness.figure.threshold", best=name),
        alt=case.text("firmness.alt.threshold", count=len(rows), best=name),
        axis=scale_axis((case.scaled.scale, case.text.numbers), values, ("", ""), _axis(case)),
        columns=(case.text("firmness.column.interval"),),
        sections=(Section("", tuple(lines)),),
        legend=(case.text("firmness.legend.invariance"), None),
    )


def _line(case: Case, row: Row) -> ForestRow:
    far = row["farthest"]
    low, high = (
        case.shown(sign * far if row[end] is None else row[end]) for sign, end in ((-1, "lower"), (1, "upper"))
    )
    return ForestRow(case.pair(row), PLAIN, case.shown(0.0), Interval(low, high), None, (_interval(case, row),))
