"""Of what pages are made, in which languages, and in which forms beside HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nma.errors import InputError, Problem, nearest
from nma.vocab import Form

BOTH = "both"
"""What ``--lang`` says for every language there is."""
DEFAULT = ("en",)
"""The languages of a project whose ``nma.toml`` names none."""
LANGUAGES = "languages"
"""The key of ``nma.toml``."""


@dataclass(frozen=True)
class Pages:
    """How pages are to be made; none of it is an input of a result.

    Attributes
    ----------
    reports : Path
        Folder of templates, style and texts.
    languages : tuple of str
        Tags of the languages of every page, the one that is shown first in front.
    forms : tuple of Form
        What the report is written as beside HTML.
    translations : Mapping[str, Any]
        The project's words in other languages, as results hold them (:class:`nma.analysis.translations.Translations`).
    """

    reports: Path
    languages: tuple[str, ...] = DEFAULT
    forms: tuple[Form, ...] = ()
    translations: Mapping[str, Any] = field(default_factory=dict)

    def worded(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """Results with the project's words in other languages, before any that they hold already."""
        stored, own = found.get("translations") or {}, self.translations
        texts = {tag: dict(stored.get("texts", {}).get(tag, {})) for tag in stored.get("texts", {})}
        for tag, words in own.get("texts", {}).items():
            texts[tag] = {**texts.get(tag, {}), **words}
        original = own.get("original") or stored.get("original")
        return {**found, "translations": {"original": original, "texts": texts}}


def languages_there(reports: Path) -> tuple[str, ...]:
    """Tags of the languages that have a translation table: the folders of ``reports/text``."""
    return tuple(sorted({path.parent.name for path in (reports / "text").glob("*/*.yaml")}))


def chosen(asked: str | None, own: Sequence[str], reports: Path) -> tuple[str, ...]:
    """The languages of a page: those asked for, otherwise the project's own.

    Parameters
    ----------
    asked : str or None
        What ``--lang`` says: the tag of a language, or ``both`` for every one there is, the project's first.
    own : sequence of str
        The languages that ``nma.toml`` names.
    reports : Path
        The folder ``reports/``.

    Raises
    ------
    InputError
        There is no translation table of that language.
    """
    if asked is None:
        return tuple(own)
    there = languages_there(reports)
    if asked == BOTH:
        return (*own, *(tag for tag in there if tag not in own))
    if asked not in there:
        known = [*there, BOTH]
        raise InputError(
            Problem("", "--lang", "no such language", f"'{asked}'", ", ".join(known), nearest(asked, known))
        )
    return (asked,)


def problems_of(named: Any, reports: Path, place: str) -> list[Problem]:
    """What is wrong with the languages that ``nma.toml`` names."""
    hint = 'as in languages = ["en", "nl"]'
    if not isinstance(named, list) or not named or not all(isinstance(tag, str) for tag in named):
        return [Problem(place, LANGUAGES, "must be a list of languages", str(named), None, hint)]
    there = languages_there(reports)
    found = [
        Problem(place, LANGUAGES, "no such language", f"'{tag}'", ", ".join(there), nearest(tag, there))
        for tag in named
        if tag not in there
    ]
    twice = sorted({tag for tag in named if named.count(tag) > 1})
    return found + [Problem(place, LANGUAGES, "stands twice", f"'{tag}'", None, "name it once") for tag in twice]
