"""JSON Schemas of the files people type, with the words of their review, so that editors complete and check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from nma.analysis import Analysis
from nma.analysis.judgements import Judgements
from nma.registry import Study, Vocabulary, read_vocabulary

SCHEMAS: dict[str, type[BaseModel]] = {"study": Study, "analysis": Analysis, "judgements": Judgements}


def json_schema(what: str, vocabulary: Path) -> dict[str, Any]:
    """JSON Schema (2020-12) of a study file, a specification or a file of judgements of this review.

    Raises
    ------
    InputError
        The vocabulary has problems.
    """
    words = read_vocabulary(vocabulary)
    schema: dict[str, Any] = SCHEMAS[what].model_json_schema()
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    for model, field, allowed in _closed_words(words):
        target = schema.get("$defs", {}).get(model, schema if model == schema.get("title") else None)
        if target is not None and field in target.get("properties", {}):
            target["properties"][field] = _closed(target["properties"][field], allowed)
    return schema


def _closed_words(words: Vocabulary) -> list[tuple[str, str, list[str]]]:
    """Model, field and the words of this review that it may hold."""
    subgroups = [name for node in words.nodes.values() for name in node.subgroups]
    kinds = sorted({kind for outcome in words.outcomes.values() for kind in outcome.kinds})
    return [
        ("Arm", "node", list(words.nodes)),
        ("Arm", "subgroup", subgroups),
        ("Recode", "node", list(words.nodes)),
        ("Recode", "subgroup", subgroups),
        ("OutcomeRecord", "outcome", list(words.outcomes)),
        ("OutcomeRecord", "kind", kinds),
        ("Analysis", "outcome", list(words.outcomes)),
        ("Analysis", "reference", [*words.nodes, *subgroups]),
        ("Comparison", "between", [*words.nodes, *subgroups]),
    ]


def _closed(field: dict[str, Any], allowed: list[str]) -> dict[str, Any]:
    if "items" in field:
        return {**field, "items": {"enum": allowed}}
    keep = {key: value for key, value in field.items() if key in ("description", "title")}
    nullable = any(option.get("type") == "null" for option in field.get("anyOf", []))
    return {**keep, "enum": [*allowed, None] if nullable else allowed}
