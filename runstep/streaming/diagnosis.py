# SPDX-License-Identifier: MIT
"""Everything that is wrong with a delta: decoded JSON goes in, problems in document order come out.

The tables for the shapes of deltas, in the words of the diagnosis of steps; loaded where reading has failed.
"""

from __future__ import annotations

from typing import Any

from ..diagnosis import (
    _array,
    _Check,
    _expected,
    _file_search,
    _integer,
    _kept_object,
    _kept_pair,
    _object,
    _optional,
    _Path,
    _raw,
    _required,
    _Rule,
    _string,
    _tag,
    _union,
    _unknown,
)
from ..errors import Problem, quoted


def diagnose_delta_as(kind: str, data: object) -> tuple[Problem, ...]:
    """Return every problem of `data` as an object of the class named `kind`, deviations included."""
    problems: list[Problem] = []
    _KINDS[kind](data, (), problems)
    return tuple(problems)


_INDEX = _Rule("an integer", _integer, sufficient=int)
_STRING = _Rule("a string", _string, missing=None, null="deviation", sufficient=str)


def _indexed_raw(value: Any, path: _Path, problems: list[Problem]) -> None:
    """Check an object of a type that no class names, and whose place must be told."""
    if not isinstance(value, dict):
        _expected("an object", value, path, problems)
        return
    data = value
    for key, item in data.items():
        if key == "index":
            _integer(item, (*path, key), problems)
        elif key != "type":
            _kept_pair(key, item, path, problems)
        elif isinstance(item, str):
            _unknown(item, (*path, key), problems)
        else:
            _expected("a string", item, (*path, key), problems)
    for key, wanted in (("index", "an integer"), ("type", "a string")):
        if key not in data:
            problems.append(Problem((*path, key), "error", f"expected {wanted}, but the key is missing"))


def _indexed_union(variants: dict[str, _Check]) -> _Check:
    """Check an object that tells its place as what its type says it is."""

    def check(value: Any, path: _Path, problems: list[Problem]) -> None:
        tag = value.get("type") if isinstance(value, dict) else None
        variant = variants.get(tag, _indexed_raw) if isinstance(tag, str) else _indexed_raw
        variant(value, path, problems)

    return check


# The shapes, from the leaves to the delta.

_image_file = _object({"file_id": _STRING})
_logs = _object({"index": _INDEX, "type": _required("a string", _tag("logs")), "logs": _STRING})
_image = _object(
    {"index": _INDEX, "type": _required("a string", _tag("image")), "image": _optional("an object", _image_file)}
)
_outputs = _array(_indexed_union({"logs": _logs, "image": _image}))
_code_interpreter = _object({"input": _STRING, "outputs": _optional("an array", _outputs)})
_code_interpreter_call = _object(
    {
        "index": _INDEX,
        "id": _STRING,
        "type": _required("a string", _tag("code_interpreter")),
        "code_interpreter": _optional("an object", _code_interpreter),
    }
)
_file_search_call = _object(
    {
        "index": _INDEX,
        "id": _STRING,
        "type": _required("a string", _tag("file_search")),
        # The schema requires it, and says nothing of what is in it: held to what a step may have there.
        "file_search": _Rule("an object", _file_search, missing="deviation", null="deviation"),
    }
)
_function = _object(
    {
        "name": _STRING,
        "arguments": _STRING,
        "output": _Rule("a string or null", _string, missing=None, null=None, sufficient=str),
    }
)
_function_call = _object(
    {
        "index": _INDEX,
        "id": _STRING,
        "type": _required("a string", _tag("function")),
        "function": _optional("an object", _function),
    }
)
_retrieval_call = _object(
    {
        "index": _INDEX,
        "id": _STRING,
        "type": _required("a string", _tag("retrieval")),
        "retrieval": _optional("an object", _kept_object),
    }
)
_message_creation = _object({"message_id": _STRING})
_message_creation_details = _object(
    {
        "type": _required("a string", _tag("message_creation")),
        "message_creation": _optional("an object", _message_creation),
    }
)
_calls = _array(
    _indexed_union(
        {
            "code_interpreter": _code_interpreter_call,
            "file_search": _file_search_call,
            "function": _function_call,
            "retrieval": _retrieval_call,
        }
    )
)
_tool_calls_details = _object(
    {"type": _required("a string", _tag("tool_calls")), "tool_calls": _optional("an array", _calls)}
)
_details = _union({"message_creation": _message_creation_details, "tool_calls": _tool_calls_details})
_step_delta = _object({"step_details": _optional("an object", _details)})
_delta_keys = _object(
    {
        "id": _required("a string", _string),
        "object": _Rule("a string", _string, missing="deviation"),
        "delta": _required("an object", _step_delta),
    }
)


def _delta(value: Any, path: _Path, problems: list[Problem]) -> None:
    tag = value.get("object") if isinstance(value, dict) else None
    if isinstance(tag, str) and tag != "thread.run.step.delta":
        wanted = f'expected a run step delta ("thread.run.step.delta"), got {quoted(tag)}'
        problems.append(Problem((*path, "object"), "error", wanted))
    else:
        _delta_keys(value, path, problems)


# By the names of the classes that read them.
_KINDS: dict[str, _Check] = {
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
    "OtherStepDetailsDelta": _raw,
    "StepDelta": _step_delta,
    "RunStepDelta": _delta,
}
