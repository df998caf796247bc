# SPDX-License-Identifier: MIT
"""Tests of deltas: round trips, immutability, and agreement between parsing and diagnosis."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runstep import FileSearch, FrozenDict, RankingOptions, ValidationError, streaming
from runstep.streaming import RunStepDelta, diagnosis
from runstep.streaming.diagnosis import _CHECKS as KINDS
from runstep.streaming.diagnosis import diagnose_delta_as

from ..conftest import CORPUS, needs_corpus
from ..strategies import damaged, deep_map, subclass_instances
from ..test_properties import assert_immutable, assert_plain, canonical, collect_problems
from .strategies import DELTA_DOCUMENTS, DELTA_PARTS

many_examples = settings(settings.get_profile("runstep"), max_examples=20_000)


def model(kind: str) -> Any:
    return getattr(streaming, kind)


def delta(*calls: dict[str, Any], **keys: Any) -> dict[str, Any]:
    details = {"type": "tool_calls", "tool_calls": list(calls)}
    return {"id": "step_1", "object": "thread.run.step.delta", "delta": {"step_details": details}, **keys}


CALL = {"index": 0, "type": "function", "function": {"arguments": "x"}}


# Single classes.


@pytest.mark.parametrize("kind", KINDS)
def test_an_array_is_rejected(kind: str) -> None:
    with pytest.raises(ValidationError) as caught:
        model(kind).from_dict([])
    assert str(caught.value) == "expected an object, got an array"


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("RetrievalToolCallDelta", {"index": 0, "type": "retrieval", "retrieval": {"outputs": [1]}}),
        ("FileSearchToolCallDelta", {"index": 0, "type": "file_search", "file_search": {}}),
        ("CodeInterpreterDelta", {"outputs": [{"index": 0, "type": "logs"}]}),
        ("OtherToolCallDelta", {"index": 0, "type": "mcp", "name": "n"}),
    ],
)
def test_a_constructed_object_equals_a_parsed_one(kind: str, data: dict[str, Any]) -> None:
    parsed = model(kind).from_dict(data)
    built = model(kind)(**{field.name: getattr(parsed, field.name) for field in fields(parsed)})
    assert built == parsed
    assert built.to_dict() == data


# Round trips.


@given(DELTA_PARTS)
def test_deltas_round_trip(part: tuple[str, Any]) -> None:
    kind, data = part
    before = pickle.dumps(data)
    parsed = model(kind).from_dict(data)
    written = parsed.to_dict()
    assert canonical(written) == canonical(data)
    assert pickle.dumps(data) == before
    assert_plain(written)
    assert_immutable(parsed)
    again = model(kind).from_dict(written)
    assert again == parsed
    assert hash(again) == hash(parsed)


@given(DELTA_PARTS)
def test_deltas_behave_as_values(part: tuple[str, Any]) -> None:
    kind, data = part
    parsed = model(kind).from_dict(data)
    for clone in (pickle.loads(pickle.dumps(parsed)), copy.deepcopy(parsed), replace(parsed)):  # noqa: S301  (own data)
        assert type(clone) is type(parsed)
        assert clone == parsed
        assert hash(clone) == hash(parsed)
        assert clone.to_dict() == data
    public = {field.name: getattr(parsed, field.name) for field in fields(parsed) if not field.name.startswith("_")}
    built = model(kind)(**public)
    assert built == parsed
    assert model(kind).from_dict(built.to_dict()) == parsed
    names = {**vars(streaming), "FrozenDict": FrozenDict, "FileSearch": FileSearch}
    if "file_search" not in str(data):
        assert eval(repr(parsed), names) == parsed  # noqa: S307  (own data)


@given(st.data(), DELTA_PARTS)
def test_instances_of_subclasses_are_parsed(example: st.DataObject, part: tuple[str, Any]) -> None:
    kind, data = part
    equal = deep_map(data, lambda value: example.draw(st.sampled_from([value, *subclass_instances(value)])))
    parsed = model(kind).from_dict(equal)
    assert parsed == model(kind).from_dict(data)
    assert_immutable(parsed)
    assert canonical(parsed.to_dict()) == canonical(data)


_OUTPUTS = [
    {"index": 0, "type": "logs", "logs": "x", "extra": 1},
    {"index": 1, "type": "image", "image": {"file_id": "file_1", "extra": 1}, "extra": 1},
    {"index": 2, "type": "table", "rows": []},
]
COMPLETE_DELTAS = [
    delta(
        {**CALL, "id": "call_1", "function": {"name": "f", "arguments": "", "output": None, "extra": 1}, "extra": 1},
        {**CALL, "type": "code_interpreter", "code_interpreter": {"input": "x", "outputs": _OUTPUTS, "extra": 1}},
        {**CALL, "type": "file_search", "file_search": {}},
        {**CALL, "type": "retrieval", "retrieval": {"x": 1}},
        {**CALL, "type": "mcp", "arguments": "{}"},
        extra=1,
    ),
    {
        "id": "step_1",
        "delta": {
            "step_details": {
                "type": "message_creation",
                "message_creation": {"message_id": "msg_1", "extra": 1},
                "extra": 1,
            },
            "extra": 1,
        },
    },
    {"id": "step_1", "delta": {"step_details": {"type": "thinking", "content": "x"}}},
]


def nested_deltas(value: Any) -> Iterator[Any]:
    """Yield a delta and all objects of the delta classes in it."""
    if type(value) is tuple:
        for item in value:
            yield from nested_deltas(item)
    elif hasattr(streaming, type(value).__name__):
        yield value
        for field in fields(value):
            yield from nested_deltas(getattr(value, field.name))


def test_replace_copies_every_delta_class() -> None:
    objects = [item for data in COMPLETE_DELTAS for item in nested_deltas(RunStepDelta.from_dict(data))]
    assert {type(item).__name__ for item in objects} == set(KINDS)
    for item in objects:
        assert replace(item) == item
        assert replace(item).to_dict() == item.to_dict()


@pytest.mark.parametrize("data", COMPLETE_DELTAS)
def test_a_delta_with_instances_of_subclasses_throughout_is_parsed(data: Any) -> None:
    equal = deep_map(data, lambda value: next(iter(subclass_instances(value)), value))
    parsed = RunStepDelta.from_dict(equal)
    assert parsed == RunStepDelta.from_dict(data)
    assert canonical(parsed.to_dict()) == canonical(data)
    assert_immutable(parsed)


def test_nested_objects_are_parsed_as_their_classes() -> None:
    data = delta(
        {"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": "", "output": None}},
        {"index": 1, "type": "code_interpreter", "code_interpreter": {"input": "x", "outputs": []}},
        {"index": 2, "type": "mcp", "arguments": "{}", "server_label": "docs"},
    )
    parsed = RunStepDelta.from_dict(data)
    assert isinstance(parsed.delta.step_details, streaming.ToolCallsStepDetailsDelta)
    assert parsed == RunStepDelta(
        id="step_1",
        delta=streaming.StepDelta(
            step_details=streaming.ToolCallsStepDetailsDelta(
                tool_calls=[  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
                    streaming.FunctionToolCallDelta(
                        index=0, id="call_1", function=streaming.FunctionDelta(name="f", arguments="")
                    ),
                    streaming.CodeInterpreterToolCallDelta(
                        index=1,
                        code_interpreter=streaming.CodeInterpreterDelta(input="x", outputs=()),
                    ),
                    streaming.OtherToolCallDelta(
                        raw=FrozenDict({"index": 2, "type": "mcp", "arguments": "{}", "server_label": "docs"})
                    ),
                ]
            )
        ),
    )


def test_objects_of_unknown_types_have_an_index_a_type_and_an_id() -> None:
    call = streaming.OtherToolCallDelta.from_dict({"index": 2.0, "type": "mcp", "id": "call_1"})
    assert (call.index, call.type, call.id) == (2, "mcp", "call_1")
    assert type(call.index) is int
    assert streaming.OtherToolCallDelta.from_dict({"index": 2, "type": "mcp", "id": 5}).id is None
    output = streaming.OtherCodeInterpreterOutputDelta.from_dict({"index": 1, "type": "table"})
    assert (output.index, output.type) == (1, "table")
    assert streaming.OtherStepDetailsDelta.from_dict({"type": "thinking", "content": "…"}).type == "thinking"


def test_a_constructed_delta_serializes_only_what_is_set() -> None:
    built = RunStepDelta(id="step_1", delta=streaming.StepDelta())
    assert built.to_dict() == {"id": "step_1", "object": "thread.run.step.delta", "delta": {}}
    call = streaming.FileSearchToolCallDelta(
        index=0, file_search=FileSearch(ranking_options=RankingOptions(ranker="auto", score_threshold=0))
    )
    assert call.to_dict() == {
        "index": 0,
        "type": "file_search",
        "file_search": {"ranking_options": {"ranker": "auto", "score_threshold": 0}},
    }


def test_a_missing_object_key_stays_missing() -> None:
    data = {"id": "step_1", "delta": {}}
    assert RunStepDelta.from_dict(data).to_dict() == data


# Problems.


@settings(settings.get_profile("runstep"), max_examples=300)
@given(
    st.sampled_from(sorted(DELTA_DOCUMENTS)).flatmap(
        lambda kind: st.tuples(st.just(kind), damaged(DELTA_DOCUMENTS[kind]))
    )
)
def test_parsing_and_diagnosis_agree(part: tuple[str, Any]) -> None:
    check_agreement(*part)


@pytest.mark.long
@many_examples
@given(
    st.sampled_from(sorted(DELTA_DOCUMENTS)).flatmap(
        lambda kind: st.tuples(st.just(kind), damaged(DELTA_DOCUMENTS[kind]))
    )
)
def test_parsing_and_diagnosis_agree_on_many_examples(part: tuple[str, Any]) -> None:
    check_agreement(*part)


def check_agreement(kind: str, data: Any) -> None:
    problems = diagnose_delta_as(kind, data)
    errors = tuple(problem for problem in problems if problem.level == "error")
    assert collect_problems(model(kind).from_dict, data, strict=False) == errors
    assert collect_problems(model(kind).from_dict, data, strict=True) == problems
    if not errors:
        parsed = model(kind).from_dict(data)
        assert_immutable(parsed)
        assert model(kind).from_dict(parsed.to_dict()) == parsed


def _fail(*_: object) -> NoReturn:
    raise AssertionError


@given(DELTA_PARTS)
def test_a_valid_document_is_parsed_without_diagnosis(part: tuple[str, Any]) -> None:
    kind, data = part
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diagnosis, "diagnose_delta_as", _fail)
        model(kind).from_dict(data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "expected an object, got an array"),
        (
            {"id": "step_1", "object": "thread.run.step", "delta": 5},
            'object: expected a run step delta ("thread.run.step.delta"), got "thread.run.step"',
        ),
        ({"delta": {"content": "x"}}, "id: expected a string, but the key is missing"),
        ({"id": "step_1", "choices": []}, "delta: expected an object, but the key is missing"),
        ({"id": None, "delta": {}}, "id: expected a string, got null"),
        ({"id": "step_1", "delta": None}, "delta: expected an object, got null"),
        (delta({**CALL, "index": None}), "delta.step_details.tool_calls[0].index: expected an integer, got null"),
        (delta({**CALL, "index": True}), "delta.step_details.tool_calls[0].index: expected an integer, got a boolean"),
        (delta(CALL, {"index": 1}), "delta.step_details.tool_calls[1].type: expected a string, but the key is missing"),
        (
            delta({"id": "call_1", "type": "function"}),
            "delta.step_details.tool_calls[0].index: expected an integer, but the key is missing",
        ),
        (
            delta({"type": "mcp"}),
            "delta.step_details.tool_calls[0].index: expected an integer, but the key is missing",
        ),
        (
            delta({"type": "mcp", "index": "0"}),
            "delta.step_details.tool_calls[0].index: expected an integer, got a string",
        ),
        (
            delta({**CALL, "function": {"arguments": {}, "name": 5}}),
            "delta.step_details.tool_calls[0].function.arguments: expected a string, got an object (and 1 more)",
        ),
    ],
)
def test_errors_name_the_location_and_the_cause(data: Any, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        RunStepDelta.from_dict(data)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"id": "s", "delta": {}}, "object: expected a string, but the key is missing"),
        (delta(surprise=1), "surprise: unknown key (not in the published schema)"),
        ({**delta(), "delta": {"step_details": None}}, "delta.step_details: expected an object, got null"),
        (delta({**CALL, "id": None}), "delta.step_details.tool_calls[0].id: expected a string, got null"),
        (
            delta({"index": 0, "type": "file_search"}),
            "delta.step_details.tool_calls[0].file_search: expected an object, but the key is missing",
        ),
        (
            delta({"index": 0, "type": "retrieval", "retrieval": {}}),
            'delta.step_details.tool_calls[0].type: unknown value "retrieval" (not in the published schema)',
        ),
        (
            delta({"index": 0, "type": "mcp"}),
            'delta.step_details.tool_calls[0].type: unknown value "mcp" (not in the published schema)',
        ),
    ],
)
def test_deviations_are_rejected_in_strict_mode_only(data: Any, message: str) -> None:
    assert RunStepDelta.from_dict(data).to_dict() == data
    with pytest.raises(ValidationError) as caught:
        RunStepDelta.from_dict(data, strict=True)
    assert [str(problem) for problem in caught.value.problems] == [message]
    assert caught.value.problems[0].level == "deviation"


@pytest.mark.parametrize("data", [delta(CALL), delta({"index": 0, "type": "file_search", "file_search": {}}), delta()])
def test_documented_deltas_are_valid_in_strict_mode(data: Any) -> None:
    assert RunStepDelta.from_dict(data, strict=True).to_dict() == data


@needs_corpus
@pytest.mark.parametrize("name", ["a025", "a031", "b040", "b062", "b066"])
def test_captured_deltas_round_trip(name: str) -> None:
    (path,) = CORPUS.glob(f"{name}_*.json")
    data = json.loads(path.read_text(encoding="utf-8"))
    assert canonical(RunStepDelta.from_dict(data).to_dict()) == canonical(data)
