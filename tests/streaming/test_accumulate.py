# SPDX-License-Identifier: MIT
"""Tests of `RunStepAccumulator`, against a reference implementation and case by case."""

from __future__ import annotations

import copy
import json
import random
import sys
import time
from collections.abc import Iterator, Mapping
from enum import Enum
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstep import FunctionToolCall, RunStep, ValidationError
from runstep.streaming import Event, RunStepAccumulator, RunStepDelta, RunStepStream

from ..strategies import JSON
from ..test_properties import assert_immutable
from .strategies import DELTA_TOOL_CALLS, RUN_STEP_DELTA

STEP = {
    "id": "step_1",
    "object": "thread.run.step",
    "created_at": 1718000000,
    "assistant_id": "asst_1",
    "thread_id": "thread_1",
    "run_id": "run_1",
    "type": "tool_calls",
    "status": "in_progress",
    "step_details": {"type": "tool_calls", "tool_calls": []},
    "last_error": None,
    "cancelled_at": None,
    "failed_at": None,
    "completed_at": None,
    "usage": None,
    "expires_at": 1718000600,
}


def step(*calls: dict[str, Any], **keys: Any) -> RunStep:
    return RunStep.from_dict({**STEP, "step_details": {"type": "tool_calls", "tool_calls": list(calls)}, **keys})


def delta(*calls: dict[str, Any], id: str = "step_1") -> RunStepDelta:
    return details({"type": "tool_calls", "tool_calls": list(calls)}, id=id)


def details(data: Any, id: str = "step_1") -> RunStepDelta:
    return RunStepDelta.from_dict({"id": id, "object": "thread.run.step.delta", "delta": {"step_details": data}})


def function(arguments: str | None = None, *, index: int = 0, **keys: Any) -> dict[str, Any]:
    body = {} if arguments is None else {"arguments": arguments}
    outer = {"id": keys.pop("id")} if "id" in keys else {}
    return {"index": index, **outer, "type": "function", "function": {**body, **keys}}


def code(*outputs: dict[str, Any], **keys: Any) -> dict[str, Any]:
    body = {**keys, **({"outputs": list(outputs)} if outputs else {})}
    return {"index": 0, "type": "code_interpreter", "code_interpreter": body}


def accumulate(*items: RunStep | RunStepDelta) -> RunStepAccumulator:
    accumulator = RunStepAccumulator()
    for item in items:
        accumulator.add(item)
    return accumulator


def accumulate_calls(*items: RunStep | RunStepDelta) -> list[dict[str, Any]]:
    return [call.to_dict() for call in accumulate(*items).steps["step_1"].tool_calls]


# A reference implementation on dicts.


_FRAGMENTS = {"function": {"arguments"}, "code_interpreter": {"input"}, "logs output": {"logs"}}


def merge(target: dict[str, Any], source: dict[str, Any], kind: str) -> None:
    """Merge an object into another one. `kind` is the key that it is under, or the type of a call or output."""
    is_unknown = kind in ("openapi call", "mcp call")
    for key, value in source.items():
        if key in _FRAGMENTS.get(kind, ()) or (is_unknown and key == "arguments"):
            target[key] = target.get(key, "") + value
        elif (kind, key) == ("code_interpreter", "outputs"):
            for output in value:
                merge(target.setdefault(key, {}).setdefault(output["index"], {}), output, f"{output['type']} output")
        elif is_unknown and isinstance(value, dict):
            merge(target.setdefault(key, {}), value, kind)
        elif kind in (f"{key} call", f"{key} output"):
            merge(target.setdefault(key, {}), value, key)
        elif value is not None or key not in target:
            target[key] = value


def expected_calls(deltas: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the calls that result from the `tool_calls` of some deltas."""
    merged: dict[int, Any] = {}
    for calls in deltas:
        for call in calls:
            merge(merged.setdefault(call["index"], {}), call, f"{call['type']} call")
    return [with_defaults(merged[index]) for index in sorted(merged)]


def with_defaults(call: dict[str, Any]) -> dict[str, Any]:
    """Return a merged call without indices, and with empty values for missing keys."""
    del call["index"]
    match call["type"]:
        case "function":
            return {
                **call,
                "id": call.get("id", ""),
                "function": {"name": "", "arguments": "", **call.get("function", {})},
            }
        case "file_search":
            return {"id": "", "file_search": {}, **call}
        case "code_interpreter":
            body: dict[str, Any] = {"input": "", "outputs": {}, **call.get("code_interpreter", {})}
            outputs: list[Any] = [body["outputs"][index] for index in sorted(body["outputs"])]
            for output in outputs:
                del output["index"]
            return {"id": "", **call, "code_interpreter": {**body, "outputs": outputs}}
        case _:
            return call


@given(st.lists(DELTA_TOOL_CALLS, max_size=8), st.sets(st.integers(0, 8)))
def test_deltas_accumulate_like_merged_dicts(deltas: list[list[dict[str, Any]]], reads: set[int]) -> None:
    accumulator = accumulate(step())
    for number, calls in enumerate(deltas):
        if number in reads:
            _ = accumulator.steps["step_1"]
        accumulator.add(delta(*calls))
    assert accumulator.steps["step_1"].to_dict() == step(*expected_calls(deltas)).to_dict()


@given(st.lists(DELTA_TOOL_CALLS, min_size=1, max_size=8), st.integers(0, 8))
def test_deltas_before_the_step_are_accumulated(deltas: list[list[dict[str, Any]]], position: int) -> None:
    items: list[RunStep | RunStepDelta] = [delta(*calls) for calls in deltas]
    items.insert(position, step())
    assert accumulate(*items).steps == {"step_1": step(*expected_calls(deltas))}


@given(st.lists(RUN_STEP_DELTA, max_size=8), st.sets(st.integers(0, 8)))
def test_a_returned_step_never_changes(deltas: list[dict[str, Any]], reads: set[int]) -> None:
    accumulator = accumulate(step())
    snapshots: list[tuple[Mapping[str, RunStep], dict[str, Any]]] = []
    for number, data in enumerate(deltas):
        accumulator.add(RunStepDelta.from_dict({**data, "id": "step_1"}))
        if number in reads:
            steps = accumulator.steps
            snapshots.append((steps, steps["step_1"].to_dict()))
    for steps, before in snapshots:
        assert steps["step_1"].to_dict() == before
        assert_immutable(steps["step_1"])
    never_read = accumulate(step(), *[RunStepDelta.from_dict({**data, "id": "step_1"}) for data in deltas])
    assert never_read.steps == accumulator.steps
    assert RunStep.from_dict(never_read.steps["step_1"].to_dict()) == never_read.steps["step_1"]


# Accumulation by class and index.


def test_text_fragments_are_joined_and_other_values_replaced() -> None:
    assert accumulate_calls(
        step(),
        delta(function("", id="call_1", name="add", output=None)),
        delta(function('{"a": 12')),
        delta(function("34}", name="sum")),
        delta(function(output="7")),
    ) == [{"id": "call_1", "type": "function", "function": {"name": "sum", "arguments": '{"a": 1234}', "output": "7"}}]


def test_null_does_not_clear_a_value() -> None:
    null = {"index": 0, "id": None, "type": "function", "function": {"name": None, "arguments": None, "output": None}}
    known = delta(function("x", id="call_1", name="f", output="7"))
    expected = accumulate_calls(step(), known)
    assert accumulate_calls(step(), known, delta(null), delta({**null, "function": None})) == expected


def test_missing_values_are_empty() -> None:
    for kind, body in [
        ("function", {"name": "", "arguments": ""}),
        ("code_interpreter", {"input": "", "outputs": []}),
        ("file_search", {}),
        ("retrieval", {}),
    ]:
        assert accumulate_calls(step(), delta({"index": 0, "type": kind})) == [{"id": "", "type": kind, kind: body}]
    outputs = [{"index": 0, "type": "logs"}, {"index": 1, "type": "image"}, {"index": 2, "type": "table"}]
    (call,) = accumulate_calls(step(), delta(code(*outputs)))
    assert call["code_interpreter"]["outputs"] == [
        {"type": "logs", "logs": ""},
        {"type": "image", "image": {"file_id": ""}},
        {"type": "table"},
    ]


def test_a_repeated_index_in_one_delta_is_one_call() -> None:
    assert accumulate_calls(step(), delta(function("a"), function("b"), function("c", index=1), function("d"))) == [
        {"id": "", "type": "function", "function": {"name": "", "arguments": "abd"}},
        {"id": "", "type": "function", "function": {"name": "", "arguments": "c"}},
    ]


@pytest.mark.parametrize("reads_each_time", [False, True])
def test_calls_are_sorted_by_index(reads_each_time: bool) -> None:
    accumulator = accumulate(step())
    for index in (4_294_967_294, 7, 0, 7, -1):
        accumulator.add(delta(function(f"{index} ", index=index)))
        if reads_each_time:
            assert accumulator.steps
    arguments = [
        call.function.arguments for call in accumulator.steps["step_1"].tool_calls if isinstance(call, FunctionToolCall)
    ]
    assert arguments == ["-1 ", "0 ", "7 7 ", "4294967294 "]


def test_code_interpreter_outputs_are_accumulated_by_index() -> None:
    (call,) = accumulate_calls(
        step(),
        delta(code(input="print(")),
        delta(code({"index": 1, "type": "image", "image": {"file_id": "file_1"}}, input="1)")),
        delta(code({"index": 0, "type": "logs", "logs": "1"})),
        delta(code({"index": 2, "type": "table", "rows": 1}, {"index": 0, "type": "logs", "logs": "\n"})),
        delta(code({"index": 2, "type": "table", "rows": 2, "logs": "x"}, {"index": 2, "type": "table", "logs": "y"})),
        delta(code({"index": 1, "type": "image", "image": {"file_id": None}})),
    )
    assert call["code_interpreter"] == {
        "input": "print(1)",
        "outputs": [
            {"type": "logs", "logs": "1\n"},
            {"type": "image", "image": {"file_id": "file_1"}},
            {"type": "table", "rows": 2, "logs": "xy"},
        ],
    }


def test_numbers_are_replaced_not_added() -> None:
    flat = {"index": 0, "type": "mcp", "attempt": 1}
    assert accumulate_calls(step(), delta(flat), delta({**flat, "attempt": 2})) == [{"type": "mcp", "attempt": 2}]


def test_the_parts_of_a_file_search_are_replaced_and_never_cleared() -> None:
    def search(body: dict[str, Any]) -> dict[str, Any]:
        return {"index": 0, "type": "file_search", "file_search": body}

    first = {"ranking_options": {"ranker": "auto", "score_threshold": 0.0}, "results": [], "x": 1}
    second = {"ranking_options": {"ranker": "auto", "score_threshold": 0.5}}
    bodies: list[dict[str, Any]] = [{}, first, second, {"results": None, "x": None, "y": 2}, {}]
    (call,) = accumulate_calls(step(), *[delta(search(body)) for body in bodies])
    assert call["file_search"] == {**first, **second, "y": 2}


def test_retrieval_is_replaced() -> None:
    bodies: list[dict[str, Any] | None] = [{"outputs": [1]}, {"outputs": [2]}, None]
    (call,) = accumulate_calls(
        step(), *[delta({"index": 0, "type": "retrieval", "retrieval": body}) for body in bodies]
    )
    assert call["retrieval"] == {"outputs": [2]}


# Calls of unknown types.


def test_an_unknown_call_is_accumulated_in_a_nested_body() -> None:
    def openapi(**body: Any) -> RunStepDelta:
        return delta({"index": 0, "type": "openapi", "function": body})

    first = {"name": "get_tides", "arguments": "", "output": ""}
    assert accumulate_calls(
        step(),
        delta({"index": 0, "id": "call_1", "type": "openapi", "function": first}),
        openapi(arguments='{"place"'),
        openapi(arguments=':"Dover"}'),
        openapi(output="low at noon"),
    ) == [
        {
            "id": "call_1",
            "type": "openapi",
            "function": {"name": "get_tides", "arguments": '{"place":"Dover"}', "output": "low at noon"},
        }
    ]


def test_an_unknown_call_is_accumulated_at_its_top_level() -> None:
    assert accumulate_calls(
        step(),
        delta({"index": 3, "id": "call_1", "type": "mcp", "arguments": "{", "name": "find", "output": None}),
        delta({"index": 3, "type": "mcp", "arguments": "}", "output": None}),
        delta({"index": 3, "type": "mcp", "output": "found", "name": None}),
    ) == [{"id": "call_1", "type": "mcp", "arguments": "{}", "name": "find", "output": "found"}]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([[{"index": 0, "logs": "a"}], [{"index": 1, "logs": "b"}, {"index": 0, "logs": "c"}]],
         [{"index": 0, "logs": "ac"}, {"index": 1, "logs": "b"}]),
        ([[], [{"index": 0, "logs": "a"}], []], [{"index": 0, "logs": "a"}]),
        ([[{"logs": "a"}], [{"index": 0, "logs": "b"}]], [{"logs": "ab", "index": 0}]),
        ([[{"logs": "a"}], [{"logs": "b"}]], [{"logs": "b"}]),
        ([[1, 2], [{"index": 0, "logs": "a"}]], [{"index": 0, "logs": "a"}]),
        ([[1, 2], [3]], [3]),
        ([{"logs": "a"}, {"logs": "b", "in": {"x": 1}}, {"in": {"y": 2}}], {"logs": "ab", "in": {"x": 1, "y": 2}}),
        ([{"logs": "a"}, "text"], "text"),
        (["text", {"logs": "a"}], {"logs": "a"}),
        ([{"logs": None}, {"logs": "a"}, {"logs": None}], {"logs": "a"}),
        ([{"logs": 5}, {"logs": "a"}], {"logs": "a"}),
        ([{"logs": ["a"]}, {"logs": ["b"]}], {"logs": ["b"]}),
    ],
)  # fmt: skip
def test_unknown_values_are_accumulated_by_key_and_index(values: list[Any], expected: Any) -> None:
    (call,) = accumulate_calls(step(), *[delta({"index": 0, "type": "browser", "trace": value}) for value in values])
    assert call["trace"] == expected


@given(st.lists(st.dictionaries(st.sampled_from(["id", "logs", "body", "list"]), JSON, max_size=3), max_size=4))
def test_unknown_calls_never_fail_and_keep_the_last_value(bodies: list[dict[str, Any]]) -> None:
    deltas = [delta({**body, "index": 0, "type": "browser"}) for body in bodies]
    for call in accumulate_calls(step(), *deltas):
        last_values = {key: value for body in bodies for key, value in body.items() if value is not None}
        for key, value in last_values.items():
            if not isinstance(value, (str, dict, list)):
                assert call[key] == value


def test_unknown_keys_stay_in_their_objects() -> None:
    first = {"index": 0, "type": "function", "function": {"arguments": "a", "x": 1}, "y": 1}
    second = {"index": 0, "type": "function", "function": {"x": 2}, "y": None, "z": {"a": []}}
    image = {"index": 0, "type": "image", "image": {"file_id": "file_1", "x": 1}, "y": 2}
    logs = {"index": 1, "type": "logs", "x": 1}
    accumulator = accumulate(
        step(),
        details({"type": "tool_calls", "tool_calls": [first, second], "x": 1}),
        details({"type": "tool_calls", "tool_calls": [{**code(image, logs, x=1), "index": 1, "y": 1}]}),
        delta({"index": 2, "type": "file_search", "x": 1}, {"index": 3, "type": "retrieval", "x": 1}),
    )
    assert accumulator.steps["step_1"].step_details.to_dict() == {
        "type": "tool_calls",
        "tool_calls": [
            {"id": "", "type": "function", "function": {"name": "", "arguments": "a", "x": 2}, "y": 1, "z": {"a": []}},
            {
                "id": "",
                "type": "code_interpreter",
                "code_interpreter": {
                    "input": "",
                    "outputs": [
                        {"type": "image", "image": {"file_id": "file_1", "x": 1}, "y": 2},
                        {"type": "logs", "logs": "", "x": 1},
                    ],
                    "x": 1,
                },
                "y": 1,
            },
            {"id": "", "type": "file_search", "file_search": {}, "x": 1},
            {"id": "", "type": "retrieval", "retrieval": {}, "x": 1},
        ],
        "x": 1,
    }


# Changes of type, which no server should send.

_CALLS: list[dict[str, Any]] = [
    {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "a", "output": None}},
    {"id": "call_1", "type": "code_interpreter", "code_interpreter": {"input": "a", "outputs": []}},
    {"id": "call_1", "type": "file_search", "file_search": {}},
    {"id": "call_1", "type": "retrieval", "retrieval": {}},
    {"id": "call_1", "type": "mcp", "mcp": {"name": "f"}},
]


@pytest.mark.parametrize(("before", "after"), [*permutations(_CALLS, 2)], ids=lambda call: call["type"])
def test_a_call_of_a_new_type_keeps_the_previous_keys(before: dict[str, Any], after: dict[str, Any]) -> None:
    expected = {**before, **after}
    assert accumulate_calls(step(), delta({"index": 0, **before}), delta({"index": 0, **after})) == [expected]
    without_id = {key: value for key, value in after.items() if key != "id"}
    assert accumulate_calls(step(before), delta({"index": 0, **without_id})) == [expected]


_OUTPUTS: list[dict[str, Any]] = [
    {"type": "logs", "logs": "a"},
    {"type": "image", "image": {"file_id": "file_1"}},
    {"type": "table", "rows": [1]},
]


@pytest.mark.parametrize(("before", "after"), [*permutations(_OUTPUTS, 2)], ids=lambda output: output["type"])
def test_an_output_of_a_new_type_keeps_the_previous_keys(before: dict[str, Any], after: dict[str, Any]) -> None:
    (call,) = accumulate_calls(step(), delta(code({"index": 0, **before})), delta(code({"index": 0, **after})))
    (output,) = call["code_interpreter"]["outputs"]
    assert output == {**before, **after}


_DETAILS: list[dict[str, Any]] = [
    {"type": "message_creation", "message_creation": {"message_id": "msg_1"}},
    {"type": "tool_calls", "tool_calls": []},
    {"type": "activities", "activities": [{"id": "activity_1"}]},
]


@pytest.mark.parametrize(("before", "after"), [*permutations(_DETAILS, 2)], ids=lambda details: details["type"])
def test_details_of_a_new_type_keep_the_previous_keys(before: dict[str, Any], after: dict[str, Any]) -> None:
    expected = {**before, **after}
    announced = RunStep.from_dict({**STEP, "step_details": before})
    assert accumulate(announced, details(after)).steps["step_1"].step_details.to_dict() == expected
    assert accumulate(details(before), details(after)).pending["step_1"].to_dict() == expected


def test_message_creation_deltas_are_accumulated() -> None:
    deltas = [
        {"type": "message_creation", "x": 1},
        {"type": "message_creation", "message_creation": {"y": 2}},
        {"type": "message_creation", "message_creation": {"message_id": "msg_1"}},
    ]
    accumulator = accumulate(*map(details, deltas[:2]))
    assert accumulator.pending["step_1"].to_dict() == {
        "type": "message_creation",
        "message_creation": {"message_id": "", "y": 2},
        "x": 1,
    }
    accumulator.add(details(deltas[2]))
    assert accumulator.pending["step_1"].to_dict()["message_creation"] == {"message_id": "msg_1", "y": 2}
    complete = RunStep.from_dict({**STEP, "type": "message_creation", "step_details": _DETAILS[0]})
    accumulator.add(complete)
    assert accumulator.steps == {"step_1": complete}


# Complete steps.


def test_a_delta_is_pending_until_its_step_is_announced() -> None:
    accumulator = accumulate(delta(function("a", id="call_1", name="f")))
    assert accumulator.steps == {}
    assert list(accumulator.pending) == ["step_1"]
    assert accumulator.pending["step_1"].to_dict() == {
        "type": "tool_calls",
        "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "a"}}],
    }
    accumulator.add(step())
    accumulator.add(delta(function("b")))
    assert accumulator.pending == {}
    (call,) = accumulator.steps["step_1"].tool_calls
    assert call.to_dict() == {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "ab"}}


def test_a_step_announced_twice_keeps_its_calls() -> None:
    first, second = delta(function("a", id="call_1")), delta(function("b"))
    assert accumulate_calls(step(), first, step(expires_at=5), second) == accumulate_calls(step(), first, second)
    assert accumulate(step(), first, step(expires_at=5)).steps["step_1"].expires_at == 5


def test_a_complete_step_replaces_the_accumulated_one() -> None:
    call = {"id": "call_1", "type": "file_search", "file_search": {"results": []}}
    partial_call = {"index": 0, "id": "call_1", "type": "file_search", "file_search": {}}
    for last in (step(call), step(call, status="completed"), step(status="failed"), step(status="cancelled")):
        assert accumulate(step(), delta(partial_call), last).steps == {"step_1": last}
        assert accumulate(delta(partial_call), last).steps == {"step_1": last}
        assert accumulate(delta(partial_call), last).pending == {}


def test_deltas_extend_a_complete_step() -> None:
    base = step(
        {"id": "call_0", "type": "function", "function": {"name": "f", "arguments": "a", "x": 1}, "y": 1},
        {
            "id": "call_1",
            "type": "code_interpreter",
            "code_interpreter": {
                "input": "b",
                "outputs": [{"type": "logs", "logs": "c"}, {"type": "image", "image": {"file_id": "f"}}, {"type": "t"}],
            },
        },
        {"id": "call_2", "type": "file_search", "file_search": {}},
        {"id": "call_3", "type": "retrieval", "retrieval": {"x": 1}},
        {"id": "call_4", "type": "mcp", "arguments": "{", "trace": [{"logs": "x"}]},
    )
    outputs = [
        {"index": 0, "type": "logs", "logs": "!"},
        {"index": 1, "type": "image", "y": 1},
        {"index": 2, "type": "t", "z": 1},
    ]
    later = delta(
        function("!", output="7"),
        {**code(*outputs, input="!"), "index": 1},
        {"index": 2, "type": "file_search"},
        {"index": 3, "type": "retrieval"},
        {"index": 4, "type": "mcp", "arguments": "}", "trace": [{"index": 0, "logs": "y"}]},
        function("new", index=5),
    )
    assert accumulate_calls(base, later) == [
        {
            "id": "call_0",
            "type": "function",
            "function": {"name": "f", "arguments": "a!", "output": "7", "x": 1},
            "y": 1,
        },
        {
            "id": "call_1",
            "type": "code_interpreter",
            "code_interpreter": {
                "input": "b!",
                "outputs": [
                    {"type": "logs", "logs": "c!"},
                    {"type": "image", "image": {"file_id": "f"}, "y": 1},
                    {"type": "t", "z": 1},
                ],
            },
        },
        {"id": "call_2", "type": "file_search", "file_search": {}},
        {"id": "call_3", "type": "retrieval", "retrieval": {"x": 1}},
        {"id": "call_4", "type": "mcp", "arguments": "{}", "trace": [{"index": 0, "logs": "xy"}]},
        {"id": "", "type": "function", "function": {"name": "", "arguments": "new"}},
    ]
    assert accumulate_calls(base) == [call.to_dict() for call in base.tool_calls]


def test_a_delta_extends_a_complete_message() -> None:
    message = {
        "type": "message_creation",
        "message_creation": {"message_id": "msg_1", "x": 1},
        "y": 1,
    }
    base = RunStep.from_dict({**STEP, "type": "message_creation", "step_details": message})
    later = details({"type": "message_creation", "message_creation": {"z": 1}})
    assert accumulate(base, later).steps["step_1"].step_details.to_dict() == {
        **message,
        "message_creation": {"message_id": "msg_1", "x": 1, "z": 1},
    }


def test_indices_of_different_steps_are_independent() -> None:
    accumulator = accumulate(step(), step(id="step_2"), delta(function("a")), delta(function("b"), id="step_2"))
    arguments = [step.tool_calls[0].to_dict()["function"]["arguments"] for step in accumulator.steps.values()]
    assert arguments == ["a", "b"]


def test_a_delta_without_details_changes_nothing() -> None:
    accumulator = accumulate(step(), RunStepDelta.from_dict({"id": "step_2", "delta": {}}))
    accumulator.add(RunStepDelta.from_dict({"id": "step_1", "delta": {"step_details": None, "x": 1}}))
    accumulator.add(details({"type": "tool_calls"}))
    accumulator.add(details({"type": "tool_calls", "tool_calls": None}))
    assert accumulator.steps == {"step_1": step()}
    assert accumulator.pending == {}


# The `steps` mapping.


def test_the_steps_mapping_is_read_only_and_never_changes() -> None:
    accumulator = accumulate(step(), delta(function("a")))
    before = accumulator.steps
    with pytest.raises(TypeError):
        before["step_2"] = step()  # type: ignore[index]  # pyright: ignore[reportIndexIssue]
    items, text = dict(before), repr(before)
    accumulator.add(delta(function("b")))
    accumulator.add(step(id="step_2"))
    assert before == items
    assert repr(before) == text
    assert list(before) == ["step_1"]
    assert list(accumulator.steps) == ["step_1", "step_2"]
    assert len(accumulator.steps) == 2


def test_unchanged_objects_are_reused() -> None:
    accumulator = accumulate(step(), step(id="step_2"), delta(function("a"), function("b", index=1)))
    before = accumulator.steps
    accumulator.add(delta(function("c", index=1)))
    after = accumulator.steps
    assert after["step_2"] is before["step_2"]
    assert after["step_1"] is not before["step_1"]
    assert after["step_1"].tool_calls[0] is before["step_1"].tool_calls[0]
    assert after["step_1"] == accumulator.steps["step_1"]


# Events, as objects and as dicts.


def test_events_and_logged_dicts_are_accepted() -> None:
    call_delta = delta(function("a", id="call_1"))
    logged: list[dict[str, Any]] = [
        {"event": "thread.run.step.created", "data": STEP},
        {"event": "thread.run.step.delta", "data": call_delta.to_dict()},
        {"event": "thread.message.delta", "data": {"id": "msg_1"}},
        {"event": "done", "data": "[DONE]"},
    ]
    expected = accumulate(step(), call_delta).steps
    from_dicts, from_events = RunStepAccumulator(), RunStepAccumulator()
    for item in logged:
        from_dicts.add(item)
        from_events.add(Event.from_dict(item))
    assert from_dicts.steps == expected
    assert from_events.steps == expected


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({}, "event: expected a string, but the key is missing (and 1 more)"),
        ({"event": 5, "data": ""}, "event: expected a string, got an integer"),
        ({"event": "done"}, "data: expected a value, but the key is missing"),
        (
            {"event": "x", "data": object()},
            "data: expected a JSON value, got something else or a value nested too deeply",
        ),
        ({"event": "thread.run.step.delta", "data": {}}, "id: expected a string, but the key is missing (and 1 more)"),
        ({"event": "thread.run.step.delta", "data": "{"}, "invalid JSON (line 1, column 2)"),
    ],
)
def test_an_invalid_dict_is_rejected_and_changes_nothing(item: dict[str, Any], message: str) -> None:
    accumulator = accumulate(step())
    with pytest.raises(ValidationError) as caught:
        accumulator.add(item)
    assert str(caught.value) == message
    accumulator.add({"event": "thread.run.step.delta", "data": delta(function("a")).to_dict()})
    assert accumulator.steps["step_1"].tool_calls[0].to_dict()["function"]["arguments"] == "a"


# Edge cases.


def nested(depth: int) -> list[Any]:
    """Return `depth` nested arrays."""
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


@pytest.mark.parametrize("type_", ["mcp", "function", "retrieval"])
def test_previous_keys_nested_too_deeply_for_the_new_type_are_dropped(type_: str) -> None:
    deep = code({"index": 0, "type": "logs", "logs": "a", "x": nested(100)}, input="b")
    (call,) = accumulate_calls(step(), delta(deep), delta({"index": 0, "type": type_}))
    assert call["type"] == type_
    assert "code_interpreter" not in call


def test_steps_can_be_added_while_iterating_over_the_mapping() -> None:
    accumulator = accumulate(step())
    ids = []
    for id_ in accumulator.steps:
        accumulator.add(step(id="step_2"))
        ids.append(id_)
    assert ids == ["step_1"]
    assert list(accumulator.steps) == ["step_1", "step_2"]


def test_a_deep_copy_is_independent() -> None:
    accumulator = accumulate(step(), delta(function("a")))
    clone = copy.deepcopy(accumulator)
    clone.add(delta(function("b")))
    accumulator.add(delta(function("c")))
    assert [
        call.function.arguments
        for each in (accumulator, clone)
        for call in each.steps["step_1"].tool_calls
        if isinstance(call, FunctionToolCall)
    ] == ["ac", "ab"]


def test_extra_keys_of_a_step_without_calls_are_added() -> None:
    without_calls = RunStep.from_dict({**STEP, "step_details": {"type": "tool_calls", "tool_calls": [], "note": 1}})
    result = accumulate(delta(function("a")), without_calls).steps["step_1"]
    assert [call.to_dict()["function"]["arguments"] for call in result.tool_calls] == ["a"]
    assert result.to_dict()["step_details"]["note"] == 1


def test_unknown_keys_may_be_named_like_defined_ones() -> None:
    keys = {"type": "x", "index": 7, "id": 1, "name": None, "extra": {"a": 1}, "raw": [], "object": "y"}
    calls = [
        {"index": 0, "type": "file_search", "file_search": keys},
        {
            "index": 1,
            "type": "code_interpreter",
            "code_interpreter": {**keys, "outputs": [{"index": 0, "type": "image", "image": keys}]},
        },
        {"index": 2, "type": "function", "function": {**keys, "name": "f"}},
    ]
    file_search, code_interpreter, function_ = accumulate_calls(step(), delta(*calls))
    assert file_search["file_search"] == keys
    assert code_interpreter["code_interpreter"]["outputs"][0]["image"] == {**keys, "file_id": ""}
    assert {key: code_interpreter["code_interpreter"][key] for key in keys} == keys
    assert function_["function"] == {**keys, "name": "f", "arguments": ""}
    (event,) = RunStepStream().feed(
        f"event: thread.run.step.delta\ndata: {json.dumps(delta(*calls).to_dict())}\n\n".encode()
    )
    assert event == Event(event="thread.run.step.delta", data=delta(*calls))


def test_details_of_an_unknown_type_may_have_an_index() -> None:
    empty = RunStep.from_dict({**STEP, "type": "activities", "step_details": {"type": "activities"}})
    result = accumulate(empty, details({"type": "activities", "index": [1]})).steps["step_1"]
    assert result.step_details.to_dict() == {"type": "activities", "index": [1]}


def test_details_of_an_unknown_type_survive_a_step_with_empty_details() -> None:
    activity = {"index": 0, "id": "activity_1"}
    empty = RunStep.from_dict({**STEP, "type": "activities", "step_details": {"type": "activities", "activities": []}})
    partial = details({"type": "activities", "activities": [activity]})
    orders: list[list[RunStep | RunStepDelta]] = [[partial, empty], [empty, partial], [empty, partial, empty]]
    for items in orders:
        result = accumulate(*items).steps["step_1"].to_dict()["step_details"]
        assert [activity["id"] for activity in result["activities"]] == ["activity_1"]


def test_an_ended_step_replaces_accumulated_calls() -> None:
    assert accumulate_calls(step(), delta(function("a")), step(status="completed", completed_at=1)) == []


@pytest.mark.parametrize(
    ("item", "messages"),
    [
        (None, ["expected an object, got null"]),
        ([], ["expected an object, got an array"]),
        ("event data", ["expected an object, got a string"]),
        ({}, ["event: expected a string, but the key is missing", "data: expected a value, but the key is missing"]),
        ({"event": 5}, ["event: expected a string, got an integer", "data: expected a value, but the key is missing"]),
    ],
)
def test_an_invalid_logged_event_is_rejected_with_all_problems(item: Any, messages: list[str]) -> None:
    with pytest.raises(ValidationError) as caught:
        Event.from_dict(item)
    assert [str(problem) for problem in caught.value.problems] == messages


# Input that is made to be expensive, or that the accumulator cannot use.


def test_halves_of_a_character_are_joined() -> None:
    fragments = ['{"a": "\ud83d', '\ude00", "b": "\ude00', '\ud83d"}']
    accumulator = accumulate(step())
    for fragment in fragments:
        accumulator.add(delta(function(fragment)))
        assert accumulator.steps["step_1"]
    result = accumulator.steps["step_1"]
    assert result.to_dict()["step_details"]["tool_calls"][0]["function"]["arguments"] == (
        '{"a": "\U0001f600", "b": "\ude00\ud83d"}'
    )
    assert RunStep.from_json(result.to_json()) == result


def alternating_types(count: int, value: str) -> Iterator[RunStepDelta]:
    yield delta({"index": 0, "type": "a", "value": [{"text": value}] * 1000})
    for number in range(count):
        yield delta({"index": 0, "type": "b" if number % 2 else "function", "x": number})


def test_a_call_keeps_previous_keys_for_a_limited_number_of_type_changes() -> None:
    items = [delta({"index": 0, "type": type_}) for type_ in ("retrieval", "b") * 4]
    items.insert(0, delta({"index": 0, "type": "a", "value": 1}))
    assert accumulate_calls(step(), *items) == [{"type": "b", "id": "", "retrieval": {}, "value": 1}]
    items.append(delta({"index": 0, "type": "retrieval"}))
    assert accumulate_calls(step(), *items) == [{"id": "", "type": "retrieval", "retrieval": {}}]


def test_details_keep_previous_keys_for_a_limited_number_of_type_changes() -> None:
    items = [details({"type": type_}) for type_ in ("tool_calls", "b") * 4]
    items.insert(0, details({"type": "a", "value": 1}))
    assert accumulate(step(), *items).steps["step_1"].step_details.to_dict()["value"] == 1
    items.append(details({"type": "tool_calls"}))
    assert accumulate(step(), *items).steps["step_1"].step_details.to_dict() == {"type": "tool_calls", "tool_calls": []}


def test_alternating_types_after_a_large_value_take_linear_time() -> None:
    accumulator = RunStepAccumulator()
    accumulator.add(step())
    started = time.perf_counter()
    for item in alternating_types(5000, "x" * 100):
        accumulator.add(item)
    assert time.perf_counter() - started < 4  # quadratic time would be 10 seconds or more


def test_indices_with_equal_hashes_take_linear_time() -> None:
    indices = [number * sys.hash_info.modulus + 7 for number in range(-5000, 15_000)]
    accumulator = RunStepAccumulator()
    accumulator.add(step())
    started = time.perf_counter()
    for index in indices:
        accumulator.add(delta({"index": index, "type": "retrieval", "id": str(index)}))
    assert [call.id for call in accumulator.steps["step_1"].tool_calls] == [str(index) for index in sorted(indices)]
    assert time.perf_counter() - started < 4  # quadratic time would be 10 seconds or more


def colliding_indices(bits: int) -> list[int]:
    """Return small integers that CPython's dict looks up in the same places, one after another."""
    mask, count = (1 << bits) - 1, (1 << bits) // 3
    slot, order = 7, dict[int, int]()
    for number in range(count):
        order[slot] = number
        slot = (5 * slot + 1) & mask
    keys, numbers = dict.fromkeys(order), random.Random(1)  # noqa: S311  (any numbers)
    while len(keys) < 2 * count:
        key = perturb = numbers.getrandbits(bits + 12)
        slot = key & mask
        while slot in order and perturb:
            perturb >>= 5
            slot = (5 * slot + perturb + 1) & mask
        if not perturb and order.get(slot, count) < count // 8:
            keys[key] = None
    return list(keys)


def test_indices_that_collide_in_a_dict_take_linear_time() -> None:
    def seconds(indices: list[int]) -> float:
        items = [delta({"index": index, "type": "retrieval"}) for index in indices]
        times: list[float] = []
        for _ in range(10 if sys.implementation.name == "pypy" else 3):  # PyPy compiles while the first rounds run
            started = time.perf_counter()
            accumulate(step(), *items)
            times.append(time.perf_counter() - started)
        return min(times)

    indices = colliding_indices(12)
    assert seconds(indices) < 3 * seconds(random.Random(2).sample(range(1 << 25), len(indices)))  # noqa: S311


def test_many_keys_of_a_file_search_take_linear_time() -> None:
    deltas = [delta({"index": 0, "type": "file_search", "file_search": {f"key_{n}": n}}) for n in range(10_000)]
    accumulator = accumulate(step())
    started = time.perf_counter()
    for item in deltas:
        accumulator.add(item)
    assert time.perf_counter() - started < 3  # quadratic time would be 6 seconds or more
    assert len(accumulator.steps["step_1"].to_dict()["step_details"]["tool_calls"][0]["file_search"]) == 10_000


@pytest.mark.parametrize(
    "item", [None, "text", 5, [], {"event": "x", "data": ""}.items()], ids=lambda item: type(item).__name__
)
def test_adding_anything_else_is_a_type_error(item: Any) -> None:
    message = f"expected a RunStep, RunStepDelta, Event or mapping, got {type(item).__name__}"
    with pytest.raises(TypeError, match=f"^{message}$"):
        RunStepAccumulator().add(item)


# Events.


class EventName(str, Enum):
    CREATED = "thread.run.step.created"


def test_the_name_of_an_event_may_be_an_enum_member() -> None:
    event = Event.from_dict({"event": EventName.CREATED, "data": STEP})
    assert event == Event.from_dict({"event": "thread.run.step.created", "data": STEP})
    assert type(event.event) is str
    assert isinstance(event.data, RunStep)


def test_an_integer_with_too_many_digits_in_an_event_is_a_validation_error() -> None:
    with pytest.raises(ValidationError, match=r"^data: expected a JSON value, got an integer with too many digits$"):
        Event.from_dict({"event": "x", "data": {"x": 10**5000}})


def test_the_data_of_any_event_can_be_decoded() -> None:
    assert Event.from_dict({"event": "thread.message.delta", "data": {"id": "msg_1"}}).json() == {"id": "msg_1"}
    assert Event.from_dict({"event": "thread.run.step.created", "data": STEP}).json() == STEP
    with pytest.raises(ValidationError, match=r"^invalid JSON \(line 1, column 2\)$"):
        Event(event="done", data="[DONE]").json()
    with pytest.raises(ValidationError, match=r"^expected a number, got NaN$"):
        Event(event="x", data="[NaN]").json()


class _Text(str):
    __slots__ = ()


def test_an_event_holds_plain_strings() -> None:
    event = Event.from_dict({"event": _Text("x"), "data": _Text("y")})
    assert (type(event.event), type(event.data)) == (str, str)
    assert type(Event(event=EventName.CREATED, data="").event) is str


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"event": 5, "data": ""}, "event: expected a string, got an integer"),
        ({"event": "x", "data": STEP}, "data: expected RunStep, RunStepDelta or a string, got an object"),
    ],
)
def test_a_wrong_type_in_an_event_is_a_type_error(keys: Any, message: str) -> None:
    with pytest.raises(TypeError, match=f"^{message}$"):
        Event(**keys)


def test_the_tool_calls_of_a_delta_are_a_tuple() -> None:
    assert [call.index for call in delta(function("a"), function("b", index=1)).tool_calls] == [0, 1]
    assert details({"type": "tool_calls"}).tool_calls == ()
    assert details({"type": "message_creation"}).tool_calls == ()
    assert RunStepDelta.from_dict({"id": "step_1", "delta": {}}).tool_calls == ()
