"""What a Dutch page may not show: English words, decimal points, days as files write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

ENGLISH = re.compile(
    r"(?<![\w-])(the|and|with|from|which|that|are|were|trials?|treatments?|between|not|evidence|their|than|this|has|have|by|"
    r"for|to|on|at|an|it|its|each|against|higher|lower|none|yes|than|may|does|do)(?![\w-])",
    re.IGNORECASE,
)
"""Words that English sentences cannot do without and Dutch ones do not have."""
FIELD_TERMS = ("number needed to treat",)
"""English terms that Dutch texts of the field use."""
POINT = re.compile(r"(?<![\w./:-])\d+\.\d{1,2}(?![\d.])")
"""A number with a decimal point; thousands have three figures after theirs."""
ISO_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b(?!T)")
"""A day as a file writes it; the exact time of a run stays so."""
NOT_NUMBERS = re.compile(r"doi:\S+|Handbook 5\.1|8\.7\.a|nma \d\S*|https?://\S+")
"""What has points that are none of a number: DOIs, sections of a book, versions, addresses."""


def foreign(text: str) -> list[str]:
    """English words, decimal points and days of a file in what should be Dutch."""
    for term in FIELD_TERMS:
        text = re.sub(re.escape(term), "", text, flags=re.IGNORECASE)
    words = [match[0] for match in ENGLISH.finditer(text)]
    return [*words, *ISO_DATE.findall(text), *POINT.findall(NOT_NUMBERS.sub("", text))]


@dataclass(frozen=True)
class Node:
    tag: str
    language: str
    text: str


class Nodes(HTMLParser):
    """Text nodes and spoken attributes of a page, each with the language it is marked with."""

    VOID = frozenset({"meta", "link", "br", "img", "input", "hr", "path", "use"})
    SILENT = frozenset({"style", "script", "pre", "code"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.found: list[Node] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        language = known.get("lang") or (self.open[-1][1] if self.open else "")
        spoken = [known.get(name) for name in ("aria-label", "title", "alt", "placeholder")]
        self.found += [Node(tag, language, text) for text in spoken if text]
        if tag not in self.VOID:
            self.open.append((tag, language))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open and self.open[-1][0] not in self.SILENT:
            self.found.append(Node(*self.open[-1], " ".join(data.split())))
