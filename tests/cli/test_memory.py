# SPDX-License-Identifier: MIT
"""Tests of commands without enough memory: exit code 2, and one line that names the file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from runstep.archive import Report, _reader, messages, ranges
from runstep.cli import _parallel, _pool, show

from ..conftest import DATA, PACKAGE, ROOT
from .conftest import ARCHIVES, CliRunner


def out_of_memory(name: object) -> tuple[int, str, str]:
    return 2, "", f"runstep: error: cannot read '{name}': out of memory\n"


def fail(*_: object, **__: object) -> Any:
    raise MemoryError


COMMANDS = pytest.mark.parametrize(
    "command", [["check"], ["show"], ["convert", "--to", "jsonl"]], ids=lambda command: command[0]
)


@COMMANDS
def test_the_message_names_a_file_in_a_folder(
    command: list[str], run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_reader, "open_source", fail)
    assert run(*command, ARCHIVES) == out_of_memory(ARCHIVES / "events.json")


def test_the_message_names_a_file_with_messages(run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "open_source", fail)
    for path, name in (("log.jsonl", "log.jsonl"), (ARCHIVES, ARCHIVES / "events.json")):
        assert run("convert", "page.json", "--to", "chat", "--messages", path) == out_of_memory(name)


def test_the_message_names_the_file_read_last(run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    def render(steps: Iterable[object], **_: object) -> Any:
        list(steps)
        raise MemoryError

    monkeypatch.setattr(show, "render", render)
    assert run("show", "export.json", "page.json")[2].endswith(out_of_memory("page.json")[2])


# With `--jobs`, the file is named wherever the memory ends: only the second one does not fit.


def fail_for(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that raises `MemoryError` if the file of its first argument has this name."""

    def call(about: Any, *arguments: Any, **options: Any) -> Any:
        if Path(getattr(about, "name", getattr(about, "file", ""))).name == name:
            raise MemoryError
        return function(about, *arguments, **options)

    return call


@pytest.mark.parametrize(
    ("module", "function"),
    [(ranges, "_start_of_lines"), (_parallel, "check_range"), (_parallel, "check_file")],
    ids=["format", "range", "file"],
)
def test_the_message_names_the_file_that_does_not_fit(
    module: Any, function: str, run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = ["page.json", "log.jsonl"] if function != "check_file" else ["log.jsonl", "page.json"]
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(_parallel, "RANGE_SIZE", 4000)
    monkeypatch.setattr(module, function, fail_for(files[1], getattr(module, function)))
    code, _, errors = run("check", "--jobs", 2, *files)
    assert (code, errors) == (2, f"runstep: error: cannot read '{files[1]}': out of memory\n")


def test_the_message_names_the_file_whose_report_does_not_fit(run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(_parallel, "_MIN_COST", 0)
    monkeypatch.setattr(_parallel, "_FILE_COST", ranges.RANGE_SIZE)
    results = iter([Report(), None])

    def result(*_: object) -> Report:
        report = next(results)
        if report is None:
            raise MemoryError
        return report

    monkeypatch.setattr(_pool.Pool, "result", result)
    code, _, errors = run("check", "--jobs", 2, "log.jsonl", "page.json")
    assert (code, errors) == (2, "runstep: error: cannot read 'page.json': out of memory\n")


# Processes whose address space is limited. How much of it is in use before a command starts depends on the interpreter.

linux = pytest.mark.skipif(
    sys.platform != "linux" or sys.implementation.name == "pypy",
    reason="limits the memory of a process, and PyPy aborts if it cannot allocate memory",
)

LIMITED_COMMAND = f"""
import os, resource, runpy, sys
import {PACKAGE}.cli._parallel, {PACKAGE}.cli._pool
os.cpu_count = lambda: 2
sys.argv[0] = "runstep"
limit = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize() + (int(sys.argv.pop(1)) << 20)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
runpy.run_module("{PACKAGE}", run_name="__main__")
"""


def run_limited(mebibytes: int, *arguments: object) -> tuple[int, str, str]:
    """Run the command line in a process that can allocate a number of mebibytes. Its workers can as well."""
    process = subprocess.run(  # noqa: S603  (this Python)
        [sys.executable, "-c", LIMITED_COMMAND, str(mebibytes), *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    return process.returncode, process.stdout, process.stderr


class LargeFiles(NamedTuple):
    """The paths of 36 MB of steps, as JSON Lines and as a document."""

    lines: Path
    document: Path


STEPS = 36_000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> LargeFiles:
    """Return the paths of large files."""
    step = json.loads((DATA / "valid" / "documented_message.json").read_bytes())
    step |= {"id": "step_%d", "last_error": {"code": "server_error", "message": ""}}
    step["last_error"]["message"] = "thread.message " + "x" * (990 - len(json.dumps(step)))
    template = json.dumps(step)
    steps = [template % number for number in range(STEPS)]
    folder = tmp_path_factory.mktemp("large")
    files = LargeFiles(folder / "steps.jsonl", folder / "steps.json")
    files.lines.write_text("\n".join(steps), encoding="utf-8")
    files.document.write_text("[\n" + ",\n".join(steps) + "]", encoding="utf-8")
    return files


@linux
@pytest.mark.parametrize(("mebibytes", "jobs"), [(16, 1), (40, 2)])
def test_large_json_lines_are_checked_in_little_memory(mebibytes: int, jobs: int, large: LargeFiles) -> None:
    code, output, errors = run_limited(mebibytes, "check", "--jobs", jobs, large.lines)
    assert (code, output.splitlines()[0], errors) == (0, "36,000 run steps in 1 file", "")


# The document takes 40 MB, its text as much, and its steps more.
@linux
@pytest.mark.parametrize("mebibytes", [16, 90], ids=["document", "steps"])
@pytest.mark.parametrize(
    "command",
    [
        "check {0}",
        "show {0}",
        "convert {0} --to jsonl",
        f"convert {ARCHIVES / 'page.json'} --to chat --messages {{0}}",
    ],
)
def test_a_document_larger_than_memory_is_an_error(command: str, mebibytes: int, large: LargeFiles) -> None:
    arguments = [argument.format(large.document) for argument in command.split()]
    assert run_limited(mebibytes, *arguments) == out_of_memory(large.document)


# The threads of the pool need memory, too.
@linux
@pytest.mark.parametrize("mebibytes", [48, 90], ids=["document", "steps"])
def test_a_document_larger_than_the_memory_of_a_worker_is_an_error(mebibytes: int, large: LargeFiles) -> None:
    arguments = ["check", "--jobs", 2, large.document, large.document]
    assert run_limited(mebibytes, *arguments) == out_of_memory(large.document)


@linux
@pytest.mark.parametrize("command", [["show"], ["convert", "--latest", "--to", "jsonl"]], ids=" ".join)
def test_more_steps_than_fit_into_memory_are_an_error(command: list[str], large: LargeFiles) -> None:
    assert run_limited(16, *command, large.lines) == out_of_memory(large.lines)
