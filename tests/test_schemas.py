# SPDX-License-Identifier: MIT
"""Tests of the published schemas: their documents round-trip, and strict mode matches the newest one."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from runstep import (
    METADATA_MAX_KEY_LENGTH,
    METADATA_MAX_PAIRS,
    METADATA_MAX_VALUE_LENGTH,
    RunStep,
    RunStepPage,
    ValidationError,
    diagnose,
)

from .conftest import DATA, Mark
from .strategies import EXTRA, INTEGERS, JSON, TEXT, damaged, with_extra

FILES = sorted((DATA / "schemas").glob("*.json"))

Strategy = st.SearchStrategy[Any]
MODELS: dict[str, type[RunStep | RunStepPage]] = {"RunStepObject": RunStep, "ListRunStepsResponse": RunStepPage}

LONG_RUN = settings(settings.get_profile("runstep"), max_examples=5_000)


@functools.cache
def schema(file: Path) -> Any:
    return json.loads(file.read_bytes())


def test_all_schemas_are_found() -> None:
    assert [file.stem for file in FILES] == [
        *("2023-11-06", "2023-11-08", "2024-01-18", "2024-03-27", "2024-04-22"),
        *("2024-08-23", "2025-01-31", "2025-03-11", "2026-05-13"),
    ]


# Strategies for documents of a schema.

_KEYWORDS = {"$ref", "type", "enum", "anyOf", "oneOf", "properties", "required", "items", "minimum", "maximum"}
_METADATA = st.none() | st.dictionaries(TEXT, TEXT, max_size=3)


class DocumentStrategies:
    """Strategies for the documents of a schema; if `extra` is true, some of them have unknown keys.

    Only the JSON Schema keywords that the published schemas use are supported.
    """

    def __init__(self, root: Any, *, extra: bool) -> None:
        self.root = root
        self.extra = extra

    def documents(self, name: str) -> Strategy:
        return self._documents({"$ref": f"#/$defs/{name}"})

    def _documents(self, subschema: Any) -> Strategy:
        if "$ref" in subschema:
            return self._documents(self.root["$defs"][subschema["$ref"].removeprefix("#/$defs/")])
        assert set(subschema) <= _KEYWORDS | {"additionalProperties"}, set(subschema)
        for union in ("anyOf", "oneOf"):
            if union in subschema:
                return st.one_of([self._documents(choice) for choice in subschema[union]])
        if "enum" in subschema:
            return st.sampled_from(subschema["enum"])
        return self._STRATEGIES[subschema.get("type", "object")](self, subschema)

    def _object(self, subschema: Any) -> Strategy:
        properties = {
            # The limits of metadata are in the API reference, but not in the schemas.
            key: _METADATA if key == "metadata" else self._documents(value)
            for key, value in subschema.get("properties", {}).items()
        }
        required = {key: properties[key] for key in subschema.get("required", [])}
        optional = {key: value for key, value in properties.items() if key not in required}
        documents = st.fixed_dictionaries(required, optional=optional)
        return st.builds(with_extra, documents, EXTRA) if self.extra else documents

    def _array(self, subschema: Any) -> Strategy:
        return st.lists(self._documents(subschema["items"]), max_size=2)

    def _number(self, subschema: Any) -> Strategy:
        bounds = {"min_value": subschema["minimum"], "max_value": subschema["maximum"]}
        return st.floats(**bounds) | st.integers(**bounds)

    _STRATEGIES: ClassVar[dict[str, Callable[[DocumentStrategies, Any], Strategy]]] = {
        "object": _object,
        "array": _array,
        "number": _number,
        "string": lambda _, __: TEXT,
        "integer": lambda _, __: INTEGERS,
        "boolean": lambda _, __: st.booleans(),
        "null": lambda _, __: st.none(),
    }


def parametrize_schemas() -> Mark:
    return pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True)


def check_round_trips(file: Path, examples: int) -> None:
    for name, cls in MODELS.items():
        for extra in (False, True):
            documents = DocumentStrategies(schema(file), extra=extra).documents(name)
            settings(settings.get_profile("runstep"), max_examples=examples)(given(documents)(round_trip_check(cls)))()


def round_trip_check(cls: type[RunStep | RunStepPage]) -> Callable[[Any], None]:
    def check(data: Any) -> None:
        parsed = cls.from_dict(data)
        assert canonical(parsed.to_dict()) == canonical(data)
        assert cls.from_json(parsed.to_json()) == parsed

    return check


@parametrize_schemas()
def test_documents_of_a_schema_round_trip(file: Path) -> None:
    check_round_trips(file, 15)


@pytest.mark.long
@parametrize_schemas()
def test_many_documents_of_a_schema_round_trip(file: Path) -> None:
    check_round_trips(file, 500)


# Strict mode: the newest schema without unknown keys, with the limits of metadata and matching types.


def closed(subschema: Any) -> Any:
    """Return a schema with `"additionalProperties": false` in each object with properties."""
    if isinstance(subschema, list):
        return [closed(item) for item in subschema]
    if not isinstance(subschema, dict):
        return subschema
    return {key: closed(value) for key, value in subschema.items()} | (
        # The schema of a page has no `type`.
        {"additionalProperties": False, "type": "object"} if isinstance(subschema.get("properties"), dict) else {}
    )


def closed_schema(name: str) -> Any:
    root = copy.deepcopy(schema(FILES[-1]))
    defs = {key: closed(value) for key, value in root["$defs"].items()}
    defs["Metadata"] = {
        "anyOf": [
            {
                "type": "object",
                "additionalProperties": {"type": "string", "maxLength": METADATA_MAX_VALUE_LENGTH},
                "propertyNames": {"maxLength": METADATA_MAX_KEY_LENGTH},
                "maxProperties": METADATA_MAX_PAIRS,
            },
            {"type": "null"},
        ]
    }
    return {"$schema": root["$schema"], "$defs": defs, "$ref": f"#/$defs/{name}"}


@functools.cache
def validator(name: str) -> Any:
    return Draft202012Validator(closed_schema(name))


def types_match(name: str, data: Any) -> bool:
    steps = data["data"] if name == "ListRunStepsResponse" else [data]
    return all(step["type"] == step["step_details"]["type"] for step in steps)


def is_accepted(name: str, data: Any) -> bool:
    try:
        MODELS[name].from_dict(data, strict=True)
    except ValidationError:
        return False
    return True


def check_strict(name: str, data: Any) -> None:
    try:
        text = json.dumps(data, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        # Not JSON, so the schema does not apply.
        assert not is_accepted(name, data)
        return
    data = json.loads(text)
    allowed = validator(name).is_valid(data) and types_match(name, data)
    assert is_accepted(name, data) is allowed
    if (name == "ListRunStepsResponse") is (isinstance(data, dict) and "data" in data):
        assert (not diagnose(data)) is allowed


def newest_documents(name: str, *, extra: bool) -> Strategy:
    return DocumentStrategies(schema(FILES[-1]), extra=extra).documents(name) if FILES else st.nothing()


def matching_documents(name: str) -> Strategy:
    """Return a strategy for documents of the newest schema in which `type` matches the type of the step details."""

    def set_types(data: Any) -> Any:
        for step in data["data"] if name == "ListRunStepsResponse" else [data]:
            step["type"] = step["step_details"]["type"]
        return data

    return newest_documents(name, extra=False).map(set_types)


_NAMES = st.sampled_from(sorted(MODELS))
_UNDAMAGED = _NAMES.flatmap(
    lambda name: st.tuples(st.just(name), matching_documents(name) | newest_documents(name, extra=True))
)
_DAMAGED = _NAMES.flatmap(
    lambda name: st.tuples(
        st.just(name),
        damaged(matching_documents(name), max_changes=2) | damaged(newest_documents(name, extra=True)) | JSON,
    )
)


@given(_UNDAMAGED)
def test_strict_mode_matches_the_newest_schema(document: tuple[str, Any]) -> None:
    check_strict(*document)


@settings(settings.get_profile("runstep"), max_examples=200)
@given(_DAMAGED)
def test_strict_mode_matches_the_newest_schema_for_damaged_documents(document: tuple[str, Any]) -> None:
    check_strict(*document)


@pytest.mark.long
@LONG_RUN
@given(_UNDAMAGED | _DAMAGED | _DAMAGED)
def test_strict_mode_matches_the_newest_schema_for_many_documents(document: tuple[str, Any]) -> None:
    check_strict(*document)


def test_the_closed_schema_rejects_unknown_keys_and_invalid_metadata() -> None:
    step = {
        **dict.fromkeys(("id", "assistant_id", "thread_id", "run_id"), "x"),
        "object": "thread.run.step",
        "created_at": 1,
        "type": "message_creation",
        "status": "completed",
        "step_details": {"type": "message_creation", "message_creation": {"message_id": "x"}},
        **dict.fromkeys(
            ("last_error", "expired_at", "cancelled_at", "failed_at", "completed_at", "metadata", "usage"), None
        ),
    }
    assert validator("RunStepObject").is_valid(step)
    assert not validator("RunStepObject").is_valid({**step, "expires_at": None})
    assert not validator("RunStepObject").is_valid({**step, "metadata": {"k": "v" * 513}})
    for name in MODELS:
        Draft202012Validator.check_schema(closed_schema(name))
