"""Evidence → posterior. One :class:`Fit`, whatever the engine that made it."""

from nma.fitting.posterior import Fit, FitDiagnostics, GateRow
from nma.fitting.run import build_model, fit, fit_many

__all__ = ["Fit", "FitDiagnostics", "GateRow", "build_model", "fit", "fit_many"]
