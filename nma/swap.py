"""Swapping files of a folder for new ones: whoever kills the process leaves all of the old ones or all of the new.

The new files lie ready in a hidden folder, and a journal says what is to be swapped before the first file moves. While
it is there the swap is not done: the next command that looks at the folder completes it, and clears away what processes
left that are no more.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

JOURNAL = "journal.json"
_READY, _ASIDE = ".nma-", ".nma-earlier-"
_OWNER = re.compile(r"\.nma-(?:earlier-)?(\d+)-")
_MINE: set[str] = set()
"""Hidden folders of this process."""

Moves = list[tuple[Path, Path]]


@contextmanager
def hidden(parent: Path, prefix: str = _READY) -> Iterator[Path]:
    """A hidden folder that goes when this is over; its name says whose it is."""
    folder = Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=parent))
    _MINE.add(folder.name)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _MINE.discard(folder.name)


def swap(ready: Path, out: Path, earlier: Sequence[str], new: Sequence[str]) -> None:
    """Move the ``earlier`` files of a folder away and the ``new`` ones, which lie ``ready`` inside it, to their place.

    Where one cannot be moved, every file is put back.
    """
    with hidden(out, _ASIDE) as aside:
        _write(aside / JOURNAL, {"ready": ready.name, "earlier": list(earlier), "new": list(new)})
        moved: Moves = []
        try:
            _move_all((ready, out, aside), earlier, new, moved)
        except BaseException:
            for source, target in reversed(moved):
                target.rename(source)
            raise
        finally:
            (aside / JOURNAL).unlink(missing_ok=True)


def finish(out: Path) -> None:
    """Complete a swap in a folder that a killed process left undone, and clear away its hidden folders."""
    with suppress(OSError, RuntimeError):
        for aside in sorted(out.glob(f"{_ASIDE}*")):
            if _is_dead(aside):
                _complete(out, aside)
                shutil.rmtree(aside, ignore_errors=True)
        for left in [*out.glob(f"{_READY}*"), *out.parent.glob(f"{_READY}*")]:
            if _is_dead(left):
                shutil.rmtree(left, ignore_errors=True)


def _is_dead(folder: Path) -> bool:
    """Whether a hidden folder belongs to a process that is no more."""
    found = _OWNER.match(folder.name)
    if found is None or folder.name in _MINE or not folder.is_dir():
        return False
    if int(found[1]) == os.getpid():
        return True
    try:
        os.kill(int(found[1]), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:
        return False
    return False


def _complete(out: Path, aside: Path) -> None:
    """Go on with a swap where it stopped; without the new files, put back what was moved away."""
    asked = _read(aside / JOURNAL)
    if asked is None:
        return
    ready, earlier, new = out / asked["ready"], asked["earlier"], asked["new"]
    if not ready.is_dir():
        earlier = [name for name in earlier if os.path.lexists(aside / name) and not os.path.lexists(out / name)]
        for name in earlier:
            _move(aside / name, out / name, [])
        return
    waiting = [name for name in new if os.path.lexists(ready / name)]
    arrived = set(new) - set(waiting)
    _move_all((ready, out, aside), [name for name in earlier if name not in arrived], waiting, [])
    (aside / JOURNAL).unlink(missing_ok=True)


def _read(path: Path) -> Any:
    """A journal; None for what is none, or names a file outside its folder."""
    try:
        asked = json.loads(path.read_text("utf-8"))
        names = [*asked["earlier"], *asked["new"]]
        whole = all(isinstance(name, str) and _is_inside(name) for name in names) and _OWNER.match(asked["ready"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return asked if whole and "/" not in asked["ready"] else None


def _is_inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and ".." not in parts and not name.startswith("/")


def _move_all(folders: tuple[Path, Path, Path], earlier: Sequence[str], new: Sequence[str], moved: Moves) -> None:
    ready, out, aside = folders
    for name in earlier:
        if os.path.lexists(out / name):
            _move(out / name, aside / name, moved)
    for name in new:
        if os.path.lexists(out / name):
            _move(out / name, _free(out / name), moved)
        _move(ready / name, out / name, moved)


def _move(source: Path, target: Path, moved: Moves) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)
    moved.append((source, target))


def _free(path: Path) -> Path:
    """A name beside a file of the user's that stands where one of ours must go."""
    candidate = path.with_name(path.name + "~")
    while os.path.lexists(candidate):
        candidate = candidate.with_name(candidate.name + "~")
    return candidate


def _write(path: Path, content: Any) -> None:
    """Write a file whole, or not at all."""
    aside = path.with_name(path.name + ".part")
    with aside.open("w", encoding="utf-8") as stream:
        json.dump(content, stream)
        stream.flush()
        os.fsync(stream.fileno())
    aside.rename(path)
