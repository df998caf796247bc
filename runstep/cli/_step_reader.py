# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The steps that `show` and `convert` read."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ..archive._folders import open_paths
from ..archive._reader import FileReader
from ..archive.problems import locate_problems
from ..archive.records import Record
from ..errors import ValidationError
from ..steps import RunStep
from ._output import format_problem, print_error, print_line
from ._progress import Progress


class StepReader:
    """Iterates over the valid steps of all paths, and prints the problems of the others to standard error.

    `steps` is their number so far, and `has_empty_pages` says whether there were pages or arrays without items.
    """

    def __init__(self, paths: list[str], progress: Progress, run_id: str | None = None) -> None:
        self.steps = 0
        self.has_empty_pages = False
        self._has_problems = self._has_unreadable_files = False
        # Messages may be read from the same files.
        self._damaged: set[tuple[str, int | None]] = set()
        self._paths = paths
        self._progress = progress
        self._run_id = run_id

    def __iter__(self) -> Iterator[RunStep]:
        for opened in open_paths(self._paths):
            self._progress.file = opened.name
            if opened.error_message is not None:
                self.report_unreadable(opened.error_message)
                continue
            reader = FileReader(opened.name, parses_steps=True)
            for item in reader.read(opened, self._progress.advance):
                step = item if type(item) is RunStep else self._parse(item)
                if step is not None and self._run_id in (None, step.run_id):
                    self.steps += 1
                    yield step
            self.has_empty_pages |= reader.counts.empty_pages > 0
            self._has_unreadable_files |= reader.counts.is_unreadable
        self._progress.clear()

    def _parse(self, record: Record) -> RunStep | None:
        try:
            return record.step()
        except ValidationError as error:
            self._has_problems = True
            if record.damage is not None:
                place = (record.file, record.line)
                if place in self._damaged:
                    return None
                self._damaged.add(place)
            self._progress.clear()
            for problem in locate_problems(record, error):
                print_line(format_problem(problem), sys.stderr)
            return None

    def report_damage(self, record: Record) -> None:
        """Print the damage of a file that contains something else than steps."""
        if record.line is None:
            self._has_unreadable_files = True
        self._parse(record)

    def report_unreadable(self, message: str) -> None:
        """Print the message for a path that cannot be read."""
        self._progress.clear()
        print_error(message)
        self._has_unreadable_files = True

    def exit_code(self) -> int:
        """Return the exit code after the last step. If there were no steps, say so, unless the reason was printed."""
        if self._has_unreadable_files:
            return 2
        if self.steps or (self.has_empty_pages and self._run_id is None):
            return int(self._has_problems)
        print_error("no run steps found" if self._run_id is None else f"no run steps of {self._run_id} found")
        return 1
