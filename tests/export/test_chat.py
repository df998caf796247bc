# SPDX-License-Identifier: MIT
"""Tests of the export to messages of the Chat Completions API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runstep import RunStep
from runstep.archive import read_messages
from runstep.export import Conversion, Loss
from runstep.export.chat import to_messages

from ..conftest import CORPUS, needs_corpus
from ..strategies import STEP
from .data import (
    BROWSER,
    CODE,
    GENERAL_LOSSES,
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

# A conversation.


def test_a_conversation_is_converted_in_order() -> None:
    steps = [
        writes("msg_2", id="step_2", created_at=1718000005),
        calls(function(arguments='{"a": 1}'), function("8", id="call_2"), id="step_1"),
    ]
    messages = [message("msg_2", "It is 9."), message("msg_1", "How high?", role="user")]
    conversion = to_messages(iter(steps), messages=iter(messages))
    assert conversion.items == (
        {"role": "user", "content": "How high?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "tides", "arguments": '{"a": 1}'}},
                {"id": "call_2", "type": "function", "function": {"name": "tides", "arguments": "{}"}},
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "9"},
        {"role": "tool", "tool_call_id": "call_2", "content": "8"},
        {"role": "assistant", "content": "It is 9."},
    )
    assert own_losses(conversion) == []
    validate(conversion.items)
    assert_readable(conversion.items)


def test_losses_that_hold_for_every_step_are_reported_once() -> None:
    steps = [calls(function(id=f"call_{number}"), id=f"step_{number}") for number in range(5)]
    assert to_messages(steps).losses == tuple(Loss(None, path, reason) for path, reason in GENERAL_LOSSES.items())


def test_nothing_becomes_nothing() -> None:
    assert to_messages([]) == Conversion((), ())


def test_threads_are_converted_one_after_another() -> None:
    steps = [
        writes("msg_1", id="a", thread_id="t1", run_id="r1"),
        writes("msg_2", id="b", thread_id="t2", run_id="r2"),
        writes("msg_3", id="c", thread_id="t1", run_id="r3", created_at=1718000100),
    ]
    conversion = to_messages(steps, messages={"msg_1": "1", "msg_2": "2", "msg_3": "3"})
    assert [item["content"] for item in conversion.items] == ["1", "3", "2"]


def test_the_last_state_of_a_step_and_of_a_message_is_converted() -> None:
    steps = [calls(function(None), status="in_progress"), calls(function())]
    conversion = to_messages([*steps, writes("msg_1", id="s2")], messages=[message("msg_1"), message("msg_1", "text")])
    assert [item["role"] for item in conversion.items] == ["assistant", "tool", "assistant"]
    assert own_losses(conversion) == [
        (None, ("messages", 1), "an earlier state of the message is not converted"),
        (None, ("steps",), "earlier states of steps are not converted"),
    ]


# Messages.


@pytest.mark.parametrize("is_oldest_first", [True, False])
def test_messages_without_a_step_stay_at_their_time(is_oldest_first: bool) -> None:
    steps = [
        writes("msg_2", id="s1", run_id="r1", created_at=1718000010),
        writes("msg_5", id="s2", run_id="r2", created_at=1718000030),
    ]
    messages = [
        message("msg_1", "1", role="user", created_at=1718000010),
        message("msg_2", "2", created_at=1718000012),
        message("msg_3", "3", created_at=1718000020),
        message("msg_4", "4", role="user", created_at=1718000029),
        message("msg_5", "5", created_at=1718000033),
        message("msg_6", "6", role="user", created_at=1718000040),
    ]
    conversion = to_messages(steps, messages=messages if is_oldest_first else messages[::-1])
    assert "".join([item["content"] for item in conversion.items]) == "123456"
    assert own_losses(conversion) == []


def test_the_order_of_a_listing_is_that_of_all_its_messages() -> None:
    messages = [
        message("msg_1", "1", role="user"),
        message("msg_2", "2", role="user"),
        message("msg_3", "3", created_at=1718000002),
    ]
    conversion = to_messages([writes("msg_3", created_at=1718000001)], messages=messages)
    assert "".join([item["content"] for item in conversion.items]) == "123"


def test_times_may_be_whole_floats_and_missing() -> None:
    steps = [writes("msg_2", created_at=-1), writes("msg_4", id="s2", run_id="r2", created_at=-1)]
    messages = [
        message("msg_1", "1", role="user", created_at=1718000001.0),
        message("msg_2", "2", created_at=1718000002.0),
        message("msg_3", "3", role="user", created_at=1718000003000),
        message("msg_4", "4", created_at=1718000004),
    ]
    conversion = to_messages(steps, messages=messages)
    assert "".join([item["content"] for item in conversion.items]) == "1234"
    assert own_losses(conversion) == []
    conversion = to_messages(
        [calls(function(), created_at=-1)], messages=[message("msg_1", "1", role="user", created_at="now")]
    )
    assert [item["role"] for item in conversion.items] == ["user", "assistant", "tool"]
    assert own_losses(conversion) == [
        (None, ("messages", 0, "created_at"), "the time is not known, so the message is the first one"),
        ("step_1", ("created_at",), "the time is not known, so the place is a guess"),
    ]


@pytest.mark.parametrize("unit", [1, 1000])
@pytest.mark.parametrize("has_times", [True, False])
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 2)), min_size=1, max_size=4), st.booleans(), st.booleans())
def test_questions_come_before_the_run_that_answers_them(
    unit: int, has_times: bool, sizes: list[tuple[int, int]], is_oldest_first: bool, is_dense: bool
) -> None:
    time = 1718000000
    steps: list[RunStep] = []
    messages: list[dict[str, Any]] = []
    expected: list[str] = []
    for number, (questions, tools) in enumerate(sizes):
        for question in range(questions):
            id_ = f"q{number}{question}"
            messages.append(message(id_, id_, role="user", created_at=time * unit))
            expected.append(id_)
            time += 1
        for tool in range(tools):
            id_ = f"t{number}{tool}"
            created_at = time * unit if has_times else -1
            steps.append(calls(function(id_, id=id_), id=id_, run_id=f"r{number}", created_at=created_at))
            expected.append(id_)
            time += 0 if is_dense and tool == 0 else 1
        id_ = f"a{number}"
        steps.append(writes(id_, id=id_, run_id=f"r{number}", created_at=time * unit if has_times else -1))
        messages.append(message(id_, id_, created_at=time * unit))
        expected.append(id_)
        time += 1
    if not is_oldest_first:
        steps.reverse()
        messages.reverse()
    elif len(steps) > 1 and (is_dense or not has_times):
        return  # steps of one second are listed newest first
    conversion = to_messages(steps, messages=messages)
    assert [item["content"] for item in conversion.items if item["content"] is not None] == expected


def test_a_question_of_the_same_second_is_before_the_next_run() -> None:
    steps = [
        calls(function(), id="c0", run_id="r0", created_at=1717999998),
        writes("a0", id="a0", run_id="r0"),
        calls(function(id="call_2"), id="c1", run_id="r1", created_at=1718000001),
    ]
    messages = [
        message("q1", "q1", role="user"),
        message("a0", "a0"),
        message("q0", "q0", role="user", created_at=1717999997),
    ]
    texts = [item["content"] for item in to_messages(steps, messages=messages).items if item["role"] != "tool"]
    assert texts == ["q0", None, "a0", "q1", None]


def test_a_step_without_a_time_is_reported_if_its_place_is_a_guess() -> None:
    steps = [calls(function(), created_at=-1), writes("a", id="step_2", created_at=-1)]
    conversion = to_messages(steps, messages=[message("a", "text")])
    path = ("created_at",)
    assert own_losses(conversion) == [("step_1", path, "the time is not known, so the place is a guess")]
    assert own_losses(to_messages(steps[:1])) == []


def test_a_message_of_two_threads_is_converted_in_one() -> None:
    steps = [writes("a", id="s1"), writes("a", id="s2", thread_id="thread_2", run_id="run_2")]
    conversion = to_messages(steps, messages={"a": "text"})
    assert conversion.items == ({"role": "assistant", "content": "text"},)
    path = ("step_details", "message_creation", "message_id")
    assert own_losses(conversion) == [("s2", path, "the message is converted in another thread")]


def test_unknown_keys_of_parts_are_losses() -> None:
    text = {"type": "text", "text": {"value": "a", "x": 1}, "y": 2}
    image = {"type": "image_url", "image_url": {"url": "u", "detail": "ultra"}}
    data = message("q", text, image, role="user")
    conversion = to_messages([calls(function(), created_at=1718000009)], messages=[data])
    assert conversion.items[0]["content"][1]["image_url"] == {"url": "u", "detail": "auto"}
    content = ("messages", 0, "content")
    assert own_losses(conversion) == [
        (None, (*content, 0, "y"), "unknown keys are not converted"),
        (None, (*content, 0, "text", "x"), "unknown keys are not converted"),
        (None, (*content, 1, "image_url", "detail"), "the detail is unknown, and became auto"),
    ]


def test_a_message_of_another_thread_is_converted_and_reported() -> None:
    conversion = to_messages([writes("msg_1")], messages=[message("msg_1", "text", thread_id="thread_2")])
    assert conversion.items == ({"role": "assistant", "content": "text"},)
    path = ("step_details", "message_creation", "message_id")
    assert own_losses(conversion) == [("step_1", path, "the message is of another thread")]


def test_texts_of_messages_must_be_strings() -> None:
    texts: Any = {"msg_1": None, 5: "text"}
    conversion = to_messages([writes("msg_1")], messages=texts)
    assert conversion.items == ()
    assert own_losses(conversion)[:2] == [
        (None, ("messages", "msg_1"), "the message is malformed"),
        (None, ("messages", 5), "the message is malformed"),
    ]


def test_files_of_the_first_version_and_malformed_files() -> None:
    data = message("msg_1", "text", role="user", file_ids=["file_1", 5], attachments="x")
    conversion = to_messages([calls(function(), created_at=1718000009)], messages=[data])
    assert conversion.items[0]["content"] == [
        {"type": "text", "text": "text"},
        {"type": "file", "file": {"file_id": "file_1"}},
    ]
    assert own_losses(conversion) == [
        (None, ("messages", 0, "attachments", 0), "the file is malformed"),
        (None, ("messages", 0, "file_ids", 1), "the file is malformed"),
    ]


def test_annotations_are_losses_with_a_place() -> None:
    text = {"type": "text", "text": {"value": "text", "annotations": [{"type": "file_citation"}]}}
    conversion = to_messages([writes("msg_1")], messages=[message("msg_1", "x", text)])
    assert own_losses(conversion) == [
        (None, ("messages", 0, "content", 1, "text", "annotations"), "annotations are not converted")
    ]


@pytest.mark.parametrize("is_oldest_first", [True, False])
def test_messages_of_the_same_second_are_listed_newest_first(is_oldest_first: bool) -> None:
    messages = [message(f"msg_{number}", str(number), role="user") for number in (2, 1)]
    messages.insert(0, message("msg_3", "3", role="user", created_at=1718000000 + (0 if is_oldest_first else 1)))
    conversion = to_messages([writes("msg_4")], messages=[*messages, message("msg_4", "4")])
    assert "".join([item["content"] for item in conversion.items]) == ("1234" if is_oldest_first else "1243")


def test_content_becomes_parts() -> None:
    content = [
        "text",
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}},
        {"type": "image_file", "image_file": {"file_id": "file_1"}},
    ]
    messages = [
        message(
            "msg_1", *content, role="user", attachments=[{"file_id": "file_2", "tools": [{"type": "file_search"}]}]
        ),
        message("msg_2", *content, {"type": "refusal", "refusal": "no"}),
    ]
    conversion = to_messages([writes("msg_2")], messages=messages)
    assert conversion.items == (
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "text"},
                {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}},
                {"type": "file", "file": {"file_id": "file_2"}},
            ],
        },
        {"role": "assistant", "content": [{"type": "text", "text": "text"}, {"type": "refusal", "refusal": "no"}]},
    )
    assert own_losses(conversion) == [
        (None, ("messages", 0, "attachments", 0, "tools"), "the tools of a file are not converted"),
        (None, ("messages", 0, "content", 2), "image_file in a message of the user is not converted"),
        ("step_1", ("messages", 1, "content", 1), "image_url in a message of the assistant is not converted"),
        ("step_1", ("messages", 1, "content", 2), "image_file in a message of the assistant is not converted"),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("text", "the message is malformed"),
        ({}, "the message is malformed"),
        (message("msg_2", role="system"), "the message is malformed"),
        ({**message("msg_2", "x"), "id": None}, "the message is malformed"),
        ({**message("msg_2"), "content": None}, "the message is malformed"),
        (message("msg_2", "x", thread_id="thread_2"), "the message belongs to no thread of the steps"),
        (message("msg_2", "x", thread_id=None, created_at=None), "the message belongs to no thread of the steps"),
    ],
)
def test_a_message_that_cannot_be_converted_is_a_loss(data: Any, reason: str) -> None:
    conversion = to_messages([writes("msg_1")], messages=[data, message("msg_1", "text")])
    assert conversion.items == ({"role": "assistant", "content": "text"},)
    assert own_losses(conversion) == [(None, ("messages", 0), reason)]


_KEYS = st.sampled_from(["id", "role", "content", "attachments", "created_at", "thread_id", "type", "text", "value"])
_WORDS = st.sampled_from(["user", "assistant", "text", "image_url", "image_file", "refusal", "thread_1", "msg_1"])


@given(
    st.lists(
        st.recursive(
            _WORDS | st.none() | st.integers(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS | _WORDS, inner, max_size=5),
            max_leaves=12,
        ),
        max_size=4,
    )
)
def test_arbitrary_messages_are_converted_or_losses(messages: list[Any]) -> None:
    validate(to_messages([writes("msg_1"), calls(function(), id="step_2")], messages=messages).items)


def test_malformed_content_is_a_loss() -> None:
    content: list[Any] = [
        None,
        {"type": 10**5000},
        {"type": "text"},
        {"type": "text", "text": "plain"},
        {"type": "image_file"},
        {},
    ]
    conversion = to_messages([writes("msg_1")], messages=[message("msg_1", *content)])
    assert conversion.items == ({"role": "assistant", "content": "plain"},)
    assert own_losses(conversion) == [
        (None, ("messages", 0, "content", index), "the part is malformed or of an unknown type")
        for index in (0, 1, 2, 4, 5)
    ]
    conversion = to_messages([writes("msg_1")], messages=[message("msg_1")])
    assert conversion.items == ()
    assert own_losses(conversion) == [("step_1", ("messages", 0), "a message without content to convert is omitted")]


def test_a_message_that_two_steps_refer_to_is_converted_once() -> None:
    steps = [writes("msg_1", id="s1"), writes("msg_1", id="s2")]
    conversion = to_messages(steps, messages={"msg_1": "text"})
    assert conversion.items == ({"role": "assistant", "content": "text"},)
    assert own_losses(conversion) == []


def test_a_missing_message_is_a_loss() -> None:
    assert own_losses(to_messages([writes("msg_1")])) == [
        ("step_1", ("step_details", "message_creation", "message_id"), "the message is not given")
    ]
    assert own_losses(to_messages([calls(function())], messages={"msg_1": "text"})) == [
        (None, ("messages", "msg_1"), "the message belongs to no thread of the steps")
    ]


# Calls.

PATH = ("step_details", "tool_calls", 0)
IMAGE = (*PATH, "code_interpreter", "outputs", 1)
RESULTS = json.dumps(SEARCH["file_search"]["results"])


@pytest.mark.parametrize(
    ("call", "name", "arguments", "output", "losses"),
    [
        (CODE, "code_interpreter", '{"code": "1 + 1"}', "2\n3", [(IMAGE, "an image is not converted")]),
        (SEARCH, "file_search", "{}", RESULTS, []),
        (RETRIEVAL, "retrieval", "{}", "", [((*PATH, "retrieval"), "the results are not given")]),
    ],
    ids=["code_interpreter", "file_search", "retrieval"],
)
def test_a_hosted_tool_becomes_a_function(
    call: dict[str, Any], name: str, arguments: str, output: str, losses: list[Any]
) -> None:
    conversion = to_messages([calls(call)])
    assistant, tool = conversion.items
    assert assistant["tool_calls"][0]["function"] == {"name": name, "arguments": arguments}
    assert tool == {"role": "tool", "tool_call_id": call["id"], "content": output}
    expected = [(PATH, "a hosted tool became a function"), *losses]
    assert own_losses(conversion) == [("step_1", path, reason) for path, reason in expected]


def test_outputs_of_other_tools_may_be_json_or_an_error() -> None:
    steps = [
        calls(
            {**MCP, "output": {"a": ["é"]}},
            {**OPENAPI, "function": {"name": "f", "arguments": "{}", "error": "timeout", "y": 1}, "z": 2},
            {"id": "call_x", "type": "openapi", "function": "text"},
            {
                "id": "call_y",
                "type": "openapi",
                "function": {"name": "f", "arguments": "{}", "output": "x", "error": 1},
            },
        )
    ]
    conversion = to_messages(steps)
    assert [item["content"] for item in conversion.items[1:]] == ['{"a": ["é"]}', "timeout", "x"]
    openapi = (*PATH[:2], 1)
    assert own_losses(conversion)[3:] == [
        ("step_1", openapi, "a call of another tool became a function"),
        ("step_1", (*openapi, "error"), "the error became the output"),
        ("step_1", (*openapi, "z"), "unknown keys are not converted"),
        ("step_1", (*openapi, "function", "y"), "unknown keys are not converted"),
        ("step_1", (*PATH[:2], 2), "calls of this tool are not converted"),
        ("step_1", (*PATH[:2], 3), "a call of another tool became a function"),
        ("step_1", (*PATH[:2], 3, "function", "error"), "unknown keys are not converted"),
    ]


def test_a_search_that_runs_has_no_output() -> None:
    steps = [calls({"id": "call_1", "type": "file_search", "file_search": {}}, status="in_progress")]
    assert own_losses(to_messages(steps)) == [("step_1", PATH, "a call without output is omitted")]
    finished = to_messages([calls({"id": "call_1", "type": "file_search", "file_search": {}})])
    assert finished.items[1]["content"] == ""
    assert ("step_1", (*PATH, "file_search", "results"), "the results are not given") in own_losses(finished)


def test_options_are_checked() -> None:
    with pytest.raises(ValueError, match=r"^expected pending to be one of 'omit', 'keep', got 'x'$"):
        to_messages([], pending="x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_each_id_is_used_once() -> None:
    steps = [calls(function("1"), function("2"), function(id="x" * 41))]
    conversion = to_messages(steps)
    ids = [call["id"] for call in conversion.items[0]["tool_calls"]]
    assert (len(set(ids)), ids[0], max(map(len, ids))) == (3, "call_1", 37)
    assert [item["tool_call_id"] for item in conversion.items[1:]] == ids


def test_hosted_tools_can_be_omitted() -> None:
    conversion = to_messages([calls(CODE, SEARCH, RETRIEVAL)], hosted="omit")
    assert conversion.items == ()
    assert own_losses(conversion) == [
        ("step_1", ("step_details", "tool_calls", index), "a hosted tool is omitted") for index in range(3)
    ]
    with pytest.raises(ValueError, match=r"^expected hosted to be one of 'function', 'omit', got 'native'$"):
        to_messages([], hosted="native")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_calls_of_other_tools_become_functions_if_they_have_the_keys_of_one() -> None:
    conversion = to_messages([calls(MCP, OPENAPI, BROWSER, {"id": "x", "type": "mcp"})])
    assert [call["function"]["name"] for call in conversion.items[0]["tool_calls"]] == ["fetch", "weather"]
    assert [item["content"] for item in conversion.items[1:]] == ["text", "sun"]
    assert own_losses(conversion) == [
        ("step_1", PATH, "a call of another tool became a function"),
        ("step_1", (*PATH, "server_label"), "unknown keys are not converted"),
        ("step_1", (*PATH, "x"), "unknown keys are not converted"),
        ("step_1", (*PATH[:2], 1), "a call of another tool became a function"),
        ("step_1", (*PATH[:2], 2), "calls of this tool are not converted"),
        ("step_1", (*PATH[:2], 3), "calls of this tool are not converted"),
    ]


def test_a_call_without_output_is_omitted_or_kept() -> None:
    unfinished = {**CODE, "code_interpreter": {"input": "1", "outputs": []}}
    steps = [calls(function(None), unfinished, status="in_progress")]
    assert to_messages(steps).items == ()
    assert own_losses(to_messages(steps)) == [
        ("step_1", ("step_details", "tool_calls", index), "a call without output is omitted") for index in range(2)
    ]
    (assistant,) = to_messages(steps, pending="keep").items
    assert [call["id"] for call in assistant["tool_calls"]] == ["call_1", "call_c"]


def test_steps_of_other_types_errors_and_unknown_keys_are_losses() -> None:
    error = {"code": "server_error", "message": "private", "hint": "private"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    steps = [
        step({"type": "thinking", "text": "private"}, id="s1", last_error=error, usage=usage, metadata={"a": "b"}),
        calls({**function(), "x": 1}, id="s2", y=2, created_at=1718000001),
    ]
    conversion = to_messages(steps)
    assert own_losses(conversion) == [
        (None, ("usage",), "usage is not converted"),
        ("s1", ("metadata",), "metadata is not converted"),
        ("s1", ("last_error",), "errors are not converted"),
        ("s1", ("last_error", "hint"), "unknown keys are not converted"),
        ("s1", ("step_details",), "steps of this type are not converted"),
        ("s2", ("y",), "unknown keys are not converted"),
        ("s2", (*PATH, "x"), "unknown keys are not converted"),
    ]
    assert "private" not in str(conversion.losses)


def test_ids_and_names_that_are_refused_are_replaced() -> None:
    steps = [
        calls(
            function(id="a b"), function(id="call_1", name="größe 1"), function(id="", name=""), id="s1", run_id="r1"
        ),
        calls(function(id="call_1"), id="s2", run_id="r2", created_at=1718000001),
    ]
    conversion = to_messages(steps)
    ids = [call["id"] for item in conversion.items for call in item.get("tool_calls", ())]
    assert ids == [item["tool_call_id"] for item in conversion.items if item["role"] == "tool"][:4]
    assert len(set(ids)) == 4
    assert ids[1] == "call_1"
    names = [call["function"]["name"] for item in conversion.items for call in item.get("tool_calls", ())]
    assert names == ["tides", "gr__e_1", "_", "tides"]
    replaced = "the id is replaced, because it is refused or not unique"
    renamed = "the name is replaced, because it is refused"
    assert sorted(own_losses(conversion), key=str) == sorted(
        [
            ("s1", (*PATH, "id"), replaced),
            ("s1", (*PATH[:2], 1), renamed),
            ("s1", (*PATH[:2], 2, "id"), replaced),
            ("s1", (*PATH[:2], 2), renamed),
            ("s2", (*PATH, "id"), replaced),
        ],
        key=str,
    )


def test_many_parallel_calls_and_arguments_that_are_not_json_are_kept() -> None:
    steps = [calls(*[function(id=f"call_{number}", arguments='{"a": ') for number in range(300)])]
    conversion = to_messages(steps)
    assert len(conversion.items) == 301
    assert {call["function"]["arguments"] for call in conversion.items[0]["tool_calls"]} == {'{"a": '}
    reason = "the arguments are not JSON, and some programs reject them"
    assert own_losses(conversion)[299] == ("step_1", (*PATH[:2], 299), reason)


# Validity.


def assert_readable(items: Any) -> None:
    """Check that another library reads the messages."""
    messages = pytest.importorskip("langchain_core.messages")
    assert len(messages.convert_to_messages(list(items))) == len(items)


def validate(items: Any) -> None:
    """Validate messages by the classes of the official SDK."""
    chat = pytest.importorskip("openai.types.chat")
    roles = {
        "user": chat.ChatCompletionUserMessageParam,
        "assistant": chat.ChatCompletionAssistantMessageParam,
        "tool": chat.ChatCompletionToolMessageParam,
    }
    parts = {
        "text": chat.ChatCompletionContentPartTextParam,
        "image_url": chat.ChatCompletionContentPartImageParam,
        "refusal": chat.ChatCompletionContentPartRefusalParam,
        "file": chat.chat_completion_content_part_param.File,
    }
    nested = [part for item in items if isinstance(item.get("content"), list) for part in item["content"]]
    objects = [(roles[item["role"]], item) for item in items] + [(parts[part["type"]], part) for part in nested]
    tool_calls = [call for item in items for call in item.get("tool_calls", ())]
    objects += [(chat.ChatCompletionMessageFunctionToolCallParam, call) for call in tool_calls]
    for cls, data in objects:
        adapter(cls).validate_python(data, strict=True)
        assert set(data) <= set(cls.__annotations__)


@settings(max_examples=60)
@given(st.lists(STEP, max_size=3), st.sampled_from(["function", "omit"]), st.sampled_from(["omit", "keep"]))
def test_arbitrary_steps_become_valid_messages(documents: list[Any], hosted: Any, pending: Any) -> None:
    steps = [RunStep.from_dict(document) for document in documents]
    ids = [step.message_id for step in steps if step.message_id is not None]
    validate(to_messages(steps, messages=dict.fromkeys(ids, "text"), hosted=hosted, pending=pending).items)


@needs_corpus
def test_captured_steps_become_valid_messages() -> None:
    steps = captured_steps()
    for pending in ("omit", "keep"):
        conversion = to_messages(steps, messages=read_messages(CORPUS), pending=pending)
        validate(conversion.items)
        assert len(conversion.items) > 40
        assert_readable(conversion.items)
