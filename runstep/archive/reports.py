# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Reports of files and of ranges of files: problems and statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, final

from ..errors import ValidationError
from ..steps import RunStep
from ._folders import OpenFile
from ._input import lines_in_range
from ._reader import FileCounts, FileReader
from .problems import LocatedProblem, locate_problems
from .ranges import Batch, FileRange
from .records import Record, no_steps_record
from .statistics import Statistics

_RECORDS_PER_REPORT = 1000
_BUFFER_SIZE = 1 << 16


@final
@dataclass(slots=True)
class Report:
    """Problems and statistics of files, or of a part of a file.

    `records` and `lines` count those of a part. `error` says why a file could not be opened.
    """

    problems: list[LocatedProblem] = field(default_factory=list)
    statistics: Statistics = field(default_factory=Statistics)
    records: int = 0
    lines: int = 0
    error: str | None = None


def check_file(opened: OpenFile, *, strict: bool, progress: Callable[[int], None] | None = None) -> Iterator[Report]:
    """Yield the reports of a file, one for every 1,000 records, so that memory is bounded."""
    if opened.error_message is not None:
        yield Report(statistics=Statistics(unreadable=1), error=opened.error_message)
        return
    # Strict mode needs the decoded documents, which records hold.
    reader = FileReader(opened.name, strict=strict, parses_steps=not strict)
    records = reader.read(opened, progress)
    is_last = False
    while not is_last:
        report = Report()
        _add_records(report, islice(records, _RECORDS_PER_REPORT), strict=strict)
        is_last = report.records < _RECORDS_PER_REPORT
        if is_last:
            _add_counts(report, reader.counts)
            report.statistics.files = not reader.counts.is_skipped
        yield report


def check_batch(batch: Batch, *, strict: bool, progress: Callable[[int], None] | None = None) -> Iterator[Report]:
    """Yield the reports of a batch. The lines of a range are numbered from 1; a `RangeMerger` renumbers them."""
    for part in batch:
        try:
            file = Path(part.file).open("rb", buffering=_BUFFER_SIZE)  # noqa: SIM115  (only opening is tried)
        except OSError as error:
            yield from check_file(OpenFile(part.file, error, part.is_explicit), strict=strict)
            continue
        with file:
            if part.is_whole:
                yield from check_file(OpenFile(part.file, file, part.is_explicit), strict=strict, progress=progress)
            else:
                yield _check_range(file, part, strict=strict)


def join_reports(reports: Iterable[Report]) -> list[Report]:
    """Return reports without errors as one, because many small ones take long to send to another process."""
    joined: list[Report] = []
    for report in reports:
        if joined and report.error is None and joined[-1].error is None:
            joined[-1].problems += report.problems
            joined[-1].statistics.add(report.statistics)
        else:
            joined.append(report)
    return joined


def _check_range(file: BinaryIO, part: FileRange, *, strict: bool) -> Report:
    report = Report()
    reader = FileReader(part.file, strict=strict, parses_steps=not strict)
    lines = lines_in_range(file, part.start, part.size, is_first=part.is_first)
    _add_records(report, reader.read_lines(lines), strict=strict)
    _add_counts(report, reader.counts)
    return report


def _add_records(report: Report, records: Iterable[RunStep | Record], *, strict: bool) -> None:
    report.statistics.tally(_readable_steps(report, records, strict=strict))


def _readable_steps(report: Report, records: Iterable[RunStep | Record], *, strict: bool) -> Iterator[RunStep]:
    """Yield the steps that can be parsed, and add the problems of all records to the report."""
    statistics = report.statistics
    for record in records:
        report.records += 1
        if type(record) is RunStep:
            yield record
            continue
        try:
            step = record.step(strict=strict)
        except ValidationError as error:
            report.problems += locate_problems(record, error)
            statistics.problems += len(error.problems)
            if record.damage is not None:
                continue
            if any(problem.level == "error" for problem in error.problems):
                statistics.invalid += 1
                continue
            step = RunStep.from_dict(record.raw)
        yield step


def _add_counts(report: Report, counts: FileCounts) -> None:
    statistics = report.statistics
    report.lines = counts.lines
    statistics.deltas = counts.deltas
    statistics.other_documents = counts.other_documents
    statistics.empty_pages = counts.empty_pages
    statistics.skipped_files = int(counts.is_skipped)
    statistics.unreadable = int(counts.is_unreadable)


@final
class RangeMerger:
    """Merges the reports of ranges, given in order: numbers their lines as in the whole file."""

    def __init__(self) -> None:
        self._lines = 0
        self._has_records = False

    def merge(self, batch: Batch, reports: Iterable[Report]) -> Iterator[Report]:
        """Yield the reports of the next batch, with the numbers of the lines of a range changed in place."""
        part = batch[0]
        for report in reports:
            yield report if part.is_whole else self._renumber(part, report)

    def _renumber(self, part: FileRange, report: Report) -> Report:
        if part.is_first:
            self._lines = 0
            self._has_records = False
        statistics = report.statistics
        statistics.files = int(part.is_first)
        report.problems = [
            problem._replace(line=problem.line and problem.line + self._lines) for problem in report.problems
        ]
        self._lines += report.lines
        if report.records or statistics.deltas or statistics.empty_pages:
            self._has_records = True
        if part.is_last and not self._has_records:
            _add_records(report, [no_steps_record(part.file)], strict=False)
        return report
