# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""`check --jobs`: batches of files for worker processes, and their reports in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, final

from ..archive._folders import FoundFile, find_files, open_found
from ..archive.ranges import Batch, batch_cost, batches
from ..archive.reports import RangeMerger, Report, check_batch, check_file
from ._progress import Progress

if TYPE_CHECKING:
    from concurrent.futures import Future

    from ._pool import Pool

# Less work than this is done before workers have started. In bytes of JSON Lines.
_MIN_COST = 1 << 25

# Enough to keep the workers busy while a report is printed.
_PENDING_BATCHES_PER_WORKER = 4


@final
class ParallelChecker:
    """Checks files in worker processes, and in this one if there is too little work for more."""

    def __init__(self, jobs: int, progress: Progress, *, strict: bool) -> None:
        self._jobs = jobs
        self._progress = progress
        self._strict = strict
        self._merger = RangeMerger()
        self._stack = ExitStack()
        self._pool: Pool | None = None
        # Batches that are not submitted, because there may be too few for workers.
        self._waiting: list[Batch] = []
        self._cost = 0
        self._pending: deque[tuple[Batch, Future[list[Report] | None]]] = deque()

    def check(self, paths: Iterable[str]) -> Iterator[Report]:
        """Yield the reports of paths, in the order of one process. Raises `ChildProcessError` if a worker dies."""
        with self._stack:
            for batch in batches(find_files(paths)):
                if isinstance(batch, FoundFile):
                    yield from self._finish()
                    with open_found(batch) as opened:
                        yield from check_file(opened, strict=self._strict, progress=self._progress.advance)
                    continue
                self._waiting.append(batch)
                self._cost += batch_cost(batch)
                if self._pool is not None or (self._cost >= _MIN_COST and len(self._waiting) >= self._jobs):
                    yield from self._submit(_PENDING_BATCHES_PER_WORKER * self._jobs)
            yield from self._finish()

    def _finish(self) -> Iterator[Report]:
        """Check what is waiting, and wait for all workers."""
        if self._pool is not None or (self._cost >= _MIN_COST and len(self._waiting) > 1):
            yield from self._submit(0)
        for batch in self._waiting:
            reports = check_batch(batch, strict=self._strict, progress=self._progress.advance)
            yield from self._merger.merge(batch, reports)
        self._waiting.clear()
        self._cost = 0

    def _submit(self, max_pending: int) -> Iterator[Report]:
        """Submit what is waiting, and yield the reports of all but a number of batches."""
        if self._pool is None:
            try:
                from ._pool import worker_pool  # noqa: PLC0415  (multiprocessing is slow to import)
            except ImportError as error:  # a platform without processes, or no memory left
                message = f"cannot start worker processes: {error}"
                raise ChildProcessError(message) from None
            self._pool = self._stack.enter_context(worker_pool(min(self._jobs, len(self._waiting))))
        for batch in self._waiting:
            self._pending.append((batch, self._pool.submit(batch, strict=self._strict)))
        self._waiting.clear()
        while len(self._pending) > max_pending:
            batch, future = self._pending.popleft()
            reports = self._pool.result(future)
            self._progress.advance(sum([part.size for part in batch]))
            yield from self._merger.merge(batch, reports)
