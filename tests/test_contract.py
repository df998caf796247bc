# SPDX-License-Identifier: MIT
"""Tests of the documented contract: errors, deviations, and the properties of every class."""

from __future__ import annotations

import copy
import inspect
import json
import pickle
import sys
import typing
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields, replace
from enum import Enum
from types import MappingProxyType
from typing import Any, ClassVar

import pytest

import runstep
from runstep import (
    FileSearchContent,
    FileSearchResult,
    FrozenDict,
    LastError,
    Problem,
    RunStep,
    RunStepPage,
    RunStepStatus,
    RunStepType,
    ValidationError,
    diagnose,
)

from .conftest import PACKAGE, Mark
from .strategies import DOCUMENTS

StepFactory = Callable[..., dict[str, Any]]
CLASSES = [getattr(runstep, name) for name in DOCUMENTS]

# Changes to a valid step: a name, the changed keys, and the expected problem.

MISSING = object()


def calls(*tool_calls: Any) -> dict[str, Any]:
    return {"type": "tool_calls", "step_details": {"type": "tool_calls", "tool_calls": list(tool_calls)}}


def function(**keys: Any) -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}", "output": None, **keys}}


def search(**keys: Any) -> dict[str, Any]:
    return {"id": "call_1", "type": "file_search", "file_search": keys}


def result(**keys: Any) -> dict[str, Any]:
    return search(results=[{"file_id": "f", "file_name": "n", "score": 0.5, **keys}])


CYCLE: list[Any] = []
CYCLE.append(CYCLE)
IN_CALL = "step_details.tool_calls[0]"
IN_RESULT = f"{IN_CALL}.file_search.results[0]"
UNKNOWN_KEY = "unknown key (not in the published schema)"
UNPUBLISHED = "(not in the published schema)"
TOO_DEEP = "nested more than 100 levels deep, or cyclic"
OUT_OF_RANGE = "expected a number from 0 to 1, got a number out of range"
PHP = "expected an object, got an empty array (as written by PHP)"

ERRORS: list[tuple[str, dict[str, Any], str]] = [
    ("string of the wrong type", {"id": 5}, "id: expected a string, got an integer"),
    ("object of the wrong type", {"step_details": "message"}, "step_details: expected an object, got a string"),
    ("array of the wrong type", calls() | {"step_details": {"type": "tool_calls", "tool_calls": {}}},
     "step_details.tool_calls: expected an array, got an object"),
    ("true for an integer", {"created_at": True}, "created_at: expected an integer, got a boolean"),
    ("true for an optional integer", {"expires_at": True}, "expires_at: expected an integer, got a boolean"),
    ("1.5 for an integer", {"failed_at": 1.5}, "failed_at: expected an integer, got a number with a fraction"),
    ("NaN for an integer", {"failed_at": float("nan")}, "failed_at: expected an integer, got NaN"),
    ("infinity for a number", calls(result(score=float("inf"))), f"{IN_RESULT}.score: expected a number, got infinity"),
    ("NaN under an unknown key", {"kept": [float("nan")]}, "kept[0]: expected a number, got NaN"),
    ("tuple", {"kept": ()}, "kept: expected a JSON value, got a Python tuple"),
    ("tuple of tool calls", calls() | {"step_details": {"type": "tool_calls", "tool_calls": ()}},
     "step_details.tool_calls: expected an array, got a Python tuple"),
    ("non-string key", {"kept": {5: 6}}, "kept: expected string keys, got an integer"),
    ("Python object", {"kept": object()}, "kept: expected a JSON value, got a Python object"),
    ("mapping that is not a dict", {"usage": MappingProxyType({})},
     "usage: expected an object, got a Python mappingproxy"),
    ("cycle", {"kept": CYCLE}, f"kept: {TOO_DEEP}"),
    *[(f"{key} missing", {key: MISSING}, f"{key}: expected {expected}, but the key is missing") for key, expected in (
        ("id", "a string"), ("created_at", "an integer"), ("assistant_id", "a string"), ("thread_id", "a string"),
        ("run_id", "a string"), ("type", "a string"), ("status", "a string"), ("step_details", "an object"))],
    *[(f"{key} null", {key: None}, f"{key}: expected {expected}, got null") for key, expected in (
        ("id", "a string"), ("created_at", "an integer"), ("assistant_id", "a string"), ("thread_id", "a string"),
        ("run_id", "a string"), ("type", "a string"), ("status", "a string"), ("step_details", "an object"))],
    ("function name null", calls(function(name=None)), f"{IN_CALL}.function.name: expected a string, got null"),
    ("run", {"object": "thread.run"}, 'object: expected a run step ("thread.run.step"), got "thread.run"'),
    ("API error response", {"id": MISSING, "error": {"message": "x"}},
     "expected a run step, got an API error response"),
    ("17 metadata pairs", {"metadata": {str(n): "" for n in range(17)}},
     "metadata: expected at most 16 pairs, got 17"),
    ("metadata key too long", {"metadata": {" " * 65: ""}},
     f'metadata["{" " * 64}…"]: expected a key of at most 64 characters, got 65'),
    ("metadata value too long", {"metadata": {"key": " " * 513}},
     "metadata.key: expected a value of at most 512 characters, got 513"),
    ("number as a metadata value", {"metadata": {"key": 1}}, "metadata.key: expected a string, got an integer"),
]  # fmt: skip

DEVIATIONS: list[tuple[str, dict[str, Any], str]] = [
    *[(f"{key} missing", {key: MISSING}, f"{key}: expected {expected}, but the key is missing") for key, expected in (
        ("last_error", "an object or null"), ("expired_at", "an integer or null"),
        ("cancelled_at", "an integer or null"), ("failed_at", "an integer or null"),
        ("completed_at", "an integer or null"), ("metadata", "an object or null"), ("usage", "an object or null"),
        ("object", "a string"))],
    ("output missing", calls({"id": "c", "type": "function", "function": {"name": "f", "arguments": ""}}),
     f"{IN_CALL}.function.output: expected a string or null, but the key is missing"),
    ("ranking_options null", calls(search(ranking_options=None)),
     f"{IN_CALL}.file_search.ranking_options: expected an object, got null"),
    ("results null", calls(search(results=None)), f"{IN_CALL}.file_search.results: expected an array, got null"),
    ("content null", calls(result(content=None)), f"{IN_RESULT}.content: expected an array, got null"),
    ("text null", calls(result(content=[{"type": "text", "text": None}])),
     f"{IN_RESULT}.content[0].text: expected a string, got null"),
    ("content type null", calls(result(content=[{"type": None}])),
     f"{IN_RESULT}.content[0].type: expected a string, got null"),
    ("unknown content type", calls(result(content=[{"type": "image"}])),
     f'{IN_RESULT}.content[0].type: unknown value "image" {UNPUBLISHED}'),
    ("expires_at", {"expires_at": 5}, f"expires_at: {UNKNOWN_KEY}"),
    ("expires_at null", {"expires_at": None}, f"expires_at: {UNKNOWN_KEY}"),
    ("attributes", calls(result(attributes={})), f"{IN_RESULT}.attributes: {UNKNOWN_KEY}"),
    ("unknown key", {"surprise": {}}, f"surprise: {UNKNOWN_KEY}"),
    ("nested unknown key", calls(function(strict=True)), f"{IN_CALL}.function.strict: {UNKNOWN_KEY}"),
    ("unknown status", {"status": "paused"}, f'status: unknown value "paused" {UNPUBLISHED}'),
    ("unknown type", {"type": "activities", "step_details": {"type": "activities"}},
     f'type: unknown value "activities" {UNPUBLISHED}'),
    ("unknown tool", calls({"id": "c", "type": "mcp"}), f'{IN_CALL}.type: unknown value "mcp" {UNPUBLISHED}'),
    ("unknown ranker", calls(search(ranking_options={"ranker": "own", "score_threshold": 0})),
     f'{IN_CALL}.file_search.ranking_options.ranker: unknown value "own" {UNPUBLISHED}'),
    ("unknown error code", {"last_error": {"code": "", "message": ""}},
     f'last_error.code: unknown value "" {UNPUBLISHED}'),
    ("mismatched types", {"type": "tool_calls"},
     'type: expected "message_creation" (step_details.type), got "tool_calls"'),
    ("score threshold above 1", calls(search(ranking_options={"ranker": "auto", "score_threshold": 1.1})),
     f"{IN_CALL}.file_search.ranking_options.score_threshold: {OUT_OF_RANGE}"),
    ("score below 0", calls(result(score=-1)), f"{IN_RESULT}.score: {OUT_OF_RANGE}"),
    ("object of November 2023", {"object": "assistant.run.step"},
     f'object: unknown value "assistant.run.step" {UNPUBLISHED}'),
    ("v1 retrieval call", calls({"id": "c", "type": "retrieval", "retrieval": {}}),
     f'{IN_CALL}.type: unknown value "retrieval" {UNPUBLISHED}'),
    ("[] for metadata", {"metadata": []}, f"metadata: {PHP}"),
    ("[] for file_search", calls({"id": "c", "type": "file_search", "file_search": []}),
     f"{IN_CALL}.file_search: {PHP}"),
]  # fmt: skip

VALID: list[tuple[str, dict[str, Any]]] = [
    ("documented example", {}),
    ("whole float for an integer", {"created_at": 1699063291.0, "completed_at": -0.0}),
    ("null for each nullable key", dict.fromkeys(
        ("last_error", "expired_at", "cancelled_at", "failed_at", "completed_at", "metadata", "usage"))),
    ("integer for a number", calls(result(score=1, content=[]))),
    ("empty file search", calls(search())),
    ("empty content", calls(result(content=[{}]))),
    ("16 metadata pairs", {"metadata": {str(n): "" for n in range(16)}}),
    ("metadata at the limits", {"metadata": {"🌊" * 64: "🌊" * 512}}),
]  # fmt: skip


def with_changes(data: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**data, **changes}.items() if value is not MISSING}


@pytest.mark.parametrize(
    ("name", "changes", "problem"), ERRORS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_errors_are_reported_and_rejected(step: StepFactory, name: str, changes: dict[str, Any], problem: str) -> None:
    data = with_changes(step(), changes)
    assert [str(found) for found in diagnose(data) if found.level == "error"] == [problem], name
    for strict in (False, True):
        with pytest.raises(ValidationError) as caught:
            RunStep.from_dict(data, strict=strict)
        assert problem in [str(found) for found in caught.value.problems]


@pytest.mark.parametrize(
    ("name", "changes", "problem"), DEVIATIONS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_deviations_fail_only_strict_parsing(
    step: StepFactory, name: str, changes: dict[str, Any], problem: str
) -> None:
    data = with_changes(step(), changes)
    before = copy.deepcopy(data)
    serialized = RunStep.from_dict(data).to_dict()
    if "[]" not in name:
        assert serialized == data == before
    with pytest.raises(ValidationError) as caught:
        RunStep.from_dict(data, strict=True)
    assert str(caught.value.problems[0]) == problem
    assert {found.level for found in caught.value.problems} == {"deviation"}
    assert caught.value.problems == diagnose(data)


@pytest.mark.parametrize(("name", "changes"), VALID, ids=lambda value: value if isinstance(value, str) else "")
def test_valid_documents_pass_strict_parsing(step: StepFactory, name: str, changes: dict[str, Any]) -> None:
    data = with_changes(step(), changes)
    assert diagnose(data) == (), name
    assert RunStep.from_dict(data, strict=True).to_dict() == data


@pytest.mark.parametrize(
    ("key", "missing", "null"),
    [
        ("object", "object: expected a string, but the key is missing", None),
        ("first_id", "first_id: expected a string, but the key is missing", "first_id: expected a string, got null"),
        ("last_id", "last_id: expected a string, but the key is missing", "last_id: expected a string, got null"),
        ("has_more", "has_more: expected a boolean, but the key is missing", None),
    ],
)
def test_page_keys_may_be_missing_or_null(step: StepFactory, key: str, missing: str, null: str | None) -> None:
    page = {"object": "list", "data": [step()], "first_id": "a", "last_id": "b", "has_more": False}
    assert diagnose(page) == ()
    without_key = with_changes(page, {key: MISSING})
    assert [str(problem) for problem in diagnose(without_key)] == [missing]
    assert RunStepPage.from_dict(without_key).to_dict() == without_key
    with_null = {**page, key: None}
    if null:
        assert [str(problem) for problem in diagnose(with_null)] == [null]
        assert RunStepPage.from_dict(with_null).to_dict() == with_null
    else:
        with pytest.raises(ValidationError, match=rf"^{key}: expected a .*, got null$"):
            RunStepPage.from_dict(with_null)


# Every class.


def parametrize_classes(classes: list[Any]) -> Mark:
    return pytest.mark.parametrize("cls", classes, ids=lambda cls: cls.__name__)


MINIMAL_DOCUMENTS: dict[str, dict[str, Any]] = {
    "ImageFile": {"file_id": "f"},
    "CodeInterpreterLogs": {"type": "logs", "logs": ""},
    "CodeInterpreterImage": {"type": "image", "image": {"file_id": "f"}},
    "OtherCodeInterpreterOutput": {"type": "table"},
    "CodeInterpreter": {"input": "", "outputs": []},
    "CodeInterpreterToolCall": {
        "id": "c",
        "type": "code_interpreter",
        "code_interpreter": {"input": "", "outputs": []},
    },
    "RankingOptions": {"ranker": "auto", "score_threshold": 0.5},
    "FileSearchContent": {},
    "FileSearchResult": {"file_id": "f", "file_name": "n", "score": 1},
    "FileSearch": {},
    "FileSearchToolCall": {"id": "c", "type": "file_search", "file_search": {}},
    "Function": {"name": "f", "arguments": ""},
    "FunctionToolCall": {"id": "c", "type": "function", "function": {"name": "f", "arguments": ""}},
    "RetrievalToolCall": {"id": "c", "type": "retrieval", "retrieval": {}},
    "OtherToolCall": {"type": "mcp"},
    "MessageCreation": {"message_id": "m"},
    "MessageCreationStepDetails": {"type": "message_creation", "message_creation": {"message_id": "m"}},
    "ToolCallsStepDetails": {"type": "tool_calls", "tool_calls": []},
    "OtherStepDetails": {"type": "activities"},
    "LastError": {"code": "server_error", "message": ""},
    "Usage": {"completion_tokens": 1, "prompt_tokens": 2, "total_tokens": 3},
    "RunStep": {
        "id": "s",
        "created_at": 1,
        "assistant_id": "a",
        "thread_id": "t",
        "run_id": "r",
        "type": "tool_calls",
        "status": "completed",
        "step_details": {"type": "tool_calls", "tool_calls": []},
    },
    "RunStepPage": {"data": []},
}


def test_every_class_has_a_minimal_document() -> None:
    assert list(MINIMAL_DOCUMENTS) == list(DOCUMENTS)


@pytest.mark.parametrize("name", MINIMAL_DOCUMENTS)
def test_minimal_documents_round_trip_and_have_no_optional_keys(name: str) -> None:
    cls, data = getattr(runstep, name), MINIMAL_DOCUMENTS[name]
    parsed = cls.from_dict(data)
    assert type(parsed) is cls
    assert parsed.to_dict() == data
    assert cls.from_dict({**data, "more": [{}]}).to_dict() == {**data, "more": [{}]}
    assert cls.from_dict(OrderedDict(data)) == parsed == replace(parsed)
    assert replace(parsed).to_dict() == data
    for key in data:
        incomplete = {name: value for name, value in data.items() if name != key}
        with pytest.raises(ValidationError, match=rf"^{key}: expected .*, but the key is missing$"):
            cls.from_dict(incomplete)
        with pytest.raises(ValidationError, match=rf"^{key}: expected .*, got a Python object$"):
            cls.from_dict({**data, key: object()})


@pytest.mark.parametrize("data", [None, "x", 5, (), object], ids=repr)
@parametrize_classes(CLASSES)
def test_classes_reject_non_objects(cls: Any, data: Any) -> None:
    for strict in (False, True):
        with pytest.raises(ValidationError, match=r"^expected an object, got "):
            cls.from_dict(data, strict=strict)


@parametrize_classes(CLASSES)
def test_classes_are_frozen_slotted_keyword_only_dataclasses(cls: Any) -> None:
    params = cls.__dataclass_params__
    assert params.frozen
    assert params.eq
    assert cls.__slots__ == tuple(field.name for field in fields(cls))
    assert all(field.kw_only for field in fields(cls))
    assert not hasattr(cls, "__dict__") or "__dict__" not in dir(cls)
    assert getattr(cls, "__final__", sys.version_info < (3, 11))  # set by `final` since Python 3.11
    parameters = inspect.signature(cls).parameters.values()
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters)
    with pytest.raises(TypeError):
        cls("positional")


@parametrize_classes(CLASSES)
def test_type_hints_can_be_resolved_at_run_time(cls: Any) -> None:
    hints = typing.get_type_hints(cls)
    assert set(hints) >= {field.name for field in fields(cls)}
    for method in (cls.__init__, cls.from_dict, cls.to_dict):
        assert "return" in typing.get_type_hints(method)
    if "type" in hints and typing.get_origin(hints["type"]) is ClassVar:
        (literal,) = typing.get_args(hints["type"])
        assert typing.get_args(literal) == (cls.type,)
        assert "type" not in {field.name for field in fields(cls)}


@parametrize_classes(CLASSES)
def test_classes_have_a_field_for_unknown_keys(cls: Any) -> None:
    names = [field.name for field in fields(cls) if not field.name.startswith("_")]
    if cls.__name__.startswith("Other"):
        assert names == ["raw"]
    else:
        assert names[-1] == "extra"
    assert inspect.signature(cls.from_dict).parameters["strict"].kind is inspect.Parameter.KEYWORD_ONLY


def test_type_constants() -> None:
    types = {cls.__name__: cls.type for cls in CLASSES if isinstance(cls.__dict__.get("type"), str)}
    assert types == {
        "CodeInterpreterLogs": "logs",
        "CodeInterpreterImage": "image",
        "CodeInterpreterToolCall": "code_interpreter",
        "FileSearchToolCall": "file_search",
        "FunctionToolCall": "function",
        "RetrievalToolCall": "retrieval",
        "MessageCreationStepDetails": "message_creation",
        "ToolCallsStepDetails": "tool_calls",
    }


FIELDS = {
    "RunStep": "id object created_at assistant_id thread_id run_id type status step_details last_error expired_at "
    "cancelled_at failed_at completed_at metadata usage expires_at extra",
    "RunStepPage": "object data first_id last_id has_more extra",
    "Usage": "completion_tokens prompt_tokens total_tokens prompt_token_details completion_tokens_details extra",
    "LastError": "code message extra",
    "Function": "name arguments output extra",
    "FileSearchResult": "file_id file_name score content attributes extra",
    "FileSearch": "ranking_options results extra",
    "CodeInterpreter": "input outputs extra",
}


@pytest.mark.parametrize(("name", "names"), FIELDS.items())
def test_fields_are_in_the_order_of_the_api_reference(name: str, names: str) -> None:
    assert [field.name for field in fields(getattr(runstep, name)) if not field.name.startswith("_")] == names.split()


def test_objects_are_immutable(step: StepFactory) -> None:
    parsed: Any = RunStep.from_dict(step())
    with pytest.raises(FrozenInstanceError):
        parsed.id = "other"
    with pytest.raises(FrozenInstanceError):
        del parsed.id
    # With `slots=True`, the generated `__setattr__` refers to the original class, so CPython raises a `TypeError`.
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        parsed.surprise = 1
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        parsed.tool_calls = ()
    assert parsed.to_dict() == step()


def test_constructors_accept_sequences_mappings_and_plain_strings(step: StepFactory) -> None:
    parsed = RunStep.from_dict(step(surprise=[1], metadata={"key": "value"}))
    built = replace(
        parsed,
        type="message_creation",
        status="completed",
        metadata=MappingProxyType({"key": "value"}),
        extra={"surprise": [1]},  # type: ignore[arg-type]
    )
    assert built == parsed
    assert hash(built) == hash(parsed)
    assert (type(built.type), type(built.status)) == (RunStepType, RunStepStatus)
    assert (type(built.metadata), type(built.extra)) == (FrozenDict, FrozenDict)
    page = RunStepPage(data=(item for item in [parsed]))  # type: ignore[arg-type]
    assert page == RunStepPage(data=(parsed,))


def test_metadata_limits_apply_whenever_a_step_is_created(step: StepFactory) -> None:
    parsed = RunStep.from_dict(step())
    arguments: dict[str, Any] = {field.name: getattr(parsed, field.name) for field in fields(parsed)}
    invalid: list[tuple[Any, str]] = [
        ({str(n): "" for n in range(17)}, "metadata: expected at most 16 pairs, got 17"),
        ({"key": "v" * 513}, "metadata.key: expected a value of at most 512 characters, got 513"),
        ({"key": 1}, "metadata.key: expected a string, got an integer"),
    ]
    factories: list[Callable[[Any], Any]] = [
        lambda metadata: RunStep(**{**arguments, "metadata": metadata}),
        lambda metadata: replace(parsed, metadata=metadata),
        lambda metadata: RunStep.from_dict(step(metadata=metadata)),
        lambda metadata: RunStep.from_json(json.dumps(step(metadata=metadata))),
    ]
    for metadata, problem in invalid:
        for create in factories:
            with pytest.raises(ValidationError) as caught:
                create(metadata)
            assert str(caught.value) == problem


def test_objects_of_different_classes_are_not_equal() -> None:
    values: list[Any] = [
        runstep.ImageFile(file_id="x"),
        runstep.MessageCreation(message_id="x"),
        runstep.OtherToolCall(raw=FrozenDict({"type": "x"})),
        runstep.OtherStepDetails(raw=FrozenDict({"type": "x"})),
        {"file_id": "x"},
        "x",
    ]
    for index, value in enumerate(values):
        assert [value == other for other in values] == [position == index for position in range(len(values))]


def test_problem_attributes(step: StepFactory) -> None:
    (problem,) = diagnose(step(**calls(*[function()] * 7, function(name=None))))
    assert problem == Problem(
        path=("step_details", "tool_calls", 7, "function", "name"), level="error", message="expected a string, got null"
    )
    assert problem.location == "step_details.tool_calls[7].function.name"
    assert str(ValidationError((problem,) * 3)) == (
        "step_details.tool_calls[7].function.name: expected a string, got null (and 2 more)"
    )


# Public names.


def test_all_lists_every_public_name_in_order() -> None:
    assert list(runstep.__all__) == sorted(
        runstep.__all__, key=lambda name: (not name.isupper(), name[0].islower(), name)
    )
    assert {name for name in vars(runstep) if not name.startswith("_")} - {
        name for name, value in vars(runstep).items() if inspect.ismodule(value)
    } == set(runstep.__all__)
    assert set(DOCUMENTS) <= set(runstep.__all__)


def test_public_objects_are_documented_and_defined_in_public_modules() -> None:
    for name in runstep.__all__:
        module = getattr(getattr(runstep, name), "__module__", PACKAGE)
        assert "._" not in module.removeprefix(PACKAGE)
        assert inspect.getdoc(getattr(runstep, name)) or not callable(getattr(runstep, name))


def test_public_methods_and_properties_have_docstrings() -> None:
    for cls in CLASSES:
        for name, member in vars(cls).items():
            if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, (classmethod, property))):
                assert inspect.getdoc(member), f"{cls.__name__}.{name}"


# Edge cases.


class ArrayLike:
    """A value that is compared element by element, like a NumPy array."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> Any:
        return ArrayLike()

    def __bool__(self) -> bool:
        message = "the truth value of an array is ambiguous"
        raise ValueError(message)


KEYS = [*(field.name for field in fields(RunStep) if field.name not in ("extra", "_absent")), "other"]


@pytest.mark.parametrize("key", KEYS)
def test_a_value_that_is_not_json_is_an_error_under_any_key(key: str, step: StepFactory) -> None:
    data = step(**{key: ArrayLike()})
    errors = tuple(problem for problem in diagnose(data) if problem.level == "error")
    with pytest.raises(ValidationError) as caught:
        RunStep.from_dict(data)
    assert caught.value.problems == errors
    assert [problem.location for problem in errors] == [key]


@pytest.mark.parametrize("attributes", [FrozenDict(), MappingProxyType({}), ArrayLike(), ()])
def test_attributes_must_be_a_dict(attributes: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        FileSearchResult.from_dict({"file_id": "f", "file_name": "n", "score": 1, "attributes": attributes})
    assert str(caught.value) == f"attributes: expected an object, got a Python {type(attributes).__name__}"


@pytest.mark.parametrize("type_", [ArrayLike(), ["text"]])
def test_the_type_of_content_must_be_a_string(type_: Any) -> None:
    with pytest.raises(ValidationError, match=r"^type: expected a string, got "):
        FileSearchContent.from_dict({"type": type_, "text": "x"})


def test_reduce_returns_a_copy() -> None:
    frozen = FrozenDict({"a": 1})
    frozen.__reduce__()[1][0]["b"] = 2
    assert frozen == {"a": 1}
    empty: FrozenDict[int] = FrozenDict()
    empty.__reduce__()[1][0]["b"] = 2
    assert FrozenDict() == {}


def test_constructors_have_the_nesting_limit_of_the_parser() -> None:
    nested: FrozenDict[Any] = FrozenDict({"a": 1})
    for _ in range(100):
        nested = FrozenDict({"a": nested})
    with pytest.raises(ValueError, match=r"^nested more than 100 levels deep, or cyclic$"):
        FrozenDict({"a": nested})
    assert hash(nested) == hash(pickle.loads(pickle.dumps(nested)))  # noqa: S301  (trusted data)


def test_members_of_other_enums_become_plain_strings() -> None:
    class Code(str, Enum):
        OTHER = "odd"

    error = LastError(code=Code.OTHER, message="")
    assert type(error.code) is str
    assert error == LastError.from_dict({"code": Code.OTHER, "message": ""})
    assert type(error.to_dict()["code"]) is str
    assert Problem((Code.OTHER,), "error", "x").location == "odd"


def test_a_step_may_have_a_data_key(step: StepFactory) -> None:
    for data in (step(data=[1]), {key: value for key, value in step(data={}).items() if key != "object"}):
        RunStep.from_dict(data)
        assert [problem for problem in diagnose(data) if problem.level == "error"] == []


def test_validation_error_converts_problems_to_a_tuple() -> None:
    problem = Problem((), "error", "x")
    assert ValidationError([problem]).problems == (problem,)
