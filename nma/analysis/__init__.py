"""What a methodologist meant: the specification of an analysis, its priors with their scale, its sensitivity sets."""

from nma.analysis.load import check_specifications, check_words, load_analysis
from nma.analysis.priors import Prior, Priors
from nma.analysis.spec import Analysis, Reporting, Selection

__all__ = [
    "Analysis",
    "Prior",
    "Priors",
    "Reporting",
    "Selection",
    "check_specifications",
    "check_words",
    "load_analysis",
]
