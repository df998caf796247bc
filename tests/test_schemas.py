# SPDX-License-Identifier: MIT
"""Every published schema against the reader: what they allow is read exactly, `strict` is the newest one, closed."""

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
KINDS: dict[str, type[RunStep | RunStepPage]] = {"RunStepObject": RunStep, "ListRunStepsResponse": RunStepPage}

LONG_RUN = settings(settings.get_profile("runstep"), max_examples=5_000)


@functools.cache
def schema(file: Path) -> Any:
    return json.loads(file.read_bytes())


def test_all_nine_versions_are_there() -> None:
    assert [file.stem for file in FILES] == [
        *("2023-11-06", "2023-11-08", "2024-01-18", "2024-03-27", "2024-04-22"),
        *("2024-08-23", "2025-01-31", "2025-03-11", "2026-05-13"),
    ]


# A generator for the part of JSON Schema that these schemas use.

_USED = {"$ref", "type", "enum", "anyOf", "oneOf", "properties", "required", "items", "minimum", "maximum"}
_METADATA = st.none() | st.dictionaries(TEXT, TEXT, max_size=3)


class Generator:
    """Makes strategies for the documents that a schema allows: `more` of them have keys that it does not name."""

    def __init__(self, root: Any, *, more: bool) -> None:
        self.root = root
        self.more = more

    def documents(self, name: str) -> Strategy:
        return self._allowed({"$ref": f"#/$defs/{name}"})

    def _allowed(self, rule: Any) -> Strategy:
        if "$ref" in rule:
            return self._allowed(self.root["$defs"][rule["$ref"].removeprefix("#/$defs/")])
        assert set(rule) <= _USED | {"additionalProperties"}, set(rule)
        for union in ("anyOf", "oneOf"):
            if union in rule:
                return st.one_of([self._allowed(choice) for choice in rule[union]])
        if "enum" in rule:
            return st.sampled_from(rule["enum"])
        return self._KINDS[rule.get("type", "object")](self, rule)

    def _object(self, rule: Any) -> Strategy:
        named = {
            # What metadata may be stands in no schema but in the reference; it is our own rule.
            key: _METADATA if key == "metadata" else self._allowed(value)
            for key, value in rule.get("properties", {}).items()
        }
        required = {key: named[key] for key in rule.get("required", [])}
        optional = {key: value for key, value in named.items() if key not in required}
        documents = st.fixed_dictionaries(required, optional=optional)
        return st.builds(with_extra, documents, EXTRA) if self.more else documents

    def _array(self, rule: Any) -> Strategy:
        return st.lists(self._allowed(rule["items"]), max_size=2)

    def _number(self, rule: Any) -> Strategy:
        bounds = {"min_value": rule["minimum"], "max_value": rule["maximum"]}
        return st.floats(**bounds) | st.integers(**bounds)

    _KINDS: ClassVar[dict[str, Callable[[Generator, Any], Strategy]]] = {
        "object": _object,
        "array": _array,
        "number": _number,
        "string": lambda _, __: TEXT,
        "integer": lambda _, __: INTEGERS,
        "boolean": lambda _, __: st.booleans(),
        "null": lambda _, __: st.none(),
    }


def cases() -> Mark:
    return pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True)


def check_everything_allowed_is_exact(file: Path, examples: int) -> None:
    for name, cls in KINDS.items():
        for more in (False, True):
            documents = Generator(schema(file), more=more).documents(name)
            settings(settings.get_profile("runstep"), max_examples=examples)(given(documents)(exact(cls)))()


def exact(cls: type[RunStep | RunStepPage]) -> Callable[[Any], None]:
    def check(data: Any) -> None:
        parsed = cls.from_dict(data)
        assert canonical(parsed.to_dict()) == canonical(data)
        assert cls.from_json(parsed.to_json()) == parsed

    return check


@cases()
def test_what_a_published_schema_allows_is_written_back_exactly(file: Path) -> None:
    check_everything_allowed_is_exact(file, 15)


@pytest.mark.long
@cases()
def test_everything_that_a_published_schema_allows_is_written_back_exactly(file: Path) -> None:
    check_everything_allowed_is_exact(file, 500)


# The newest schema, closed, and what `strict` adds to it.


def closed(rule: Any) -> Any:
    """Return a schema with `additionalProperties: false` wherever it names properties."""
    if isinstance(rule, list):
        return [closed(item) for item in rule]
    if not isinstance(rule, dict):
        return rule
    return {key: closed(value) for key, value in rule.items()} | (
        # A page says nowhere that it is an object.
        {"additionalProperties": False, "type": "object"} if isinstance(rule.get("properties"), dict) else {}
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


def types_agree(name: str, data: Any) -> bool:
    steps = data["data"] if name == "ListRunStepsResponse" else [data]
    return all(step["type"] == step["step_details"]["type"] for step in steps)


def is_accepted(name: str, data: Any) -> bool:
    try:
        KINDS[name].from_dict(data, strict=True)
    except ValidationError:
        return False
    return True


def check_strict(name: str, data: Any) -> None:
    try:
        text = json.dumps(data, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        # Not JSON, or not whole: no schema speaks of that.
        assert not is_accepted(name, data)
        return
    data = json.loads(text)
    allowed = validator(name).is_valid(data) and types_agree(name, data)
    assert is_accepted(name, data) is allowed
    if (name == "ListRunStepsResponse") is (isinstance(data, dict) and "data" in data):
        assert (not diagnose(data)) is allowed


def newest(name: str, *, more: bool) -> Strategy:
    return Generator(schema(FILES[-1]), more=more).documents(name) if FILES else st.nothing()


def agreeing(name: str) -> Strategy:
    """Documents of the newest schema, most of which have types that agree."""

    def agree(data: Any) -> Any:
        for step in data["data"] if name == "ListRunStepsResponse" else [data]:
            step["type"] = step["step_details"]["type"]
        return data

    return newest(name, more=False).map(agree)


_NAMES = st.sampled_from(sorted(KINDS))
_WHOLE = _NAMES.flatmap(lambda name: st.tuples(st.just(name), agreeing(name) | newest(name, more=True)))
_DAMAGED = _NAMES.flatmap(
    lambda name: st.tuples(st.just(name), damaged(agreeing(name), most=2) | damaged(newest(name, more=True)) | JSON)
)


@given(_WHOLE)
def test_strict_agrees_with_the_newest_schema_closed(document: tuple[str, Any]) -> None:
    check_strict(*document)


@settings(settings.get_profile("runstep"), max_examples=200)
@given(_DAMAGED)
def test_strict_agrees_with_the_newest_schema_closed_on_damaged_documents(document: tuple[str, Any]) -> None:
    check_strict(*document)


@pytest.mark.long
@LONG_RUN
@given(_WHOLE | _DAMAGED | _DAMAGED)
def test_strict_agrees_with_the_newest_schema_closed_on_thousands_of_documents(document: tuple[str, Any]) -> None:
    check_strict(*document)


def test_the_closed_schema_accepts_and_refuses() -> None:
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
    for name in KINDS:
        Draft202012Validator.check_schema(closed_schema(name))
