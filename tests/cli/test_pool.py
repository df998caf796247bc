# SPDX-License-Identifier: MIT
"""Tests of `check --jobs`: the same output as one process, and no worker process that outlives it."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from runstep.archive import ranges
from runstep.cli import _pool

from .conftest import ARCHIVES, Run, start

TIMEOUT = 30


def test_several_processes_print_what_one_process_prints(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "_RANGE_SIZE", 500)
    arguments = ["check", "log.jsonl", "missing", "."]
    assert run(*arguments, "--jobs", "2") == run(*arguments)
    assert run("check", "/dev/null", "--jobs", "2") == run("check", "/dev/null")


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_each_way_to_start_processes_works(method: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pool, "_START_METHOD", method)
    assert run("check", "log.jsonl", "--jobs", "2") == run("check", "log.jsonl")


def test_standard_input_is_read_in_its_place(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for jobs in (1, 2):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"error": ""}')))
        code, output, _ = run("check", "--quiet", "--jobs", jobs, "page.json", "-", "page.json")
        assert (code, output) == (1, "<stdin>:1: expected a run step, got an API error response\n")


def kill_worker(*_: object, **__: object) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def exhaust_memory(*_: object, **__: object) -> Any:
    raise MemoryError


def test_a_worker_that_is_killed_is_an_error(run: Run, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pool, "check_range", kill_worker)
    assert run("check", "--jobs", 2, good) == (2, "", "runstep: error: a worker process died\n")


def test_an_exception_of_a_worker_is_raised_in_the_main_process(
    run: Run, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_pool, "check_range", exhaust_memory)
    assert run("check", "--jobs", 2, good) == (2, "", "runstep: error: out of memory\n")


# Signals. The last path is a pipe, so that the main process waits for it when the workers have started.

needs_processes = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc and pipes with names")


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def wait_until(condition: Any) -> None:
    end = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < end, "timed out"
        time.sleep(0.01)


def has_ended(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return status == "Z"


@contextmanager
def waiting_check(tmp_path: Path) -> Generator[tuple[subprocess.Popen[str], list[int]], None, None]:
    """Run `check --jobs 2` until it waits for a pipe; give the process and its workers, which have to end with it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    files = [str(ARCHIVES / "log.jsonl"), str(ARCHIVES / "page.json")]
    process = start("check", "--jobs", "2", "--quiet", *files, str(pipe), start_new_session=True)
    workers: list[int] = []
    try:
        wait_until(lambda: len(workers_of(process)) == 2)
        workers = workers_of(process)
        yield process, workers
        wait_until(lambda: all(map(has_ended, workers)))
    finally:
        for pid in (process.pid, *workers):
            if not has_ended(pid):
                os.kill(pid, signal.SIGKILL)
        process.communicate()


@needs_processes
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("is_group", [True, False], ids=["group", "process"])
def test_a_signal_ends_all_processes_quietly(number: signal.Signals, is_group: bool, tmp_path: Path) -> None:
    with waiting_check(tmp_path) as (process, _):
        (os.killpg if is_group else os.kill)(process.pid, number)
        output, errors = process.communicate(timeout=TIMEOUT)
        lines = {line.partition(":")[0] for line in output.splitlines()}
        assert (process.returncode, errors) == (128 + number, "")
        assert lines <= {str(ARCHIVES / "log.jsonl")}


@needs_processes
def test_workers_end_when_the_main_process_is_killed(tmp_path: Path) -> None:
    with waiting_check(tmp_path) as (process, _):
        process.kill()
        _, errors = process.communicate(timeout=TIMEOUT)
        assert errors == ""


@needs_processes
def test_a_second_signal_does_not_wait_for_the_workers(tmp_path: Path) -> None:
    with waiting_check(tmp_path) as (process, workers):
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=TIMEOUT) == -signal.SIGINT
        for worker in workers:
            os.kill(worker, signal.SIGCONT)
        assert process.communicate(timeout=TIMEOUT)[1] == ""


@needs_processes
def test_a_worker_ignores_signals_of_the_terminal(tmp_path: Path) -> None:
    with waiting_check(tmp_path) as (process, workers):
        for worker in workers:
            for number in (signal.SIGINT, signal.SIGHUP):
                os.kill(worker, number)
        (tmp_path / "pipe").write_bytes((ARCHIVES / "page.json").read_bytes())
        _, errors = process.communicate(timeout=TIMEOUT)
        assert (process.returncode, errors) == (1, "")
