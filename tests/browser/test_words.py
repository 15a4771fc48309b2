"""The report of the long-term analysis, whole, in Dutch: no other language shines through."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dutch import Node, Nodes, foreign

Write = Callable[[str, dict[str, Any]], Path]
WORD = re.compile(r"\b[a-zà-ÿ]{3,}\b")


def _nodes(path: Path, language: str) -> list[Node]:
    return [node for node in Nodes(path.read_text("utf-8")).found if node.language == language]


def test_nothing_english_stands_in_the_dutch_half(written: Write, long_term: dict[str, Any]) -> None:
    nodes = _nodes(written("words", long_term), "nl")
    assert len(nodes) > 2000
    assert [node.text for node in nodes if foreign(node.text)] == []


def test_no_sentence_is_the_same_in_both_halves(written: Write, long_term: dict[str, Any]) -> None:
    path = written("words", long_term)
    english = {node.text for node in _nodes(path, "en")}
    same = {node.text for node in _nodes(path, "nl") if node.text in english and len(WORD.findall(node.text)) > 1}
    names = {long_term["provenance"]["project"], long_term["analysis"]["name"]}
    names |= {row["label"] for row in long_term["treatment_details"]}
    versions = ", ".join(f"{name} {version}" for name, version in long_term["provenance"]["versions"].items())
    assert same - names - {f"nma {long_term['provenance']['nma_version']}, {versions}"} == set()
