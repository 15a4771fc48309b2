"""What identifies a result: its specification and the versions its numbers depend on. Imports no sampler."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform

from nma.analysis import Analysis

LIBRARIES = (
    "numpy",
    "scipy",
    "pandas",
    "xarray",
    "pymc",
    "pytensor",
    "nutpie",
    "numba",
    "arviz",
    "networkx",
    "pydantic",
)


def fingerprint(analysis: Analysis) -> str:
    """SHA-256 of the resolved specification."""
    return hashlib.sha256(json.dumps(analysis.plain(), sort_keys=True).encode()).hexdigest()


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries the numbers depend on."""
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in LIBRARIES}}
