"""Imports of the two slow libraries, without the notices they print to every user at every start."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from typing import Any


def arviz() -> Any:
    """ArviZ, without its notice of a coming refactoring (the version is pinned)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        import arviz as az
    return az


def pymc() -> Any:
    """PyMC, which imports ArviZ; where there is no C compiler, PyTensor is told so instead of telling the user."""
    if shutil.which("g++") is None and "pytensor" not in sys.modules:
        os.environ.setdefault("PYTENSOR_FLAGS", "cxx=")
    arviz()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        import pymc as pm
    return pm
