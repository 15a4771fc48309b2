"""A script: processes that replace a result folder are killed at random moments; prints what was found afterwards."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from nma.answers.results import SCHEMA
from nma.staging import own_files, staging

NAMES = [
    "report.html",
    "posterior.nc",
    *(f"tables/{n}.csv" for n in range(12)),
    *(f"figures/{n}.svg" for n in range(6)),
]


def replace(out: Path, version: int) -> None:
    """One run's worth of files, all of one version; every other version has a file of its own."""
    with staging(out) as folder:
        names = [*NAMES, f"tables/only-{version}.csv"]
        for name in names:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(str(version))
        content = {"schema": SCHEMA, "version": version, "files": [*names, "results.json"]}
        (folder / "results.json").write_text(json.dumps(content))


def versions(out: Path) -> tuple[set[int], set[str]]:
    """The versions of all files of ours, and the files, after a look as any command takes it."""
    own_files(out)
    files = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file() and p.name != "notes.txt"}
    held = {int((out / name).read_text()) for name in files - {"results.json"}}
    return held | {json.loads((out / "results.json").read_text())["version"]}, files


def wait(out: Path, rng: random.Random, usual: float, for_a_swap: bool) -> None:
    """For any moment of a run; every other time for one soon after its files began to move."""
    end = time.monotonic() + (5.0 if for_a_swap else rng.uniform(0.0, 2 * usual))
    while time.monotonic() < end and not (for_a_swap and any(out.glob(".nma-earlier-*/journal.json"))):
        time.sleep(0.0002)
    if for_a_swap:
        time.sleep(rng.uniform(0.0, 0.002))


def main(out: Path, times: int) -> None:
    replace(out, 0)
    (out / "tables/notes.txt").write_text("mine")
    before = time.monotonic()
    replace(out, 1)
    usual = time.monotonic() - before  # how long one takes on this machine
    rng, cut, expected = random.Random(1), 0, len(NAMES) + 2
    for turn in range(times):
        child = os.fork()
        if child == 0:
            for step in range(1000):
                replace(out, 1000 * (turn + 1) + step)
            os._exit(0)
        wait(out, rng, usual, for_a_swap=turn % 2 == 1)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        cut += any(out.glob(".nma-earlier-*/journal.json"))
        held, files = versions(out)
        assert len(held) == 1, f"kill {turn}: a folder of several runs: {sorted(held)}"
        assert len(files) == expected, f"kill {turn}: {sorted(files)}"
        assert (out / "tables/notes.txt").read_text() == "mine"
    left = [path.name for folder in (out, out.parent) for path in folder.iterdir() if path.name.startswith(".")]
    assert left == [], left
    print(json.dumps({"kills": times, "cut": cut, "version": max(held)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
