"""What the report says in sentences: the answer, how sure it is, what it hangs on, what the sensitivity sets change.

Each sentence is chosen by the numbers: a treatment is called better only when the whole credible interval lies on its
side.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nma.output.reading import Reading, Row, Side, effects

_VERDICTS = {
    Side.TREATMENT: "answer.verdict.treatment",
    Side.VERSUS: "answer.verdict.versus",
    Side.NEITHER: "answer.verdict.neither",
}
_REACH = {
    Side.TREATMENT: "answer.reach.treatment",
    Side.VERSUS: "answer.reach.versus",
    Side.NEITHER: "answer.reach.neither",
}
_PAIR = {Side.TREATMENT: "answer.apart", Side.VERSUS: "answer.crossed", Side.NEITHER: "answer.together"}
_RATIO = {"RR": "answer.words.RR", "OR": "answer.words.OR"}
_HANGS = {"one trial": "answer.hangs.one_trial", "weak basis": "answer.hangs.weak_basis"}
_WEAK_LINKS = {"one trial": "weak.one_trial", "weak basis": "weak.basis"}
CHANCE = 0.05
"""Below this share of chance a sentence speaks of disagreement: the complement of the 95 % intervals beside it."""
_WEAK = ("arm sizes assumed", "recalled")


def answer(reading: Reading) -> tuple[str, str, str]:
    """The answer in three sentences: who ranks first, whether it can be told from the second, and how sure this is."""
    return _first(reading), _second(reading), _sure(reading)


def direction(reading: Reading) -> str:
    """Which way is up, in words."""
    return reading.text("direction", direction=str(reading.results["direction"]).rstrip("."))


def spread(reading: Reading, found: Row | None) -> str:
    """How much the trials differ, after and before they were seen; empty for a common-effect fit."""
    if found is None:
        return ""
    after, before = _median_and_limits(reading, found), _median_and_limits(reading, found["prior"])
    return reading.text("heterogeneity.found", scale=found["scale"], after=after, before=before)


def _median_and_limits(reading: Reading, found: Row) -> str:
    median, lower, upper = (reading.text.numbers.decimals(found[key], 2) for key in ("median", "lower", "upper"))
    return reading.text("heterogeneity.numbers", median=median, lower=lower, upper=upper)


def favours(reading: Reading, first: str, second: str) -> tuple[str, str]:
    """Words left and right of no effect on an axis of ``first`` against ``second``."""
    low, high = (second, first) if reading.higher else (first, second)
    return reading.text("axis.favours", name=low), reading.text("axis.favours", name=high)


def separated(reading: Reading) -> str:
    """Which treatments the best ranked can be told apart from."""
    text, best = reading.text, reading.ranked[0]
    apart = [name for name in reading.ranked[1:] if reading.side(reading.effects[best, name]) is Side.TREATMENT]
    blurred = [name for name in reading.ranked[1:] if name not in apart]
    if not blurred:
        return text("ranking.all_apart", best=reading.label(best))
    names = text.listed([reading.label(name) for name in blurred])
    if not apart:
        return text("ranking.none_apart", best=reading.label(best))
    kept = text.listed([reading.label(name) for name in apart])
    return text("ranking.some_apart", best=reading.label(best), apart=kept, blurred=names)


def weak_links(reading: Reading) -> list[str]:
    """A sentence per treatment whose link to the rest hangs on one trial, or on trials of a weak basis."""
    rules: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for link in reading.evidence["weak_links"]:
        rules.setdefault((link["treatment"], tuple(link["studies"])), []).append(link["rule"])
    return [
        reading.text(
            _WEAK_LINKS[rules[treatment, studies][0]] if len(rules[treatment, studies]) == 1 else "weak.both",
            treatment=reading.label(treatment),
            trials=reading.text.listed([reading.trial(name) for name in studies]),
            count=len(studies),
        )
        for treatment, studies in rules
    ]


def grounds(reading: Reading) -> list[str]:
    """What the answer hangs on: weak links, the basis of the numbers, and whether the sensitivity sets agree."""
    text, counts = reading.text, reading.evidence["basis_counts"]
    said = weak_links(reading)
    if counts:
        levels = [
            text("basis.level", number=count, basis=text.word("basis", name)) for name, count in counts.items() if count
        ]
        said.append(text("basis.line", levels=text.listed(levels), count=sum(counts.values())))
    return [*said, *_contradicted(reading), *_agreement(reading)]


def _contradicted(reading: Reading) -> list[str]:
    """That direct and indirect evidence contradict each other, where the global test says so."""
    found = reading.results.get("inconsistency")
    p = found["design_by_treatment"]["p_adjusted"] if found else None
    return [reading.text("agreement.contradicted")] if p is not None and p < CHANCE else []


def _agreement(reading: Reading) -> list[str]:
    text, sets = reading.text, reading.results["sensitivity"]
    usable = [entry for entry in sets if not entry["error"] and entry["sampling"]["converged"]]
    said = []
    if usable:
        turned = [str(entry["title"]) for entry in usable if entry["ranking"][0]["treatment"] != reading.ranked[0]]
        key = "agreement.some" if turned else "agreement.all"
        values: dict[str, str | int] = {
            "best": reading.label(reading.ranked[0]),
            "other": len(turned),
            "count": len(usable),
        }
        said.append(text(key, titles=text.listed(turned), **values))
    if len(usable) < len(sets):
        said.append(text("agreement.failed", count=len(sets) - len(usable)))
    return said


def change(reading: Reading, entry: Row) -> str:
    """What a sensitivity set does to the network, to the order, and to the comparison of the top two."""
    order = tuple(row["treatment"] for row in entry["ranking"])
    return " ".join((*_absent(reading, order), _top(reading, order), *_top_pair(reading, entry)))


def _absent(reading: Reading, order: tuple[str, ...]) -> list[str]:
    text, gone = reading.text, [reading.label(name) for name in reading.ranked if name not in order]
    said = [text("sensitivity.absent", names=text.listed(gone))] if gone else []
    return [*said, text("sensitivity.no_reference")] if reading.reference not in order else said


def _top(reading: Reading, order: tuple[str, ...]) -> str:
    text = reading.text
    if any(name not in order for name in reading.ranked[:2]):
        return text("sensitivity.first_here", first=reading.label(order[0]))
    key = _order_key(order, reading.ranked)
    return text(key, order=text.listed([reading.label(name) for name in order[:2]]))


def _top_pair(reading: Reading, entry: Row) -> list[str]:
    first, second = reading.ranked[:2]
    effect = effects(entry["relative_effects"]).get((first, second))
    if effect is None:
        return []
    values = {"measure": reading.measure_name, "estimate": reading.estimate(effect)}
    return [reading.text("sensitivity.pair", first=reading.label(first), second=reading.label(second), **values)]


def gate(reading: Reading) -> str:
    """Whether the fit passed its checks, in words."""
    return reading.text("gate.passed" if reading.converged else "gate.failed")


def risk_known(trial: Mapping[str, Any]) -> bool:
    """Whether anybody judged a domain of a trial's risk of bias."""
    return any(value != "not assessed" for value in trial.get("risk_of_bias", {}).values())


def _order_key(order: tuple[str, ...], primary: tuple[str, ...]) -> str:
    kept = tuple(name for name in primary if name in order)
    if order == kept:
        return "sensitivity.same_order"
    if order[:2] == primary[:2]:
        return "sensitivity.same_top"
    return "sensitivity.same_best" if order[0] == primary[0] else "sensitivity.other_best"


def _first(reading: Reading) -> str:
    text, best = reading.text, reading.ranked[0]
    count = len(reading.ranked)
    if best == reading.reference:
        row = reading.ranking[0]
        values = {
            "best": reading.label(best),
            "sucra": reading.chance(row["sucra"]),
            "ranks": ranks(reading, row),
        }
        return text("answer.first_is_reference", count=count, **values)
    return text(
        "answer.first",
        best=reading.label(best),
        count=count,
        effect=_effect(reading, best, reading.reference),
        verdict=_verdict(reading, best, reading.reference),
    )


def _second(reading: Reading) -> str:
    text, (best, second) = reading.text, reading.ranked[:2]
    effect = reading.effects[best, second]
    chance = reading.chance(effect["p_better"])
    names = {"best": reading.label(best), "second": reading.label(second), "chance": chance}
    if second == reading.reference:
        return text("answer.second_is_reference", **names)
    return text(_PAIR[reading.side(effect)], null=reading.null, numbers=_numbers(reading, effect), **names)


def _sure(reading: Reading) -> str:
    first, second = reading.ranked[0], reading.reference
    second = reading.ranked[1] if first == second else second
    effect = reading.effects[first, second]
    hangs = _hangs(reading)
    if effect["predictive_lower"] is None:
        return reading.text("answer.common", hangs=hangs)
    names = {"first": reading.label(first), "second": reading.label(second)}
    return reading.text(
        "answer.random",
        **names,
        measure=reading.measure_name,
        interval=reading.interval(effect, "predictive_"),
        reach=reading.text(_REACH[reading.side(effect, "predictive_")], null=reading.null, **names),
        hangs=hangs,
    )


def _hangs(reading: Reading) -> str:
    text, weak = reading.text, reading.evidence["weak_links"]
    if weak:
        names = list(dict.fromkeys(reading.label(link["treatment"]) for link in weak))
        shown = text.listed(names) if len(names) <= 3 else text("answer.treatments", count=len(names))
        rules = {link["rule"] for link in weak}
        return text(_HANGS[rules.pop()] if len(rules) == 1 else "answer.hangs.some", names=shown)
    counts = reading.evidence["basis_counts"]
    known = sum(counts.values())
    soft = sum(counts.get(basis, 0) for basis in _WEAK)
    if soft:
        return text("answer.hangs.soft", soft=soft, count=known)
    return text("answer.hangs.none" if known else "answer.hangs.no_single")


def ranks(reading: Reading, row: Row) -> str:
    """The 95 % interval of a rank: 1, or 1 to 3."""
    low, high = (reading.text.numbers.count(round(row[key])) for key in ("rank_lower", "rank_upper"))
    return low if low == high else reading.text("interval", lower=low, upper=high)


def _effect(reading: Reading, first: str, second: str) -> str:
    """The effect in plain words, with its numbers."""
    effect, text = reading.effects[first, second], reading.text
    values = {"outcome": str(reading.analysis["outcome_label"]), "second": reading.label(second)}
    numbers = _numbers(reading, effect)
    if reading.measure in _RATIO:
        return text(_RATIO[reading.measure], ratio=reading.value(effect["median"]), numbers=numbers, **values)
    people = round(100 * abs(effect["median"]))
    key = "answer.words.same" if people == 0 else "answer.words.more" if effect["median"] > 0 else "answer.words.fewer"
    return text(key, numbers=numbers, count=people, **values)


def _verdict(reading: Reading, first: str, second: str) -> str:
    side = reading.side(reading.effects[first, second])
    return reading.text(_VERDICTS[side], null=reading.null, first=reading.label(first), second=reading.label(second))


def _numbers(reading: Reading, effect: Row) -> str:
    median, interval = reading.value(effect["median"]), reading.interval(effect)
    return reading.text("answer.numbers", measure=reading.measure_name, median=median, interval=interval)
