"""What changed, in a few sentences that the numbers bear out."""

from __future__ import annotations

from collections.abc import Iterator

from nma.output.changes.case import change, names, refusals, sds, size, verdict
from nma.output.inconsistency.case import Block, Case
from nma.output.reading import Row
from nma.output.text import tidy


def blocks(case: Case) -> tuple[Block, ...]:
    """The answer of the page."""
    warnings = () if case.reading.converged else (case.text("changes.summary.unconverged"),)
    return (Block(warnings=warnings, lead=sentences(case)),)


def sentences(case: Case) -> tuple[str, ...]:
    """Trials, specification, order, effects, heterogeneity, and the change that moves most: a sentence each."""
    if case.found["same"]:
        return (case.text("changes.summary.same"),)
    return tuple(_said(case))


def _said(case: Case) -> Iterator[str]:
    text, found = case.text, case.found
    yield trials(case)
    keys = [tidy(row["key"]) for row in found["specification"]]
    if keys:
        yield text("changes.summary.specification", keys=text.listed(keys[:8]))
    yield from refusals(case)
    if found["ranks"]:
        yield " ".join(order(case, found["ranks"]))
    if found["largest"]:
        yield largest(case, found["largest"])
    yield from crossings(case)
    if found["heterogeneity"]:
        yield spread(case, found["heterogeneity"])
    if found.get("alone") and found["alone"]["most"]:
        yield _most(case, found["alone"]["most"])
    if found["old"]["engine"] != found["new"]["engine"]:
        yield text("changes.summary.engines")


def line(case: Case) -> str:
    """The change at a glance."""
    found = case.found
    if found["same"]:
        return case.text("changes.summary.same")
    said = [trials(case), *refusals(case)]
    said += list(order(case, found["ranks"])) if found["ranks"] else []
    said += [largest(case, found["largest"])] if found["largest"] else []
    said += list(crossings(case))
    return " ".join(said)


_MOVES = {
    "entered": "changes.summary.entered",
    "left": "changes.summary.left",
    "counted": "changes.summary.counted",
    "described": "changes.summary.described",
}


def trials(case: Case) -> str:
    """How many trials entered, left or changed, and which."""
    found, text = case.found["trials"], case.text
    rows = {
        "entered": found["entered"],
        "left": found["left"],
        "counted": [row for row in found["changed"] if row["counted"]],
        "described": [row for row in found["changed"] if not row["counted"]],
    }
    said = [text(_MOVES[kind], count=len(it), names=names(case, it)) for kind, it in rows.items() if it]
    if not said:
        return text("changes.summary.unmoved")
    now = text("changes.summary.trial_count", count=found["studies"]["new"])
    moves = text.listed(said)
    return text("changes.summary.trials", moves=moves[0].upper() + moves[1:], now=now, before=found["studies"]["old"])


def order(case: Case, ranks: Row) -> Iterator[str]:
    """Who ranks first, and who passed whom."""
    text, label = case.text, case.reading.label
    first = ranks["first"]
    if first["old"] == first["new"]:
        yield text("changes.summary.first_same", best=label(first["new"]))
    else:
        yield text("changes.summary.first_new", best=label(first["new"]), former=label(first["old"]))
    swaps = [text("changes.summary.swap", first=label(one), second=label(other)) for one, other in ranks["swapped"]]
    if swaps:
        yield text("changes.summary.order_new", swaps=text.listed(swaps))
    elif all(row["old"] and row["new"] for row in ranks["rows"]):
        yield text("changes.summary.order_same")
    else:
        yield text("changes.summary.order_shared")


def largest(case: Case, row: Row) -> str:
    """The effect that moved most, with its numbers."""
    text, reading = case.text, case.reading
    pair = {"first": reading.label(row["treatment"]), "second": reading.label(row["versus"])}
    if row["size"] == "none":
        return text("changes.summary.effects_none", **pair, sds=sds(case, abs(row["shift"])))
    ends = {"now": reading.estimate(row["new"]), "before": reading.estimate(row["old"])}
    values = {"sds": sds(case, abs(row["shift"])), "word": verdict(case, row), "measure": reading.measure_name}
    return text("changes.summary.largest", **pair, **ends, **values)


_CROSSINGS = {"gained": "changes.summary.gained", "lost": "changes.summary.lost", "turned": "changes.summary.turned"}


def crossings(case: Case) -> Iterator[str]:
    """The other effects whose interval came to exclude or to include no effect, or whose direction turned."""
    found = case.found["effects"]
    rows = [row for row in found if row != case.found["largest"] or row["size"] == "none"]
    for kind, key in _CROSSINGS.items():
        pairs = [case.pair(row) for row in rows if (row["turned"] if kind == "turned" else row["interval"] == kind)]
        if pairs:
            yield case.text(key, pairs=case.text.listed(pairs), null=case.reading.null)


def spread(case: Case, row: Row) -> str:
    """The standard deviation between trials before and now."""
    text = case.text
    ends = {name: _spread(case, row[side]) for name, side in (("now", "new"), ("before", "old"))}
    return text("changes.summary.spread", **ends, word=size(case, row["size"]))


def _spread(case: Case, row: Row) -> str:
    interval = case.text("interval", lower=case.tau(row["lower"]), upper=case.tau(row["upper"]))
    return case.text("estimate", median=case.tau(row["median"]), interval=interval)


def _most(case: Case, row: Row) -> str:
    moved = row["moved"]
    names_of = {"first": case.reading.label(moved["treatment"]), "second": case.reading.label(moved["versus"])}
    names_of |= {"change": change(case, row)}
    values = {"sds": sds(case, abs(moved["shift"])), "word": size(case, moved["size"])}
    return case.text("changes.summary.most", **names_of, **values)
