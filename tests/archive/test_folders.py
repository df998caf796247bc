# SPDX-License-Identifier: MIT
"""Tests of folders, files, file objects and standard input."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runstep.archive import _input, read_records
from runstep.archive._folders import open_files
from runstep.archive._reader import FileReader

from ..conftest import posix
from .conftest import outcome, outcomes


@posix
def test_a_folder_is_read_recursively_and_sorted_by_name(tmp_path: Path, line: Callable[[str], str]) -> None:
    for name in ("b/2.json", "b/10.json", "a.jsonl", "c", "b/z/deep.txt", ".hidden/x.json", ".y.json"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(line(name))
    (tmp_path / "README.md").write_text("# No run steps\n")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "empty.json").write_text(" ")
    (tmp_path / "broken.json").write_text("oops")
    (tmp_path / "broken.json.gz").write_bytes(b"oops")
    (tmp_path / "gone.json").symlink_to("nowhere")
    (tmp_path / "link.json").symlink_to("c")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "m.json").symlink_to("m.json")
    (tmp_path / "n.json").symlink_to("n" * 999)
    os.mkfifo(tmp_path / "pipe")
    records = [(record.file, record.line, outcome(record)) for record in read_records(tmp_path)]
    unknown_format = "unknown format (expected JSON, JSON Lines or an event stream)"
    assert records == [
        (str(tmp_path / "a.jsonl"), 1, "a.jsonl"),
        (str(tmp_path / "b/10.json"), 1, "b/10.json"),
        (str(tmp_path / "b/2.json"), 1, "b/2.json"),
        (str(tmp_path / "b/z/deep.txt"), 1, "b/z/deep.txt"),
        (str(tmp_path / "broken.json"), 1, unknown_format),
        (str(tmp_path / "broken.json.gz"), 1, unknown_format),
        (str(tmp_path / "c"), 1, "c"),
        (str(tmp_path / "empty.json"), 1, "no run steps found"),
        (str(tmp_path / "gone.json"), None, "cannot read file: No such file or directory"),
        (str(tmp_path / "link.json"), 1, "c"),
        (str(tmp_path / "m.json"), None, "cannot read file: Too many levels of symbolic links"),
        (str(tmp_path / "n.json"), None, "cannot read file: File name too long"),
    ]


def test_a_file_without_line_ends_is_skipped_without_reading_all_of_it(tmp_path: Path) -> None:
    with (tmp_path / "disk.img").open("wb") as file:
        file.truncate(1 << 30)
    sizes: list[int] = []
    for opened in open_files(tmp_path):
        reader = FileReader(opened.name)
        assert list(reader.records(opened, sizes.append)) == []
        assert reader.counts.is_skipped
    assert sum(sizes) <= 1 << 18


def test_a_range_reads_only_its_own_part_of_an_earlier_line() -> None:
    class CountingFile(io.BytesIO):
        count = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            line = super().readline(size)
            self.count += len(line)
            return line

    file = CountingFile(b"x" * 1_000_000 + b"\ny\n")
    assert list(_input.lines_in_range(file, 100_000, 100_000, is_first=False)) == []
    assert file.count < 200_000
    assert list(_input.lines_in_range(file, 950_000, 100_000, is_first=False)) == [b"y\n"]
    assert list(_input.lines_in_range(io.BytesIO(), 950_000, 100_000, is_first=False)) == []


def test_an_unreadable_folder_does_not_stop_the_iteration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: Callable[[str], str]
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b.json").write_text(line("step_b"))
    original = os.scandir

    def scandir(path: str) -> Any:
        if path.endswith("a"):
            raise PermissionError(13, "Permission denied", path)
        return original(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert outcomes(tmp_path) == [(None, "", "cannot read file: Permission denied"), (1, "", "step_b")]
    with pytest.raises(PermissionError):
        outcomes(tmp_path / "a")


def test_a_read_error_is_reported(line: Callable[[str], str]) -> None:
    class FailingFile(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            data = super().read1(size)
            if not data:
                raise OSError(5, "Input/output error")
            return data

    assert outcomes(FailingFile((line("step_a") + "\n").encode())) == [
        (1, "", "step_a"),
        (2, "", "cannot read file: Input/output error"),
    ]


def test_a_source_that_cannot_be_opened_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        next(read_records(tmp_path / "missing"))
    with pytest.raises(TypeError, match="expected a binary file, got a text file"):
        next(read_records(io.StringIO("{}")))  # type: ignore[arg-type]


def test_closed_standard_input_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(OSError, match="standard input is closed"):
        next(read_records("-"))


def test_records_have_the_name_of_their_file(
    tmp_path: Path, line: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    path.write_text(line("step_a"))
    with path.open("rb") as file:
        assert [record.file for record in read_records(file)] == [str(path)]
    assert [record.file for record in read_records(io.BytesIO(b"{}"))] == ["<file>"]
    with path.open("rb", buffering=0) as raw:
        assert [record.file for record in read_records(raw)] == [str(path)]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line("step_in").encode())))
    assert [(record.file, outcome(record)) for record in read_records("-")] == [("<stdin>", "step_in")]
