"""The data package of RevMan on the web: a zip (or its folder) with the rows and the settings that name the groups."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nma.errors import InputError, Problem
from nma.exchange import delimited
from nma.exchange.comparisons import Outcome, PairRow, collected, pairs_of
from nma.exchange.files import opened, read_bytes, unpacked
from nma.exchange.grid import Grid, columns
from nma.exchange.rows import ArmRow, Cell, Found
from nma.exchange.source import Source

ROWS, SETTINGS, SUBGROUPS = "-data-rows.csv", "-overall-estimates-and-settings.csv", "-subgroup-estimates.csv"
_NUMBER = {"group": ("analysis group",), "number": ("analysis number",)}
_COUNTS = {
    "events1": ("experimental cases",),
    "n1": ("experimental n",),
    "events2": ("control cases",),
    "n2": ("control n",),
}
_SETTINGS = {
    **_NUMBER,
    "name": ("analysis name",),
    "type": ("data type",),
    "one": ("experimental group label",),
    "two": ("control group label",),
}


def read(source: Source) -> Found:
    """Arms of the package's dichotomous outcome.

    Raises
    ------
    InputError
        A part is missing or damaged, or a choice is missing.
    """
    parts = _parts(source)
    outcomes = _outcomes(_grid(parts, SETTINGS, source.name))
    counted = {number for number, (kind, _) in outcomes.items() if kind.lower() in ("", "dichotomous")}
    grid = _grid(parts, ROWS, source.name)
    found = columns(grid, {**_NUMBER, "study": ("study",), "year": ("study year",), **_COUNTS}, ("year",))
    for line in grid.lines:
        counts = [line[found[name]] for name in _COUNTS]
        number = f"{line[found['group']].text.strip()}.{line[found['number']].text.strip()}"
        if number not in outcomes:
            what = f"analysis {number} is not in the settings"
            raise InputError(Problem(line[0].place, "", what, hint="export the package again"))
        if number not in counted:
            continue
        year = line[found["year"]] if "year" in found else Cell("", line[0].place)
        row = PairRow(line[found["study"]], year, (counts[0], counts[1], counts[2], counts[3]))
        outcomes[number][1].rows.append(row)
    return collected([outcomes[number][1] for number in outcomes if number in counted], source.name, source.analysis)


def _outcomes(grid: Grid) -> dict[str, tuple[str, Outcome]]:
    """Kind of data and outcome by number."""
    found = columns(grid, _SETTINGS, ("type",))
    outcomes: dict[str, tuple[str, Outcome]] = {}
    for line in grid.lines:
        number = f"{line[found['group']].text.strip()}.{line[found['number']].text.strip()}"
        labels = (line[found["one"]], line[found["two"]])
        kind = line[found["type"]].text.strip() if "type" in found else ""
        outcomes[number] = (kind, Outcome(number, line[found["name"]].text, labels))
    return outcomes


def _grid(parts: Mapping[str, bytes], ending: str, name: str) -> Grid:
    named = [part for part in parts if part.lower().endswith(ending)]
    if len(named) != 1:
        what = f"holds {len(named)} files that end in {ending}"
        raise InputError(Problem(name, "", what, None, "1", "give the data package of one review, as it was exported"))
    return delimited.read(parts[named[0]], f"{name} {named[0].rpartition('/')[2]}")


def _parts(source: Source) -> dict[str, bytes]:
    """The two tables by their names, from a folder, a zip, or a zip in a zip."""
    if source.path.is_dir():
        paths = sorted(path for path in source.path.rglob("*.csv") if _is_wanted(path.name))
        return {path.relative_to(source.path).as_posix(): read_bytes(path) for path in paths}
    return dict(_from_zip(source.raw, source.name, nested=True))


def _from_zip(raw: bytes, name: str, nested: bool) -> Iterator[tuple[str, bytes]]:
    with opened(raw, name, _is_read) as archive:
        for part in archive.namelist():
            if _is_wanted(part):
                yield part, unpacked(archive, part, name)
            elif nested and part.lower().endswith("-data.zip"):
                yield from _from_zip(unpacked(archive, part, name), f"{name} {part}", nested=False)


def _is_read(name: str) -> bool:
    return _is_wanted(name) or name.lower().endswith("-data.zip")


def _is_wanted(name: str) -> bool:
    return name.lower().endswith((ROWS, SETTINGS))


_DATA_HEAD = (
    "Analysis group", "Analysis number", "Analysis name", "Subgroup", "Study", "Study year", "GIV Mean", "GIV SE",
    "CI start", "CI end", "Experimental mean", "Experimental SD", "Experimental cases", "Experimental N",
    "Control mean", "Control SD", "Control cases", "Control N", "O-E", "Variance", "Weight", "Footnotes",
)  # fmt: skip
_SETTINGS_HEAD = (
    "Analysis group", "Analysis number", "Analysis name", "Analysis group name", "Data type",
    "Experimental group label", "Control group label",
)  # fmt: skip
_SUBGROUPS_HEAD = ("Analysis group", "Analysis number", "Subgroup number", "Subgroup")


def written(rows: Sequence[ArmRow], outcome: str, name: str) -> bytes:
    """A data package with one analysis group for each pair of treatments."""
    data: list[dict[str, Any]] = []
    settings: list[dict[str, Any]] = []
    for group, ((one, two), trials) in enumerate(pairs_of(rows), start=1):
        common = {"Analysis group": group, "Analysis number": 1, "Analysis name": outcome}
        labels = {"Experimental group label": one, "Control group label": two}
        names = {"Analysis group name": f"{one} versus {two}", "Data type": "Dichotomous"}
        settings.append({**common, **labels, **names})
        data += [{**common, **_pair(*trial)} for trial in trials]
    files: tuple[tuple[str, tuple[str, ...], list[dict[str, Any]]], ...]
    files = ((ROWS, _DATA_HEAD, data), (SETTINGS, _SETTINGS_HEAD, settings), (SUBGROUPS, _SUBGROUPS_HEAD, []))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for ending, head, lines in files:
            content = delimited.written(head, [[line.get(column, "") for column in head] for line in lines])
            archive.writestr(zipfile.ZipInfo(f"{name}-analysis-data/{name}{ending}"), content)
    return out.getvalue()


def _pair(experimental: ArmRow, control: ArmRow) -> dict[str, Any]:
    return {
        "Study": experimental.study,
        "Study year": experimental.year or "",
        "Experimental cases": experimental.events,
        "Experimental N": experimental.n,
        "Control cases": control.events,
        "Control N": control.n,
    }
