"""The sweeps that fit the analysis again with one thing changed: who ranks first, how far effects move."""

from __future__ import annotations

from collections.abc import Sequence

from nma.output.display import Cell, Column, Table
from nma.output.inconsistency.case import Block, Case, number
from nma.output.reading import Row
from nma.output.sweeps.case import best, changed, counted, label, named, pair_names, piece, rows_of, taken_over
from nma.output.sweeps.ladder import ladders

MOST_ROWS = 40
"""Rows of a page; a longer sweep shows the ones that move an effect most."""
SMALL = 0.1
"""Shifts under a tenth of a posterior standard deviation are not worth a name."""

EVERY = {
    "trials": "firmness.every.trials",
    "comparisons": "firmness.every.comparisons",
    "sets": "firmness.every.sets",
    "priors": "firmness.every.priors",
    "window": "firmness.every.window",
}
_OF = {
    "trials": "firmness.of.trials",
    "comparisons": "firmness.of.comparisons",
    "sets": "firmness.of.sets",
    "priors": "firmness.of.priors",
    "window": "firmness.of.window",
}
_NOTHING = {
    "trials": "firmness.nothing.trials",
    "comparisons": "firmness.nothing.comparisons",
    "sets": "firmness.nothing.sets",
    "priors": "firmness.nothing.priors",
    "window": "firmness.nothing.window",
}
_CAPTIONS = {
    "trials": "firmness.caption_of.trials",
    "comparisons": "firmness.caption_of.comparisons",
    "sets": "firmness.caption_of.sets",
    "priors": "firmness.caption_of.priors",
    "window": "firmness.caption_of.window",
}


def blocks(case: Case, kind: str) -> tuple[Block, ...]:
    """Sentences, figure and table of a sweep; one sentence where there was nothing to change."""
    rows = rows_of(case, kind)
    if not rows:
        return (Block(lead=(case.text(_NOTHING[kind]),)),)
    shown = shown_rows(kind, rows)
    note = case.text("firmness.caption.ladder", **pair_names(case))
    figures = tuple(
        (part, note if place == 0 else "") for place, part in enumerate(ladders(case, kind, shown)) if part.rows
    )
    left_out = () if len(shown) == len(rows) else (_longest(case, len(shown), len(rows)),)
    made = Block(
        warnings=_warnings(case, kind, rows),
        lead=(*sentences(case, kind), *left_out),
        figures=figures,
        tables=(_table(case, kind, shown),),
        items=_moves(case, kind, shown),
    )
    return (made,)


def shown_rows(kind: str, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows of the page: trials by how far they move an effect, others in the order in which they were tried."""
    ordered = sorted(rows, key=_least_moved_last) if kind in ("trials", "comparisons") else rows
    return ordered if len(ordered) <= MOST_ROWS else sorted(ordered, key=_least_moved_last)[:MOST_ROWS]


def _least_moved_last(row: Row) -> tuple[bool, bool, float]:
    return bool(row["error"]), not changed(row), -(row["shift"]["sds"] if row["shift"] else 0.0)


def _longest(case: Case, shown: int, of: int) -> str:
    return case.text("firmness.longest", shown=shown, count=of - shown)


def sentences(case: Case, kind: str) -> tuple[str, ...]:
    """What a sweep says, in words that the numbers bear out."""
    found, rows = case.found["sweeps"][kind], rows_of(case, kind)
    usable = [row for row in rows if counted(row)]
    unfitted = sum(bool(row["error"]) for row in rows)
    if not usable:
        return (case.text("firmness.nothing_fitted", count=len(rows)),)
    said = [_who(case, kind, usable), *_likeliest(case, found), *_range(case, found), *_largest(case, kind, found)]
    if unfitted:
        said.append(case.text("firmness.unfitted", count=unfitted))
    return (" ".join(said),)


def _who(case: Case, kind: str, usable: Sequence[Row]) -> str:
    """Whether the best stays first."""
    text, name = case.text, case.reading.label(best(case))
    gone = [row for row in usable if best(case) not in row["sucra"]]
    turned = [row for row in usable if changed(row)]
    there = len(usable) - len(gone)
    every = text(EVERY[kind], count=there)
    of = text(_OF[kind], count=there)
    absent = (text("firmness.absent", count=len(gone), best=name),) if gone else ()
    if not turned:
        return " ".join((text("firmness.kept", best=name, every=every), *absent)) if there else " ".join(absent)
    which = taken_over(case, kind, turned)
    if len(turned) < there:
        said = text("firmness.turned", count=len(turned), of=of, best=name, which=which)
    elif there == 1:
        said = text("firmness.turned_one", best=name, every=every, which=which)
    else:
        said = text("firmness.turned_all", best=name, of=of, which=which)
    return " ".join((said, *absent))


def _likeliest(case: Case, found: Row) -> tuple[str, ...]:
    """How often the treatment most likely to be the best changes, where that is another number."""
    count = found["likeliest_changed"]
    if count == found["best_changed"]:
        return ()
    if count == 0:
        return (case.text("firmness.likeliest.none"),)
    return (case.text("firmness.likeliest.some", count=count),)


def _range(case: Case, found: Row) -> tuple[str, ...]:
    ends, name = found["sucra_range"].get(best(case)), case.reading.label(best(case))
    if not ends:
        return ()
    percent = case.text.numbers.percent
    low, high, now = percent(ends[0]), percent(ends[1]), percent(case.found["primary"]["sucra"][best(case)])
    if low == high:
        key = "firmness.range_same" if low == now else "firmness.range_one"
        return (case.text(key, best=name, low=low, now=now),)
    return (case.text("firmness.range", best=name, low=low, high=high, now=now),)


def _largest(case: Case, kind: str, found: Row) -> tuple[str, ...]:
    """The effect that moves most, and what moves it."""
    largest, reference = found["largest"], case.reading.label(case.reading.reference)
    if largest is None:
        return ()
    if largest["sds"] < SMALL:
        return (case.text("firmness.largest_small", reference=reference),)
    row = rows_of(case, kind)[largest["row"]]
    values = {
        "treatment": case.reading.label(largest["treatment"]),
        "sds": case.text.numbers.decimals(largest["sds"], 1),
        "piece": piece(case, kind, row),
    }
    return (case.text("firmness.largest", reference=reference, **values),)


def _warnings(case: Case, kind: str, rows: Sequence[Row]) -> tuple[str, ...]:
    failed = [label(case, kind, row) for row in rows if not row["error"] and not row["converged"]]
    return (case.text("firmness.unconverged", count=len(failed), names=named(case, failed)),) if failed else ()


def _table(case: Case, kind: str, rows: Sequence[Row]) -> Table:
    name = case.reading.short(best(case))
    heads = (
        (case.text("firmness.head.piece"), False),
        (case.text("table.trials"), True),
        (case.text("firmness.head.best"), True),
        (case.text("firmness.head.sucra", best=name), True),
        (case.text("firmness.head.p_best", best=name), True),
        (case.text("firmness.head.pair", **pair_names(case)), True),
        (case.text("firmness.head.tau"), True),
        (case.text("firmness.head.shift"), True),
    )
    body = (_primary(case), *(_row(case, kind, row) for row in rows))
    return Table(case.text(_CAPTIONS[kind]), tuple(Column(head, right) for head, right in heads), body, wide=True)


def _primary(case: Case) -> tuple[Cell, ...]:
    head = Cell(case.text("firmness.row.primary"), strong=True)
    return (head, *_numbers(case, case.found["primary"]), number(case.text("firmness.cell.no_shift")))


def _row(case: Case, kind: str, row: Row) -> tuple[Cell, ...]:
    strong = changed(row)
    if row["error"]:
        return Cell(label(case, kind, row)), Cell(reason(case, row), span=7)
    note = "" if row["converged"] else case.text("firmness.cell.unconverged")
    return (
        Cell(label(case, kind, row), note=note, strong=strong),
        *_numbers(case, row),
        number(_shift(case, row)),
    )


def _numbers(case: Case, row: Row) -> tuple[Cell, ...]:
    """What the analysis as it is and its refits have in common."""
    reading, numbers, name = case.reading, case.text.numbers, best(case)
    gone = case.text("firmness.cell.gone")
    there = name in row["sucra"]
    spread = row["heterogeneity"]
    return (
        number(numbers.count(row["studies"])),
        Cell(reading.short(row["best"]), mark=reading.marks.get(row["best"]), number=True, strong=row["best"] != name),
        number(numbers.percent(row["sucra"][name]) if there else gone),
        number(numbers.percent(row["p_best"][name]) if there else gone),
        number(reading.estimate(row["pair"]) if row["pair"] else gone),
        number(case.tau(spread["median"] if spread else None)),
    )


def _shift(case: Case, row: Row) -> str:
    found = row["shift"]
    if not found:
        return case.text("firmness.cell.no_shift")
    sds = case.text.numbers.decimals(found["sds"], 1)
    return case.text("firmness.cell.shift", treatment=case.reading.short(found["treatment"]), sds=sds)


def reason(case: Case, row: Row) -> str:
    """Why a piece cannot be fitted, with the names of the report."""
    reading, text = case.reading, case.text
    if len(row.get("parts") or ()) > 1:
        parts = [text.listed([reading.short(name) for name in part]) for part in row["parts"]]
        return text(
            "firmness.reason.parts", parts=text.listed([text("firmness.reason.part", names=it) for it in parts])
        )
    if reading.reference in (row.get("lost") or ()):
        return text("firmness.reason.reference", reference=reading.label(reading.reference))
    return text("firmness.reason.said", reason=str(row["error"]))


def _moves(case: Case, kind: str, rows: Sequence[Row]) -> tuple[str, ...]:
    """Trials that enter and leave; where one trial or comparison is left out that is what the row says already."""
    if kind not in ("sets", "window"):
        return ()
    return tuple(_move(case, kind, row) for row in rows if row["entered"] or row["left"])


def _move(case: Case, kind: str, row: Row) -> str:
    entered, left = case.trials(row["entered"]), case.trials(row["left"])
    keys = {(True, True): "firmness.moves", (True, False): "firmness.enters", (False, True): "firmness.leaves"}
    values = {"entered": entered, "left": left, "trials": entered or left}
    return case.text(keys[bool(entered), bool(left)], label=label(case, kind, row), **values)
