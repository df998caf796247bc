# SPDX-License-Identifier: MIT
"""Problems of run steps, each with its place in a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..errors import Problem, ValidationError
from .records import Record


class Finding(NamedTuple):
    """A problem, and where it is: `line` is None where it is the file itself."""

    file: str
    line: int | None
    location: str
    level: str
    message: str


def findings_of(record: Record, error: ValidationError) -> Iterator[Finding]:
    """Yield what is wrong with a record."""
    for problem in error.problems:
        location = Problem((*record.path, *problem.path), problem.level, problem.message).location
        yield Finding(record.file, record.line_of(problem.path), location, problem.level, problem.message)
