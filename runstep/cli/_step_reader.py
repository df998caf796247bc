# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The steps that `show` and `convert` read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain

from ..archive._folders import open_files
from ..archive._reader import FileReader
from ..archive.problems import locate_problems
from ..errors import ValidationError
from ..steps import RunStep
from ._output import format_problem, print_error, print_line
from ._progress import Progress


class StepReader:
    """Iterates over the valid steps of all paths, and prints the problems of the others to standard error."""

    def __init__(self, paths: list[str], progress: Progress, run_id: str | None = None) -> None:
        self._paths = paths
        self._progress = progress
        self._run_id = run_id
        self._has_steps = self._has_problems = False

    def __iter__(self) -> Iterator[RunStep]:
        for opened in chain.from_iterable(map(open_files, self._paths)):
            for record in FileReader(opened.name).records(opened, self._progress.advance):
                try:
                    step = record.step()
                except ValidationError as error:
                    self._has_problems = True
                    self._progress.clear()
                    for problem in locate_problems(record, error):
                        print_line(format_problem(problem), sys.stderr)
                    continue
                if self._run_id is None or step.run_id == self._run_id:
                    self._has_steps = True
                    yield step
        self._progress.clear()

    def exit_code(self) -> int:
        """Return the exit code after the last step, and print an error message if there were no steps."""
        if not self._has_steps:
            print_error("no run steps found" if self._run_id is None else f"no run steps of {self._run_id} found")
        return int(self._has_problems or not self._has_steps)
