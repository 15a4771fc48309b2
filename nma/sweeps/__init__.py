"""The analysis again, many times, with one thing changed: how firm is its ranking?

``pieces`` says what is changed, ``outcome`` what came out of one fit, ``boundary`` looks for the change that turns the
order; ``sweep`` puts them together. All fits are the exact engine's.
"""

from nma.sweeps.sweep import Request, sweep

__all__ = ["Request", "sweep"]
