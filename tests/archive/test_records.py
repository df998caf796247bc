# SPDX-License-Identifier: MIT
"""Tests of records."""

from __future__ import annotations

import copy
import io
import json
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runstep import RunStep, ValidationError
from runstep.archive import Record, read_records, read_steps

from .conftest import ARCHIVES, StepFactory, outcome, outcomes_of_text


def test_a_record_has_a_location_and_the_decoded_object(line: Callable[[str], str]) -> None:
    (record,) = read_records(io.BytesIO(f'{{\n"a":\n[{line("step_a")}]}}'.encode()))
    assert repr(record) == "<Record '<file>', line 3, location 'a[0]'>"
    assert record.raw == json.loads(line("step_a"))
    assert record.damage is None
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


# Copies and pickles.

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def contents(record: Record) -> dict[str, Any]:
    """Return everything that a record says, and the outcome of parsing it."""
    names = ("file", "line", "path", "location", "raw")
    damage = None if record.damage is None else record.damage.problems
    return {name: getattr(record, name) for name in names} | {"damage": damage, "outcome": outcome(record)}


def archive_records() -> list[Record]:
    """Return records of each format, and of damage."""
    files = ("page.json", "export.json", "log.jsonl", "stream.sse", "events.json")
    records = [record for name in files for record in read_records(ARCHIVES / name)]
    return [*records, *read_records(io.BytesIO(b"{")), *read_records(io.BytesIO(b"\x1f\x8b\x08"))]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_records_can_be_pickled(protocol: int) -> None:
    records = archive_records()
    assert {record.damage is None for record in records} == {True, False}
    loaded = [pickle.loads(pickle.dumps(record, protocol)) for record in records]  # noqa: S301  (own data)
    assert list(map(contents, loaded)) == list(map(contents, records))


def test_records_can_be_copied(line: Callable[[str], str]) -> None:
    for record in archive_records():
        assert contents(copy.copy(record)) == contents(copy.deepcopy(record)) == contents(record)
    (record,) = read_records(io.BytesIO(line("step_a").replace(", ", ",\n").encode()))
    assert copy.copy(record).raw is record.raw
    assert copy.deepcopy(record).raw is not record.raw
    assert copy.deepcopy(record).raw["metadata"] is not record.raw["metadata"]


def test_only_a_pickle_has_no_lines_inside_the_record(line: Callable[[str], str]) -> None:
    (record,) = read_records(io.BytesIO(f"[\n{line('step_a')}]".replace(", ", ",\n").encode()))
    copies = [record, copy.copy(record), copy.deepcopy(record), pickle.loads(pickle.dumps(record))]  # noqa: S301
    assert [duplicate.line_of(("object",)) for duplicate in copies] == [3, 3, 3, 2]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_pickle_does_not_contain_the_other_steps(protocol: int, step: StepFactory) -> None:
    text = json.dumps({"steps": [step(id=f"step_{number}") for number in range(1000)]})
    sizes = [len(pickle.dumps(record, protocol)) for record in read_records(io.BytesIO(text.encode()))]
    assert len(sizes) == 1000
    assert sum(sizes) < 3 * len(text)


# `read_steps`.


def test_read_steps_calls_on_error_for_invalid_steps_and_damage(step: StepFactory, line: Callable[[str], str]) -> None:
    invalid = json.dumps(step(id="step_b", created_at="now"))
    text = f"{line('step_a')}\n{invalid}\n{{\n{line('step_c')}\n"
    errors: list[tuple[int | None, str]] = []
    steps = read_steps(
        io.BytesIO(text.encode()), on_error=lambda record, error: errors.append((record.line, str(error)))
    )
    assert [step.id for step in steps] == ["step_a", "step_c"]
    assert errors == [(2, "created_at: expected an integer, got a string"), (3, "invalid JSON (column 2)")]


@pytest.mark.parametrize("text", ['{"object": "thread.run.step"}', "[1"], ids=["invalid", "damaged"])
def test_read_steps_raises_the_first_error(line: Callable[[str], str], text: str) -> None:
    steps = read_steps(io.BytesIO(f"{line('step_a')}\n{text}\n{line('step_b')}\n".encode()))
    assert next(steps).id == "step_a"
    with pytest.raises(ValidationError):
        next(steps)


def test_read_steps_in_strict_mode(step: StepFactory) -> None:
    text = json.dumps(step(expires_at=7))
    assert [step.id for step in read_steps(io.BytesIO(text.encode()))] == [step()["id"]]
    with pytest.raises(ValidationError, match=r"^expires_at: unknown key \(not in the published schema\)$"):
        list(read_steps(io.BytesIO(text.encode()), strict=True))


def test_read_steps_raises_os_error_for_a_path_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        next(read_steps(tmp_path / "missing"))
