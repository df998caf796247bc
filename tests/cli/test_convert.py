# SPDX-License-Identifier: MIT
"""Tests of the command `convert`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from runstep import RunStep, RunStepPage
from runstep.archive import read_records

from .conftest import ARCHIVES, Run, start


def test_convert_to_lines_is_exact(run: Run) -> None:
    code, output, errors = run("convert", "page.json", "--to", "jsonl")
    assert (code, errors) == (0, "")
    assert [json.loads(line) for line in output.splitlines()] == json.loads(Path("page.json").read_text())["data"]


def test_convert_to_a_page(run: Run, tmp_path: Path, good: Path) -> None:
    path = tmp_path / "page.json"
    assert run("convert", good, "--to", "page", "-o", path) == (0, "", "")
    page = RunStepPage.from_json(path.read_bytes(), strict=True)
    assert [step.id for step in page] == ["step_a", "step_b"]
    assert (page.first_id, page.last_id, page.has_more) == ("step_a", "step_b", False)


def test_convert_writes_what_can_be_read_and_says_what_cannot(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("runstep.streaming")
    path = tmp_path / "steps.jsonl"
    code, output, errors = run("convert", "log.jsonl", "stream.sse", "--to", "jsonl", "-o", path)
    assert (code, output) == (1, "")
    assert len(errors.splitlines()) == 4 + 7
    assert [RunStep.from_json(line).id for line in path.read_text().splitlines()] == [
        "step_w1",
        "step_w2",
        "step_s1",
        "step_w2",
        "step_c1",
        "step_w1",
        "step_w3",
    ]


def test_convert_without_any_step_writes_nothing(run: Run, tmp_path: Path) -> None:
    empty, path = tmp_path / "empty.json", tmp_path / "out"
    empty.write_text("[]")
    assert run("convert", empty, "--to", "page", "-o", path) == (1, "", "runstep: error: no run steps found\n")
    assert not path.exists()


def test_convert_that_fails_leaves_no_half_file(run: Run, good: Path) -> None:
    path = good.parent / "out" / "steps.jsonl"
    path.parent.mkdir()
    path.write_text("as it was")
    assert run("convert", good, "missing", "--to", "jsonl", "-o", path) == (
        2,
        "",
        "runstep: error: cannot open 'missing': No such file or directory\n",
    )
    assert path.read_text() == "as it was"
    assert list(path.parent.iterdir()) == [path]
    nowhere = good.parent / "nowhere" / "x"
    assert run("convert", good, "--to", "jsonl", "-o", nowhere) == (
        2,
        "",
        f"runstep: error: cannot open '{nowhere}': No such file or directory\n",
    )


def test_convert_refuses_to_write_to_its_input(run: Run, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link, hard = good.parent / "link", good.parent / "hard"
    link.symlink_to(good)
    hard.hardlink_to(good)
    before = good.read_text()
    for output in (good, link, hard):
        for source in (good, good.parent):
            code, _, errors = run("convert", source, "missing", "--to", "page", "-o", output)
            assert (code, errors) == (2, f"runstep: error: the output file is also an input: '{good}'\n")
    with good.open("a") as target:
        monkeypatch.setattr(sys, "stdout", target)
        assert run("convert", good, "--to", "page")[0] == 2
        monkeypatch.undo()

        def status(_: int) -> os.stat_result:
            return good.stat()

        monkeypatch.setattr(os, "fstat", status)
        assert run("convert", "-", "--to", "page", "-o", good)[0] == 2
    assert good.read_text() == before


def test_convert_reads_and_writes_one_device() -> None:
    with Path(os.devnull).open("r+b") as null:
        process = start("convert", "-", "--to", "page", stdin=null, stdout=null)
        _, errors = process.communicate()
    assert (process.returncode, errors) == (
        1,
        "<stdin>:1: no run steps found\nrunstep: error: no run steps found\n",
    )


def test_convert_keeps_a_link_and_the_rights_of_what_it_replaces(run: Run, good: Path) -> None:
    path, link = good.parent / "out", good.parent / "out_link"
    path.write_text("")
    path.chmod(0o640)
    link.symlink_to(path)
    assert run("convert", good, "--to", "jsonl", "-o", link)[0] == 0
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert len(path.read_text().splitlines()) == 2


def test_convert_writes_to_what_is_no_file(run: Run, good: Path) -> None:
    assert run("convert", good, "--to", "jsonl", "-o", "/dev/null") == (0, "", "")
    assert not Path("/dev/null").is_file()
    code, _, errors = run("convert", good, "--to", "jsonl", "-o", good.parent)
    assert (code, errors) == (2, f"runstep: error: cannot open '{good.parent}': Is a directory\n")


def test_what_is_converted_twice_is_the_same(run: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    run("convert", "log.jsonl", "--to", "page", "-o", first)
    assert run("convert", first, "--to", "page", "-o", second) == (0, "", "")
    assert first.read_bytes() == second.read_bytes()


def test_archives_are_read_the_same_by_the_library_and_by_the_command(run: Run) -> None:
    _, output, _ = run("convert", ".", "--to", "jsonl")
    steps = []
    for record in read_records(ARCHIVES):
        if record.error is None:
            try:
                steps.append(record.step())
            except ValueError:
                continue
    assert [RunStep.from_json(line) for line in output.splitlines()] == steps
