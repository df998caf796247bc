# SPDX-License-Identifier: MIT
"""Every problem of a document, in order: files with their expected outcome beside them, and what no file can hold."""

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

Maker = Callable[..., dict[str, Any]]


def cases(files: list[Path]) -> Mark:
    return pytest.mark.parametrize("file", files, ids=lambda file: file.stem)


def expected(file: Path) -> list[str]:
    """The lines beside a document: for an invalid one the error as `str()` gives it, then every problem."""
    beside = file.with_suffix(".txt")
    return beside.read_text(encoding="utf-8").splitlines() if beside.exists() else []


def reader(file: Path) -> type[RunStep | RunStepPage]:
    return RunStepPage if file.stem.startswith("page_") else RunStep


def test_the_files_are_there() -> None:
    assert len(VALID) == 60
    assert len(INVALID) == 53
    assert all(file.with_suffix(".txt").exists() for file in INVALID)
    texts = {file.stem for kind in ("valid", "invalid") for file in (DATA / kind).glob("*.txt")}
    assert texts <= {file.stem for file in (*VALID, *INVALID)}


@cases(VALID)
def test_a_valid_document_has_the_deviations_that_its_file_lists_and_no_errors(file: Path) -> None:
    data = json.loads(file.read_bytes())
    problems = diagnose(data)
    assert [f"{problem.level}: {problem}" for problem in problems] == expected(file)
    assert all(problem.level == "deviation" for problem in problems)
    reader(file).from_dict(data)
    if problems:
        with pytest.raises(ValidationError) as caught:
            reader(file).from_dict(data, strict=True)
        assert caught.value.problems == problems
    else:
        assert reader(file).from_dict(data, strict=True) == reader(file).from_dict(data)


@cases(INVALID)
def test_an_invalid_document_is_refused_as_its_file_says(file: Path) -> None:
    message, *lines = expected(file)
    with pytest.raises(ValidationError) as caught:
        reader(file).from_json(file.read_bytes())
    assert str(caught.value) == message
    errors = [str(problem) for problem in caught.value.problems]
    if lines:
        problems = diagnose(json.loads(file.read_bytes()))
        assert [f"{problem.level}: {problem}" for problem in problems] == lines
        assert errors == [str(problem) for problem in problems if problem.level == "error"]
    else:
        assert errors == [message]


def test_three_faults_are_three_problems_in_document_order() -> None:
    data = json.loads((DATA / "invalid" / "three_faults.json").read_bytes())
    assert [(problem.path, problem.level, problem.message) for problem in diagnose(data)] == [
        (("created_at",), "error", "expected an integer, got a string"),
        (("step_details", "tool_calls", 1, "function", "name"), "error", "expected a string, got null"),
        (("thread_id",), "error", "expected a string, but the key is missing"),
    ]


# What no JSON file can hold.


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
def test_what_json_has_not_is_an_error_wherever_it_lies(step: Maker, value: object, got: str) -> None:
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


def test_keys_that_are_no_strings_are_errors_of_the_object_that_has_them(step: Maker) -> None:
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


def test_a_cycle_is_an_error_and_no_endless_walk(step: Maker) -> None:
    too_deep = "nested more than 100 levels deep, or cyclic"
    data = step()
    data["again"] = data
    ring: list[Any] = []
    ring.append(ring)
    data["ring"] = ring
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


def test_a_page_in_its_own_data_is_an_error() -> None:
    page: dict[str, Any] = {"object": "list", "data": [], "first_id": "", "last_id": "", "has_more": False}
    page["data"].append(page)
    assert [str(problem) for problem in diagnose(page)] == [
        'data[0].object: expected a run step ("thread.run.step"), got "list"'
    ]


# What a document is taken for.


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
def test_diagnose_says_what_it_met(data: object, first: str) -> None:
    assert str(diagnose(data)[0]) == first


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"object": "thread.run", "id": "run_1"}, 'object: expected a page ("list"), got "thread.run"'),
        ({"error": {"message": "x"}}, "expected a page, got an API error response"),
        ({"error": "x"}, "expected a page, got an API error response"),
    ],
)
def test_what_is_no_page_is_one_error(data: dict[str, Any], message: str) -> None:
    assert [str(problem) for problem in diagnose_as("RunStepPage", data)] == [message]
    with pytest.raises(ValidationError) as caught:
        RunStepPage.from_dict(data)
    assert [str(problem) for problem in caught.value.problems] == [message]


def test_a_part_is_known_by_its_type() -> None:
    data = {"id": "call_1", "type": "function", "file_search": {}}
    assert [str(problem) for problem in diagnose_as("FileSearchToolCall", data)] == [
        'type: expected "file_search", got "function"'
    ]
    assert [str(problem) for problem in diagnose_as("RetrievalToolCall", {"id": "", "type": [], "retrieval": {}})] == [
        "type: expected a string, got an array"
    ]


def test_messages_hold_no_payload(step: Maker) -> None:
    secret = "sesame"  # noqa: S105
    data = step(id=[secret], metadata={"key": [secret], "long": secret * 100}, usage=secret, run_id={secret: secret})
    data["step_details"] = {"type": "tool_calls", "tool_calls": [{"id": "c", "type": "function", "function": secret}]}
    assert len(diagnose(data)) == 7
    assert not [problem for problem in diagnose(data) if secret in str(problem)]


def test_an_unknown_tag_is_quoted_cut_and_escaped(step: Maker) -> None:
    data = step(status="paused\n" + "x" * 50)
    assert [str(problem) for problem in diagnose(data)] == [
        'status: unknown value "paused\\n' + "x" * 33 + '…" (not in the published schema)'
    ]
