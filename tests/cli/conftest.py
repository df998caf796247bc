# SPDX-License-Identifier: MIT
"""Helpers for tests of the command line."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runstep.cli import main

from ..conftest import DATA

ARCHIVES = DATA / "archives"
ROOT = Path(__file__).parents[2]
Maker = Callable[..., dict[str, Any]]


class Run:
    """What a run of the command line gave."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        output = self._capsys.readouterr()
        return code, output.out, output.err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(ARCHIVES)
    return Run(capsys)


@pytest.fixture
def good(step: Maker, tmp_path: Path) -> Path:
    """A file with two whole steps."""
    path = tmp_path / "good.jsonl"
    path.write_text("".join(json.dumps(step(id=id_)) + "\n" for id_ in ("step_a", "step_b")))
    return path


class Terminal(io.StringIO):
    """Stands for a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def start(*arguments: str, stdout: Any = subprocess.PIPE, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603  (this Python)
        [sys.executable, "-S", "-E", "-m", "runstep", *arguments],
        cwd=ROOT,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )
