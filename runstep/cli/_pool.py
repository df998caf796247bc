# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The worker processes of `check --jobs`."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Generator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess
from typing import Any, final

from ..archive.ranges import FileRange
from ..archive.reports import Report, add_up, reports_of_range

# Forking is the fastest way to start workers, and safe because this process has no other threads yet.
_START_METHOD = "fork" if sys.platform == "linux" else None

# A terminal sends these to all processes, but only the main one acts on them. Windows has no SIGHUP.
_TERMINAL_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)]

# The time between two looks at the workers and at the threads of the executor, in seconds.
_INTERVAL = 1.0

# More problems than this are not sent to the main process, because several reports wait there.
_MAX_PROBLEMS = 10_000


@final
class Pool:
    """Worker processes. `failure` is the exception that has ended a thread of the executor."""

    def __init__(self, workers: int) -> None:
        self._other_children = multiprocessing.active_children()
        self._started = 0
        context = multiprocessing.get_context(_START_METHOD)
        self.executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)
        self.failure: BaseException | None = None

    def workers(self) -> list[BaseProcess]:
        """Return the workers that have not ended."""
        return [process for process in multiprocessing.active_children() if process not in self._other_children]

    def kill(self) -> None:
        """Kill the workers, so that nothing waits for batches in progress, or for the rest of a result."""
        for worker in self.workers():
            worker.kill()
            worker.join()
        # The executor would not notice the end of the pipe while this process could still write to it.
        executor: Any = self.executor
        with suppress(AttributeError):  # private
            executor._result_queue._writer.close()

    def start(self, workers: int) -> None:
        """Start the workers. Raises `OSError` or `RuntimeError` if that is impossible."""
        # Unless they are forked, each submission starts one.
        for _ in range(workers):
            self._submit([], strict=False)

    def submit(self, batch: list[FileRange], *, strict: bool) -> Future[Report | None]:
        """Have a worker check a batch."""
        try:
            return self._submit(batch, strict=strict)
        except BrokenExecutor:
            raise
        except (OSError, RuntimeError) as error:
            raise _cannot_start(error) from None

    def _submit(self, batch: list[FileRange], *, strict: bool) -> Future[Report | None]:
        try:
            with _blocked_signals():
                future = self.executor.submit(_check, batch, strict=strict)
        except BrokenExecutor:
            raise
        except RuntimeError as error:  # no more threads
            self.failure = error
            raise
        self._started = max(self._started, len(self.workers()))
        return future

    def result(self, future: Future[Report | None]) -> Report | None:
        """Wait for the report of a batch; None if this process has to check it, because a worker could not."""
        while not wait((future,), _INTERVAL).done:
            if self.failure is not None:
                raise _cannot_start(self.failure)
            if len(self.workers()) < self._started:
                # The executor notices it too, unless it waits for the rest of a result.
                raise BrokenExecutor
        return future.result()


@contextmanager
def worker_pool(workers: int) -> Generator[Pool, None, None]:
    """Provide worker processes, started by the first batch. Raises `ChildProcessError` if one of them dies."""
    other_threads = threading.enumerate()
    previous_hook = threading.excepthook

    def keep_failure(arguments: threading.ExceptHookArgs) -> None:
        if arguments.thread in other_threads:
            previous_hook(arguments)
        else:
            pool.failure = arguments.exc_value

    pool = Pool(workers)
    threading.excepthook = keep_failure
    is_done = False
    try:
        yield pool
        is_done = True
    except BrokenExecutor:
        message = "a worker process died, probably for lack of memory"
        raise ChildProcessError(message) from None
    finally:
        if not is_done:
            pool.kill()
        # A thread that could not be started cannot be joined.
        pool.executor.shutdown(wait=pool.failure is None, cancel_futures=True)
        threading.excepthook = previous_hook


def _cannot_start(error: BaseException) -> ChildProcessError:
    return ChildProcessError(f"cannot start worker processes: {str(error) or 'out of memory'}")


@contextmanager
def _blocked_signals() -> Generator[None, None, None]:
    """Block signals while processes are started. They inherit the mask, and workers lift it when they are ready."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    previous = signal.pthread_sigmask(signal.SIG_BLOCK, [*_TERMINAL_SIGNALS, signal.SIGTERM])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous)


# What follows is executed by the workers.


def _check(batch: list[FileRange], *, strict: bool) -> Report | None:
    """Return the report of a batch; None if it has too many problems, or there is not enough memory for it."""
    reports: list[Report] = []
    problems = 0
    try:
        for part in batch:
            for report in reports_of_range(part, strict=strict):
                problems += len(report.problems)
                if problems > _MAX_PROBLEMS:
                    return None
                reports.append(report)
        return add_up(reports)
    except MemoryError:
        return None


def _start_worker() -> None:
    # The main process reports all errors.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    for number in _TERMINAL_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the executor sends it if another worker has died
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    """End this worker when the main process has ended, even if it was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
