# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The command `check`: problems, and a summary."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import chain

from ..archive._folders import open_files
from ..archive._summary import summary
from ..archive.reports import Report, check_file
from ..archive.statistics import Statistics
from ._output import format_problem, print_error, print_line
from ._progress import Progress


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    statistics = Statistics()
    has_unreadable_paths = False
    is_json = options.format == "json"
    with (
        Progress(is_wanted=not options.quiet) as progress,
        _checker(options.jobs, progress, strict=options.strict) as check,
    ):
        for path in options.paths:
            reports = check(path)
            try:
                first = next(reports, None)
            except OSError as error:
                print_error(f"cannot read '{path}': {error.strerror or error}")
                has_unreadable_paths = True
                continue
            for report in chain([] if first is None else [first], reports):
                statistics.add(report.statistics)
                if report.problems:
                    progress.clear()
                for problem in report.problems:
                    print_line(json.dumps(problem._asdict()) if is_json else format_problem(problem))
    if not options.quiet and (statistics.files or not has_unreadable_paths):
        for line in summary(statistics):
            print_line(line, sys.stderr if is_json else None)
    if has_unreadable_paths:
        return 2
    if not statistics.steps and not statistics.problems:
        print_error("no run steps found")
    return int(statistics.problems > 0 or not statistics.steps)


@contextmanager
def _checker(
    jobs: int, progress: Progress, *, strict: bool
) -> Generator[Callable[[str], Iterator[Report]], None, None]:
    """Provide a function that yields the reports of a path."""
    if jobs > 1:
        from ._pool import parallel_checker  # noqa: PLC0415  (multiprocessing is slow to import)

        with parallel_checker(jobs, progress, strict=strict) as checker:
            yield checker.check
        return

    def check(path: str) -> Iterator[Report]:
        for opened in open_files(path):
            yield from check_file(opened, strict=strict, progress=progress.advance)

    yield check
