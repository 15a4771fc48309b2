"""The only Jinja: lays the figures, tables and sentences out as one self-contained page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from nma.output import compose, display, sentences
from nma.output.blocks import Block
from nma.output.draw import Layout, draw
from nma.output.figures import Figure
from nma.output.inconsistency.case import Case
from nma.output.inconsistency.summary import committee
from nma.output.methods import methods
from nma.output.reading import Reading
from nma.output.text import load, tidy

Maker = Callable[[Reading], tuple[Block, ...]]

SECTIONS: Mapping[str, Maker | None] = {
    "answer": None,
    "ranking": None,
    "forest": None,
    "network": None,
    "consistency": None,
    "league": None,
    "trials": None,
    "excluded": None,
    "methods": None,
    "sensitivity": None,
    "provenance": None,
}
"""In the order of the page: what makes a section's blocks, or None for a section with a template of its own name.

The heading of a section is the text ``section.<name>``; one without blocks does not stand on the page.
"""
_OPTIONAL = {"sensitivity": "sensitivity", "consistency": "inconsistency"}
"""Sections with a template that stand only where the results hold their key."""

PAGE = "report.html.j2"
PAGE_OF_CHECKS = "inconsistency.html"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure in both layouts."""

    name: str
    title: str
    wide: Markup
    narrow: Markup


def render(results: Mapping[str, Any], templates: Path, language: str = "en") -> str:
    """The report as one HTML page that needs nothing from elsewhere.

    Parameters
    ----------
    results : Mapping[str, Any]
        What ``results.json`` holds.
    templates : Path
        The folder ``reports/``: ``templates/*.j2``, ``style.css`` and ``text/<language>.yaml``.
    language : str
        Tag of the translation table.

    Returns
    -------
    str
        The page.

    Raises
    ------
    OutputError
        The translation table lacks a text, or the results hold a measure that cannot be shown.
    """
    reading = Reading(results, load(templates / "text", language))
    return page(PAGE, reading, templates, _context(reading))


def page(template: str, reading: Reading, templates: Path, context: dict[str, Any]) -> str:
    """A page of the family: one template with what every page shows, and a context of its own."""
    environment = _environment(templates / "templates")
    environment.filters["trial_label"] = reading.trial
    return environment.get_template(template).render(_frame(reading, templates / "style.css") | context)


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
    return {name: made for name, make in SECTIONS.items() if make is not None and (made := make(reading))}


def css_text(text: str) -> str:
    """A string for ``content`` in a style sheet: every sign but letters and figures is written as an escape."""
    return "".join(sign if sign.isascii() and sign.isalnum() else f"\\{ord(sign):06x}" for sign in text)


def _environment(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _frame(reading: Reading, style: Path) -> dict[str, Any]:
    """What every page shows: its head, its stamp, its provenance."""
    return {
        "t": reading.text,
        "language": reading.text.language,
        "title": tidy(reading.analysis["title"] or reading.analysis["name"]),
        "reading": reading,
        "analysis": reading.analysis,
        "evidence": reading.evidence,
        "provenance": reading.results["provenance"],
        "sampling": reading.results["sampling"],
        "converged": reading.converged,
        "resolved": json.dumps(reading.analysis, indent=2, ensure_ascii=False),
        "tables": {"gate": display.gate(reading)},
        "style": Markup(_style(reading, style)),
    }


def _context(reading: Reading) -> dict[str, Any]:
    made = blocks(reading)
    figures = {section: [drawn(record) for record in found] for section, found in drawings(reading).items()}
    return {
        "sections": {name: reading.text(f"section.{name}") for name in SECTIONS if _stands(reading, name, made)},
        "blocks": made,
        "drawn": {figure.name: figure for found in figures.values() for figure in found},
        "figures": figures,
        "tables": _tables(reading),
        "said": _said(reading),
        "page_of_checks": PAGE_OF_CHECKS,
    }


def _stands(reading: Reading, name: str, made: Mapping[str, tuple[Block, ...]]) -> bool:
    """Whether a section has anything to say."""
    if SECTIONS[name] is not None:
        return name in made
    return name not in _OPTIONAL or bool(reading.results.get(_OPTIONAL[name]))


def drawn(record: Figure) -> Drawn:
    """A figure as the macros show it."""
    wide, narrow = (Markup(draw(record, layout)) for layout in (Layout.WIDE, Layout.NARROW))
    return Drawn(record.name, record.title, wide, narrow)


def _tables(reading: Reading) -> dict[str, Any]:
    return {
        "treatments": display.treatments(reading),
        "ranking": display.ranking(reading),
        "league": display.league(reading),
        "comparisons": display.comparisons(reading),
        "basis": display.basis(reading),
        "trials": display.trials(reading),
        "risk": display.risk_of_bias(reading),
        "excluded": display.excluded(reading),
        "sensitivity": display.sensitivity(reading),
        "gate": display.gate(reading),
    }


def _said(reading: Reading) -> dict[str, Any]:
    return {
        "answer": sentences.answer(reading),
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


def _style(reading: Reading, path: Path) -> str:
    """The style sheet, and the heads of the printed pages."""
    title = css_text(tidy(reading.analysis["title"] or reading.analysis["name"])[:90])
    stamp = "" if reading.converged else css_text(reading.text("stamp.short"))
    heads = f'@page{{@top-left{{content:"{title}"}}@top-right{{content:"{stamp}"}}}}'
    return f"{path.read_text(encoding='utf-8')}\n{heads}"
