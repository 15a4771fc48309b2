"""The exceptions of the toolkit; each carries what went wrong as data, so that callers can print or inspect it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


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
        return f"{where}: {', '.join(parts)}" if where else ", ".join(parts)


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


def nearest(word: object, allowed: Iterable[str]) -> str | None:
    """Name the allowed word closest to a misspelt one, as a hint; None when nothing is close."""
    close = get_close_matches(str(word).lower(), {choice.lower(): choice for choice in allowed}, n=1, cutoff=0.6)
    lookup = {choice.lower(): choice for choice in allowed}
    return f"did you mean '{lookup[close[0]]}'?" if close else None
