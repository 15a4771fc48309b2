"""Study files as text: written in the style of the hand-written ones, and edited line by line.

The dump of ruamel.yaml keeps comments, order and quotes, but wraps long text anew. An edit therefore dumps the file
before and after the change and carries only the difference over to the lines that a person wrote.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString
from ruamel.yaml.util import load_yaml_guess_indent

from nma import yamlio
from nma.errors import InputError

Tree = CommentedMap
"""A study file as a tree that an edit changes: a dict that remembers comments and layout."""
SCHEMA_COMMENT = "# yaml-language-server: $schema=study.schema.json\n"
WIDTH = 120

_FLOW = {"flags", "counts"}
"""Keys whose mappings stand on one line."""

COMMENTS: dict[tuple[str, ...], str] = {
    ("id",): "the file's name: first author and year, as in smith-2004",
    ("label",): "how tables call the trial",
    ("reports",): "one entry a publication; companion reports of one trial belong here, not in a file of their own",
    ("arms",): "one entry a randomised group; node and subgroup are words of vocabulary.yaml",
    ("outcomes",): "one record an outcome and time point, one row of counts an arm; what is not printed stays null",
    ("outcomes", "timing"): "cumulative, period, point prevalence, unclear",
    ("outcomes", "basis"): "stated, derived, reconstructed, arm sizes assumed, recalled",
    ("outcomes", "source"): "where the numbers were read (page, table, address) and what was printed there",
    ("outcomes", "arithmetic"): "how the counts follow from what was printed; null when they were printed themselves",
    ("effect_modifiers",): "as printed; null where nothing was found",
    ("risk_of_bias",): "low, unclear, high, not assessed",
    ("eligibility",): "whether the trial can stand in the network; a 'no' needs its reason",
    ("extraction",): "who read what; nma studies reconcile fills this in",
}
"""What stands above a key in a file written with comments."""


def study_text(data: Mapping[str, Any], *, comments: bool = False) -> str:
    """Plain data of a trial as a study file, in the style of the hand-written ones; it reads back to equal data."""
    tree = styled(dict(data))
    if comments:
        _explain(tree)
    text = without_trailing_blanks(_dump(_yaml(), tree))
    return SCHEMA_COMMENT + next(each for each in (_unwrapped(text), text) if each == text or _reads(each, data))


def _unwrapped(text: str) -> str:
    """Rows of counts and long addresses on one line each, which the dump wraps where nobody would."""
    text = re.sub(r"(?m)^(\s*- \{.*[^}\n])\n\s+([^\n]*\}\n)", r"\1 \2", text)
    return re.sub(r"(?m)^(\s*(?:- )?\w+:)\n\s+(\S*[^:\s])$", r"\1 \2", text)


def _reads(text: str, data: Any) -> bool:
    try:
        return bool(yamlio.parse(text.encode("utf-8"), Path(), "").data == data)
    except InputError:
        return False


def styled(value: Any, key: str = "") -> Any:
    """Plain data as ruamel's nodes: short mappings on one line, and text in quotes where it would read as a number."""
    if isinstance(value, Mapping):
        tree = CommentedMap((name, styled(item, str(name))) for name, item in value.items())
        if key in _FLOW:
            tree.fa.set_flow_style()
        return tree
    if isinstance(value, (list, tuple)):
        rows = CommentedSeq(styled(item, key) for item in value)
        if not rows:
            rows.fa.set_flow_style()
        return rows
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = str(value)
    if any(not c.isprintable() for c in text):
        return DoubleQuotedScalarString(text)
    return text if yamlio.reads_as_text(text) else SingleQuotedScalarString(text)


def _explain(tree: CommentedMap) -> None:
    for path, text in COMMENTS.items():
        for parent in _parents(tree, path[:-1]):
            if path[-1] in parent:
                parent.yaml_set_comment_before_after_key(path[-1], before=text, indent=4 if len(path) > 1 else 0)


def _parents(tree: CommentedMap, path: tuple[str, ...]) -> list[CommentedMap]:
    """The mappings in which the last key of a path stands."""
    found = [tree]
    for key in path:
        inner = [parent[key] for parent in found if key in parent]
        found = [item for part in inner for item in (part if isinstance(part, list) else [part])]
    return found


def edited(document: yamlio.Document, change: Callable[[CommentedMap], None]) -> str:
    """The text of a file after a change of its tree; every line that need not change is as it was.

    Raises
    ------
    InputError
        The file cannot be edited without loss.
    """
    raw = document.text.decode("utf-8-sig")
    original = raw.replace("\r\n", "\n")
    editor, tree = _editor(original, document)
    before = _dump(editor, tree)
    change(tree)
    after, wanted = _dump(editor, tree), _plain(tree)
    merged = _merge(original, without_trailing_blanks(before), without_trailing_blanks(after))
    text = next((text for text in (merged, after) if _reads(text, wanted)), None)
    if text is None:
        raise InputError(document.problem((), "cannot be edited by a program without loss", hint="edit it by hand"))
    mark = "\ufeff" if document.text.startswith(b"\xef\xbb\xbf") else ""
    return mark + (text.replace("\n", "\r\n") if "\r\n" in raw else text)


def _editor(text: str, document: yamlio.Document) -> tuple[YAML, CommentedMap]:
    try:
        _, indent, offset = load_yaml_guess_indent(text)
        editor = _yaml(indent or 4, offset if offset is not None else 2)
        tree = editor.load(text)
    except (YAMLError, ValueError) as error:
        what = f"cannot be edited by a program ({str(error).splitlines()[0]})"
        raise InputError(document.problem((), what, hint="edit it by hand")) from None
    if not isinstance(tree, CommentedMap) or _plain(tree) != document.data:
        raise InputError(document.problem((), "cannot be edited by a program without loss", hint="edit it by hand"))
    return editor, tree


def _yaml(sequence: int = 4, offset: int = 2) -> YAML:
    editor = YAML()
    editor.indent(mapping=2, sequence=sequence, offset=offset)
    editor.width, editor.preserve_quotes, editor.allow_unicode = WIDTH, True, True
    # A part that stands twice in the tree is written twice: the reader knows no aliases.
    editor.representer.ignore_aliases = lambda _: True
    editor.representer.add_representer(type(None), lambda r, _: r.represent_scalar("tag:yaml.org,2002:null", "null"))
    return editor


def _dump(editor: YAML, tree: Any) -> str:
    stream = io.StringIO()
    editor.dump(tree, stream)
    return stream.getvalue()


def without_trailing_blanks(text: str) -> str:
    """The text with no blank at the end of a line; ruamel.yaml leaves one where it wraps."""
    return "\n".join(line.rstrip(" ") for line in text.split("\n"))


def _plain(tree: Any) -> Any:
    if isinstance(tree, Mapping):
        return {str(key): _plain(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [_plain(value) for value in tree]
    for kind in (bool, int, float):
        if isinstance(tree, kind):
            return kind(tree)
    return str(tree) if isinstance(tree, str) else tree


def _merge(original: str, before: str, after: str) -> str:
    """Carry what differs between two dumps over to the text that was dumped."""
    lines, base, new = (text.splitlines(keepends=True) for text in (original, before, after))
    added: dict[int, list[str]] = {}
    gone: set[int] = set()
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, base, new, autojunk=False).get_opcodes():
        if tag != "equal":
            added[i1] = new[j1:j2]
            gone.update(range(i1, i2))
    result: list[str] = []
    for low, high, start, end in _segments(base, lines):
        touched = any(k in gone or (k > low and k in added) for k in range(low, high))
        result += added.get(low, []) if high > low else []
        if touched:
            for k in range(low, high):
                result += added.get(k, []) if k > low else []
                result += [] if k in gone else [base[k]]
        else:
            result += lines[start:end]
    if len(base) in added:
        result += ["\n"] if result and not result[-1].endswith("\n") else []
        result += added[len(base)]
    return "".join(result)


def _segments(base: list[str], lines: list[str]) -> list[tuple[int, int, int, int]]:
    """Ranges of the dump beside the ranges of the text they stand for, as fine as the two allow."""
    found: list[tuple[int, int, int, int]] = []
    for _, i1, i2, j1, j2 in SequenceMatcher(None, base, lines, autojunk=False).get_opcodes():
        if i2 - i1 == j2 - j1:
            found += [(i1 + k, i1 + k + 1, j1 + k, j1 + k + 1) for k in range(i2 - i1)]
        else:
            found.append((i1, i2, j1, j2))
    return found
