# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""`check --jobs`: batches of files for worker processes, and their reports in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeAlias, final

from ..archive._folders import FoundFile, find_files, open_found
from ..archive.ranges import RANGE_SIZE, FileRange, split_files
from ..archive.reports import Report, check_file, check_range, join
from ._output import format_os_error, print_warning
from ._progress import Progress

if TYPE_CHECKING:
    from concurrent.futures import Future

    from ._pool import Pool

# Less work than this is done before workers have started. In bytes of JSON Lines.
_MIN_COST = 1 << 25

# Opening a file takes as long as checking this many bytes.
_FILE_COST = 1 << 13

# Enough to keep the workers busy while a report is printed.
_PENDING_BATCHES_PER_WORKER = 4

# What this process checks at a time. Even if all lines are damaged, its report is small.
_PIECE_SIZE = 1 << 16

# What a worker checks at a time: a range of a large file, or several whole files.
_Batch: TypeAlias = list[FileRange]


@final
class ParallelChecker:
    """Checks files in worker processes, and in this one if there is too little work for more."""

    def __init__(self, jobs: int, progress: Progress, *, strict: bool) -> None:
        self._jobs = jobs
        self._progress = progress
        self._strict = strict
        self._stack = ExitStack()
        self._pool: Pool | None = None
        self._can_start = True
        # Batches that are not submitted, because there may be too few for workers.
        self._waiting: list[_Batch] = []
        self._cost = 0
        self._pending: deque[tuple[_Batch, Future[Report | None]]] = deque()

    def check(self, paths: Iterable[str]) -> Iterator[Report]:
        """Yield the reports of paths, in the order of one process. Raises `ChildProcessError` if a worker dies."""
        with self._stack:
            yield from join(self._check(paths))

    def _check(self, paths: Iterable[str]) -> Iterator[tuple[FileRange, Report]]:
        for batch in _batches(split_files(self._find_files(paths), RANGE_SIZE)):
            if isinstance(batch, FoundFile):
                yield from self._finish()
                yield from self._check_file(batch)
                continue
            self._waiting.append(batch)
            self._cost += _cost(batch)
            if self._pool is not None or (self._cost >= _MIN_COST and len(self._waiting) >= self._jobs):
                yield from self._submit(_PENDING_BATCHES_PER_WORKER * self._jobs)
        yield from self._finish()

    def _find_files(self, paths: Iterable[str]) -> Iterator[FoundFile]:
        for found in find_files(paths):
            self._progress.file = found.name  # its beginning is read to find its format
            yield found

    def _finish(self) -> Iterator[tuple[FileRange, Report]]:
        """Check what is waiting, and wait for all workers."""
        if self._pool is not None or (self._cost >= _MIN_COST and len(self._waiting) > 1):
            yield from self._submit(0)
        yield from self._check_waiting()

    def _check_waiting(self) -> Iterator[tuple[FileRange, Report]]:
        """Check what is waiting in this process."""
        for batch in self._waiting:
            yield from self._check_here(batch)
        self._waiting.clear()
        self._cost = 0

    def _check_here(self, batch: _Batch) -> Iterator[tuple[FileRange, Report]]:
        """Check a batch in this process, with small reports."""
        for part in batch:
            if part.is_whole:
                yield from self._check_file(FoundFile(part.file, is_explicit=part.is_explicit))
                continue
            self._progress.file = part.file
            for piece in part.split(_PIECE_SIZE):
                yield piece, check_range(piece, strict=self._strict)
                self._progress.advance(piece.size)

    def _check_file(self, found: FoundFile) -> Iterator[tuple[FileRange, Report]]:
        part = FileRange(found.name, 0, 0)
        with open_found(found) as opened:
            self._progress.file = opened.name
            for report in check_file(opened, strict=self._strict, progress=self._progress.advance):
                yield part, report

    def _start(self) -> Pool | None:
        """Start workers. Print a warning and return None if that is impossible, as in a browser."""
        try:
            from ._pool import worker_pool  # noqa: PLC0415  (multiprocessing is slow to import)

            workers = min(self._jobs, len(self._waiting))
            with ExitStack() as stack:
                pool = stack.enter_context(worker_pool(workers))
                pool.start(workers)
                self._stack.push(stack.pop_all())
        except (ImportError, OSError, RuntimeError) as error:
            if "bootstrapping" in str(error):
                # A script without `if __name__ == "__main__"` is executed again by each worker. The error explains it.
                raise
            self._can_start = False
            reason = format_os_error(error) if isinstance(error, OSError) else str(error)
            self._progress.clear()
            print_warning(f"cannot start worker processes: {reason.rstrip('.')}; checking in one process")
            return None
        return pool

    def _submit(self, max_pending: int) -> Iterator[tuple[FileRange, Report]]:
        """Submit what is waiting, and yield the reports of all but a number of batches."""
        if self._pool is None and self._can_start:
            self._pool = self._start()
        if self._pool is None:
            yield from self._check_waiting()
            return
        for batch in self._waiting:
            self._pending.append((batch, self._pool.submit(batch, strict=self._strict)))
        self._waiting.clear()
        while len(self._pending) > max_pending:
            batch, future = self._pending.popleft()
            self._progress.file = batch[0].file
            report = self._pool.result(future)
            if report is None:
                yield from self._check_here(batch)
                continue
            self._progress.advance(sum([part.size for part in batch]))
            # A batch of several files needs no numbers of lines.
            yield batch[0], report


def _batches(parts: Iterable[FileRange | FoundFile]) -> Iterator[_Batch | FoundFile]:
    """Yield, in order, the ranges of large files, groups of small files, and the files that workers cannot open."""
    group: _Batch = []
    for part in parts:
        if isinstance(part, FileRange) and part.is_whole:
            group.append(part)
            if _cost(group) < RANGE_SIZE:
                continue
        if group:
            yield group
            group = []
        if isinstance(part, FoundFile):
            yield part
        elif not part.is_whole:
            yield [part]
    if group:
        yield group


def _cost(batch: _Batch) -> int:
    """Return the number of bytes of a range that are checked as fast as a batch."""
    return sum([part.size + _FILE_COST for part in batch])
