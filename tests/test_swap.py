"""A result folder is never half new: whoever kills the process, and wherever, the next look finds one run's files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nma.staging import own_files
from nma.swap import finish, swap

ROOT = Path(__file__).parents[1]


def test_two_hundred_kills_leave_one_run_whole(tmp_path):
    script = [sys.executable, str(ROOT / "tests/killing_swaps.py"), str(tmp_path / "out"), "200"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(script, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["kills"] == 200
    assert found["cut"] >= 20, "no kill fell into a swap: the test proves nothing"
    assert found["version"] > 0


OLD, NEW = {"a": "old", "t/b": "old", "gone": "old", "kept": "old"}, {"a": "new", "t/b": "new", "u/c": "new"}


@pytest.fixture
def folder(tmp_path):
    """A folder with old files and files of the user's, and the new ones that lie ready in it."""
    write(tmp_path / "out", {**OLD, "mine": "mine", "u/mine": "mine"})
    write(tmp_path / "out/.nma-0-ready", NEW)
    return tmp_path / "out"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def contents(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()}


SWAPPED = {**NEW, "kept": "old", "mine": "mine", "u/mine": "mine"}


@pytest.mark.parametrize("moves", range(8))
def test_a_swap_that_was_cut_anywhere_is_completed(folder, moves):
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from nma.swap import swap\n"
        "real, count = Path.rename, 0\n"
        "def rename(self, target):\n"
        "    global count\n"
        "    if self.name != 'journal.json.part':\n"
        f"        if count == {moves}: os._exit(9)\n"
        "        count += 1\n"
        "    return real(self, target)\n"
        "Path.rename = rename\n"
        "out = Path(sys.argv[1])\n"
        "swap(out / '.nma-0-ready', out, ['a', 'gone', 't/b'], ['a', 't/b', 'u/c'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == (9 if moves < 6 else 0)
    finish(folder)
    assert contents(folder) == SWAPPED


def test_without_the_new_files_the_old_ones_come_back(folder):
    write(folder, {".nma-earlier-999999999-x/gone": "old", ".nma-earlier-999999999-x/journal.json": json.dumps(
        {"ready": ".nma-999999999-lost", "earlier": ["a", "gone"], "new": ["a"]})})  # fmt: skip
    (folder / "gone").unlink()
    before = {**OLD, "mine": "mine", "u/mine": "mine", **{f".nma-0-ready/{k}": v for k, v in NEW.items()}}
    finish(folder)
    assert {k: v for k, v in contents(folder).items() if not k.startswith(".")} == {
        k: v for k, v in before.items() if not k.startswith(".")
    }


@pytest.mark.parametrize(
    "journal",
    [
        "",
        "{",
        "[]",
        '{"ready": 1}',
        '{"ready": ".nma-0-ready", "earlier": 3, "new": []}',
        '{"ready": ".nma-0-ready", "earlier": ["../x"], "new": ["a"]}',
        '{"ready": ".nma-0-ready", "earlier": [], "new": ["/a"]}',
    ],
)
def test_a_journal_that_cannot_be_read_moves_nothing(folder, journal):
    before = contents(folder)
    write(folder, {".nma-earlier-999999999-x/journal.json": journal})
    own_files(folder)
    assert {k: v for k, v in contents(folder).items() if not k.startswith(".")} == {
        k: v for k, v in before.items() if not k.startswith(".")
    }


def test_the_hidden_folders_of_a_process_that_lives_are_left_alone(folder):
    alive = f".nma-{os.getppid()}-x/report.html"
    write(folder, {alive: "being made"})
    finish(folder)
    assert contents(folder)[alive] == "being made"


def test_where_one_file_cannot_be_moved_all_come_back(folder, monkeypatch):
    real = Path.rename

    def fails(self, target):
        if self.as_posix().endswith("ready/u/c"):
            raise OSError(5, "Input/output error")
        return real(self, target)

    before = contents(folder)
    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(OSError, match="Input/output"):
        swap(folder / ".nma-0-ready", folder, ["a", "gone", "t/b"], ["a", "t/b", "u/c"])
    assert contents(folder) == before


def test_a_number_that_was_used_again_hides_no_leftover(folder):
    leftover = f".nma-{os.getpid()}-x"
    write(folder, {f"{leftover}/report.html": "half"})
    finish(folder)
    assert not (folder / leftover).exists()
