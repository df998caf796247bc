# SPDX-License-Identifier: MIT
"""The promises, row by row: the table of what is read and refused, and what every class is."""

from __future__ import annotations

import copy
import inspect
import json
import pickle
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

from .conftest import Mark
from .strategies import DOCUMENTS

Maker = Callable[..., dict[str, Any]]
CLASSES = [getattr(runstep, name) for name in DOCUMENTS]

# The table: what is done to a good document; whether it is then read; the level and the first problem.

ABSENT = object()


def calls(*tool_calls: Any) -> dict[str, Any]:
    return {"type": "tool_calls", "step_details": {"type": "tool_calls", "tool_calls": list(tool_calls)}}


def function(**keys: Any) -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}", "output": None, **keys}}


def search(**keys: Any) -> dict[str, Any]:
    return {"id": "call_1", "type": "file_search", "file_search": keys}


def result(**keys: Any) -> dict[str, Any]:
    return search(results=[{"file_id": "f", "file_name": "n", "score": 0.5, **keys}])


RING: list[Any] = []
RING.append(RING)
IN_CALL = "step_details.tool_calls[0]"
IN_RESULT = f"{IN_CALL}.file_search.results[0]"
UNKNOWN_KEY = "unknown key (not in the published schema)"
UNPUBLISHED = "(not in the published schema)"
TOO_DEEP = "nested more than 100 levels deep, or cyclic"
OUT_OF_RANGE = "expected a number from 0 to 1, got a number out of range"
PHP = "expected an object, got an empty array (as written by PHP)"

ERRORS: list[tuple[str, dict[str, Any], str]] = [
    ("wrong type, string", {"id": 5}, "id: expected a string, got an integer"),
    ("wrong type, object", {"step_details": "message"}, "step_details: expected an object, got a string"),
    ("wrong type, array", calls() | {"step_details": {"type": "tool_calls", "tool_calls": {}}},
     "step_details.tool_calls: expected an array, got an object"),
    ("true for an integer", {"created_at": True}, "created_at: expected an integer, got a boolean"),
    ("true for an optional integer", {"expires_at": True}, "expires_at: expected an integer, got a boolean"),
    ("1.5 for an integer", {"failed_at": 1.5}, "failed_at: expected an integer, got a number with a fraction"),
    ("NaN for an integer", {"failed_at": float("nan")}, "failed_at: expected an integer, got NaN"),
    ("infinity for a number", calls(result(score=float("inf"))), f"{IN_RESULT}.score: expected a number, got infinity"),
    ("NaN in what is kept", {"kept": [float("nan")]}, "kept[0]: expected a number, got NaN"),
    ("a tuple", {"kept": ()}, "kept: expected a JSON value, got a Python tuple"),
    ("a tuple of tool calls", calls() | {"step_details": {"type": "tool_calls", "tool_calls": ()}},
     "step_details.tool_calls: expected an array, got a Python tuple"),
    ("a key that is no string", {"kept": {5: 6}}, "kept: expected string keys, got an integer"),
    ("an object", {"kept": object()}, "kept: expected a JSON value, got a Python object"),
    ("a mapping that is no dict", {"usage": MappingProxyType({})},
     "usage: expected an object, got a Python mappingproxy"),
    ("a cycle", {"kept": RING}, f"kept: {TOO_DEEP}"),
    *[(f"{key} absent", {key: ABSENT}, f"{key}: expected {wanted}, but the key is missing") for key, wanted in (
        ("id", "a string"), ("created_at", "an integer"), ("assistant_id", "a string"), ("thread_id", "a string"),
        ("run_id", "a string"), ("type", "a string"), ("status", "a string"), ("step_details", "an object"))],
    *[(f"{key} null", {key: None}, f"{key}: expected {wanted}, got null") for key, wanted in (
        ("id", "a string"), ("created_at", "an integer"), ("assistant_id", "a string"), ("thread_id", "a string"),
        ("run_id", "a string"), ("type", "a string"), ("status", "a string"), ("step_details", "an object"))],
    ("no name", calls(function(name=None)), f"{IN_CALL}.function.name: expected a string, got null"),
    ("a run", {"object": "thread.run"}, 'object: expected a run step ("thread.run.step"), got "thread.run"'),
    ("an error envelope", {"id": ABSENT, "error": {"message": "x"}},
     "expected a run step, got an API error response"),
    ("17 pairs of metadata", {"metadata": {str(n): "" for n in range(17)}},
     "metadata: expected at most 16 pairs, got 17"),
    ("a long key of metadata", {"metadata": {" " * 65: ""}},
     f'metadata["{" " * 64}…"]: expected a key of at most 64 characters, got 65'),
    ("a long value of metadata", {"metadata": {"key": " " * 513}},
     "metadata.key: expected a value of at most 512 characters, got 513"),
    ("a number as metadata", {"metadata": {"key": 1}}, "metadata.key: expected a string, got an integer"),
]  # fmt: skip

DEVIATIONS: list[tuple[str, dict[str, Any], str]] = [
    *[(f"{key} absent", {key: ABSENT}, f"{key}: expected {wanted}, but the key is missing") for key, wanted in (
        ("last_error", "an object or null"), ("expired_at", "an integer or null"),
        ("cancelled_at", "an integer or null"), ("failed_at", "an integer or null"),
        ("completed_at", "an integer or null"), ("metadata", "an object or null"), ("usage", "an object or null"),
        ("object", "a string"))],
    ("output absent", calls({"id": "c", "type": "function", "function": {"name": "f", "arguments": ""}}),
     f"{IN_CALL}.function.output: expected a string or null, but the key is missing"),
    ("ranking_options null", calls(search(ranking_options=None)),
     f"{IN_CALL}.file_search.ranking_options: expected an object, got null"),
    ("results null", calls(search(results=None)), f"{IN_CALL}.file_search.results: expected an array, got null"),
    ("content null", calls(result(content=None)), f"{IN_RESULT}.content: expected an array, got null"),
    ("text null", calls(result(content=[{"type": "text", "text": None}])),
     f"{IN_RESULT}.content[0].text: expected a string, got null"),
    ("type of content null", calls(result(content=[{"type": None}])),
     f"{IN_RESULT}.content[0].type: expected a string, got null"),
    ("type of content unknown", calls(result(content=[{"type": "image"}])),
     f'{IN_RESULT}.content[0].type: unknown value "image" {UNPUBLISHED}'),
    ("expires_at", {"expires_at": 5}, f"expires_at: {UNKNOWN_KEY}"),
    ("expires_at null", {"expires_at": None}, f"expires_at: {UNKNOWN_KEY}"),
    ("attributes", calls(result(attributes={})), f"{IN_RESULT}.attributes: {UNKNOWN_KEY}"),
    ("an unknown key", {"surprise": {}}, f"surprise: {UNKNOWN_KEY}"),
    ("an unknown key inside", calls(function(strict=True)), f"{IN_CALL}.function.strict: {UNKNOWN_KEY}"),
    ("an unknown status", {"status": "paused"}, f'status: unknown value "paused" {UNPUBLISHED}'),
    ("an unknown type", {"type": "activities", "step_details": {"type": "activities"}},
     f'type: unknown value "activities" {UNPUBLISHED}'),
    ("an unknown tool", calls({"id": "c", "type": "mcp"}), f'{IN_CALL}.type: unknown value "mcp" {UNPUBLISHED}'),
    ("an unknown ranker", calls(search(ranking_options={"ranker": "own", "score_threshold": 0})),
     f'{IN_CALL}.file_search.ranking_options.ranker: unknown value "own" {UNPUBLISHED}'),
    ("an unknown error code", {"last_error": {"code": "", "message": ""}},
     f'last_error.code: unknown value "" {UNPUBLISHED}'),
    ("types that disagree", {"type": "tool_calls"},
     'type: expected "message_creation" (step_details.type), got "tool_calls"'),
    ("a threshold beyond 1", calls(search(ranking_options={"ranker": "auto", "score_threshold": 1.1})),
     f"{IN_CALL}.file_search.ranking_options.score_threshold: {OUT_OF_RANGE}"),
    ("a score below 0", calls(result(score=-1)), f"{IN_RESULT}.score: {OUT_OF_RANGE}"),
    ("the first name of the object", {"object": "assistant.run.step"},
     f'object: unknown value "assistant.run.step" {UNPUBLISHED}'),
    ("v1 retrieval", calls({"id": "c", "type": "retrieval", "retrieval": {}}),
     f'{IN_CALL}.type: unknown value "retrieval" {UNPUBLISHED}'),
    ("[] for metadata", {"metadata": []}, f"metadata: {PHP}"),
    ("[] for file_search", calls({"id": "c", "type": "file_search", "file_search": []}),
     f"{IN_CALL}.file_search: {PHP}"),
]  # fmt: skip

READ: list[tuple[str, dict[str, Any]]] = [
    ("as documented", {}),
    ("a whole float for an integer", {"created_at": 1699063291.0, "completed_at": -0.0}),
    ("null for each nullable key", dict.fromkeys(
        ("last_error", "expired_at", "cancelled_at", "failed_at", "completed_at", "metadata", "usage"))),
    ("an integer for a number", calls(result(score=1, content=[]))),
    ("no parts of file search", calls(search())),
    ("no parts of content", calls(result(content=[{}]))),
    ("16 pairs of metadata", {"metadata": {str(n): "" for n in range(16)}}),
    ("metadata at the limits", {"metadata": {"🌊" * 64: "🌊" * 512}}),
]  # fmt: skip


def changed(good: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**good, **changes}.items() if value is not ABSENT}


@pytest.mark.parametrize(
    ("row", "changes", "problem"), ERRORS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_is_an_error(step: Maker, row: str, changes: dict[str, Any], problem: str) -> None:
    data = changed(step(), changes)
    assert [str(found) for found in diagnose(data) if found.level == "error"] == [problem], row
    for strict in (False, True):
        with pytest.raises(ValidationError) as caught:
            RunStep.from_dict(data, strict=strict)
        assert problem in [str(found) for found in caught.value.problems]


@pytest.mark.parametrize(
    ("row", "changes", "problem"), DEVIATIONS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_is_a_deviation(step: Maker, row: str, changes: dict[str, Any], problem: str) -> None:
    data = changed(step(), changes)
    before = copy.deepcopy(data)
    written = RunStep.from_dict(data).to_dict()
    if "[]" not in row:
        assert written == data == before
    with pytest.raises(ValidationError) as caught:
        RunStep.from_dict(data, strict=True)
    assert str(caught.value.problems[0]) == problem
    assert {found.level for found in caught.value.problems} == {"deviation"}
    assert caught.value.problems == diagnose(data)


@pytest.mark.parametrize(("row", "changes"), READ, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_strictly_valid(step: Maker, row: str, changes: dict[str, Any]) -> None:
    data = changed(step(), changes)
    assert diagnose(data) == (), row
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
def test_what_a_page_may_lack(step: Maker, key: str, missing: str, null: str | None) -> None:
    page = {"object": "list", "data": [step()], "first_id": "a", "last_id": "b", "has_more": False}
    assert diagnose(page) == ()
    bare = changed(page, {key: ABSENT})
    assert [str(problem) for problem in diagnose(bare)] == [missing]
    assert RunStepPage.from_dict(bare).to_dict() == bare
    empty = {**page, key: None}
    if null:
        assert [str(problem) for problem in diagnose(empty)] == [null]
        assert RunStepPage.from_dict(empty).to_dict() == empty
    else:
        with pytest.raises(ValidationError, match=rf"^{key}: expected a .*, got null$"):
            RunStepPage.from_dict(empty)


# Every class.


def each(classes: list[Any]) -> Mark:
    return pytest.mark.parametrize("cls", classes, ids=lambda cls: cls.__name__)


SMALLEST: dict[str, dict[str, Any]] = {
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


def test_every_class_has_its_smallest_document() -> None:
    assert list(SMALLEST) == list(DOCUMENTS)


@pytest.mark.parametrize("name", SMALLEST)
def test_the_smallest_document_of_a_class_is_read_and_written_whole_or_not_at_all(name: str) -> None:
    cls, data = getattr(runstep, name), SMALLEST[name]
    parsed = cls.from_dict(data)
    assert type(parsed) is cls
    assert parsed.to_dict() == data
    assert cls.from_dict({**data, "more": [{}]}).to_dict() == {**data, "more": [{}]}
    assert cls.from_dict(OrderedDict(data)) == parsed == replace(parsed)
    assert replace(parsed).to_dict() == data
    for key in data:
        rest = {other: value for other, value in data.items() if other != key}
        with pytest.raises(ValidationError, match=rf"^{key}: expected .*, but the key is missing$"):
            cls.from_dict(rest)
        with pytest.raises(ValidationError, match=rf"^{key}: expected .*, got a Python object$"):
            cls.from_dict({**data, key: object()})


@pytest.mark.parametrize("data", [None, "x", 5, (), object], ids=repr)
@each(CLASSES)
def test_no_class_reads_what_is_no_object(cls: Any, data: Any) -> None:
    for strict in (False, True):
        with pytest.raises(ValidationError, match=r"^expected an object, got "):
            cls.from_dict(data, strict=strict)


@each(CLASSES)
def test_a_class_is_a_frozen_slotted_keyword_only_dataclass(cls: Any) -> None:
    params = cls.__dataclass_params__
    assert params.frozen
    assert params.eq
    assert cls.__slots__ == tuple(field.name for field in fields(cls))
    assert all(field.kw_only for field in fields(cls))
    assert not hasattr(cls, "__dict__") or "__dict__" not in dir(cls)
    assert getattr(cls, "__final__", True)
    parameters = inspect.signature(cls).parameters.values()
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters)
    with pytest.raises(TypeError):
        cls("positional")


@each(CLASSES)
def test_the_type_hints_of_a_class_exist_at_run_time(cls: Any) -> None:
    hints = typing.get_type_hints(cls)
    assert set(hints) >= {field.name for field in fields(cls)}
    for method in (cls.__init__, cls.from_dict, cls.to_dict):
        assert "return" in typing.get_type_hints(method)
    if "type" in hints and typing.get_origin(hints["type"]) is ClassVar:
        (literal,) = typing.get_args(hints["type"])
        assert typing.get_args(literal) == (cls.type,)
        assert "type" not in {field.name for field in fields(cls)}


@each(CLASSES)
def test_a_class_keeps_what_it_does_not_name(cls: Any) -> None:
    names = [field.name for field in fields(cls) if not field.name.startswith("_")]
    if cls.__name__.startswith("Other"):
        assert names == ["raw"]
    else:
        assert names[-1] == "extra"
    assert inspect.signature(cls.from_dict).parameters["strict"].kind is inspect.Parameter.KEYWORD_ONLY


def test_the_tags() -> None:
    tags = {cls.__name__: cls.type for cls in CLASSES if isinstance(cls.__dict__.get("type"), str)}
    assert tags == {
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
def test_the_fields_stand_in_the_order_of_the_reference(name: str, names: str) -> None:
    assert [field.name for field in fields(getattr(runstep, name)) if not field.name.startswith("_")] == names.split()


def test_frozen_objects_refuse_changes(step: Maker) -> None:
    parsed: Any = RunStep.from_dict(step())
    with pytest.raises(FrozenInstanceError):
        parsed.id = "other"
    with pytest.raises(FrozenInstanceError):
        del parsed.id
    # `slots=True` makes a new class, which the generated `__setattr__` does not know: CPython raises a TypeError.
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        parsed.surprise = 1
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        parsed.tool_calls = ()
    assert parsed.to_dict() == step()


def test_constructors_take_sequences_mappings_and_plain_strings(step: Maker) -> None:
    parsed = RunStep.from_dict(step(surprise=[1], metadata={"key": "value"}))
    built = replace(
        parsed,
        type="message_creation",
        status="completed",
        metadata=MappingProxyType({"key": "value"}),  # type: ignore[arg-type]
        extra={"surprise": [1]},  # type: ignore[arg-type]
    )
    assert built == parsed
    assert hash(built) == hash(parsed)
    assert (type(built.type), type(built.status)) == (RunStepType, RunStepStatus)
    assert (type(built.metadata), type(built.extra)) == (FrozenDict, FrozenDict)
    page = RunStepPage(data=(each_step for each_step in [parsed]))  # type: ignore[arg-type]
    assert page == RunStepPage(data=(parsed,))


def test_no_step_comes_to_be_with_metadata_over_the_limits(step: Maker) -> None:
    parsed = RunStep.from_dict(step())
    named: dict[str, Any] = {field.name: getattr(parsed, field.name) for field in fields(parsed)}
    over: list[tuple[Any, str]] = [
        ({str(n): "" for n in range(17)}, "metadata: expected at most 16 pairs, got 17"),
        ({"key": "v" * 513}, "metadata.key: expected a value of at most 512 characters, got 513"),
        ({"key": 1}, "metadata.key: expected a string, got an integer"),
        (["key"], "metadata: expected an object, got an array"),
    ]
    makers: list[Callable[[Any], Any]] = [
        lambda metadata: RunStep(**{**named, "metadata": metadata}),
        lambda metadata: replace(parsed, metadata=metadata),
        lambda metadata: RunStep.from_dict(step(metadata=metadata)),
        lambda metadata: RunStep.from_json(json.dumps(step(metadata=metadata))),
    ]
    for metadata, problem in over:
        for make in makers:
            with pytest.raises(ValidationError) as caught:
                make(metadata)
            assert str(caught.value) == problem


def test_equal_values_of_different_classes_differ() -> None:
    values: list[Any] = [
        runstep.ImageFile(file_id="x"),
        runstep.MessageCreation(message_id="x"),
        runstep.OtherToolCall(raw=FrozenDict({"type": "x"})),
        runstep.OtherStepDetails(raw=FrozenDict({"type": "x"})),
        {"file_id": "x"},
        "x",
    ]
    for index, value in enumerate(values):
        assert [value == other for other in values] == [place == index for place in range(len(values))]


def test_a_problem_has_its_four_parts(step: Maker) -> None:
    (problem,) = diagnose(step(**calls(*[function()] * 7, function(name=None))))
    assert problem == Problem(
        path=("step_details", "tool_calls", 7, "function", "name"), level="error", message="expected a string, got null"
    )
    assert problem.location == "step_details.tool_calls[7].function.name"
    assert str(ValidationError((problem,) * 3)) == (
        "step_details.tool_calls[7].function.name: expected a string, got null (and 2 more)"
    )


# The door.


def test_every_public_name_is_exported_in_order() -> None:
    assert list(runstep.__all__) == sorted(
        runstep.__all__, key=lambda name: (not name.isupper(), name[0].islower(), name)
    )
    assert {name for name in vars(runstep) if not name.startswith("_")} - {
        name for name, value in vars(runstep).items() if inspect.ismodule(value)
    } == set(runstep.__all__)
    assert set(DOCUMENTS) <= set(runstep.__all__)


def test_names_that_are_public_live_in_modules_with_plain_names() -> None:
    for name in runstep.__all__:
        module = getattr(getattr(runstep, name), "__module__", "runstep")
        assert "._" not in module
        assert inspect.getdoc(getattr(runstep, name)) or not callable(getattr(runstep, name))


def test_every_public_class_and_method_says_what_it_does() -> None:
    for cls in CLASSES:
        for name, member in vars(cls).items():
            if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, (classmethod, property))):
                assert inspect.getdoc(member), f"{cls.__name__}.{name}"


# What strangers tried.


class Arraylike:
    """A value that compares elementwise, as the arrays of numerical libraries do."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> Any:
        return Arraylike()

    def __bool__(self) -> bool:
        message = "the truth value of an array is ambiguous"
        raise ValueError(message)


PLACES = [*(field.name for field in fields(RunStep) if field.name not in ("extra", "_absent")), "other"]


@pytest.mark.parametrize("key", PLACES)
def test_a_value_that_json_has_not_is_an_error_wherever_it_stands(key: str, step: Maker) -> None:
    data = step(**{key: Arraylike()})
    errors = tuple(problem for problem in diagnose(data) if problem.level == "error")
    with pytest.raises(ValidationError) as caught:
        RunStep.from_dict(data)
    assert caught.value.problems == errors
    assert [problem.location for problem in errors] == [key]


@pytest.mark.parametrize("attributes", [FrozenDict(), MappingProxyType({}), Arraylike(), ()])
def test_attributes_are_an_object_or_none(attributes: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        FileSearchResult.from_dict({"file_id": "f", "file_name": "n", "score": 1, "attributes": attributes})
    assert str(caught.value) == f"attributes: expected an object, got a Python {type(attributes).__name__}"


@pytest.mark.parametrize("type_", [Arraylike(), ["text"]])
def test_the_type_of_content_is_a_string(type_: Any) -> None:
    with pytest.raises(ValidationError, match=r"^type: expected a string, got "):
        FileSearchContent.from_dict({"type": type_, "text": "x"})


def test_what_pickling_hands_out_is_a_copy() -> None:
    frozen = FrozenDict({"a": 1})
    frozen.__reduce__()[1][0]["b"] = 2
    assert frozen == {"a": 1}
    empty: FrozenDict[int] = FrozenDict()
    empty.__reduce__()[1][0]["b"] = 2
    assert FrozenDict() == {}


def test_what_is_built_nests_no_deeper_than_what_is_read() -> None:
    nested: FrozenDict[Any] = FrozenDict({"a": 1})
    for _ in range(100):
        nested = FrozenDict({"a": nested})
    with pytest.raises(ValueError, match=r"^nested more than 100 levels deep, or cyclic$"):
        FrozenDict({"a": nested})
    assert hash(nested) == hash(pickle.loads(pickle.dumps(nested)))  # noqa: S301  (our own)


def test_a_member_of_a_strange_vocabulary_is_the_string_that_it_is() -> None:
    class Code(str, Enum):
        ODD = "odd"

    error = LastError(code=Code.ODD, message="")
    assert type(error.code) is str
    assert error == LastError.from_dict({"code": Code.ODD, "message": ""})
    assert type(error.to_dict()["code"]) is str
    assert Problem((Code.ODD,), "error", "x").location == "odd"


def test_a_step_may_have_a_key_data(step: Maker) -> None:
    for data in (step(data=[1]), {key: value for key, value in step(data={}).items() if key != "object"}):
        RunStep.from_dict(data)
        assert [problem for problem in diagnose(data) if problem.level == "error"] == []


def test_problems_are_a_tuple_whatever_they_were() -> None:
    problem = Problem((), "error", "x")
    assert ValidationError([problem]).problems == (problem,)
