"""The page in a few sentences, for those who read no further, and in three for the committee's report."""

from __future__ import annotations

from nma.output.inconsistency import fit, loops, overall, splits, spread
from nma.output.inconsistency.case import Block, Case
from nma.output.sentences import CHANCE


def blocks(case: Case) -> tuple[Block, ...]:
    """The global test, the loops, the splits, the spread and the fit, in a sentence or two each."""
    said = (overall.sentence(case), _told(loops.lead(case)), _told(splits.lead(case)), *_chance(case))
    return (Block(lead=(*said, _told((spread.in_words(case), fit.in_words(case))))),)


def committee(case: Case) -> tuple[str, str, str]:
    """For the report: whether the evidence agrees, where it agrees least, and how much settings differ."""
    return _agreement(case), _largest(case), _settings(case)


def _told(said: tuple[str, ...]) -> str:
    return " ".join(said)


def _chance(case: Case) -> tuple[str, ...]:
    """That some of many are flagged by chance."""
    count = len(case.found["loops"]) + len(case.found["splits"] or ())
    return (case.text("checks.summary.chance", null=case.null),) if count > 1 else ()


def _agreement(case: Case) -> str:
    """For a committee: the global test where there is one, the loops otherwise."""
    found, text = case.found["design_by_treatment"], case.text
    if not found["refused"]:
        key = "checks.committee.disagree" if found["p_adjusted"] < CHANCE else "checks.committee.agree"
        return text(key, chance=case.chance(found["p_adjusted"]))
    flagged = [loop for loop in case.found["loops"] if loop["flagged"]]
    if not case.found["loops"]:
        return text("checks.committee.no_loop")
    return text("checks.committee.some" if flagged else "checks.committee.none", count=len(case.found["loops"]))


def _largest(case: Case) -> str:
    if not case.found["loops"]:
        return case.text("checks.committee.nothing_to_compare")
    loop = case.found["loops"][0]
    size = case.size(loop)
    names = case.text.listed([case.reading.label(name) for name in loop["treatments"]])
    key = "checks.committee.largest_flagged" if loop["flagged"] else "checks.committee.largest"
    values = {"name": case.size_name, "value": case.value(size), "interval": case.interval(size), "null": case.null}
    return case.text(key, names=names, meaning=loops.meaning(case, case.value(size)), **values)


def _settings(case: Case) -> str:
    return spread.in_words(case)
