# SPDX-License-Identifier: MIT
"""Fixtures and helpers for tests of the command line."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runstep.cli import main

from ..conftest import DATA, PACKAGE, ROOT

ARCHIVES = DATA / "archives"
StepFactory = Callable[..., dict[str, Any]]


class CliRunner:
    """Runs the command line in this process, and returns its exit code, output and errors."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        output = self._capsys.readouterr()
        return code, output.out, output.err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Return a function that runs the command line in the folder of the archives."""
    monkeypatch.chdir(ARCHIVES)
    return CliRunner(capsys)


@pytest.fixture
def valid_file(step: StepFactory, tmp_path: Path) -> Path:
    """Return the path of a file with two valid steps."""
    path = tmp_path / "good.jsonl"
    lines = [json.dumps(step(id=id_)) + "\n" for id_ in ("step_a", "step_b")]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    return path


class Terminal(io.StringIO):
    """A text stream that claims to be a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def start_process(
    *arguments: str, stdout: Any = subprocess.PIPE, cpus: int | None = None, **options: Any
) -> subprocess.Popen[str]:
    """Start the command line as a process of the checkout, without installed packages, as if there were `cpus`."""
    code = f"import os, runpy; os.cpu_count = lambda: {cpus}; runpy.run_module({PACKAGE!r}, run_name='__main__')"
    module = ["-m", PACKAGE] if cpus is None else ["-c", code]
    return subprocess.Popen(  # noqa: S603  (the arguments are constants of the tests)
        [sys.executable, "-S", "-E", *module, *arguments],
        cwd=ROOT,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.fixture(autouse=True)
def _program_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/runstep"])


@pytest.fixture(autouse=True, scope="session")
def _default_signals() -> None:
    """Let processes react to signals, also if the tests were started with `nohup` or in the background."""
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
