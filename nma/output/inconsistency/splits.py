"""Node-splits: for each comparison its direct evidence against all the rest of the network."""

from __future__ import annotations

from nma.output.compose import LONGEST_LABEL, in_parts
from nma.output.display import Cell, Table
from nma.output.figures import Forest, Section
from nma.output.inconsistency.case import Block, Case, excludes_nought, number, table
from nma.output.inconsistency.forests import effect_line, whole_axis
from nma.output.inconsistency.loops import meaning, verdict
from nma.output.palette import DIRECT, INDIRECT, PLAIN
from nma.output.reading import Row
from nma.output.sentences import favours

_WIDTHS = {True: (0.2, 0.51, 0.53, 0.72, 0.93), False: (0.19, 0.45, 0.47, 0.695, 0.93)}
_LOOKS = {"direct": (DIRECT, True), "indirect": (INDIRECT, False), "network": (PLAIN, True)}
MULTI_ARM = {
    "symmetric": "checks.splits.symmetric",
    "baseline": "checks.splits.baseline",
    "separate": "checks.splits.separate",
}


def blocks(case: Case) -> tuple[Block, ...]:
    """The splits, and the comparisons that cannot be split."""
    found, text = case.found["splits"], case.text
    made = [Block(warnings=_warnings(case), lead=lead(case))]
    if found:
        after = (text("checks.splits.marks"), text("checks.p.split"), text(MULTI_ARM[case.found["multi_arm"]]))
        made = [Block("", _warnings(case), lead(case), _figures(case), after, (_table(case),))]
    if case.found["not_split"]:
        made.append(Block(text("checks.splits.not_split"), items=_reasons(case)))
    return tuple(made)


def lead(case: Case) -> tuple[str, ...]:
    """What the splits say, in sentences."""
    text, found = case.text, case.found["splits"]
    if found is None:
        return (not_computed(case),)
    if not found:
        return (text("checks.splits.none"),)
    flagged = sum(excludes_nought(row) for row in found)
    key = "checks.splits.flagged" if flagged else "checks.splits.unflagged"
    return text(key, count=len(found), flagged=flagged, null=case.null), largest(case)


def not_computed(case: Case) -> str:
    """That the splits wait for a command of their own."""
    return case.text("checks.splits.not_computed", command=f"nma inconsistency {case.reading.analysis['name']}")


def largest(case: Case) -> str:
    """The split with the largest disagreement, with what its interval and its p-value mean."""
    row = _sorted(case)[0]
    size = case.size(row)
    return case.text(
        "checks.splits.largest",
        pair=case.pair(row),
        name=case.size_name,
        value=case.value(size),
        interval=case.interval(size),
        meaning=meaning(case, case.value(size), signed=True),
        verdict=verdict(case, excludes_nought(row)),
    )


def _sorted(case: Case) -> list[Row]:
    """The splits, the largest disagreement first."""
    return sorted(case.found["splits"], key=lambda row: -abs(row["difference"]))


def _warnings(case: Case) -> tuple[str, ...]:
    failed = [row for row in case.found["splits"] or () if not row["converged"]]
    names = case.text.listed([case.pair(row) for row in failed])
    return (case.text("checks.splits.not_converged", count=len(failed), pairs=names),) if failed else ()


def _figures(case: Case) -> tuple[tuple[Forest, str], ...]:
    text, found = case.text, _sorted(case)
    sizes = [case.part(row, name) for row in found for name in _LOOKS]
    sides = favours(case.reading, text("axis.first"), text("axis.second"))
    code, size_code = case.scaled.measure_code, case.size_code
    forest = Forest(
        name="inconsistency-splits",
        title=text("checks.figure.splits"),
        alt=text("checks.alt.splits", count=len(found), flagged=sum(map(excludes_nought, found)), null=case.null),
        axis=whole_axis(case, sizes, sides, code),
        columns=(text("column.estimate", measure=code), text("checks.column.ratio", code=size_code), "p"),
        sections=tuple(_section(case, row) for row in found),
        legend=(text("legend.credible"), None),
        widths=_WIDTHS[case.ratio],
    )
    return tuple(
        (part, text("checks.caption.splits", null=case.null) if place == 0 else "")
        for place, part in enumerate(in_parts(case.reading, forest))
    )


def _section(case: Case, row: Row) -> Section:
    written = case.written(case.size(row))
    rows = tuple(
        effect_line(case, case.text.word("evidence", name), case.part(row, name), look) for name, look in _LOOKS.items()
    )
    note = case.text("checks.splits.note", code=case.size_code, size=written)
    heading = case.pair(row, LONGEST_LABEL)
    if not row["converged"]:
        heading = case.text("checks.splits.unsettled", pair=heading)
    return Section(heading, rows, ("", written, case.p(row["p"])), note, strong=excludes_nought(row))


def _table(case: Case) -> Table:
    rows = [_consistency_row(case), *(_row(case, row) for row in _sorted(case))]
    caption = case.text("checks.caption_of.splits", measure=case.scaled.measure_name)
    return table(case, caption, _HEADS, rows)


_HEADS = (
    "table.comparison",
    "checks.head.direct_evidence",
    "checks.head.indirect_evidence",
    "checks.head.network_evidence",
    "checks.head.ratio",
    "checks.head.p",
    "checks.head.tau",
    "checks.head.dic",
    "table.trials",
)


def _row(case: Case, row: Row) -> tuple[Cell, ...]:
    flagged, size = excludes_nought(row), case.size(row)
    parts = [case.part(row, name) for name in _LOOKS]
    return (
        Cell(case.pair(row), note=_notes(case, row), strong=flagged),
        *(number(case.value(part), case.interval(part)) for part in parts),
        number(case.value(size), case.interval(size), flagged),
        number(case.p(row["p"]), strong=flagged),
        number(case.tau((row["heterogeneity"] or {}).get("median"))),
        number(case.deviance(row["dic"])),
        number(case.text.numbers.count(len(row["studies"]))),
    )


def _notes(case: Case, row: Row) -> str:
    said = [] if row["converged"] else [case.text("table.not_converged")]
    if row["multi_arm_studies"]:
        said.append(case.text("checks.splits.multi_arm_trials", trials=case.trials(row["multi_arm_studies"])))
    return "; ".join(said)


def _consistency_row(case: Case) -> tuple[Cell, ...]:
    """The model that all splits are to be compared with."""
    spread = (case.found["heterogeneity_posterior"] or {}).get("median")
    blank = tuple(number("–") for _ in range(5))
    own = (number(case.tau(spread)), number(case.deviance(case.found["fit"]["dic"])), number("–"))
    return Cell(case.text("checks.splits.consistency")), *blank, *own


def _reasons(case: Case) -> tuple[str, ...]:
    """The comparisons that cannot be split, by reason."""
    groups: dict[str, list[str]] = {}
    for row in case.found["not_split"]:
        groups.setdefault(row["reason"], []).append(case.pair(row))
    return tuple(
        case.text(
            "checks.splits.reason",
            reason=case.text.word("not_split", reason),
            count=len(pairs),
            pairs=case.text.listed(pairs),
        )
        for reason, pairs in groups.items()
    )
