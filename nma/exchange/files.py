"""Reading what others made: bounded before it is read, and bounded again before it is unpacked."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from nma.errors import InputError, Problem

MAX_BYTES = 20_000_000
MAX_UNPACKED = 20_000_000
MAX_ENTRIES = 5_000
MAX_CELLS = 2_000_000


def read_bytes(path: Path) -> bytes:
    """The content of a file of bearable size.

    Raises
    ------
    InputError
        It is missing, no file, too large, empty, or may not be read.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputError(Problem(path.name, "", "is not a file", hint="name the file, not its folder"))
        if status.st_size > MAX_BYTES:
            what = f"the file is larger than {MAX_BYTES:,} bytes"
            raise InputError(
                Problem(path.name, "", what, f"{status.st_size:,}", None, "export only the table of counts")
            )
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        what = f"cannot be read ({getattr(error, 'strerror', None) or error})"
        raise InputError(Problem(str(path), "", what, hint="is it there, and may you read it?")) from None
    if not raw:
        raise InputError(Problem(path.name, "", "the file is empty"))
    return raw


def opened(raw: bytes, name: str, wanted: Callable[[str], bool] = bool) -> zipfile.ZipFile:
    """A zip whose parts, of those that are wanted, unpacked, are of bearable size.

    Raises
    ------
    InputError
        It is no zip, or unpacks to more than is borne.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise InputError(Problem(name, "", f"not a readable zip ({error})", hint="export it again")) from None
    size = sum(part.file_size for part in parts if wanted(part.filename))
    if size > MAX_UNPACKED or len(parts) > MAX_ENTRIES:
        what = f"unpacks to more than {MAX_UNPACKED:,} bytes or {MAX_ENTRIES:,} parts"
        raise InputError(Problem(name, "", what, f"{size:,} bytes in {len(parts):,} parts"))
    return archive


def unpacked(archive: zipfile.ZipFile, part: str, name: str) -> bytes:
    """One part of a zip; never more than its declared size, which :func:`opened` has bounded.

    Raises
    ------
    InputError
        The part is damaged or encrypted.
    """
    try:
        return archive.read(part)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise InputError(
            Problem(f"{name} {part}", "", f"cannot be unpacked ({error})", hint="export it again")
        ) from None
