"""The effect that each trial shows by itself, as a table of the section on trials."""

from __future__ import annotations

from nma.output.blocks import table
from nma.output.display import Cell, Table
from nma.output.reading import SCALES, Reading, Row

_HEADS = ("table.trial", "table.comparison", "trial_effects.effect")


def made(reading: Reading) -> Table | None:
    """A row for every two arms of a trial, the better ranked treatment first; None where the results hold none."""
    rows = reading.results.get("trial_effects")
    if not rows:
        return None
    text = reading.text
    measure = text(SCALES[rows[0]["measure"]].name)
    return table(
        text,
        text("trial_effects.caption", measure=measure, count=len(rows)),
        _HEADS,
        [_row(reading, row) for row in rows],
    )


def _row(reading: Reading, row: Row) -> tuple[Cell, ...]:
    text = reading.text
    write = text.numbers.ratio if SCALES[row["measure"]].log else text.numbers.difference
    ends = text("interval", lower=write(row["lower"]), upper=write(row["upper"]))
    pair = text("pair", first=reading.short(row["treatment"]), second=reading.short(row["versus"]))
    shown = text("estimate", median=write(row["effect"]), interval=ends)
    return Cell(reading.trial(row["study"])), Cell(pair), Cell(shown, number=True, order=row["effect"])
