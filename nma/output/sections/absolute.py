"""Absolute effects: how many people more or fewer, at stated risks under the reference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nma.output import people
from nma.output.axes import scale_axis
from nma.output.blocks import Block, Widget, table
from nma.output.compose import LONGEST_LABEL, ends, in_parts, legend, room_for
from nma.output.display import Cell, Table
from nma.output.figures import Forest, ForestRow, Interval, Section
from nma.output.reading import Reading, Row, Scale
from nma.output.sections.slider import slider
from nma.output.text import clip, tidy

_PEOPLE = Scale(0.0, False, "", "")
"""Differences of people: no difference is 0, the axis is linear."""
_HOW = {"random effects": "absolute.how.random", "one arm": "absolute.how.one_arm"}
_FOUND = {"random effects": "absolute.at.pooled", "one arm": "absolute.at.one_arm"}
_CONSTANT = {"log RR": "absolute.constant.RR", "log OR": "absolute.constant.OR", "RD": "absolute.constant.RD"}
"""What is taken to be the same at every risk, by the scale on which effects add, and what that means in people."""
_WIDTHS = (0.275, 0.605, 0.63, 0.835)
"""Signed intervals are longer than others: where the plot and the two columns stand, in shares of a wide page."""
_HEADS = ("table.treatment", "absolute.head.with", "absolute.head.difference")


def blocks(reading: Reading) -> tuple[Block, ...]:
    """The figure and the sentences at the first risk, a table for each risk, and a slider for a reader's own."""
    found = reading.results.get("absolute")
    if not found:
        return ()
    own = Block(widgets=(Widget("absolute", slider(reading, found)),))
    baselines = found["baselines"]
    if not baselines:
        return Block(lead=(reading.text("absolute.no_arm", reference=_reference(reading)),)), own
    return (
        _picture(reading, baselines),
        _in_words(reading, baselines[0]),
        Block(
            reading.text("absolute.heading.tables"),
            lead=_notes(reading, baselines),
            tables=tuple(_table(reading, baseline) for baseline in baselines),
            items=_capped(reading, baselines),
        ),
        own,
    )


def _picture(reading: Reading, baselines: Sequence[Row]) -> Block:
    text, values = reading.text, {"reference": _reference(reading), "outcome": _outcome(reading)}
    constant = text(_CONSTANT[reading.results["absolute"]["scale"]])
    lead = [text("absolute.what", constant=constant, **values)]
    lead += [_how(reading, baseline) for baseline in baselines if baseline["how"]]
    if all(baseline["source"] is None for baseline in baselines):
        lead.append(text("absolute.none_declared", reference=values["reference"]))
    return Block(
        warnings=() if reading.converged else (text("stamp.answer"),),
        lead=tuple(lead),
        figures=tuple((record, _caption(reading, baselines[0])) for record in _forests(reading, baselines[0])),
    )


def _caption(reading: Reading, baseline: Row) -> str:
    key = "absolute.caption.new_risk" if baseline["new"] else "absolute.caption.same_risk"
    values = {"at": _at(reading, baseline), "reference": _reference(reading)}
    return reading.text(key if reading.random else "absolute.caption.common", **values)


def _notes(reading: Reading, baselines: Sequence[Row]) -> tuple[str, ...]:
    """What a reader of the tables has to know."""
    key = "absolute.nnt.explained.higher" if reading.higher else "absolute.nnt.explained.lower"
    said = [reading.text(key, outcome=_outcome(reading))]
    if reading.random:
        new = any(baseline["new"] for baseline in baselines)
        key = "absolute.new_explained.new_risk" if new else "absolute.new_explained.same_risk"
        said.append(reading.text(key, reference=_reference(reading)))
    if _capped(reading, baselines):
        said.append(reading.text("absolute.capped.explained"))
    return tuple(said)


def _how(reading: Reading, baseline: Row) -> str:
    """How the pooled risk was estimated, and what it is."""
    how, risk = baseline["how"], _risk(reading, baseline["risk"])
    values: dict[str, str | int] = {"events": how["events"], "people": how["people"], "count": how["arms"]}
    values |= {"reference": _reference(reading), "outcome": _outcome(reading), "risk": risk[0], "interval": risk[1]}
    if baseline["new"] is not None:
        spread = reading.text.numbers.general(how["spread_scale"])
        values |= {"new": _risk(reading, baseline["new"])[1], "scale": spread}
    return reading.text(_HOW[how["model"]], **values)


def _risk(reading: Reading, risk: Row) -> tuple[str, str]:
    """A risk and its interval as people among 1,000."""
    per = reading.results["absolute"]["per"]
    return people.people(reading, {name: per * share for name, share in risk.items()})


def _forests(reading: Reading, baseline: Row) -> tuple[Forest, ...]:
    """Extra people with each treatment: the figure of the 2015 report, with its uncertainty."""
    text = reading.text
    rows = tuple(_line(reading, row) for row in _ordered(reading, baseline))
    title = text("absolute.axis.title", reference=clip(reading.short(reading.reference), LONGEST_LABEL))
    sides = text("absolute.axis.fewer"), text("absolute.axis.more")
    said = [f"{reading.label(row['treatment'])} {_signed(reading, row)}" for row in _ordered(reading, baseline)]
    forest = Forest(
        name="absolute",
        title=text("absolute.figure", reference=_reference(reading)),
        alt=text("absolute.alt", reference=_reference(reading), at=_at(reading, baseline), values="; ".join(said)),
        axis=scale_axis((_PEOPLE, text.numbers), ends(rows), sides, title),
        columns=(text("absolute.axis.column"), *((text("column.predictive"),) if reading.random else ())),
        sections=(Section("", rows),),
        legend=legend(reading),
        widths=_WIDTHS if reading.random else (),
    )
    return in_parts(reading, forest)


def _line(reading: Reading, row: Row) -> ForestRow:
    effect, new = row["difference"], row["predictive_difference"]
    predictive = () if new is None else (_ends(reading, new),)
    return ForestRow(
        room_for(reading, row["treatment"]),
        reading.marks[row["treatment"]],
        effect["median"],
        Interval(effect["lower"], effect["upper"]),
        None if new is None else Interval(new["lower"], new["upper"]),
        (_signed(reading, row), *predictive),
    )


def _signed(reading: Reading, row: Row) -> str:
    found = row["difference"]
    return reading.text("estimate", median=people.signed(reading, found["median"]), interval=_ends(reading, found))


def _ends(reading: Reading, row: Row) -> str:
    lower, upper = (people.signed(reading, row[key]) for key in ("lower", "upper"))
    return reading.text("interval", lower=lower, upper=upper)


def _in_words(reading: Reading, baseline: Row) -> Block:
    """A sentence for each treatment, at one risk."""
    lead = reading.text("absolute.in_words", at=_at(reading, baseline))
    said = tuple(_sentence(reading, row) for row in _ordered(reading, baseline))
    return Block(reading.text("absolute.heading.words"), lead=(lead,), items=said)


def _sentence(reading: Reading, row: Row) -> str:
    """How many more or fewer, whether that is settled, and the number needed to treat."""
    median, interval = people.difference(reading, row["difference"])
    values = {"treatment": reading.label(row["treatment"]), "reference": _reference(reading)}
    values |= {"outcome": _outcome(reading), "median": median, "interval": interval}
    nnt, size = row["nnt"], row["difference"]["median"]
    if nnt["crosses"]:
        key = "absolute.sentence.open" if size else "absolute.sentence.same"
        return reading.text(key, **values, needed=people.needed(reading, nnt)[1])
    n, limits = people.bare(reading, nnt)
    return reading.text(
        "absolute.sentence.more" if size > 0 else "absolute.sentence.fewer", **values, n=n, limits=limits
    )


def _capped(reading: Reading, baselines: Sequence[Row]) -> tuple[str, ...]:
    """Where a risk would lie beyond what a risk can be."""
    text, said = reading.text, []
    for baseline in baselines:
        rows = [row for row in _ordered(reading, baseline) if row["capped"] > 0]
        shares = [f"{reading.label(row['treatment'])} {text.numbers.percent(row['capped'])}" for row in rows]
        if shares:
            said.append(text("absolute.capped.at", at=_at(reading, baseline), shares=text.listed(shares)))
    return tuple(said)


def _table(reading: Reading, baseline: Row) -> Table:
    """One row for the reference and one for each treatment, the best ranked first."""
    text = reading.text
    found = {row["treatment"]: row for row in baseline["effects"]}
    new = ("absolute.head.new",) if reading.random else ()
    heads = (*_HEADS, *new, "absolute.head.nnt")
    rows = [_row(reading, baseline, name, found.get(name)) for name in reading.ranked]
    values = {"at": _at(reading, baseline), "outcome": _outcome(reading)}
    return table(text, text("absolute.caption_of.table", **values), heads, rows)


def _row(reading: Reading, baseline: Row, name: str, row: Row | None) -> tuple[Cell, ...]:
    head = Cell(reading.label(name), mark=reading.marks[name])
    if row is None:
        blank = Cell("–", number=True, spoken=reading.text("column.reference"))
        return head, _cell(people.people(reading, baseline["per_1000"]), baseline["per_1000"]), *_blank(reading, blank)
    new = row["predictive_difference"]
    predicted = () if new is None else (_cell(people.difference(reading, new), new),)
    settled = not row["nnt"]["crosses"]
    return (
        head,
        _cell(people.people(reading, row["per_1000"]), row["per_1000"]),
        _cell(people.difference(reading, row["difference"]), row["difference"], settled),
        *predicted,
        _needed(reading, row),
    )


def _needed(reading: Reading, row: Row) -> Cell:
    """A number needed to treat, which sorts from most benefit to most harm: the number alone would mix the two."""
    estimate, interval = people.needed(reading, row["nnt"])
    median = row["difference"]["median"]
    return Cell(estimate, note=interval, number=True, order=-median if reading.higher else median)


def _blank(reading: Reading, blank: Cell) -> tuple[Cell, ...]:
    return (blank,) * (3 if reading.random else 2)


def _cell(shown: tuple[str, str], row: Row, strong: bool = False) -> Cell:
    """A median with its interval below it; nothing below a number that was declared."""
    note = "" if row["lower"] == row["upper"] else shown[1]
    return Cell(shown[0], note=note, number=True, strong=strong, order=row["median"])


def _at(reading: Reading, baseline: Row) -> str:
    """At which risk, and where it comes from."""
    text, risk = reading.text, people.counted(reading.text.numbers, baseline["per_1000"]["median"])
    values = {"risk": risk, "reference": _reference(reading)}
    if baseline["source"] is None:
        return text(_FOUND[baseline["how"]["model"]], **values)
    return text("absolute.at.declared", **values, source=tidy(baseline["source"]))


def _ordered(reading: Reading, baseline: Row) -> list[Row]:
    """Rows in the order of the ranking."""
    found: dict[str, Any] = {row["treatment"]: row for row in baseline["effects"]}
    return [found[name] for name in reading.ranked if name in found]


def _reference(reading: Reading) -> str:
    return reading.label(reading.reference)


def _outcome(reading: Reading) -> str:
    return str(reading.analysis["outcome_label"])
