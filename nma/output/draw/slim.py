"""Takes out of a drawing what no reader can see, so that a page with many figures stays small."""

from __future__ import annotations

import re

TIP = "tip:"
"""What the name of a group begins with where numbers are shown when a pointer rests on it."""
TAG = re.compile(r"<[^<>]+>")
_DECIMALS = 2
"""Of a point, 1/72 inch: a hundredth of one is far below what a screen or a printer shows."""
_GEOMETRY = re.compile(r'(?<= )(d|x|y|transform)="([^"<>]*)"')
_NUMBER = re.compile(r"-?\d+\.\d+")
_COMMAND = re.compile(r" ?([MLCQz]) ?")
_STYLE = re.compile(r'(?<= )style="([^"<>]*)"')
_FONT = re.compile(r"font-family: [^;]*(?:; )?")
_NAMED = re.compile(r' id="([^"]*)"')
_USED = re.compile(r'(?:url\(#|href="#)([^")]*)')
_MOVE_ONLY = re.compile(r'<path d="M[-\d.]+ [-\d.]+"[^>]*/>')
_NO_TURN = re.compile(r' transform="rotate\(-?0(?: [-\d.]+){2}\)"')
_LONE = re.compile(r"<g>\s*(<(?:path|use)\b[^>]*/>|<text\b[^>]*>[^<]*</text>)\s*</g>")
_EMPTY = re.compile(r"<g>\s*</g>|<g/>")


def slim(svg: str) -> str:
    """The drawing without names that nothing refers to, wrappers of one element, and decimals beyond sight."""
    used = {name for tag in TAG.findall(svg) for name in _USED.findall(tag)}
    svg = _MOVE_ONLY.sub("", TAG.sub(lambda tag: _attributes(tag.group(), used), svg))
    return _EMPTY.sub("", _LONE.sub(r"\1", re.sub(r">\s+<", "><", svg)))


def _attributes(tag: str, used: set[str]) -> str:
    """A tag with short attributes; words between tags may look like some, and are left alone."""
    tag = _NAMED.sub(lambda found: found.group(0) if _kept(found.group(1), used) else "", tag)
    tag = _GEOMETRY.sub(_short, _NO_TURN.sub("", tag))
    return _STYLE.sub(lambda found: f'style="{_tight(found.group(1))}"', tag)


def _tight(style: str) -> str:
    return _FONT.sub("", style).replace(": ", ":").replace("; ", ";")


def _kept(name: str, used: set[str]) -> bool:
    """Whether something refers to the name, or numbers are to be shown there."""
    return name in used or name.startswith(TIP)


def _short(found: re.Match[str]) -> str:
    numbers = _NUMBER.sub(lambda number: f"{round(float(number.group()), _DECIMALS):g}", found.group(2))
    words = " ".join(numbers.split())
    packed = _COMMAND.sub(r"\1", words) if found.group(1) == "d" else words
    return f'{found.group(1)}="{packed}"'
