# SPDX-License-Identifier: MIT
"""Everything that is wrong with a document: decoded JSON goes in, problems in document order come out.

The second reader, loaded only where the first has failed or strictness was asked for. It knows shapes as
tables of rules, a rule for each key that a class names, and nothing of the classes themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, TypeAlias

from .enums import RUN_STEP_OBJECTS, FileSearchRanker, LastErrorCode, RunStepStatus, RunStepType
from .errors import Problem, json_type, quoted
from .frozen import MAX_DEPTH
from .metadata import metadata_problems

_Path: TypeAlias = tuple[str | int, ...]
_Check: TypeAlias = Callable[[Any, _Path, list[Problem]], None]
_Level: TypeAlias = Literal["error", "deviation"]


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a key must hold, and what it is where it is missing, null, or there at all (None: all right)."""

    wanted: str
    check: _Check
    missing: _Level | None = "error"
    null: _Level | None = "error"
    undocumented: bool = False
    # A value of exactly this type needs no check.
    sufficient: type | None = None
    # Looks at the whole object, once the value itself has been checked.
    beside: _Check | None = None


def diagnose_as(kind: str, data: object) -> tuple[Problem, ...]:
    """Return every problem of `data` as an object of the class named `kind`, deviations included."""
    problems: list[Problem] = []
    _KINDS[kind](data, (), problems)
    return tuple(problems)


# The messages.


def _expected(wanted: str, value: object, path: _Path, problems: list[Problem], level: _Level = "error") -> None:
    problems.append(Problem(path, level, f"expected {wanted}, got {json_type(value)}"))


def _unknown(value: str, path: _Path, problems: list[Problem]) -> None:
    problems.append(Problem(path, "deviation", f"expected a value that the schema names, got {quoted(value)}"))


def _unnamed(path: _Path, problems: list[Problem]) -> None:
    problems.append(Problem(path, "deviation", "expected no such key: the schema does not name it"))


def _odd_key(key: object, path: _Path, problems: list[Problem]) -> None:
    problems.append(Problem(path, "error", f"expected keys that are strings, got {json_type(key)}"))


# What a value may be.


def _string(value: Any, path: _Path, problems: list[Problem]) -> None:
    if not isinstance(value, str):
        _expected("a string", value, path, problems)


def _no_boolean(value: Any, path: _Path, problems: list[Problem]) -> None:
    """Refuse what is left where booleans are let pass: they have no subclasses."""
    _expected("a boolean", value, path, problems)


def _integer(value: Any, path: _Path, problems: list[Problem]) -> None:
    if isinstance(value, float) and value - value == 0:
        if not value.is_integer():
            problems.append(Problem(path, "error", "expected an integer, got a number that is not whole"))
    elif isinstance(value, bool) or not isinstance(value, int):
        _expected("an integer", value, path, problems)


def _share(value: Any, path: _Path, problems: list[Problem]) -> None:
    """Check a score or threshold."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or _is_odd(value):
        _expected("a number", value, path, problems)
    elif not 0 <= value <= 1:
        problems.append(Problem(path, "deviation", "expected a number from 0 to 1, got one beyond"))


def _is_odd(value: float) -> bool:
    """Tell NaN and the infinities, which JSON has not got."""
    return isinstance(value, float) and value - value != 0


def _named(vocabulary: type[Enum]) -> _Check:
    values = frozenset([member.value for member in vocabulary])

    def check(value: Any, path: _Path, problems: list[Problem]) -> None:
        if not isinstance(value, str):
            _expected("a string", value, path, problems)
        elif value not in values:
            _unknown(value, path, problems)

    return check


def _constant(text: str) -> _Check:
    """Check what should be one text and is kept where it is another."""

    def check(value: Any, path: _Path, problems: list[Problem]) -> None:
        if not isinstance(value, str):
            _expected("a string", value, path, problems)
        elif value != text:
            _unknown(value, path, problems)

    return check


def _tag(text: str) -> _Check:
    """Check the type of an object that is read as one of that type."""

    def check(value: Any, path: _Path, problems: list[Problem]) -> None:
        if not isinstance(value, str):
            _expected("a string", value, path, problems)
        elif value != text:
            problems.append(Problem(path, "error", f"expected {quoted(text)}, got {quoted(value)}"))
        elif text == "retrieval":
            _unknown(text, path, problems)

    return check


def _array(check_item: _Check) -> _Check:
    def check(value: Any, path: _Path, problems: list[Problem]) -> None:
        if not isinstance(value, list):
            _expected("an array", value, path, problems)
            return
        for index, item in enumerate(value):
            check_item(item, (*path, index), problems)

    return check


def _is_php_empty(value: Any, path: _Path, problems: list[Problem]) -> bool:
    """Tell whether `value` is the empty array that PHP makes of an empty object, and note it."""
    if isinstance(value, list) and not value:
        problems.append(Problem(path, "deviation", "expected an object, got an empty array, as PHP writes it"))
        return True
    return False


def _metadata(value: Any, path: _Path, problems: list[Problem]) -> None:
    if isinstance(value, dict):
        problems.extend(metadata_problems(value, path))
    elif not _is_php_empty(value, path, problems):
        _expected("an object", value, path, problems)


def _object(rules: dict[str, _Rule], *, or_php_empty: bool = False) -> _Check:
    """Check an object key by key, and then for what is missing, in the order of the rules."""
    wanted_keys: list[tuple[str, _Level, str]] = [
        (key, rule.missing, rule.wanted) for key, rule in rules.items() if rule.missing is not None
    ]

    def check(value: Any, path: _Path, problems: list[Problem]) -> None:
        if not isinstance(value, dict):
            if not (or_php_empty and _is_php_empty(value, path, problems)):
                _expected("an object", value, path, problems)
            return
        for key, item in value.items():
            rule = rules.get(key)
            if rule is None:
                _kept_pair(key, item, path, problems, unnamed=True)
            elif type(item) is not rule.sufficient or rule.undocumented:
                _apply(rule, key, value, path, problems)
        for key, level, wanted in wanted_keys:
            if key not in value:
                problems.append(Problem((*path, key), level, f"expected {wanted}, but the key is missing"))

    return check


def _apply(rule: _Rule, key: str, owner: dict[Any, Any], path: _Path, problems: list[Problem]) -> None:
    value, inner = owner[key], (*path, key)
    if rule.undocumented:
        _unnamed(inner, problems)
    if value is not None:
        rule.check(value, inner, problems)
    elif rule.null is not None:
        _expected(rule.wanted, None, inner, problems, rule.null)
    if rule.beside is not None:
        rule.beside(owner, inner, problems)


# What is kept as it came.


def _kept_object(value: Any, path: _Path, problems: list[Problem]) -> None:
    if _is_php_empty(value, path, problems):
        return
    if not isinstance(value, dict):
        _expected("an object", value, path, problems)
        return
    for key, item in value.items():
        _kept_pair(key, item, path, problems)


def _raw(value: Any, path: _Path, problems: list[Problem]) -> None:
    """Check an object of a type that no class names."""
    if not isinstance(value, dict):
        _expected("an object", value, path, problems)
        return
    data = value
    for key, item in data.items():
        if key != "type":
            _kept_pair(key, item, path, problems)
        elif isinstance(item, str):
            _unknown(item, (*path, key), problems)
        else:
            _expected("a string", item, (*path, key), problems)
    if "type" not in data:
        problems.append(Problem((*path, "type"), "error", "expected a string, but the key is missing"))


def _kept_pair(key: Any, value: Any, path: _Path, problems: list[Problem], *, unnamed: bool = False) -> None:
    """Check a key and its value, which may nest as deep as the limit."""
    if not isinstance(key, str):
        _odd_key(key, path, problems)
        return
    inner: _Path = (*path, key)
    if unnamed:
        _unnamed(inner, problems)
    if _is_too_deep(value):
        wanted = f"expected at most {MAX_DEPTH} arrays and objects inside one another, got more, or one inside itself"
        problems.append(Problem(inner, "error", wanted))
    else:
        _kept(value, inner, problems)


def _is_too_deep(value: Any) -> bool:
    # Level by level, each object once a level: what holds itself comes to the limit like what is only deep.
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        if not level:
            return False
        inner: dict[int, Any] = {}
        for item in level:
            for member in item.values() if isinstance(item, dict) else item:
                if isinstance(member, (dict, list)):
                    inner[id(member)] = member
        level = list(inner.values())
    return bool(level)


def _kept(value: Any, path: _Path, problems: list[Problem]) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, str):
                _kept(item, (*path, key), problems)
            else:
                _odd_key(key, path, problems)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _kept(item, (*path, index), problems)
    elif isinstance(value, float):
        if _is_odd(value):
            _expected("a number", value, path, problems)
    elif value is not None and not isinstance(value, (str, int)):
        _expected("a JSON value", value, path, problems)


def _union(variants: dict[str, _Check]) -> _Check:
    """Check an object as what its type says it is."""

    def check(value: Any, path: _Path, problems: list[Problem]) -> None:
        tag = value.get("type") if isinstance(value, dict) else None
        variant = variants.get(tag, _raw) if isinstance(tag, str) else _raw
        variant(value, path, problems)

    return check


# The shapes, from the leaves to the page.

_STRING = _Rule("a string", _string, sufficient=str)
_INTEGER = _Rule("an integer", _integer, sufficient=int)
_INTEGER_OR_NULL = _Rule("an integer or null", _integer, missing="deviation", null=None, sufficient=int)
_SHARE = _Rule("a number", _share)


def _required(wanted: str, check: _Check) -> _Rule:
    return _Rule(wanted, check)


def _nullable(wanted: str, check: _Check) -> _Rule:
    """Make the rule for a key that the schema requires, but lets be null: real data often lacks it."""
    return _Rule(f"{wanted} or null", check, missing="deviation", null=None)


def _optional(wanted: str, check: _Check) -> _Rule:
    return _Rule(wanted, check, missing=None, null="deviation")


def _undocumented(wanted: str, check: _Check) -> _Rule:
    return _Rule(wanted, check, missing=None, null=None, undocumented=True)


_image_file = _object({"file_id": _STRING})
_logs = _object({"type": _required("a string", _tag("logs")), "logs": _STRING})
_image = _object({"type": _required("a string", _tag("image")), "image": _required("an object", _image_file)})
_code_interpreter = _object(
    {"input": _STRING, "outputs": _required("an array", _array(_union({"logs": _logs, "image": _image})))}
)
_code_interpreter_call = _object(
    {
        "id": _STRING,
        "type": _required("a string", _tag("code_interpreter")),
        "code_interpreter": _required("an object", _code_interpreter),
    }
)

_ranking_options = _object({"ranker": _required("a string", _named(FileSearchRanker)), "score_threshold": _SHARE})
_content = _object({"type": _optional("a string", _constant("text")), "text": _optional("a string", _string)})
_result = _object(
    {
        "file_id": _STRING,
        "file_name": _STRING,
        "score": _SHARE,
        "content": _optional("an array", _array(_content)),
        "attributes": _undocumented("an object", _kept_object),
    }
)
_file_search = _object(
    {
        "ranking_options": _optional("an object", _ranking_options),
        "results": _optional("an array", _array(_result)),
    },
    or_php_empty=True,
)
_file_search_call = _object(
    {
        "id": _STRING,
        "type": _required("a string", _tag("file_search")),
        "file_search": _required("an object", _file_search),
    }
)

_function = _object({"name": _STRING, "arguments": _STRING, "output": _nullable("a string", _string)})
_function_call = _object(
    {
        "id": _STRING,
        "type": _required("a string", _tag("function")),
        "function": _required("an object", _function),
    }
)

_retrieval_call = _object(
    {
        "id": _STRING,
        "type": _required("a string", _tag("retrieval")),
        "retrieval": _required("an object", _kept_object),
    }
)

_message_creation = _object({"message_id": _STRING})
_message_creation_details = _object(
    {
        "type": _required("a string", _tag("message_creation")),
        "message_creation": _required("an object", _message_creation),
    }
)
_tool_calls_details = _object(
    {
        "type": _required("a string", _tag("tool_calls")),
        "tool_calls": _required(
            "an array",
            _array(
                _union(
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

_last_error = _object({"code": _required("a string", _named(LastErrorCode)), "message": _STRING})
_usage = _object(
    {
        "completion_tokens": _INTEGER,
        "prompt_tokens": _INTEGER,
        "total_tokens": _INTEGER,
        "prompt_token_details": _undocumented("an object", _kept_object),
        "completion_tokens_details": _undocumented("an object", _kept_object),
    }
)


def _types_agree(value: Any, path: _Path, problems: list[Problem]) -> None:
    details = value.get("step_details")
    tag = details.get("type") if isinstance(details, dict) else None
    if isinstance(tag, str) and isinstance(value["type"], str) and tag != value["type"]:
        wanted = f"expected {quoted(tag)}, as step_details.type is, got {quoted(value['type'])}"
        problems.append(Problem(path, "deviation", wanted))


_step_keys = _object(
    {
        "id": _STRING,
        "object": _Rule("a string", _constant("thread.run.step"), missing="deviation"),
        "created_at": _INTEGER,
        "assistant_id": _STRING,
        "thread_id": _STRING,
        "run_id": _STRING,
        "type": _Rule("a string", _named(RunStepType), beside=_types_agree),
        "status": _required("a string", _named(RunStepStatus)),
        "step_details": _required(
            "an object",
            _union({"message_creation": _message_creation_details, "tool_calls": _tool_calls_details}),
        ),
        "last_error": _nullable("an object", _last_error),
        "expired_at": _INTEGER_OR_NULL,
        "cancelled_at": _INTEGER_OR_NULL,
        "failed_at": _INTEGER_OR_NULL,
        "completed_at": _INTEGER_OR_NULL,
        "metadata": _nullable("an object", _metadata),
        "usage": _nullable("an object", _usage),
        "expires_at": _undocumented("an integer", _integer),
    }
)


def _step(value: Any, path: _Path, problems: list[Problem]) -> None:
    if isinstance(value, dict):
        data = value
        tag = data.get("object")
        if isinstance(tag, str) and tag not in RUN_STEP_OBJECTS:
            wanted = f'expected a run step ("thread.run.step"), got {quoted(tag)}'
            problems.append(Problem((*path, "object"), "error", wanted))
            return
        if _is_error_envelope(data, "id"):
            problems.append(Problem(path, "error", "expected a run step, got an error that a server answered with"))
            return
    _step_keys(value, path, problems)


_page_keys = _object(
    {
        "object": _Rule("a string", _string, missing="deviation", sufficient=str),
        "data": _required("an array", _array(_step)),
        "first_id": _Rule("a string", _string, missing="deviation", null="deviation", sufficient=str),
        "last_id": _Rule("a string", _string, missing="deviation", null="deviation", sufficient=str),
        "has_more": _Rule("a boolean", _no_boolean, missing="deviation", sufficient=bool),
    }
)


def _page(value: Any, path: _Path, problems: list[Problem]) -> None:
    if isinstance(value, dict) and "data" not in value:
        data = value
        tag = data.get("object")
        if isinstance(tag, str) and tag != "list":
            problems.append(Problem((*path, "object"), "error", f'expected a page ("list"), got {quoted(tag)}'))
            return
        if _is_error_envelope(data, "object"):
            problems.append(Problem(path, "error", "expected a page, got an error that a server answered with"))
            return
    _page_keys(value, path, problems)


def _is_error_envelope(data: dict[Any, Any], lacking: str) -> bool:
    return "error" in data and lacking not in data and isinstance(data["error"], (dict, str))


# By the names of the classes that read them.
_KINDS: dict[str, _Check] = {
    "ImageFile": _image_file,
    "CodeInterpreterLogs": _logs,
    "CodeInterpreterImage": _image,
    "OtherCodeInterpreterOutput": _raw,
    "CodeInterpreter": _code_interpreter,
    "CodeInterpreterToolCall": _code_interpreter_call,
    "RankingOptions": _ranking_options,
    "FileSearchContent": _content,
    "FileSearchResult": _result,
    "FileSearch": _file_search,
    "FileSearchToolCall": _file_search_call,
    "Function": _function,
    "FunctionToolCall": _function_call,
    "RetrievalToolCall": _retrieval_call,
    "OtherToolCall": _raw,
    "MessageCreation": _message_creation,
    "MessageCreationStepDetails": _message_creation_details,
    "ToolCallsStepDetails": _tool_calls_details,
    "OtherStepDetails": _raw,
    "LastError": _last_error,
    "Usage": _usage,
    "RunStep": _step,
    "RunStepPage": _page,
}
