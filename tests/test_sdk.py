# SPDX-License-Identifier: MIT
"""Tests of compatibility with the official SDK: both libraries can parse what the other one serializes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from runstep import RunStep

from .conftest import DATA, Mark

# It has no wheels for PyPy.
construct_type: Any = pytest.importorskip("openai._models").construct_type
SDKRunStep: Any = pytest.importorskip("openai.types.beta.threads.runs").RunStep

FILES = sorted(
    file
    for file in (DATA / "valid").glob("*.json")
    # The SDK has no type for pages, and does not normalize values.
    if not file.stem.startswith(("page_", "php_", "floats_"))
)
FIELDS = (
    *("id", "object", "created_at", "assistant_id", "thread_id", "run_id", "type", "status", "step_details"),
    *("last_error", "expired_at", "cancelled_at", "failed_at", "completed_at", "metadata", "usage"),
)


def parametrize_files() -> Mark:
    return pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def load(file: Path) -> Any:
    return json.loads(file.read_bytes())


def test_all_data_files_are_found() -> None:
    assert len(FILES) == 50


@parametrize_files()
def test_to_dict_of_the_sdk_is_exact(file: Path) -> None:
    data = load(file)
    # As the SDK builds the objects of a response.
    sdk_step: Any = construct_type(value=data, type_=SDKRunStep)
    assert RunStep.from_dict(sdk_step.to_dict(warnings=False)).to_dict() == RunStep.from_dict(data).to_dict()


@pytest.mark.parametrize(
    "name", ["documented_message", "documented_tool_calls", "live_message", "function_output_absent"]
)
def test_model_dump_of_the_sdk_gives_an_equal_step_with_more_keys(name: str) -> None:
    data = load(DATA / "valid" / f"{name}.json")
    sdk_step: Any = construct_type(value=data, type_=SDKRunStep)
    dumped = sdk_step.model_dump()
    assert RunStep.from_dict(dumped) == RunStep.from_dict(data)
    assert dumped.keys() >= data.keys()


@parametrize_files()
def test_fields_equal_those_of_the_sdk(file: Path) -> None:
    data = load(file)
    step = RunStep.from_dict(data)
    sdk_step: Any = SDKRunStep.construct(**data)
    serialized = step.to_dict()
    for name in FIELDS:
        sdk_value: Any = getattr(sdk_step, name, None)
        if hasattr(sdk_value, "to_dict"):
            sdk_value = sdk_value.to_dict(exclude_unset=True, mode="json", warnings=False)
        assert sdk_value == serialized.get(name)


# The SDK cannot serialize lone surrogates.
STRICT = [file for file in FILES if not file.with_suffix(".txt").exists() and file.stem != "lone_surrogate"]


def test_all_strictly_valid_files_are_found() -> None:
    assert len(STRICT) == 9


@pytest.mark.parametrize("file", STRICT, ids=lambda file: file.stem)
def test_the_sdk_validates_serialized_steps(file: Path) -> None:
    step = RunStep.from_dict(load(file), strict=True)
    sdk_step = SDKRunStep.model_validate(step.to_dict(), strict=True)
    assert RunStep.from_json(sdk_step.to_json(exclude_unset=True), strict=True) == step
    assert RunStep.from_json(sdk_step.model_dump_json()).id == step.id
    assert sdk_step.status == step.status
    assert sdk_step.created_at == step.created_at
