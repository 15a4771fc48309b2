"""The exceptions of the toolkit; each carries what went wrong as data, so that callers can print or inspect it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

LONGEST = 100
"""Characters of a word beyond which nobody misspelt it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it is, and the way out."""

    place: str
    field: str
    what: str
    got: str | None = None
    allowed: str | None = None
    hint: str | None = None

    def __str__(self) -> str:
        parts = [self.what]
        parts += [f"got {self.got}"] if self.got is not None else []
        parts += [f"allowed: {self.allowed}"] if self.allowed else []
        parts += [self.hint] if self.hint else []
        where = f"{self.place} {self.field}".strip()
        return printable(f"{where}: {', '.join(parts)}" if where else ", ".join(parts))


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Each problem once, by file and line and otherwise in the order given."""
    return sorted(dict.fromkeys(problems), key=lambda problem: _file_and_line(problem.place))


def _file_and_line(place: str) -> tuple[str, int]:
    name, _, line = place.rpartition(":")
    return (name, int(line)) if name and line.isdecimal() else (place, 0)


def printable(text: str) -> str:
    """The text on one line, with nothing in it that a terminal would obey."""
    return "".join(c if c.isprintable() else " " if c in "\n\t" else ascii(c)[1:-1] for c in text)


class NmaError(Exception):
    """Base of every error that is the user's to mend; the command line prints it without a traceback."""

    def __init__(self, problems: str | Problem | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem("", "", problems)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InputError(NmaError):
    """A study file, a specification or a data frame cannot be used as it stands."""


class ProjectError(NmaError):
    """No project folder, or not the one that was asked for."""


class SelectionError(NmaError):
    """The analysis and the registry do not give a set of trials that can be pooled."""


class NetworkError(SelectionError):
    """The selected trials do not form one connected network around the reference."""


class FitError(NmaError):
    """The posterior could not be computed."""


class OutputError(NmaError):
    """A result could not be written or read."""


class StoppedError(NmaError):
    """The user stopped before anything was written."""


def shorten(text: str, longest: int = 60) -> str:
    """The text, cut where it is longer than a message bears."""
    return text if len(text) <= longest else text[: longest - 3] + "..."


def nearest(word: object, allowed: Iterable[str]) -> str | None:
    """Name the allowed word closest to a misspelt one, as a hint; None when nothing is close."""
    text, lookup = str(word), {choice.lower(): choice for choice in allowed}
    close = get_close_matches(text.lower(), lookup, n=1, cutoff=0.6) if len(text) <= LONGEST else []
    close = close or [lower for lower in lookup if _looks_like(text.lower(), lower)]
    if not close:
        return strange_character(text)
    strange = strange_character(text) if strange_character(lookup[close[0]]) is None else None
    return f"did you mean '{lookup[close[0]]}'?" + (f" ({strange})" if strange else "")


def _looks_like(text: str, word: str) -> bool:
    """Whether only characters beyond ASCII, which may look like others, tell the text from the word."""
    return len(text) == len(word) and all(a == b or not a.isascii() for a, b in zip(text, word, strict=True))


def strange_character(text: str) -> str | None:
    """Name the first character beyond ASCII: it may look like another, or like nothing."""
    found = re.search(r"[^\x20-\x7e]", text)
    if found is None:
        return None
    name = unicodedata.name(found[0], "a control character")
    return f"character {found.start() + 1} of it is {name} (U+{ord(found[0]):04X})"
