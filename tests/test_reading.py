# SPDX-License-Identifier: MIT
"""Tests of the parsers: nesting, subclasses of JSON types, numbers, and internal errors."""

from __future__ import annotations

import json
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runstep import (
    FrozenDict,
    LastError,
    OtherToolCall,
    RankingOptions,
    RunStep,
    RunStepPage,
    Usage,
    ValidationError,
    diagnose,
    step_details_from_dict,
    steps,
    tool_call_from_dict,
)
from runstep._reading import ReadFailure, parse
from runstep.streaming import RunStepDelta

from .conftest import DATA
from .strategies import Dict, Float, Int, IntegerEnum, List, Str, StringEnum, deep_map, nested, subclass_instances

StepFactory = Callable[..., dict[str, Any]]


# Nesting.


@pytest.mark.parametrize("objects", [True, False], ids=["objects", "arrays"])
@pytest.mark.parametrize("innermost", [1, [], {}], ids=repr)
def test_unknown_keys_may_be_nested_100_levels_deep(step: StepFactory, innermost: Any, objects: bool) -> None:
    deepest = 100 if innermost == 1 else 99
    data = step(kept=nested(deepest, innermost, objects=objects))
    assert RunStep.from_dict(data).to_dict() == data
    with pytest.raises(ValidationError) as caught:
        RunStep.from_dict(step(kept=nested(deepest + 1, innermost, objects=objects)))
    assert str(caught.value) == ("kept: nested more than 100 levels deep, or cyclic")


@pytest.mark.parametrize("depth", [100, 101])
def test_the_nesting_limit_is_the_same_for_all_objects(step: StepFactory, depth: int) -> None:
    def deep() -> dict[str, Any]:
        return {"key": nested(depth, 1, objects=False)}

    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "", "output": None}}
    result = {"file_id": "f", "file_name": "n", "score": 1.0, "attributes": deep()}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2, "prompt_token_details": deep()}
    documents = {
        "key": step(**deep()),
        "usage.key": step(usage={**usage, "prompt_token_details": {}, **deep()}),
        "usage.prompt_token_details.key": step(usage=usage),
        "step_details.key": step(step_details={"type": "new", **deep()}),
        "step_details.tool_calls[0].key": step(step_details={"type": "tool_calls", "tool_calls": [{**call, **deep()}]}),
        "step_details.tool_calls[0].retrieval.key": step(
            step_details={"type": "tool_calls", "tool_calls": [{"id": "", "type": "retrieval", "retrieval": deep()}]}
        ),
        "step_details.tool_calls[0].file_search.results[0].attributes.key": step(
            step_details={
                "type": "tool_calls",
                "tool_calls": [{"id": "", "type": "file_search", "file_search": {"results": [result]}}],
            }
        ),
    }
    for location, data in documents.items():
        if depth == 100:
            assert RunStep.from_dict(data).to_dict() == data
        else:
            with pytest.raises(ValidationError) as caught:
                RunStep.from_dict(data)
            assert [problem.location for problem in caught.value.problems] == [location]


def test_thousands_of_nested_arrays_are_one_problem(step: StepFactory) -> None:
    for data in (step(id=nested(5000, 1, objects=False)), step(kept=nested(5000, 1, objects=True))):
        with pytest.raises(ValidationError) as caught:
            RunStep.from_dict(data)
        assert len(caught.value.problems) == 1


def test_an_object_may_occur_more_than_once(step: StepFactory) -> None:
    shared: dict[str, Any] = {"a": [1]}
    data = step(one=shared, two=[shared, shared])
    parsed = RunStep.from_dict(data)
    shared["a"].append(2)
    assert parsed.to_dict() == step(one={"a": [1]}, two=[{"a": [1]}, {"a": [1]}])


# Subclasses and numbers.


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Str("text"), "text"),
        (StringEnum.COMPLETED, "completed"),
        (Int(5), 5),
        (IntegerEnum.TWO, 2),
        (Float(0.5), 0.5),
        (True, True),
        (List([1, Str("x")]), (1, "x")),
        (Dict({Str("key"): Int(1)}), FrozenDict({"key": 1})),
        (OrderedDict(key=defaultdict(list, {"x": [Float(1.5)]})), FrozenDict({"key": FrozenDict({"x": (1.5,)})})),
        ([defaultdict(list)], (FrozenDict(),)),
    ],
    ids=repr,
)
def test_subclass_instances_become_plain_values(step: StepFactory, value: Any, plain: Any) -> None:
    value_in_extra = RunStep.from_dict(step(kept=value)).extra["kept"]
    assert value_in_extra == plain
    assert type(value_in_extra) is type(plain)
    assert repr(value_in_extra) == repr(plain)


def test_a_defaultdict_is_not_modified_and_loses_its_default(step: StepFactory) -> None:
    inner: dict[str, Any] = defaultdict(list, {"type": "new"})
    data = defaultdict(dict, step(step_details=inner, kept={"deep": defaultdict(int)}))
    del data["usage"], data["metadata"], data["object"]
    keys = set(data)
    parsed = RunStep.from_dict(data)
    assert set(data) == keys
    assert inner == {"type": "new"}
    assert "usage" not in parsed.to_dict()
    with pytest.raises(KeyError):
        parsed.extra["kept"]["deep"]["missing"]


@pytest.mark.parametrize("index", [0, 1, 2])
@pytest.mark.parametrize("file", sorted((DATA / "valid").glob("*.json")), ids=lambda file: file.stem)
def test_a_document_of_subclass_instances_is_parsed_like_a_plain_one(file: Path, index: int) -> None:
    def replace(value: Any) -> Any:
        choices = subclass_instances(value)
        return choices[index % len(choices)] if choices else value

    cls = RunStepPage if file.stem.startswith("page_") else RunStep
    plain = cls.from_json(file.read_bytes())
    parsed = cls.from_dict(deep_map(json.loads(file.read_bytes()), replace))
    assert parsed == plain
    assert repr(parsed) == repr(plain)
    assert parsed.to_dict() == plain.to_dict()


@pytest.mark.parametrize(
    ("value", "as_integer"),
    [
        (1699063291.0, 1699063291),
        (-0.0, 0),
        (1e22, 10**22),
        (Float(5), 5),
        (Int(5), 5),
        (IntegerEnum.TWO, 2),
        (2**70, 2**70),
        (-(10**400), -(10**400)),
    ],
)
def test_whole_numbers_become_integers(step: StepFactory, value: Any, as_integer: int) -> None:
    parsed = RunStep.from_dict(step(created_at=value, completed_at=value, expires_at=value))
    for parsed_value in (parsed.created_at, parsed.completed_at, parsed.expires_at):
        assert parsed_value == as_integer
        assert type(parsed_value) is int


@pytest.mark.parametrize("value", [True, 1.5, "5", float("nan"), float("inf"), [], None, 5e-324])
def test_other_values_are_not_integers(step: StepFactory, value: Any) -> None:
    with pytest.raises(ValidationError, match=r"^created_at: expected an integer, got "):
        RunStep.from_dict(step(created_at=value))


def test_numbers_keep_their_type_and_sign() -> None:
    data = {"type": "new", "numbers": [1, 1.0, -0.0, 1e308, 2**70]}
    serialized = OtherToolCall.from_dict(data).to_dict()
    assert repr(serialized) == repr(data)


# Internal errors.


def test_a_bug_in_a_parser_is_not_reported_as_invalid_data(step: StepFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Any) -> Any:
        raise TypeError("our own")  # noqa: EM101, TRY003

    monkeypatch.setattr(steps, "parse_step", broken)
    with pytest.raises(TypeError, match="our own"):
        RunStep.from_dict(step())
    with pytest.raises(TypeError, match="our own"):
        parse(RunStep, broken, step(), strict=False)
    with pytest.raises(TypeError, match="our own"):
        parse(RunStep, broken, step(), strict=True)


def test_a_validation_error_hides_the_internal_exception(step: StepFactory) -> None:
    for strict in (False, True):
        with pytest.raises(ValidationError) as caught:
            RunStep.from_dict(step(id=None), strict=strict)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_a_read_failure_becomes_a_validation_error() -> None:
    def failing(_: Any) -> Any:
        raise ReadFailure

    with pytest.raises(ValidationError):
        parse(RunStep, failing, {}, strict=False)


# Subclasses that override what the parsers use.


class HiddenDict(dict[str, Any]):
    """A dict whose overridden methods deny its content."""

    def __getitem__(self, key: str) -> Any:
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return False

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def get(self, _: str, default: Any = None) -> Any:
        return default

    def items(self) -> Any:
        return ()

    def keys(self) -> Any:
        return ()


class HiddenList(list[Any]):
    """A list whose overridden methods deny its content."""

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __getitem__(self, index: Any) -> Any:
        raise IndexError


class HiddenString(str):
    """A string whose overridden methods deny its content."""

    __slots__ = ()

    def __len__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return 0


def hidden(value: Any) -> Any:
    """Return a value with a subclass in place of each dict, list and string, except keys."""
    if isinstance(value, dict):
        return HiddenDict({key: hidden(item) for key, item in value.items()})
    if isinstance(value, list):
        return HiddenList([hidden(item) for item in value])
    if type(value) is float:
        return HiddenFloat(value)
    return HiddenString(value) if isinstance(value, str) else value


class HiddenFloat(float):
    """A number whose overridden methods deny its value."""

    __slots__ = ()

    def __sub__(self, other: object) -> float:
        return 0.0

    def is_integer(self) -> bool:
        return True

    def __int__(self) -> int:
        return 7

    def __float__(self) -> float:
        return 7.0


VALID = sorted(path for path in (DATA / "valid").glob("*.json") if not path.stem.startswith("page_"))
INVALID = sorted((DATA / "invalid").glob("*.json"))


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_parser_and_diagnosis_ignore_what_subclasses_override(path: Path) -> None:
    document = json.loads(path.read_bytes())
    parsed = RunStep.from_dict(hidden(document))
    assert parsed == RunStep.from_dict(document)
    assert json.dumps(parsed.to_dict(), sort_keys=True) == json.dumps(
        RunStep.from_dict(document).to_dict(), sort_keys=True
    )
    assert diagnose(hidden(document)) == diagnose(document)


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_the_diagnosis_of_an_invalid_document_ignores_what_subclasses_override(path: Path) -> None:
    try:
        document = json.loads(path.read_bytes())
    except ValueError:
        return  # invalid JSON text
    assert diagnose(hidden(document)) == diagnose(document)


@pytest.mark.parametrize("value", [1.5, float("nan"), float("inf")])
@pytest.mark.parametrize("strict", [False, True])
def test_the_value_of_a_number_is_not_what_a_subclass_overrides(value: float, strict: bool) -> None:
    document = {"ranker": "auto", "score_threshold": HiddenFloat(value)}
    assert outcome(RankingOptions, document, strict) == outcome(
        RankingOptions, {**document, "score_threshold": value}, strict
    )
    document = {"message": "m", "code": "c", "x": HiddenFloat(value)}
    assert outcome(LastError, document, strict) == outcome(LastError, {**document, "x": value}, strict)
    usage = {"prompt_tokens": HiddenFloat(value), "completion_tokens": 1, "total_tokens": 1}
    assert outcome(Usage, usage, strict) == outcome(Usage, {**usage, "prompt_tokens": value}, strict)


def outcome(cls: Any, document: Any, strict: bool) -> str:
    try:
        return repr(cls.from_dict(document, strict=strict))
    except ValidationError as error:
        return repr(error.problems)


INVALID_DELTAS = [
    {"id": "step_1", "object": "thread.run.step", "delta": {}},
    {"id": 1, "object": "thread.run.step.delta", "delta": {"step_details": {"type": 5}}},
    {"id": "step_1", "delta": {"step_details": {"type": "tool_calls", "tool_calls": [{"type": "function"}]}}},
]


@pytest.mark.parametrize("document", INVALID_DELTAS, ids=range(len(INVALID_DELTAS)))
@pytest.mark.parametrize("strict", [False, True])
def test_the_problems_of_a_delta_are_not_what_subclasses_override(document: Any, strict: bool) -> None:
    assert outcome(RunStepDelta, hidden(document), strict) == outcome(RunStepDelta, document, strict)


# Values of the unions on their own.


def test_a_tool_call_on_its_own_is_parsed_as_its_class() -> None:
    document = json.loads((DATA / "valid" / "unknown_keys_everywhere.json").read_bytes())
    calls = document["step_details"]["tool_calls"]
    assert tuple(tool_call_from_dict(call) for call in calls) == RunStep.from_dict(document).tool_calls
    assert [tool_call_from_dict(call).to_dict() for call in calls] == calls
    with pytest.raises(ValidationError, match=r"^function.name: expected a string, got null \(and 1 more\)$"):
        tool_call_from_dict({"type": "function", "id": "c", "function": {"name": None}})
    with pytest.raises(ValidationError, match=r'^type: unknown value "mcp" \(not in the published schema\)$'):
        tool_call_from_dict({"type": "mcp", "id": "c"}, strict=True)
    invalid: list[Any] = [[], "{}", None, {}, {"type": 5}]
    for data in invalid:
        with pytest.raises(ValidationError):
            tool_call_from_dict(data)


def test_step_details_on_their_own_are_parsed_as_their_class() -> None:
    for path in VALID:
        document = json.loads(path.read_bytes())
        details = step_details_from_dict(document["step_details"])
        assert details == RunStep.from_dict(document).step_details
        assert details == step_details_from_dict(hidden(document["step_details"]))
        assert details.to_dict() == RunStep.from_dict(document).to_dict()["step_details"]
    with pytest.raises(ValidationError, match=r"^tool_calls: expected an array, but the key is missing$"):
        step_details_from_dict({"type": "tool_calls"})
    with pytest.raises(ValidationError, match=r'^type: unknown value "thinking" \(not in the published schema\)$'):
        step_details_from_dict({"type": "thinking"}, strict=True)


# Text instead of decoded JSON.


@pytest.mark.parametrize("text", ['{"id": "x"}', ' \n{"id"', b'{"id": "x"}'])
@pytest.mark.parametrize("cls", [RunStep, RunStepPage])
def test_from_dict_of_json_text_mentions_from_json(cls: Any, text: Any) -> None:
    kind = "a string" if isinstance(text, str) else "a Python bytes"
    with pytest.raises(ValidationError) as caught:
        cls.from_dict(text)
    assert str(caught.value) == f"expected an object, got {kind} (use from_json for JSON text)"
    with pytest.raises(ValidationError, match=r"^expected an object, got a string$"):
        cls.from_dict("text")
