"""A writer that is killed at any moment leaves the old file or the new one, and a registry that loads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from desk_readings import ANNA, FIRST, second

KILLS = 200


def test_two_hundred_kills_during_add_edit_and_reconcile(review, tmp_path):
    review.write(ANNA, second(("events: 30", "events: 31"), ("node: PVT", "node: PCO")))
    new = tmp_path / "new.yaml"
    new.write_text(FIRST.replace("alpha-2001", "new-2020"), "utf-8")
    script = Path(__file__).with_name("killed.py")
    start = [sys.executable, str(script), str(review.root), str(new), str(KILLS)]
    done = subprocess.run(start, capture_output=True, text=True, timeout=180, check=True)
    found = json.loads(done.stdout)
    assert found["wrong"] == []
    assert found["cut_short"] >= KILLS / 20, "the kills did not fall into the writes"
    assert found["doubts"] > KILLS / 10, "the writers hardly wrote"
    assert review.problems() == []
