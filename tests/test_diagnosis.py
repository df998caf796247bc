# SPDX-License-Identifier: MIT
"""Tests of the problems that `diagnose` and the parsers report, mostly with data files and their expected problems."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runstep import RunStep, RunStepPage, ValidationError, diagnose
from runstep.diagnosis import diagnose_as

from .conftest import DATA, Mark

VALID = sorted((DATA / "valid").glob("*.json"))
INVALID = sorted((DATA / "invalid").glob("*.json"))

StepFactory = Callable[..., dict[str, Any]]


def parametrize_files(files: list[Path]) -> Mark:
    return pytest.mark.parametrize("file", files, ids=lambda file: file.stem)


def expected_lines(file: Path) -> list[str]:
    """Return the lines of the text file that belongs to a document.

    For a valid document they are its deviations; for an invalid one, the message of the error and all problems.
    """
    text_file = file.with_suffix(".txt")
    return text_file.read_text(encoding="utf-8").splitlines() if text_file.exists() else []


def document_class(file: Path) -> type[RunStep | RunStepPage]:
    return RunStepPage if file.stem.startswith("page_") else RunStep


def test_all_data_files_are_found() -> None:
    assert len(VALID) == 60
    assert len(INVALID) == 53
    assert all(file.with_suffix(".txt").exists() for file in INVALID)
    texts = {file.stem for kind in ("valid", "invalid") for file in (DATA / kind).glob("*.txt")}
    assert texts <= {file.stem for file in (*VALID, *INVALID)}


@parametrize_files(VALID)
def test_a_valid_document_has_only_the_expected_deviations(file: Path) -> None:
    data = json.loads(file.read_bytes())
    problems = diagnose(data)
    assert [f"{problem.level}: {problem}" for problem in problems] == expected_lines(file)
    assert all(problem.level == "deviation" for problem in problems)
    document_class(file).from_dict(data)
    if problems:
        with pytest.raises(ValidationError) as caught:
            document_class(file).from_dict(data, strict=True)
        assert caught.value.problems == problems
    else:
        assert document_class(file).from_dict(data, strict=True) == document_class(file).from_dict(data)


@parametrize_files(INVALID)
def test_an_invalid_document_has_the_expected_problems(file: Path) -> None:
    message, *lines = expected_lines(file)
    with pytest.raises(ValidationError) as caught:
        document_class(file).from_json(file.read_bytes())
    assert str(caught.value) == message
    errors = [str(problem) for problem in caught.value.problems]
    if lines:
        problems = diagnose(json.loads(file.read_bytes()))
        assert [f"{problem.level}: {problem}" for problem in problems] == lines
        assert errors == [str(problem) for problem in problems if problem.level == "error"]
    else:
        assert errors == [message]


def test_problems_are_in_document_order() -> None:
    data = json.loads((DATA / "invalid" / "three_faults.json").read_bytes())
    assert [(problem.path, problem.level, problem.message) for problem in diagnose(data)] == [
        (("created_at",), "error", "expected an integer, got a string"),
        (("step_details", "tool_calls", 1, "function", "name"), "error", "expected a string, got null"),
        (("thread_id",), "error", "expected a string, but the key is missing"),
    ]


# Values that are not JSON.


@pytest.mark.parametrize(
    ("value", "got"),
    [
        ((), "a Python tuple"),
        ({1}, "a Python set"),
        (b"x", "a Python bytes"),
        (1j, "a Python complex"),
        (object(), "a Python object"),
    ],
)
def test_a_value_that_is_not_json_is_an_error_at_any_depth(step: StepFactory, value: object, got: str) -> None:
    assert [str(problem) for problem in diagnose(value)] == [f"expected an object, got {got}"]
    assert [str(problem) for problem in diagnose(step(id=value))] == [f"id: expected a string, got {got}"]
    assert [str(problem) for problem in diagnose(step(status=value))] == [f"status: expected a string, got {got}"]
    assert [str(problem) for problem in diagnose(step(created_at=value))] == [
        f"created_at: expected an integer, got {got}"
    ]
    assert [str(problem) for problem in diagnose(step(step_details={"type": "kept", "in": [{"it": value}]}))] == [
        'type: expected "kept" (step_details.type), got "message_creation"',
        'step_details.type: unknown value "kept" (not in the published schema)',
        f"step_details.in[0].it: expected a JSON value, got {got}",
    ]


def test_non_string_keys_are_errors_of_their_object(step: StepFactory) -> None:
    data = step(metadata={5: "x"}, usage={None: 1, "prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 1})
    data["kept"] = {"in": [{1.5: 1}]}
    data[("no", "string")] = 1  # type: ignore[index]
    assert [f"{problem.level}: {problem}" for problem in diagnose(data)] == [
        "error: metadata: expected string keys, got an integer",
        "error: usage: expected string keys, got null",
        "deviation: kept: unknown key (not in the published schema)",
        "error: kept.in[0]: expected string keys, got a number",
        "error: expected string keys, got a Python tuple",
    ]


def test_a_cycle_is_an_error(step: StepFactory) -> None:
    too_deep = "nested more than 100 levels deep, or cyclic"
    data = step()
    data["again"] = data
    cycle: list[Any] = []
    cycle.append(cycle)
    data["ring"] = cycle
    assert [str(problem) for problem in diagnose(data) if problem.level == "error"] == [
        f"again: {too_deep}",
        f"ring: {too_deep}",
    ]
    data = step()
    data["step_details"] = data
    assert [str(problem) for problem in diagnose(data) if problem.level == "error"] == [
        f"step_details.step_details: {too_deep}",
        "step_details.message_creation: expected an object, but the key is missing",
    ]


def test_a_page_that_contains_itself_is_an_error() -> None:
    page: dict[str, Any] = {"object": "list", "data": [], "first_id": "", "last_id": "", "has_more": False}
    page["data"].append(page)
    assert [str(problem) for problem in diagnose(page)] == [
        'data[0].object: expected a run step ("thread.run.step"), got "list"'
    ]


# The kind of a document.


@pytest.mark.parametrize(
    ("data", "first"),
    [
        ({"data": None}, "data: expected an array, got null"),
        ({"object": "list"}, "data: expected an array, but the key is missing"),
        ({"object": "thread.run"}, 'object: expected a run step ("thread.run.step"), got "thread.run"'),
        ({"object": ["list"]}, "object: expected a string, got an array"),
        ({"error": None}, "error: unknown key (not in the published schema)"),
        ({"error": {}, "id": "step"}, "error: unknown key (not in the published schema)"),
        ({"error": {}}, "expected a run step, got an API error response"),
        (None, "expected an object, got null"),
        ([], "expected an object, got an array"),
        ("", "expected an object, got a string"),
    ],
)
def test_diagnose_detects_the_kind_of_a_document(data: object, first: str) -> None:
    assert str(diagnose(data)[0]) == first


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"object": "thread.run", "id": "run_1"}, 'object: expected a page ("list"), got "thread.run"'),
        ({"error": {"message": "x"}}, "expected a page, got an API error response"),
        ({"error": "x"}, "expected a page, got an API error response"),
    ],
)
def test_an_object_that_is_not_a_page_has_one_error(data: dict[str, Any], message: str) -> None:
    assert [str(problem) for problem in diagnose_as("RunStepPage", data)] == [message]
    with pytest.raises(ValidationError) as caught:
        RunStepPage.from_dict(data)
    assert [str(problem) for problem in caught.value.problems] == [message]


def test_a_nested_object_must_have_the_expected_type() -> None:
    data = {"id": "call_1", "type": "function", "file_search": {}}
    assert [str(problem) for problem in diagnose_as("FileSearchToolCall", data)] == [
        'type: expected "file_search", got "function"'
    ]
    assert [str(problem) for problem in diagnose_as("RetrievalToolCall", {"id": "", "type": [], "retrieval": {}})] == [
        "type: expected a string, got an array"
    ]


def test_messages_do_not_contain_payload_data(step: StepFactory) -> None:
    secret = "sesame"  # noqa: S105
    data = step(id=[secret], metadata={"key": [secret], "long": secret * 100}, usage=secret, run_id={secret: secret})
    data["step_details"] = {"type": "tool_calls", "tool_calls": [{"id": "c", "type": "function", "function": secret}]}
    assert len(diagnose(data)) == 7
    assert not [problem for problem in diagnose(data) if secret in str(problem)]


def test_an_unknown_value_is_quoted_truncated_and_escaped(step: StepFactory) -> None:
    data = step(status="paused\n" + "x" * 50)
    assert [str(problem) for problem in diagnose(data)] == [
        'status: unknown value "paused\\n' + "x" * 33 + '…" (not in the published schema)'
    ]
