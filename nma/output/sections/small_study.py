"""The section on small trials: the funnel with its tests, and the trials that are known but without data."""

from __future__ import annotations

from collections.abc import Sequence

from nma.output.axes import Span, span
from nma.output.blocks import Block, Widget, number, table
from nma.output.display import Cell, Table
from nma.output.figures import Curve, Figure, Point, Points
from nma.output.reading import Reading, Row
from nma.output.sections.contributions import pair_name

OPEN_TRIALS = 12
"""Trials in a table that stands open; a longer one is folded."""
_LIMIT = 1.959963984540054
"""Standard errors within which 95 % of the points lie without heterogeneity: where the dotted lines stand."""
_SMALLEST = 0.001
_REFUSED = {
    "few": "small_study.refused.few",
    "alone": "small_study.refused.alone",
    "flat": "small_study.refused.flat",
}
_TOWARD = {"treatment": "small_study.toward.treatment", "versus": "small_study.toward.versus"}
_WHY = {"awaiting data": "small_study.why.awaiting", "basis": "small_study.why.basis"}
_TESTED = ("small_study.alone", "small_study.multi_arm")
_UNTESTED = ("small_study.untested.alone", "small_study.untested.multi_arm")
"""What lies on the middle line, and what is counted more than once: with tests that it sways, and without any."""
_OTHERS = {"Thompson-Sharp": "small_study.other.thompson", "Begg-Mazumdar": "small_study.other.begg"}


def blocks(reading: Reading) -> tuple[Block, ...]:
    """The funnel, what its tests say and what they cannot say, then the trials without data."""
    found = reading.results.get("small_study")
    if not found:
        return ()
    return (
        Block(lead=(reading.text("small_study.what"), _order(reading, found))),
        Block(lead=(*said(reading, found),), figures=_figures(reading, found), after=_limits(reading, found)),
        *_without(reading, found),
    )


def _order(reading: Reading, found: Row) -> str:
    """Which way comparisons point, and that it is an assumption."""
    names = reading.text.listed([reading.short(name) for name in found["order"]])
    return reading.text("small_study.order", order=names, reference=reading.label(reading.reference))


def said(reading: Reading, found: Row) -> tuple[str, ...]:
    """What the tests say; why there is none where there is none."""
    text, test = reading.text, found["test"]
    if test["refused"] is not None:
        return (text(_REFUSED[test["refused"]], count=test["comparisons"], least=test["least"]),)
    numbers = text.numbers
    ends = text("interval", lower=numbers.decimals(test["lower"], 2), upper=numbers.decimals(test["upper"], 2))
    values = {"slope": numbers.decimals(test["slope"], 2), "interval": ends, "p": p_named(reading, test["p"])}
    limit = numbers.decimals(test["limit"], 2)
    values |= {"t": numbers.decimals(test["t"], 2), "df": numbers.count(test["df"])}
    key = _TOWARD[test["toward"]] if test["asymmetric"] else "small_study.symmetric"
    others = text.listed([text(_OTHERS[row["name"]], p=p_named(reading, row["p"])) for row in found["others"]])
    return (
        text("small_study.test", **values, points=test["comparisons"]),
        text(key, limit=limit),
        text("small_study.others", tests=others),
    )


def p_named(reading: Reading, value: float) -> str:
    """A p-value with its letter: three decimals below a tenth."""
    if value < _SMALLEST:
        return reading.text("small_study.p.under", p=reading.text.numbers.decimals(_SMALLEST, 3))
    return reading.text("small_study.p.is", p=reading.text.numbers.decimals(value, 3 if value < 0.0995 else 2))


def _limits(reading: Reading, found: Row) -> tuple[str, ...]:
    """What the funnel and its tests cannot say."""
    text, tested = reading.text, found["test"]["refused"] is None
    notes = [text("small_study.causes")] if tested and found["test"]["asymmetric"] else []
    if tested and reading.scale.log:
        notes.append(text("small_study.artefact"))
    alone, arms = _TESTED if tested else _UNTESTED
    if found["alone"]:
        notes.append(text(alone, count=found["alone"]))
    if found["multi_arm"]:
        names = text.listed([reading.trial(name) for name in found["multi_arm"]])
        notes.append(text(arms, count=len(found["multi_arm"]), trials=names))
    return (*notes, text("small_study.file"))


def _figures(reading: Reading, found: Row) -> tuple[tuple[Figure, str], ...]:
    """The funnel: estimates less the direct effect of their comparison, the largest trials on top."""
    text, points = reading.text, found["points"]
    if len(points) < 2:
        return ()
    largest = 1.06 * max(point["se"] for point in points)
    reach = _LIMIT * largest
    across = [point["adjusted"] for point in points] + [-reach, reach]
    upright = span(text.numbers, (0.0, largest), text("small_study.axis.y", scale=found["scale"]))
    ticks = tuple(tick for tick in upright.ticks if 0 <= tick[0] <= largest)
    treatments = [name for name in found["order"] if any(point["treatment"] == name for point in points)]
    figure = Points(
        name="funnel",
        title=text("small_study.figure"),
        alt=text("small_study.alt", count=len(points), verdict=" ".join(said(reading, found))),
        points=tuple(_point(reading, point) for point in points),
        curves=(
            Curve((-reach, 0.0, reach), (largest, 0.0, largest)),
            Curve((0.0, 0.0), (0.0, largest), strong=True),
        ),
        x=span(text.numbers, across, text("small_study.axis.x", scale=found["scale"])),
        y=Span(largest, 0.0, ticks, upright.title),
        key=tuple((reading.label(name), reading.marks[name]) for name in treatments),
    )
    return ((figure, text("small_study.caption")),)


def _point(reading: Reading, point: Row) -> Point:
    name = reading.text("small_study.point", trial=reading.trial(point["study"]), pair=pair_name(reading, point))
    return Point(point["adjusted"], point["se"], name=name, mark=reading.marks[point["treatment"]])


def _folded(reading: Reading, key: str, made: Table) -> Widget:
    return Widget("folded", {"summary": reading.text(key, count=len(made.rows)), "table": made})


def _without(reading: Reading, found: Row) -> tuple[Block, ...]:
    """Trials that would have been taken, had counts been found."""
    text, trials = reading.text, found["without_data"]
    heading = text("small_study.without.heading")
    if trials is None:
        return (Block(heading, lead=(text("small_study.without.no_registry"),)),)
    further = found["outside_window"]
    aside = (text("small_study.without.outside", count=len(further)),) if further else ()
    if not trials:
        return (Block(heading, lead=(text("small_study.without.none"), *aside)),)
    lead = (*_counted(reading, found), text("small_study.without.meaning"), *aside)
    made = _trials(reading, trials)
    short = len(made.rows) <= OPEN_TRIALS
    tables = (_pairs(reading, found), made) if short else (_pairs(reading, found),)
    widgets = () if short else (_folded(reading, "small_study.open_trials", made),)
    return (Block(heading, lead=lead, tables=tables, widgets=widgets),)


def _counted(reading: Reading, found: Row) -> tuple[str, ...]:
    """How many trials and people are missing, and of how many trials nobody knows the size."""
    text, people = reading.text, found["missing_people"]
    values = {"participants": reading.evidence["participants"], "trials": reading.evidence["studies"]}
    said = [text("small_study.without.count", count=len(found["without_data"]))]
    if people["randomised"]:
        said.append(text("small_study.without.people", count=people["randomised"]))
    if people["unknown"]:
        said.append(text("small_study.without.unknown", count=people["unknown"]))
    return (" ".join((*said, text("small_study.without.beside", **values))),)


def _pairs(reading: Reading, found: Row) -> Table:
    """What is missing, comparison by comparison, beside what the network has."""
    text, numbers = reading.text, reading.text.numbers
    used = {frozenset((row["treatment"], row["versus"])): row for row in reading.evidence["comparisons"]}
    rows = []
    for row in sorted(found["missing"], key=lambda row: (-len(row["trials"]), pair_name(reading, row))):
        own = used.get(frozenset((row["treatment"], row["versus"])))
        counts = (len(row["trials"]), row["randomised"], row["unknown"], len(own["studies"]) if own else 0)
        rows.append((Cell(pair_name(reading, row)), *(number(numbers.count(count)) for count in counts)))
    heads = (
        "table.comparison",
        "small_study.head.missing",
        "small_study.head.people",
        "small_study.head.unknown",
        "small_study.head.used",
    )
    return table(text, text("small_study.caption_of.pairs"), heads, rows)


def _trials(reading: Reading, trials: Sequence[Row]) -> Table:
    """The trials by name, with what is known of each."""
    heads = (
        "table.trial",
        "small_study.head.treatments",
        "small_study.head.randomised",
        "small_study.head.months",
        "small_study.head.registration",
        "small_study.head.why",
    )
    caption = reading.text("small_study.caption_of.trials", count=len(trials))
    return table(reading.text, caption, heads, [_trial(reading, row) for row in trials])


def _trial(reading: Reading, row: Row) -> tuple[Cell, ...]:
    text, numbers = reading.text, reading.text.numbers
    people = row["randomised"]
    arms = "; ".join(reading.short(name) for name in row["treatments"])
    months = "; ".join(numbers.general(months) for months in row["months"])
    shown = "–" if people is None else numbers.count(people)
    part = "" if people is None or row["complete"] else text("small_study.part")
    return (
        Cell(reading.trial(row["study"])),
        Cell(arms),
        Cell(shown, note=part, number=True, order=float(people or 0)),
        Cell(months or "–", number=True, order=row["months"][-1] if months else 0.0),
        Cell(row["registration"] or "–"),
        Cell(text(_WHY[row["rule"]])),
    )
