"""The results in prose: every number is one that stands in the results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from nma.output.citing.bibliography import trial_papers
from nma.output.inconsistency.case import Case
from nma.output.inconsistency.summary import committee
from nma.output.people import counted
from nma.output.prose.saying import Part, Said
from nma.output.reading import Reading, Row, Side
from nma.output.sections.small_study import said as said_of_funnel
from nma.output.sentences import ranks, separated, spread, weak_links

_LEVELS = {
    "high": "certainty.level.high",
    "moderate": "certainty.level.moderate",
    "low": "certainty.level.low",
    "very low": "certainty.level.very_low",
}
_AT = {"random effects": "prose.at.pooled", "one arm": "prose.at.one_arm", None: "prose.at.declared"}
"""By how the baseline risk was estimated; None for one that was declared."""
_SEEN = 0.005
"""Below this share of draws, which is written as less than 1%, capped risks are not spoken of."""
_TOP = {Side.TREATMENT: "prose.top.apart", Side.VERSUS: "prose.top.crossed", Side.NEITHER: "prose.top.together"}


def parts(reading: Reading) -> tuple[Part, ...]:
    """The paragraphs of the results section."""
    return (
        Part("prose.heading.evidence", tuple(_evidence(reading))),
        Part("prose.heading.effects", tuple(_effects(reading))),
        Part("prose.heading.ranking", tuple(_ranking(reading))),
        Part("prose.heading.spread", tuple(_spread(reading))),
        Part("prose.heading.absolute", tuple(_absolute(reading))),
        Part("prose.heading.sure", tuple(_certainty(reading))),
        Part("prose.heading.missing", tuple(_missing(reading))),
        Part("prose.heading.sets", tuple(_sensitivity(reading))),
    )


def _evidence(reading: Reading) -> Iterator[Said | str]:
    """What was found: trials, people, treatments, comparisons, and what was left out."""
    text, found = reading.text, reading.evidence
    reports = tuple(paper.key for papers in trial_papers(reading).values() for paper in papers)
    names = text.listed([_with_size(reading, name) for name in reading.ranked])
    size = {name: found[name] for name in ("participants", "arms", "events")}
    outcome = str(reading.analysis["outcome_label"])
    yield Said("prose.evidence.size", {**size, "count": found["studies"], "outcome": outcome})
    if reports:
        yield Said("prose.evidence.reports", {"count": len(reports)}, (reports,))
    yield Said("prose.evidence.treatments", {"number": len(reading.ranked), "names": names})
    yield _direct(reading)
    if found["excluded"]:
        rules = Counter(row["rule"] for row in found["excluded"])
        told = [
            text("prose.evidence.rule", rule=text.word("rule", rule), number=many) for rule, many in rules.most_common()
        ]
        yield Said("prose.evidence.excluded", {"count": len(found["excluded"]), "rules": text.listed(told)})
    yield from weak_links(reading)


def _with_size(reading: Reading, name: str) -> str:
    row = reading.details[name]
    return reading.text(
        "prose.evidence.treatment", name=reading.label(name), count=row["studies"], n=row["participants"]
    )


def _direct(reading: Reading) -> Said:
    """How many pairs meet in trials, and which meet most often."""
    rows: Sequence[Row] = reading.evidence["comparisons"]
    most = max(len(row["studies"]) for row in rows)
    pairs = [_pair(reading, row) for row in rows if len(row["studies"]) == most]
    values: dict[str, str | int] = {"direct": len(rows), "pairs": reading.text.listed(pairs), "most": most}
    return Said("prose.evidence.direct", {**values, "count": len(reading.pairs())})


def _pair(reading: Reading, row: Row) -> str:
    return reading.text("prose.pair", first=reading.label(row["treatment"]), second=reading.label(row["versus"]))


def _effects(reading: Reading) -> Iterator[Said | str]:
    """Each treatment against the reference, what can be told apart from it, and the first two."""
    text, reference = reading.text, reading.reference
    others = [name for name in reading.ranked if name != reference]
    effects = {name: reading.effects[name, reference] for name in others}
    told = [text("prose.effect", name=reading.label(name), estimate=reading.estimate(effects[name])) for name in others]
    against: dict[str, str | int] = {"measure": reading.measure_name, "reference": reading.label(reference)}
    yield Said("prose.effects", {**against, "effects": "; ".join(told)})
    sides = {name: reading.side(effects[name]) for name in others}
    for side, key in ((Side.TREATMENT, "prose.better"), (Side.VERSUS, "prose.worse"), (Side.NEITHER, "prose.unclear")):
        names = [reading.label(name) for name in others if sides[name] is side]
        if names:
            values: dict[str, str | int] = {"names": text.listed(names), "null": reading.null, "count": len(names)}
            yield Said(key, {**values, "reference": reading.label(reference)})
    yield from _top(reading)


def _top(reading: Reading) -> Iterator[Said]:
    first, second = reading.ranked[:2]
    if reading.reference in (first, second):
        return
    effect = reading.effects[first, second]
    names = {"first": reading.label(first), "second": reading.label(second), "measure": reading.measure_name}
    values = {**names, "estimate": reading.estimate(effect), "chance": reading.chance(effect["p_better"])}
    yield Said(_TOP[reading.side(effect)], {**values, "null": reading.null})


def _ranking(reading: Reading) -> Iterator[Said | str]:
    text, rows = reading.text, reading.ranking
    told = [
        text(
            "prose.rank",
            name=reading.label(row["treatment"]),
            sucra=text.numbers.percent(row["sucra"]),
            ranks=ranks(reading, row),
        )
        for row in rows
    ]
    yield Said("prose.ranks", {"ranks": "; ".join(told)})
    yield separated(reading)
    found = reading.results.get("hierarchy")
    if found:
        order = {"chance": reading.chance(found["order"]["probability"])}
        yield Said("prose.order", {**order, "poth": text.numbers.decimals(found["poth"]["value"], 2)})


def _spread(reading: Reading) -> Iterator[Said | str]:
    """Heterogeneity, what it means in a new setting, and whether direct and indirect evidence agree."""
    found = spread(reading, reading.results["heterogeneity"])
    if found:
        yield found
    yield from _new_setting(reading)
    checked = reading.results.get("inconsistency")
    if checked:
        yield from _said_by_checks(reading, checked)


def _new_setting(reading: Reading) -> Iterator[Said]:
    first = next(name for name in reading.ranked if name != reading.reference)
    effect = reading.effects[first, reading.reference]
    if effect["predictive_lower"] is not None:
        names = {"first": reading.label(first), "reference": reading.label(reading.reference)}
        interval = reading.interval(effect, "predictive_")
        yield Said("prose.new_setting", {**names, "measure": reading.measure_name, "interval": interval})


def _said_by_checks(reading: Reading, checked: Row) -> Iterator[Said | str]:
    yield from committee(Case(checked, reading))[:2]
    i2, numbers = checked["heterogeneity"]["i2"], reading.text.numbers
    if i2 is not None:
        yield Said("prose.i2_found", {"i2": numbers.decimals(100 * i2, 0)})


def _absolute(reading: Reading) -> Iterator[Said]:
    """The first treatment that is not the reference, at each baseline risk, and what its intervals hold."""
    found = reading.results.get("absolute")
    if not found:
        return
    name = next(name for name in reading.ranked if name != found["reference"])
    for base in found["baselines"]:
        row = next(row for row in base["effects"] if row["treatment"] == name)
        yield Said(*_at(reading, base, row))
        if row["capped"] > _SEEN:
            yield Said("prose.capped", {"share": reading.chance(row["capped"])})


def _at(reading: Reading, base: Row, row: Row) -> tuple[str, dict[str, str | int]]:
    text, risk, how = reading.text, base["risk"], base["how"]
    values: dict[str, str | int] = {
        "risk": counted(text.numbers, 1000 * risk["median"]) if how else text.numbers.percent(risk),
        "name": reading.label(row["treatment"]),
        "reference": reading.label(reading.results["absolute"]["reference"]),
        "per_1000": _people(reading, row["per_1000"]),
        "difference": _people(reading, row["difference"]),
    }
    return _AT[how["model"] if how else None], values


def _people(reading: Reading, summary: Row) -> str:
    median, lower, upper = (reading.text.numbers.count(round(summary[key])) for key in ("median", "lower", "upper"))
    return reading.text("estimate", median=median, interval=reading.text("interval", lower=lower, upper=upper))


def _certainty(reading: Reading) -> Iterator[Said]:
    found = reading.results.get("certainty")
    if not found or not found["pairs"]:
        return
    text, counts = reading.text, Counter(pair["level"] for pair in found["pairs"])
    told = [
        text("certainty.counted", level=text(key), number=counts[level])
        for level, key in _LEVELS.items()
        if counts[level]
    ]
    yield Said("prose.levels_found", {"count": len(found["pairs"]), "levels": text.listed(told)})
    provisional = sum(pair["provisional"] for pair in found["pairs"])
    if provisional:
        yield Said("prose.provisional", {"number": provisional})


def _missing(reading: Reading) -> Iterator[Said | str]:
    """Small-study effects, and trials that gave no data."""
    found = reading.results.get("small_study")
    if not found:
        return
    yield Said("prose.funnel", {"count": len(found["points"])})
    yield from said_of_funnel(reading, found)
    without = found.get("without_data") or ()
    if without:
        yield Said("prose.without_data", {"count": len(without)})


def _sensitivity(reading: Reading) -> Iterator[Said]:
    """Whether another treatment comes first in a set, and the sets of which nothing can be said."""
    sets, best = reading.results["sensitivity"], reading.ranked[0]
    usable = [entry for entry in sets if not entry["error"] and entry["sampling"]["converged"]]
    turned = [str(entry["title"]) for entry in usable if entry["ranking"][0]["treatment"] != best]
    values: dict[str, str | int] = {"best": reading.label(best), "count": len(usable), "turned": len(turned)}
    if turned:
        yield Said("prose.sets.some", {**values, "titles": reading.text.listed(turned)})
    elif usable:
        yield Said("prose.sets.all", values)
    if len(usable) < len(sets):
        yield Said("prose.sets.failed", {"count": len(sets) - len(usable)})
