"""From a file to rows of counts: one row of this table for each layout, and how a layout is recognised."""

from __future__ import annotations

from collections.abc import Callable

from nma.errors import InputError, Problem, nearest
from nma.exchange import gemtc_json, revman, revman5, tables
from nma.exchange.rows import Found
from nma.exchange.source import TABLES, Source
from nma.registry.base import shown
from nma.vocab import ExchangeFormat


def _table(layout: ExchangeFormat) -> Callable[[Source], Found]:
    return lambda source: tables.READERS[layout](source.grid, layout)


READERS: dict[ExchangeFormat, Callable[[Source], Found]] = {
    **{layout: _table(layout) for layout in tables.READERS},
    ExchangeFormat.GEMTC_JSON: gemtc_json.read,
    ExchangeFormat.REVMAN5: revman5.read,
    ExchangeFormat.REVMAN: revman.read,
}
_BY_ENDING = {
    ".json": ExchangeFormat.GEMTC_JSON,
    ".rm5": ExchangeFormat.REVMAN5,
    ".zip": ExchangeFormat.REVMAN,
}


def read(source: Source, layout: ExchangeFormat | None = None) -> tuple[ExchangeFormat, Found]:
    """Read a file in the layout that is named, or the one that its ending and columns speak of.

    Raises
    ------
    InputError
        The file cannot be read in this layout at all; what is wrong in single rows is in the result.
    """
    chosen = layout or recognised(source)
    found = READERS[chosen](source)
    if not found.rows and not found.problems:
        raise InputError(Problem(source.name, "", "holds no trial"))
    return chosen, found


def recognised(source: Source) -> ExchangeFormat:
    """The layout of a file.

    Raises
    ------
    InputError
        Its ending is none of those that are read.
    """
    if source.path.is_dir():
        return ExchangeFormat.REVMAN
    if source.suffix in _BY_ENDING:
        return _BY_ENDING[source.suffix]
    if source.suffix not in TABLES:
        allowed = ", ".join((*TABLES, *_BY_ENDING))
        raise InputError(
            Problem(source.name, "", "not a kind of file that is read", source.suffix or "no ending", allowed)
        )
    return tables.recognised(source.grid)


def layout_of(word: str | None) -> ExchangeFormat | None:
    """The layout of that word.

    Raises
    ------
    InputError
        There is none.
    """
    if word is None:
        return None
    if word not in list(ExchangeFormat):
        what, allowed = "unknown layout", ", ".join(ExchangeFormat)
        raise InputError(Problem("", "--format", what, shown(word), allowed, nearest(word, list(ExchangeFormat))))
    return ExchangeFormat(word)
