"""Lines and axes of the forests of this page: sizes of disagreement, flagged ones filled and heavy, others open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nma.output.axes import Axis, scale_axis
from nma.output.compose import ROWS_PER_PART
from nma.output.figures import ForestRow, Interval, Section
from nma.output.inconsistency.case import Case, Size
from nma.output.palette import PLAIN, Mark

_RUN = ROWS_PER_PART - 1


def line(case: Case, label: str, size: Size, flagged: bool, more: Sequence[str] = ()) -> ForestRow:
    """A line of a size of disagreement."""
    return ForestRow(
        label, PLAIN, size.value, _ends(size), None, (case.written(size), *more), filled=flagged, strong=flagged
    )


def effect_line(case: Case, label: str, size: Size, look: tuple[Mark, bool]) -> ForestRow:
    """A line of one of the effects that disagree, under its own mark."""
    mark, filled = look
    cells = (case.written(size), "", "")
    return ForestRow(label, mark, size.value, _ends(size), None, cells, filled=filled)


def whole_axis(case: Case, sizes: Iterable[Size], sides: tuple[str, str], title: str) -> Axis:
    """An axis on both sides of agreement."""
    values = [end for size in sizes for end in (size.value, size.lower, size.upper)]
    return scale_axis((case.scaled.scale, case.text.numbers), values, sides, title)


def half_axis(case: Case, sizes: Iterable[Size], title: str) -> Axis:
    """An axis from agreement upwards, for sizes without a sign."""
    whole = whole_axis(case, sizes, ("", case.text("checks.axis.further")), title)
    lower = whole.null / 1.04 if whole.log else whole.null - 0.03 * whole.upper
    return replace(whole, lower=lower, ticks=tuple(tick for tick in whole.ticks if tick[0] >= whole.null))


def plain(rows: Iterable[ForestRow]) -> tuple[Section, ...]:
    """Lines without headings, in runs that fit a page."""
    found = list(rows)
    return tuple(Section("", tuple(found[start : start + _RUN])) for start in range(0, len(found), _RUN))


def _ends(size: Size) -> Interval | None:
    return None if size.lower is None or size.upper is None else Interval(size.lower, size.upper)
