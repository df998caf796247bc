# SPDX-License-Identifier: MIT
"""Tests of command-line arguments, exit codes and output streams."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest

from runstep import __version__, cli
from runstep.archive import Record
from runstep.cli import _progress, main
from runstep.cli import check as check_command

from ..conftest import PACKAGE, posix
from .conftest import ARCHIVES, CliRunner, StepFactory, Terminal


@pytest.mark.parametrize(
    ("arguments", "usage"),
    [
        (["no"], "usage: runstep [-h]"),
        (["--no"], "usage: runstep [-h]"),
        (["check"], "usage: runstep check"),
        (["check", "--no", "x"], "usage: runstep check"),
        (["check", "--jobs", "0", "x"], "usage: runstep check"),
        (["show", "x", "--color", "no"], "usage: runstep show"),
        (["show", "x", "--quiet"], "usage: runstep show"),
        (["convert", "x"], "usage: runstep convert"),
    ],
)
def test_invalid_arguments_exit_with_2_and_print_the_usage_of_the_command(
    arguments: list[str], usage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exc_info:
        main(arguments)
    assert exc_info.value.code == 2
    assert capsys.readouterr().err.startswith(usage)


def test_without_arguments_the_help_is_printed(run: CliRunner, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run()
    with pytest.raises(SystemExit):
        main(["--help"])
    assert shown == (0, capsys.readouterr().out, "")


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exc_info:
        main(["--version"])
    assert exc_info.value.code == 0
    assert capsys.readouterr().out == f"runstep {__version__}\n"


def test_the_help_lists_the_exit_codes(run: CliRunner) -> None:
    assert re.findall(r"^  (\d+)  ", run()[1], re.MULTILINE) == ["0", "1", "2", "130", "141"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--jobs", "0", "x"], "argument --jobs: expected a positive integer, got '0'"),
        (["--jobs", "x", "x"], "argument --jobs: expected a positive integer, got 'x'"),
        (["--jobs", "9" * 5000, "x"], f"argument --jobs: expected a positive integer, got '{'9' * 5000}'"),
    ],
)
def test_invalid_numbers_of_jobs_are_reported(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["check", *arguments])
    assert capsys.readouterr().err.splitlines()[-1] == f"runstep check: error: {message}"


def test_control_characters_in_arguments_are_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "x", "--\x1b[31m\u202e\n"])
    assert capsys.readouterr().err.splitlines()[-1] == (
        r"runstep check: error: unrecognized arguments: --\x1b[31m\u202e\n"
    )


@pytest.mark.parametrize("command", ["", "check", "show", "convert"])
def test_help_has_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exc_info:
        main([*command.split(), "--help"])
    assert exc_info.value.code == 0
    assert f"examples:\n  runstep {command}" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["", "check", "show", "convert"])
def test_help_only_names_the_program_as_it_was_started(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["app.pyz"])
    with pytest.raises(SystemExit):
        main([*command.split(), "--help"])
    output = capsys.readouterr().out
    assert f"examples:\n  app.pyz {command}" in output
    assert "runstep" not in output


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 130, ""),
        (MemoryError(), 2, "runstep: error: cannot read 'page.json': out of memory\n"),
        (OSError(28, "No space left on device"), 2, "runstep: error: No space left on device\n"),
    ],
)
def test_failures_set_the_exit_code(
    error: BaseException, code: int, message: str, run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Iterator[str]:
        raise error

    monkeypatch.setattr(check_command, "summary", fail)
    assert run("check", "page.json") == (code, "", message)


def test_a_lack_of_memory_before_a_file_is_read_is_an_error(run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(cli, "parse_arguments", fail)
    assert run("check", "page.json") == (2, "", "runstep: error: out of memory\n")


@posix
def test_control_characters_in_names_and_data_are_escaped(run: CliRunner, tmp_path: Path, step: StepFactory) -> None:
    path = tmp_path / "a\x1b[31m\udc80\n.json"
    steps = [step(id=1, run_id=2, **{"k\x1b\ud800": {}}), step(status="\x9b\u202e\ud800")]
    path.write_text(json.dumps(steps), encoding="utf-8")
    for command in (["check", path], ["check", "--strict", path], ["check", "--format", "json", path], ["show", path]):
        _, output, errors = run(*command)
        assert (output + errors).replace("\n", "").isprintable()
        assert r"a\x1b[31m" in output + errors or r"a\u001b[31m" in output + errors


def test_unencodable_characters_are_escaped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "Łódź.json"
    path.write_bytes((ARCHIVES / "page.json").read_bytes() + b"oops")
    output, errors = io.BytesIO(), io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(output, "ascii"))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(errors, "ascii"))
    assert main(["show", str(path)]) == 1
    sys.stderr.flush()
    assert b"#####" in output.getvalue()
    assert b"\\u0141\\xf3d\\u017a.json" in errors.getvalue()


def test_a_closed_pipe_exits_with_141(monkeypatch: pytest.MonkeyPatch, run: CliRunner) -> None:
    def fail(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(check_command, "summary", fail)
    assert run("check", "page.json") == (141, "", "")


class FullFile(io.RawIOBase):
    """A file on a full disk."""

    def writable(self) -> bool:
        return True

    is_full = True

    def write(self, _: object) -> int:
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return 1

    def fileno(self) -> int:
        return 99


def test_what_cannot_be_written_is_discarded_before_the_exit(monkeypatch: pytest.MonkeyPatch, run: CliRunner) -> None:
    replaced: list[int] = []

    def dup2(_: int, target: int) -> None:
        replaced.append(target)

    monkeypatch.setattr(os, "dup2", dup2)
    file = FullFile()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BufferedWriter(file)))
    assert run("check", "page.json")[::2] == (2, f"runstep: error: {os.strerror(errno.ENOSPC)}\n")
    assert replaced == [99]
    file.is_full = False


def test_the_program_name_of_a_module_is_its_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", ModuleSpec(f"{PACKAGE}.__main__", None))
    monkeypatch.setattr(sys, "orig_argv", ["/usr/bin/python3", "-m", PACKAGE])
    assert main([]) == 0
    assert capsys.readouterr().out.startswith(f"usage: python3 -m {PACKAGE} [-h]")


@pytest.mark.parametrize("command", [["check"], ["show"], ["convert", "--to", "page"]])
def test_closed_output_streams_are_ignored(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert main([*command, str(ARCHIVES / "page.json"), str(ARCHIVES / "log.jsonl")]) == 1
    sys.stdout.close()
    sys.stderr.close()


@pytest.mark.parametrize("command", [["check"], ["show"], ["convert", "--to", "jsonl"]], ids=lambda command: command[0])
def test_a_path_that_cannot_be_examined_does_not_stop_a_command(
    command: list[str], run: CliRunner, tmp_path: Path
) -> None:
    too_long = tmp_path / ("a" * 300)
    expected = run(*command, "page.json")
    code, output, errors = run(*command, too_long, "page.json")
    assert (code, output) == (2, expected[1])
    assert errors == f"runstep: error: cannot read '{too_long}': {os.strerror(errno.ENAMETOOLONG)}\n{expected[2]}"


class HalfFile(io.RawIOBase):
    """A file whose second half cannot be read."""

    def __init__(self, data: bytes, error: int | None) -> None:
        self._pieces = [data, b""]
        self._error = error

    def readable(self) -> bool:
        return True

    def read(self, _: int = -1) -> Any:
        piece = self._pieces.pop(0)
        if not piece and self._error is not None:
            raise OSError(self._error, os.strerror(self._error))
        return piece or None


@pytest.mark.parametrize("command", [["check"], ["show"], ["convert", "--to", "jsonl"]], ids=lambda command: command[0])
@pytest.mark.parametrize("error", [errno.EIO, None], ids=["error", "no data in a pipe that does not block"])
def test_a_file_that_cannot_be_read_to_its_end_exits_with_2(
    command: list[str], error: int | None, run: CliRunner, monkeypatch: pytest.MonkeyPatch, valid_file: Path
) -> None:
    stdin = io.TextIOWrapper(io.BufferedReader(HalfFile(valid_file.read_bytes(), error)))
    monkeypatch.setattr(sys, "stdin", stdin)
    code, output, errors = run(*command, "-")
    message = f"<stdin>:3: cannot read file: {os.strerror(error or errno.EAGAIN)}\n"
    assert code == 2
    assert message in output + errors
    assert "2 steps" in output or "2 run steps" in output + errors


def test_closed_standard_input_is_an_error(monkeypatch: pytest.MonkeyPatch, run: CliRunner) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert run("check", "-") == (2, "", "runstep: error: cannot read '-': standard input is closed\n")


@pytest.mark.parametrize(
    "command", [["check"], ["show"], ["convert", "--to", "jsonl", "-o", os.devnull]], ids=lambda command: command[0]
)
def test_the_progress_line_is_cleared_before_a_problem(
    command: list[str], monkeypatch: pytest.MonkeyPatch, run: CliRunner, valid_file: Path
) -> None:
    monkeypatch.setattr(_progress, "_INITIAL_DELAY", 0)
    monkeypatch.setattr(_progress, "_INTERVAL", 0)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(sys, "stdout", terminal)
    assert run(*command, valid_file, "missing")[0] == 2
    assert "MB read\r\r         \rrunstep: error: cannot read 'missing'" in terminal.getvalue()


def test_an_interrupt_clears_the_progress_line(monkeypatch: pytest.MonkeyPatch, run: CliRunner) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_progress, "_INITIAL_DELAY", 0)
    monkeypatch.setattr(Record, "step", fail)
    for command in ("check", "show"):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        assert run(command, "log.jsonl")[0] == 130
        assert terminal.getvalue().endswith("\r         \r")
