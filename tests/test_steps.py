# SPDX-License-Identifier: MIT
"""Tests of `RunStep` and `RunStepPage`: round trips, attributes, missing keys, and JSON text."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runstep import (
    FrozenDict,
    FunctionToolCall,
    LastError,
    LastErrorCode,
    MessageCreation,
    MessageCreationStepDetails,
    OtherStepDetails,
    RunStep,
    RunStepPage,
    RunStepStatus,
    RunStepType,
    ToolCallsStepDetails,
    Usage,
    ValidationError,
    diagnose,
)

from .conftest import DATA

StepFactory = Callable[..., dict[str, Any]]

NORMALIZED = ("php_empty_objects", "floats_for_integers")
FILES = sorted(file for file in (DATA / "valid").glob("*.json") if file.stem not in NORMALIZED)


def load(name: str) -> Any:
    return json.loads((DATA / "valid" / f"{name}.json").read_bytes())


def canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True)


# Round trips.


def test_all_data_files_are_found() -> None:
    assert len(FILES) == 58


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_valid_document_round_trips(file: Path) -> None:
    cls = RunStepPage if file.stem.startswith("page_") else RunStep
    text = file.read_text(encoding="utf-8")
    parsed = cls.from_json(text)
    assert canonical(parsed.to_dict()) == canonical(json.loads(text))
    assert cls.from_json(parsed.to_json()) == parsed
    assert canonical(json.loads(parsed.to_json(indent=2))) == canonical(json.loads(text))


def test_an_empty_array_from_php_is_serialized_as_an_empty_object() -> None:
    serialized = RunStep.from_dict(load("php_empty_objects")).to_dict()
    calls = serialized["step_details"]["tool_calls"]
    assert calls[0] == {"id": "call_retrieve1", "type": "retrieval", "retrieval": {}}
    assert calls[1] == {"id": "call_search1", "type": "file_search", "file_search": {}}
    assert calls[2]["file_search"]["results"][0]["attributes"] == {}
    assert serialized["metadata"] == {}
    assert serialized["usage"] == {
        "prompt_tokens": 1,
        "completion_tokens": 2,
        "total_tokens": 3,
        "prompt_token_details": {},
        "completion_tokens_details": {},
    }


def test_a_whole_float_is_serialized_as_an_integer() -> None:
    data = load("floats_for_integers")
    serialized = RunStep.from_dict(data).to_dict()
    assert serialized == data
    assert canonical(serialized) == canonical(
        {
            **data,
            "created_at": 1741600100,
            "completed_at": 1741600103,
            "expires_at": -1,
            "usage": {"prompt_tokens": 918, "completion_tokens": 77, "total_tokens": 1000},
        }
    )


# Attributes.


def test_a_message_step() -> None:
    step = RunStep.from_dict(load("live_message"))
    assert step.type is RunStepType.MESSAGE_CREATION
    assert step.status is RunStepStatus.COMPLETED
    assert isinstance(step.step_details, MessageCreationStepDetails)
    assert step.step_details.message_creation.message_id == "msg_harbour7"
    assert step.message_id == "msg_harbour7"
    assert step.tool_calls == ()
    assert step.usage == Usage(
        prompt_tokens=918,
        completion_tokens=77,
        total_tokens=995,
        prompt_token_details={"cached_tokens": 0},  # type: ignore[arg-type]
        completion_tokens_details={"reasoning_tokens": 0},  # type: ignore[arg-type]
    )
    assert (step.metadata, step.expired_at, step.expires_at) == (None, None, None)
    assert step.extra == {}


def test_a_tool_calls_step() -> None:
    step = RunStep.from_dict(load("documented_tool_calls"))
    assert step.type is RunStepType.TOOL_CALLS
    assert isinstance(step.step_details, ToolCallsStepDetails)
    assert step.tool_calls is step.step_details.tool_calls
    assert [call.type for call in step.tool_calls] == ["code_interpreter", "file_search", "function"]
    call = step.tool_calls[2]
    assert isinstance(call, FunctionToolCall)
    assert call.function.parse_arguments() == {"port": "Brest"}
    assert step.message_id is None
    assert step.metadata == {"voyage": "outbound"}


def test_a_step_of_an_unknown_type() -> None:
    step = RunStep.from_dict(load("activities"))
    assert type(step.type) is str
    assert isinstance(step.step_details, OtherStepDetails)
    assert step.type == step.step_details.type == "activities"
    assert step.step_details.raw["activities"][0]["type"] == "mcp_list_tools"
    assert step.tool_calls == ()
    assert step.message_id is None


def test_a_failed_step() -> None:
    step = RunStep.from_dict(load("failed"))
    assert step.status is RunStepStatus.FAILED
    assert step.last_error == LastError(code="rate_limit_exceeded", message="Slow down.")
    assert step.last_error is not None
    assert step.last_error.code is LastErrorCode.RATE_LIMIT_EXCEEDED


def test_unknown_values_are_plain_strings() -> None:
    assert type(RunStep.from_dict(load("unknown_status")).status) is str
    error = RunStep.from_dict(load("failed_unknown_code")).last_error
    assert error is not None
    assert (type(error.code), error.code) == (str, "")
    assert error.extra == {"param": None}


def test_unknown_keys_are_in_extra() -> None:
    step = RunStep.from_dict(load("unknown_keys_everywhere"))
    assert step.extra == {"model": "m", "tags": ["a", ["b"], {"c": {}}], "some key": 1}
    assert step.extra["tags"] == ("a", ("b",), {"c": {}})
    assert [call.to_dict().get("index") for call in step.tool_calls] == [None, 1, 2, 3]


@pytest.mark.parametrize(
    ("times", "ended_at", "duration"),
    [
        ({}, None, None),
        ({"completed_at": 1719830007}, 1719830007, 7),
        ({"failed_at": 1719830003}, 1719830003, 3),
        ({"cancelled_at": 1719830002}, 1719830002, 2),
        ({"expired_at": 1719830600}, 1719830600, 600),
        ({"completed_at": 0, "failed_at": 5}, 0, -1719830000),
        ({"failed_at": 1719830003, "cancelled_at": 1719830001, "expired_at": 1719830002}, 1719830003, 3),
        ({"cancelled_at": 1719830001, "expired_at": 1719830000}, 1719830001, 1),
        ({"expires_at": 1719830600}, None, None),
        # Some servers send -1 for a time that is not set, and milliseconds.
        ({"failed_at": -1}, None, None),
        ({"completed_at": -1, "failed_at": -1, "cancelled_at": 1719830002}, 1719830002, 2),
        ({"completed_at": 1719830007999}, 1719830007, 7),
        ({"created_at": 1719830000500, "completed_at": 1719830007499}, 1719830007, 6),
        ({"created_at": 1719830000500, "completed_at": 1719830007}, 1719830007, 6),
        ({"created_at": -1, "completed_at": 1719830007}, 1719830007, None),
        ({"created_at": 10**11, "completed_at": 10**11 + 1}, 10**8, 10**8 - 10**11),
    ],
)
def test_ended_at_and_duration(
    step: StepFactory, times: dict[str, int], ended_at: int | None, duration: int | None
) -> None:
    parsed = RunStep.from_dict(step(**{"completed_at": None, **times}))
    assert parsed.ended_at == ended_at
    assert parsed.duration == duration
    for name, time in times.items():
        assert getattr(parsed, name) == time


# Missing keys.


def test_a_constructed_step_serializes_the_documented_keys() -> None:
    built = RunStep(
        id="step_lantern01",
        created_at=1719830000,
        assistant_id="asst_lantern",
        thread_id="thread_lantern",
        run_id="run_lantern",
        type="message_creation",
        status="completed",
        completed_at=1719830004,
        step_details=MessageCreationStepDetails(message_creation=MessageCreation(message_id="msg_lantern01")),
        metadata={},
        usage=Usage(prompt_tokens=310, completion_tokens=42, total_tokens=352),
    )
    data = load("documented_message")
    assert built.to_dict() == data
    assert built == RunStep.from_dict(data)
    assert diagnose(built.to_dict()) == ()
    assert replace(built, expires_at=5).to_dict() == {**data, "expires_at": 5}


def test_a_constructed_page_serializes_the_documented_keys() -> None:
    step = RunStep.from_dict(load("documented_message"))
    page = RunStepPage(data=[step])  # type: ignore[arg-type]
    assert page.to_dict() == {
        "object": "list",
        "data": [load("documented_message")],
        "first_id": None,
        "last_id": None,
        "has_more": False,
    }


def test_equality_ignores_whether_a_key_was_null_or_missing() -> None:
    live = RunStep.from_dict(load("live_message"))
    data = {**load("live_message"), "expired_at": None, "metadata": None}
    with_nulls = RunStep.from_dict(data)
    assert live == with_nulls
    assert hash(live) == hash(with_nulls)
    assert repr(live) == repr(with_nulls)
    assert "metadata" not in live.to_dict()
    assert with_nulls.to_dict() == data


def test_replace_adds_keys_that_get_a_value_to_a_step() -> None:
    data = load("required_keys_only")
    minimal = RunStep.from_dict(data)
    assert replace(minimal, status=RunStepStatus.FAILED).to_dict() == {**data, "status": "failed"}
    assert replace(minimal, metadata=FrozenDict()).to_dict() == {**data, "metadata": {}}
    assert replace(minimal, object="assistant.run.step").to_dict() == {**data, "object": "assistant.run.step"}
    assert replace(minimal, object="thread.run.step").to_dict() == data
    usage = Usage(prompt_tokens=1, completion_tokens=2, total_tokens=3)
    assert replace(minimal, usage=usage).to_dict()["usage"] == {
        "prompt_tokens": 1,
        "completion_tokens": 2,
        "total_tokens": 3,
    }


def test_replace_adds_keys_that_get_a_value_to_a_page() -> None:
    minimal = RunStepPage.from_dict({"data": []})
    assert replace(minimal, has_more=True).to_dict() == {"data": [], "has_more": True}
    assert replace(minimal, object="pages").to_dict() == {"data": [], "object": "pages"}
    assert replace(minimal, first_id="", last_id="x").to_dict() == {"data": [], "first_id": "", "last_id": "x"}
    full = RunStepPage.from_dict({"object": "list", "data": [], "first_id": "a", "last_id": "b", "has_more": True})
    assert replace(full, first_id=None, has_more=False).to_dict() == {
        "object": "list",
        "data": [],
        "first_id": None,
        "last_id": "b",
        "has_more": False,
    }


# Pages.


def test_a_page_can_be_iterated_and_has_a_length() -> None:
    page = RunStepPage.from_dict(load("page_live"))
    assert len(page) == 2
    assert [step.id for step in page] == ["step_harbour8", "step_harbour7"]
    assert list(page) == list(page.data)
    assert page.data[0] in page
    assert (page.first_id, page.last_id, page.has_more, page.object) == (
        "step_harbour8",
        "step_harbour7",
        False,
        "list",
    )


def test_missing_keys_of_a_page_have_defaults() -> None:
    page = RunStepPage.from_dict({"data": []})
    assert (page.object, page.first_id, page.last_id, page.has_more) == ("list", None, None, False)
    assert page == RunStepPage(data=())
    assert len(page) == 0


# JSON text.


@pytest.mark.parametrize(
    ("before", "after", "encoding"),
    [
        ("", "", None),
        ("\ufeff", "", None),
        (" \r\n\t", "\n", None),
        ("", "", "utf-8"),
        ("", "", "utf-8-sig"),
        ("", "", "utf-16"),
        ("", "", "utf-16-le"),
        ("", "", "utf-16-be"),
        ("", "", "utf-32"),
    ],
)
def test_json_text_may_be_str_or_bytes(before: str, after: str, encoding: str | None) -> None:
    text = before + (DATA / "valid" / "non_latin.json").read_text(encoding="utf-8") + after
    assert RunStep.from_json(text.encode(encoding) if encoding else text) == RunStep.from_dict(load("non_latin"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "invalid JSON (line 1, column 1)"),
        (b"", "invalid JSON (line 1, column 1)"),
        ("{\n  'id': 1}", "invalid JSON (line 2, column 3)"),
        ("{} {}", "invalid JSON (line 1, column 4)"),
        ("\ufeff\ufeff{}", "invalid JSON (line 1, column 1)"),
        (b'{"id": "\xff"}', "cannot decode bytes as text"),
        (b"\x1f\x8b\x08\x00", "cannot decode bytes as text"),
        ("[" * 100_000, "JSON is nested too deeply"),
        ('{"a":' * 100_000, "JSON is nested too deeply"),
        (b"[" * 100_000 + b"]" * 100_000, "JSON is nested too deeply"),
        ("1" * 5000, "invalid JSON (a number with too many digits)"),
        ("NaN", "expected an object, got NaN"),
        ("-Infinity", "expected an object, got infinity"),
        ("null", "expected an object, got null"),
        ("[]", "expected an object, got an array"),
        ('"{}"', "expected an object, got a string (use from_json for JSON text)"),
    ],
    ids=lambda text: repr(text[:12]),
)
def test_invalid_json_text_is_a_validation_error(text: str | bytes, message: str) -> None:
    for cls in (RunStep, RunStepPage):
        with pytest.raises(ValidationError) as caught:
            cls.from_json(text)
        assert str(caught.value) == message
        assert [problem.path for problem in caught.value.problems] == [()]


@pytest.mark.parametrize(("text", "found"), [(None, "NoneType"), (memoryview(b"{}"), "memoryview"), ({}, "dict")])
def test_json_text_of_another_type_is_a_type_error(text: Any, found: str) -> None:
    with pytest.raises(TypeError, match=f"^expected JSON text as str or bytes, got {found}$"):
        RunStep.from_json(text)


def test_json_text_can_be_parsed_in_strict_mode(step: StepFactory) -> None:
    text = json.dumps(step())
    assert RunStep.from_json(text, strict=True) == RunStep.from_json(text)
    with pytest.raises(ValidationError, match=r"^expires_at: unknown key \(not in the published schema\)$"):
        RunStep.from_json(json.dumps(step(expires_at=None)), strict=True)
    page = {"object": "list", "data": [step()], "first_id": "a", "last_id": "b", "has_more": False}
    assert RunStepPage.from_json(json.dumps(page), strict=True) == RunStepPage.from_dict(page)
    with pytest.raises(ValidationError, match=r"^last_id: expected a string, got null$"):
        RunStepPage.from_json(json.dumps({**page, "last_id": None}), strict=True)


def test_the_last_of_duplicate_keys_is_used(step: StepFactory) -> None:
    text = json.dumps(step())[:-1] + ', "id": "step_last"}'
    assert RunStep.from_json(text).id == "step_last"


def test_lone_surrogates_round_trip() -> None:
    text = (DATA / "valid" / "lone_surrogate.json").read_text(encoding="utf-8")
    parsed = RunStep.from_json(text)
    assert json.loads(parsed.to_json()) == json.loads(text)
    assert "\\ud83d" in parsed.to_json()
    assert parsed.to_json().isascii()


def test_numbers_of_any_size_round_trip(step: StepFactory) -> None:
    text = json.dumps(step(kept=[10**400, -0.0, 1e308, 5e-324, 0.1], created_at=10**400))
    assert json.loads(RunStep.from_json(text).to_json()) == json.loads(text)
    assert "-0.0" in RunStep.from_json(text).to_json()


def test_a_number_too_large_for_a_float_is_rejected(step: StepFactory) -> None:
    text = json.dumps(step(kept=1234567)).replace("1234567", "1e999")
    with pytest.raises(ValidationError, match=r"^kept: expected a number, got infinity$"):
        RunStep.from_json(text)


def test_pages_and_steps_are_hashable() -> None:
    page = RunStepPage.from_dict(load("page_duplicate_ids"))
    assert len({page, RunStepPage.from_dict(load("page_duplicate_ids"))}) == 1
    assert len(set(page)) == 2
    assert page != page.data  # type: ignore[comparison-overlap]


def test_a_page_is_a_sequence() -> None:
    page = RunStepPage.from_dict(load("page_duplicate_ids"))
    first, second, *_ = page
    assert page[0] == first
    assert page[-1] == page.data[-1]
    assert page[:2] == (first, second)
    assert list(reversed(page)) == list(page)[::-1]
    with pytest.raises(IndexError):
        page[len(page)]
