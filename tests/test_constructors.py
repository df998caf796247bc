# SPDX-License-Identifier: MIT
"""Tests of constructors: whatever can be constructed can be serialized, and parses back equal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import runstep
from runstep import (
    CodeInterpreter,
    FileSearchResult,
    FrozenDict,
    FunctionToolCall,
    MessageCreation,
    MessageCreationStepDetails,
    OtherCodeInterpreterOutput,
    OtherStepDetails,
    OtherToolCall,
    RankingOptions,
    RunStep,
    RunStepPage,
    RunStepStatus,
    ToolCallsStepDetails,
    ValidationError,
    streaming,
)
from runstep.streaming import OtherToolCallDelta, RunStepDelta, StepDelta

from .strategies import JSON, PARTS, TEXT
from .streaming.strategies import DELTA_PARTS

MESSAGE = MessageCreationStepDetails(message_creation=MessageCreation(message_id="msg_1"))


def arguments(**keys: Any) -> dict[str, Any]:
    required = {"id": "step_1", "created_at": 1, "assistant_id": "a", "thread_id": "t", "run_id": "r"}
    return {**required, "type": "message_creation", "status": "completed", "step_details": MESSAGE, **keys}


# Wrong types.

DETAILS_CLASSES = "MessageCreationStepDetails or ToolCallsStepDetails or OtherStepDetails"
DELTA_CLASSES = "MessageCreationStepDetailsDelta or ToolCallsStepDetailsDelta or OtherStepDetailsDelta"
CALL_CLASSES = "CodeInterpreterToolCall or FileSearchToolCall or FunctionToolCall or RetrievalToolCall or OtherToolCall"

WRONG_STEPS: list[tuple[dict[str, Any], str]] = [
    ({"id": 123}, "id: expected a string, got an integer"),
    ({"id": None}, "id: expected a string, got null"),
    ({"id": b"x"}, "id: expected a string, got a Python bytes"),
    ({"created_at": "now"}, "created_at: expected an integer, got a string"),
    ({"created_at": True}, "created_at: expected an integer, got a boolean"),
    ({"created_at": 1.0}, "created_at: expected an integer, got a number"),
    ({"completed_at": "now"}, "completed_at: expected an integer, got a string"),
    ({"object": 5}, "object: expected a string, got an integer"),
    ({"status": 5}, "status: expected a string, got an integer"),
    ({"step_details": {}}, f"step_details: expected {DETAILS_CLASSES}, got an object (use from_dict for decoded JSON)"),
    (
        {"step_details": MESSAGE.message_creation},
        f"step_details: expected {DETAILS_CLASSES}, got a Python MessageCreation",
    ),
    ({"usage": {"total_tokens": 1}}, "usage: expected Usage, got an object (use from_dict for decoded JSON)"),
    ({"last_error": "x"}, "last_error: expected LastError, got a string"),
    ({"metadata": [("a", "b")]}, "metadata: expected a mapping, got an array"),
    ({"metadata": {1: "b"}}, "metadata: expected string keys, got a Python int"),
    ({"extra": {"x": object()}}, "extra: expected a JSON value, got a Python object"),
    ({"extra": {"x": [{1: 2}]}}, "extra: expected string keys, got a Python int"),
    ({"extra": None}, "extra: expected a mapping, got null"),
]


@pytest.mark.parametrize(("keys", "message"), WRONG_STEPS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_wrong_type_in_a_step_is_a_type_error(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        RunStep(**arguments(**keys))
    assert str(caught.value) == message


WRONG_PARTS: list[tuple[Any, dict[str, Any], str]] = [
    (ToolCallsStepDetails, {"tool_calls": "abc"}, "tool_calls: expected a sequence, got a string"),
    (ToolCallsStepDetails, {"tool_calls": {}}, "tool_calls: expected a sequence, got an object"),
    (ToolCallsStepDetails, {"tool_calls": set()}, "tool_calls: expected a sequence, got a Python set"),
    (ToolCallsStepDetails, {"tool_calls": None}, "tool_calls: expected a sequence, got null"),
    (ToolCallsStepDetails, {"tool_calls": ["x"]}, f"tool_calls[0]: expected {CALL_CLASSES}, got a string"),
    (
        RunStepPage,
        {"data": [{}]},
        "data[0]: expected RunStep, got an object (use from_dict for decoded JSON)",
    ),
    (RunStepPage, {"data": [], "has_more": 1}, "has_more: expected a boolean, got an integer"),
    (RankingOptions, {"ranker": "auto", "score_threshold": "1"}, "score_threshold: expected a number, got a string"),
    (RankingOptions, {"ranker": "auto", "score_threshold": True}, "score_threshold: expected a number, got a boolean"),
    (CodeInterpreter, {"input": 1, "outputs": ()}, "input: expected a string, got an integer"),
    (
        FileSearchResult,
        {"file_id": "f", "file_name": "n", "score": 1, "content": 5},
        "content: expected a sequence, got an integer",
    ),
    (OtherToolCall, {"raw": []}, "raw: expected a mapping, got an array"),
    (
        StepDelta,
        {"step_details": MESSAGE},
        f"step_details: expected {DELTA_CLASSES}, got a Python MessageCreationStepDetails",
    ),
]


@pytest.mark.parametrize(
    ("cls", "keys", "message"), WRONG_PARTS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_wrong_type_in_a_part_is_a_type_error(cls: Any, keys: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        cls(**keys)
    assert str(caught.value) == message


# Wrong values.


def nested(levels: int) -> list[Any]:
    return [nested(levels - 1)] if levels else []


WRONG_VALUES: list[tuple[Any, dict[str, Any], str]] = [
    (RunStep, arguments(object="foo"), 'object: expected a run step, got "foo"'),
    (RunStep, arguments(metadata={"key": 1}), "metadata.key: expected a string, got an integer"),
    (
        RunStep,
        arguments(metadata={"k" * 65: ""}),
        f'metadata["{"k" * 64}…"]: expected a key of at most 64 characters, got 65',
    ),
    (RunStep, arguments(extra={"x": float("nan")}), "extra: expected a finite number, got NaN or infinity"),
    (RunStep, arguments(extra={"x": nested(101)}), "extra: nested more than 100 levels deep, or cyclic"),
    (RunStep, arguments(extra={"id": "x"}), "extra.id: expected a key that is not defined in the schema"),
    (
        FunctionToolCall,
        {"id": "c", "function": runstep.Function(name="f", arguments=""), "extra": {"type": "x"}},
        "extra.type: expected a key that is not defined in the schema",
    ),
    (
        RankingOptions,
        {"ranker": "auto", "score_threshold": float("inf")},
        "score_threshold: expected a number, got infinity",
    ),
    (OtherToolCall, {"raw": {}}, "type: expected a string, got null"),
    (OtherToolCall, {"raw": {"type": "function"}}, 'type: expected a type without a class of its own, got "function"'),
    (
        OtherStepDetails,
        {"raw": {"type": "tool_calls"}},
        'type: expected a type without a class of its own, got "tool_calls"',
    ),
    (
        OtherCodeInterpreterOutput,
        {"raw": {"type": "logs"}},
        'type: expected a type without a class of its own, got "logs"',
    ),
    (OtherToolCallDelta, {"raw": {"type": "mcp"}}, "index: expected an integer, got null"),
    (RunStepDelta, {"id": "s", "object": "x", "delta": StepDelta()}, 'object: expected a run step delta, got "x"'),
]


@pytest.mark.parametrize(
    ("cls", "keys", "message"), WRONG_VALUES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_wrong_value_is_a_validation_error(cls: Any, keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        cls(**keys)
    assert str(caught.value) == message


# Conversions.


class Text(str):
    __slots__ = ()

    def __len__(self) -> int:
        return 0


class Status(str, Enum):
    COMPLETED = "completed"


class Number(IntEnum):
    ONE = 1


def test_instances_of_subclasses_become_plain_values() -> None:
    step = RunStep(
        **arguments(id=Text("step_1"), status=Status.COMPLETED, created_at=Number.ONE, extra={"x": [Text("y")]})
    )
    assert step == RunStep(**arguments(extra={"x": ["y"]}))
    assert (type(step.id), type(step.status), type(step.created_at)) == (str, RunStepStatus, int)
    assert type(step.extra["x"][0]) is str
    assert type(RankingOptions(ranker="auto", score_threshold=Number.ONE).score_threshold) is int
    assert type(FrozenDict({"x": Number.ONE})["x"]) is int


def test_sequences_and_mappings_are_converted() -> None:
    call = FunctionToolCall(id="c", function=runstep.Function(name="f", arguments=""))
    calls: Any = (item for item in [call])
    details = ToolCallsStepDetails(tool_calls=calls, extra=MappingProxyType({"x": {"y": (1,)}}))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert details.tool_calls == (call,)
    assert type(details.extra) is FrozenDict
    assert details.extra == {"x": {"y": [1]}}


def test_an_error_of_an_iterator_is_raised_as_it_is() -> None:
    def items() -> Iterator[Any]:
        message = "our own"
        raise TypeError(message)
        yield

    calls: Any = items()
    with pytest.raises(TypeError, match=r"^our own$"):
        ToolCallsStepDetails(tool_calls=calls)


def test_a_whole_float_is_an_index() -> None:
    parsed = OtherToolCallDelta.from_dict({"type": "mcp", "index": 1.0})
    assert replace(parsed) == parsed
    assert parsed.index == 1


def test_metadata_can_be_a_dict_for_type_checkers() -> None:
    step = RunStep(
        id="step_1",
        created_at=1,
        assistant_id="a",
        thread_id="t",
        run_id="r",
        type="message_creation",
        status="completed",
        step_details=MESSAGE,
        metadata={"a": "b"},
    )
    assert type(step.metadata) is FrozenDict
    assert step.to_dict()["metadata"] == {"a": "b"}


def test_a_subclass_of_str_cannot_evade_the_metadata_limits() -> None:
    long = Text("x" * 513)
    message = r"^key: expected a value of at most 512 characters, got 513$"
    with pytest.raises(ValidationError, match=message):
        runstep.validate_metadata({"key": long})
    with pytest.raises(ValidationError, match=r"^metadata\."):
        RunStep(**arguments(metadata={"key": long}))
    document = {**RunStep(**arguments()).to_dict(), "metadata": {"key": long}}
    with pytest.raises(ValidationError, match=r"^metadata\."):
        RunStep.from_dict(document)
    with pytest.raises(ValidationError, match=r"^metadata\."):
        RunStep.from_dict(document, strict=True)


# Arbitrary arguments.

SCALARS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | TEXT | st.binary(max_size=3)
WORDS = st.sampled_from(
    ["function", "mcp", "logs", "tool_calls", "thinking", "thread.run.step", "thread.run.step.delta"]
)
OBJECTS_WITH_WORDS = st.dictionaries(st.sampled_from(["type", "index", "id", "x"]), WORDS | SCALARS, max_size=3)
ARGUMENTS = SCALARS | WORDS | JSON | OBJECTS_WITH_WORDS


@given(st.data(), st.lists(PARTS | DELTA_PARTS, min_size=1, max_size=2))
def test_whatever_can_be_constructed_round_trips(data: st.DataObject, parts: list[tuple[str, Any]]) -> None:
    objects = [getattr(runstep, kind, None) or getattr(streaming, kind) for kind, _ in parts]
    parsed = [cls.from_dict(document) for cls, (_, document) in zip(objects, parts, strict=True)]
    first = parsed[0]
    keys = {field.name: getattr(first, field.name) for field in fields(first) if not field.name.startswith("_")}
    changes = st.dictionaries(
        st.sampled_from(sorted(keys)), ARGUMENTS | st.sampled_from([parsed, parsed[-1]]), max_size=2
    )
    try:
        item = type(first)(**{**keys, **data.draw(changes)})
    except (TypeError, ValidationError):
        return
    written = item.to_dict()
    assert type(item).from_dict(written) == item
    assert type(item).from_dict(json.loads(json.dumps(written))) == item
