"""From an analysis's evidence to a file of another program, with what that file cannot hold said in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nma.errors import InputError, OutputError, Problem
from nma.evidence import Evidence, contrast_table
from nma.evidence.measures import MEASURES
from nma.exchange import delimited, gemtc_json, revman, revman5, stata, workbooks
from nma.exchange.rows import ArmRow, Cell, label_problems
from nma.exchange.tables import LONG, write_long, write_wide
from nma.registry.writing import replace_file
from nma.vocab import ExchangeFormat

TABLE_ENDINGS = (".csv", ".tsv", ".xlsx")
ALWAYS = "basis, sources, doubts, follow-up and timing, arm labels, risk of bias by domain, the trials left out and why"
"""What no other layout has a place for."""


@dataclass(frozen=True)
class Layout:
    """How a layout is written."""

    endings: tuple[str, ...]
    content: Callable[[Evidence, str, str], bytes]
    """From evidence, ending and the name of the file without its ending."""
    cannot_hold: str
    """What is lost beside :data:`ALWAYS`, in words."""
    note: str = ""
    """What the other program needs to be told."""


def rows_of(evidence: Evidence) -> list[ArmRow]:
    """The arms of the evidence: trial id and treatment id, events and people.

    Raises
    ------
    InputError
        A name cannot stand in any file.
    """
    rows = [
        ArmRow(trial.id, arm.treatment, arm.events, arm.n, trial.id, trial.study.year if trial.study else None)
        for trial in evidence.trials
        for arm in trial.arms
    ]
    problems = [
        problem
        for row in rows
        for name, value in (("study", row.study), ("treatment", row.treatment))
        for problem in label_problems(Cell(value, evidence.analysis.name), name)
    ]
    if problems:
        raise InputError(dict.fromkeys(problems))
    return rows


def _table(head: Sequence[str], cells: Sequence[Sequence[Any]], ending: str) -> bytes:
    return _CONTAINERS[ending](head, cells)


_CONTAINERS: dict[str, Callable[[Sequence[str], Sequence[Sequence[Any]]], bytes]] = {
    ".csv": delimited.written,
    ".tsv": lambda head, cells: delimited.written(head, cells, "\t"),
    ".xlsx": workbooks.written,
    ".dta": stata.written,
}


def _long(layout: ExchangeFormat) -> Callable[[Evidence, str, str], bytes]:
    return lambda evidence, ending, name: _table(*write_long(rows_of(evidence), layout), ending)


def _wide(evidence: Evidence, ending: str, name: str) -> bytes:
    return _table(*write_wide(rows_of(evidence), ExchangeFormat.METAINSIGHT_WIDE), ending)


PAIR_HEAD = ("studlab", "treat1", "treat2", "event1", "n1", "event2", "n2", "TE", "seTE", "incr")


def _pairs(evidence: Evidence, ending: str, name: str) -> bytes:
    """Every pair of arms with its effect on the scale on which effects add, as ``nma extract`` gives it."""
    rows_of(evidence)
    columns = ("study", "treatment", "versus", "events", "n", "events_versus", "n_versus", "estimate", "se")
    rows = contrast_table(evidence).to_dict("records")
    cells = [[*(row[name] for name in columns), 0.5 if row["corrected"] else 0] for row in rows]
    return _table(PAIR_HEAD, cells, ending)


def _outcome(evidence: Evidence) -> str:
    return evidence.analysis.outcome.replace("_", " ")


def _gemtc_json(evidence: Evidence, ending: str, name: str) -> bytes:
    return gemtc_json.written(rows_of(evidence))


def _revman5(evidence: Evidence, ending: str, name: str) -> bytes:
    return revman5.written(rows_of(evidence), _outcome(evidence))


def _revman(evidence: Evidence, ending: str, name: str) -> bytes:
    return revman.written(rows_of(evidence), _outcome(evidence), name)


_GROUPS = "a trial with three arms or more as one piece of evidence: each pair of its arms is a row of its own"
LAYOUTS: dict[ExchangeFormat, Layout] = {
    ExchangeFormat.METAINSIGHT_LONG: Layout(
        TABLE_ENDINGS, _long(ExchangeFormat.METAINSIGHT_LONG), "", "MetaInsight takes trials with up to six arms"
    ),
    ExchangeFormat.METAINSIGHT_WIDE: Layout(TABLE_ENDINGS, _wide, "", "MetaInsight takes trials with up to six arms"),
    ExchangeFormat.BUGSNET: Layout(
        TABLE_ENDINGS,
        _long(ExchangeFormat.BUGSNET),
        "",
        'In R: data.prep(arm.data = read.csv(FILE), varname.t = "treatment", varname.s = "study")',
    ),
    ExchangeFormat.NETMETA: Layout(
        TABLE_ENDINGS,
        _pairs,
        "",
        "TE is the {scale} of treat1 against treat2 as in nma extract; netmeta adds its own halves to the counts",
    ),
    ExchangeFormat.GEMTC: Layout(
        TABLE_ENDINGS,
        _long(ExchangeFormat.GEMTC),
        "",
        "gemtc takes names of treatments made of letters, digits and underscores only; --script makes them",
    ),
    ExchangeFormat.GEMTC_JSON: Layout((".json",), _gemtc_json, "years"),
    ExchangeFormat.CINEMA: Layout(
        TABLE_ENDINGS,
        _long(ExchangeFormat.CINEMA),
        "",
        "rob and indirectness are empty: the registry has no overall judgement, and CINeMA needs yours (1, 2 or 3)",
    ),
    ExchangeFormat.STATA: Layout(
        (*TABLE_ENDINGS, ".dta"),
        _long(ExchangeFormat.STATA),
        "",
        "In Stata: network setup r n, studyvar(study) trtvar(trt)",
    ),
    ExchangeFormat.REVMAN5: Layout(
        (".rm5",), _revman5, _GROUPS, "The review's texts are empty: the file holds its studies and data"
    ),
    ExchangeFormat.REVMAN: Layout(
        (".zip",), _revman, _GROUPS, "A trial with three arms or more counts its people once in each comparison"
    ),
}


def content(evidence: Evidence, layout: ExchangeFormat, path: Path) -> bytes:
    """The file of a layout.

    Raises
    ------
    InputError
        The ending is none of the layout's, or a name cannot stand in it.
    """
    row, ending = LAYOUTS[layout], path.suffix.lower()
    if ending not in row.endings:
        what = f"not an ending of {layout} files"
        raise InputError(Problem(str(path), "--out", what, ending or "no ending", ", ".join(row.endings)))
    return row.content(evidence, ending, path.stem)


def losses(evidence: Evidence, layout: ExchangeFormat) -> Iterator[str]:
    """What the file does not say, and what its reader must know."""
    row = LAYOUTS[layout]
    yield f"{layout} cannot hold: {ALWAYS}{f'; {row.cannot_hold}' if row.cannot_hold else ''}."
    if row.note:
        measure = evidence.analysis.effect_measure
        yield row.note.format(scale=f"{'log ' if MEASURES[measure].is_log else ''}{measure}") + "."
    yield from evidence.log


def save(path: Path, data: bytes, force: bool) -> None:
    """Write a new file at once; a file that is there stays, unless it may be replaced.

    Raises
    ------
    OutputError
        It is there already, or nothing can be written there.
    """
    if path.exists() and not force:
        raise OutputError(Problem(str(path), "", "is there already", hint="--force replaces it"))
    try:
        replace_file(path, data)
    except OSError as error:
        raise OutputError(Problem(str(path), "", f"cannot be written ({error.strerror or error})")) from None


__all__ = ["LAYOUTS", "LONG", "Layout", "content", "losses", "rows_of", "save"]
