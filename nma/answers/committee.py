"""What the people who decide are told beyond effects and ranks: one door for all of it, each part as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nma.answers.absolute import absolute
from nma.fitting import Fit
from nma.registry import Registry


@dataclass(frozen=True)
class Ground:
    """What the parts are made of.

    Attributes
    ----------
    fit : Fit
        The primary fit.
    results : mapping
        What :func:`nma.answers.results.results` says of it, with ``inconsistency``.
    checked : mapping
        The whole of the checks for inconsistency, as ``inconsistency.json`` holds it.
    registry : Registry, optional
        The registry the evidence was selected from; None for evidence from a data frame.
    """

    fit: Fit
    results: Mapping[str, Any]
    checked: Mapping[str, Any]
    registry: Registry | None = None


def committee(ground: Ground) -> dict[str, Any]:
    """Everything of the report that rests on the primary fit and the registry, by the key of ``results.json``."""
    found: dict[str, Any] = {}
    found["absolute"] = absolute(ground.fit)
    return found
