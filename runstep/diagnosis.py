# SPDX-License-Identifier: MIT
"""Everything that is wrong with a document: decoded JSON goes in, problems in document order come out.

The second reader, loaded only where the first has failed or strictness was asked for. It knows shapes as
tables of rules and nothing of the classes themselves.
"""

from __future__ import annotations

from typing import Any

from ._checks import (
    Check,
    Path,
    Rule,
    array,
    constant,
    integer,
    kept_object,
    metadata,
    no_boolean,
    nullable,
    object_,
    one_of,
    optional,
    raw,
    required,
    share,
    string,
    tag,
    undocumented,
    union,
)
from .enums import RUN_STEP_OBJECTS, FileSearchRanker, LastErrorCode, RunStepStatus, RunStepType
from .errors import Problem, quoted


def diagnose_as(kind: str, data: object) -> tuple[Problem, ...]:
    """Return every problem of `data` as an object of the class named `kind`, deviations included."""
    problems: list[Problem] = []
    _KINDS[kind](data, (), problems)
    return tuple(problems)


# The shapes, from the leaves to the page.

_STRING = Rule("a string", string, sufficient=str)
_INTEGER = Rule("an integer", integer, sufficient=int)
_INTEGER_OR_NULL = Rule("an integer or null", integer, missing="deviation", null=None, sufficient=int)
_SHARE = Rule("a number", share)


_image_file = object_({"file_id": _STRING})
_logs = object_({"type": required("a string", tag("logs")), "logs": _STRING})
_image = object_({"type": required("a string", tag("image")), "image": required("an object", _image_file)})
_code_interpreter = object_(
    {"input": _STRING, "outputs": required("an array", array(union({"logs": _logs, "image": _image})))}
)
_code_interpreter_call = object_(
    {
        "id": _STRING,
        "type": required("a string", tag("code_interpreter")),
        "code_interpreter": required("an object", _code_interpreter),
    }
)

_ranking_options = object_({"ranker": required("a string", one_of(FileSearchRanker)), "score_threshold": _SHARE})
_content = object_({"type": optional("a string", constant("text")), "text": optional("a string", string)})
_result = object_(
    {
        "file_id": _STRING,
        "file_name": _STRING,
        "score": _SHARE,
        "content": optional("an array", array(_content)),
        "attributes": undocumented("an object", kept_object),
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
        "type": required("a string", tag("file_search")),
        "file_search": required("an object", file_search),
    }
)

_function = object_({"name": _STRING, "arguments": _STRING, "output": nullable("a string", string)})
_function_call = object_(
    {
        "id": _STRING,
        "type": required("a string", tag("function")),
        "function": required("an object", _function),
    }
)

_retrieval_call = object_(
    {
        "id": _STRING,
        "type": required("a string", tag("retrieval")),
        "retrieval": required("an object", kept_object),
    }
)

_message_creation = object_({"message_id": _STRING})
_message_creation_details = object_(
    {
        "type": required("a string", tag("message_creation")),
        "message_creation": required("an object", _message_creation),
    }
)
_tool_calls_details = object_(
    {
        "type": required("a string", tag("tool_calls")),
        "tool_calls": required(
            "an array",
            array(
                union(
                    {
                        "code_interpreter": _code_interpreter_call,
                        "file_search": _file_search_call,
                        "function": _function_call,
                        "retrieval": _retrieval_call,
                    }
                )
            ),
        ),
    }
)

_last_error = object_({"code": required("a string", one_of(LastErrorCode)), "message": _STRING})
_usage = object_(
    {
        "completion_tokens": _INTEGER,
        "prompt_tokens": _INTEGER,
        "total_tokens": _INTEGER,
        "prompt_token_details": undocumented("an object", kept_object),
        "completion_tokens_details": undocumented("an object", kept_object),
    }
)


def _types_agree(value: Any, path: Path, problems: list[Problem]) -> None:
    details = value.get("step_details")
    tag = details.get("type") if isinstance(details, dict) else None
    if isinstance(tag, str) and isinstance(value["type"], str) and tag != value["type"]:
        wanted = f"expected {quoted(tag)}, as step_details.type is, got {quoted(value['type'])}"
        problems.append(Problem(path, "deviation", wanted))


_step_keys = object_(
    {
        "id": _STRING,
        "object": Rule("a string", constant("thread.run.step"), missing="deviation"),
        "created_at": _INTEGER,
        "assistant_id": _STRING,
        "thread_id": _STRING,
        "run_id": _STRING,
        "type": Rule("a string", one_of(RunStepType), beside=_types_agree),
        "status": required("a string", one_of(RunStepStatus)),
        "step_details": required(
            "an object",
            union({"message_creation": _message_creation_details, "tool_calls": _tool_calls_details}),
        ),
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
    if isinstance(value, dict):
        tag = value.get("object")
        if isinstance(tag, str) and tag not in RUN_STEP_OBJECTS:
            wanted = f'expected a run step ("thread.run.step"), got {quoted(tag)}'
            problems.append(Problem((*path, "object"), "error", wanted))
            return
        if _is_error_envelope(value, "id"):
            problems.append(Problem(path, "error", "expected a run step, got an error that a server answered with"))
            return
    _step_keys(value, path, problems)


_page_keys = object_(
    {
        "object": Rule("a string", string, missing="deviation", sufficient=str),
        "data": required("an array", array(_step)),
        "first_id": Rule("a string", string, missing="deviation", null="deviation", sufficient=str),
        "last_id": Rule("a string", string, missing="deviation", null="deviation", sufficient=str),
        "has_more": Rule("a boolean", no_boolean, missing="deviation", sufficient=bool),
    }
)


def _page(value: Any, path: Path, problems: list[Problem]) -> None:
    if isinstance(value, dict) and "data" not in value:
        tag = value.get("object")
        if isinstance(tag, str) and tag != "list":
            problems.append(Problem((*path, "object"), "error", f'expected a page ("list"), got {quoted(tag)}'))
            return
        if _is_error_envelope(value, "object"):
            problems.append(Problem(path, "error", "expected a page, got an error that a server answered with"))
            return
    _page_keys(value, path, problems)


def _is_error_envelope(data: dict[Any, Any], lacking: str) -> bool:
    return "error" in data and lacking not in data and isinstance(data["error"], (dict, str))


# By the names of the classes that read them.
_KINDS: dict[str, Check] = {
    "ImageFile": _image_file,
    "CodeInterpreterLogs": _logs,
    "CodeInterpreterImage": _image,
    "OtherCodeInterpreterOutput": raw,
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
    "OtherToolCall": raw,
    "MessageCreation": _message_creation,
    "MessageCreationStepDetails": _message_creation_details,
    "ToolCallsStepDetails": _tool_calls_details,
    "OtherStepDetails": raw,
    "LastError": _last_error,
    "Usage": _usage,
    "RunStep": _step,
    "RunStepPage": _page,
}
