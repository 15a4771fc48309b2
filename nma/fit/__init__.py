"""Evidence → posterior. One :class:`Fit`, whatever the engine that made it."""

from nma.fit.fit import Fit, FitDiagnostics, GateRow
from nma.fit.run import build_model, fit, fit_many

__all__ = ["Fit", "FitDiagnostics", "GateRow", "build_model", "fit", "fit_many"]
