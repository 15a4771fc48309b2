"""The only Jinja: lays what was said out as one self-contained page, in one language or in several."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from nma.errors import OutputError
from nma.output import display
from nma.output.behind import behind, tips
from nma.output.display import Table
from nma.output.draw import Layout, draw
from nma.output.figures import Figure
from nma.output.reading import Reading
from nma.output.text import Text, load, tidy

Teller = Callable[[Text, str], tuple[Reading, Mapping[str, Any]]]
"""Makes what a template needs in one language, given its texts and the prefix of its ids."""

_OUTER = "page.j2"
_NOTHING_ELSE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_LONGEST_HEAD = 90


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure in both layouts, and the table of its numbers."""

    name: str
    title: str
    wide: Markup
    narrow: Markup
    behind: Table | None


def page(template: str, tell: Teller, templates: Path, languages: str | Sequence[str]) -> str:
    """A page of the family, which needs nothing from elsewhere.

    Parameters
    ----------
    template : str
        Name of the template of one language's body.
    tell : callable
        Makes the reading and the context of that template from the texts and the prefix of a language.
    templates : Path
        The folder ``reports/``: ``templates/*.j2``, ``style.css``, ``script/*.js`` and ``text/<language>/*.yaml``.
    languages : str or Sequence[str]
        Tags of the languages, the one shown first ahead. The first has ids without a prefix, any other ``<tag>-``.

    Raises
    ------
    OutputError
        No language was named, or one twice, or a translation table lacks a text.
    """
    tags = _tags(languages)
    texts = [load(templates / "text", tag) for tag in tags]
    told = [tell(text, prefix) for text, prefix in zip(texts, prefixes(tags), strict=True)]
    switch = _switch(texts)
    bodies = [
        _body((templates / "templates", template), reading, dict(context) | {"prefix": prefix, "switch": switch})
        for (reading, context), prefix in zip(told, prefixes(tags), strict=True)
    ]
    readings = [reading for reading, _ in told]
    scripts = _scripts(templates / "script")
    frame = _frame(readings[0]) | {
        "bodies": bodies,
        "style": Markup(_style(readings, templates / "style.css")),
        "scripts": [Markup(script) for script in scripts],
        "policy": f"{_NOTHING_ELSE}; script-src {' '.join(map(_fingerprint, scripts)) or chr(39) + 'none' + chr(39)}",
    }
    return _environment(templates / "templates").get_template(_OUTER).render(frame)


def prefixes(tags: Sequence[str]) -> list[str]:
    """What the ids of each language begin with, so that none stands twice on a page."""
    return ["" if place == 0 else f"{tag}-" for place, tag in enumerate(tags)]


def drawn(record: Figure, text: Text, prefix: str = "") -> Drawn:
    """A figure as the macros show it; its ids begin with ``prefix``."""
    table = behind(record, text)
    wide = draw(record, Layout.WIDE, prefix, tips(record, table))
    return Drawn(record.name, record.title, Markup(wide), Markup(draw(record, Layout.NARROW, prefix)), table)


def css_text(text: str) -> str:
    """A string for ``content`` in a style sheet: every sign but letters and figures is written as an escape."""
    return "".join(sign if sign.isascii() and sign.isalnum() else f"\\{ord(sign):06x}" for sign in text)


def _tags(languages: str | Sequence[str]) -> tuple[str, ...]:
    tags = (languages,) if isinstance(languages, str) else tuple(languages)
    if not tags or len(set(tags)) < len(tags):
        raise OutputError(f"a page needs at least one language, and each once; got: {', '.join(tags) or 'none'}")
    return tags


def _environment(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _body(template: tuple[Path, str], reading: Reading, context: dict[str, Any]) -> dict[str, Any]:
    """The whole of the page in one language, and what its frame has to know of it."""
    folder, name = template
    environment = _environment(folder)
    environment.filters["trial_label"] = reading.trial
    told = environment.get_template(name).render(_frame(reading) | context)
    head = _title(reading) if reading.converged else f"{reading.text('stamp.short')}: {_title(reading)}"
    return {"language": reading.text.language, "title": head, "html": Markup(told), "words": _words(reading.text)}


def _words(text: Text) -> dict[str, str]:
    """What the scripts have to say in a language, and how it writes numbers, by the name of an attribute."""
    return {
        "decimal": text.numbers.decimal,
        "sorted-ascending": text("form.sorted.ascending", column="{column}"),
        "sorted-descending": text("form.sorted.descending", column="{column}"),
        "sorted-back": text("form.sorted.none"),
        "copied": text("form.copied"),
        "not-copied": text("form.not_copied"),
    }


def _frame(reading: Reading) -> dict[str, Any]:
    """What every page shows: its head, its stamp, its provenance."""
    return {
        "t": reading.text,
        "language": reading.text.language,
        "title": _title(reading),
        "reading": reading,
        "analysis": reading.analysis,
        "evidence": reading.evidence,
        "provenance": reading.results["provenance"],
        "sampling": reading.results["sampling"],
        "converged": reading.converged,
        "resolved": json.dumps(reading.specification, indent=2, ensure_ascii=False),
        "tables": {"gate": display.gate(reading)},
    }


def _title(reading: Reading) -> str:
    return tidy(reading.analysis["title"] or reading.analysis["name"])


def _switch(texts: Sequence[Text]) -> list[dict[str, str]]:
    """The languages of the page, each by its own name; nothing to choose where there is one."""
    tags = [text.language for text in texts]
    rows = zip(texts, prefixes(tags), strict=True)
    return [{"tag": it.language, "name": it("form.language"), "prefix": prefix} for it, prefix in rows if len(tags) > 1]


def _scripts(folder: Path) -> list[str]:
    """The scripts of the page, in the order of their names."""
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.js"))]


def _fingerprint(script: str) -> str:
    """The name by which the page's own policy knows a script, so that no other can run (CSP level 2, section 4.2.5)."""
    return f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _style(readings: Sequence[Reading], path: Path) -> str:
    """The style sheet, and the heads of the printed pages, in each language its own."""
    return "\n".join([path.read_text(encoding="utf-8"), *map(_heads, readings)])


def _heads(reading: Reading) -> str:
    title = css_text(_title(reading)[:_LONGEST_HEAD])
    stamp = "" if reading.converged else css_text(reading.text("stamp.short"))
    tag = css_text(reading.text.language)
    heads = f'@page of-{reading.text.language}{{@top-left{{content:"{title}"}}@top-right{{content:"{stamp}"}}}}'
    return f'{heads}\n@media print{{.language[data-language="{tag}"]{{page:of-{reading.text.language}}}}}'
