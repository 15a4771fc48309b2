"""Evidence → posterior. One :class:`Fit`, whatever the engine that made it."""

from nma.fitting.means import Means, Shift, Task
from nma.fitting.posterior import Fit, FitDiagnostics, GateRow
from nma.fitting.run import Workbench, build_model, fit, fit_many

__all__ = ["Fit", "FitDiagnostics", "GateRow", "Means", "Shift", "Task", "Workbench", "build_model", "fit", "fit_many"]
