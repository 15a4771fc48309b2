"""The made-up evidence that several tests of the exchange share."""

from pathlib import Path

FILES = Path(__file__).parent / "files"
LABELS = ("Alpha 2001", "Beta, 2002", 'Gamma "G" 2003')
ARMS = {
    (LABELS[0], "A"): (9, 140),
    (LABELS[0], "C"): (23, 140),
    (LABELS[0], "D"): (10, 138),
    (LABELS[1], "B"): (11, 78),
    (LABELS[1], "C"): (12, 85),
    (LABELS[2], "A"): (0, 33),
    (LABELS[2], "C"): (9, 48),
}
"""Events and people by trial and treatment, in every file of the folder."""


def arms(found):
    """Events and people of what was read, by trial and treatment."""
    assert not found.problems, [str(problem) for problem in found.problems]
    return {(row.study, row.treatment): (row.events, row.n) for row in found.rows}
