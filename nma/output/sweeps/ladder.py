"""The figure of a sweep: where each treatment stands in every piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from nma.output.axes import Span
from nma.output.compose import LONGEST_LABEL, ROWS_PER_PART, part_title
from nma.output.figures import Ladder, Rung
from nma.output.inconsistency.case import Case
from nma.output.palette import Mark
from nma.output.reading import Row
from nma.output.sweeps.case import changed, label, pair_names
from nma.output.text import clip

_TITLES = {
    "trials": "firmness.figure.trials",
    "comparisons": "firmness.figure.comparisons",
    "sets": "firmness.figure.sets",
    "priors": "firmness.figure.priors",
    "window": "firmness.figure.window",
}


def ladders(case: Case, kind: str, rows: Sequence[Row]) -> tuple[Ladder, ...]:
    """The analysis as it is on top, then every piece; in parts that fit a page."""
    text = case.text
    count, turned = len(rows), sum(changed(row) for row in rows)
    whole = Ladder(
        name=f"firmness-{kind}",
        title=text(_TITLES[kind]),
        alt=text("firmness.alt.ladder", count=count, changed=turned),
        rows=(),
        span=_span(case),
        column=text("firmness.column.pair", **pair_names(case)),
        key=tuple((clip(case.reading.short(name), LONGEST_LABEL // 2), _marks(case)[name]) for name in _key(case)),
    )
    parts = [rows[start : start + ROWS_PER_PART] for start in range(0, count, ROWS_PER_PART)]
    return tuple(
        replace(
            whole,
            name=whole.name if len(parts) == 1 else f"{whole.name}-{place}",
            title=part_title(case.reading, whole.title, place, len(parts)),
            rows=(_primary(case), *(_rung(case, kind, row) for row in part)),
        )
        for place, part in enumerate(parts, start=1)
    )


def _span(case: Case) -> Span:
    count = case.text.numbers.count
    ticks = tuple((share, f"{count(100 * share)}%") for share in (0.0, 0.25, 0.5, 0.75, 1.0))
    return Span(-0.03, 1.03, ticks, case.text("firmness.axis.sucra"))


def _key(case: Case) -> Sequence[str]:
    return case.reading.ranked


def _marks(case: Case) -> Mapping[str, Mark]:
    return case.reading.marks


def _primary(case: Case) -> Rung:
    row = case.found["primary"]
    return Rung(case.text("firmness.row.primary"), _placed(case, row), case.reading.estimate(row["pair"]), strong=True)


def _rung(case: Case, kind: str, row: Row) -> Rung:
    name = clip(label(case, kind, row), LONGEST_LABEL)
    if row["error"]:
        return Rung(name, (), case.text("firmness.cell.unfitted"))
    if not row["converged"]:
        return Rung(name, _placed(case, row), case.text("firmness.cell.unconverged"), filled=False)
    cell = case.reading.estimate(row["pair"]) if row["pair"] else case.text("firmness.cell.gone")
    return Rung(name, _placed(case, row), cell, strong=changed(row))


def _placed(case: Case, row: Row) -> tuple[tuple[float, Mark], ...]:
    """The worst first, so that the best is drawn last and on top; treatments that only this piece has are left out."""
    marks = _marks(case)
    ordered = sorted(row["sucra"].items(), key=lambda item: (item[1], item[0]))
    return tuple((share, marks[name]) for name, share in ordered if name in marks)
