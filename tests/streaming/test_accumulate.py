# SPDX-License-Identifier: MIT
"""Deltas held together: against a plain fold over dicts, and case by case where servers are odd."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstep import FunctionToolCall, RunStep, ValidationError
from runstep.streaming import Event, RunStepAccumulator, RunStepDelta

from ..strategies import JSON
from ..test_properties import assert_immutable
from .strategies import FRAGMENTS, RUN_STEP_DELTA

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


def details(news: Any, id: str = "step_1") -> RunStepDelta:
    return RunStepDelta.from_dict({"id": id, "object": "thread.run.step.delta", "delta": {"step_details": news}})


def function(arguments: str | None = None, *, index: int = 0, **keys: Any) -> dict[str, Any]:
    body = {} if arguments is None else {"arguments": arguments}
    outer = {"id": keys.pop("id")} if "id" in keys else {}
    return {"index": index, **outer, "type": "function", "function": {**body, **keys}}


def code(*outputs: dict[str, Any], **keys: Any) -> dict[str, Any]:
    body = {**keys, **({"outputs": list(outputs)} if outputs else {})}
    return {"index": 0, "type": "code_interpreter", "code_interpreter": body}


def accumulated(*items: RunStep | RunStepDelta) -> RunStepAccumulator:
    accumulator = RunStepAccumulator()
    for item in items:
        accumulator.add(item)
    return accumulator


def calls_of(*items: RunStep | RunStepDelta) -> list[dict[str, Any]]:
    return [call.to_dict() for call in accumulated(*items).steps["step_1"].tool_calls]


# Against a fold over dicts.


def fold(held: dict[str, Any], news: dict[str, Any]) -> None:
    for key, value in news.items():
        if key in ("arguments", "input", "logs"):
            held[key] = held.get(key, "") + value
        elif key == "outputs":
            for output in value:
                fold(held.setdefault(key, {}).setdefault(output["index"], {}), output)
        elif key in ("function", "code_interpreter", "image"):
            fold(held.setdefault(key, {}), value)
        else:
            held[key] = value


def folded(chunks: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    calls: dict[int, Any] = {}
    for chunk in chunks:
        for fragment in chunk:
            fold(calls.setdefault(fragment["index"], {}), fragment)
    return [whole(calls[index]) for index in sorted(calls)]


def whole(call: dict[str, Any]) -> dict[str, Any]:
    """What is not known yet is empty."""
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


@given(st.lists(FRAGMENTS, max_size=8), st.sets(st.integers(0, 8)))
def test_accumulating_is_folding(chunks: list[list[dict[str, Any]]], asked: set[int]) -> None:
    accumulator = accumulated(step())
    for number, chunk in enumerate(chunks):
        if number in asked:
            _ = accumulator.steps["step_1"]
        accumulator.add(delta(*chunk))
    assert accumulator.steps["step_1"].to_dict() == step(*folded(chunks)).to_dict()


@given(st.lists(FRAGMENTS, min_size=1, max_size=8), st.integers(0, 8))
def test_deltas_before_the_step_is_announced_count_too(chunks: list[list[dict[str, Any]]], place: int) -> None:
    items: list[RunStep | RunStepDelta] = [delta(*chunk) for chunk in chunks]
    items.insert(place, step())
    assert accumulated(*items).steps == {"step_1": step(*folded(chunks))}


@given(st.lists(RUN_STEP_DELTA, max_size=8), st.sets(st.integers(0, 8)))
def test_a_step_that_was_asked_for_never_changes(deltas: list[dict[str, Any]], asked: set[int]) -> None:
    accumulator = accumulated(step())
    kept: list[tuple[Mapping[str, RunStep], dict[str, Any]]] = []
    for number, data in enumerate(deltas):
        accumulator.add(RunStepDelta.from_dict({**data, "id": "step_1"}))
        if number in asked:
            steps = accumulator.steps
            kept.append((steps, steps["step_1"].to_dict()))
    for steps, before in kept:
        assert steps["step_1"].to_dict() == before
        assert_immutable(steps["step_1"])
    never_asked = accumulated(step(), *[RunStepDelta.from_dict({**data, "id": "step_1"}) for data in deltas])
    assert never_asked.steps == accumulator.steps
    assert RunStep.from_dict(never_asked.steps["step_1"].to_dict()) == never_asked.steps["step_1"]


# Per class, by index.


def test_fragments_are_joined_and_the_rest_is_set() -> None:
    assert calls_of(
        step(),
        delta(function("", id="call_1", name="add", output=None)),
        delta(function('{"a": 12')),
        delta(function("34}", name="sum")),
        delta(function(output="7")),
    ) == [{"id": "call_1", "type": "function", "function": {"name": "sum", "arguments": '{"a": 1234}', "output": "7"}}]


def test_null_takes_nothing_back() -> None:
    null = {"index": 0, "id": None, "type": "function", "function": {"name": None, "arguments": None, "output": None}}
    known = delta(function("x", id="call_1", name="f", output="7"))
    assert calls_of(step(), known, delta(null), delta({**null, "function": None})) == calls_of(step(), known)


def test_what_is_not_known_yet_is_empty() -> None:
    for kind, body in [
        ("function", {"name": "", "arguments": ""}),
        ("code_interpreter", {"input": "", "outputs": []}),
        ("file_search", {}),
        ("retrieval", {}),
    ]:
        assert calls_of(step(), delta({"index": 0, "type": kind})) == [{"id": "", "type": kind, kind: body}]
    outputs = [{"index": 0, "type": "logs"}, {"index": 1, "type": "image"}, {"index": 2, "type": "table"}]
    (call,) = calls_of(step(), delta(code(*outputs)))
    assert call["code_interpreter"]["outputs"] == [
        {"type": "logs", "logs": ""},
        {"type": "image", "image": {"file_id": ""}},
        {"type": "table"},
    ]


def test_the_same_index_twice_in_one_delta_is_one_call() -> None:
    assert calls_of(step(), delta(function("a"), function("b"), function("c", index=1), function("d"))) == [
        {"id": "", "type": "function", "function": {"name": "", "arguments": "abd"}},
        {"id": "", "type": "function", "function": {"name": "", "arguments": "c"}},
    ]


@pytest.mark.parametrize("asks", [False, True])
def test_calls_stand_in_the_order_of_their_indices(asks: bool) -> None:
    accumulator = accumulated(step())
    for index in (4_294_967_294, 7, 0, 7, -1):
        accumulator.add(delta(function(f"{index} ", index=index)))
        if asks:
            assert accumulator.steps
    arguments = [
        call.function.arguments for call in accumulator.steps["step_1"].tool_calls if isinstance(call, FunctionToolCall)
    ]
    assert arguments == ["-1 ", "0 ", "7 7 ", "4294967294 "]


def test_outputs_of_code_grow_by_their_index() -> None:
    (call,) = calls_of(
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


def test_numbers_are_set_and_never_added() -> None:
    flat = {"index": 0, "type": "mcp", "attempt": 1}
    assert calls_of(step(), delta(flat), delta({**flat, "attempt": 2})) == [{"type": "mcp", "attempt": 2}]


def test_file_search_is_set() -> None:
    def search(body: dict[str, Any]) -> dict[str, Any]:
        return {"index": 0, "type": "file_search", "file_search": body}

    options = {"ranking_options": {"ranker": "auto", "score_threshold": 0.0}}
    (call,) = calls_of(step(), delta(search({})), delta(search({**options, "results": []})), delta(search(options)))
    assert call["file_search"] == options


def test_retrieval_is_set() -> None:
    bodies: list[dict[str, Any] | None] = [{"outputs": [1]}, {"outputs": [2]}, None]
    (call,) = calls_of(step(), *[delta({"index": 0, "type": "retrieval", "retrieval": body}) for body in bodies])
    assert call["retrieval"] == {"outputs": [2]}


# What no class names.


def test_a_call_with_its_body_under_another_key_grows_there() -> None:
    def openapi(**body: Any) -> RunStepDelta:
        return delta({"index": 0, "type": "openapi", "function": body})

    first = {"name": "get_tides", "arguments": "", "output": ""}
    assert calls_of(
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


def test_a_call_with_its_body_beside_its_type_grows_there() -> None:
    assert calls_of(
        step(),
        delta({"index": 3, "id": "call_1", "type": "mcp", "arguments": "{", "name": "find", "output": None}),
        delta({"index": 3, "type": "mcp", "arguments": "}", "output": None}),
        delta({"index": 3, "type": "mcp", "output": "found", "name": None}),
    ) == [{"id": "call_1", "type": "mcp", "arguments": "{}", "name": "find", "output": "found"}]


@pytest.mark.parametrize(
    ("fragments", "held"),
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
def test_what_no_class_names_grows_by_its_keys(fragments: list[Any], held: Any) -> None:
    (call,) = calls_of(step(), *[delta({"index": 0, "type": "browser", "trace": part}) for part in fragments])
    assert call["trace"] == held


@given(st.lists(st.dictionaries(st.sampled_from(["id", "logs", "body", "list"]), JSON, max_size=3), max_size=4))
def test_what_no_class_names_never_fails_and_keeps_what_was_told_last(fragments: list[dict[str, Any]]) -> None:
    deltas = [delta({**fragment, "index": 0, "type": "browser"}) for fragment in fragments]
    for call in calls_of(step(), *deltas):
        told = {key: value for fragment in fragments for key, value in fragment.items() if value is not None}
        for key, value in told.items():
            if not isinstance(value, (str, dict, list)):
                assert call[key] == value


def test_unnamed_keys_are_kept_where_they_were_told() -> None:
    call = {"index": 0, "type": "function", "function": {"arguments": "a", "x": 1}, "y": 1}
    again = {"index": 0, "type": "function", "function": {"x": 2}, "y": None, "z": {"a": []}}
    image = {"index": 0, "type": "image", "image": {"file_id": "file_1", "x": 1}, "y": 2}
    logs = {"index": 1, "type": "logs", "x": 1}
    accumulator = accumulated(
        step(),
        details({"type": "tool_calls", "tool_calls": [call, again], "x": 1}),
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


# Types that change, which no server should do.

_CALLS: list[dict[str, Any]] = [
    {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "a", "output": None}},
    {"id": "call_1", "type": "code_interpreter", "code_interpreter": {"input": "a", "outputs": []}},
    {"id": "call_1", "type": "file_search", "file_search": {}},
    {"id": "call_1", "type": "retrieval", "retrieval": {}},
    {"id": "call_1", "type": "mcp", "mcp": {"name": "f"}},
]


@pytest.mark.parametrize(("before", "after"), [*permutations(_CALLS, 2)], ids=lambda call: call["type"])
def test_a_call_of_another_type_takes_the_place_and_keeps_what_there_was(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    wanted = {**before, **after}
    assert calls_of(step(), delta({"index": 0, **before}), delta({"index": 0, **after})) == [wanted]
    without_id = {key: value for key, value in after.items() if key != "id"}
    assert calls_of(step(before), delta({"index": 0, **without_id})) == [wanted]


_OUTPUTS: list[dict[str, Any]] = [
    {"type": "logs", "logs": "a"},
    {"type": "image", "image": {"file_id": "file_1"}},
    {"type": "table", "rows": [1]},
]


@pytest.mark.parametrize(("before", "after"), [*permutations(_OUTPUTS, 2)], ids=lambda output: output["type"])
def test_an_output_of_another_type_takes_the_place_and_keeps_what_there_was(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    (call,) = calls_of(step(), delta(code({"index": 0, **before})), delta(code({"index": 0, **after})))
    (output,) = call["code_interpreter"]["outputs"]
    assert output == {**before, **after}


_DETAILS: list[dict[str, Any]] = [
    {"type": "message_creation", "message_creation": {"message_id": "msg_1"}},
    {"type": "tool_calls", "tool_calls": []},
    {"type": "activities", "activities": [{"id": "activity_1"}]},
]


@pytest.mark.parametrize(("before", "after"), [*permutations(_DETAILS, 2)], ids=lambda details: details["type"])
def test_details_of_another_type_take_the_place_and_keep_what_there_was(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    wanted = {**before, **after}
    announced = RunStep.from_dict({**STEP, "step_details": before})
    assert accumulated(announced, details(after)).steps["step_1"].step_details.to_dict() == wanted
    assert accumulated(details(before), details(after)).pending["step_1"].to_dict() == wanted


def test_a_message_is_told_of_in_deltas_too() -> None:
    news = [
        {"type": "message_creation", "x": 1},
        {"type": "message_creation", "message_creation": {"y": 2}},
        {"type": "message_creation", "message_creation": {"message_id": "msg_1"}},
    ]
    accumulator = accumulated(*map(details, news[:2]))
    assert accumulator.pending["step_1"].to_dict() == {
        "type": "message_creation",
        "message_creation": {"message_id": "", "y": 2},
        "x": 1,
    }
    accumulator.add(details(news[2]))
    assert accumulator.pending["step_1"].to_dict()["message_creation"] == {"message_id": "msg_1", "y": 2}
    written = RunStep.from_dict({**STEP, "type": "message_creation", "step_details": _DETAILS[0]})
    accumulator.add(written)
    assert accumulator.steps == {"step_1": written}


# Whole steps.


def test_a_delta_before_its_step_is_pending_until_the_step_is_announced() -> None:
    accumulator = accumulated(delta(function("a", id="call_1", name="f")))
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


def test_a_step_that_is_announced_twice_keeps_its_calls() -> None:
    first, second = delta(function("a", id="call_1")), delta(function("b"))
    assert calls_of(step(), first, step(expires_at=5), second) == calls_of(step(), first, second)
    assert accumulated(step(), first, step(expires_at=5)).steps["step_1"].expires_at == 5


def test_a_whole_step_replaces_what_was_accumulated() -> None:
    found = {"id": "call_1", "type": "file_search", "file_search": {"results": []}}
    asked = {"index": 0, "id": "call_1", "type": "file_search", "file_search": {}}
    for last in (step(found), step(found, status="completed"), step(status="failed"), step(status="cancelled")):
        assert accumulated(step(), delta(asked), last).steps == {"step_1": last}
        assert accumulated(delta(asked), last).steps == {"step_1": last}
        assert accumulated(delta(asked), last).pending == {}


def test_deltas_go_on_from_a_whole_step() -> None:
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
    assert calls_of(base, later) == [
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
    assert calls_of(base) == [call.to_dict() for call in base.tool_calls]


def test_a_delta_goes_on_from_a_whole_message() -> None:
    message = {
        "type": "message_creation",
        "message_creation": {"message_id": "msg_1", "x": 1},
        "y": 1,
    }
    base = RunStep.from_dict({**STEP, "type": "message_creation", "step_details": message})
    later = details({"type": "message_creation", "message_creation": {"z": 1}})
    assert accumulated(base, later).steps["step_1"].step_details.to_dict() == {
        **message,
        "message_creation": {"message_id": "msg_1", "x": 1, "z": 1},
    }


def test_an_index_is_the_business_of_one_step_alone() -> None:
    accumulator = accumulated(step(), step(id="step_2"), delta(function("a")), delta(function("b"), id="step_2"))
    arguments = [one.tool_calls[0].to_dict()["function"]["arguments"] for one in accumulator.steps.values()]
    assert arguments == ["a", "b"]


def test_a_delta_without_details_changes_nothing() -> None:
    accumulator = accumulated(step(), RunStepDelta.from_dict({"id": "step_2", "delta": {}}))
    accumulator.add(RunStepDelta.from_dict({"id": "step_1", "delta": {"step_details": None, "x": 1}}))
    accumulator.add(details({"type": "tool_calls"}))
    accumulator.add(details({"type": "tool_calls", "tool_calls": None}))
    assert accumulator.steps == {"step_1": step()}
    assert accumulator.pending == {}


# What asking gives.


def test_the_steps_are_a_mapping_that_nobody_can_change_and_no_delta_does() -> None:
    accumulator = accumulated(step(), delta(function("a")))
    before = accumulator.steps
    with pytest.raises(TypeError):
        before["step_2"] = step()  # type: ignore[index]  # pyright: ignore[reportIndexIssue]
    kept, written = dict(before), repr(before)
    accumulator.add(delta(function("b")))
    accumulator.add(step(id="step_2"))
    assert before == kept
    assert repr(before) == written
    assert list(before) == ["step_1"]
    assert list(accumulator.steps) == ["step_1", "step_2"]
    assert len(accumulator.steps) == 2


def test_what_no_delta_touched_is_the_same_object_as_before() -> None:
    accumulator = accumulated(step(), step(id="step_2"), delta(function("a"), function("b", index=1)))
    before = accumulator.steps
    accumulator.add(delta(function("c", index=1)))
    after = accumulator.steps
    assert after["step_2"] is before["step_2"]
    assert after["step_1"] is not before["step_1"]
    assert after["step_1"].tool_calls[0] is before["step_1"].tool_calls[0]
    assert after["step_1"] == accumulator.steps["step_1"]


# Events and dicts of events.


def test_events_are_taken_as_a_stream_gives_them_and_as_programs_log_them() -> None:
    news = delta(function("a", id="call_1"))
    logged: list[dict[str, Any]] = [
        {"event": "thread.run.step.created", "data": STEP},
        {"event": "thread.run.step.delta", "data": news.to_dict()},
        {"event": "thread.message.delta", "data": {"id": "msg_1"}},
        {"event": "done", "data": "[DONE]"},
    ]
    wanted = accumulated(step(), news).steps
    as_dicts, as_events = RunStepAccumulator(), RunStepAccumulator()
    for item in logged:
        as_dicts.add(item)
        as_events.add(Event.from_dict(item))
    assert as_dicts.steps == wanted
    assert as_events.steps == wanted


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
def test_a_dict_that_cannot_be_read_is_refused_and_changes_nothing(item: dict[str, Any], message: str) -> None:
    accumulator = accumulated(step())
    with pytest.raises(ValidationError) as caught:
        accumulator.add(item)
    assert str(caught.value) == message
    accumulator.add({"event": "thread.run.step.delta", "data": delta(function("a")).to_dict()})
    assert accumulator.steps["step_1"].tool_calls[0].to_dict()["function"]["arguments"] == "a"


# What strangers tried.


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


@pytest.mark.parametrize("type_", ["mcp", "function", "retrieval"])
def test_what_would_nest_too_deep_in_a_new_type_is_left_behind(type_: str) -> None:
    deep = code({"index": 0, "type": "logs", "logs": "a", "x": nested(100)}, input="b")
    (call,) = calls_of(step(), delta(deep), delta({"index": 0, "type": type_}))
    assert call["type"] == type_
    assert "code_interpreter" not in call


def test_a_mapping_that_is_gone_through_does_not_change() -> None:
    accumulator = accumulated(step())
    seen = []
    for id_ in accumulator.steps:
        accumulator.add(step(id="step_2"))
        seen.append(id_)
    assert seen == ["step_1"]
    assert list(accumulator.steps) == ["step_1", "step_2"]


def test_a_mapping_that_is_kept_does_not_change() -> None:
    accumulator = accumulated(step())
    before = accumulator.steps
    accumulator.add(step(id="step_2"))
    assert list(before) == ["step_1"]


def test_a_copy_goes_its_own_way() -> None:
    accumulator = accumulated(step(), delta(function("a")))
    twin = copy.deepcopy(accumulator)
    twin.add(delta(function("b")))
    accumulator.add(delta(function("c")))
    assert [
        call.function.arguments
        for one in (accumulator, twin)
        for call in one.steps["step_1"].tool_calls
        if isinstance(call, FunctionToolCall)
    ] == ["ac", "ab"]


def test_a_step_that_knows_no_calls_yet_is_heard_all_the_same() -> None:
    bare = {"type": "tool_calls", "tool_calls": [], "note": 1}
    held = accumulated(delta(function("a")), RunStep.from_dict({**STEP, "step_details": bare})).steps["step_1"]
    assert [call.to_dict()["function"]["arguments"] for call in held.tool_calls] == ["a"]
    assert held.to_dict()["step_details"]["note"] == 1


def test_details_of_an_unknown_type_outlive_a_step_that_knows_nothing_of_them() -> None:
    activity = {"index": 0, "id": "activity_1"}
    bare = RunStep.from_dict({**STEP, "type": "activities", "step_details": {"type": "activities", "activities": []}})
    news = details({"type": "activities", "activities": [activity]})
    orders: list[list[RunStep | RunStepDelta]] = [[news, bare], [bare, news], [bare, news, bare]]
    for items in orders:
        held = accumulated(*items).steps["step_1"].to_dict()["step_details"]
        assert [activity["id"] for activity in held["activities"]] == ["activity_1"]


def test_a_step_that_has_ended_has_the_last_word() -> None:
    assert calls_of(step(), delta(function("a")), step(status="completed", completed_at=1)) == []


@pytest.mark.parametrize(
    ("item", "lines"),
    [
        (None, ["expected an object, got null"]),
        ([], ["expected an object, got an array"]),
        ("event data", ["expected an object, got a string"]),
        ({}, ["event: expected a string, but the key is missing", "data: expected a value, but the key is missing"]),
        ({"event": 5}, ["event: expected a string, got an integer", "data: expected a value, but the key is missing"]),
    ],
)
def test_what_is_no_logged_event_is_refused_with_all_that_is_wrong(item: Any, lines: list[str]) -> None:
    with pytest.raises(ValidationError) as caught:
        Event.from_dict(item)
    assert [str(problem) for problem in caught.value.problems] == lines


@pytest.mark.long  # it measures time, which a gate must not hang on
def test_asking_copies_no_text_that_nobody_holds() -> None:
    def seconds(size: int) -> float:
        accumulator = accumulated(step(), delta(function("x" * size)))
        assert accumulator.steps
        best = 9.0
        for _ in range(50):
            started = time.perf_counter()
            accumulator.add(delta(function("y")))
            assert accumulator.steps["step_1"]
            best = min(best, time.perf_counter() - started)
        return best

    assert seconds(20_000_000) < 5 * seconds(1000)
