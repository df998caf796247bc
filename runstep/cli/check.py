# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The command `check`: problems, and a summary."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator

from ..archive._folders import open_paths
from ..archive._summary import summary
from ..archive.reports import Report, check_file
from ..archive.statistics import Statistics
from ._output import format_problem, print_error, print_line
from ._progress import Progress


def run(options: argparse.Namespace, progress: Progress) -> int:
    """Run the command and return its exit code."""
    statistics = Statistics()
    is_json = options.format == "json"
    if options.quiet:
        progress.hide()
    with progress:
        for report in _reports(options, progress):
            statistics += report.statistics
            if report.problems or report.errors:
                progress.clear()
            for error in report.errors:
                print_error(error)
            for problem in report.problems:
                print_line(json.dumps(problem._asdict()) if is_json else format_problem(problem))
    if not options.quiet and (statistics.files or not statistics.unreadable):
        print_line(summary(statistics), sys.stderr if is_json else None)
    if statistics.unreadable:
        return 2
    if not statistics.steps and not statistics.problems and not statistics.empty_pages:
        print_error("no run steps found")
        return 1
    return int(statistics.problems > 0)


def _reports(options: argparse.Namespace, progress: Progress) -> Iterator[Report]:
    jobs = min(options.jobs, os.cpu_count() or 1)
    if jobs > 1:
        from ._parallel import ParallelChecker  # noqa: PLC0415  (only needed for --jobs)

        yield from ParallelChecker(jobs, progress, strict=options.strict).check(options.paths)
        return
    for opened in open_paths(options.paths):
        progress.file = opened.name
        yield from check_file(opened, strict=options.strict, progress=progress.advance)
