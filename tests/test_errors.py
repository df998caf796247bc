# SPDX-License-Identifier: MIT
"""Tests of `Problem`, `ValidationError`, and the helpers for error messages."""

from __future__ import annotations

import copy
import pickle
import time
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from runstep import Problem, ValidationError
from runstep.errors import json_type, quoted

FIRST = Problem(path=("usage", "total_tokens"), level="error", message="expected an integer, got null")
SECOND = Problem(path=("metadata",), level="deviation", message="expected an object or null, but the key is missing")


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ((), ""),
        (("id",), "id"),
        (("step_details", "tool_calls", 7, "function", "name"), "step_details.tool_calls[7].function.name"),
        (("data", 0), "data[0]"),
        ((0, "id"), "[0].id"),
        (("größe",), "größe"),
        (("x", "a key"), 'x["a key"]'),
        (("a key", "x"), '["a key"].x'),
        (("",), '[""]'),
        (("a.b",), '["a.b"]'),
        (("5",), '["5"]'),
        (("a\nb\x00",), '["a\\nb\\x00"]'),
        (("back\\slash",), '["back\\\\slash"]'),
        (("\ud800",), '["\\ud800"]'),
        (("\u202e",), '["\\u202e"]'),
        (("k" * 64,), "k" * 64),
        (("k" * 65,), '["' + "k" * 64 + '…"]'),
        ((" " * 65,), '["' + " " * 64 + '…"]'),
        (("潮汐", 3, "🌊"), '潮汐[3]["🌊"]'),
    ],
)
def test_location(path: tuple[str | int, ...], location: str) -> None:
    assert Problem(path=path, level="error", message="wrong").location == location


def test_the_location_of_a_long_key_takes_no_longer_than_that_of_a_short_one() -> None:
    def seconds(key: str) -> float:
        problem = Problem(path=(key,), level="error", message="wrong")
        started = time.perf_counter()
        for _ in range(200):
            assert problem.location
        return time.perf_counter() - started

    assert seconds("k" * 1_000_000) < 100 * seconds("k" * 64)


def test_str_of_a_problem_is_its_location_and_message() -> None:
    assert str(FIRST) == "usage.total_tokens: expected an integer, got null"
    assert (
        str(Problem(path=(), level="error", message="expected an object, got null")) == "expected an object, got null"
    )


def test_problems_have_value_semantics() -> None:
    same = Problem(path=("usage", "total_tokens"), level="error", message="expected an integer, got null")
    assert same == FIRST
    assert hash(same) == hash(FIRST)
    assert {FIRST, same, SECOND} == {SECOND, FIRST}
    assert pickle.loads(pickle.dumps(FIRST)) == FIRST  # noqa: S301  (trusted data)
    with pytest.raises(FrozenInstanceError):
        FIRST.message = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("problems", "text"),
    [
        ((FIRST,), "usage.total_tokens: expected an integer, got null"),
        ((FIRST, SECOND), "usage.total_tokens: expected an integer, got null (and 1 more)"),
        ((FIRST, SECOND, FIRST), "usage.total_tokens: expected an integer, got null (and 2 more)"),
    ],
)
def test_str_of_an_error_is_the_first_problem_and_a_count(problems: tuple[Problem, ...], text: str) -> None:
    error = ValidationError(problems)
    assert str(error) == text
    assert error.problems is problems
    assert isinstance(error, ValueError)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_errors_can_be_pickled(protocol: int) -> None:
    error = pickle.loads(pickle.dumps(ValidationError((FIRST, SECOND)), protocol))  # noqa: S301  (trusted data)
    assert type(error) is ValidationError
    assert error.problems == (FIRST, SECOND)
    assert str(error) == "usage.total_tokens: expected an integer, got null (and 1 more)"


def test_errors_can_be_copied() -> None:
    error = ValidationError((FIRST, SECOND))
    for duplicate in (copy.copy(error), copy.deepcopy(error)):
        assert duplicate.problems == error.problems
        assert str(duplicate) == str(error)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "a boolean"),
        ("", "a string"),
        (0, "an integer"),
        (-0.0, "a number"),
        (float("nan"), "NaN"),
        (float("-inf"), "infinity"),
        ({}, "an object"),
        ([], "an array"),
        ((), "a Python tuple"),
        (b"", "a Python bytes"),
    ],
)
def test_json_type(value: Any, name: str) -> None:
    assert json_type(value) == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '""'),
        ("mcp", '"mcp"'),
        ("x" * 40, '"' + "x" * 40 + '"'),
        ("x" * 41, '"' + "x" * 40 + '…"'),
        ("🌊" * 41, '"' + "🌊" * 40 + '…"'),
        ("two\nlines\t\x1b[31m", '"two\\nlines\\t\\x1b[31m"'),
        ("\udfff", '"\\udfff"'),
    ],
)
def test_quoted(text: str, expected: str) -> None:
    assert quoted(text) == expected
