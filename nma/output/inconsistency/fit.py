"""Fit: whether the model describes the data, which points it does not describe, and whether it predicts trials."""

from __future__ import annotations

from nma.output.axes import Span, span
from nma.output.display import Cell, Table
from nma.output.figures import Curve, Point, Points
from nma.output.inconsistency.case import Block, Case, number, table
from nma.output.inconsistency.overall import LONGEST_POINT, MOST_NAMED, point_name
from nma.output.reading import Row
from nma.output.sentences import CHANCE
from nma.output.text import clip

LIMIT = 3.0
_WORST = 5
_STEPS = 60
_ROOM = 1.35
"""Width of the leverage plot over that of its points, so that names fit outside them."""
_TOO_MUCH = 1.1
"""Residual deviance for each data point above which a sentence speaks of misfit; 1 is what a true model expects."""


def blocks(case: Case) -> tuple[Block, ...]:
    """Deviance and leverage, then prediction."""
    return _deviance(case), _predictive(case), _loo(case)


def in_words(case: Case) -> str:
    """Residual deviance against the number of data points."""
    found = case.found["fit"]
    key = "checks.fit.misfit" if found["dbar"] > _TOO_MUCH * found["data_points"] else "checks.fit.fits"
    return case.text(key, dbar=case.deviance(found["dbar"]), count=found["data_points"])


def _deviance(case: Case) -> Block:
    text, found = case.text, case.found["fit"]
    beyond = [row for row in found["points"] if _reach(row) > LIMIT]
    said = text("checks.fit.beyond" if beyond else "checks.fit.none_beyond", count=len(beyond))
    whole = text("checks.fit.whole", pd=case.deviance(found["pd"]), dic=case.deviance(found["dic"]))
    if not found["points"]:
        return Block(lead=(in_words(case), whole))
    return Block(
        lead=(in_words(case), whole, said),
        figures=((_leverage(case), text("checks.caption.leverage")),),
        tables=(_points(case, beyond),),
    )


def _reach(row: Row) -> float:
    """Where a point lies among the parabolas of the leverage plot."""
    return float(row["signed_root"] ** 2 + row["leverage"])


def _leverage(case: Case) -> Points:
    text, found = case.text, case.found["fit"]["points"]
    far = sorted((row for row in found if _reach(row) > LIMIT), key=lambda row: -_reach(row))[:MOST_NAMED]
    named = [point_name(case, row) for row in far]
    across, up = _spans(case)
    return Points(
        name="inconsistency-leverage",
        title=text("checks.figure.leverage"),
        alt=text("checks.alt.leverage", count=len(found), named=text.listed(named) or text("checks.none")),
        points=tuple(
            Point(
                row["signed_root"],
                row["leverage"],
                clip(point_name(case, row), LONGEST_POINT) if row in far else "",
                row in far,
                label_left=row["signed_root"] < 0,
            )
            for row in found
        ),
        curves=tuple(leg for level in (1, 2, 3, 4) for leg in _legs(case, level, across, up)),
        x=across,
        y=up,
    )


def _spans(case: Case) -> tuple[Span, Span]:
    """Axes that hold every point, and the parabolas up to the limit."""
    found, numbers = case.found["fit"]["points"], case.text.numbers
    reach = _ROOM * max(2.05, *(abs(row["signed_root"]) for row in found))
    top = max(1.0, *(row["leverage"] for row in found))
    across = span(numbers, (-reach, reach), case.text("checks.axis.signed_root"))
    return across, span(numbers, (0.0, 1.15 * top), case.text("checks.axis.leverage"))


def _legs(case: Case, level: int, across: Span, up: Span) -> tuple[Curve, Curve]:
    """x² + y = level from its feet up to its top, or to where it leaves the axes; its right leg is named there."""
    foot, top = min(level**0.5, across.upper), max(0.0, level - up.upper) ** 0.5
    xs = tuple(foot + (top - foot) * step / _STEPS for step in range(_STEPS + 1))
    ys = tuple(level - x * x for x in xs)
    return Curve(tuple(-x for x in xs), ys), Curve(xs, ys, case.text.numbers.count(level))


def _points(case: Case, beyond: list[Row]) -> Table:
    """The points beyond the limit, or the worst of those within it."""
    text, numbers = case.text, case.text.numbers
    shown = sorted(beyond or case.found["fit"]["points"], key=lambda row: -_reach(row))
    shown = shown if beyond else shown[:_WORST]
    rows = [
        (
            Cell(point_name(case, row)),
            number("–" if row["observed"] is None else numbers.count(row["observed"])),
            number("–" if row["fitted"] is None else numbers.decimals(row["fitted"], 1)),
            number(numbers.decimals(row["deviance"], 2)),
            number(numbers.decimals(row["leverage"], 2)),
        )
        for row in shown
    ]
    caption = text("checks.caption_of.beyond" if beyond else "checks.caption_of.worst", count=len(rows))
    return table(case, caption, _HEADS, rows)


_HEADS = (
    "checks.head.point",
    "checks.head.observed",
    "checks.head.fitted",
    "checks.head.deviance",
    "checks.head.leverage",
)


def _predictive(case: Case) -> Block:
    text, found = case.text, case.found["fit"]["predictive"]
    key = "checks.fit.replicates_off" if found["p"] < CHANCE else "checks.fit.replicates"
    low = sorted((row for row in found["trials"] if row["p"] < CHANCE), key=lambda row: row["p"])
    said = [text(key, share=case.reading.chance(found["p"]))]
    if low:
        named = [
            text("checks.fit.off", trial=case.reading.trial(row["study"]), p=case.p_named(row["p"])) for row in low
        ]
        said.append(text("checks.fit.trials_off", count=len(low), trials=text.listed(named), all=len(found["trials"])))
    else:
        said.append(text("checks.fit.no_trial_off", count=len(found["trials"])))
    return Block(text("checks.fit.predictive"), lead=tuple(said))


def _loo(case: Case) -> Block:
    text, found = case.text, case.found["fit"]["loo"]
    numbers = text.numbers
    if found is None:
        return Block(text("checks.fit.loo"), lead=(text("checks.fit.loo_one_trial"),))
    key = "checks.fit.loo_unreliable" if found["k_over"] else "checks.fit.loo_reliable"
    said = text(
        key,
        elpd=numbers.decimals(found["elpd"], 1),
        se=numbers.decimals(found["se"], 1),
        over=found["k_over"],
        count=found["trials"],
        k=numbers.decimals(found["worst_k"], 2),
        worst=case.reading.trial(found["worst"]),
    )
    return Block(text("checks.fit.loo"), lead=(said,))
