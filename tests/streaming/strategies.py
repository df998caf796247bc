# SPDX-License-Identifier: MIT
"""Hypothesis strategies for deltas, sequences of deltas and event streams."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from ..strategies import FILE_SEARCH, OBJECTS, TEXT, Strategy, document, just, or_null, unknown_variant

# Valid deltas, from the innermost objects to the whole delta.

INDICES = st.integers(0, 3) | st.sampled_from([4_294_967_294, -1, 10**20])


def _with_index(data: dict[str, Any], index: int) -> dict[str, Any]:
    return {**data, "index": index}


def indexed_unknown_variant(known_types: tuple[str, ...]) -> Strategy:
    """Return a strategy for objects with an index, of a type not in `known_types`."""
    return st.builds(_with_index, unknown_variant(known_types), INDICES)


IMAGE_FILE_DELTA = document({}, {"file_id": or_null(TEXT)})
LOGS_DELTA = document({"index": INDICES, "type": just("logs")}, {"logs": or_null(TEXT)})
IMAGE_DELTA = document({"index": INDICES, "type": just("image")}, {"image": or_null(IMAGE_FILE_DELTA)})
OTHER_OUTPUT_DELTA = indexed_unknown_variant(("logs", "image"))
OUTPUT_DELTAS = st.lists(LOGS_DELTA | IMAGE_DELTA | OTHER_OUTPUT_DELTA, max_size=3)
CODE_INTERPRETER_DELTA = document({}, {"input": or_null(TEXT), "outputs": or_null(OUTPUT_DELTAS)})
CODE_INTERPRETER_CALL_DELTA = document(
    {"index": INDICES, "type": just("code_interpreter")},
    {"id": or_null(TEXT), "code_interpreter": or_null(CODE_INTERPRETER_DELTA)},
)
FILE_SEARCH_CALL_DELTA = document(
    {"index": INDICES, "type": just("file_search")}, {"id": or_null(TEXT), "file_search": or_null(FILE_SEARCH)}
)
FUNCTION_DELTA = document({}, {"name": or_null(TEXT), "arguments": or_null(TEXT), "output": or_null(TEXT)})
FUNCTION_CALL_DELTA = document(
    {"index": INDICES, "type": just("function")}, {"id": or_null(TEXT), "function": or_null(FUNCTION_DELTA)}
)
RETRIEVAL_CALL_DELTA = document(
    {"index": INDICES, "type": just("retrieval")}, {"id": or_null(TEXT), "retrieval": or_null(OBJECTS)}
)
OTHER_CALL_DELTA = indexed_unknown_variant(("code_interpreter", "file_search", "function", "retrieval"))
CALL_DELTAS = (
    CODE_INTERPRETER_CALL_DELTA | FILE_SEARCH_CALL_DELTA | FUNCTION_CALL_DELTA | RETRIEVAL_CALL_DELTA | OTHER_CALL_DELTA
)
MESSAGE_CREATION_DELTA = document({}, {"message_id": or_null(TEXT)})
MESSAGE_CREATION_DETAILS_DELTA = document(
    {"type": just("message_creation")}, {"message_creation": or_null(MESSAGE_CREATION_DELTA)}
)
TOOL_CALLS_DETAILS_DELTA = document(
    {"type": just("tool_calls")}, {"tool_calls": or_null(st.lists(CALL_DELTAS, max_size=3))}
)
OTHER_DETAILS_DELTA = unknown_variant(("message_creation", "tool_calls"))
STEP_DELTA = document(
    {},
    {
        "step_details": or_null(
            TOOL_CALLS_DETAILS_DELTA | TOOL_CALLS_DETAILS_DELTA | MESSAGE_CREATION_DETAILS_DELTA | OTHER_DETAILS_DELTA
        )
    },
)
RUN_STEP_DELTA = document({"id": TEXT, "delta": STEP_DELTA}, {"object": just("thread.run.step.delta")})

DELTA_DOCUMENTS: dict[str, Strategy] = {
    "ImageFileDelta": IMAGE_FILE_DELTA,
    "CodeInterpreterLogsDelta": LOGS_DELTA,
    "CodeInterpreterImageDelta": IMAGE_DELTA,
    "OtherCodeInterpreterOutputDelta": OTHER_OUTPUT_DELTA,
    "CodeInterpreterDelta": CODE_INTERPRETER_DELTA,
    "CodeInterpreterToolCallDelta": CODE_INTERPRETER_CALL_DELTA,
    "FileSearchToolCallDelta": FILE_SEARCH_CALL_DELTA,
    "FunctionDelta": FUNCTION_DELTA,
    "FunctionToolCallDelta": FUNCTION_CALL_DELTA,
    "RetrievalToolCallDelta": RETRIEVAL_CALL_DELTA,
    "OtherToolCallDelta": OTHER_CALL_DELTA,
    "MessageCreationDelta": MESSAGE_CREATION_DELTA,
    "MessageCreationStepDetailsDelta": MESSAGE_CREATION_DETAILS_DELTA,
    "ToolCallsStepDetailsDelta": TOOL_CALLS_DETAILS_DELTA,
    "OtherStepDetailsDelta": OTHER_DETAILS_DELTA,
    "StepDelta": STEP_DELTA,
    "RunStepDelta": RUN_STEP_DELTA,
}
"""Strategies for valid documents, by the name of the class that parses them."""

DELTA_PARTS = st.sampled_from(sorted(DELTA_DOCUMENTS)).flatmap(
    lambda kind: st.tuples(st.just(kind), DELTA_DOCUMENTS[kind])
)
"""The name of a class, and a valid document for it."""


# The deltas of one step. All calls at one index have the same type, as real servers send them.


def _output(index: int, text: str) -> dict[str, Any]:
    if index % 2:
        return {"index": index, "type": "image", "image": {"file_id": text}}
    return {"index": index, "type": "logs", "logs": text}


_CALL_TYPES = ("function", "code_interpreter", "file_search", "openapi", "mcp")
_BODIES: dict[str, Strategy] = {
    "function": st.fixed_dictionaries(
        {}, optional={"function": st.fixed_dictionaries({}, optional={"name": TEXT, "arguments": TEXT, "output": TEXT})}
    ),
    "code_interpreter": st.fixed_dictionaries(
        {},
        optional={
            "code_interpreter": st.fixed_dictionaries(
                {},
                optional={
                    "input": TEXT,
                    "outputs": st.lists(st.builds(_output, st.integers(0, 3), TEXT), max_size=3),
                },
            )
        },
    ),
    "file_search": st.fixed_dictionaries({}, optional={"file_search": FILE_SEARCH}),
    "openapi": st.fixed_dictionaries(
        {}, optional={"function": st.fixed_dictionaries({}, optional={"name": TEXT, "arguments": TEXT, "output": TEXT})}
    ),
    "mcp": st.fixed_dictionaries(
        {}, optional={"arguments": TEXT, "name": TEXT, "server_label": TEXT, "output": TEXT, "sequence": st.integers()}
    ),
}
_CALL_INDICES = (0, 1, 2, 3, 4_294_967_294)


def _call_delta(number: int, id_: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    return {"index": _CALL_INDICES[number], **id_, "type": _CALL_TYPES[number], **body}


DELTA_TOOL_CALLS = st.lists(
    st.integers(0, len(_CALL_INDICES) - 1).flatmap(
        lambda number: st.builds(
            _call_delta,
            st.just(number),
            st.fixed_dictionaries({}, optional={"id": TEXT}),
            _BODIES[_CALL_TYPES[number]],
        )
    ),
    max_size=3,
)
"""The `tool_calls` of a delta."""

# Event streams.


def event_bytes(name: str, data: str) -> bytes:
    """Return a server-sent event."""
    lines = [f"event: {name}", *[f"data: {line}" for line in data.split("\n")], "", ""]
    return "\n".join(lines).encode()


def delta_event(step_id: str, calls: list[dict[str, Any]]) -> bytes:
    """Return a server-sent event with a delta of tool calls."""
    delta = {"step_details": {"type": "tool_calls", "tool_calls": calls}}
    return event_bytes(
        "thread.run.step.delta", json.dumps({"id": step_id, "object": "thread.run.step.delta", "delta": delta})
    )


def step_event(suffix: str, step: dict[str, Any]) -> bytes:
    """Return a server-sent event named `thread.run.step.` plus `suffix`."""
    return event_bytes(f"thread.run.step.{suffix}", json.dumps(step))


_LINES = st.sampled_from(
    [
        *(b"", b"", b"", b":", b": ping", b":" + b"x" * 50),
        *(b"data", b"data:", b"data: ", b"data:  two", b"data: x", b"data:x", b"data: " + b"y" * 50),
        *(b"event: thread.run.step.delta", b"event:error", b"event", b"event: ", b"event: \xe2\x82\xac"),
        *(b"id: 7", b"id", b"id: a\0b", b"id:\xff"),
        *(b"retry: 10", b"retry: 1_0", b"retry: \xd9\xa3", b"retry:"),
        *(b"unknown: field", b" data: x", b"data\xef\xbb\xbf: x", b"\xef\xbb\xbfdata: x"),
        *(b"data: \xe2\x82\xac", b"data: \xff\xfe", b"data: \xe2\x82"),
        *(b'data: {"id":"step_1"', b'data: ,"object":"thread.run.step.delta","delta":{}}'),
    ]
) | st.binary(max_size=6)
_LINE_ENDS = st.sampled_from([b"\n", b"\n", b"\r\n", b"\r", b""])
_STARTS = st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\xef\xbb", b"\xef\xbb\xbf\xef\xbb\xbf"])
STREAMS = st.tuples(_STARTS, st.lists(st.tuples(_LINES, _LINE_ENDS).map(b"".join), max_size=20).map(b"".join)).map(
    b"".join
)
"""Arbitrary bytes, some of which form events."""


def split_chunks(data: bytes, offsets: list[int]) -> list[bytes]:
    """Return `data` split at `offsets`. Chunks may be empty; offsets beyond the end wrap around."""
    bounds = [0, *sorted(offset % (len(data) + 1) for offset in offsets), len(data)]
    return [data[start:end] for start, end in pairwise(bounds)]


SPLIT_OFFSETS = st.lists(st.integers(0, 2**20), max_size=30)
