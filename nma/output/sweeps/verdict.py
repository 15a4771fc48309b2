"""The answer of the page in one or two sentences."""

from __future__ import annotations

from collections.abc import Sequence

from nma.output.inconsistency.case import Block, Case
from nma.output.reading import Row
from nma.output.sweeps.case import best, changed, counted, named, piece, rows_of
from nma.output.sweeps.refits import EVERY


def blocks(case: Case) -> tuple[Block, ...]:
    """The verdict."""
    return (Block(lead=sentences(case)),)


def sentences(case: Case) -> tuple[str, ...]:
    """Whether the best stays first in the refits that hold it, and in which it does not."""
    name = case.reading.label(best(case))
    rows = [(kind, row) for kind in EVERY if kind in case.found["sweeps"] for row in rows_of(case, kind)]
    usable = [(kind, row) for kind, row in rows if counted(row) and best(case) in row["sucra"]]
    if not rows:
        return (case.text("firmness.verdict.no_refits", best=name),)
    if not usable:
        return (case.text("firmness.verdict.nothing_fitted", best=name),)
    return (_who(case, usable), *_unjudged(case, len(rows) - len(usable)))


def _who(case: Case, usable: Sequence[tuple[str, Row]]) -> str:
    """Who ranks first in the refits that can be judged."""
    name = case.reading.label(best(case))
    turned = [piece(case, kind, row) for kind, row in usable if changed(row)]
    count = len(usable)
    if not turned:
        key = "firmness.verdict.kept_one" if count == 1 else "firmness.verdict.kept"
        return case.text(key, best=name, count=count)
    which = named(case, turned)
    if len(turned) == count:
        return case.text("firmness.verdict.none", best=name, count=count, which=which)
    return case.text("firmness.verdict.some", best=name, count=count, kept=count - len(turned), which=which)


def _unjudged(case: Case, count: int) -> tuple[str, ...]:
    """Refits that say nothing of who ranks first."""
    return (case.text("firmness.verdict.unjudged", count=count),) if count else ()
