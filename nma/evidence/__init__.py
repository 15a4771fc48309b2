"""What was used: the trials an analysis selects, why others were left out, their contrasts and their network."""

from nma.evidence.evidence import ArmData, Evidence, Exclusion, Trial
from nma.evidence.measures import TrialContrasts, contrast_table, trial_contrasts
from nma.evidence.selection import select

__all__ = [
    "ArmData",
    "Evidence",
    "Exclusion",
    "Trial",
    "TrialContrasts",
    "contrast_table",
    "select",
    "trial_contrasts",
]
