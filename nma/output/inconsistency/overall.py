"""The whole network at once: the design-by-treatment test, and the model in which no comparison informs another."""

from __future__ import annotations

from nma.output.axes import span
from nma.output.display import Cell, Table
from nma.output.figures import Curve, Point, Points
from nma.output.inconsistency.case import Block, Case, number, table
from nma.output.inconsistency.splits import not_computed
from nma.output.reading import Row
from nma.output.sentences import CHANCE
from nma.output.text import clip

_TOLD = {
    (True, True): "checks.designs.disagree",
    (True, False): "checks.designs.disagree_common",
    (False, True): "checks.designs.agree",
    (False, False): "checks.designs.agree_common",
}
"""By whether the designs disagree, and whether effects are random."""
_REFUSED = {"no closed loop": "checks.designs.no_closed_loop", "each design once": "checks.designs.each_design_once"}
MOST_NAMED = 8
_FAR = 0.5
LONGEST_POINT = 24
_CLOSE, _CLEAR = 3.0, 5.0
"""Differences of DIC (Spiegelhalter 2002): under 3 none to speak of, over 5 to be taken seriously."""


def blocks(case: Case) -> tuple[Block, ...]:
    """The global test, the unrelated means, and that nothing is ranked from either."""
    designs = Block(case.text("checks.designs.heading"), lead=(sentence(case),), tables=(_designs(case),))
    return designs, _unrelated(case)


def sentence(case: Case) -> str:
    """The global test in words, or why there is none."""
    found, text = case.found["design_by_treatment"], case.text
    if found["refused"]:
        return text(_REFUSED[found["refused"]])
    key = _TOLD[found["p_adjusted"] < CHANCE, case.reading.random]
    numbers = {"chi": text.numbers.decimals(found["chi2"], 2), "plain": case.p_named(found["p"])}
    return text(key, df=found["df"], chance=case.chance(found["p_adjusted"]), **numbers)


def _designs(case: Case) -> Table:
    found = case.found["design_by_treatment"]
    rows = [
        (
            Cell(case.loop(row["treatments"])),
            number(case.text.numbers.count(len(row["studies"]))),
            Cell(case.trials(row["studies"])),
        )
        for row in sorted(found["designs"], key=lambda it: -len(it["studies"]))
    ]
    tau = case.tau(found["heterogeneity"])
    caption = case.text("checks.caption_of.designs", count=len(rows), df=found["df_within"] or 0, tau=tau)
    return table(case, caption, ("checks.head.design", "table.trials", "table.which_trials"), rows)


def _unrelated(case: Case) -> Block:
    text, found = case.text, case.found["fit"]["unrelated_means"]
    heading = text("checks.means.heading")
    if found is None:
        return Block(heading, lead=(not_computed(case), text("checks.means.no_ranking")))
    if found["same_model"]:
        return Block(heading, lead=(text("checks.means.same"), text("checks.means.no_ranking")))
    return Block(
        heading,
        warnings=() if found["converged"] else (text("checks.means.not_converged"),),
        lead=(_comparison(case, found), *_absorbed(case, found), text("checks.means.no_ranking")),
        figures=((_figure(case, found), text("checks.caption.deviance")),),
        tables=(_side_by_side(case, found),),
    )


def _comparison(case: Case, free: Row) -> str:
    """What the two models say of each other, chosen by their DIC."""
    own = case.found["fit"]
    gap = own["dic"] - free["dic"]
    key = "checks.means.close" if abs(gap) < _CLOSE else "checks.means.free" if gap > 0 else "checks.means.consistent"
    strength = case.text("checks.means.clear" if abs(gap) > _CLEAR else "checks.means.slight")
    dics = {"own": case.deviance(own["dic"]), "free": case.deviance(free["dic"])}
    return case.text(key, strength=strength, **dics)


def _absorbed(case: Case, free: Row) -> list[str]:
    """That heterogeneity may stand in for disagreement; nothing for common effects, or where it is no smaller."""
    own, other = case.found["heterogeneity_posterior"], free["heterogeneity"]
    if own is None or other is None or other["median"] >= own["median"]:
        return []
    return [case.text("checks.means.absorbed", own=case.tau(own["median"]), free=case.tau(other["median"]))]


def _side_by_side(case: Case, free: Row) -> Table:
    own = case.found["fit"]
    heads = ("checks.head.of_fit", "checks.head.consistency", "checks.head.unrelated")
    rows = [(Cell(case.text(head)), *(number(case.deviance(it[key])) for it in (own, free))) for head, key in _MEASURES]
    counts = (number(case.text.numbers.count(it["data_points"])) for it in (own, free))
    rows.append((Cell(case.text("checks.head.data_points")), *counts))
    spreads = (case.found["heterogeneity_posterior"], free["heterogeneity"])
    rows.append((Cell(case.text("table.heterogeneity")), *(_spread(case, it) for it in spreads)))
    return table(case, case.text("checks.caption_of.means"), heads, rows)


_MEASURES = (("checks.head.dbar", "dbar"), ("checks.head.pd", "pd"), ("checks.head.dic", "dic"))


def _spread(case: Case, found: Row | None) -> Cell:
    if found is None:
        return number("–")
    limits = case.text("interval", lower=case.tau(found["lower"]), upper=case.tau(found["upper"]))
    return number(case.tau(found["median"]), limits)


def _figure(case: Case, free: Row) -> Points:
    """Each arm's deviance in both models; the arms furthest from the diagonal are named."""
    text, other = case.text, {(it["study"], it["treatment"]): it["deviance"] for it in free["points"]}
    pairs = [(it, it["deviance"], other[it["study"], it["treatment"]]) for it in case.found["fit"]["points"]]
    far = sorted((it for it in pairs if abs(it[1] - it[2]) > _FAR), key=lambda it: -abs(it[1] - it[2]))[:MOST_NAMED]
    named = [point_name(case, it[0]) for it in far]
    values = [0.0, *(value for pair in pairs for value in pair[1:])]
    spans = [span(text.numbers, values, text(key)) for key in ("checks.axis.own_deviance", "checks.axis.free_deviance")]
    ends = (max(0.0, spans[0].lower), spans[0].upper)
    return Points(
        name="inconsistency-deviance",
        title=text("checks.figure.deviance"),
        alt=text("checks.alt.deviance", count=len(pairs), named=text.listed(named) or text("checks.none")),
        points=tuple(_point(case, it, it in far, 0.6 * spans[0].upper) for it in pairs),
        curves=(Curve(ends, ends, strong=True),),
        x=spans[0],
        y=spans[1],
        square=True,
    )


def _point(case: Case, pair: tuple[Row, float, float], named: bool, reach: float) -> Point:
    """A point, its name on the side away from the diagonal as far as there is room."""
    row, own, free = pair
    label = clip(point_name(case, row), LONGEST_POINT) if named else ""
    return Point(own, free, label, named, label_left=free > own or own > reach)


def point_name(case: Case, row: Row) -> str:
    """A point by its trial, and by its treatment where it is one arm."""
    trial = case.reading.trial(row["study"])
    if row["treatment"] is None:
        return trial
    return case.text("checks.point", trial=trial, treatment=case.reading.short(row["treatment"]))
