# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Diagnosis of deltas: all problems, in document order.

It is only loaded after a parser has failed, and for strict mode.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from .._checks import (
    Check,
    Path,
    Rule,
    array,
    integer,
    json_object,
    object_,
    optional,
    plain_value,
    raw,
    required,
    string,
    type_tag,
    union,
)
from ..diagnosis import file_search
from ..errors import Problem, quoted


def diagnose_delta_as(kind: str, data: object) -> tuple[Problem, ...]:
    """Return all problems of `data`, including deviations, as an object of the class named `kind`."""
    problems: list[Problem] = []
    _CHECKS[kind](data, (), problems)
    return tuple(problems)


_INDEX = Rule("an integer", integer, valid_type=int)
_STRING = Rule("a string", string, missing=None, null="deviation", valid_type=str)


_indexed_raw = partial(raw, has_index=True)

# The checks, from the innermost objects to the delta.

_image_file = object_({"file_id": _STRING})
_logs = object_({"index": _INDEX, "type": required("a string", type_tag("logs")), "logs": _STRING})
_image = object_(
    {"index": _INDEX, "type": required("a string", type_tag("image")), "image": optional("an object", _image_file)}
)
_outputs = {"logs": _logs, "image": _image}
_code_interpreter = object_({"input": _STRING, "outputs": optional("an array", array(union(_outputs, _indexed_raw)))})
_code_interpreter_call = object_(
    {
        "index": _INDEX,
        "id": _STRING,
        "type": required("a string", type_tag("code_interpreter")),
        "code_interpreter": optional("an object", _code_interpreter),
    }
)
_file_search_call = object_(
    {
        "index": _INDEX,
        "id": _STRING,
        "type": required("a string", type_tag("file_search")),
        # Required by the schema, which does not define its content: that of a step is expected.
        "file_search": Rule("an object", file_search, missing="deviation", null="deviation"),
    }
)
_function = object_(
    {
        "name": _STRING,
        "arguments": _STRING,
        "output": Rule("a string or null", string, missing=None, null=None, valid_type=str),
    }
)
_function_call = object_(
    {
        "index": _INDEX,
        "id": _STRING,
        "type": required("a string", type_tag("function")),
        "function": optional("an object", _function),
    }
)
_retrieval_call = object_(
    {
        "index": _INDEX,
        "id": _STRING,
        "type": required("a string", type_tag("retrieval")),
        "retrieval": optional("an object", json_object),
    }
)
_message_creation = object_({"message_id": _STRING})
_message_creation_details = object_(
    {
        "type": required("a string", type_tag("message_creation")),
        "message_creation": optional("an object", _message_creation),
    }
)
_calls = {
    "code_interpreter": _code_interpreter_call,
    "file_search": _file_search_call,
    "function": _function_call,
    "retrieval": _retrieval_call,
}
_tool_calls_details = object_(
    {
        "type": required("a string", type_tag("tool_calls")),
        "tool_calls": optional("an array", array(union(_calls, _indexed_raw))),
    }
)
_details = {"message_creation": _message_creation_details, "tool_calls": _tool_calls_details}
_step_delta = object_({"step_details": optional("an object", union(_details))})
_delta_keys = object_(
    {
        "id": required("a string", string),
        "object": Rule("a string", string, missing="deviation"),
        "delta": required("an object", _step_delta),
    }
)


def _delta(value: Any, path: Path, problems: list[Problem]) -> None:
    value = plain_value(value)
    object_name = plain_value(value.get("object")) if type(value) is dict else None
    if isinstance(object_name, str) and object_name != "thread.run.step.delta":
        message = f'expected a run step delta ("thread.run.step.delta"), got {quoted(object_name)}'
        problems.append(Problem((*path, "object"), "error", message))
    else:
        _delta_keys(value, path, problems)


# By the names of the classes.
_CHECKS: dict[str, Check] = {
    "ImageFileDelta": _image_file,
    "CodeInterpreterLogsDelta": _logs,
    "CodeInterpreterImageDelta": _image,
    "OtherCodeInterpreterOutputDelta": partial(_indexed_raw, known_types=_outputs),
    "CodeInterpreterDelta": _code_interpreter,
    "CodeInterpreterToolCallDelta": _code_interpreter_call,
    "FileSearchToolCallDelta": _file_search_call,
    "FunctionDelta": _function,
    "FunctionToolCallDelta": _function_call,
    "RetrievalToolCallDelta": _retrieval_call,
    "OtherToolCallDelta": partial(_indexed_raw, known_types=_calls),
    "MessageCreationDelta": _message_creation,
    "MessageCreationStepDetailsDelta": _message_creation_details,
    "ToolCallsStepDetailsDelta": _tool_calls_details,
    "OtherStepDetailsDelta": partial(raw, known_types=_details),
    "StepDelta": _step_delta,
    "RunStepDelta": _delta,
}
