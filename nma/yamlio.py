"""The only YAML reader: YAML 1.2, with the line of every key and item, and bounds against hostile files.

The scanning is ruamel.yaml's; what is built here from its events is plain data beside a tree of line numbers, so that a
message can name the place without a second, slower parse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from nma.errors import InputError, Problem

MAX_BYTES = 2_000_000
MAX_DEPTH = 40

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CONSTANTS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf"), float("inf")),
    "-.inf": float("-inf"),
}


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


def load(path: Path, name: str | None = None) -> Document:
    """Read one YAML file.

    Raises
    ------
    InputError
        The file is missing, too large, not UTF-8, not YAML, uses anchors, nests too deeply or repeats a key.
    """
    name = name or path.name
    text = _read(path, name)
    return _Builder(text, path, name).document()


def from_data(data: Any, name: str) -> Document:
    """Wrap plain data that came from no file, so that messages name it all the same."""
    return Document(data, Path(name), name, Mark(0), b"")


def _read(path: Path, name: str) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(Problem(name, "", f"the file is larger than {MAX_BYTES:,} bytes", hint="split it"))
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(Problem(name, "", f"cannot be read ({error.strerror})")) from None
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        hint = "save it as UTF-8"
        raise InputError(Problem(f"{name}:{line}", "", "the file is not UTF-8 text", hint=hint)) from None
    return raw


class _Builder:
    """Builds data and marks from the parser's events."""

    def __init__(self, text: bytes, path: Path, name: str) -> None:
        self.text, self.path, self.name = text, path, name

    def document(self) -> Document:
        try:
            self.events: Iterator[Any] = iter(YAML(typ="safe").parse(self.text.decode("utf-8")))
            data, mark = self._first()
        except MarkedYAMLError as error:
            at = error.problem_mark or error.context_mark
            line = at.line + 1 if at is not None else 1
            raise self._error(line, "not valid YAML", hint=str(error.problem or error.context)) from None
        except YAMLError as error:
            message = " ".join(str(error).split())
            raise self._error(1, "not valid YAML", hint=message) from None
        return Document(data, self.path, self.name, mark, self.text)

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
        if event.tag is not None and not event.tag.startswith("tag:yaml.org,2002:"):
            raise self._error(line, f"the tag {event.tag} is not used here", hint="write a plain value")
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
                raise self._error(at, f"the key '{key}' stands twice", hint=f"it is already on line {first}", at=key)
            value, child = self._node(next(self.events), depth + 1)
            child.line = at if isinstance(value, (dict, list)) else child.line
            mapping[key] = value
            mark.children[key] = child
        return mapping, mark

    def _scalar(self, event: Any, line: int) -> Any:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INT.fullmatch(text):
            if len(text) > 20:
                raise self._error(line, "a number with more than 20 digits", hint="quote it if it is a name")
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        return float(text) if _FLOAT.fullmatch(text) else text

    def _error(self, line: int, what: str, hint: str | None = None, at: str = "") -> InputError:
        return InputError(Problem(f"{self.name}:{line}", at, what, hint=hint))
