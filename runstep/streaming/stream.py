# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The event stream of a run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol, final

from ..steps import RunStep, StepDetails
from .accumulate import RunStepAccumulator
from .events import Event, discarded_event, parse_event
from .sse import ServerSentEvents

_MAX_EVENT_SIZE = 64 * 1024 * 1024
_CHUNK_SIZE = 64 * 1024


class BinaryFile(Protocol):
    """A file object that returns bytes, such as the result of `open(path, "rb")` or `gzip.open(path)`."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, and no bytes at the end of the file."""
        ...


@final
class RunStepStream:
    """The event stream of one response, without I/O: `feed` it bytes, in chunks of any size, to get events.

    Bytes are decoded as `text/event-stream` (HTML Living Standard, section 9.2.6), and run step events are parsed (API
    reference, "Assistants streaming", "Events"). `RunStepAccumulator` describes how deltas are accumulated. An event
    with more than `max_event_size` bytes in its lines, without line ends and comments, is discarded: its `data` is
    empty, and its `error` is set. The default is 64 MiB.
    """

    __slots__ = ("_accumulator", "_decoder", "_is_closed", "_max_event_size")

    def __init__(self, *, max_event_size: int = _MAX_EVENT_SIZE) -> None:
        self._decoder = ServerSentEvents(max_event_size)
        self._accumulator = RunStepAccumulator()
        self._max_event_size = max_event_size
        self._is_closed = False

    def feed(self, chunk: bytes | bytearray | memoryview) -> list[Event]:
        """Return the events that `chunk`, a bytes-like object, completes, in order.

        Raises `TypeError` if it is not bytes-like, and `ValueError` after `close`.

        Feed a large capture in chunks of about 64 KiB: all events of a chunk exist at the same time, and among hundreds
        of thousands of objects the garbage collector takes half of the time.
        """
        if self._is_closed:
            message = "the stream is closed"
            raise ValueError(message)
        if type(chunk) is not bytes:
            try:
                chunk = bytes(memoryview(chunk))
            except TypeError:
                message = f"expected a bytes-like object, got {type(chunk).__name__}"
                raise TypeError(message) from None
        events: list[Event] = []
        for name, data, is_too_big in self._decoder.feed(chunk):
            if is_too_big:
                event = discarded_event(name, self._max_event_size)
            else:
                event = parse_event(name, data)
                self._accumulator._add(event.data)
            events.append(event)
        return events

    def close(self) -> list[Event]:
        """End the stream and discard an incomplete event, as the standard requires. Always returns an empty list."""
        self._decoder.close()
        self._is_closed = True
        return []

    @property
    def steps(self) -> Mapping[str, RunStep]:
        """The current state of each announced step by id, as a read-only mapping that does not change later."""
        return self._accumulator.steps

    @property
    def pending(self) -> Mapping[str, StepDetails]:
        """Partial details of steps known only from deltas, by the id of the step, as a read-only mapping."""
        return self._accumulator.pending

    @property
    def last_event_id(self) -> str:
        """The value for `Last-Event-ID` to resume the stream; empty if the stream has no ids."""
        return self._decoder.last_event_id

    @property
    def retry(self) -> int | None:
        """The reconnection time in milliseconds; None if the server did not send one."""
        return self._decoder.retry


def read_stream(
    source: str | os.PathLike[str] | BinaryFile, *, max_event_size: int = _MAX_EVENT_SIZE
) -> Iterator[Event]:
    """Yield the events of a file, like `RunStepStream`. `source` is its path, or a binary file object.

    A file object may be a connection: an event is yielded as soon as its last line has arrived. Raises `OSError` if the
    path cannot be opened, and what the file object raises.
    """
    if isinstance(source, (str, os.PathLike)):
        with Path(source).open("rb") as file:
            yield from read_stream(file, max_event_size=max_event_size)
        return
    decoder = ServerSentEvents(max_event_size)
    # Unlike `read`, `read1` does not wait for more data than there is.
    read = getattr(source, "read1", source.read)
    while chunk := read(_CHUNK_SIZE):
        for name, data, is_too_big in decoder.feed(chunk):
            yield discarded_event(name, max_event_size) if is_too_big else parse_event(name, data)
