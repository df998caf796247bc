# SPDX-License-Identifier: MIT
"""The worker processes of `check --jobs`."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast, final

from ..archive.ranges import _Piece
from ..archive.reports import Part, check_piece

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess


@contextmanager
def workers(jobs: int) -> Generator[Workers | None, None, None]:
    """Give the processes that check, if there are to be more than this one; none outlives it."""
    if jobs == 1:
        yield None
        return
    team = Workers()
    try:
        team.start(jobs)
        yield team
    finally:
        team.end()


_DIED = "a process that checked has died"


@final
class WorkerError(Exception):
    """A process that was to do a piece of work has died."""


@final
class Workers:
    """Processes that each do one piece of work after another.

    Not `concurrent.futures`: its thread waits for ever for the rest of a result whose process is ended in the middle.
    """

    def __init__(self) -> None:
        self._processes: list[BaseProcess] = []
        self._idle: list[Connection] = []
        self._busy: dict[Connection, list[Part]] = {}

    def start(self, jobs: int) -> None:
        """Start so many processes."""
        import multiprocessing  # noqa: PLC0415  (most runs do without)

        for _ in range(jobs):
            ours, theirs = multiprocessing.Pipe()
            self._idle.append(ours)
            process = multiprocessing.Process(target=_serve, args=(theirs, [*self._idle]), daemon=True)
            process.start()
            self._processes.append(process)
            theirs.close()

    def submit(self, piece: _Piece) -> list[Part]:
        """Have a piece done, and return the list that its part will be put in."""
        while not self._idle:
            self._collect()
        connection = self._idle.pop()
        part = self._busy[connection] = []
        try:
            connection.send(piece)
        except OSError:
            raise WorkerError(_DIED) from None
        return part

    def result(self, part: list[Part]) -> Part:
        """Return what has been put in the list, when it has. Raises `WorkerError` if a process has died."""
        while not part:
            self._collect()
        return part[0]

    def _collect(self) -> None:
        from multiprocessing.connection import wait  # noqa: PLC0415

        for connection in cast("list[Connection]", wait(self._busy)):
            try:
                part = connection.recv()
            except (EOFError, OSError):
                raise WorkerError(_DIED) from None
            self._busy.pop(connection).append(part)
            self._idle.append(connection)

    def end(self) -> None:
        """End the processes, whatever they are doing."""
        for process in self._processes:
            process.terminate()
            process.join()
        for connection in (*self._idle, *self._busy):
            connection.close()


def _serve(connection: Connection, others: list[Connection]) -> None:
    """Do what a process is for, until there is nobody to do it for."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # While these are open, no process would see the end of the first one.
    for other in others:
        other.close()
    try:
        while True:
            connection.send(check_piece(connection.recv()))
    except (EOFError, OSError):
        return
