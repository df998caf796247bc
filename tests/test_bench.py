# SPDX-License-Identifier: MIT
"""Tests of the payloads for the benchmarks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runstep import RunStep, RunStepPage, diagnose

from .payloads import LEAVES, SHAPES, Shape, delta_stream, invalid_payload, mixed_steps, payload

DOCUMENTED_KEYS = {
    "id",
    "object",
    "created_at",
    "assistant_id",
    "thread_id",
    "run_id",
    "type",
    "status",
    "step_details",
    "last_error",
    "expired_at",
    "cancelled_at",
    "failed_at",
    "completed_at",
    "metadata",
    "usage",
}
LIVE_KEYS = DOCUMENTED_KEYS - {"expired_at", "metadata"} | {"expires_at"}
USAGE_KEYS = {"prompt_tokens", "completion_tokens", "total_tokens"}
TOKEN_DETAILS = {"prompt_token_details", "completion_tokens_details"}


def steps_of(letter: str, shape: Shape) -> list[dict[str, Any]]:
    """Return the steps of a payload."""
    data = json.loads(payload(letter, shape))
    return data["data"] if letter == "f" else [data]


def calls_of(letter: str, shape: Shape) -> list[dict[str, Any]]:
    """Return the tool calls of a payload that is a single step."""
    (step,) = steps_of(letter, shape)
    calls: list[dict[str, Any]] = step["step_details"]["tool_calls"]
    return calls


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("letter", LEAVES)
def test_payloads_are_deterministic_and_round_trip(letter: str, shape: Shape) -> None:
    text = payload(letter, shape)
    data = json.loads(text)
    model = RunStepPage if letter == "f" else RunStep
    assert payload(letter, shape) == text
    assert model.from_dict(data).to_dict() == data


@pytest.mark.parametrize("letter", LEAVES)
def test_documented_payloads_are_strictly_valid_and_have_all_keys(letter: str) -> None:
    assert diagnose(json.loads(payload(letter, "documented"))) == ()
    for step in steps_of(letter, "documented"):
        assert set(step) == DOCUMENTED_KEYS
        assert step["usage"] is None or set(step["usage"]) == USAGE_KEYS


@pytest.mark.parametrize("letter", LEAVES)
def test_live_payloads_deviate_only_in_their_keys(letter: str) -> None:
    problems = diagnose(json.loads(payload(letter, "live")))
    assert {(problem.path[-1], problem.level) for problem in problems} <= {
        (key, "deviation") for key in ("expired_at", "metadata", "expires_at", "attributes", *TOKEN_DETAILS)
    }
    for step in steps_of(letter, "live"):
        assert set(step) == LIVE_KEYS
        assert step["usage"] is None or set(step["usage"]) == USAGE_KEYS | TOKEN_DETAILS


@pytest.mark.parametrize("shape", SHAPES)
def test_payloads_b_to_e_contain_the_expected_calls(shape: Shape) -> None:
    assert [call["type"] for call in calls_of("b", shape)] == ["function"]
    (code,) = calls_of("c", shape)
    assert [output["type"] for output in code["code_interpreter"]["outputs"]] == ["logs", "logs", "image"]
    (search,) = calls_of("d", shape)
    assert [len(result["content"][0]["text"]) for result in search["file_search"]["results"]] == [1000] * 10
    assert [call["type"] for call in calls_of("e", shape)] == ["function"] * 20


def test_only_live_search_results_have_attributes() -> None:
    for shape in SHAPES:
        (search,) = calls_of("d", shape)
        assert all(("attributes" in result) is (shape == "live") for result in search["file_search"]["results"])


def test_documented_payload_e_has_16_metadata_pairs() -> None:
    (step,) = steps_of("e", "documented")
    assert len(step["metadata"]) == 16


@pytest.mark.parametrize("shape", SHAPES)
def test_payload_f_is_a_page_of_100_mixed_steps(shape: Shape) -> None:
    page = RunStepPage.from_json(payload("f", shape))
    assert len(page) == 100
    assert {str(step.status) for step in page} == {"completed", "failed", "in_progress"}
    assert {call.type for step in page for call in step.tool_calls} == {"code_interpreter", "file_search", "function"}
    assert len({step.id for step in page}) == 100


def test_some_live_steps_have_cached_and_reasoning_tokens() -> None:
    usages = [step["usage"] for step in steps_of("f", "live") if step["usage"]]
    assert {usage["prompt_token_details"]["cached_tokens"] > 0 for usage in usages} == {True, False}
    assert {usage["completion_tokens_details"]["reasoning_tokens"] > 0 for usage in usages} == {True, False}


def test_the_invalid_payload_has_three_errors() -> None:
    assert [(problem.location, problem.level) for problem in diagnose(json.loads(invalid_payload()))] == [
        ("created_at", "error"),
        ("step_details.tool_calls[7].function.name", "error"),
        ("step_details.tool_calls[19].id", "error"),
    ]


def test_mixed_steps_are_different_and_round_trip() -> None:
    texts = mixed_steps(50, "live")
    assert len({json.loads(text)["id"] for text in texts}) == 50
    assert all(RunStep.from_json(text).to_dict() == json.loads(text) for text in texts)


def test_a_delta_stream_begins_with_its_step_and_has_the_given_number_of_deltas() -> None:
    stream, deltas = delta_stream(10)
    created, *rest = stream.decode().removesuffix("\n\n").split("\n\n")
    event, _, data = created.partition("\ndata: ")
    assert event == "event: thread.run.step.created"
    assert RunStep.from_json(data).tool_calls[0].type == "function"
    assert rest == [f"event: thread.run.step.delta\ndata: {delta}" for delta in deltas]
    assert len(deltas) == 10
