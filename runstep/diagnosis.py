# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Diagnosis: all problems of a document, in document order.

It is only loaded after a parser has failed, and for strict mode. It has a check for each class, but does not use the
classes.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ._checks import (
    Check,
    Path,
    Rule,
    array,
    boolean,
    integer,
    json_object,
    metadata,
    nullable,
    object_,
    one_of,
    optional,
    plain_value,
    raw,
    required,
    string,
    type_tag,
    undocumented,
    union,
    unit_interval,
)
from .enums import FILE_SEARCH_RANKERS, LAST_ERROR_CODES, RUN_STEP_OBJECTS, RUN_STEP_STATUSES, RUN_STEP_TYPES
from .errors import Problem, json_type, quoted


def diagnose_as(kind: str, data: object) -> tuple[Problem, ...]:
    """Return all problems of `data`, including deviations, as an object of the class named `kind`."""
    problems: list[Problem] = []
    _CHECKS[kind](data, (), problems)
    return tuple(problems)


def diagnose_step_or_page(data: object) -> tuple[Problem, ...]:
    """Return all problems of `data` as a page if it seems to be one, or else as a run step."""
    plain = plain_value(data)
    return diagnose_as("RunStepPage" if type(plain) is dict and _is_page(plain) else "RunStep", plain)


def _is_page(data: dict[Any, Any]) -> bool:
    object_name = plain_value(data.get("object"))
    if type(object_name) is str and (object_name == "list" or object_name in RUN_STEP_OBJECTS):
        return object_name == "list"
    return "data" in data and "step_details" not in data


# The checks, from the innermost objects to the page.

_STRING = Rule("a string", string, valid_type=str)
_INTEGER = Rule("an integer", integer, valid_type=int)
_INTEGER_OR_NULL = Rule("an integer or null", integer, missing="deviation", null=None, valid_type=int)
_UNIT_INTERVAL = Rule("a number", unit_interval)


_image_file = object_({"file_id": _STRING})
_logs = object_({"type": required("a string", type_tag("logs")), "logs": _STRING})
_image = object_({"type": required("a string", type_tag("image")), "image": required("an object", _image_file)})
_outputs = {"logs": _logs, "image": _image}
_code_interpreter = object_({"input": _STRING, "outputs": required("an array", array(union(_outputs)))})
_code_interpreter_call = object_(
    {
        "id": _STRING,
        "type": required("a string", type_tag("code_interpreter")),
        "code_interpreter": required("an object", _code_interpreter),
    }
)

_ranking_options = object_(
    {"ranker": required("a string", one_of(FILE_SEARCH_RANKERS)), "score_threshold": _UNIT_INTERVAL}
)
_content = object_({"type": optional("a string", one_of(["text"])), "text": optional("a string", string)})
_result = object_(
    {
        "file_id": _STRING,
        "file_name": _STRING,
        "score": _UNIT_INTERVAL,
        "content": optional("an array", array(_content)),
        "attributes": undocumented("an object", json_object),
    }
)
file_search: Check = object_(
    {
        "ranking_options": optional("an object", _ranking_options),
        "results": optional("an array", array(_result)),
    },
    or_php_empty=True,
)
_file_search_call = object_(
    {
        "id": _STRING,
        "type": required("a string", type_tag("file_search")),
        "file_search": required("an object", file_search),
    }
)

_function = object_({"name": _STRING, "arguments": _STRING, "output": nullable("a string", string)})
_function_call = object_(
    {
        "id": _STRING,
        "type": required("a string", type_tag("function")),
        "function": required("an object", _function),
    }
)

_retrieval_call = object_(
    {
        "id": _STRING,
        "type": required("a string", type_tag("retrieval")),
        "retrieval": required("an object", json_object),
    }
)

_message_creation = object_({"message_id": _STRING})
_message_creation_details = object_(
    {
        "type": required("a string", type_tag("message_creation")),
        "message_creation": required("an object", _message_creation),
    }
)
_tool_calls = {
    "code_interpreter": _code_interpreter_call,
    "file_search": _file_search_call,
    "function": _function_call,
    "retrieval": _retrieval_call,
}
_tool_call = union(_tool_calls)
_tool_calls_details = object_(
    {"type": required("a string", type_tag("tool_calls")), "tool_calls": required("an array", array(_tool_call))}
)
_all_details = {"message_creation": _message_creation_details, "tool_calls": _tool_calls_details}
_step_details = union(_all_details)

_last_error = object_({"code": required("a string", one_of(LAST_ERROR_CODES)), "message": _STRING})
_usage = object_(
    {
        "completion_tokens": _INTEGER,
        "prompt_tokens": _INTEGER,
        "total_tokens": _INTEGER,
        "prompt_token_details": undocumented("an object", json_object),
        "completion_tokens_details": undocumented("an object", json_object),
    }
)


def _types_agree(value: Any, path: Path, problems: list[Problem]) -> None:
    details = plain_value(value.get("step_details"))
    expected = plain_value(details.get("type")) if type(details) is dict else None
    found = plain_value(value["type"])
    if type(expected) is str and type(found) is str and expected != found:
        message = f"expected {quoted(expected)} (step_details.type), got {quoted(found)}"
        problems.append(Problem(path, "deviation", message))


_step_keys = object_(
    {
        "id": _STRING,
        "object": Rule("a string", one_of(["thread.run.step"]), missing="deviation"),
        "created_at": _INTEGER,
        "assistant_id": _STRING,
        "thread_id": _STRING,
        "run_id": _STRING,
        "type": Rule("a string", one_of(RUN_STEP_TYPES), check_object=_types_agree),
        "status": required("a string", one_of(RUN_STEP_STATUSES)),
        "step_details": required("an object", _step_details),
        "last_error": nullable("an object", _last_error),
        "expired_at": _INTEGER_OR_NULL,
        "cancelled_at": _INTEGER_OR_NULL,
        "failed_at": _INTEGER_OR_NULL,
        "completed_at": _INTEGER_OR_NULL,
        "metadata": nullable("an object", metadata),
        "usage": nullable("an object", _usage),
        "expires_at": undocumented("an integer", integer),
    }
)


def _step(value: Any, path: Path, problems: list[Problem]) -> None:
    value = plain_value(value)
    if _is_json_text(value, path, problems):
        return
    if type(value) is dict:
        object_name = plain_value(value.get("object"))
        if isinstance(object_name, str) and object_name not in RUN_STEP_OBJECTS:
            message = f'expected a run step ("thread.run.step"), got {quoted(object_name)}'
            problems.append(Problem((*path, "object"), "error", message))
            return
        if _is_error_response(value, "id"):
            problems.append(Problem(path, "error", "expected a run step, got an API error response"))
            return
    _step_keys(value, path, problems)


_page_keys = object_(
    {
        "object": Rule("a string", string, missing="deviation", valid_type=str),
        "data": required("an array", array(_step)),
        "first_id": Rule("a string", string, missing="deviation", null="deviation", valid_type=str),
        "last_id": Rule("a string", string, missing="deviation", null="deviation", valid_type=str),
        "has_more": Rule("a boolean", boolean, missing="deviation"),
    }
)


def _page(value: Any, path: Path, problems: list[Problem]) -> None:
    value = plain_value(value)
    if _is_json_text(value, path, problems):
        return
    if type(value) is dict and "data" not in value:
        object_name = plain_value(value.get("object"))
        if isinstance(object_name, str) and object_name != "list":
            message = f'expected a page ("list"), got {quoted(object_name)}'
            problems.append(Problem((*path, "object"), "error", message))
            return
        if _is_error_response(value, "object"):
            problems.append(Problem(path, "error", "expected a page, got an API error response"))
            return
    _page_keys(value, path, problems)


def _is_json_text(value: Any, path: Path, problems: list[Problem]) -> bool:
    """Return whether the document is JSON text, for which there is another method, and add the problem."""
    if path or not isinstance(value, (str, bytes)) or value.lstrip()[:1] != ("{" if isinstance(value, str) else b"{"):
        return False
    message = f"expected an object, got {json_type(value)} (use from_json for JSON text)"
    problems.append(Problem(path, "error", message))
    return True


def _is_error_response(data: dict[Any, Any], missing: str) -> bool:
    return "error" in data and missing not in data and isinstance(data["error"], (dict, str))


# By the names of the classes.
_CHECKS: dict[str, Check] = {
    "ImageFile": _image_file,
    "CodeInterpreterLogs": _logs,
    "CodeInterpreterImage": _image,
    "OtherCodeInterpreterOutput": partial(raw, known_types=_outputs),
    "CodeInterpreter": _code_interpreter,
    "CodeInterpreterToolCall": _code_interpreter_call,
    "RankingOptions": _ranking_options,
    "FileSearchContent": _content,
    "FileSearchResult": _result,
    "FileSearch": file_search,
    "FileSearchToolCall": _file_search_call,
    "Function": _function,
    "FunctionToolCall": _function_call,
    "RetrievalToolCall": _retrieval_call,
    "OtherToolCall": partial(raw, known_types=_tool_calls),
    "ToolCall": _tool_call,
    "MessageCreation": _message_creation,
    "MessageCreationStepDetails": _message_creation_details,
    "ToolCallsStepDetails": _tool_calls_details,
    "OtherStepDetails": partial(raw, known_types=_all_details),
    "StepDetails": _step_details,
    "LastError": _last_error,
    "Usage": _usage,
    "RunStep": _step,
    "RunStepPage": _page,
}
