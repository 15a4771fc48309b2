"""The page about the exchange speaks of every layout, package and option."""

from pathlib import Path

import pytest

from nma.exchange.tables import LONG
from nma.exchange.writing import LAYOUTS, PAIR_HEAD
from nma.vocab import ExchangeFormat, RPackage

PAGE = (Path(__file__).parents[2] / "docs" / "exchange.md").read_text("utf-8")
ROWS = {line.split("`")[1]: line for line in PAGE.splitlines() if line.startswith("| `")}


@pytest.mark.parametrize("layout", ExchangeFormat)
def test_every_layout_has_its_row(layout):
    for ending in LAYOUTS[layout].endings:
        assert ending.removeprefix(".") in ROWS[layout]
    head = LONG[layout].head if layout in LONG else PAIR_HEAD if layout is ExchangeFormat.NETMETA else ()
    assert ", ".join(head) in ROWS[layout].replace("` (or `d`)`", "")


def test_every_package_has_its_row():
    for package in RPackage:
        assert f"| {package} |" in PAGE
