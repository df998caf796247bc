# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Problems with their places in files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..errors import ValidationError, format_path
from .records import Record


class LocatedProblem(NamedTuple):
    """A problem and its place.

    `line` is None if the file as a whole has the problem. `pattern` is `location` with `[]` for each index, so that
    problems can be grouped. `level` is `"error"` or `"deviation"`, like that of a `Problem`.
    """

    file: str
    line: int | None
    location: str
    pattern: str
    level: str
    message: str


def locate_problems(record: Record, error: ValidationError) -> Iterator[LocatedProblem]:
    """Yield the problems of a record with their places in the file."""
    for problem in error.problems:
        path = (*record.path, *problem.path)
        yield LocatedProblem(
            record.file,
            record.line_of(problem.path),
            format_path(path),
            format_path(path, has_indices=False),
            problem.level,
            problem.message,
        )
