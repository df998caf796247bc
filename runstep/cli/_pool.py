# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The worker processes of `check --jobs`."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import final

from ..archive._folders import open_files
from ..archive.ranges import FileRange, split_file
from ..archive.reports import RangeMerger, Report, check_file, check_range
from ._progress import Progress

# Enough to keep the workers busy while a report is printed.
_PENDING_RANGES_PER_WORKER = 4

# Forking is the fastest way to start workers, and safe because this process has no other threads yet.
_START_METHOD = "fork" if sys.platform == "linux" else None

# A terminal sends these to all processes, but only the main one acts on them. Windows has no SIGHUP.
_TERMINAL_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)]


@final
class ParallelChecker:
    """Checks files, and ranges of large files of JSON Lines, in worker processes."""

    def __init__(self, executor: ProcessPoolExecutor, jobs: int, progress: Progress, *, strict: bool) -> None:
        self._executor = executor
        self._max_pending = _PENDING_RANGES_PER_WORKER * jobs
        self._progress = progress
        self._strict = strict

    def check(self, path: str) -> Iterator[Report]:
        """Yield the reports of a path in the order of one process. Raises `OSError` if it cannot be opened."""
        merger = RangeMerger()
        pending: deque[tuple[FileRange, Future[Report]]] = deque()

        def finished(max_pending: int) -> Iterator[Report]:
            while len(pending) > max_pending:
                part, future = pending.popleft()
                report = future.result()
                self._progress.advance(part.size)
                yield merger.merge(part, report)

        for opened in open_files(path):
            parts = split_file(opened)
            if parts is None:
                # This process has the file open, until the next one is requested.
                yield from finished(0)
                yield from check_file(opened, strict=self._strict, progress=self._progress.advance)
                continue
            for part in parts:
                pending.append((part, self._submit(part)))
                yield from finished(self._max_pending)
        yield from finished(0)

    def _submit(self, part: FileRange) -> Future[Report]:
        with _blocked_signals():
            return self._executor.submit(check_range, part, strict=self._strict)


@contextmanager
def parallel_checker(jobs: int, progress: Progress, *, strict: bool) -> Generator[ParallelChecker, None, None]:
    """Provide a checker with worker processes. Raises `ChildProcessError` if one of them dies."""
    with _blocked_signals():
        context = multiprocessing.get_context(_START_METHOD)
        executor = ProcessPoolExecutor(jobs, mp_context=context, initializer=_start_worker)
    is_done = False
    try:
        yield ParallelChecker(executor, jobs, progress, strict=strict)
        is_done = True
    except BrokenExecutor:
        message = "a worker process died"
        raise ChildProcessError(message) from None
    finally:
        # After an error, the exit of the process waits for the ranges in progress.
        executor.shutdown(wait=is_done, cancel_futures=True)


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


def _start_worker() -> None:
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
