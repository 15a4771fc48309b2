"""Transitivity: whether the trials of different comparisons resemble each other in what may modify effects."""

from __future__ import annotations

from nma.output.axes import span
from nma.output.compose import LONGEST_LABEL, part_title
from nma.output.display import Cell, Column, Table
from nma.output.figures import Strip, Strips
from nma.output.inconsistency.case import Block, Case, number, table
from nma.output.reading import Row
from nma.output.text import clip

_FLAG = "population: "
_FEWEST = 2
_ROWS = 24
_TICKS = 5


def blocks(case: Case) -> tuple[Block, ...]:
    """The numbers as strips, the words as counts, and what is missing."""
    text, found = case.text, case.found["transitivity"]
    if not found["recorded"]:
        return (Block(lead=(text("checks.transitivity.unrecorded"),)),)
    lead = (text("checks.transitivity.lead"), *_told(case))
    figures = tuple((record, text("checks.caption.strips")) for record in _figures(case))
    tables = tuple(_counts(case, row) for row in _of_kind(case, "category") if _known(row))
    return Block(lead=lead, figures=figures, tables=tables), _missing(case)


def _of_kind(case: Case, kind: str) -> list[Row]:
    return [row for row in case.found["transitivity"]["modifiers"] if row["kind"] == kind]


def _known(modifier: Row) -> bool:
    return any(row["known"] for row in modifier["comparisons"])


def name(case: Case, modifier: str) -> str:
    """A modifier in words; a flag of the population keeps its own."""
    if modifier.startswith(_FLAG):
        flag = case.reading.flag(modifier.removeprefix(_FLAG))
        return case.text("checks.transitivity.flag", flag=flag)
    return case.text.word("modifier", modifier)


def _told(case: Case) -> tuple[str, ...]:
    """The range of each number, and the comparisons whose trials all lie outside that of the others."""
    shown = [modifier for modifier in _of_kind(case, "number") if _known(modifier)]
    if not shown:
        return ()
    ranges = case.text.listed([_range(case, modifier) for modifier in shown])
    return case.text("checks.transitivity.ranges", ranges=ranges), *(it for row in shown for it in _outside(case, row))


def _range(case: Case, modifier: Row) -> str:
    rows = [row for row in modifier["comparisons"] if row["known"]]
    ends = min(row["lower"] for row in rows), max(row["upper"] for row in rows)
    low, high = (_written(case, modifier, end) for end in ends)
    return case.text("checks.transitivity.range", name=name(case, modifier["name"]), low=low, high=high)


def _outside(case: Case, modifier: Row) -> tuple[str, ...]:
    rows = [row for row in modifier["comparisons"] if row["known"]]
    pairs = [_standing_apart(case, modifier, row) for row in rows if _apart(row, rows)]
    if not pairs:
        return ()
    values: dict[str, str | int] = {"name": name(case, modifier["name"]), "count": len(pairs)}
    return (case.text("checks.transitivity.apart", pairs=case.text.listed(pairs), **values),)


def _apart(row: Row, rows: list[Row]) -> bool:
    """Whether all trials of a comparison lie above, or below, every trial of the others; one trial proves nothing."""
    others = [other for other in rows if other is not row]
    if row["known"] < _FEWEST or not others:
        return False
    above = row["lower"] > max(other["upper"] for other in others)
    return bool(above or row["upper"] < min(other["lower"] for other in others))


def _standing_apart(case: Case, modifier: Row, row: Row) -> str:
    ends = {key: _written(case, modifier, row[key]) for key in ("lower", "upper")}
    return case.text("checks.transitivity.own", pair=case.pair(row), **ends)


def _written(case: Case, modifier: Row, value: float) -> str:
    """A value; years without a mark between thousands."""
    return f"{value:.0f}" if modifier["name"] == "year" else case.text.numbers.general(round(value, 1))


def _figures(case: Case) -> tuple[Strips, ...]:
    """The numbers side by side, a row per comparison; many comparisons are cut into parts."""
    text, shown = case.text, [row for row in _of_kind(case, "number") if _known(row)]
    if not shown:
        return ()
    count = len(shown[0]["comparisons"])
    parts = [range(start, min(start + _ROWS, count)) for start in range(0, count, _ROWS)]
    names = text.listed([name(case, row["name"]) for row in shown])
    return tuple(
        Strips(
            name="inconsistency-transitivity" if len(parts) == 1 else f"inconsistency-transitivity-{place}",
            title=part_title(case.reading, text("checks.figure.strips"), place, len(parts)),
            alt=text("checks.alt.strips", count=len(part), names=names),
            rows=tuple(clip(case.pair(shown[0]["comparisons"][row], LONGEST_LABEL), LONGEST_LABEL) for row in part),
            strips=tuple(_strip(case, modifier, part) for modifier in shown),
            legend=(text("checks.legend.trial"), text("checks.legend.median")),
        )
        for place, part in enumerate(parts, start=1)
    )


def _strip(case: Case, modifier: Row, part: range) -> Strip:
    rows = modifier["comparisons"]
    values = [float(it["value"]) for row in rows for it in row["values"]]
    title = clip(name(case, modifier["name"]), LONGEST_LABEL)
    across = span(case.text.numbers, values, title, most=_TICKS, plain=modifier["name"] == "year")
    dots = tuple(tuple(float(it["value"]) for it in rows[row]["values"]) for row in part)
    return Strip(across, dots, tuple(rows[row]["median"] for row in part))


def _counts(case: Case, modifier: Row) -> Table:
    """How many trials of each comparison say what."""
    text, numbers = case.text, case.text.numbers
    words = list(dict.fromkeys(word for row in modifier["comparisons"] for word in row["counts"]))
    group = "answer" if modifier["name"].startswith(_FLAG) else modifier["name"]
    rows = tuple(
        (Cell(case.pair(row)), *(number(numbers.count(row["counts"].get(word, 0))) for word in words), _rest(case, row))
        for row in modifier["comparisons"]
    )
    columns = (Column(text("table.comparison")), *(Column(text.word(group, word), True) for word in words))
    caption = text("checks.caption_of.counts", name=name(case, modifier["name"]))
    return Table(caption, (*columns, Column(text("checks.head.unknown"), True)), rows)


def _rest(case: Case, row: Row) -> Cell:
    return number(case.text.numbers.count(row["studies"] - row["known"]))


def _missing(case: Case) -> Block:
    text, numbers = case.text, case.text.numbers
    rows = [
        (
            Cell(name(case, row["name"])),
            number(numbers.count(row["known"])),
            number(numbers.count(row["trials"])),
            Cell(_who(case, row)),
        )
        for row in case.found["transitivity"]["missing"]
    ]
    heads = ("checks.head.modifier", "checks.head.known", "table.trials", "checks.head.missing")
    shown = (table(case, text("checks.caption_of.missing"), heads, rows),) if rows else ()
    return Block(text("checks.transitivity.missing"), lead=(text("checks.transitivity.absent"),), tables=shown)


def _who(case: Case, row: Row) -> str:
    if not row["known"]:
        return case.text("checks.transitivity.all")
    return case.trials(row["missing"]) or "–"
