"""What ``inconsistency.json`` holds, made from sample results by plain arithmetic, for tests of the output floor."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations, permutations
from typing import Any

from output_sample import bare, results

SHARED = ("analysis", "direction", "treatments", "treatment_details", "evidence", "relative_effects", "ranking")
NAMES = {"RR": "log RR", "OR": "log OR", "RD": "RD"}


def found(made: dict[str, Any] | None = None, complete: bool = True) -> dict[str, Any]:
    """A whole mapping: loops, splits, global tests, heterogeneity, fit, transitivity and influence."""
    made = results() if made is None else made
    ratio = made["analysis"]["measure"] != "RD"
    direct = _direct(made, ratio)
    loops = _loops(made, direct, ratio)
    splits = [_split(pair, direct, loops, ratio) for pair in direct if _in_a_loop(pair, loops)] if complete else None
    return {
        **{key: made[key] for key in (*SHARED, "sampling", "provenance")},
        "schema": "nma-inconsistency/1",
        "heterogeneity_posterior": made["heterogeneity"],
        "scale": {"name": NAMES[made["analysis"]["measure"]], "ratio": ratio},
        "complete": complete,
        "report": True,
        "loops": loops,
        "loops_left_out": _left_out(made),
        "loops_note": None if loops else "no loops",
        "splits": splits,
        "not_split": _not_split(made, direct, loops),
        "multi_arm": "symmetric",
        "design_by_treatment": _designs(made, loops),
        "heterogeneity": _heterogeneity(direct, ratio),
        "fit": _fit(made, complete),
        "transitivity": _transitivity(made, direct),
        "influence": _influence(loops, splits, ratio),
    }


def summary(made: dict[str, Any] | None = None) -> dict[str, Any]:
    """What ``results.json`` holds of it."""
    whole = found() if made is None else made
    keys = ("scale", "loops", "loops_note", "design_by_treatment", "heterogeneity")
    return {**{key: whole[key] for key in keys}, "page": "inconsistency.html"}


def tree(complete: bool = True) -> dict[str, Any]:
    """Three treatments in a star: no loop, nothing to split, the global test refused."""
    made = results({"PCO": 0.0, "SE": 0.6, "SEplus": 0.7})
    keep = [trial for trial in made["evidence"]["trials"] if {"PCO", "SE"} <= _arms(trial) or _pair(trial, "SEplus")]
    made["evidence"]["trials"] = keep
    made["evidence"]["comparisons"] = [
        {"treatment": a, "versus": b, "studies": [it["id"] for it in keep if {a, b} <= _arms(it)], "participants": 9}
        for a, b in (("SE", "PCO"), ("SEplus", "SE"))
    ]
    return found(made, complete)


def single() -> dict[str, Any]:
    """Two treatments and one trial, from a data frame, with a common effect: nothing can be checked."""
    made = bare(results({"PCO": 0.0, "SE": 0.2}, tau=None))
    made["evidence"]["trials"] = made["evidence"]["trials"][:1]
    made["evidence"]["comparisons"][0]["studies"] = [made["evidence"]["trials"][0]["id"]]
    made["evidence"] |= {"studies": 1, "participants": made["evidence"]["trials"][0]["participants"]}
    return unrecorded(_common(found(made)))


def _common(made: dict[str, Any]) -> dict[str, Any]:
    """One trial under a common effect: no differences to be measured, no loop to be let apart."""
    nothing = {f"{key}_{name}": 0.0 if key == "q" else 0 for key in ("q", "df") for name in _Q}
    made["heterogeneity"] |= nothing | {f"p_{name}": None for name in _Q}
    made["heterogeneity"] |= {"i2": None, "band": None, "tau_reml": 0.0, "tau_moments": 0.0, "range": None}
    made["fit"]["unrelated_means"] |= {"same_model": True, "heterogeneity": None}
    made["design_by_treatment"] |= {"heterogeneity": None, "df_within": 0}
    made["fit"] |= {"dbar": 2.0, "pd": 2.0, "dic": 4.0}
    return made


def differences() -> dict[str, Any]:
    """A network on the scale of risk differences: no ratio anywhere."""
    return found(results({"PCO": 0.0, "SE": 0.15, "SEplus": 0.2, "PVT": -0.03}, sd=0.03, tau=0.05, measure="RD"))


def unrecorded(made: dict[str, Any]) -> dict[str, Any]:
    """The same, with nothing recorded about the trials."""
    made["transitivity"] = {"modifiers": [], "missing": [], "recorded": False}
    return made


def flag(row: dict[str, Any], lower: float, upper: float) -> dict[str, Any]:
    """A loop whose interval (of the size of its disagreement, additive) is as a test wants it."""
    middle, se = (lower + upper) / 2, (upper - lower) / 3.92
    return row | _size(math.copysign(middle, row["difference"]), se, row["ror"] is not None)


def _arms(trial: Mapping[str, Any]) -> set[str]:
    return {arm["treatment"] for arm in trial["arms"]}


def _pair(trial: Mapping[str, Any], name: str) -> bool:
    return _arms(trial) == {"SE", name}


def _effect(trial: Mapping[str, Any], pair: tuple[str, str], ratio: bool) -> tuple[float, float]:
    """Estimate and variance of one trial."""
    (r1, n1), (r0, n0) = ({a["treatment"]: (a["events"], a["n"]) for a in trial["arms"]}[name] for name in pair)
    if not ratio:
        return r1 / n1 - r0 / n0, r1 * (n1 - r1) / n1**3 + r0 * (n0 - r0) / n0**3
    return math.log(r1 / n1 * n0 / r0), 1 / r1 - 1 / n1 + 1 / r0 - 1 / n0


def _direct(made: dict[str, Any], ratio: bool) -> dict[tuple[str, str], dict[str, Any]]:
    """Pooled direct estimates with a plausible variance between trials."""
    pooled = {}
    trials = {trial["id"]: trial for trial in made["evidence"]["trials"]}
    for row in made["evidence"]["comparisons"]:
        pair = row["treatment"], row["versus"]
        effects = [_effect(trials[name], pair, ratio) for name in row["studies"]]
        weights = [1 / (variance + (0.08 if ratio else 0.004)) for _, variance in effects]
        estimate = sum(w * value for w, (value, _) in zip(weights, effects, strict=True)) / sum(weights)
        pooled[pair] = {"estimate": estimate, "se": sum(weights) ** -0.5, "studies": row["studies"]}
    return pooled


def _edge(direct: Mapping[tuple[str, str], Any], treatment: str, versus: str) -> dict[str, Any]:
    own = direct.get((treatment, versus))
    turned = own or direct[versus, treatment]
    sign = 1 if own else -1
    return {"treatment": treatment, "versus": versus, **turned, "estimate": sign * turned["estimate"]}


def _cycles(treatments: Sequence[str], direct: Mapping[tuple[str, str], Any]) -> list[tuple[str, ...]]:
    joined = {frozenset(pair) for pair in direct}
    made = []
    for size in (3, 4):
        for names in combinations(treatments, size):
            for order in permutations(names[1:]):
                cycle = (names[0], *order)
                if order[0] < order[-1] and all(
                    frozenset((cycle[i], cycle[(i + 1) % size])) in joined for i in range(size)
                ):
                    made.append(cycle)
    return made


def _loops(made: dict[str, Any], direct: Any, ratio: bool) -> list[dict[str, Any]]:
    rows = [_loop(made, cycle, direct, ratio) for cycle in _cycles(made["treatments"], direct)]
    return sorted(rows, key=lambda row: -abs(row["difference"]))


def _loop(made: dict[str, Any], cycle: tuple[str, ...], direct: Any, ratio: bool) -> dict[str, Any]:
    edges = [_edge(direct, cycle[(i + 1) % len(cycle)], cycle[i]) for i in range(len(cycle))]
    studies = sorted({name for edge in edges for name in edge["studies"]})
    difference, se = sum(edge["estimate"] for edge in edges), math.hypot(*(edge["se"] for edge in edges))
    trials = {trial["id"]: trial for trial in made["evidence"]["trials"]}
    choices = {"loop": 1.0, "comparison": 1.3, "network": 0.6}
    return {
        "treatments": list(cycle),
        "edges": edges,
        **_size(difference, se, ratio),
        "p": math.erfc(abs(difference) / se / math.sqrt(2)),
        "heterogeneity": 0.28,
        "estimable": any(len(edge["studies"]) > 1 for edge in edges),
        "studies": studies,
        "multi_arm": [name for name in studies if len(_arms(trials[name]) & set(cycle)) > 2],
        "by_heterogeneity": {
            name: {
                "tau": None if name == "comparison" else 0.28 * share,
                "taus": [0.1 * k for k in range(len(cycle))] if name == "comparison" else None,
                "se": se * share,
                **{key: _size(difference, se * share, ratio)[key] for key in _CHOSEN},
            }
            for name, share in choices.items()
        },
    }


_CHOSEN = ("difference", "ror", "ror_lower", "ror_upper", "flagged")


def _size(difference: float, se: float, ratio: bool) -> dict[str, Any]:
    low, high = abs(difference) - 1.96 * se, abs(difference) + 1.96 * se
    signed = difference - 1.96 * se, difference + 1.96 * se
    made = {"difference": difference, "se": se, "flagged": low > 0}
    made |= {"signed_difference_lower": signed[0], "signed_difference_upper": signed[1]}
    values = (abs(difference), max(low, 0), high, difference, *signed)
    names = ("ror", "ror_lower", "ror_upper", "signed_ratio", "signed_lower", "signed_upper")
    return made | {name: math.exp(value) if ratio else None for name, value in zip(names, values, strict=True)}


def _left_out(made: dict[str, Any]) -> list[dict[str, Any]]:
    studies = [trial["id"] for trial in made["evidence"]["trials"] if len(trial["arms"]) > 2][:1]
    three = made["treatments"][:3]
    return [{"treatments": three, "reason": "one multi-arm trial", "studies": studies}] if studies else []


def _in_a_loop(pair: tuple[str, str], loops: Sequence[Mapping[str, Any]]) -> bool:
    return any(set(pair) == {edge["treatment"], edge["versus"]} for loop in loops for edge in loop["edges"])


def _split(pair: tuple[str, str], direct: Any, loops: Sequence[Any], ratio: bool) -> dict[str, Any]:
    own = direct[pair]
    loop = next(it for it in loops if _in_a_loop(pair, [it]))
    edge = next(it for it in loop["edges"] if set(pair) == {it["treatment"], it["versus"]})
    gap = loop["difference"] if edge["treatment"] == pair[0] else -loop["difference"]
    parts = {"direct": (own["estimate"], own["se"]), "indirect": (own["estimate"] - gap, loop["se"])}
    parts |= {"network": (own["estimate"] - 0.3 * gap, 0.7 * own["se"]), "difference": (gap, 1.1 * loop["se"])}
    row: dict[str, Any] = {"treatment": pair[0], "versus": pair[1]}
    for name, (value, sd) in parts.items():
        row |= {name: value, f"{name}_lower": value - 1.96 * sd, f"{name}_upper": value + 1.96 * sd, f"{name}_sd": sd}
    ends = ("difference", "difference_lower", "difference_upper")
    row |= {key: math.exp(row[end]) if ratio else None for key, end in zip(_RATIO, ends, strict=True)}
    return row | {
        "p": math.erfc(abs(gap) / row["difference_sd"] / math.sqrt(2)),
        "heterogeneity": {"median": 0.34, "lower": 0.2, "upper": 0.55},
        "dbar": 42.1,
        "pd": 29.8,
        "dic": 71.9,
        "studies": own["studies"],
        "multi_arm_studies": [name for name in own["studies"] if name in loop["multi_arm"]],
        "converged": True,
    }


_RATIO = ("ratio", "ratio_lower", "ratio_upper")


def _not_split(made: dict[str, Any], direct: Any, loops: Sequence[Any]) -> list[dict[str, Any]]:
    rows = []
    for versus, treatment in combinations(made["treatments"], 2):
        own = direct.get((treatment, versus)) or direct.get((versus, treatment))
        if own is None:
            rows.append({"treatment": treatment, "versus": versus, "reason": "no direct trial", "studies": []})
        elif not _in_a_loop((treatment, versus), loops):
            rows.append({"treatment": treatment, "versus": versus, "reason": "no indirect path", **own})
    return rows


def _designs(made: dict[str, Any], loops: Sequence[Any]) -> dict[str, Any]:
    designs: dict[tuple[str, ...], list[str]] = {}
    for trial in made["evidence"]["trials"]:
        designs.setdefault(tuple(sorted(_arms(trial))), []).append(trial["id"])
    test = {"chi2": 7.91, "df": 6, "p": 0.2, "p_adjusted": 0.245, "refused": None}
    if not loops:
        test = {"chi2": None, "df": None, "p": None, "p_adjusted": None, "refused": "no closed loop"}
    listed = [{"treatments": list(names), "studies": studies} for names, studies in designs.items()]
    return test | {"heterogeneity": 0.31, "designs": listed, "df_within": 13}


_Q = {"total": (36.4, 19, 0.009), "within": (28.3, 13, 0.008), "between": (8.1, 6, 0.23)}


def _heterogeneity(direct: Any, ratio: bool) -> dict[str, Any]:
    rows = [
        {
            "treatment": pair[0],
            "versus": pair[1],
            "studies": len(own["studies"]),
            "q": 1.7 * (len(own["studies"]) - 1),
            "df": len(own["studies"]) - 1,
            "p": 0.08 if len(own["studies"]) > 1 else None,
            "i2": 0.41 if len(own["studies"]) > 1 else None,
            "band": "low" if len(own["studies"]) > 1 else None,
        }
        for pair, own in direct.items()
    ]
    parts = {"total": (36.4, 19, 0.009), "within": (28.3, 13, 0.008), "between": (8.1, 6, 0.23)}
    tests = {
        f"{key}_{name}": value for name, row in parts.items() for key, value in zip(["q", "df", "p"], row, strict=True)
    }
    wide = {"factor": 2.02, "factor_upper": 2.9} if ratio else {"width": 0.098, "width_upper": 0.16}
    extra = {"i2": 0.478, "band": "low", "tau_reml": 0.31, "tau_moments": 0.29, "range": wide}
    return tests | extra | {"i2_by_comparison": rows}


def _fit(made: dict[str, Any], complete: bool) -> dict[str, Any]:
    arms = [(trial["id"], arm) for trial in made["evidence"]["trials"] for arm in trial["arms"]]
    points = [_point(index, study, arm) for index, (study, arm) in enumerate(arms)]
    ids = [trial["id"] for trial in made["evidence"]["trials"]]
    parts = {"dbar": 43.6, "pd": 31.2, "dic": 74.8, "data_points": len(points)}
    return {
        **parts,
        "points": points,
        "unrelated_means": _unrelated(points, parts) if complete else None,
        "predictive": {
            "p": 0.46,
            "trials": [{"study": name, "p": 0.03 if k == 5 else 0.2 + 0.03 * (k % 20)} for k, name in enumerate(ids)],
        },
        "loo": {
            "elpd": -131.2,
            "se": 6.1,
            "p_loo": 31.0,
            "k_over": 8,
            "worst_k": 1.12,
            "worst": ids[0],
            "trials": len(ids),
        },
    }


def _point(index: int, study: str, arm: Mapping[str, Any]) -> dict[str, Any]:
    root = 1.9 * math.sin(2.4 * index) * (0.4 + 0.6 * math.cos(index))
    return {
        "study": study,
        "treatment": arm["treatment"],
        "label": study,
        "observed": arm["events"],
        "fitted": arm["events"] - 2.1 * root,
        "deviance": root**2 + 0.3,
        "leverage": 0.45 + 0.4 * math.cos(3.1 * index) ** 2,
        "signed_root": root,
        "data_points": 1,
    }


def _unrelated(points: Sequence[Mapping[str, Any]], parts: Mapping[str, float]) -> dict[str, Any]:
    rows = [
        {
            "study": p["study"],
            "treatment": p["treatment"],
            "deviance": abs(p["deviance"] + 0.35 * math.sin(1.7 * k) - 0.9 * (k == 4)),
        }
        for k, p in enumerate(points)
    ]
    own = {"dbar": 41.9, "pd": 34.0, "dic": 75.9, "data_points": parts["data_points"]}
    spread = {"median": 0.35, "lower": 0.19, "upper": 0.6}
    return {**own, "points": rows, "heterogeneity": spread, "effects": [], "converged": True, "same_model": False}


def _transitivity(made: dict[str, Any], direct: Any) -> dict[str, Any]:
    trials = {trial["id"]: trial for trial in made["evidence"]["trials"]}
    ages = {name: 32.5 + 1.1 * (k % 9) for k, name in enumerate(trials) if k % 3}
    numbers = {
        "year": {name: trial.get("year", 2000) for name, trial in trials.items()},
        "months": {name: trial.get("months", 24) for name, trial in trials.items()},
        "mean_age": ages,
    }
    words = {
        "basis": {name: trial.get("basis", "stated") for name, trial in trials.items()},
        "population: severe_mental_illness": {
            name: "unclear" if k % 7 == 3 else "yes" for k, name in enumerate(trials)
        },
    }
    modifiers = [_modifier(name, "number", values, direct) for name, values in numbers.items()]
    modifiers += [_modifier(name, "category", values, direct) for name, values in words.items()]
    missing = [
        {"name": name, "trials": len(trials), "known": len(known), "missing": [it for it in trials if it not in known]}
        for name, known in {**numbers, **words, "percent_men": {}}.items()
    ]
    return {"modifiers": modifiers, "missing": missing, "recorded": True}


def _modifier(name: str, kind: str, values: Mapping[str, Any], direct: Any) -> dict[str, Any]:
    rows = []
    for pair, own in direct.items():
        known = [{"study": it, "value": values[it]} for it in own["studies"] if it in values]
        told = sorted(it["value"] for it in known)
        row = {"treatment": pair[0], "versus": pair[1], "studies": len(own["studies"]), "known": len(known)}
        row |= {"median": None, "lower": None, "upper": None, "values": known, "counts": {}}
        if kind == "category":
            row["counts"] = {word: told.count(word) for word in dict.fromkeys(told)}
        elif told:
            row |= {"median": told[len(told) // 2], "lower": told[0], "upper": told[-1]}
        rows.append(row)
    return {"name": name, "kind": kind, "comparisons": rows}


def _influence(loops: Sequence[Any], splits: Sequence[Any] | None, ratio: bool) -> dict[str, Any]:
    loop, split = (loops[0] if loops else None), (splits[0] if splits else None)
    return {
        "global": loop and _global(loop["studies"]),
        "loop": loop
        and {"treatments": loop["treatments"], "all": _kept(loop, _ROR, 1.0, ratio)} | _omit(loop, _ROR, ratio),
        "split": split
        and {"treatment": split["treatment"], "versus": split["versus"], "all": _kept(split, _RATIO, 1.0, ratio)}
        | _omit(split, _RATIO, ratio),
    }


def _global(studies: Sequence[str]) -> dict[str, Any]:
    """The global test without each trial but the first, which cannot be left out."""
    rows = [
        {"study": name, "chi2": 10.0 - k, "df": 6, "p": 0.01, "p_adjusted": 0.125 - 0.01 * k, "heterogeneity": 0.2}
        for k, name in enumerate(studies[1:])
    ]
    refused = [{"study": studies[0], "reason": "the network falls apart"}]
    every = {"chi2": 18.0, "df": 6, "p": 0.006, "p_adjusted": 0.02, "heterogeneity": 0.2}
    return {"all": every, "rows": rows, "refused": refused}


_ROR = ("ror", "ror_lower", "ror_upper")


def _kept(row: Mapping[str, Any], names: tuple[str, ...], share: float, ratio: bool) -> dict[str, Any]:
    """The row with its disagreement shrunk to a share, as if a trial were left out."""
    made = {name: row[name] ** share if ratio else None for name in names}
    return made | {"difference": row["difference"] * share, "p": min(1.0, row["p"] / share)}


def _omit(row: Mapping[str, Any], names: tuple[str, ...], ratio: bool) -> dict[str, Any]:
    omitted = row["studies"][1:]
    rows = [
        {"study": name, **_kept(row, names, 0.55 + 0.05 * k, ratio), "flagged": False, "converged": True}
        for k, name in enumerate(omitted)
    ]
    reason = "the loop opens" if names is _ROR else "cannot be split"
    return {"rows": rows, "refused": [{"study": row["studies"][0], "reason": reason}]}


def crowded(count: int = 20) -> dict[str, Any]:
    """Many treatments, each compared with the next two, and more loops than a figure can hold."""
    names = [f"node_{index:02d}" for index in range(count)]
    made = results(dict.fromkeys(names, 0.1), sd=0.3)
    pairs = [(names[i], names[(i + step) % count]) for i in range(count) for step in (1, 2, 3)]
    trials = [_small(k, pair) for k, pair in enumerate(pairs)]
    made["evidence"]["trials"] = trials
    made["evidence"]["comparisons"] = [
        {"treatment": pair[0], "versus": pair[1], "studies": [trial["id"]], "participants": 150}
        for pair, trial in zip(pairs, trials, strict=True)
    ]
    return found(made)


def _small(index: int, pair: tuple[str, str]) -> dict[str, Any]:
    arms = [
        {"treatment": name, "label": name, "events": 5 + (7 * index + 11 * k) % 40, "n": 75}
        for k, name in enumerate(pair)
    ]
    name = f"study-{1960 + index}"
    return {"id": name, "label": name.title(), "participants": 150, "year": 1960 + index, "months": 18, "arms": arms}
