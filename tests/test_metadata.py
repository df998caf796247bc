# SPDX-License-Identifier: MIT
"""Tests of `validate_metadata` and the limits of metadata."""

from __future__ import annotations

from collections import ChainMap, OrderedDict, defaultdict
from types import MappingProxyType
from typing import Any

import pytest

from runstep import (
    METADATA_MAX_KEY_LENGTH,
    METADATA_MAX_PAIRS,
    METADATA_MAX_VALUE_LENGTH,
    FrozenDict,
    ValidationError,
    validate_metadata,
)

from .strategies import Dict, Str, StringEnum


def test_the_limits_match_the_api_reference() -> None:
    assert (METADATA_MAX_PAIRS, METADATA_MAX_KEY_LENGTH, METADATA_MAX_VALUE_LENGTH) == (16, 64, 512)


@pytest.mark.parametrize(
    "mapping",
    [
        {},
        {"": ""},
        {f"key {n}": "value" for n in range(16)},
        {"k" * 64: "v" * 512},
        {"🌊" * 64: "🌊" * 512},
        {"\ud800" * 64: "\x00" * 512},
        FrozenDict({"key": "value"}),
        MappingProxyType({"key": "value"}),
        OrderedDict(key="value"),
        ChainMap({"key": "value"}),
    ],
    ids=repr,
)
def test_valid_metadata_becomes_a_frozen_dict(mapping: Any) -> None:
    valid = validate_metadata(mapping)
    assert type(valid) is FrozenDict
    assert valid == mapping
    assert valid.to_dict() == dict(mapping)


@pytest.mark.parametrize(
    ("mapping", "problems"),
    [
        ({f"key {n}": "" for n in range(17)}, ["expected at most 16 pairs, got 17"]),
        ({"k" * 65: ""}, ['["' + "k" * 64 + '…"]: expected a key of at most 64 characters, got 65']),
        ({"key": "🌊" * 513}, ["key: expected a value of at most 512 characters, got 513"]),
        ({"key": None}, ["key: expected a string, got null"]),
        ({"key": 5}, ["key: expected a string, got an integer"]),
        ({"key": ["value"]}, ["key: expected a string, got an array"]),
        ({5: "value"}, ["expected string keys, got an integer"]),
        (None, ["expected an object, got null"]),
        ([("key", "value")], ["expected an object, got an array"]),
        ("key", ["expected an object, got a string"]),
        (
            {**{f"k{n}": "" for n in range(14)}, "k" * 70: "v" * 600, "x": 1, "y": None},
            [
                "expected at most 16 pairs, got 17",
                '["' + "k" * 64 + '…"]: expected a key of at most 64 characters, got 70',
                '["' + "k" * 64 + '…"]: expected a value of at most 512 characters, got 600',
                "x: expected a string, got an integer",
                "y: expected a string, got null",
            ],
        ),
    ],
)
def test_all_violations_are_reported(mapping: Any, problems: list[str]) -> None:
    with pytest.raises(ValidationError) as caught:
        validate_metadata(mapping)
    assert [str(problem) for problem in caught.value.problems] == problems
    assert {problem.level for problem in caught.value.problems} == {"error"}


def test_the_argument_is_copied() -> None:
    mapping = {"key": "value"}
    valid = validate_metadata(mapping)
    mapping["key"] = "other"
    assert valid == {"key": "value"}


def test_subclass_instances_become_plain_strings() -> None:
    for mapping in (Dict({Str("key"): StringEnum.FUNCTION}), defaultdict(str, {"key": "function"})):
        valid = validate_metadata(mapping)
        assert [(type(key), type(value)) for key, value in valid.items()] == [(str, str)]
        assert valid == {"key": "function"}
        assert len(mapping) == 1
