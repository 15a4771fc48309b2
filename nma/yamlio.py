"""The only YAML reader: YAML 1.2, with the line of every key and item, and bounds against hostile files.

The scanning is ruamel.yaml's; what is built here from its events is plain data beside a tree of line numbers, so that a
message can name the place without a second, slower parse.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from nma.errors import InputError, Problem, shorten

MAX_BYTES = 2_000_000
MAX_DEPTH = 40
LONGEST_NUMBER = 20

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CONSTANTS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_HINTS = {
    "found character that cannot start any token": "put a text that begins with this character in quotes",
    "mapping values are not allowed": "put a text that holds ': ' in quotes, or mend the indentation",
    "found unexpected ':'": "put a text that holds a colon in quotes",
    "did not find expected key": "look at the indentation and the quotes here and just above",
    "did not find expected '-' indicator": "look at the indentation here and just above",
    "did not find expected ',' or": "a bracket is not closed, or a comma is missing",
    "found unexpected end of stream": "a quote is not closed",
    "could not find expected ':'": "put a colon and a space after the key",
    "found unknown escape character": "in double quotes a backslash is written twice, in single quotes once",
}
"""What to do about the parser's commonest complaints, by how they begin."""


@dataclass(slots=True)
class Mark:
    """The line of a node, and the marks of what lies in it."""

    line: int
    children: dict[Any, Mark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """The data of one file and where each part of it stands.

    Attributes
    ----------
    data : object
        Plain dicts, lists and scalars (YAML 1.2 core schema: ``yes`` and ``no`` are words).
    path : Path
        The file.
    name : str
        How messages call the file.
    """

    data: Any
    path: Path
    name: str
    marks: Mark
    text: bytes

    def line(self, location: Sequence[Any]) -> int:
        """Line (from 1) of the deepest part of ``location`` that exists in the file."""
        mark = self.marks
        for step in location:
            if step not in mark.children:
                break
            mark = mark.children[step]
        return mark.line

    def place(self, location: Sequence[Any] = ()) -> str:
        """``file:line`` of a location; the name alone for data without lines."""
        line = self.line(location)
        return f"{self.name}:{line}" if line else self.name

    def problem(
        self,
        location: Sequence[Any],
        what: str,
        got: str | None = None,
        allowed: str | None = None,
        hint: str | None = None,
    ) -> Problem:
        """Something that is wrong at a location of the file."""
        return Problem(self.place(location), dotted(location), what, got, allowed, hint)


def dotted(location: Sequence[Any]) -> str:
    """``arms[2].events`` for ``("arms", 2, "events")``; a key that is no plain word stands in brackets and quotes."""
    text = ""
    for step in location:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.fullmatch(r"[\w-]{1,60}", str(step)):
            text += f".{step}" if text else str(step)
        else:
            text += f"['{shorten(str(step))}']"
    return text


def load(path: Path, name: str | None = None) -> Document:
    """Read one YAML file.

    Raises
    ------
    InputError
        The file is missing, too large, not UTF-8, not YAML, uses anchors, nests too deeply or repeats a key.
    """
    name = name or path.name
    return parse(_read(path, name), path, name)


def load_all(path: Path, name: str | None = None) -> list[Document]:
    """Read a file of one or more YAML documents, each with the lines it has in the file; raises as :func:`load` does.

    The ``text`` of a document has empty lines in the place of those before it.
    """
    name = name or path.name
    text = _as_text(_read(path, name), name).removeprefix("\ufeff").replace("\r\n", "\n")
    lines = text.split("\n")
    starts = _Builder(text.encode("utf-8"), path, name).starts()
    for start in starts:
        if lines[start].startswith("---"):
            lines[start] = ("   " + lines[start][3:]).rstrip()
    edges = [0, *starts[1:], len(lines)]
    parts = ("\n" * low + "\n".join(lines[low:high]).rstrip("\n ") + "\n" for low, high in pairwise(edges))
    return [_Builder(part.encode("utf-8"), path, name).document() for part in parts]


def parse(raw: bytes, path: Path, name: str) -> Document:
    """Read the bytes of a file that may not be in its place yet; raises as :func:`load` does."""
    _bounded(len(raw), name)
    _as_text(raw, name)
    return _Builder(raw, path, name).document()


def plain_value(text: str) -> Any:
    """What a plain scalar of these characters is: a number, a truth value, nothing, or text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if len(text) <= LONGEST_NUMBER and _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def reads_as_text(text: str) -> bool:
    """Whether a plain scalar of these characters is text, rather than a number, a truth value or nothing."""
    return text not in _CONSTANTS and not _INT.fullmatch(text) and not _FLOAT.fullmatch(text)


def from_data(data: Any, name: str) -> Document:
    """Wrap plain data that came from no file, so that messages name it all the same."""
    return Document(data, Path(name), name, Mark(0), b"")


def _read(path: Path, name: str) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputError(Problem(name, "", "is not a file", hint="move it elsewhere or rename it"))
        _bounded(status.st_size, name)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        hint, why = "is it there, and may you read it?", getattr(error, "strerror", None) or error
        raise InputError(Problem(name, "", f"cannot be read ({why})", hint=hint)) from None


def _bounded(size: int, name: str) -> None:
    if size > MAX_BYTES:
        raise InputError(Problem(name, "", f"the file is larger than {MAX_BYTES:,} bytes", hint="split it"))


def _as_text(raw: bytes, name: str) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        place = f"{name}:{_line_of(raw[: error.start].decode('utf-8'))}"
        raise InputError(Problem(place, "", "the file is not UTF-8 text", hint="save it as UTF-8")) from None
    control = _CONTROL.search(text)
    if control is not None:
        place, got = f"{name}:{_line_of(text[: control.start()])}", f"U+{ord(control[0]):04X}"
        raise InputError(Problem(place, "", "a control character", got, hint="delete it"))
    return text


def _line_of(before: str) -> int:
    """Line, from 1, of what comes after this text; lines may end in any of the three ways."""
    return len(re.findall(r"\r\n|\r|\n", before)) + 1


class _Builder:
    """Builds data and marks from the parser's events."""

    def __init__(self, text: bytes, path: Path, name: str) -> None:
        self.text, self.path, self.name = text, path, name

    def document(self) -> Document:
        try:
            self.events: Iterator[Any] = iter(YAML(typ="safe").parse(self.text.decode("utf-8")))
            data, mark = self._first()
        except MarkedYAMLError as error:
            raise self._not_yaml(error) from None
        except YAMLError as error:
            raise self._error(1, f"not valid YAML ({error})") from None
        return Document(data, self.path, self.name, mark, self.text)

    def starts(self) -> list[int]:
        """Line, from 0, on which each document begins."""
        try:
            found = YAML(typ="safe").parse(self.text.decode("utf-8"))
            return [event.start_mark.line for event in found if isinstance(event, events.DocumentStartEvent)]
        except MarkedYAMLError as error:
            raise self._not_yaml(error) from None
        except YAMLError as error:
            raise self._error(1, f"not valid YAML ({error})") from None

    def _first(self) -> tuple[Any, Mark]:
        data, mark, seen = None, Mark(1), 0
        for event in self.events:
            if isinstance(event, events.DocumentStartEvent):
                seen += 1
                if seen > 1:
                    raise self._error(event.start_mark.line + 1, "more than one YAML document in a file")
            elif isinstance(event, (events.NodeEvent)):
                data, mark = self._node(event, 0)
        return data, mark

    def _node(self, event: Any, depth: int) -> tuple[Any, Mark]:
        line = event.start_mark.line + 1
        if depth > MAX_DEPTH:
            raise self._error(line, f"nested more than {MAX_DEPTH} levels deep")
        if isinstance(event, events.AliasEvent) or event.anchor is not None:
            raise self._error(line, "anchors and aliases are not used here", hint="write the value out")
        if event.tag is not None:
            tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
            hint = "write a plain value, in quotes if it is text"
            raise self._error(line, f"the tag {shorten(tag)} is not used here", hint)
        if isinstance(event, events.ScalarEvent):
            return self._scalar(event, line), Mark(line)
        build: Callable[[int, int], tuple[Any, Mark]] = (
            self._sequence if isinstance(event, events.SequenceStartEvent) else self._mapping
        )
        return build(line, depth)

    def _sequence(self, line: int, depth: int) -> tuple[list[Any], Mark]:
        items: list[Any] = []
        mark = Mark(line)
        while not isinstance(event := next(self.events), events.SequenceEndEvent):
            value, child = self._node(event, depth + 1)
            mark.children[len(items)] = child
            items.append(value)
        return items, mark

    def _mapping(self, line: int, depth: int) -> tuple[dict[Any, Any], Mark]:
        mapping: dict[Any, Any] = {}
        mark = Mark(line)
        while not isinstance(event := next(self.events), events.MappingEndEvent):
            at = event.start_mark.line + 1
            if not isinstance(event, events.ScalarEvent):
                raise self._error(at, "a key must be a single word or text")
            key, _ = self._node(event, depth + 1)
            key = str(event.value) if not isinstance(key, str) else key
            if key in mapping:
                first = mark.children[key].line
                what = f"the key '{shorten(key)}' stands twice"
                raise self._error(at, what, hint=f"it is already on line {first}", at=shorten(key))
            value, child = self._node(next(self.events), depth + 1)
            child.line = at if isinstance(value, (dict, list)) else child.line
            mapping[key] = value
            mark.children[key] = child
        return mapping, mark

    def _scalar(self, event: Any, line: int) -> Any:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if len(text) > LONGEST_NUMBER and _INT.fullmatch(text):
            what = f"a number with more than {LONGEST_NUMBER} digits"
            raise self._error(line, what, hint="quote it if it is a name")
        return plain_value(text)

    def _not_yaml(self, error: MarkedYAMLError) -> InputError:
        at = error.problem_mark or error.context_mark
        line = at.line + 1 if at is not None else 1
        complaint = str(error.problem or error.context)
        hint = next((hint for start, hint in _HINTS.items() if complaint.startswith(start)), None)
        text = [*self.text.decode("utf-8").splitlines(), ""][line - 1 :][:1]
        if text and re.match(r"[\s-]*\t", text[0]):
            hint = "indent with spaces, not with a tab"
        began = error.context_mark.line + 1 if error.context_mark is not None else line
        since = f" (it began on line {began})" if began != line else ""
        return self._error(line, f"not valid YAML: {complaint}{since}", hint)

    def _error(self, line: int, what: str, hint: str | None = None, at: str = "") -> InputError:
        return InputError(Problem(f"{self.name}:{line}", at, what, hint=hint))
