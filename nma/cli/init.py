"""The command that starts another review: init."""

from __future__ import annotations

from nma.cli.app import app  # noqa: F401
