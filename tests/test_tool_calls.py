# SPDX-License-Identifier: MIT
"""Tests of tool calls and their outputs: known and unknown types, function arguments, and constructors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runstep import (
    CodeInterpreter,
    CodeInterpreterImage,
    CodeInterpreterLogs,
    CodeInterpreterToolCall,
    FileSearch,
    FileSearchContent,
    FileSearchRanker,
    FileSearchResult,
    FileSearchToolCall,
    FrozenDict,
    Function,
    FunctionToolCall,
    ImageFile,
    OtherCodeInterpreterOutput,
    OtherStepDetails,
    OtherToolCall,
    RankingOptions,
    RetrievalToolCall,
    ToolCallsStepDetails,
    ValidationError,
)
from runstep.streaming import OtherCodeInterpreterOutputDelta, OtherStepDetailsDelta, OtherToolCallDelta

CALLS: list[tuple[type, dict[str, Any]]] = [
    (
        CodeInterpreterToolCall,
        {"id": "c", "type": "code_interpreter", "code_interpreter": {"input": "", "outputs": []}},
    ),
    (FileSearchToolCall, {"id": "c", "type": "file_search", "file_search": {}}),
    (FunctionToolCall, {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}", "output": None}}),
    (RetrievalToolCall, {"id": "c", "type": "retrieval", "retrieval": {}}),
    (OtherToolCall, {"id": "c", "type": "browser", "browser": {}}),
    (OtherToolCall, {"type": ""}),
    (OtherToolCall, {"type": "Function", "function": 5}),
]
OUTPUTS: list[tuple[type, dict[str, Any]]] = [
    (CodeInterpreterLogs, {"type": "logs", "logs": "42\n"}),
    (CodeInterpreterImage, {"type": "image", "image": {"file_id": "file-1"}}),
    (OtherCodeInterpreterOutput, {"type": "table", "rows": [[1]]}),
]


@pytest.mark.parametrize(("cls", "data"), CALLS)
def test_a_call_is_parsed_by_the_class_of_its_type(cls: Any, data: dict[str, Any]) -> None:
    (call,) = ToolCallsStepDetails.from_dict({"type": "tool_calls", "tool_calls": [data]}).tool_calls
    assert type(call) is cls
    assert call.type == data["type"]
    assert call == cls.from_dict(data)
    assert call.to_dict() == data


@pytest.mark.parametrize(("cls", "data"), OUTPUTS)
def test_an_output_is_parsed_by_the_class_of_its_type(cls: Any, data: dict[str, Any]) -> None:
    (output,) = CodeInterpreter.from_dict({"input": "", "outputs": [data]}).outputs
    assert type(output) is cls
    assert output.type == data["type"]
    assert output == cls.from_dict(data)
    assert output.to_dict() == data


@pytest.mark.parametrize(("cls", "data"), [case for case in (*CALLS, *OUTPUTS) if not case[0].__name__.startswith("O")])
def test_a_class_rejects_other_types(cls: Any, data: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        cls.from_dict({**data, "type": "other"})
    assert str(caught.value) == f'type: expected "{data["type"]}", got "other"'
    with pytest.raises(ValidationError, match=r"^type: expected a string, but the key is missing$"):
        cls.from_dict({key: value for key, value in data.items() if key != "type"})


@pytest.mark.parametrize(
    ("cls", "data"),
    [
        (OtherToolCall, {"type": "function", "id": "c"}),
        (OtherCodeInterpreterOutput, {"type": "logs"}),
        (OtherStepDetails, {"type": "tool_calls"}),
        (OtherToolCallDelta, {"type": "function", "index": 0}),
        (OtherCodeInterpreterOutputDelta, {"type": "logs", "index": 0}),
        (OtherStepDetailsDelta, {"type": "tool_calls"}),
    ],
)
def test_a_class_for_unknown_types_rejects_known_ones(cls: Any, data: dict[str, Any]) -> None:
    message = f'type: expected a type without a class of its own, got "{data["type"]}"'
    for strict in (False, True):
        with pytest.raises(ValidationError) as caught:
            cls.from_dict(data, strict=strict)
        assert str(caught.value) == message
    with pytest.raises(ValidationError) as caught:
        cls(raw=data)
    assert str(caught.value) == message


# Calls of unknown types.


@pytest.mark.parametrize(
    ("raw", "type_", "id_", "payload"),
    [
        ({"id": "c", "type": "browser", "browser": {"url": "x"}}, "browser", "c", {"url": "x"}),
        ({"id": "c", "type": "browser", "browser": {}}, "browser", "c", {}),
        ({"id": "c", "type": "mcp", "name": "n", "output": None}, "mcp", "c", {"name": "n", "output": None}),
        ({"id": "c", "type": "openapi", "function": {"name": "n"}}, "openapi", "c", {"function": {"name": "n"}}),
        ({"id": "c", "type": "grep", "grep": "text"}, "grep", "c", {"grep": "text"}),
        ({"type": "browser"}, "browser", None, {}),
        ({"id": None, "type": "x", "x": None}, "x", None, {"x": None}),
        ({"id": 5, "type": "x"}, "x", None, {}),
        ({"id": "", "type": "id"}, "id", "", {}),
        ({"type": "type"}, "type", None, {}),
    ],
)
def test_a_call_of_an_unknown_type_has_a_type_an_id_and_a_payload(
    raw: dict[str, Any], type_: str, id_: str | None, payload: Any
) -> None:
    call = OtherToolCall.from_dict(raw)
    assert (call.type, call.id, call.payload) == (type_, id_, payload)
    assert type(call.payload) is FrozenDict
    assert call.raw == raw
    assert call == OtherToolCall(raw=raw)  # type: ignore[arg-type]
    assert call.to_dict() == raw


@pytest.mark.parametrize("data", [{}, {"type": None}, {"type": 5}, [], None, "browser"], ids=repr)
def test_a_call_of_an_unknown_type_must_have_a_type(data: Any) -> None:
    with pytest.raises(ValidationError):
        OtherToolCall.from_dict(data)
    with pytest.raises(ValidationError):
        OtherCodeInterpreterOutput.from_dict(data)


# Function arguments.


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        ('{"port": "Brest"}', {"port": "Brest"}),
        (" [1, 2.5, null, true]\n", [1, 2.5, None, True]),
        ('"\\ud83d"', "\ud83d"),
        ("0", 0),
    ],
)
def test_arguments_are_decoded(arguments: str, value: Any) -> None:
    assert Function(name="f", arguments=arguments).parse_arguments() == value


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "invalid JSON (line 1, column 1)"),
        ('{"port": "Bre', "invalid JSON (line 1, column 10)"),
        ("{'port': 'Brest'}", "invalid JSON (line 1, column 2)"),
        ('{"port":\n  Brest}', "invalid JSON (line 2, column 3)"),
        ('{"a": 1} {"b": 2}', "invalid JSON (line 1, column 10)"),
        ("\ufeff{}", "invalid JSON (line 1, column 1)"),
        ("NaN", "expected a number, got NaN"),
        ("[Infinity]", "expected a number, got infinity"),
        ("[-Infinity]", "expected a number, got infinity"),
        ("1" + "0" * 5000, "invalid JSON (a number with too many digits)"),
        ("[" * 100_000, "JSON is nested too deeply"),
    ],
    ids=lambda text: text[:12],
)
def test_arguments_that_are_not_json_are_a_validation_error(arguments: str, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Function(name="f", arguments=arguments).parse_arguments()
    assert str(caught.value) == f"arguments: {message}"
    assert caught.value.__context__ is None


# Constructors.


@pytest.mark.parametrize(
    ("built", "data"),
    [
        (Function(name="f", arguments="{}"), {"name": "f", "arguments": "{}", "output": None}),
        (Function(name="f", arguments="{}", output=""), {"name": "f", "arguments": "{}", "output": ""}),
        (FileSearch(), {}),
        (FileSearch(results=()), {"results": []}),
        (
            FileSearch(ranking_options=RankingOptions(ranker="auto", score_threshold=0)),
            {"ranking_options": {"ranker": "auto", "score_threshold": 0}},
        ),
        (RankingOptions(ranker="own", score_threshold=0.5), {"ranker": "own", "score_threshold": 0.5}),
        (FileSearchContent(text="x"), {"type": "text", "text": "x"}),
        (FileSearchContent(type=None), {}),
        (
            FileSearchResult(file_id="f", file_name="n", score=0.5),
            {"file_id": "f", "file_name": "n", "score": 0.5},
        ),
        (
            FileSearchResult(
                file_id="f",
                file_name="n",
                score=0.5,
                content=[FileSearchContent(text="x")],  # type: ignore[arg-type]
                attributes={"year": [1999]},  # type: ignore[arg-type]
                extra={"rank": 1},  # type: ignore[arg-type]
            ),
            {
                "file_id": "f",
                "file_name": "n",
                "score": 0.5,
                "content": [{"type": "text", "text": "x"}],
                "attributes": {"year": [1999]},
                "rank": 1,
            },
        ),
        (RetrievalToolCall(id="c"), {"id": "c", "type": "retrieval", "retrieval": {}}),
        (
            CodeInterpreter(
                input="1",
                outputs=[CodeInterpreterImage(image=ImageFile(file_id="f"))],  # type: ignore[arg-type]
            ),
            {"input": "1", "outputs": [{"type": "image", "image": {"file_id": "f"}}]},
        ),
    ],
    ids=repr,
)
def test_constructed_objects_serialize_required_keys_and_set_fields(built: Any, data: dict[str, Any]) -> None:
    assert built.to_dict() == data
    assert type(built).from_dict(json.loads(json.dumps(data))) == built


def test_a_known_ranker_is_an_enum_member_and_an_unknown_one_a_string() -> None:
    for ranker in ("auto", FileSearchRanker.AUTO):
        assert RankingOptions(ranker=ranker, score_threshold=0.5).ranker is FileSearchRanker.AUTO
    assert type(RankingOptions.from_dict({"ranker": "default-2024-08-21", "score_threshold": 1}).ranker) is str
