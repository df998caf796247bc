# SPDX-License-Identifier: MIT
"""Tests of arguments, exit codes and output streams."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runstep.archive import Record
from runstep.cli import _progress, main
from runstep.cli import check as check_command

from .conftest import ARCHIVES, Maker, Run, Terminal


@pytest.mark.parametrize(
    "arguments", [[], ["check"], ["check", "--jobs", "0", "x"], ["check", "--jobs", "x", "x"], ["convert", "x"], ["no"]]
)
def test_wrong_arguments_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m runstep")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--jobs", "0", "x"], "argument --jobs: expected a positive integer, got '0'"),
        (["--jobs", "x", "x"], "argument --jobs: expected a positive integer, got 'x'"),
        (["--jobs", "9" * 5000, "x"], f"argument --jobs: expected a positive integer, got '{'9' * 5000}'"),
    ],
)
def test_what_is_wrong_with_an_argument_is_said(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["check", *arguments])
    assert capsys.readouterr().err.splitlines()[-1] == f"python -m runstep check: error: {said}"


def test_nothing_that_a_terminal_obeys_gets_through_from_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "x", "--\x1b[31m\u202e\n"])
    assert capsys.readouterr().err.splitlines()[-1] == (
        r"python -m runstep: error: unrecognized arguments: --\x1b[31m\u202e\n"
    )


@pytest.mark.parametrize("verb", ["", "check", "show", "convert"])
def test_help_has_examples(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*verb.split(), "--help"])
    assert ended.value.code == 0
    assert f"examples:\n  python -m runstep {verb}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("failure", "code", "said"),
    [
        (KeyboardInterrupt(), 130, ""),
        (MemoryError(), 2, "runstep: error: out of memory\n"),
        (OSError(28, "No space left on device"), 2, "runstep: error: No space left on device\n"),
    ],
)
def test_what_ends_it_early(
    failure: BaseException, code: int, said: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Iterator[str]:
        raise failure

    monkeypatch.setattr(check_command, "summary", fail)
    assert run("check", "page.json") == (code, "", said)


def test_nothing_that_a_terminal_obeys_gets_through(run: Run, tmp_path: Path, step: Maker) -> None:
    path = tmp_path / "a\x1b[31m\udc80\n.json"
    path.write_text(json.dumps([step(id=1, run_id=2, **{"k\x1b\ud800": {}}), step(status="\x9b\u202e\ud800")]))
    for verb in (["check", path], ["check", "--strict", path], ["check", "--format", "json", path], ["show", path]):
        _, output, errors = run(*verb)
        assert (output + errors).replace("\n", "").isprintable()
        assert r"a\x1b[31m" in output + errors or r"a\u001b[31m" in output + errors


def test_an_output_that_has_no_such_letters_gets_escapes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "Łódź.json"
    path.write_bytes((ARCHIVES / "page.json").read_bytes() + b"oops")
    output, errors = io.BytesIO(), io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(output, "ascii"))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(errors, "ascii"))
    assert main(["show", str(path)]) == 1
    sys.stderr.flush()
    assert b"#####" in output.getvalue()
    assert b"\\u0141\\xf3d\\u017a.json" in errors.getvalue()


def test_a_reader_that_has_gone(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    def fail(*_: object) -> None:
        raise BrokenPipeError

    ended: list[int] = []

    def replace(_: int, target: int) -> None:
        ended.append(target)

    monkeypatch.setattr(check_command, "summary", fail)
    monkeypatch.setattr(os, "dup2", replace)
    monkeypatch.setattr(sys.stdout, "fileno", lambda: 1)
    assert run("check", "page.json") == (141, "", "")
    assert ended == [1]


@pytest.mark.parametrize("verb", [["check"], ["show"], ["convert", "--to", "page"]])
def test_closed_outputs_take_nothing(verb: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert main([*verb, str(ARCHIVES / "page.json"), str(ARCHIVES / "log.jsonl")]) == 1
    sys.stdout.close()
    sys.stderr.close()


def test_a_closed_input_cannot_be_read(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert run("check", "-") == (2, "", "runstep: error: cannot read '-': standard input is closed\n")


def test_an_interrupt_leaves_no_progress_behind(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_progress, "_INITIAL_DELAY", 0)
    monkeypatch.setattr(Record, "step", fail)
    for verb in ("check", "show"):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        assert run(verb, "log.jsonl")[0] == 130
        assert terminal.getvalue().endswith("\r         \r")
