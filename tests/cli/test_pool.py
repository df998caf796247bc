# SPDX-License-Identifier: MIT
"""Tests of `check --jobs`: its output, and the end of its worker processes."""

from __future__ import annotations

import errno
import io
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import queues
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from runstep.archive import FileRange, Report, reports
from runstep.archive.ranges import RANGE_SIZE
from runstep.cli import _parallel, _pool

from ..conftest import PACKAGE, ROOT, posix
from .conftest import ARCHIVES, CliRunner, StepFactory, start_process

TIMEOUT = 30

needs_fork = pytest.mark.skipif(sys.platform != "linux", reason="needs workers that are forked")
"""Skip a test that replaces functions in the workers."""

CANNOT_START = "runstep: error: cannot start worker processes: "
CHECKING_IN_ONE_PROCESS = "runstep: warning: cannot start worker processes: {}; checking in one process\n"
# From Python 3.15 on, the executor itself notices when one of its threads fails, and reports it like this.
WORKER_DIED = "runstep: error: a worker process died, probably for lack of memory\n"


@pytest.fixture(autouse=True)
def _two_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make two workers check two small files, on any machine."""
    monkeypatch.setattr(_parallel, "_FILE_COST", RANGE_SIZE)
    monkeypatch.setattr(_parallel, "_MIN_COST", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def test_the_number_of_jobs_does_not_change_the_output(run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_parallel, "RANGE_SIZE", 500)
    arguments = ["check", "log.jsonl", "missing", "."]
    assert run(*arguments, "--jobs", "2") == run(*arguments)


@posix
def test_a_special_file_is_checked_in_the_main_process(run: CliRunner) -> None:
    assert run("check", "/dev/null", "--jobs", "2") == run("check", "/dev/null")


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_every_start_method_works(
    method: str, pools: list[int], run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_pool, "_START_METHOD", method)
    assert run("check", "log.jsonl", "page.json", "--jobs", "2") == run("check", "log.jsonl", "page.json")
    assert pools == [2]


def test_standard_input_can_be_one_of_several_paths(run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    for jobs in (1, 2):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"error": ""}')))
        code, output, _ = run("check", "--quiet", "--jobs", jobs, "export.json", "-", "log.jsonl")
        assert code == 1
        assert [line.partition(":")[0] for line in output.splitlines()] == ["export.json"] * 5 + ["<stdin>"] + [
            "log.jsonl"
        ] * 4


def kill_worker(*_: object, **__: object) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def raiser(error: Exception) -> Callable[..., None]:
    """Return a function that raises an exception."""

    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@needs_fork
def test_a_killed_worker_is_an_error(run: CliRunner, valid_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pool, "reports_of_range", kill_worker)
    assert run("check", "--jobs", 2, valid_file, valid_file) == (2, "", WORKER_DIED)


KILLED_CHECK = f"""
import multiprocessing.connection, os, signal, sys
from {PACKAGE}.cli import _parallel, main as check
main = os.getpid()
send = multiprocessing.connection.Connection._send
def send_half(self, data, *arguments):
    if os.getpid() != main and len(data) > 10_000:
        os.write(self.fileno(), data[:2000])
        os.kill(os.getpid(), signal.SIGKILL)
    send(self, data, *arguments)
multiprocessing.connection.Connection._send = send_half
os.cpu_count = lambda: 2
_parallel._MIN_COST = 0
sys.argv[0] = "runstep"
sys.exit(check())
"""


@needs_fork
def test_a_worker_killed_while_it_sends_a_result_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(f'{{"object": "thread.run.step"{" " * 1000}}}\n' * 1000, encoding="utf-8")
    process = subprocess.run(  # noqa: S603  (this Python)
        [sys.executable, "-c", KILLED_CHECK, "check", "--quiet", "--jobs", "2", str(path)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        timeout=TIMEOUT,
    )
    assert (process.returncode, process.stderr) == (2, WORKER_DIED)


@needs_fork
def test_the_main_process_checks_what_does_not_fit_into_a_worker(
    run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_pool, "reports_of_range", raiser(MemoryError()))
    assert run("check", "--jobs", 2, "log.jsonl", "page.json") == run("check", "log.jsonl", "page.json")


@needs_fork
def test_a_file_that_fits_into_no_process_is_an_error(
    run: CliRunner, valid_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_pool, "reports_of_range", raiser(MemoryError()))
    monkeypatch.setattr(_parallel, "check_file", raiser(MemoryError()))
    code, output, errors = run("check", "--jobs", 2, valid_file, valid_file)
    assert (code, output, errors) == (2, "", f"runstep: error: cannot read '{valid_file}': out of memory\n")


@needs_fork
def test_the_main_process_checks_what_has_too_many_problems(
    run: CliRunner, step: StepFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    valid = json.dumps(step()) + "\n"
    path = tmp_path / "x.jsonl"
    path.write_text(valid + "{\n" * 20 + valid + "{\n" * 3, encoding="utf-8", newline="\n")
    expected = run("check", path)
    assert expected[1].endswith("23 problems\n")
    monkeypatch.setattr(reports, "_RECORDS_PER_REPORT", 2)
    monkeypatch.setattr(_parallel, "RANGE_SIZE", len(valid))
    monkeypatch.setattr(_parallel, "_PIECE_SIZE", 10)
    for limit in (0, 10, 20, 30):
        monkeypatch.setattr(_pool, "_MAX_PROBLEMS", limit)
        assert run("check", "--jobs", 2, path) == expected


def start_nothing(*_: object) -> None:
    pass


@pytest.mark.parametrize(
    ("error", "reason"),
    [(RuntimeError("can't start new thread"), "can't start new thread"), (MemoryError(), "out of memory")],
)
def test_a_thread_of_the_executor_that_fails_is_an_error(
    error: Exception, reason: str, run: CliRunner, valid_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_pool, "_INTERVAL", 0.01)
    # Otherwise it may fail so early that one process checks.
    monkeypatch.setattr(_pool.Pool, "start", start_nothing)
    monkeypatch.setattr(queues.Queue, "put", raiser(error))
    code, output, errors = run("check", "--jobs", 2, valid_file, valid_file)
    assert (code, output) == (2, "")
    assert errors in (f"{CANNOT_START}{reason}\n", WORKER_DIED)


def no_workers(_: object) -> list[object]:
    return []


def test_a_result_may_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pool, "_INTERVAL", 0.01)
    future: Future[Any] = Future()
    threading.Timer(0.1, future.set_result, [Report()]).start()
    with _pool.worker_pool(1) as pool:
        assert pool.result(future) == Report()


def test_a_worker_that_has_died_is_noticed_beside_the_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pool, "_INTERVAL", 0.01)

    def check() -> None:
        with _pool.worker_pool(1) as pool:
            pool.result(pool.submit([], strict=False))
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(_pool.Pool, "workers", no_workers)
                pool.result(Future())

    with pytest.raises(ChildProcessError, match="a worker process died"):
        check()


def test_a_failed_thread_is_noticed_beside_the_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pool, "_INTERVAL", 0.01)

    def check() -> None:
        with _pool.worker_pool(1) as pool:
            pool.failure = RuntimeError("x")
            pool.result(Future())

    with pytest.raises(ChildProcessError, match="cannot start worker processes: x"):
        check()


def test_a_pool_that_is_broken_accepts_no_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProcessPoolExecutor, "submit", raiser(BrokenExecutor()))
    with pytest.raises(ChildProcessError, match="a worker process died"), _pool.worker_pool(1) as pool:
        pool.submit([], strict=False)


def test_a_worker_returns_no_report_if_there_are_too_many_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = [FileRange(str(ARCHIVES / "log.jsonl"), 0, 1)]
    report = _pool._check(batch, strict=False)
    assert report is not None
    assert len(report.problems) == 4
    monkeypatch.setattr(_pool, "_MAX_PROBLEMS", 3)
    assert _pool._check(batch, strict=False) is None


def test_a_worker_returns_no_report_if_it_has_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _pool._check([], strict=False) == Report()
    monkeypatch.setattr(_pool, "reports_of_range", raiser(MemoryError()))
    assert _pool._check([FileRange("x", 0, 1)], strict=False) is None


def test_the_failures_of_other_threads_are_left_to_their_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def excepthook(arguments: threading.ExceptHookArgs) -> None:
        seen.append(arguments.exc_type)

    monkeypatch.setattr(threading, "excepthook", excepthook)
    is_started = threading.Event()

    def fail() -> None:
        is_started.wait(TIMEOUT)
        raise ZeroDivisionError

    thread = threading.Thread(target=fail)
    thread.start()
    with _pool.worker_pool(1) as pool:
        is_started.set()
        thread.join()
        assert pool.failure is None
    assert seen == [ZeroDivisionError]


# What is checked in this process because no workers can be started.


def assert_one_process(run: CliRunner, files: list[Path], reason: str) -> None:
    """Check files with two jobs, and compare the result with that of one, apart from a warning."""
    processes, threads = multiprocessing.active_children(), threading.enumerate()
    code, output, errors = run("check", "--jobs", 2, *files)
    assert errors == CHECKING_IN_ONE_PROCESS.format(reason)
    assert (code, output, "") == run("check", *files)
    assert set(multiprocessing.active_children()) <= set(processes)
    assert set(threading.enumerate()) <= set(threads)


@pytest.mark.parametrize("file", ["log.jsonl", "page.json"])
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(38, "Function not implemented"), "Function not implemented"),
        (ImportError("No module named '_multiprocessing'"), "No module named '_multiprocessing'"),
        (NotImplementedError("This Python build lacks semaphores."), "This Python build lacks semaphores"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_without_a_pool_one_process_checks(
    error: Exception, reason: str, file: str, run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_pool, "ProcessPoolExecutor", raiser(error))
    assert_one_process(run, [Path(file)] * 20, reason)


def test_without_multiprocessing_one_process_checks(
    run: CliRunner, valid_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, f"{PACKAGE}.cli._pool", None)
    code, output, errors = run("check", "--jobs", 2, valid_file, valid_file)
    assert (code, output, "") == run("check", valid_file, valid_file)
    assert re.fullmatch(CHECKING_IN_ONE_PROCESS.format(rf"import of {PACKAGE}\.cli\._pool halted; .*"), errors)


def test_without_threads_one_process_checks(run: CliRunner, valid_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading.Thread, "start", raiser(RuntimeError("can't start new thread")))
    assert_one_process(run, [valid_file] * 2, "can't start new thread")


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
@pytest.mark.parametrize("started", [0, 1])
def test_if_not_all_workers_start_one_process_checks(
    started: int, method: str, run: CliRunner, valid_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = BaseProcess.start
    processes: list[BaseProcess] = []

    def start_some(process: BaseProcess) -> None:
        if len(processes) == started:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        processes.append(process)
        start(process)

    monkeypatch.setattr(_pool, "_START_METHOD", method)
    monkeypatch.setattr(BaseProcess, "start", start_some)
    assert_one_process(run, [valid_file] * 2, "Resource temporarily unavailable")
    assert all(process.exitcode for process in processes)


@pytest.mark.parametrize("error", [OSError("no process"), RuntimeError("no thread")], ids=["OSError", "RuntimeError"])
def test_a_worker_that_cannot_be_started_later_is_an_error(
    error: Exception, run: CliRunner, valid_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = ProcessPoolExecutor.submit
    calls: list[object] = []

    def submit_some(executor: ProcessPoolExecutor, *arguments: Any, **options: Any) -> Any:
        calls.append(arguments)
        if len(calls) > 3:
            raise error
        return submit(executor, *arguments, **options)

    monkeypatch.setattr(ProcessPoolExecutor, "submit", submit_some)
    code, _, errors = run("check", "--jobs", 2, *[valid_file] * 9)
    assert (code, errors) == (2, f"{CANNOT_START}{error}\n")


SCRIPT = f"""
import os
from {PACKAGE}.cli import _parallel, _pool, main
os.cpu_count = lambda: 2
_parallel._MIN_COST = 0
_parallel._FILE_COST = 1 << 20
_pool._START_METHOD = "spawn"
raise SystemExit(main(["check", "--jobs", "2", "page.json", "page.json"]))
"""


def test_a_script_without_a_main_guard_prints_no_reports_in_workers(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    process = subprocess.run(  # noqa: S603  (this Python)
        [sys.executable, str(script)],
        cwd=ARCHIVES,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        text=True,
        timeout=TIMEOUT,
    )
    assert (process.returncode, process.stdout) == (2, "")
    assert "has finished its bootstrapping phase" in process.stderr
    assert "script.py: error: a worker process died, probably for lack of memory\n" in process.stderr


def test_the_error_of_a_script_without_a_main_guard_is_raised(
    run: CliRunner, valid_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = RuntimeError("before the current process has finished its bootstrapping phase")
    monkeypatch.setattr(_pool, "ProcessPoolExecutor", raiser(error))
    with pytest.raises(RuntimeError, match="bootstrapping"):
        run("check", "--jobs", 2, valid_file, valid_file)


LIMITED_CHECK = f"""
import os, resource, runpy, sys
from {PACKAGE}.cli import _parallel, _pool
os.cpu_count = lambda: 2
_parallel._MIN_COST = 0
sys.argv[0] = "runstep"
limit = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize() + int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
runpy.run_module("{PACKAGE}", run_name="__main__")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the memory of a process")
@pytest.mark.skipif(sys.implementation.name == "pypy", reason="PyPy aborts if it cannot allocate memory")
@pytest.mark.parametrize("mebibytes", [4, 12, 24])
def test_with_little_memory_the_check_is_complete_or_ends_with_one_error(mebibytes: int, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"object": "thread.run.step"}\n' * 5_000, encoding="utf-8")
    arguments = [str(mebibytes << 20), "check", "--quiet", "--jobs", "2", str(path)]
    process = subprocess.run(  # noqa: S603  (this Python)
        [sys.executable, "-c", LIMITED_CHECK, *arguments],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        timeout=TIMEOUT,
    )
    messages = process.stderr.splitlines()
    # With the least memory, no workers can be started.
    if messages and re.fullmatch(CHECKING_IN_ONE_PROCESS.format(".*"), f"{messages[0]}\n"):
        del messages[0]
    if messages:
        assert process.returncode == 2
        assert messages in (
            [f"runstep: error: cannot read '{path}': out of memory"],
            [f"{CANNOT_START}can't start new thread"],
            [WORKER_DIED.rstrip()],
        )
    else:
        assert process.returncode == 1
        assert process.stdout.count("\n") == 8 * 5_000


# How many workers are started.


@pytest.fixture
def pools(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Record the numbers of workers that are started."""
    numbers: list[int] = []
    worker_pool = _pool.worker_pool

    def recording(workers: int) -> Any:
        numbers.append(workers)
        return worker_pool(workers)

    monkeypatch.setattr(_pool, "worker_pool", recording)
    return numbers


def test_no_more_workers_are_started_than_there_is_work_and_cpus(
    pools: list[int], run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    for jobs, files in [(3, 1), (3, 2), (3, 3), (3, 9), (2, 9), (99, 9)]:
        assert run("check", *["page.json"] * files, "--jobs", jobs)[0] == 0
    assert pools == [2, 3, 3, 2, 3]


def test_small_files_before_a_pipe_are_checked_in_this_process(
    pools: list[int], run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_parallel, "_MIN_COST", 1 << 23)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"[]")))
    assert run("check", "page.json", "page.json", "-", "--jobs", 2)[0] == 0
    assert pools == []


def test_the_ranges_of_a_small_file_are_checked_in_this_process(
    pools: list[int], run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_parallel, "_MIN_COST", 1 << 23)
    monkeypatch.setattr(_parallel, "RANGE_SIZE", 500)
    assert run("check", "log.jsonl", "--jobs", 2) == run("check", "log.jsonl")
    assert pools == []


# The start and the end of a worker, which take place in other processes.


def test_a_worker_ignores_the_signals_of_a_terminal_from_its_start() -> None:
    names = [name for name in ("SIGINT", "SIGHUP", "SIGTERM") if hasattr(signal, name)]
    before = {name: signal.getsignal(getattr(signal, name)) for name in names}
    stderr = os.dup(2)
    try:
        _pool._start_worker()
        handlers = {name: signal.getsignal(getattr(signal, name)) for name in names}
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
        os.dup2(stderr, 2)
        os.close(stderr)
    assert handlers.pop("SIGTERM") is signal.SIG_DFL
    assert set(handlers.values()) == {signal.SIG_IGN}


def test_a_worker_waits_for_the_end_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []

    class Parent:
        def join(self) -> None:
            calls.append("join")

    monkeypatch.setattr(multiprocessing, "parent_process", Parent)
    monkeypatch.setattr(os, "_exit", calls.append)
    _pool._exit_with_parent()
    assert calls == ["join", 1]


def test_workers_start_where_signals_cannot_be_blocked(run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "pthread_sigmask", raising=False)
    assert run("check", "log.jsonl", "page.json", "--jobs", "2") == run("check", "log.jsonl", "page.json")
    test_a_worker_ignores_the_signals_of_a_terminal_from_its_start()


# Signals. The last path is a named pipe, which blocks the main process after the workers have started.

needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc and named pipes")


def worker_pids(process: subprocess.Popen[str]) -> list[int]:
    """Return the ids of the worker processes of the main process."""
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def wait_until(condition: Any) -> None:
    """Wait until `condition()` is true, and fail after a timeout."""
    end = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < end, "timed out"
        time.sleep(0.01)


def has_ended(pid: int) -> bool:
    """Return whether a process does not exist, or is a zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return status == "Z"


@contextmanager
def blocked_check(tmp_path: Path) -> Generator[tuple[subprocess.Popen[str], list[int]], None, None]:
    """Run `check --jobs 2` until it waits for a pipe. The workers must have ended after the block."""
    pipe, large = tmp_path / "pipe", tmp_path / "large.json"
    os.mkfifo(pipe)
    # Two workers are only started for two batches of some size.
    large.write_bytes((ARCHIVES / "page.json").read_bytes() + b" " * (1 << 24))
    files = [str(ARCHIVES / "log.jsonl"), str(large), str(large)]
    process = start_process("check", "--jobs", "2", "--quiet", *files, str(pipe), start_new_session=True, cpus=2)
    workers: list[int] = []
    try:
        wait_until(lambda: len(worker_pids(process)) == 2)
        workers = worker_pids(process)
        yield process, workers
        wait_until(lambda: all(map(has_ended, workers)))
    finally:
        for pid in (process.pid, *workers):
            if not has_ended(pid):
                os.kill(pid, signal.SIGKILL)
        process.communicate()


@needs_proc
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("is_group", [True, False], ids=["group", "process"])
def test_a_signal_ends_all_processes_without_errors(name: str, is_group: bool, tmp_path: Path) -> None:
    number = signal.Signals[name]
    with blocked_check(tmp_path) as (process, _):
        (os.killpg if is_group else os.kill)(process.pid, number)
        output, errors = process.communicate(timeout=TIMEOUT)
        files = {line.partition(":")[0] for line in output.splitlines()}
        assert (process.returncode, errors) == (128 + number, "")
        assert files <= {str(ARCHIVES / "log.jsonl")}


@needs_proc
def test_workers_end_when_the_main_process_is_killed(tmp_path: Path) -> None:
    with blocked_check(tmp_path) as (process, _):
        process.kill()
        _, errors = process.communicate(timeout=TIMEOUT)
        assert errors == ""


@needs_proc
def test_an_interrupt_does_not_wait_for_the_workers(tmp_path: Path) -> None:
    with blocked_check(tmp_path) as (process, workers):
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=TIMEOUT)
        assert (process.returncode, errors) == (130, "")


@needs_proc
def test_workers_ignore_terminal_signals(tmp_path: Path) -> None:
    with blocked_check(tmp_path) as (process, workers):
        for worker in workers:
            for number in (signal.SIGINT, signal.SIGHUP):
                os.kill(worker, number)
        (tmp_path / "pipe").write_bytes((ARCHIVES / "page.json").read_bytes())
        _, errors = process.communicate(timeout=TIMEOUT)
        assert (process.returncode, errors) == (1, "")
