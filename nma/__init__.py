"""Network meta-analysis from a study registry to a report that says how sure it is.

The public names below are loaded when they are first used, so that ``import nma`` is instant.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from nma._version import __version__

if TYPE_CHECKING:
    from nma.analysis import Analysis
    from nma.answers.absolute import absolute
    from nma.answers.contrasts import league, relative_effects
    from nma.answers.designs import design_by_treatment, heterogeneity_statistics
    from nma.answers.goodness import goodness
    from nma.answers.heterogeneity import heterogeneity
    from nma.answers.hierarchy import hierarchy, order_probability
    from nma.answers.loops import loop_table
    from nma.answers.ranking import ranking
    from nma.answers.splits import node_splits
    from nma.answers.unrelated import unrelated_means
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
    "absolute": "nma.answers.absolute",
    "build_model": "nma.fitting",
    "contrast_table": "nma.evidence",
    "design_by_treatment": "nma.answers.designs",
    "fit": "nma.fitting",
    "goodness": "nma.answers.goodness",
    "heterogeneity": "nma.answers.heterogeneity",
    "heterogeneity_statistics": "nma.answers.designs",
    "hierarchy": "nma.answers.hierarchy",
    "league": "nma.answers.contrasts",
    "loop_table": "nma.answers.loops",
    "node_splits": "nma.answers.splits",
    "order_probability": "nma.answers.hierarchy",
    "ranking": "nma.answers.ranking",
    "relative_effects": "nma.answers.contrasts",
    "select": "nma.evidence",
    "unrelated_means": "nma.answers.unrelated",
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
    "absolute",
    "build_model",
    "contrast_table",
    "design_by_treatment",
    "fit",
    "goodness",
    "heterogeneity",
    "heterogeneity_statistics",
    "hierarchy",
    "league",
    "loop_table",
    "node_splits",
    "order_probability",
    "ranking",
    "relative_effects",
    "select",
    "unrelated_means",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'nma' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
