# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Reports of lines, of files and of ranges of files, which can be added up."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import IO, Any, final

from .._checks import Rule, array, object_, required, string
from ..errors import ValidationError
from ..steps import RunStep
from ._folders import OpenFile
from ._input import lines_in_range
from ._reader import FileCounts, FileReader
from .problems import LocatedProblem, locate_problems
from .ranges import FileRange
from .records import Record, no_steps_record
from .statistics import Statistics, check_statistics, count_steps, raise_errors, whole_number

_RECORDS_PER_REPORT = 1000
_BUFFER_SIZE = 1 << 16


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The problems and statistics of lines, files, or parts of files.

    Reports can be added in any grouping; `Report()` is the report of nothing. Each `+` copies both reports, so use
    `add_up` for many of them.
    """

    problems: tuple[LocatedProblem, ...] = ()
    """The problems, in the order of the lines."""
    statistics: Statistics = field(default_factory=Statistics)
    """The statistics, which `+=` would change in place. Those of lines count no file."""
    lines: int = 0
    """The number of lines of JSON Lines."""
    records: int = 0
    """The number of run steps and of damaged places."""
    errors: tuple[str, ...] = ()
    """Why files could not be opened."""

    def __add__(self, other: Report) -> Report:
        return add_up((self, other)) if isinstance(other, Report) else NotImplemented

    def moved(self, lines: int | None) -> Report:
        """Return the report with `lines` added to the line of each problem; without lines if that is None."""
        problems = [
            problem._replace(line=None if lines is None or problem.line is None else problem.line + lines)
            for problem in self.problems
        ]
        return replace(self, problems=tuple(problems))

    def to_dict(self) -> dict[str, Any]:
        """Return the report as new plain JSON types."""
        return {
            "problems": [problem._asdict() for problem in self.problems],
            "statistics": self.statistics.to_dict(),
            "lines": self.lines,
            "records": self.records,
            "errors": list(self.errors),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Report:
        """Parse the result of `to_dict`. Raises `ValidationError`."""
        raise_errors(_check_report, data)
        return cls(
            problems=tuple(
                [LocatedProblem(*[item[key] for key in LocatedProblem._fields]) for item in data["problems"]]
            ),
            statistics=Statistics.from_dict(data["statistics"]),
            lines=data["lines"],
            records=data["records"],
            errors=tuple(data["errors"]),
        )


_text = required("a string", string)
_number = required("an integer", whole_number)
_check_problem = object_(
    {**dict.fromkeys(LocatedProblem._fields, _text), "line": Rule("an integer or null", whole_number, null=None)}
)
_check_report = object_(
    {
        "problems": required("an array", array(_check_problem)),
        "statistics": required("an object", check_statistics),
        "lines": _number,
        "records": _number,
        "errors": required("an array", array(string)),
    }
)


def add_up(reports: Iterable[Report]) -> Report:
    """Return the sum of reports."""
    problems: list[LocatedProblem] = []
    statistics = Statistics()
    lines = records = 0
    errors: list[str] = []
    for report in reports:
        problems += report.problems
        statistics += report.statistics
        lines += report.lines
        records += report.records
        errors += report.errors
    return Report(problems=tuple(problems), statistics=statistics, lines=lines, records=records, errors=tuple(errors))


# Lines and ranges, which any process can check.


def check_lines(
    lines: Iterable[bytes | bytearray | str],
    *,
    file: str = "<lines>",
    first: int = 1,
    strict: bool = False,
    ids: bool = True,
) -> Report:
    """Return the report of lines of JSON Lines, whose line ends are optional.

    `file` is the name of their file, `first` the number of the first line. Each line is a document of its own: unlike
    in a file, logged events are not accumulated. Without `ids`, the report has no hashes of the ids, which take 8 bytes
    for each step, and no duplicates are counted. Raises `TypeError` for anything but lines. Pass bytes if you have
    them, because decoding may hide damage.
    """
    reader = FileReader(file, strict=strict, parses_steps=not strict)
    return add_up(_reports(reader, reader.read_lines(_as_bytes(lines), first), strict=strict, ids=ids))


def read_lines(lines: Iterable[bytes | bytearray | str], *, file: str = "<lines>", first: int = 1) -> Iterator[Record]:
    """Yield the records of lines of JSON Lines, whose line ends are optional, like `read_records`."""
    return FileReader(file).records_of_lines(_as_bytes(lines), first)


def _as_bytes(lines: Iterable[bytes | bytearray | str]) -> Iterator[bytes | bytearray]:
    if isinstance(lines, (bytes, bytearray, str)):
        message = f"expected an iterable of lines, got {type(lines).__name__}"
        raise TypeError(message)
    for line in lines:
        if isinstance(line, (bytes, bytearray)):
            yield line
        elif isinstance(line, str):
            yield line.encode("utf-8", "surrogatepass")
        else:
            message = f"expected lines of bytes or str, got {type(line).__name__}"
            raise TypeError(message)


def check_range(
    part: FileRange, *, strict: bool = False, ids: bool = True, open: Callable[[str], IO[bytes]] | None = None
) -> Report:
    """Return the report of a range of a file. Its lines are numbered from 1; `join` numbers them as in the file.

    `open` is called with the name of the file and returns a binary file that can seek, for files that are not on a
    disk. If opening raises `OSError`, the report has only an error. A file must not change between `split` and this.
    `ids` is that of `check_lines`.
    """
    return add_up(reports_of_range(part, strict=strict, ids=ids, open=open))


def reports_of_range(
    part: FileRange, *, strict: bool, ids: bool = True, open: Callable[[str], IO[bytes]] | None = None
) -> Iterator[Report]:
    """Yield the reports of a range of a file, whose sum is that of `check_range`, one for every 1,000 records."""
    try:
        file = builtins.open(part.file, "rb", buffering=_BUFFER_SIZE) if open is None else open(part.file)  # noqa: SIM115, PTH123  (only opening is tried)
    except OSError as error:
        yield from check_file(OpenFile(part.file, error, part.is_explicit), strict=strict)
        return
    with file:
        if part.is_whole:
            yield from check_file(OpenFile(part.file, file, part.is_explicit), strict=strict, ids=ids)
        else:
            reader = FileReader(part.file, strict=strict, parses_steps=not strict)
            lines = lines_in_range(file, part.start, part.size, is_first=part.is_first)
            yield from _reports(reader, reader.read_lines(lines), strict=strict, ids=ids)


def join(parts: Iterable[tuple[FileRange, Report]]) -> Iterator[Report]:
    """Yield the reports of ranges as parts of their files: with the numbers of their lines, and the files counted.

    `parts` are in the order of `split`. A file in which no range has found run steps is a problem, as for `check`. The
    lines after a range that could not be opened are unknown. Raises `ValueError` if ranges are missing or not in order.
    """
    lines: int | None = 0
    is_counted = is_empty = False
    for part, report in _in_order(parts):
        if part.is_whole:
            yield report
            continue
        if part.is_first:
            lines = 0
            is_counted = False
            is_empty = True
        if report.errors:
            # Other ranges of the file have the same error.
            if lines is not None:
                yield report
            lines = None
            is_empty = False
            continue
        if not is_counted:
            yield Report(statistics=Statistics(files=1))
            is_counted = True
        yield report.moved(lines)
        lines = None if lines is None else lines + report.lines
        if report.records or report.statistics.deltas or report.statistics.empty_pages:
            is_empty = False
        if part.is_last and is_empty:
            yield _check_records([no_steps_record(part.file)])


def _in_order(parts: Iterable[tuple[FileRange, Report]]) -> Iterator[tuple[FileRange, Report]]:
    """Yield ranges with their reports. Raises `ValueError` if ranges are missing or not in order."""
    previous: FileRange | None = None
    for part, report in parts:
        if not part.is_whole:
            if not _is_next(part, previous):
                message = f"expected the ranges of a file in order, got {part.file!r} from byte {part.start}"
                raise ValueError(message)
            previous = part
        yield part, report
    if previous is not None and not previous.is_last:
        message = f"expected the last range of {previous.file!r}, got only those up to byte {previous.start}"
        raise ValueError(message)


def _is_next(part: FileRange, previous: FileRange | None) -> bool:
    """Return whether a range may follow another one, or come first."""
    if previous is None or previous.is_last:
        return part.is_first
    if part.is_first or part.file != previous.file:
        return False
    return part.start == previous.start + previous.size if previous.size else part.start > previous.start


# Files.


def check_file(
    opened: OpenFile, *, strict: bool, ids: bool = True, progress: Callable[[int], None] | None = None
) -> Iterator[Report]:
    """Yield the reports of a file, one for every 1,000 records."""
    if opened.error_message is not None:
        yield Report(statistics=Statistics(unreadable=1), errors=(opened.error_message,))
        return
    # Strict mode needs the decoded documents, which records hold.
    reader = FileReader(opened.name, strict=strict, parses_steps=not strict)
    yield from _reports(reader, reader.read(opened, progress), strict=strict, ids=ids, files=1)


def _reports(
    reader: FileReader, records: Iterator[RunStep | Record], *, strict: bool, ids: bool, files: int = 0
) -> Iterator[Report]:
    """Yield a report for every 1,000 records, so that memory is bounded. The last one has the counts of the reader."""
    is_last = False
    while not is_last:
        report = _check_records(islice(records, _RECORDS_PER_REPORT), strict=strict, ids=ids)
        is_last = report.records < _RECORDS_PER_REPORT
        yield _with_counts(report, reader.counts, files) if is_last else report


def _check_records(records: Iterable[RunStep | Record], *, strict: bool = False, ids: bool = True) -> Report:
    problems: list[LocatedProblem] = []
    number = invalid = 0

    def readable_steps() -> Iterator[RunStep]:
        """Yield the steps that can be parsed, and collect the problems of all records."""
        nonlocal number, invalid
        for number, record in enumerate(records, 1):  # noqa: B007  (used after the loop)
            if type(record) is RunStep:
                yield record
                continue
            try:
                step = record.step(strict=strict)
            except ValidationError as error:
                problems.extend(locate_problems(record, error))
                if record.damage is not None:
                    continue
                if any(problem.level == "error" for problem in error.problems):
                    invalid += 1
                    continue
                step = RunStep.from_dict(record.raw)
            yield step

    statistics = count_steps(readable_steps(), ids=ids)
    statistics.invalid = invalid
    statistics.problems = len(problems)
    return Report(problems=tuple(problems), statistics=statistics, records=number)


def _with_counts(report: Report, counts: FileCounts, files: int) -> Report:
    """Return a new report with the counts of its file. Its statistics are changed in place."""
    statistics = report.statistics
    statistics.files = 0 if counts.is_skipped else files
    statistics.deltas = counts.deltas
    statistics.other_documents = counts.other_documents
    statistics.empty_pages = counts.empty_pages
    statistics.skipped_files = int(counts.is_skipped)
    statistics.unreadable = int(counts.is_unreadable)
    return Report(problems=report.problems, statistics=statistics, lines=counts.lines, records=report.records)
