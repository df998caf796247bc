# SPDX-License-Identifier: MIT
"""Tests of records."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable

import pytest

from runstep import RunStep, ValidationError
from runstep.archive import read_records

from .conftest import StepFactory, outcomes_of_text


def test_a_record_has_a_location_and_the_decoded_object(line: Callable[[str], str]) -> None:
    (record,) = read_records(io.BytesIO(f'{{\n"a":\n[{line("step_a")}]}}'.encode()))
    assert repr(record) == "<Record '<file>', line 3, location 'a[0]'>"
    assert record.raw == json.loads(line("step_a"))
    assert record.error is None
    assert record.path == ("a", 0)
    assert isinstance(record.step(), RunStep)


def test_a_record_can_be_parsed_in_strict_mode(step: StepFactory) -> None:
    (record,) = read_records(io.BytesIO(json.dumps(step(expires_at=7)).encode()))
    with pytest.raises(ValidationError, match=r"^expires_at: unknown key \(not in the published schema\)$"):
        record.step(strict=True)


def test_steps_may_be_nested_as_deeply_as_python_can_decode(line: Callable[[str], str]) -> None:
    depth = sys.getrecursionlimit() // 2
    ((number, location, id_),) = outcomes_of_text("[" * depth + line("step_a") + "]" * depth)
    assert (number, id_, location.count("[0]")) == (1, "step_a", depth)


def test_a_line_may_be_10_megabytes_long(step: StepFactory) -> None:
    error = {"code": "server_error", "message": "x" * 10_000_000}
    text = json.dumps(step(id="long", last_error=error))
    assert [id_ for _, _, id_ in outcomes_of_text(f"{text}\n{text}\n")] == ["long", "long"]


@pytest.mark.long
def test_a_line_may_be_100_megabytes_long(step: StepFactory) -> None:
    error = {"code": "server_error", "message": "x" * 100_000_000}
    text = json.dumps(step(id="long", last_error=error))
    assert [id_ for _, _, id_ in outcomes_of_text(f"{text}\n{text[:-5]}\n")][:1] == ["long"]
