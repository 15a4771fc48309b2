"""What changed between two results of one question, as plain data: the content of ``compare.json``.

A shift is the difference of two medians on the scale on which the measure adds (its logarithm for ratios), divided by
the posterior standard deviation before: how far the answer moved in units of its own uncertainty.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from nma.answers.trial_changes import trial_changes
from nma.errors import InputError, Problem
from nma.registry.base import shown

SCHEMA = "nma-changes/1"

SIZES = (("none", 0.1), ("small", 0.5), ("clear", 1.0), ("large", math.inf))
"""Words for a shift, each with the shift in posterior standard deviations that it stays under.

Under a tenth lies within the Monte Carlo error of two fits that pass the gate: with 1,000 effective draws a median
has an error of 0.04 standard deviations, the difference of two 0.056.
"""
SUCRA_SIZES = (("none", 0.01), ("small", 0.05), ("clear", 0.15), ("large", math.inf))
"""Words for a change of SUCRA."""
LEVEL = 0.005
"""Two treatments whose SUCRA lie closer are level, as in the sweeps."""
LIMITS_APART = 3.92
"""Standard deviations between the 95 % limits of a normal distribution, for results that hold no standard deviation."""
UNMODELLED = (
    "name", "title", "question", "better_in_words", "reporting", "sensitivity", "sampling", "select", "outcome_label",
)  # fmt: skip
"""Keys of a specification that change no number of a fit of given trials."""

Row = Mapping[str, Any]
Plain = dict[str, Any]


def changes(old: Row, new: Row) -> Plain:
    """Compare two results (the content of two ``results.json``).

    Returns
    -------
    dict
        ``trials`` (entered, left, changed), ``specification`` (key, old, new), ``effects`` of each pair and ``against``
        the reference, ``heterogeneity``, ``ranks``, ``largest``, ``refused`` (what cannot be compared, and why),
        ``same`` (whether nothing moved at all).

    Raises
    ------
    InputError
        The two answer different questions.
    """
    _same_question(old, new)
    refused = list(_refused(old, new))
    barred = {row["what"] for row in refused}
    pairs = [] if "effects" in barred else _pairs(old, new)
    reference = _reference(old, new)
    effects = [effect_change(old, new, pair) for pair in pairs]
    ranks = None if "ranks" in barred else rank_changes(old, new)
    spread = None if "heterogeneity" in barred else spread_change(old["heterogeneity"], new["heterogeneity"])
    found = {
        "trials": trial_changes(old["evidence"], new["evidence"]),
        "specification": list(specification_changes(old["analysis"], new["analysis"])),
        "refused": refused,
        "reference": reference,
        "effects": effects,
        "against": [effect_change(old, new, (name, reference)) for name in _others(pairs, reference)],
        "heterogeneity": spread,
        "ranks": ranks,
        "largest": max(effects, key=lambda row: abs(row["shift"]), default=None),
    }
    return {"schema": SCHEMA, **found, "same": _nothing_moved(found)}


def _same_question(old: Row, new: Row) -> None:
    before, after = old["analysis"]["outcome"], new["analysis"]["outcome"]
    if before != after:
        what, hint = "the two results are about different outcomes", "compare analyses of one outcome"
        raise InputError(Problem("", "outcome", what, shown(after), shown(before), hint))


def _refused(old: Row, new: Row) -> Iterator[Plain]:
    """What cannot be compared: other measures, another direction, another scale, too few common treatments."""
    before, after = old["analysis"], new["analysis"]
    if before["measure"] != after["measure"]:
        yield {"what": "effects", "why": "measure", "old": before["measure"], "new": after["measure"]}
    elif len(_shared(old, new)) < 2:
        yield {"what": "effects", "why": "treatments", "old": "", "new": ""}
    if before["better"] != after["better"]:
        yield {"what": "ranks", "why": "better", "old": before["better"], "new": after["better"]}
    scales = [(side["heterogeneity"] or {}).get("scale") for side in (old, new)]
    if None in scales and scales != [None, None]:
        yield {"what": "heterogeneity", "why": "effects", "old": before["effects"], "new": after["effects"]}
    elif scales[0] != scales[1]:
        yield {"what": "heterogeneity", "why": "scale", "old": scales[0], "new": scales[1]}


def _shared(old: Row, new: Row) -> list[str]:
    """Treatments of both, in the order in which they rank now."""
    return [row["treatment"] for row in new["ranking"] if row["treatment"] in old["treatments"]]


def _pairs(old: Row, new: Row) -> list[tuple[str, str]]:
    return list(combinations(_shared(old, new), 2))


def _others(pairs: list[tuple[str, str]], reference: str) -> list[str]:
    """The treatments that the reference is compared with, the best first."""
    return list(dict.fromkeys(name for pair in pairs if reference in pair for name in pair if name != reference))


def _reference(old: Row, new: Row) -> str:
    """The reference now where both have it, or that of before, or the treatment that ranks last."""
    shared = _shared(old, new)
    wanted = (new["analysis"]["reference"], old["analysis"]["reference"])
    return next((name for name in wanted if name in shared), shared[-1] if shared else str(wanted[0]))


def effect_change(old: Row, new: Row, pair: tuple[str, str]) -> Plain:
    """One relative effect before and after."""
    log = new["analysis"]["measure"] != "RD"
    return {"treatment": pair[0], "versus": pair[1], **compared(_found(old, pair), _found(new, pair), log)}


def _found(side: Row, pair: tuple[str, str]) -> Row:
    rows = side["relative_effects"]
    return next(row for row in rows if (row["treatment"], row["versus"]) == pair)


def compared(before: Row, after: Row, log: bool) -> Plain:
    """Two summaries of one effect: the shift, its size in a word, and what became of direction and interval."""
    moved = shift(before, after, log)
    null = 1.0 if log else 0.0
    word = size(moved)
    across = (before["median"] - null) * (after["median"] - null) < 0
    return {
        "old": {**_summary(before), "sd": spread_of(before, log)},
        "new": {**_summary(after), "sd": spread_of(after, log)},
        "shift": moved,
        "size": word,
        "turned": bool(across and word != "none"),
        "interval": _interval(_excludes(before, null), _excludes(after, null)),
    }


def shift(before: Row, after: Row, log: bool) -> float:
    """(median after - median before) / posterior sd before, on the additive scale; nought where neither moves."""
    moved = _additive(after["median"], log) - _additive(before["median"], log)
    sd = spread_of(before, log)
    return 0.0 if moved == 0 or sd == 0 else moved / sd


def _additive(value: float, log: bool) -> float:
    return math.log(value) if log else value


def spread_of(effect: Row, log: bool) -> float:
    """Posterior standard deviation on the additive scale; from the 95 % interval where the results hold none."""
    held = effect.get("sd_log")
    if held is not None:
        return float(held)
    return (_additive(effect["upper"], log) - _additive(effect["lower"], log)) / LIMITS_APART


def size(moved: float, sizes: tuple[tuple[str, float], ...] = SIZES) -> str:
    """The word for a shift."""
    return next(word for word, limit in sizes if abs(moved) < limit)


def _summary(effect: Row) -> Plain:
    return {name: effect[name] for name in ("median", "lower", "upper")}


def _excludes(effect: Row, null: float) -> bool:
    return bool(effect["lower"] > null or effect["upper"] < null)


def _interval(before: bool, after: bool) -> str:
    """What became of an interval: whether it excludes no effect."""
    return {(False, True): "gained", (True, False): "lost", (True, True): "clear", (False, False): "open"}[
        before, after
    ]


def spread_change(before: Row | None, after: Row | None) -> Plain | None:
    """The standard deviation between trials before and after; None for common effects."""
    if before is None or after is None:
        return None
    sd = float(before["sd"])
    moved = 0.0 if before["median"] == after["median"] or sd == 0 else (after["median"] - before["median"]) / sd
    return {
        "old": _summary(before),
        "new": _summary(after),
        "scale": after["scale"],
        "shift": moved,
        "size": size(moved),
    }


def rank_changes(old: Row, new: Row) -> Plain:
    """Rank and SUCRA of each treatment before and after, and the pairs whose order turned."""
    before, after = _places(old), _places(new)
    rows = [_rank_row(name, before.get(name), after.get(name)) for name in dict.fromkeys([*after, *before])]
    both = [name for name in after if name in before]
    swapped = [[a, b] for a, b in combinations(both, 2) if _swapped(before, after, (a, b))]
    first = [next(iter(side)) for side in (before, after)]
    return {"rows": rows, "swapped": swapped, "first": {"old": first[0], "new": first[1]}}


def _places(side: Row) -> dict[str, Plain]:
    return {
        row["treatment"]: {"rank": place, "sucra": row["sucra"], "p_best": row["p_best"]}
        for place, row in enumerate(side["ranking"], start=1)
    }


def _rank_row(name: str, before: Plain | None, after: Plain | None) -> Plain:
    row: Plain = {"treatment": name, "old": before, "new": after, "shift": None, "size": None}
    if before is not None and after is not None:
        row["shift"] = after["sucra"] - before["sucra"]
        row["size"] = size(row["shift"], SUCRA_SIZES)
    return row


def _swapped(before: Mapping[str, Plain], after: Mapping[str, Plain], pair: tuple[str, str]) -> bool:
    """Whether the one that is ahead now was clearly behind before."""
    first, second = pair
    now = after[first]["sucra"] - after[second]["sucra"]
    then = before[first]["sucra"] - before[second]["sucra"]
    return bool(now > LEVEL and then < -LEVEL)


def specification_changes(before: Any, after: Any, key: str = "") -> Iterator[Plain]:
    """Keys of the specification whose value differs, with both values."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            if not key and name in ("name", "outcome_label"):
                continue
            yield from specification_changes(before.get(name), after.get(name), f"{key}.{name}" if key else name)
    elif before != after:
        yield {"key": key, "old": before, "new": after, "modelled": _is_modelled(key)}


def _is_modelled(key: str) -> bool:
    return key.partition(".")[0] not in UNMODELLED and not key.endswith(".reason")


def _nothing_moved(found: Row) -> bool:
    """Whether trials, specification and every number are the same to the last digit."""
    trials = found["trials"]
    if found["refused"] or found["specification"] or any(trials[kind] for kind in ("entered", "left", "changed")):
        return False
    spread, ranks = found["heterogeneity"], found["ranks"]
    shifts = [row["shift"] for row in found["effects"]] + ([spread["shift"]] if spread else [])
    return not any(shifts) and all(row["shift"] == 0 for row in ranks["rows"])
