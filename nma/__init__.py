"""Network meta-analysis from a study registry to a report that says how sure it is.

The public names below are loaded when they are first used, so that ``import nma`` is instant.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from nma._version import __version__

if TYPE_CHECKING:
    from nma.analysis import Analysis
    from nma.answers.contrasts import league, relative_effects
    from nma.answers.heterogeneity import heterogeneity
    from nma.answers.ranking import ranking
    from nma.errors import NmaError
    from nma.evidence import Evidence, contrast_table, select
    from nma.fitting import Fit, build_model, fit
    from nma.project import Project
    from nma.registry import Registry, Study

_HOMES = {
    "Analysis": "nma.analysis",
    "Evidence": "nma.evidence",
    "Fit": "nma.fitting",
    "NmaError": "nma.errors",
    "Project": "nma.project",
    "Registry": "nma.registry",
    "Study": "nma.registry",
    "build_model": "nma.fitting",
    "contrast_table": "nma.evidence",
    "fit": "nma.fitting",
    "heterogeneity": "nma.answers.heterogeneity",
    "league": "nma.answers.contrasts",
    "ranking": "nma.answers.ranking",
    "relative_effects": "nma.answers.contrasts",
    "select": "nma.evidence",
}

__all__ = [
    "Analysis",
    "Evidence",
    "Fit",
    "NmaError",
    "Project",
    "Registry",
    "Study",
    "__version__",
    "build_model",
    "contrast_table",
    "fit",
    "heterogeneity",
    "league",
    "ranking",
    "relative_effects",
    "select",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'nma' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
