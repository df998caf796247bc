# SPDX-License-Identifier: MIT
"""Tests of `python -m runstep`: exit codes, signals and closed pipes."""

from __future__ import annotations

import os
import runpy
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runstep import cli

from ..conftest import PACKAGE, PACKAGE_FOLDER, ROOT, posix
from .conftest import ARCHIVES, start_process


def test_it_runs_from_a_source_checkout() -> None:
    with start_process("check", str(ARCHIVES / "page.json")) as process:
        output, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    assert output.startswith("2 run steps in 1 file\n")


@pytest.fixture(autouse=True)
def _restore_signals() -> Iterator[None]:
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_the_module_exits_with_the_code_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["runstep", "check", "--quiet", str(ARCHIVES / "page.json")])
    with pytest.raises(SystemExit) as exc_info:
        runpy.run_module(PACKAGE, run_name="__main__")
    assert exc_info.value.code == 0


def test_the_module_leaves_ignored_signals_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    handlers: list[Any] = []

    def interrupted_main() -> int:
        handlers.append(signal.getsignal(signal.SIGINT))
        raise KeyboardInterrupt

    run_as_module = runpy.run_module(f"{PACKAGE}.__main__")["run"]
    monkeypatch.setattr(cli, "main", interrupted_main)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert run_as_module() == 130
    signal.signal(signal.SIGINT, signal.default_int_handler)
    assert run_as_module() == 130
    assert handlers[0] is signal.SIG_IGN
    assert callable(handlers[1])
    assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", pytest.param("SIGHUP", marks=posix)])
def test_the_module_turns_a_signal_into_an_exit_code(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    number = getattr(signal, name)

    def signalled_main() -> int:
        signal.raise_signal(number)
        raise AssertionError

    monkeypatch.setattr(cli, "main", signalled_main)
    for default in (signal.SIGINT, number):
        signal.signal(default, signal.SIG_DFL)
    assert runpy.run_module(f"{PACKAGE}.__main__")["run"]() == 128 + number


@posix
def test_an_interrupt_during_imports_prints_nothing() -> None:
    code = f"""
import os, runpy, signal, sys
class Finder:
    def find_spec(self, name, *_):
        if name == "{PACKAGE}.cli":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
runpy.run_module("{PACKAGE}", run_name="__main__")
"""
    process = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)  # noqa: S603
    assert (process.returncode, process.stdout, process.stderr) == (-signal.SIGINT, b"", b"")


@posix
def test_a_closed_pipe_prints_no_error() -> None:
    with start_process("show", *[str(ARCHIVES / "page.json")] * 2000) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141


@posix
def test_help_into_a_closed_pipe_prints_no_error() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb") as closed, start_process("--help", stdout=closed) as process:
        _, errors = process.communicate()
    assert (process.returncode, errors) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    ("arguments", "full", "code"),
    [
        (["check", str(ARCHIVES / "page.json")], "stdout", 2),
        (["--help"], "stdout", 2),
        (["check", str(ARCHIVES / "page.json"), "missing"], "stderr", 2),
        (["check", "--no", "x"], "stderr", 2),
        (["convert", str(ARCHIVES / "log.jsonl"), "--to", "page"], "stderr", 2),
    ],
    ids=["check, standard output", "help", "missing file", "invalid arguments", "convert"],
)
def test_a_full_disk_does_not_change_the_exit_code(arguments: list[str], full: str, code: int) -> None:
    with Path("/dev/full").open("wb") as target:
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, full: target}
        command = [sys.executable, "-S", "-E", "-m", PACKAGE, *arguments]
        process = subprocess.run(command, cwd=ROOT, check=False, text=True, **streams)  # noqa: S603
    assert process.returncode == code
    if full == "stdout":
        assert process.stderr == f"{Path(sys.executable).name} -m {PACKAGE}: error: No space left on device\n"


@pytest.mark.parametrize("package", ["steps", "host._vendor.steps"])
def test_help_and_errors_name_the_program_as_it_was_started(package: str, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE_FOLDER, tmp_path / package.replace(".", "/"))
    script = tmp_path / "script.py"
    script.write_text(f"from {package}.__main__ import run\nrun()\n", encoding="utf-8")
    python = Path(sys.executable).name
    for command, name in ((["-m", package], f"{python} -m {package}"), ([str(script)], script.name)):
        for arguments, start in (
            (["--help"], f"usage: {name} [-h] "),
            (["check"], f"{name} check: error: "),
            (["check", "missing"], f"{name}: error: "),
        ):
            done = subprocess.run(  # noqa: S603
                [sys.executable, *command, *arguments], cwd=tmp_path, capture_output=True, check=False, text=True
            )
            assert done.returncode in (0, 2)
            assert (done.stdout.splitlines() or done.stderr.splitlines()[-1:])[0].startswith(start)


@posix
def test_an_interrupt_during_check_prints_nothing(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    line = (ARCHIVES / "log.jsonl").read_bytes().split(b"\n")[1] + b"\n"
    command = start_process("check", str(pipe), start_new_session=True)
    with command as process, pipe.open("wb", buffering=0) as target:
        # This is more than the buffer of a pipe: when the write returns, most of it has been read.
        target.write(line * 1000)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
    assert (process.returncode, output, errors) == (130, "", "")
