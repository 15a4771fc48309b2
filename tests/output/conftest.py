"""The templates, the English texts and a reading of sample results, for the tests of the output floor."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from nma.output.reading import Reading
from nma.output.text import Text, load


@pytest.fixture(scope="session")
def templates() -> Path:
    """Folder of templates, style and texts."""
    return Path(__file__).resolve().parents[2] / "reports"


@pytest.fixture(scope="session")
def text(templates: Path) -> Text:
    """The English texts."""
    return load(templates / "text")


@pytest.fixture(scope="session")
def read(text: Text) -> Callable[[Mapping[str, Any]], Reading]:
    """Reads results in English."""
    return lambda results: Reading(results, text)
