# SPDX-License-Identifier: MIT
"""The event stream of a run: bytes go in, events come out, and the steps that they tell of are held together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO, final

from ..steps import RunStep, StepDetails
from .accumulate import RunStepAccumulator
from .events import Event, dropped_event, read_event
from .sse import ServerSentEvents

_MAX_EVENT_SIZE = 64 * 1024 * 1024
_CHUNK_SIZE = 64 * 1024


@final
class RunStepStream:
    """The event stream of one response: it is fed bytes, cut anywhere, and returns events.

    It does no input or output of its own. It reads `text/event-stream` as the HTML Living Standard has it
    (section 9.2.6), and the events of run steps as the API reference names them; how deltas are held together is
    said at `RunStepAccumulator`. An event whose lines have more than `max_event_size` bytes together (line ends and
    comments not counted, 64 MiB unless told otherwise) is dropped: it comes through without data, but with an `error`.
    """

    __slots__ = ("_accumulator", "_decoder", "_is_closed", "_max_event_size")

    def __init__(self, *, max_event_size: int = _MAX_EVENT_SIZE) -> None:
        self._decoder = ServerSentEvents(max_event_size)
        self._accumulator = RunStepAccumulator()
        self._max_event_size = max_event_size
        self._is_closed = False

    def feed(self, chunk: bytes) -> list[Event]:
        """Return the events that `chunk` completes, in order. Raises `ValueError` after `close`.

        Feed a large capture in chunks of about 64 KiB: all events of a chunk exist at the same time, and among hundreds
        of thousands of objects the garbage collector takes half of the time.
        """
        if self._is_closed:
            message = "the stream is closed"
            raise ValueError(message)
        events: list[Event] = []
        for name, data, is_too_big in self._decoder.feed(chunk):
            if is_too_big:
                event = dropped_event(name, self._max_event_size)
            else:
                event = read_event(name, data)
                self._accumulator._add(event.data)
            events.append(event)
        return events

    def close(self) -> list[Event]:
        """End the stream, and return the events that were still complete.

        Those are none: an event is complete with the empty line behind it, and `feed` has returned it then. One
        that the stream ends in the middle of is discarded, as the standard says.
        """
        self._decoder.close()
        self._is_closed = True
        return []

    @property
    def steps(self) -> Mapping[str, RunStep]:
        """Each step that was announced, by its id, as it stands now; what asking costs: see `RunStepAccumulator`."""
        return self._accumulator.steps

    @property
    def pending(self) -> Mapping[str, StepDetails]:
        """What deltas told of steps that no event has announced: details as they stand now, by the id of the step."""
        return self._accumulator.pending

    @property
    def last_event_id(self) -> str:
        """What to send as `Last-Event-ID` to go on from here; empty where the stream gave no id."""
        return self._decoder.last_event_id

    @property
    def retry(self) -> int | None:
        """How many milliseconds the server wants a client to wait before it connects again; None: it did not say."""
        return self._decoder.retry


def read_stream(file: BinaryIO, *, max_event_size: int = _MAX_EVENT_SIZE) -> Iterator[Event]:
    """Yield the events of an open binary file, as `RunStepStream` returns them.

    An event comes out as soon as the file has its end, so the file may be a connection that is still open.
    """
    decoder = ServerSentEvents(max_event_size)
    # Where there is `read1`, `read` waits until it has all that it was asked for.
    read = getattr(file, "read1", file.read)
    while chunk := read(_CHUNK_SIZE):
        for name, data, is_too_big in decoder.feed(chunk):
            yield dropped_event(name, max_event_size) if is_too_big else read_event(name, data)
