"""Loops: where treatments are compared along two ways, how far the two ways lie apart."""

from __future__ import annotations

from collections.abc import Sequence

from nma.output.display import Cell, Table
from nma.output.figures import Forest
from nma.output.inconsistency.case import Block, Case, number, table
from nma.output.inconsistency.forests import half_axis, line, plain
from nma.output.reading import Row
from nma.output.text import clip

MOST = 30
_LONGEST = 20
"""Letters that fit beside the figure when they are heavy."""
_WIDTHS = {True: (0.27, 0.64, 0.66, 0.855), False: (0.27, 0.6, 0.62, 0.865)}
_ASSUMED = ("loop", "comparison", "network")
_MEANINGS = {
    (True, False): "checks.meaning.ratio",
    (True, True): "checks.meaning.signed_ratio",
    (False, False): "checks.meaning.difference",
    (False, True): "checks.meaning.signed_difference",
}


def blocks(case: Case) -> tuple[Block, ...]:
    """The loops, what heterogeneity does to them, and the loops left out."""
    found = case.found["loops"]
    left_out = case.found["loops_left_out"]
    made = [Block(lead=lead(case), figures=_figures(case), after=_after(case), tables=_tables(case) if found else ())]
    if found:
        made.append(_heterogeneities(case))
    if left_out:
        made.append(Block(case.text("checks.loops.left_out"), tables=(_left_out(case),)))
    return tuple(made)


def lead(case: Case) -> tuple[str, ...]:
    """What the loops say, in sentences."""
    text, found = case.text, case.found["loops"]
    if not found:
        return (text("checks.loops.none" if case.found["loops_note"] else "checks.loops.none_left"),)
    flagged = sum(loop["flagged"] for loop in found)
    key = "checks.loops.flagged" if flagged else "checks.loops.unflagged"
    return text(key, count=len(found), flagged=flagged, null=case.null), largest(case)


def largest(case: Case) -> str:
    """The loop in which the two ways lie furthest apart, with what its interval means."""
    loop = case.found["loops"][0]
    size = case.size(loop)
    return case.text(
        "checks.loops.largest",
        loop=case.loop(loop["treatments"]),
        name=case.size_name,
        value=case.value(size),
        interval=case.interval(size),
        meaning=meaning(case, case.value(size)),
        verdict=verdict(case, loop["flagged"]),
    )


def meaning(case: Case, value: str, signed: bool = False) -> str:
    """What the size of a disagreement means."""
    return case.text(_MEANINGS[case.ratio, signed], value=value)


def verdict(case: Case, flagged: bool) -> str:
    """What an interval says of agreement."""
    return case.text("checks.verdict.flagged" if flagged else "checks.verdict.unflagged", null=case.null)


def _figures(case: Case) -> tuple[tuple[Forest, str], ...]:
    text, found = case.text, case.found["loops"][:MOST]
    if not found:
        return ()
    sizes = [case.size(loop) for loop in found]
    rows = [
        line(case, clip(name, _LONGEST), size, loop["flagged"], (_counts(case, loop),))
        for loop, name, size in zip(found, _names(case), sizes, strict=True)
    ]
    forest = Forest(
        name="inconsistency-loops",
        title=text("checks.figure.loops"),
        alt=text("checks.alt.loops", count=len(rows), flagged=sum(loop["flagged"] for loop in found), null=case.null),
        axis=half_axis(case, sizes, text("checks.axis.apart", name=case.size_name)),
        columns=(text("checks.column.size", code=case.size_code), text("checks.column.trials")),
        sections=plain(rows),
        legend=(text("checks.legend.interval"), None),
        widths=_WIDTHS[case.ratio],
    )
    return ((forest, text("checks.caption.loops", null=case.null)),)


def _names(case: Case) -> list[str]:
    """The names of the loops shown, numbered where one of them will be cut beside a figure."""
    names = [case.loop(loop["treatments"]) for loop in case.found["loops"][:MOST]]
    if max(map(len, names)) <= _LONGEST:
        return names
    return [case.text("checks.loops.numbered", number=place, loop=name) for place, name in enumerate(names, start=1)]


def _counts(case: Case, loop: Row) -> str:
    """How many trials stand on each edge, in the order of the cycle."""
    return " · ".join(case.text.numbers.count(len(edge["studies"])) for edge in loop["edges"])


def _after(case: Case) -> tuple[str, ...]:
    text, found = case.text, case.found["loops"]
    beyond = (text("checks.loops.beyond", count=len(found) - MOST),) if len(found) > MOST else ()
    return (*beyond, text("checks.loops.signs", code=case.size_code), text("checks.p.loop")) if found else ()


def _tables(case: Case) -> tuple[Table, ...]:
    text, found = case.text, case.found["loops"][:MOST]
    heads = ("checks.head.loop", "checks.head.size", "checks.head.signed", "checks.head.tau", "checks.head.p")
    names = _names(case)
    rows = [_loop_row(case, loop, name) for loop, name in zip(found, names, strict=True)]
    edges = [(Cell(name), Cell(_edges(case, loop))) for loop, name in zip(found, names, strict=True)]
    scale = str(case.found["scale"]["name"])
    return (
        table(case, text("checks.caption_of.loops"), (*heads, "table.verdict"), rows),
        table(case, text("checks.caption_of.edges", scale=scale), ("checks.head.loop", "checks.head.edges"), edges),
        table(case, text("checks.caption_of.edge_trials"), _TRIAL_HEADS, _edge_trials(case, found)),
    )


_TRIAL_HEADS = ("table.comparison", "table.trials", "table.which_trials")


def _loop_row(case: Case, loop: Row, name: str) -> tuple[Cell, ...]:
    size, flagged = case.size(loop), loop["flagged"]
    tau = case.tau(loop["heterogeneity"]) if loop["estimable"] else case.text("checks.loops.not_estimable")
    signed = case.signed(loop)
    shared = case.text("checks.loops.multi_arm", trials=case.trials(loop["multi_arm"])) if loop["multi_arm"] else ""
    return (
        Cell(name, note=shared, strong=flagged),
        number(case.value(size), case.interval(size), flagged),
        number(case.value(signed), case.interval(signed)),
        number(tau),
        number(case.p(loop["p"])),
        number(case.text("checks.agreement.flagged" if flagged else "checks.agreement.unflagged"), strong=flagged),
    )


def _edges(case: Case, loop: Row) -> str:
    """The edges going round the loop, each with its pooled direct effect."""
    digits = 2 if case.ratio else 3
    return "; ".join(
        case.text(
            "checks.loops.edge",
            pair=case.pair(edge),
            effect=case.scaled.value(case.shown(edge["estimate"])),
            error=case.text.numbers.decimals(edge["se"], digits),
        )
        for edge in loop["edges"]
    )


def _edge_trials(case: Case, found: Sequence[Row]) -> list[tuple[Cell, ...]]:
    """The trials on each edge, once however many loops it belongs to."""
    edges: dict[tuple[frozenset[str], tuple[str, ...]], Row] = {}
    for edge in (edge for loop in found for edge in loop["edges"]):
        edges.setdefault((frozenset((edge["treatment"], edge["versus"])), tuple(edge["studies"])), edge)
    return [
        (
            Cell(case.pair(edge)),
            number(case.text.numbers.count(len(edge["studies"]))),
            Cell(case.trials(edge["studies"])),
        )
        for edge in edges.values()
    ]


def _heterogeneities(case: Case) -> Block:
    """The three assumptions about heterogeneity side by side."""
    text, found = case.text, case.found["loops"][:MOST]
    heads = ("checks.head.loop", "checks.head.tau_loop", "checks.head.tau_comparison", "checks.head.tau_network")
    rows = [
        (Cell(name), *(_assumed(case, loop, way) for way in _ASSUMED))
        for loop, name in zip(found, _names(case), strict=True)
    ]
    caption = text("checks.caption_of.assumed", code=case.size_code, null=case.null)
    return Block(
        heading=text("checks.loops.assumed"), lead=(_disagreement(case),), tables=(table(case, caption, heads, rows),)
    )


def _assumed(case: Case, loop: Row, way: str) -> Cell:
    row = loop["by_heterogeneity"][way]
    taus = row["taus"] if row["tau"] is None else [row["tau"]]
    spread = case.text("checks.loops.tau", tau=" · ".join(case.tau(tau) for tau in taus or [None]))
    return number(case.written(case.size(row)), spread, bool(row["flagged"]))


def _disagreement(case: Case) -> str:
    """Whether the three assumptions agree about which loops are flagged."""
    text, found = case.text, case.found["loops"]
    torn = [loop for loop in found if len({loop["by_heterogeneity"][name]["flagged"] for name in _ASSUMED}) > 1]
    if not torn:
        return text("checks.loops.same_flags", count=len(found))
    names = [case.loop(loop["treatments"]) for loop in torn[:MOST]]
    return text("checks.loops.torn_flags", count=len(torn), loops=text.listed(names))


def _left_out(case: Case) -> Table:
    rows = [
        (
            Cell(case.loop(row["treatments"])),
            Cell(case.text.word("loop_left_out", row["reason"])),
            Cell(case.trials(row["studies"])),
        )
        for row in case.found["loops_left_out"]
    ]
    heads = ("checks.head.loop", "table.reason", "table.which_trials")
    return table(case, case.text("checks.caption_of.left_out", count=len(rows)), heads, rows)
