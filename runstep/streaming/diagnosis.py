# SPDX-License-Identifier: MIT
"""Everything that is wrong with a delta: decoded JSON goes in, problems in document order come out.

The tables for the shapes of deltas, in the words of the diagnosis of steps; loaded where reading has failed.
"""

from __future__ import annotations

from typing import Any

from .._checks import (
    Check,
    Path,
    Rule,
    array,
    expected,
    integer,
    kept_object,
    kept_pair,
    object_,
    optional,
    raw,
    required,
    string,
    tag,
    union,
    unknown,
)
from ..diagnosis import file_search
from ..errors import Problem, quoted


def diagnose_delta_as(kind: str, data: object) -> tuple[Problem, ...]:
    """Return every problem of `data` as an object of the class named `kind`, deviations included."""
    problems: list[Problem] = []
    _KINDS[kind](data, (), problems)
    return tuple(problems)


_INDEX = Rule("an integer", integer, sufficient=int)
_STRING = Rule("a string", string, missing=None, null="deviation", sufficient=str)


def _indexed_raw(value: Any, path: Path, problems: list[Problem]) -> None:
    """Check an object of a type that no class names, and whose place must be told."""
    if not isinstance(value, dict):
        expected("an object", value, path, problems)
        return
    for key, item in value.items():
        if key == "index":
            integer(item, (*path, key), problems)
        elif key != "type":
            kept_pair(key, item, path, problems)
        elif isinstance(item, str):
            unknown(item, (*path, key), problems)
        else:
            expected("a string", item, (*path, key), problems)
    for key, wanted in (("index", "an integer"), ("type", "a string")):
        if key not in value:
            problems.append(Problem((*path, key), "error", f"expected {wanted}, but the key is missing"))


def _indexed_union(variants: dict[str, Check]) -> Check:
    """Check an object that tells its place as what its type says it is."""

    def check(value: Any, path: Path, problems: list[Problem]) -> None:
        tag = value.get("type") if isinstance(value, dict) else None
        variant = variants.get(tag, _indexed_raw) if isinstance(tag, str) else _indexed_raw
        variant(value, path, problems)

    return check


# The shapes, from the leaves to the delta.

_image_file = object_({"file_id": _STRING})
_logs = object_({"index": _INDEX, "type": required("a string", tag("logs")), "logs": _STRING})
_image = object_(
    {"index": _INDEX, "type": required("a string", tag("image")), "image": optional("an object", _image_file)}
)
_outputs = array(_indexed_union({"logs": _logs, "image": _image}))
_code_interpreter = object_({"input": _STRING, "outputs": optional("an array", _outputs)})
_code_interpreter_call = object_(
    {
        "index": _INDEX,
        "id": _STRING,
        "type": required("a string", tag("code_interpreter")),
        "code_interpreter": optional("an object", _code_interpreter),
    }
)
_file_search_call = object_(
    {
        "index": _INDEX,
        "id": _STRING,
        "type": required("a string", tag("file_search")),
        # The schema requires it, and says nothing of what is in it: held to what a step may have there.
        "file_search": Rule("an object", file_search, missing="deviation", null="deviation"),
    }
)
_function = object_(
    {
        "name": _STRING,
        "arguments": _STRING,
        "output": Rule("a string or null", string, missing=None, null=None, sufficient=str),
    }
)
_function_call = object_(
    {
        "index": _INDEX,
        "id": _STRING,
        "type": required("a string", tag("function")),
        "function": optional("an object", _function),
    }
)
_retrieval_call = object_(
    {
        "index": _INDEX,
        "id": _STRING,
        "type": required("a string", tag("retrieval")),
        "retrieval": optional("an object", kept_object),
    }
)
_message_creation = object_({"message_id": _STRING})
_message_creation_details = object_(
    {
        "type": required("a string", tag("message_creation")),
        "message_creation": optional("an object", _message_creation),
    }
)
_calls = array(
    _indexed_union(
        {
            "code_interpreter": _code_interpreter_call,
            "file_search": _file_search_call,
            "function": _function_call,
            "retrieval": _retrieval_call,
        }
    )
)
_tool_calls_details = object_(
    {"type": required("a string", tag("tool_calls")), "tool_calls": optional("an array", _calls)}
)
_details = union({"message_creation": _message_creation_details, "tool_calls": _tool_calls_details})
_step_delta = object_({"step_details": optional("an object", _details)})
_delta_keys = object_(
    {
        "id": required("a string", string),
        "object": Rule("a string", string, missing="deviation"),
        "delta": required("an object", _step_delta),
    }
)


def _delta(value: Any, path: Path, problems: list[Problem]) -> None:
    tag = value.get("object") if isinstance(value, dict) else None
    if isinstance(tag, str) and tag != "thread.run.step.delta":
        wanted = f'expected a run step delta ("thread.run.step.delta"), got {quoted(tag)}'
        problems.append(Problem((*path, "object"), "error", wanted))
    else:
        _delta_keys(value, path, problems)


# By the names of the classes that read them.
_KINDS: dict[str, Check] = {
    "ImageFileDelta": _image_file,
    "CodeInterpreterLogsDelta": _logs,
    "CodeInterpreterImageDelta": _image,
    "OtherCodeInterpreterOutputDelta": _indexed_raw,
    "CodeInterpreterDelta": _code_interpreter,
    "CodeInterpreterToolCallDelta": _code_interpreter_call,
    "FileSearchToolCallDelta": _file_search_call,
    "FunctionDelta": _function,
    "FunctionToolCallDelta": _function_call,
    "RetrievalToolCallDelta": _retrieval_call,
    "OtherToolCallDelta": _indexed_raw,
    "MessageCreationDelta": _message_creation,
    "MessageCreationStepDetailsDelta": _message_creation_details,
    "ToolCallsStepDetailsDelta": _tool_calls_details,
    "OtherStepDetailsDelta": raw,
    "StepDelta": _step_delta,
    "RunStepDelta": _delta,
}
