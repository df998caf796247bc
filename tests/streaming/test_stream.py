# SPDX-License-Identifier: MIT
"""Tests of `RunStepStream` and `read_stream`, with sample, captured and generated streams."""

from __future__ import annotations

import array
import copy
import gzip
import io
import json
import os
import pickle
import subprocess
import sys
import time
from dataclasses import FrozenInstanceError
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstep import RunStep, ValidationError, streaming
from runstep.streaming import Event, RunStepAccumulator, RunStepDelta, RunStepStream, read_stream
from runstep.streaming import deltas as delta_classes

from ..conftest import CORPUS, DATA, needs_corpus
from ..strategies import LIVE_STEP
from ..test_properties import assert_immutable, canonical
from .strategies import DELTA_TOOL_CALLS, SPLIT_OFFSETS, delta_event, event_bytes, split_chunks, step_event
from .test_accumulate import STEP, delta, function, step

SAMPLES = sorted((DATA / "streams").glob("*.sse"))
CAPTURES = sorted(CORPUS.glob("*.sse"))


def sample_name(path: Path) -> str:
    return path.stem.split("_")[0] if path in CAPTURES else path.stem


def summary(event: Event) -> list[str | None]:
    """Return an event in the form of the expected results."""
    return [event.event, type(event.data).__name__, None if event.error is None else str(event.error)]


def stream_result(chunks: list[bytes], **arguments: int) -> tuple[Any, ...]:
    """Return the events and the final state of a stream, as comparable values."""
    stream = RunStepStream(**arguments)
    events = [event for chunk in chunks for event in stream.feed(chunk)]
    assert stream.close() == []
    errors = [None if event.error is None else event.error.problems for event in events]
    return events, errors, stream.steps, stream.pending, stream.last_event_id, stream.retry


def single_bytes(data: bytes) -> list[bytes]:
    return [data[offset : offset + 1] for offset in range(len(data))]


# Samples and captured streams.


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 12


@pytest.mark.parametrize("path", SAMPLES, ids=sample_name)
def test_a_sample_yields_the_expected_events_and_steps(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    stream = RunStepStream()
    events = stream.feed(path.read_bytes())
    assert [summary(event) for event in events] == expected["events"]
    assert {id_: step.to_dict() for id_, step in stream.steps.items()} == expected["steps"]
    assert {id_: details.to_dict() for id_, details in stream.pending.items()} == expected["pending"]


@pytest.mark.parametrize("path", [*SAMPLES, *CAPTURES], ids=sample_name)
def test_chunks_line_ends_and_a_byte_order_mark_do_not_matter(path: Path) -> None:
    data = path.read_bytes()
    expected = stream_result([data])
    assert stream_result(single_bytes(data)) == expected
    for size in (2, 3, 1000):
        assert stream_result([data[start : start + size] for start in range(0, len(data), size)]) == expected
    for end in (b"\r\n", b"\r"):
        other = b"\xef\xbb\xbf" + data.replace(b"\r\n", b"\n").replace(b"\n", end)
        assert stream_result([other]) == expected
        assert stream_result(single_bytes(other)) == expected
    with path.open("rb") as file:
        assert list(read_stream(file)) == expected[0]


@needs_corpus
@pytest.mark.parametrize("path", CAPTURES, ids=sample_name)
def test_captured_step_events_round_trip(path: Path) -> None:
    events = [event for event in RunStepStream().feed(path.read_bytes()) if event.event.startswith("thread.run.step.")]
    lines = [line for line in path.read_text(encoding="utf-8").split("\n") if '"object":"thread.run.step' in line]
    assert len(events) == len(lines)
    for event, line in zip(events, lines, strict=True):
        assert event.error is None
        assert not isinstance(event.data, str)
        assert canonical(event.data.to_dict()) == canonical(json.loads(line.removeprefix("data:")))


@needs_corpus
@pytest.mark.parametrize("path", CAPTURES, ids=sample_name)
def test_captured_steps_end_as_the_last_complete_step_plus_later_deltas(path: Path) -> None:
    stream = RunStepStream()
    last: dict[str, RunStep] = {}
    changed: set[str] = set()
    for event in stream.feed(path.read_bytes()):
        if isinstance(event.data, RunStep):
            last[event.data.id] = event.data
            changed.discard(event.data.id)
        elif isinstance(event.data, RunStepDelta):
            changed.add(event.data.id)
    assert list(stream.steps) == list(last)
    for id_, result in stream.steps.items():
        if id_ not in changed:
            assert result is last[id_]
        assert result.status == last[id_].status
        assert_immutable(result)
    assert stream.pending == {}


@needs_corpus
@pytest.mark.parametrize("name", ["b021", "b022", "b054"])
def test_captured_deltas_add_up_to_the_completed_step(name: str) -> None:
    (path,) = CORPUS.glob(f"{name}_*")
    logged = json.loads(path.read_text(encoding="utf-8")) if path.suffix == ".json" else []
    events = [Event.from_dict(item) for item in logged] or RunStepStream().feed(path.read_bytes())
    accumulator = RunStepAccumulator()
    completed = 0
    for event in events:
        if event.event == "thread.run.step.completed" and isinstance(event.data, RunStep):
            assert accumulator.steps[event.data.id].tool_calls == event.data.tool_calls
            completed += 1
        accumulator.add(event)
    assert completed == (0 if logged else 2)


@needs_corpus
def test_a_captured_array_of_events_is_accumulated() -> None:
    (path,) = CORPUS.glob("b054_*.json")
    accumulator = RunStepAccumulator()
    for item in json.loads(path.read_text(encoding="utf-8")):
        accumulator.add(item)
    assert accumulator.steps == {}
    (call,) = accumulator.pending["step_1"].to_dict()["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == {"left": 87787, "right": 788988737}


# Generated streams.


_EVENT_SUFFIXES = st.sampled_from(["created", "in_progress", "completed", "failed", "cancelled", "expired"])


def _step_event(suffix: str, id_: str, data: dict[str, Any]) -> bytes:
    return step_event(suffix, {**data, "id": id_})


@st.composite
def event_streams(draw: st.DrawFn) -> bytes:
    """Return a stream of steps, deltas, other events and arbitrary bytes."""
    ids = st.sampled_from(["step_1", "step_2"])
    parts = st.one_of(
        st.builds(delta_event, ids, DELTA_TOOL_CALLS),
        st.builds(delta_event, ids, DELTA_TOOL_CALLS),
        st.builds(_step_event, _EVENT_SUFFIXES, ids, st.just(STEP) | LIVE_STEP),
        st.sampled_from(
            [b": ping\n\n", b"id: 5\n\n", b"retry: 5\n\n", b"event: error\ndata: {}\n\n", b"data: [DONE]\n\n"]
        ),
        st.builds(event_bytes, st.sampled_from(["thread.run.step.delta", "thread.run.step.created", "x"]), st.text()),
        st.binary(max_size=5),
    )
    return b"".join(draw(st.lists(parts, max_size=8)))


@given(event_streams(), SPLIT_OFFSETS, st.sampled_from([100, 300, 2**26]))
def test_chunk_boundaries_do_not_matter(data: bytes, offsets: list[int], limit: int) -> None:
    expected = stream_result([data], max_event_size=limit)
    assert stream_result(split_chunks(data, offsets), max_event_size=limit) == expected
    assert stream_result(single_bytes(data), max_event_size=limit) == expected
    assert list(read_stream(io.BytesIO(data), max_event_size=limit)) == expected[0]


@given(event_streams())
def test_events_never_change(data: bytes) -> None:
    stream = RunStepStream()
    snapshots: list[tuple[Event, bytes]] = []
    for start in range(0, len(data), 7):
        snapshots += [(event, pickle.dumps(event)) for event in stream.feed(data[start : start + 7])]
        _ = stream.steps
    for event, before in snapshots:
        assert pickle.dumps(event) == before
        assert_immutable(event.data)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    for event in RunStepStream().feed(b"event: thread.run.step.delta\ndata: " + data + b"\n\n"):
        assert isinstance(event, Event)


# Events and state of a stream.


def test_other_events_are_yielded_as_text() -> None:
    names = ["error", "done", "thread.run.completed", "thread.message.delta", "thread.run.step.paused", "ping"]
    data = b"".join(event_bytes(name, "[DONE]") for name in names) + b"data: [DONE]\n\n"
    events = RunStepStream().feed(data)
    assert events == [Event(event=name, data="[DONE]") for name in [*names, "message"]]
    assert all(event.error is None for event in events)


def test_an_invalid_step_event_has_an_error_and_the_next_is_parsed() -> None:
    valid = delta_event("step_1", [function("a")])
    stream = RunStepStream()
    events = stream.feed(step_event("created", STEP) + event_bytes("thread.run.step.delta", '{"id": 5}') + valid)
    assert events[1].data == '{"id": 5}'
    assert isinstance(events[1].error, ValidationError)
    assert [str(problem) for problem in events[1].error.problems] == [
        "id: expected a string, got an integer",
        "delta: expected an object, but the key is missing",
    ]
    assert events[2] == Event(event="thread.run.step.delta", data=delta(function("a")))
    assert stream.steps["step_1"].tool_calls[0].to_dict()["function"]["arguments"] == "a"


def test_an_event_that_is_too_large_is_reported_and_the_next_is_parsed() -> None:
    large, small = delta_event("step_1", [function("a" * 300)]), delta_event("step_1", [function("b")])
    stream = RunStepStream(max_event_size=300)
    discarded, event = stream.feed(large + small)
    assert (discarded.event, discarded.data) == ("thread.run.step.delta", "")
    assert str(discarded.error) == "event of more than 300 bytes"
    assert event.data == delta(function("b"))
    assert list(read_stream(io.BytesIO(large), max_event_size=300)) == [discarded]


def test_the_default_limit_is_64_mib() -> None:
    stream = RunStepStream()
    stream.feed(b"data: ")
    chunk = b"x" * (1024 * 1024)
    for _ in range(63):
        stream.feed(chunk)
    (event,) = stream.feed(chunk[6:] + b"\n\n")
    assert event.error is None
    assert len(event.data) == 64 * 1024 * 1024 - 6  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    stream.feed(b"data: ")
    for _ in range(63):
        stream.feed(chunk)
    (event,) = stream.feed(chunk[5:] + b"\n\n")
    assert str(event.error) == "event of more than 67108864 bytes"


def test_closing_discards_an_incomplete_event_and_rejects_more_data() -> None:
    stream = RunStepStream()
    assert stream.feed(step_event("created", STEP)[:-1]) == []
    assert stream.close() == []
    assert stream.close() == []
    assert stream.steps == {}
    with pytest.raises(ValueError, match="the stream is closed"):
        stream.feed(b"\n")


def test_the_stream_has_the_values_for_reconnecting() -> None:
    stream = RunStepStream()
    assert (stream.last_event_id, stream.retry) == ("", None)
    stream.feed(b"id: 7\nretry: 3000\n\n")
    assert (stream.last_event_id, stream.retry) == ("7", 3000)


def test_a_step_continues_in_the_stream_of_another_response() -> None:
    accumulator = RunStepAccumulator()
    for data in (
        step_event("created", STEP) + delta_event("step_1", [function("a")]),
        delta_event("step_1", [function("b")]),
    ):
        for event in RunStepStream().feed(data):
            accumulator.add(event)
    assert accumulator.steps["step_1"].tool_calls[0].to_dict()["function"]["arguments"] == "ab"


# Events as values.


def test_events_behave_as_values() -> None:
    stream = RunStepStream()
    events = stream.feed(step_event("created", STEP) + event_bytes("thread.run.step.delta", "{") + b"data: x\n\n")
    for event in events:
        for clone in (pickle.loads(pickle.dumps(event)), copy.deepcopy(event)):  # noqa: S301  (own data)
            assert clone == event
            assert hash(clone) == hash(event)
            assert str(clone.error) == str(event.error)
        with pytest.raises(FrozenInstanceError):
            event.event = "x"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    assert repr(events[2]) == "Event(event='message', data='x', error=None)"


@pytest.mark.parametrize(
    ("logged", "event"),
    [
        ({"event": "done", "data": "[DONE]"}, Event(event="done", data="[DONE]")),
        ({"event": "x", "data": {"é": [1, None]}}, Event(event="x", data='{"é": [1, null]}')),
        ({"event": "x", "data": None, "id": 5}, Event(event="x", data="null")),
        ({"event": "thread.run.step.created", "data": STEP}, Event(event="thread.run.step.created", data=step())),
        (
            {"event": "thread.run.step.failed", "data": json.dumps(STEP)},
            Event(event="thread.run.step.failed", data=step()),
        ),
        (
            {"event": "thread.run.step.delta", "data": delta(function("a")).to_dict()},
            Event(event="thread.run.step.delta", data=delta(function("a"))),
        ),
    ],
)
def test_an_event_is_parsed_from_a_dict(logged: dict[str, Any], event: Event) -> None:
    assert Event.from_dict(logged) == event
    assert Event.from_dict(logged).error is None


def test_an_invalid_step_event_in_a_dict_has_an_error() -> None:
    for data in ({"id": 5}, '{"id": 5}'):
        event = Event.from_dict({"event": "thread.run.step.delta", "data": data})
        assert event.data == '{"id": 5}'
        assert str(event.error) == "id: expected a string, got an integer (and 1 more)"


# Files.


def test_events_are_yielded_as_soon_as_they_are_complete() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as file, os.fdopen(writing, "wb", buffering=0) as server:
        events = read_stream(file)
        for number in range(3):
            server.write(f"data: {number}\n\ndata:".encode())
            assert next(events).data == str(number)
            server.write(b"\n\n")
            assert next(events).data == ""
        server.close()
        assert list(events) == []


def test_an_unbuffered_file_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "run.sse"
    path.write_bytes(step_event("created", STEP))
    with path.open("rb", buffering=0) as file:
        (event,) = read_stream(file)  # pyright: ignore[reportArgumentType]
    assert event.data == step()


# Performance.


def stream_of_deltas(number: int, calls: int = 1) -> bytes:
    """Return a stream of `number` deltas, which extend `calls` tool calls in turn."""
    deltas = [delta_event("step_1", [function(" word", index=index % calls)]) for index in range(number)]
    return step_event("created", STEP) + b"".join(deltas)


def count_function_calls(data: bytes, size: int, *, reads_steps: bool) -> int:
    """Return the number of calls of Python and C functions. Unlike time, it does not depend on the load."""
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    stream = RunStepStream()
    count = 0

    def profile(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    previous = sys.getprofile()
    sys.setprofile(profile)
    try:
        for chunk in chunks:
            stream.feed(chunk)
            if reads_steps:
                _ = stream.steps.get("step_1")
    finally:
        sys.setprofile(previous)
    return count


@pytest.mark.parametrize("size", [1000, 2**30])
@pytest.mark.parametrize("reads_steps", [False, True])
def test_the_work_per_delta_is_constant(size: int, reads_steps: bool) -> None:
    few, many = [
        count_function_calls(stream_of_deltas(number), size, reads_steps=reads_steps) / number for number in (300, 3000)
    ]
    assert many < few * 1.05


def test_reading_steps_builds_only_the_changed_call() -> None:
    one, hundred = [count_function_calls(stream_of_deltas(1000, calls), 200, reads_steps=True) for calls in (1, 100)]
    assert hundred < one * 1.2


@pytest.mark.long
def test_the_time_per_delta_is_constant_and_close_to_json_decoding() -> None:
    def best_time(data: bytes, size: int, rounds: int) -> float:
        times: list[float] = []
        for _ in range(rounds):
            stream = RunStepStream()
            started = time.perf_counter()
            for start in range(0, len(data), size):
                stream.feed(data[start : start + size])
            times.append(time.perf_counter() - started)
        return min(times)

    few, many = stream_of_deltas(2000), stream_of_deltas(100_000)
    texts = [line[6:] for line in few.decode().split("\n") if line.startswith("data: ")]
    started = time.perf_counter()
    for text in texts:
        json.loads(text)
    json_time = time.perf_counter() - started
    for size in (1000, 65536):
        small, large = best_time(few, size, 30) / 2000, best_time(many, size, 3) / 100_000
        assert large < small * 1.3
        assert small * 2000 < json_time * 4


def test_all_lists_every_public_class() -> None:
    public = {
        name for name, value in vars(delta_classes).items() if name[0] != "_" and "Delta" in name and value is not None
    }
    assert sorted(streaming.__all__) == streaming.__all__
    assert public | {"Event", "RunStepAccumulator", "RunStepStream", "read_stream"} == set(streaming.__all__)


def test_read_stream_accepts_a_path_and_any_binary_file(tmp_path: Path) -> None:
    data = SAMPLES[0].read_bytes()
    path = tmp_path / "stream.sse.gz"
    path.write_bytes(gzip.compress(data))
    expected = list(read_stream(io.BytesIO(data)))
    assert expected
    assert list(read_stream(SAMPLES[0])) == list(read_stream(str(SAMPLES[0]))) == expected
    with gzip.open(path) as file:
        assert list(read_stream(file)) == expected
    command = [sys.executable, "-c", f"import sys; sys.stdout.buffer.write({data!r})"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603  (this Python)
        assert process.stdout is not None
        assert list(read_stream(process.stdout)) == expected


def test_feed_accepts_bytes_like_objects() -> None:
    data = SAMPLES[0].read_bytes()
    expected = RunStepStream().feed(data)
    assert RunStepStream().feed(bytearray(data)) == expected
    assert RunStepStream().feed(memoryview(data)) == expected
    assert RunStepStream().feed(array.array("B", data)) == expected  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("chunk", ["text", 5, None, [1]], ids=lambda chunk: type(chunk).__name__)
def test_feed_rejects_other_objects(chunk: Any) -> None:
    with pytest.raises(TypeError, match=f"^expected a bytes-like object, got {type(chunk).__name__}$"):
        RunStepStream().feed(chunk)
