"""Pictures of a sheet that never changes, against approved ones: telephone, desktop, and A4.

``pytest tests/browser/test_pictures.py --approve`` takes those of this run as the approved ones; look at them first.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sheet import FONT, sheet

APPROVED = Path(__file__).parent / "approved"
MOST = 0.01
"""Share of points that may differ: edges of letters are drawn a little differently by each version of the browser."""
VISIBLE = 48
"""Of 255, in any colour: what is less is the softening of an edge."""
SHEETS = {
    "telephone": (390, {}),
    "desktop": (1280, {}),
    "paper": (688, {"media": "print"}),
    "telephone-dutch": (390, {"hash": "#nl-top"}),
    "desktop-stamped": (1280, {"failed": True}),
}
"""Width in CSS pixels and what else is asked for; paper is A4 without its margins, 174 mm at 96 to the inch."""


@pytest.mark.parametrize("name", SHEETS)
def test_the_sheet_looks_as_approved(visit, tmp_path: Path, request: pytest.FixtureRequest, name: str) -> None:
    width, asked = SHEETS[name]
    path = tmp_path / "sheet.html"
    path.write_text(sheet(Path(__file__).parents[2] / "reports", "failed" in asked), encoding="utf-8")
    page = visit(path, asked.get("hash", ""), width=width)
    page.add_style_tag(content=FONT)
    if "media" in asked:
        page.emulate_media(media=asked["media"])
    taken = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    approved = APPROVED / f"{name}.png"
    if request.config.getoption("--approve", default=False):
        taken.save(approved, optimize=True)
    told = differing(taken, Image.open(approved).convert("RGB"))
    if told is not None:
        taken.save(tmp_path / f"{name}.png")
    assert told is None, f"{told}; what was taken: {tmp_path / f'{name}.png'}, approved: {approved}"


def differing(taken: Image.Image, approved: Image.Image) -> str | None:
    """In what two pictures differ more than versions of a browser do."""
    if taken.width != approved.width or abs(taken.height - approved.height) > 0.01 * approved.height:
        return f"size {taken.size}, approved {approved.size}"
    height = min(taken.height, approved.height)
    one, other = (np.asarray(picture, dtype=np.int16)[:height] for picture in (taken, approved))
    share = float((np.abs(one - other).max(axis=2) > VISIBLE).mean())
    return None if share <= MOST else f"{share:.1%} of the points differ, {MOST:.0%} may"


def test_the_comparison_of_pictures_can_fail() -> None:
    paper = Image.new("RGB", (390, 900), "white")
    moved = paper.copy()
    moved.paste((0, 0, 0), (20, 100, 120, 140))
    assert differing(paper, paper) is None
    assert differing(paper, moved) is not None
    assert differing(paper, Image.new("RGB", (390, 930), "white")) is not None
    assert differing(paper, Image.new("RGB", (390, 900), (220, 220, 220))) is None


def test_approved_pictures_stay_small() -> None:
    assert sum(path.stat().st_size for path in APPROVED.glob("*.png")) < 1_500_000
    assert {path.stem for path in APPROVED.glob("*.png")} == set(SHEETS)
