"""The table of a simulation study: each figure with its Monte Carlo standard error in parentheses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from nma.output.tables import write_frames

Row = Mapping[str, Any]

HEADINGS = ("quantity", "truth", "bias", "95 % interval covers", "its width")
CALIBRATED = ("p (χ²)", "p (band)")


def write(found: Row, out: Path, templates: Path, languages: Sequence[str] = ("en",)) -> None:
    """Write ``simulation.md`` and ``tables/simulation.csv`` into the existing folder ``out``.

    A note for methodologists, in English whatever the languages of the pages.
    """
    write_frames({"simulation": frame(found)}, out / "tables")
    (out / "simulation.md").write_text(markdown(found), "utf-8")


def frame(found: Row) -> pd.DataFrame:
    """One row a quantity: what is in ``quantities``, without the counts of the ranks."""
    return pd.DataFrame(found["quantities"]).drop(columns="rank_counts", errors="ignore")


def quantity(row: Row) -> str:
    """What a row is about."""
    return f"{row['treatment']} against {row['versus']}" if row["treatment"] else "heterogeneity (τ)"


def table(found: Row) -> tuple[tuple[str, ...], list[list[str]]]:
    """Headings and rows."""
    calibrated = found["calibration"] is not None
    headings = HEADINGS + CALIBRATED if calibrated else HEADINGS
    return headings, [_cells(row, calibrated) for row in found["quantities"]]


def _cells(row: Row, calibrated: bool) -> list[str]:
    cells = [
        quantity(row),
        "drawn" if row["truth"] is None else f"{row['truth']:.3f}",
        f"{row['bias']:+.4f} ({row['bias_mcse']:.4f})",
        f"{row['coverage']:.1%} ({row['coverage_mcse']:.1%})",
        f"{row['width']:.3f} ({row['width_mcse']:.3f})",
    ]
    return [*cells, f"{row['p_chi2']:.3f}", f"{row['p_band']:.3f}"] if calibrated else cells


def sentences(found: Row) -> Iterator[str]:
    """What a reader must know beside the table."""
    many = found["networks"] - sum(row["networks"] for row in found["refused"])
    yield (
        f"{_counted(many, 'network')} of {_counted(len(found['trials']), 'trial')} on {len(found['treatments'])} "
        f"treatments, engine "
        f"{found['engine']}; missed the gate: {found['missed_gate']:.1%} ({found['missed_gate_mcse']:.1%})."
    )
    for row in found["refused"]:
        yield f"{_counted(row['networks'], 'network')} without a posterior, left out: {row['reason']}."
    rank = found["ranking"]
    yield (
        f"The truly best treatment ranks first in {rank['best']:.1%} ({rank['best_mcse']:.1%}), the whole order is "
        f"right in {rank['order']:.1%} ({rank['order_mcse']:.1%}); Kendall's τ of true and found order "
        f"{rank['kendall']:.3f} ({rank['kendall_mcse']:.3f})."
    )
    if found["calibration"]:
        yield _calibration(found["calibration"])


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _calibration(said: Row) -> str:
    low, high = said["coverage_range"]
    ranks = "The ranks are uniform" if said["uniform"] else "THE RANKS ARE NOT UNIFORM"
    covers = "95 % intervals cover" if said["covered"] else "95 % INTERVALS MISS: THEY COVER"
    lowest, highest = said["coverage_allowed"]
    return (
        f"{ranks} (smallest of {said['tests']} p-values {said['smallest_p']:.4f}, to be held against "
        f"0.05 / {said['tests']}); {covers} {low:.1%} to {high:.1%} (allowed over "
        f"this many networks: {lowest:.1%} to {highest:.1%})."
    )


def markdown(found: Row) -> str:
    """The study as a Markdown document."""
    made = found["provenance"]
    lines = [f"# {found['title']}", "", *(f"{line}\n" for line in sentences(found))]
    lines += markdown_table(*table(found))
    lines += ["", "Effects are on the scale on which they add; Monte Carlo standard errors in parentheses.", ""]
    if made:
        lines += [f"`{made['command']}` (nma {made['nma_version']}, {made['created']})", ""]
    return "\n".join(lines)


def markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table; bars in names are escaped."""
    ruler = ["---", *["---:"] * (len(headings) - 1)]
    return [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in (headings, ruler, *rows)]
