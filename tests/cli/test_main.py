# SPDX-License-Identifier: MIT
"""Tests of command-line arguments, exit codes and output streams."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runstep import __version__
from runstep.archive import Record
from runstep.cli import _progress, main
from runstep.cli import check as check_command

from ..conftest import posix
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


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 130, ""),
        (MemoryError(), 2, "runstep: error: out of memory\n"),
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


@pytest.mark.parametrize("command", [["check"], ["show"], ["convert", "--to", "page"]])
def test_closed_output_streams_are_ignored(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert main([*command, str(ARCHIVES / "page.json"), str(ARCHIVES / "log.jsonl")]) == 1
    sys.stdout.close()
    sys.stderr.close()


def test_closed_standard_input_is_an_error(monkeypatch: pytest.MonkeyPatch, run: CliRunner) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert run("check", "-") == (2, "", "runstep: error: cannot read '-': standard input is closed\n")


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
