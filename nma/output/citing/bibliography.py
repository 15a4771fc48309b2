"""A numbered list of references: in the order in which a text cites them, written as in Vancouver style."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from nma.output.citing.papers import PAPERS, Paper
from nma.output.reading import Reading, Row
from nma.output.text import tidy

_PLACED = re.compile(r"(?P<journal>.+?),? (?P<year>\d{4});(?P<place>\d+(\([^()]+\))?:[\w-]+)")
"""As in: Nordic Journal of Psychiatry 2015;69(1):57-66."""
_MOST = 6
"""Authors that are printed before et al."""


@dataclass(frozen=True)
class Bibliography:
    """References in the order of their numbers."""

    papers: tuple[Paper, ...]

    def mark(self, keys: Iterable[str]) -> str:
        """The numbers of some references as they stand in a sentence: [2], [3, 7], [9–12]."""
        numbers = {paper.key: place for place, paper in enumerate(self.papers, start=1)}
        found = sorted({numbers[key] for key in keys})
        runs = [[it for _, it in run] for _, run in groupby(enumerate(found), lambda it: it[1] - it[0])]
        written = [f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
        return f"[{', '.join(written)}]"

    def lines(self) -> tuple[str, ...]:
        """Each reference in one line."""
        return tuple(line(paper) for paper in self.papers)


def bibliography(reading: Reading, cited: Iterable[str]) -> Bibliography:
    """The references of a text that cites these keys, in this order, each once."""
    known = known_papers(reading)
    return Bibliography(tuple(known[key] for key in dict.fromkeys(cited)))


def known_papers(reading: Reading) -> dict[str, Paper]:
    """Everything that can be cited: papers of methods, the programs with their versions, reports of the trials."""
    run = reading.results["provenance"]
    versions = {"nma": run["nma_version"], "nutpie": run["versions"].get("nutpie")}
    programs = {key: replace(PAPERS[key], note=f"version {number}") for key, number in versions.items() if number}
    reports = {paper.key: paper for papers in trial_papers(reading).values() for paper in papers}
    return {**PAPERS, **programs, **reports}


def trial_papers(reading: Reading) -> dict[str, tuple[Paper, ...]]:
    """The reports of each trial used, by its id; empty where no registry is known."""
    found: Sequence[Row] = reading.results.get("references") or ()
    return {trial["id"]: tuple(_reports(trial)) for trial in found}


def _reports(trial: Row) -> Iterable[Paper]:
    for place, report in enumerate(trial["reports"], start=1):
        journal, pages = _journal(report)
        yield Paper(
            key=f"trial-{trial['id']}" + (f"-{place}" if place > 1 else ""),
            authors=f"{tidy(report['first_author']).replace(',', '')}, et al",
            year=report["year"],
            title=tidy(report["title"] or "").rstrip("."),
            journal=journal,
            place=pages,
            doi=report["doi"] or "",
            note=f"PMID {report['pmid']}" if report["pmid"] else tidy(report["registration"] or ""),
        )


def _journal(report: Row) -> tuple[str, str]:
    """The journal of a report, and its volume and pages where they stand behind it after the year."""
    printed = tidy(report["journal"] or "").rstrip(".")
    found = _PLACED.fullmatch(printed)
    if found is None or found["year"] != str(report["year"]):
        return printed, ""
    return found["journal"], found["place"]


def line(paper: Paper) -> str:
    """One reference: authors, title, journal, year and place, DOI or address."""
    names = [name.strip("{}") for name in paper.names]
    short = paper.has_more or len(names) > _MOST
    authors = ", ".join([*names[:_MOST], *(["et al"] if short else [])])
    parts = [authors, paper.title, paper.journal, _date(paper), paper.note]
    ends = [f"doi:{paper.doi}"] if paper.doi else [paper.url] if paper.url else []
    return " ".join([*(f"{part}." for part in parts if part), *ends])


def _date(paper: Paper) -> str:
    """Year, volume and pages; a year that the journal's line holds already is not said again."""
    year = "" if paper.year is None or str(paper.year) in paper.journal else str(paper.year)
    return ";".join(part for part in (year, paper.place) if part)
