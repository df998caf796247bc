# SPDX-License-Identifier: MIT
"""Tests of the export to items of the Responses API."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runstep import OtherToolCall, RunStep
from runstep.archive import read_messages
from runstep.export.chat import to_messages
from runstep.export.responses import batches, to_items

from ..conftest import CORPUS, needs_corpus
from ..strategies import STEP
from .data import (
    BROWSER,
    CODE,
    MCP,
    OPENAPI,
    RETRIEVAL,
    SEARCH,
    adapter,
    calls,
    captured_steps,
    function,
    message,
    own_losses,
    step,
    writes,
)

PATH = ("step_details", "tool_calls", 0)


def test_a_conversation_is_converted_in_order() -> None:
    steps = [writes("msg_2", id="step_2", created_at=1718000005), calls(function(arguments='{"a": 1}'), id="step_1")]
    messages = [message("msg_2", "It is", "9."), message("msg_1", "How high?", role="user")]
    conversion = to_items(iter(steps), messages=iter(messages))
    assert conversion.items == (
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "How high?"}]},
        {"type": "function_call", "call_id": "call_1", "name": "tides", "arguments": '{"a": 1}'},
        {"type": "function_call_output", "call_id": "call_1", "output": "9"},
        {"type": "message", "role": "assistant", "content": "It is"},
        {"type": "message", "role": "assistant", "content": "9."},
    )
    assert own_losses(conversion) == [("step_2", ("messages", 0), "the message became several")]


def test_content_becomes_parts() -> None:
    content = [
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "high"}},
        {"type": "image_file", "image_file": {"file_id": "file_1"}},
        {"type": "refusal", "refusal": "no"},
    ]
    attachments = [{"file_id": "file_2"}, {}]
    messages = [
        message("msg_1", *content, role="user", attachments=attachments),
        message("msg_2", *content),
        message("msg_3", content[2], role="user"),
    ]
    conversion = to_items([writes("msg_2")], messages=messages)
    assert conversion.items == (
        {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_image", "image_url": "https://example.org/a.png", "detail": "high"},
                {"type": "input_image", "file_id": "file_1", "detail": "auto"},
                {"type": "input_file", "file_id": "file_2"},
            ],
        },
        {"type": "message", "role": "assistant", "content": "no"},
    )
    assert own_losses(conversion) == [
        (None, ("messages", 0, "attachments", 1), "the file is malformed"),
        (None, ("messages", 2, "content", 0), "refusal in a message of the user is not converted"),
        (None, ("messages", 0, "content", 2), "refusal in a message of the user is not converted"),
        ("step_1", ("messages", 1, "content", 0), "image_url in a message of the assistant is not converted"),
        ("step_1", ("messages", 1, "content", 1), "image_file in a message of the assistant is not converted"),
        ("step_1", ("messages", 1, "content", 2), "a refusal became text"),
    ]


def test_a_message_without_content_is_a_loss() -> None:
    conversion = to_items([writes("msg_1")], messages=[message("msg_1")])
    assert conversion.items == ()
    assert own_losses(conversion) == [("step_1", ("messages", 0), "a message without content to convert is omitted")]


def test_hosted_tools_become_native_items() -> None:
    search = {
        **SEARCH,
        "file_search": {**SEARCH["file_search"], "ranking_options": {"ranker": "auto", "score_threshold": 0}},
    }
    steps = [calls(CODE, search, RETRIEVAL)]
    conversion = to_items(steps, hosted="native", container_id="cntr_1")
    assert conversion.items == (
        {
            "type": "code_interpreter_call",
            "id": "call_c",
            "container_id": "cntr_1",
            "code": "1 + 1",
            "outputs": [{"type": "logs", "logs": "2"}, {"type": "logs", "logs": "3"}],
            "status": "completed",
        },
        {
            "type": "file_search_call",
            "id": "call_s",
            "queries": [],
            "status": "completed",
            "results": [
                {"file_id": "file_1", "filename": "a.pdf", "score": 0.5, "text": "one\ntwo", "attributes": None}
            ],
        },
        {"type": "function_call", "call_id": "call_r", "name": "retrieval", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_r", "output": ""},
    )
    assert own_losses(conversion) == [
        (None, PATH[:2], "parallel calls are no longer grouped"),
        ("step_1", (*PATH, "code_interpreter", "outputs", 1), "an image is not converted"),
        ("step_1", (*PATH[:2], 1, "file_search"), "the queries of file searches are not known"),
        ("step_1", (*PATH[:2], 1, "file_search", "ranking_options"), "ranking options are not converted"),
        ("step_1", (*PATH[:2], 2), "a hosted tool became a function"),
        ("step_1", (*PATH[:2], 2, "retrieval"), "the results are not given"),
    ]


def test_a_native_call_of_the_code_interpreter_needs_a_container() -> None:
    assert [item["type"] for item in to_items([calls(CODE)], hosted="native").items] == [
        "function_call",
        "function_call_output",
    ]


@pytest.mark.parametrize(
    ("status", "expected"),
    [("completed", "completed"), ("failed", "failed"), ("in_progress", "incomplete"), ("paused", "incomplete")],
)
def test_the_status_of_native_items(status: str, expected: str) -> None:
    call = {
        **SEARCH,
        "file_search": {"results": [{"file_id": "f", "file_name": "n", "score": 1, "attributes": {"a": 1, "b": [2]}}]},
    }
    conversion = to_items([calls(call, status=status)], hosted="native")
    assert [item["status"] for item in conversion.items] == [expected]
    assert conversion.items[0]["results"][0]["attributes"] == {"a": 1}
    reason = "a part of the result is not converted"
    assert ("step_1", (*PATH, "file_search", "results", 0), reason) in own_losses(conversion)


def test_parts_of_native_results_are_losses() -> None:
    content = [{"type": "image", "text": None, "u": 5}, {"type": "text", "text": "x", "z": 1}]
    result = {"file_id": "f", "file_name": "n", "score": 1, "content": content}
    call = {"id": "call_1", "type": "file_search", "file_search": {"results": [result]}}
    conversion = to_items([calls(call)], hosted="native")
    assert conversion.items[0]["results"][0]["text"] == "x"
    reason = "a part of the result is not converted"
    assert ("step_1", (*PATH, "file_search", "results", 0), reason) in own_losses(conversion)


@pytest.mark.parametrize("hosted", ["function", "native"])
@pytest.mark.parametrize("call", [{**CODE, "code_interpreter": {"input": "", "outputs": []}}, RETRIEVAL])
@pytest.mark.parametrize("status", ["in_progress", "expired", "failed"])
def test_a_hosted_call_of_a_step_that_did_not_complete_is_pending(
    hosted: Any, call: dict[str, Any], status: str
) -> None:
    conversion = to_items([calls(call, status=status)], hosted=hosted, container_id="cntr_1")
    assert conversion.items == ()
    assert own_losses(conversion) == [("step_1", PATH, "a call without output is omitted")]
    assert to_items([calls(call, status=status)], hosted=hosted, pending="keep").items != ()


def test_ids_are_distinct_in_all_threads() -> None:
    steps = [
        calls(function(id=id_), id=id_[:6], thread_id=f"t{thread}")
        for thread in range(3)
        for id_ in ("call_1", "x" * 70)
    ]
    listed = {"id": "", "type": "mcp_list_tools", "server_label": "github", "tools": {}}
    items = to_items(steps).items
    found = [item["call_id"] for item in items if item["type"] == "function_call"]
    assert len(set(found)) == len(found) == 6
    found = [item["id"] for item in to_items([activities(listed, listed)]).items]
    assert len(set(found)) == 2
    assert all(found)


def test_an_id_may_look_like_a_hash() -> None:
    twice = calls(function(), function())
    (_, _, replaced, _) = to_items([twice]).items
    other = calls(function(id=replaced["call_id"]), id="step_0", run_id="run_0", created_at=1717999999)
    ids = [item["call_id"] for item in to_items([twice, other]).items if item["type"] == "function_call"]
    assert len(set(ids)) == 3


def test_a_native_search_without_results_is_reported() -> None:
    conversion = to_items([calls({"id": "call_1", "type": "file_search", "file_search": {}})], hosted="native")
    assert "results" not in conversion.items[0]
    assert ("step_1", (*PATH, "file_search", "results"), "the results are not given") in own_losses(conversion)


def test_hosted_tools_can_be_omitted() -> None:
    conversion = to_items([calls(CODE, SEARCH, RETRIEVAL)], hosted="omit")
    assert conversion.items == ()
    assert [loss[2] for loss in own_losses(conversion)][1:] == ["a hosted tool is omitted"] * 3
    with pytest.raises(ValueError, match=r"^expected hosted to be one of 'function', 'native', 'omit', got 'x'$"):
        to_items([], hosted="x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_tools_of_azure_have_items_of_their_own() -> None:
    unknown_server = {key: value for key, value in MCP.items() if key != "server_label"}
    steps = [calls(MCP, OPENAPI, {**unknown_server, "id": "call_n"}, {**MCP, "id": "call_p", "output": None})]
    conversion = to_items(steps)
    assert conversion.items == (
        {
            "type": "mcp_call",
            "id": "call_m",
            "server_label": "github",
            "name": "fetch",
            "arguments": "{}",
            "output": "text",
        },
        {"type": "function_call", "call_id": "call_o", "name": "weather", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_o", "output": "sun"},
        {"type": "function_call", "call_id": "call_n", "name": "fetch", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_n", "output": "text"},
    )
    reasons = {reason for _, _, reason in own_losses(conversion)}
    assert reasons == {
        "parallel calls are no longer grouped",
        "unknown keys are not converted",
        "a call of another tool became a function",
        "a call without output is omitted",
    }
    assert "output" not in to_items(steps, pending="keep").items[-1]


def activities(*items: Any) -> RunStep:
    return step({"type": "activities", "activities": list(items)})


def test_the_tools_that_azure_lists_become_an_item() -> None:
    fetch = {"description": "Fetch.", "parameters": {"type": "object"}, "annotations": {"a": 1}, "x": 1}
    tools = {"fetch": fetch, "search": {"description": 5}}
    listed = {"id": "activity_1", "type": "mcp_list_tools", "server_label": "github", "tools": tools}
    conversion = to_items([activities(listed)])
    assert conversion.items == (
        {
            "type": "mcp_list_tools",
            "id": "activity_1",
            "server_label": "github",
            "tools": [
                {
                    "name": "fetch",
                    "input_schema": {"type": "object"},
                    "description": "Fetch.",
                    "annotations": {"a": 1},
                },
                {"name": "search", "input_schema": None},
            ],
        },
    )
    path = ("step_details", "activities", 0, "tools")
    assert own_losses(conversion) == [
        ("step_1", (*path, "fetch", "x"), "unknown keys are not converted"),
        ("step_1", (*path, "search", "description"), "unknown keys are not converted"),
    ]
    others = [{**listed, "tools": {"x": 1}}, {**listed, "tools": []}, {"type": "x"}, 5]
    conversion = to_items([activities(*others), step({"type": "thinking"}, id="step_2", run_id="run_2")])
    assert conversion.items == ()
    assert own_losses(conversion) == [
        *[
            ("step_1", ("step_details", "activities", index), "activities of this type are not converted")
            for index in range(4)
        ],
        ("step_2", ("step_details",), "steps of this type are not converted"),
    ]


def test_other_tools_are_converted_by_a_function() -> None:
    def other(step: RunStep, call: OtherToolCall) -> list[dict[str, Any]]:
        return [{"type": "message", "role": "assistant", "content": f"{step.id} {call.type}"}]

    conversion = to_items([calls(BROWSER)], other=other)
    assert conversion.items == ({"type": "message", "role": "assistant", "content": "step_1 browser"},)
    assert own_losses(conversion) == []
    assert own_losses(to_items([calls(BROWSER)])) == [("step_1", PATH, "calls of this tool are not converted")]


@pytest.mark.parametrize(
    "call", [function("x" * 10_485_761), {**MCP, "output": "x" * 10_485_761}], ids=["function", "mcp"]
)
def test_a_long_output_is_cut(call: dict[str, Any]) -> None:
    conversion = to_items([calls({key: value for key, value in call.items() if key != "x"})])
    assert len(conversion.items[-1]["output"]) == 10_485_760
    assert own_losses(conversion) == [("step_1", PATH, "the output is cut at 10,485,760 characters")]


def test_ids_and_names_are_accepted_by_the_server() -> None:
    long, invalid = "x" * 65, "a.b"
    steps = [
        calls(function(id=long, name="n" * 129), function(id=invalid), function(), id="s1", run_id="r1"),
        calls(function(), function(id="x" * 64), id="s2", run_id="r2", created_at=1718000001),
    ]
    items = to_items(steps).items
    ids = [item["call_id"] for item in items if item["type"] == "function_call"]
    assert ids == [item["call_id"] for item in items if item["type"] == "function_call_output"]
    assert len(set(ids)) == 5
    assert (ids[2], ids[4]) == ("call_1", "x" * 64)
    assert items[0]["name"] == "n" * 128
    assert to_items(steps).items == items


# Batches.


@given(st.lists(st.booleans(), max_size=30), st.integers(2, 6))
def test_batches_keep_a_call_with_its_output(pairs: list[bool], size: int) -> None:
    items: list[dict[str, Any]] = []
    for number, is_pair in enumerate(pairs):
        items.append({"type": "function_call", "call_id": str(number)})
        if is_pair:
            items.append({"type": "function_call_output", "call_id": str(number)})
    found = list(batches(items, size))
    assert [item for batch in found for item in batch] == items
    assert all(0 < len(batch) <= size for batch in found)
    assert not any(batch[0]["type"] == "function_call_output" for batch in found)
    # A batch is only left with room for a pair that follows.
    assert all(len(batch) >= size - 1 for batch in found[:-1])


def test_300_parallel_calls_are_sent_in_batches() -> None:
    items = to_items([calls(*[function(id=f"call_{number}") for number in range(300)])]).items
    found = list(batches(items))
    assert [len(batch) for batch in found] == [20] * 30
    own: list[dict[str, Any]] = [items[0], {"role": "user", "content": "hello"}]
    assert list(batches(own)) == [own]
    other = [{"type": type_, "call_id": str(number)} for number in range(3) for type_ in ("custom", "custom_output")]
    assert [len(batch) for batch in batches(other, 3)] == [2, 2, 2]
    with pytest.raises(ValueError, match=r"^expected a size of at least 2, got 1$"):
        list(batches(items, 1))


# Validity.


def check_model(value: Any, data: Any) -> None:
    """Check that a model of the SDK has no key that its class does not define, nor have nested models."""
    if hasattr(type(value), "model_fields"):
        assert set(data) <= set(type(value).model_fields)
        for key, item in data.items():
            check_model(getattr(value, key), item)
    elif isinstance(data, list):
        for inner, item in zip(value, data, strict=True):
            check_model(inner, item)


def validate(items: Any) -> None:
    """Validate items by the classes of the official SDK that their types name."""
    responses = pytest.importorskip("openai.types.responses")
    inputs = responses.response_input_item
    classes = {
        "function_call": responses.ResponseFunctionToolCall,
        "function_call_output": inputs.FunctionCallOutput,
        "code_interpreter_call": responses.ResponseCodeInterpreterToolCall,
        "file_search_call": responses.ResponseFileSearchToolCall,
        "mcp_call": inputs.McpCall,
        "mcp_list_tools": inputs.McpListTools,
    }
    for item in items:
        is_user = item.get("role") == "user"
        cls = classes.get(item["type"]) or (inputs.Message if is_user else responses.EasyInputMessage)
        check_model(adapter(cls).validate_python(item), item)


@settings(max_examples=60)
@given(
    st.lists(STEP, max_size=3),
    st.sampled_from(["function", "native", "omit"]),
    st.sampled_from(["omit", "keep"]),
    st.sampled_from([None, "cntr_1"]),
)
def test_arbitrary_steps_become_valid_items(documents: list[Any], hosted: Any, pending: Any, container: Any) -> None:
    steps = [RunStep.from_dict(document) for document in documents]
    ids = [step.message_id for step in steps if step.message_id is not None]
    messages = dict.fromkeys(ids, "text")
    validate(to_items(steps, messages=messages, hosted=hosted, pending=pending, container_id=container).items)


@needs_corpus
@pytest.mark.parametrize("hosted", ["function", "native", "omit"])
def test_captured_steps_become_valid_items(hosted: Any) -> None:
    steps = captured_steps()
    for pending in ("omit", "keep"):
        conversion = to_items(
            steps, messages=read_messages(CORPUS), hosted=hosted, pending=pending, container_id="cntr_1"
        )
        validate(conversion.items)
        assert conversion.items


@needs_corpus
@pytest.mark.parametrize("convert", [to_items, to_messages])
def test_each_captured_step_is_converted_or_a_loss(convert: Any) -> None:
    messages = list(read_messages(CORPUS))
    for captured in captured_steps():
        conversion = convert([captured], messages=messages)
        assert conversion.items or any(loss.step_id == captured.id for loss in conversion.losses)
