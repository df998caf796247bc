# SPDX-License-Identifier: MIT
"""Tests of reports of whole files, and of merged reports of ranges."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstep.archive import ranges, reports
from runstep.archive._folders import FoundFile, OpenFile, find_files, open_found, open_paths
from runstep.archive.problems import LocatedProblem
from runstep.archive.ranges import FileRange, batches
from runstep.archive.reports import RangeMerger, Report, check_batch, check_file, join_reports
from runstep.archive.statistics import Statistics

from ..conftest import DATA, posix

ARCHIVES = DATA / "archives"
StepFactory = Callable[..., dict[str, Any]]


def add_up(parts: list[Report]) -> tuple[list[LocatedProblem], dict[str, Any]]:
    """Return all problems, and the total statistics, with errors, and the number of duplicates instead of the ids."""
    problems: list[LocatedProblem] = []
    statistics = Statistics()
    for part in parts:
        problems += part.problems
        statistics.add(part.statistics)
    values = {field.name: getattr(statistics, field.name) for field in fields(Statistics)}
    del values["ids"]
    errors = [part.error for part in parts if part.error is not None]
    return problems, values | {"duplicates": statistics.count_duplicates(), "errors": errors}


def check_whole(path: Path, *, strict: bool = False) -> tuple[list[LocatedProblem], dict[str, Any]]:
    return add_up([report for opened in open_paths([str(path)]) for report in check_file(opened, strict=strict)])


def check_ranges(path: Path, size: int, *, strict: bool = False) -> tuple[list[LocatedProblem], dict[str, Any]]:
    merger = RangeMerger()
    merged: list[Report] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranges, "_RANGE_SIZE", size)
        for batch in batches(find_files([str(path)])):
            if isinstance(batch, FoundFile):
                with open_found(batch) as opened:
                    merged += check_file(opened, strict=strict)
            else:
                merged += merger.merge(batch, join_reports(check_batch(batch, strict=strict)))
    return add_up(merged)


@given(data=st.data())
def test_ranges_of_any_size_give_the_report_of_the_whole_file(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = (ARCHIVES / "log.jsonl").read_bytes().split(b"\n")
    short = [line[:60] for line in lines] + [b"", b"\r", b"[]", b"{}", b'{"object": "thread.run.step.delta"}']
    chosen = data.draw(st.lists(st.sampled_from(lines + short), max_size=12))
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
    os.mkfifo(tmp_path / "pipe")
    problems, statistics = check_ranges(tmp_path, 100)
    assert statistics["errors"] == [f"cannot read '{tmp_path / 'gone'}': No such file or directory"]
    assert statistics["unreadable"] == 1
    assert (problems, statistics) == check_whole(tmp_path)


def test_a_file_without_steps_is_reported_once_for_all_ranges(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("{}\n" * 9, encoding="utf-8", newline="\n")
    problems, _ = check_ranges(path, 5)
    assert problems == [(str(path), 1, "", "", "error", "no run steps found")]


def test_a_line_longer_than_many_ranges_is_one_line(tmp_path: Path, step: StepFactory) -> None:
    path = tmp_path / "x.jsonl"
    lines = [json.dumps(step(noise="x" * 100_000)), "oops", json.dumps(step())]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="\n")
    problems, statistics = check_ranges(path, 1000)
    assert problems == [(str(path), 2, "", "", "error", "invalid JSON (column 1)")]
    assert (problems, statistics) == check_whole(path)


def test_many_records_are_split_into_several_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = check_whole(ARCHIVES / "log.jsonl")
    monkeypatch.setattr(reports, "_RECORDS_PER_REPORT", 2)
    with (ARCHIVES / "log.jsonl").open("rb") as file:
        opened = OpenFile(str(ARCHIVES / "log.jsonl"), file)
        assert [report.records for report in check_file(opened, strict=False)] == [2, 2, 2, 2, 0]
    assert check_whole(ARCHIVES / "log.jsonl") == whole


@pytest.mark.parametrize("size", [None, 1000])
def test_duplicates_are_counted_by_exact_ids(size: int | None, tmp_path: Path, step: StepFactory) -> None:
    path = tmp_path / "x.jsonl"
    lines = [json.dumps(step(id=id_)) + "\n" for id_ in ("a", "a\0", "", "\0", "a\0")]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    _, statistics = check_whole(path) if size is None else check_ranges(path, size)
    assert statistics["duplicates"] == 1


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_file_removed_before_its_range_is_read_is_an_error(is_whole: bool, tmp_path: Path) -> None:
    path = str(tmp_path / "gone")
    (report,) = check_batch([FileRange(path, 0, 9, is_whole=is_whole)], strict=False)
    assert (report.error, report.problems) == (f"cannot read '{path}': No such file or directory", [])
    assert report.statistics.unreadable == 1


def test_a_large_file_that_cannot_be_opened_is_not_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    path = tmp_path / "x.jsonl"
    path.write_text("{}\n" * 9, encoding="utf-8")
    monkeypatch.setattr(ranges, "_RANGE_SIZE", 5)
    monkeypatch.setattr(Path, "open", fail)
    (batch,) = batches(find_files([str(path)]))
    assert isinstance(batch, list)
    (report,) = check_batch(batch, strict=False)
    assert report.error == f"cannot read '{path}': Input/output error"


def test_a_range_that_cannot_be_read_is_a_problem_and_an_unreadable_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FailingFile(io.BytesIO):
        def readline(self, *_: object) -> bytes:
            raise OSError(5, "Input/output error")

    def open_failing(*_: object, **__: object) -> FailingFile:
        return FailingFile()

    path = str(tmp_path / "x.jsonl")
    monkeypatch.setattr(Path, "open", open_failing)
    (report,) = check_batch([FileRange(path, 0, 9, is_whole=False)], strict=False)
    assert report.problems == [(path, 1, "", "", "error", "cannot read file: Input/output error")]
    assert report.statistics.unreadable == 1


# Batches.


def batch_names(folder: Path) -> list[list[str]]:
    return [
        [Path(part.file).name for part in batch]
        for batch in batches(find_files([str(folder)]))
        if isinstance(batch, list)
    ]


def test_small_files_are_batched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        (tmp_path / str(number)).write_text("[]", encoding="utf-8")
    assert batch_names(tmp_path) == [["0", "1", "2", "3", "4"]]
    monkeypatch.setattr(ranges, "_RANGE_SIZE", ranges._FILE_COST + 3)
    assert batch_names(tmp_path) == [["0", "1"], ["2", "3"], ["4"]]
    monkeypatch.setattr(ranges, "_RANGE_SIZE", 2)
    assert batch_names(tmp_path) == [["0"], ["1"], ["2"], ["3"], ["4"]]


def test_a_range_is_a_batch_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("1", "[]"), ("2", "{}\n{}\n"), ("3", "[]")):
        (tmp_path / name).write_text(text, encoding="utf-8", newline="\n")
    monkeypatch.setattr(ranges, "_RANGE_SIZE", 4)
    assert batch_names(tmp_path) == [["1"], ["2"], ["2"], ["3"]]


def test_the_reports_of_a_batch_are_joined(tmp_path: Path) -> None:
    for name in ("1", "2"):
        (tmp_path / name).write_text("{", encoding="utf-8")
    batch = [FileRange(str(tmp_path / name), 0, 1) for name in ("1", "2", "gone", "1")]
    joined = join_reports(check_batch(batch, strict=False))
    assert [(report.error is None, len(report.problems)) for report in joined] == [(True, 2), (False, 0), (True, 1)]
