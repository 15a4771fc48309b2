"""The report: its sections, in the order in which they are read, and what each of them shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from nma.output import compose, display, page_one, pages, sentences
from nma.output.blocks import Block
from nma.output.figures import Figure
from nma.output.inconsistency.case import Case
from nma.output.inconsistency.summary import committee
from nma.output.methods import methods
from nma.output.reading import Reading
from nma.output.sections import (
    absolute,
    certainty,
    contributions,
    evidence_map,
    hierarchy,
    prisma,
    prose,
    risk,
    small_study,
    summary,
    trial_effects,
)
from nma.output.text import Text

Maker = Callable[[Reading], tuple[Block, ...]]

SECTIONS: Mapping[str, Maker | None] = {
    "answer": None,
    "summary": summary.blocks,
    "absolute": absolute.blocks,
    "ranking": None,
    "hierarchy": hierarchy.blocks,
    "forest": None,
    "network": None,
    "contributions": contributions.blocks,
    "certainty": certainty.blocks,
    "consistency": None,
    "small_study": small_study.blocks,
    "league": None,
    "risk": risk.blocks,
    "evidence_map": evidence_map.blocks,
    "trials": None,
    "excluded": None,
    "methods": None,
    "sensitivity": None,
    "prose": prose.blocks,
    "prisma": prisma.blocks,
    "provenance": None,
}
"""What makes a section's blocks, or None for a section with a template of its own name; GROUPS puts them in order.

The heading of a section is the text ``section.<name>``; one without blocks does not stand on the page.
"""
GROUPS: Mapping[str, tuple[str, ...]] = {
    "form.part.answer": ("answer", "summary", "absolute", "ranking", "forest"),
    "form.part.sure": ("certainty", "hierarchy", "contributions", "consistency", "small_study", "sensitivity"),
    "form.part.evidence": ("network", "risk", "evidence_map", "trials", "excluded", "league"),
    "form.part.record": ("methods", "prose", "prisma", "provenance"),
}
"""The sections as they are read: a committee can stop after the second part."""
_OPTIONAL = {"sensitivity": "sensitivity", "consistency": "inconsistency"}
"""Sections with a template that stand only where the results hold their key."""

PAGE = "report.html.j2"
PAGE_OF_CHECKS = "inconsistency.html"


def render(results: Mapping[str, Any], templates: Path, languages: str | Sequence[str] = ("en",)) -> str:
    """The report as one HTML page that needs nothing from elsewhere.

    Parameters
    ----------
    results : Mapping[str, Any]
        What ``results.json`` holds.
    templates : Path
        The folder ``reports/``: ``templates/*.j2``, ``style.css``, ``script/*.js`` and ``text/<language>/*.yaml``.
    languages : str or Sequence[str]
        Tags of the translation tables; the page shows the first, and switches to any other.

    Returns
    -------
    str
        The page.

    Raises
    ------
    OutputError
        A translation table lacks a text, or the results hold a measure that cannot be shown.
    """
    return pages.page(PAGE, partial(_told, results), templates, languages)


def order() -> tuple[str, ...]:
    """The sections in the order of the page."""
    return tuple(name for names in GROUPS.values() for name in names if name in SECTIONS)


def drawings(reading: Reading) -> dict[str, tuple[Figure, ...]]:
    """Figure records by the section they stand in."""
    spread = compose.heterogeneity(reading, reading.results["heterogeneity"])
    return {
        **{
            name: tuple(record for block in made for record, _ in block.figures)
            for name, made in blocks(reading).items()
        },
        "answer": (compose.answer_strip(reading),),
        "ranking": compose.rank_panels(reading),
        "forest": compose.forests(reading),
        "heterogeneity": () if spread is None else (spread,),
        "network": (compose.network(reading),),
        "sensitivity": compose.sensitivity(reading),
    }


def blocks(reading: Reading) -> dict[str, tuple[Block, ...]]:
    """The blocks of every section that is made of them, in the order of the page."""
    makers = {name: make for name in order() if (make := SECTIONS[name]) is not None}
    return {name: made for name, make in makers.items() if (made := make(reading))}


def _told(results: Mapping[str, Any], text: Text, prefix: str) -> tuple[Reading, dict[str, Any]]:
    reading = Reading(results, text)
    return reading, _context(reading, prefix)


def _context(reading: Reading, prefix: str) -> dict[str, Any]:
    made = blocks(reading)
    stand = [name for name in order() if _stands(reading, name, made)]
    figures = {
        name: [pages.drawn(record, reading.text, prefix) for record in found]
        for name, found in drawings(reading).items()
    }
    return {
        "sections": {name: reading.text(f"section.{name}") for name in stand},
        "parts": _parts(reading, stand),
        "blocks": made,
        "drawn": {figure.name: figure for found in figures.values() for figure in found},
        "figures": figures,
        "tables": _tables(reading),
        "said": _said(reading),
        "page_of_checks": PAGE_OF_CHECKS,
    }


def _parts(reading: Reading, stand: Sequence[str]) -> dict[str, list[str]]:
    """The sections that stand on the page under the heading of their part; a part without any is left out."""
    parts = {heading: [name for name in names if name in stand] for heading, names in GROUPS.items()}
    return {reading.text(heading): names for heading, names in parts.items() if names}


def _stands(reading: Reading, name: str, made: Mapping[str, tuple[Block, ...]]) -> bool:
    """Whether a section has anything to say."""
    if SECTIONS[name] is not None:
        return name in made
    return name not in _OPTIONAL or bool(reading.results.get(_OPTIONAL[name]))


def _tables(reading: Reading) -> dict[str, Any]:
    return {
        "treatments": display.treatments(reading),
        "ranking": display.ranking(reading),
        "league": display.league(reading),
        "comparisons": display.comparisons(reading),
        "basis": display.basis(reading),
        "trials": display.trials(reading),
        "trial_effects": trial_effects.made(reading),
        "excluded": display.excluded(reading),
        "sensitivity": display.sensitivity(reading),
        "gate": display.gate(reading),
    }


def _said(reading: Reading) -> dict[str, Any]:
    return {
        "answer": page_one.answer(reading),
        "spread": sentences.spread(reading, reading.results["heterogeneity"]),
        "direction": sentences.direction(reading),
        "separated": sentences.separated(reading),
        "weak": sentences.weak_links(reading),
        "grounds": sentences.grounds(reading),
        "consistency": _consistency(reading),
        "methods": methods(reading),
        "changes": [
            (entry, None if entry["error"] else sentences.change(reading, entry))
            for entry in reading.results["sensitivity"]
        ],
        "doubts": [
            (reading.trial(name), trial["doubts"]) for name, trial in reading.trials.items() if trial.get("doubts")
        ],
        "sources": [
            (reading.trial(name), trial["source"]) for name, trial in reading.trials.items() if trial.get("source")
        ],
    }


def _consistency(reading: Reading) -> tuple[str, ...]:
    """Whether direct and indirect evidence agree; nothing where the results do not say."""
    found = reading.results.get("inconsistency")
    return committee(Case(found, reading)) if found else ()
