"""Imports of the two slow libraries, without the notices they print to every user at every start."""

from __future__ import annotations

import warnings
from typing import Any


def arviz() -> Any:
    """ArviZ, without its notice of a coming refactoring (the version is pinned)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        import arviz as az
    return az


def pymc() -> Any:
    """PyMC, which imports ArviZ."""
    arviz()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        import pymc as pm
    return pm
