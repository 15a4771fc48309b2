"""What drives it: the global test and the largest disagreements again, with each trial left out in turn."""

from __future__ import annotations

from nma.output.compose import LONGEST_LABEL, in_parts
from nma.output.display import Cell
from nma.output.figures import Forest, ForestRow
from nma.output.inconsistency.case import Block, Case, Size, number, table
from nma.output.inconsistency.forests import half_axis, line, plain, whole_axis
from nma.output.inconsistency.splits import not_computed
from nma.output.reading import Row
from nma.output.sentences import CHANCE
from nma.output.text import clip

_HEADINGS = {"loop": "checks.influence.loop", "split": "checks.influence.split"}


def blocks(case: Case) -> tuple[Block, ...]:
    """The whole network, the loop, then the split."""
    found = case.found["influence"]
    made = [_overall(case, found["global"])] if found["global"] is not None else []
    made += [_block(case, of, row) for of, row in found.items() if of in _HEADINGS and row is not None]
    if found["split"] is None and not case.found["complete"]:
        made.append(Block(lead=(not_computed(case),)))
    return tuple(made) or (Block(lead=(case.text("checks.influence.none"),)),)


def _overall(case: Case, found: Row) -> Block:
    """The global test with each trial left out."""
    heading = case.text("checks.influence.global")
    if not found["rows"]:
        return Block(heading, lead=(case.text("checks.influence.no_rows"),), items=_refused(case, found))
    calm = found["all"]["p_adjusted"] >= CHANCE
    first = found["rows"][-1 if calm else 0]
    values = {
        "trial": case.reading.trial(first["study"]),
        "without": _statistic(case, first),
        "all": _statistic(case, found["all"]),
    }
    driven = "checks.influence.settled" if first["p_adjusted"] >= CHANCE else "checks.influence.least"
    key = "checks.influence.calm" if calm else driven
    every = {"study": None, **found["all"]}
    rows = [_overall_row(case, row) for row in (every, *found["rows"])]
    heads = ("checks.head.omitted", "checks.head.q_chi", "checks.head.df", "checks.head.p", "checks.head.tau")
    made = table(case, case.text("checks.caption_of.influence_global"), heads, rows)
    return Block(heading, lead=(case.text(key, **values),), tables=(made,), items=_refused(case, found))


def _statistic(case: Case, row: Row) -> str:
    chi = case.text.numbers.decimals(row["chi2"], 2)
    return case.text("checks.influence.statistic", chi=chi, df=row["df"], p=case.p_named(row["p_adjusted"]))


def _overall_row(case: Case, row: Row) -> tuple[Cell, ...]:
    every = row["study"] is None
    name = case.text("checks.influence.nobody") if every else case.reading.trial(row["study"])
    flagged = row["p_adjusted"] < CHANCE
    return (
        Cell(name, strong=every),
        number(case.text.numbers.decimals(row["chi2"], 2), strong=every),
        number(case.text.numbers.count(row["df"])),
        number(case.p(row["p_adjusted"]), strong=flagged),
        number(case.tau(row["heterogeneity"])),
    )


def _block(case: Case, of: str, found: Row) -> Block:
    what = case.loop(found["treatments"]) if of == "loop" else case.pair(found)
    heading = case.text(_HEADINGS[of], what=what)
    if not found["rows"]:
        return Block(heading, lead=(case.text("checks.influence.no_rows"),), items=_refused(case, found))
    figures = tuple(
        (part, case.text("checks.caption.influence") if place == 0 else "")
        for place, part in enumerate(_forests(case, of, what, found))
    )
    return Block(heading, _warnings(case, found), (_sentence(case, found),), figures, items=_refused(case, found))


def _sentence(case: Case, found: Row) -> str:
    """The trial without which the two ways lie closest together."""
    first = found["rows"][0]
    every, without = case.size(found["all"]), case.size(first)
    key = "checks.influence.closest" if case.distance(without) < case.distance(every) else "checks.influence.no_closer"
    values = {"trial": case.reading.trial(first["study"]), "name": case.size_name, "null": case.null}
    return case.text(key, all=case.written(every), without=case.written(without), **values)


def _forests(case: Case, of: str, what: str, found: Row) -> tuple[Forest, ...]:
    text, every = case.text, case.size(found["all"])
    sizes = [case.size(row) for row in found["rows"]]
    shown, title = [every, *sizes], text("checks.axis.apart", name=case.size_name)
    forest = Forest(
        name=f"inconsistency-influence-{of}",
        title=text("checks.figure.influence", what=what),
        alt=text("checks.alt.influence", what=what, count=len(sizes), all=case.value(every)),
        axis=whole_axis(case, shown, ("", ""), title) if of == "split" else half_axis(case, shown, title),
        columns=(text("checks.column.size", code=case.size_code),),
        sections=plain([line(case, text("checks.influence.all"), every, True), *_rows(case, found, sizes)]),
        legend=(text("checks.legend.interval" if of == "loop" else "legend.credible"), None),
        line=every.value,
    )
    return in_parts(case.reading, forest)


def _rows(case: Case, found: Row, sizes: list[Size]) -> list[ForestRow]:
    return [
        line(case, clip(case.text("checks.influence.without", trial=_trial(case, row)), LONGEST_LABEL), size, False)
        for row, size in zip(found["rows"], sizes, strict=True)
    ]


def _trial(case: Case, row: Row) -> str:
    name = case.reading.trial(row["study"])
    return name if row.get("converged", True) else case.text("checks.splits.unsettled", pair=name)


def _warnings(case: Case, found: Row) -> tuple[str, ...]:
    failed = [row["study"] for row in found["rows"] if not row.get("converged", True)]
    return (
        (case.text("checks.influence.not_converged", count=len(failed), trials=case.trials(failed)),) if failed else ()
    )


def _refused(case: Case, found: Row) -> tuple[str, ...]:
    groups: dict[str, list[str]] = {}
    for row in found["refused"]:
        groups.setdefault(row["reason"], []).append(row["study"])
    return tuple(
        case.text("checks.influence.refused", trials=case.trials(names), reason=case.text.word("omission", reason))
        for reason, names in groups.items()
    )
