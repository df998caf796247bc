# SPDX-License-Identifier: MIT
"""Invariant: any split of bytes into chunks gives the same events and steps, and nothing is raised.

The split depends on the bytes alone, so that an input is an event stream and nothing else. Reading `steps` between the
chunks changes nothing either, and the steps round-trip.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from random import Random
from typing import Any
from zlib import crc32

from runstep import RunStep
from runstep.streaming import Event, RunStepStream, read_stream

from .inputs import seeds

_STREAMS = seeds("streams/*.sse", "archives/*.sse", "*.sse")
SEEDS = [*_STREAMS, *[b"\xef\xbb\xbf" + stream.replace(b"\n", b"\r\n") for stream in _STREAMS]]


def check(data: bytes) -> None:
    random = Random(crc32(data))  # noqa: S311  (not used for secrets)
    limit = random.choice((1 << 26, 1 << 10, 50))
    events, stream = feed([data], limit)
    assert_equal(feed(split(data, random), limit, random), (events, stream))
    assert list(read_stream(io.BytesIO(data), max_event_size=limit)) == events
    for event in events:
        assert event.error is None or isinstance(event.data, str)
    for id_, step in stream.steps.items():
        assert step.id == id_
        assert RunStep.from_dict(step.to_dict()) == step


def feed(chunks: Iterable[bytes], limit: int, random: Random | None = None) -> tuple[list[Event], RunStepStream]:
    """Return the events and the stream; with `random`, `steps` is read after some chunks."""
    stream = RunStepStream(max_event_size=limit)
    events: list[Event] = []
    for chunk in chunks:
        events += stream.feed(chunk)
        if random is not None and random.random() < 0.1:
            stream.steps  # noqa: B018  (builds the steps)
    return events, stream


def split(data: bytes, random: Random) -> Iterable[bytes]:
    start = 0
    while start < len(data):
        end = start + random.choice((0, 1, 2, 20, 200))
        yield data[start:end]
        start = end


def assert_equal(result: tuple[list[Event], RunStepStream], expected: tuple[list[Event], RunStepStream]) -> None:
    events, stream = result
    expected_events, expected_stream = expected
    assert events == expected_events
    assert problems(events) == problems(expected_events)
    for name in ("steps", "pending", "last_event_id", "retry"):
        assert getattr(stream, name) == getattr(expected_stream, name)


def problems(events: list[Event]) -> list[Any]:
    return [None if event.error is None else event.error.problems for event in events]
