"""The checklist of PRISMA-NMA: each item, where it stands in the report, and what is still owed."""

from __future__ import annotations

from collections import Counter

from nma.output.blocks import Block
from nma.output.display import Cell, Column, Table
from nma.output.reading import Reading, Row
from nma.output.text import tidy

_STATES = {"stands": "prisma.state.stands", "in part": "prisma.state.part", "owed": "prisma.state.owed"}
_ITEMS = {
    "1": ("prisma.name.i1", "prisma.asks.i1"),
    "2": ("prisma.name.i2", "prisma.asks.i2"),
    "3": ("prisma.name.i3", "prisma.asks.i3"),
    "4": ("prisma.name.i4", "prisma.asks.i4"),
    "5": ("prisma.name.i5", "prisma.asks.i5"),
    "6": ("prisma.name.i6", "prisma.asks.i6"),
    "7": ("prisma.name.i7", "prisma.asks.i7"),
    "8": ("prisma.name.i8", "prisma.asks.i8"),
    "9": ("prisma.name.i9", "prisma.asks.i9"),
    "10": ("prisma.name.i10", "prisma.asks.i10"),
    "11": ("prisma.name.i11", "prisma.asks.i11"),
    "S1": ("prisma.name.is1", "prisma.asks.is1"),
    "12": ("prisma.name.i12", "prisma.asks.i12"),
    "13": ("prisma.name.i13", "prisma.asks.i13"),
    "14": ("prisma.name.i14", "prisma.asks.i14"),
    "S2": ("prisma.name.is2", "prisma.asks.is2"),
    "15": ("prisma.name.i15", "prisma.asks.i15"),
    "16": ("prisma.name.i16", "prisma.asks.i16"),
    "17": ("prisma.name.i17", "prisma.asks.i17"),
    "S3": ("prisma.name.is3", "prisma.asks.is3"),
    "S4": ("prisma.name.is4", "prisma.asks.is4"),
    "18": ("prisma.name.i18", "prisma.asks.i18"),
    "19": ("prisma.name.i19", "prisma.asks.i19"),
    "20": ("prisma.name.i20", "prisma.asks.i20"),
    "21": ("prisma.name.i21", "prisma.asks.i21"),
    "S5": ("prisma.name.is5", "prisma.asks.is5"),
    "22": ("prisma.name.i22", "prisma.asks.i22"),
    "23": ("prisma.name.i23", "prisma.asks.i23"),
    "24": ("prisma.name.i24", "prisma.asks.i24"),
    "25": ("prisma.name.i25", "prisma.asks.i25"),
    "26": ("prisma.name.i26", "prisma.asks.i26"),
    "27": ("prisma.name.i27", "prisma.asks.i27"),
}
"""How each item is called, and what it asks."""
_OWES = {
    "1": "prisma.owes.i1",
    "2": "prisma.owes.i2",
    "3": "prisma.owes.i3",
    "4": "prisma.owes.i4",
    "5": "prisma.owes.i5",
    "6": "prisma.owes.i6",
    "7": "prisma.owes.i7",
    "8": "prisma.owes.i8",
    "9": "prisma.owes.i9",
    "10": "prisma.owes.i10",
    "11": "prisma.owes.i11",
    "12": "prisma.owes.i12",
    "S2": "prisma.owes.is2",
    "15": "prisma.owes.i15",
    "16": "prisma.owes.i16",
    "17": "prisma.owes.i17",
    "18": "prisma.owes.i18",
    "19": "prisma.owes.i19",
    "20": "prisma.owes.i20",
    "S5": "prisma.owes.is5",
    "22": "prisma.owes.i22",
    "23": "prisma.owes.i23",
    "24": "prisma.owes.i24",
    "25": "prisma.owes.i25",
    "26": "prisma.owes.i26",
    "27": "prisma.owes.i27",
}
"""What is owed of an item that does not stand; the others always stand."""
_HEADS = ("prisma.head.item", "prisma.head.state", "prisma.head.asks", "prisma.head.place", "prisma.head.owed")


def blocks(reading: Reading) -> tuple[Block, ...]:
    """How many items stand, and the checklist; nothing where the results hold none."""
    rows = reading.results.get("checklist")
    if not rows:
        return ()
    text, states = reading.text, Counter(row["state"] for row in rows)
    counted = text(
        "prisma.count", number=len(rows), stand=states["stands"], part=states["in part"], owed=states["owed"]
    )
    shown = Table(
        text("prisma.caption"),
        tuple(Column(text(head)) for head in _HEADS),
        tuple(_row(reading, row, place) for place, row in enumerate(rows)),
        wide=True,
    )
    return (Block(lead=(text("prisma.lead", number=len(rows)), counted), tables=(shown,)),)


def _row(reading: Reading, row: Row, place: int) -> tuple[Cell, ...]:
    text, number = reading.text, row["item"]
    name, asks = _ITEMS[number]
    links = tuple((section, text(f"section.{section}")) for section in row["sections"])
    return (
        Cell(number, note=text(name), order=float(place)),
        Cell(text(_STATES[row["state"]]), strong=row["state"] != "stands"),
        Cell(text(asks)),
        _where(reading, row, links),
        Cell(_owed(reading, row)),
    )


def _where(reading: Reading, row: Row, links: tuple[tuple[str, str], ...]) -> Cell:
    """The sections, and what the authors told in the specification."""
    told = "" if row["told"] is None else reading.text("prisma.told", text=tidy(row["told"]))
    if not links:
        return Cell(told or reading.text("prisma.nothing"))
    return Cell("; ".join(words for _, words in links), note=told, links=links)


def _owed(reading: Reading, row: Row) -> str:
    """What the authors still owe, with the number of trials where it is one."""
    if row["state"] == "stands":
        return reading.text("prisma.nothing")
    unassessed = sum(_open(trial) for trial in reading.trials.values())
    return reading.text(_OWES[row["item"]], number=unassessed)


def _open(trial: Row) -> bool:
    """Whether a domain of a trial's risk of bias was not assessed."""
    judged = trial.get("risk_of_bias") or {"": "not assessed"}
    return "not assessed" in judged.values()
