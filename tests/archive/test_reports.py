# SPDX-License-Identifier: MIT
"""Tests of reports of lines, ranges and files, which add up to the report of the whole."""

from __future__ import annotations

import io
import json
import operator
import pickle
from collections.abc import Callable
from functools import reduce
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstep import RunStep, ValidationError
from runstep.archive import (
    FileRange,
    LocatedProblem,
    Report,
    Statistics,
    add_up,
    check_lines,
    check_range,
    join,
    read_lines,
    read_records,
    reports,
    split,
    summary,
)
from runstep.archive._folders import OpenFile, open_paths
from runstep.archive.reports import check_file

from ..conftest import DATA, posix

ARCHIVES = DATA / "archives"
LOG = (ARCHIVES / "log.jsonl").read_bytes()
StepFactory = Callable[..., dict[str, Any]]


def check_whole(path: Path, *, strict: bool = False) -> Report:
    """Return the report of a path in one process, without its number of lines."""
    return add_up(report for opened in open_paths([str(path)]) for report in check_file(opened, strict=strict))


def check_ranges(path: Path, size: int, *, strict: bool = False) -> Report:
    return add_up(join((part, check_range(part, strict=strict)) for part in split(path, size=size)))


# Lines.

LINES = [
    *LOG.split(b"\n"),
    *(line[:60] for line in LOG.split(b"\n")),
    *(b"", b"\r", b" ", b"[]", b"{}", b"\xff", b"\xef\xbb\xbf{}", b'{"object": "thread.run.step.delta"}'),
]


@given(lines=st.lists(st.sampled_from(LINES), max_size=12), data=st.data())
def test_lines_cut_anywhere_and_checked_apart_give_the_report_of_all(lines: list[bytes], data: st.DataObject) -> None:
    strict, ids = data.draw(st.booleans()), data.draw(st.booleans())
    whole = check_lines(lines, strict=strict, ids=ids)
    cuts = data.draw(st.lists(st.integers(0, len(lines)), max_size=4))
    bounds = list(pairwise(sorted([0, *cuts, len(lines)])))
    numbered = [check_lines(lines[start:end], first=start + 1, strict=strict, ids=ids) for start, end in bounds]
    assert add_up(numbered) == whole
    unnumbered = [check_lines(lines[start:end], strict=strict, ids=ids) for start, end in bounds]
    assert add_up(part.moved(start) for part, (start, _) in zip(unnumbered, bounds, strict=True)) == whole
    last = len(unnumbered) - 1
    ranges = [
        FileRange("<lines>", index, 1, is_first=index == 0, is_last=index == last, is_whole=False)
        for index in range(len(unnumbered))
    ]
    file = Report(statistics=Statistics(files=1))
    if not whole.records and not whole.statistics.deltas and not whole.statistics.empty_pages:
        problem = LocatedProblem("<lines>", 1, "", "", "error", "no run steps found")
        file += Report(problems=(problem,), records=1, statistics=Statistics(problems=1))
    assert add_up(join(zip(ranges, unnumbered, strict=True))) == file + whole


@given(lines=st.lists(st.sampled_from(LINES), max_size=9), end=st.sampled_from([b"", b"\n", b"\r\n"]))
def test_the_ends_of_lines_are_optional(lines: list[bytes], end: bytes) -> None:
    plain = check_lines(line.rstrip(b"\r") for line in lines)
    assert check_lines(line.rstrip(b"\r") + end for line in lines) == plain
    assert check_lines(bytearray(line.rstrip(b"\r") + end) for line in lines) == plain


def test_lines_may_be_text() -> None:
    report = check_lines(LOG.decode().splitlines(), file="log", first=11)
    assert report == check_lines(LOG.splitlines(), file="log", first=11)
    assert [(problem.file, problem.line, problem.message) for problem in report.problems] == [
        ("log", 16, "expected a number, got a string"),
        ("log", 16, "expected a string, but the key is missing"),
        ("log", 17, "invalid JSON (column 198)"),
        ("log", 18, "expected a run step, got an API error response"),
    ]
    assert (report.lines, report.records, report.statistics.steps, report.statistics.files) == (10, 8, 5, 0)
    assert check_lines(['{"id": "\ud800"}', "\ud800"]).problems == (
        LocatedProblem("<lines>", 2, "", "", "error", "invalid JSON (column 1)"),
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("{}", "expected an iterable of lines, got str"),
        (b"{}", "expected an iterable of lines, got bytes"),
        ([b"{}", None], "expected lines of bytes or str, got NoneType"),
    ],
)
def test_anything_but_lines_is_a_type_error(lines: Any, message: str) -> None:
    for function in (check_lines, read_lines):
        with pytest.raises(TypeError, match=f"^{message}$"):
            tuple(cast("Any", function(lines)))


def test_read_lines_yields_the_records_of_lines() -> None:
    records = list(read_lines(LOG.decode().splitlines(), file="log", first=11))
    expected = list(read_records(ARCHIVES / "log.jsonl"))
    assert [(record.line, record.raw) for record in records] == [
        (record.line and record.line + 10, record.raw) for record in expected
    ]
    assert {record.file for record in records} == {"log"}
    assert list(read_lines([])) == []


def test_without_ids_no_duplicates_are_counted() -> None:
    with_ids, without = check_lines(LOG.splitlines()).statistics, check_lines(LOG.splitlines(), ids=False).statistics
    assert (with_ids.count_duplicates(), without.count_duplicates()) == (1, 0)
    assert (len(with_ids.ids), len(without.ids)) == (5, 0)
    with_ids.ids = without.ids
    assert with_ids == without


# Ranges.


@given(data=st.data())
def test_ranges_of_any_size_give_the_report_of_the_whole_file(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(LINES), max_size=12))
    path = tmp_path_factory.mktemp("ranges") / "x.jsonl"
    path.write_bytes(data.draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + b"\n".join(chosen))
    size, strict = data.draw(st.integers(1, 2000)), data.draw(st.booleans())
    assert check_ranges(path, size, strict=strict) == check_whole(path, strict=strict)


@posix
def test_a_folder_in_ranges_gives_the_report_of_the_whole_folder(tmp_path: Path) -> None:
    for file in ARCHIVES.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "README").write_text("no")
    (tmp_path / "gone").symlink_to("nowhere")
    report = check_ranges(tmp_path, 100)
    assert report.errors == (f"cannot read '{tmp_path / 'gone'}': No such file or directory",)
    assert report.statistics.unreadable == 1
    assert report == check_whole(tmp_path)


def test_split_yields_the_ranges_of_lines_and_whole_files(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\xef\xbb\xbf{}\n{}\n{}\n")
    assert list(split(path, size=5)) == [
        FileRange(str(path), 3, 5, is_last=False, is_whole=False),
        FileRange(str(path), 8, 4, is_first=False, is_whole=False),
    ]
    assert list(split(str(path))) == [FileRange(str(path), 0, 12)]
    (tmp_path / "y.json").write_text("[\n1]", encoding="utf-8")
    assert [part._replace(file="") for part in split(tmp_path, size=2)] == [
        *(FileRange("", 3 + 2 * n, min(2, 9 - 2 * n), n == 0, n == 4, False, False) for n in range(5)),
        FileRange("", 0, 4, is_explicit=False),
    ]


@pytest.mark.parametrize("size", [0, -1])
def test_a_range_has_at_least_one_byte(size: int) -> None:
    with pytest.raises(ValueError, match=f"^expected a positive size, got {size}$"):
        split("x", size=size)


def test_standard_input_cannot_be_split() -> None:
    with pytest.raises(ValueError, match=r"^standard input cannot be split$"):
        split("-")


def test_a_range_of_a_stored_file_can_be_split() -> None:
    parts = list(FileRange("bucket/log", 10, 7, is_first=False, is_whole=False).split(3))
    assert parts == [
        FileRange("bucket/log", 10, 3, is_first=False, is_last=False, is_whole=False),
        FileRange("bucket/log", 13, 3, is_first=False, is_last=False, is_whole=False),
        FileRange("bucket/log", 16, 1, is_first=False, is_last=True, is_whole=False),
    ]


def test_a_file_without_steps_is_reported_once_for_all_ranges(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("{}\n" * 9, encoding="utf-8", newline="\n")
    assert check_ranges(path, 5).problems == ((str(path), 1, "", "", "error", "no run steps found"),)


def test_a_line_longer_than_many_ranges_is_one_line(tmp_path: Path, step: StepFactory) -> None:
    path = tmp_path / "x.jsonl"
    lines = [json.dumps(step(noise="x" * 100_000)), "oops", json.dumps(step())]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="\n")
    report = check_ranges(path, 1000)
    assert report.problems == ((str(path), 2, "", "", "error", "invalid JSON (column 1)"),)
    assert report == check_whole(path)


FIRST, MIDDLE, LAST = (
    FileRange("x", start, 9, is_first=start == 0, is_last=start == 18, is_whole=False) for start in (0, 9, 18)
)


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ([MIDDLE, LAST], "expected the ranges of a file in order, got 'x' from byte 9"),
        ([FIRST, LAST], "expected the ranges of a file in order, got 'x' from byte 18"),
        ([FIRST, MIDDLE._replace(start=8), LAST], "expected the ranges of a file in order, got 'x' from byte 8"),
        ([FIRST, LAST, MIDDLE], "expected the ranges of a file in order, got 'x' from byte 18"),
        ([FIRST._replace(size=0), FIRST], "expected the ranges of a file in order, got 'x' from byte 0"),
        ([FIRST, MIDDLE, MIDDLE], "expected the ranges of a file in order, got 'x' from byte 9"),
        ([FIRST, FIRST._replace(file="y")], "expected the ranges of a file in order, got 'y' from byte 0"),
        ([FIRST, LAST._replace(file="y")], "expected the ranges of a file in order, got 'y' from byte 18"),
        ([FIRST, MIDDLE], "expected the last range of 'x', got only those up to byte 9"),
    ],
    ids=[
        *("without the first", "without the middle", "overlapping", "not sorted", "twice, size unknown", "twice"),
        *("without the last", "of two files", "truncated"),
    ],
)
def test_ranges_that_are_missing_or_not_in_order_are_an_error(ranges: list[FileRange], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        list(join((part, Report()) for part in ranges))


def test_ranges_of_unknown_size_may_have_gaps() -> None:
    ranges = [part._replace(size=0) for part in (FIRST, LAST)]
    assert len(list(join((part, check_lines([b"x"])) for part in ranges))) == 3


def test_lines_after_a_range_that_could_not_be_opened_are_unknown() -> None:
    def fail(_: str) -> IO[bytes]:
        raise OSError(5, "Input/output error")

    damaged = check_lines([b"x"], file="x")
    unread = check_range(MIDDLE, open=fail)
    third = MIDDLE._replace(start=18)
    last = LAST._replace(start=27)
    total = add_up(join([(FIRST, damaged), (MIDDLE, unread), (third, unread), (last, damaged)]))
    assert [problem.line for problem in total.problems] == [1, None]
    assert total.errors == ("cannot read 'x': Input/output error",)
    assert (total.statistics.unreadable, total.statistics.files) == (1, 1)


def test_whole_files_need_no_order() -> None:
    part, report = FileRange("x", 0, 1), check_lines([b"x"], file="x", first=5)
    assert list(join([(part, report), (part, report)])) == [report, report]


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_file_removed_before_its_range_is_read_is_an_error(is_whole: bool, tmp_path: Path) -> None:
    part = FileRange(str(tmp_path / "gone"), 0, 9, is_whole=is_whole)
    report = check_range(part)
    assert report.problems == ()
    assert report.errors == (f"cannot read '{part.file}': No such file or directory",)
    assert report.statistics.unreadable == 1
    assert add_up(join([(part, report)])) == report


def test_a_large_file_that_cannot_be_opened_is_not_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Any:
        raise OSError(5, "Input/output error")

    path = tmp_path / "x.jsonl"
    path.write_text("{}\n" * 9, encoding="utf-8")
    monkeypatch.setattr(Path, "open", fail)
    (part,) = split(path, size=5)
    assert part.is_whole
    assert check_range(part, open=fail).errors == (f"cannot read '{path}': Input/output error",)


def test_files_can_be_opened_by_a_function() -> None:
    def open_stored(name: str) -> IO[bytes]:
        opened.append(io.BytesIO(stored[name]))
        return opened[-1]

    stored = {"bucket/log": LOG, "bucket/page": (ARCHIVES / "page.json").read_bytes()}
    opened: list[io.BytesIO] = []
    parts = [
        FileRange("bucket/log", 0, 2000, is_last=False, is_whole=False),
        FileRange("bucket/log", 2000, len(LOG) - 2000, is_first=False, is_whole=False),
        FileRange("bucket/page", 0, len(stored["bucket/page"])),
    ]
    report = add_up(join((part, check_range(part, open=open_stored)) for part in parts))
    expected = check_whole(ARCHIVES / "log.jsonl") + check_whole(ARCHIVES / "page.json")
    assert [problem[1:] for problem in report.problems] == [problem[1:] for problem in expected.problems]
    assert report.statistics == expected.statistics
    assert all(file.closed for file in opened)


def test_a_range_that_cannot_be_read_is_a_problem_and_an_unreadable_file() -> None:
    class FailingFile(io.BytesIO):
        def readline(self, *_: object) -> bytes:
            raise OSError(5, "Input/output error")

    def open_failing(_: str) -> IO[bytes]:
        return FailingFile()

    report = check_range(FileRange("x", 0, 9, is_whole=False), open=open_failing)
    assert report.problems == (("x", 1, "", "", "error", "cannot read file: Input/output error"),)
    assert report.statistics.unreadable == 1


@pytest.mark.parametrize("is_whole", [True, False])
def test_any_exception_of_a_file_is_damage(is_whole: bool) -> None:
    class FailingFile(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise EOFError

        read1 = readline = read

    def open_failing(_: str) -> IO[bytes]:
        return FailingFile()

    report = check_range(FileRange("x", 0, 9, is_whole=is_whole), open=open_failing)
    assert report.problems == (("x", 1, "", "", "error", "cannot read file: EOFError"),)
    assert report.statistics.unreadable == 0


# Reports.


def test_many_records_are_split_into_several_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = check_whole(ARCHIVES / "log.jsonl")
    monkeypatch.setattr(reports, "_RECORDS_PER_REPORT", 2)
    with (ARCHIVES / "log.jsonl").open("rb") as file:
        opened = OpenFile(str(ARCHIVES / "log.jsonl"), file)
        assert [report.records for report in check_file(opened, strict=False)] == [2, 2, 2, 2, 0]
    assert check_whole(ARCHIVES / "log.jsonl") == whole
    assert check_ranges(ARCHIVES / "log.jsonl", 1000) == whole
    assert check_ranges(ARCHIVES / "log.jsonl", 5000) == whole


@pytest.mark.parametrize("size", [None, 1000])
def test_duplicates_are_counted_by_exact_ids(size: int | None, tmp_path: Path, step: StepFactory) -> None:
    path = tmp_path / "x.jsonl"
    lines = [json.dumps(step(id=id_)) + "\n" for id_ in ("a", "a\0", "", "\0", "a\0")]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    report = check_whole(path) if size is None else check_ranges(path, size)
    assert report.statistics.count_duplicates() == 1


FILES = sorted(ARCHIVES.iterdir())


@given(parts=st.lists(st.sampled_from([check_whole(path) for path in FILES] + [check_lines([b"x", b"", b"{}"])])))
def test_reports_add_up_in_any_grouping(parts: list[Report]) -> None:
    total = add_up(parts)
    assert reduce(operator.add, parts, Report()) == total
    assert reduce(lambda sum_, part: part + sum_, reversed(parts), Report()) == total
    assert Report() + total == total == total + Report()
    middle = len(parts) // 2
    assert add_up(parts[:middle]) + add_up(parts[middle:]) == total


def test_adding_does_not_change_the_parts() -> None:
    first, second = check_whole(FILES[0]), check_whole(FILES[1])
    before = pickle.dumps((first, second))
    assert (first + second).lines == first.lines + second.lines
    assert pickle.dumps((first, second)) == before
    with pytest.raises(TypeError):
        first + 1  # type: ignore[operator]
    with pytest.raises(TypeError):
        first.statistics + 1  # type: ignore[operator]
    with pytest.raises(TypeError):
        first.statistics += 1  # type: ignore[arg-type, misc]


def test_moving_a_report_changes_only_the_numbers_of_lines() -> None:
    problem = LocatedProblem("x", 3, "a[0]", "a[]", "error", "no")
    report = Report(problems=(problem, problem._replace(line=None)), lines=7)
    assert report.moved(None) == Report(problems=(problem._replace(line=None),) * 2, lines=7)
    assert report.moved(10) == Report(problems=(problem._replace(line=13), problem._replace(line=None)), lines=7)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_reports_survive_json_and_pickle(path: Path) -> None:
    report = check_whole(path, strict=True)
    assert Report.from_dict(json.loads(json.dumps(report.to_dict()))) == report
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(report, protocol)) == report  # noqa: S301  (own data)


def test_reports_with_errors_survive_json() -> None:
    report = Report(errors=("cannot read 'x'",), statistics=Statistics(unreadable=1))
    assert Report.from_dict(report.to_dict() | {"new": 1}) == report


def without(data: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != key}


STATISTICS = Statistics().to_dict()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "expected an object, got an array"),
        (without(Report().to_dict(), "lines"), "lines: expected an integer, but the key is missing"),
        ({**Report().to_dict(), "records": 1.0}, "records: expected an integer, got a number"),
        ({**Report().to_dict(), "errors": [1]}, "errors[0]: expected a string, got an integer"),
        (
            {**Report().to_dict(), "problems": [{**LocatedProblem("", 1, "", "", "", "")._asdict(), "line": "x"}]},
            "problems[0].line: expected an integer, got a string",
        ),
        (
            {**Report().to_dict(), "statistics": without(STATISTICS, "latest")},
            "statistics.latest: expected an integer or null, but the key is missing",
        ),
        (
            {**Report().to_dict(), "statistics": {**STATISTICS, "types": {"a": None}}},
            "statistics.types.a: expected an integer, got null",
        ),
        (
            {**Report().to_dict(), "statistics": {**STATISTICS, "tools": []}},
            "statistics.tools: expected an object, got an array",
        ),
        (
            {**Report().to_dict(), "statistics": {**STATISTICS, "ids": "0123"}},
            "statistics.ids: expected hexadecimal hashes of 8 bytes, got a string",
        ),
    ],
)
def test_invalid_reports_are_rejected(data: Any, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Report.from_dict(data)
    assert str(caught.value) == message


def test_the_summary_of_lines_names_no_files(step: StepFactory) -> None:
    report = check_lines([json.dumps(step()), "x"])
    text = summary(report.statistics)
    assert text.splitlines()[0] == "1 run step"
    assert text.splitlines()[-1] == "1 problem"
    assert RunStep.from_dict(step()).type in text
