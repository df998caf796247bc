# SPDX-License-Identifier: MIT
"""Fixtures and helpers for tests of archives."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from typing import IO, Any

import pytest

from runstep import ValidationError
from runstep.archive import Record, read_records

from ..conftest import DATA

ARCHIVES = DATA / "archives"
Outcomes = list[tuple["int | None", str, str]]
StepFactory = Callable[..., dict[str, Any]]

NO_STEPS: Outcomes = [(1, "", "no run steps found")]


def outcomes(source: str | os.PathLike[str] | IO[bytes]) -> Outcomes:
    """Return the line, the location and the outcome of each record."""
    return [(record.line, record.location, outcome(record)) for record in read_records(source)]


def outcome(record: Record) -> str:
    """Return the id of the step, or the error message."""
    try:
        return record.step().id
    except ValidationError as error:
        return str(error)


def outcomes_of_bytes(data: bytes) -> Outcomes:
    return outcomes(io.BytesIO(data))


def outcomes_of_text(text: str) -> Outcomes:
    return outcomes_of_bytes(text.encode())


@pytest.fixture
def line(step: StepFactory) -> Callable[[str], str]:
    """Return a function that returns a run step as one line of JSON."""

    def make(id_: str) -> str:
        return json.dumps(step(id=id_))

    return make
