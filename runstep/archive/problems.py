# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Problems with their places in files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..errors import Problem, ValidationError
from .records import Record


class LocatedProblem(NamedTuple):
    """A problem and its place. `line` is None if the file as a whole has the problem."""

    file: str
    line: int | None
    location: str
    level: str
    message: str


def locate_problems(record: Record, error: ValidationError) -> Iterator[LocatedProblem]:
    """Yield the problems of a record with their places in the file."""
    for problem in error.problems:
        location = Problem((*record.path, *problem.path), problem.level, problem.message).location
        yield LocatedProblem(record.file, record.line_of(problem.path), location, problem.level, problem.message)
