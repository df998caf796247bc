# SPDX-License-Identifier: MIT
"""Streams of runs: own samples and captured ones, cut anywhere, too big, broken, and long."""

from __future__ import annotations

import copy
import importlib
import io
import json
import os
import pickle
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

from ..conftest import DATA, SHARED
from ..strategies import LIVE_STEP
from ..test_properties import assert_immutable, canonical
from .strategies import CUTS, FRAGMENTS, cut, delta_event, event_bytes, step_event
from .test_accumulate import STEP, delta, function, step

SAMPLES = sorted((DATA / "streams").glob("*.sse"))
CAPTURES = sorted((SHARED / "corpus").glob("*.sse"))
captured = pytest.mark.skipif(not CAPTURES, reason="captured streams are not there")


def name_of(path: Path) -> str:
    return path.stem.split("_")[0] if path in CAPTURES else path.stem


def shown(event: Event) -> list[str | None]:
    return [event.event, type(event.data).__name__, None if event.error is None else str(event.error)]


def outcome(chunks: list[bytes], **arguments: int) -> tuple[Any, ...]:
    """Everything that a stream tells, in what compares."""
    stream = RunStepStream(**arguments)
    events = [event for chunk in chunks for event in stream.feed(chunk)]
    assert stream.close() == []
    errors = [None if event.error is None else event.error.problems for event in events]
    return events, errors, stream.steps, stream.pending, stream.last_event_id, stream.retry


def bytes_of(data: bytes) -> list[bytes]:
    return [data[place : place + 1] for place in range(len(data))]


# Samples and captures.


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 12


@pytest.mark.parametrize("path", SAMPLES, ids=name_of)
def test_a_sample_tells_what_stands_beside_it(path: Path) -> None:
    wanted = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    stream = RunStepStream()
    events = stream.feed(path.read_bytes())
    assert [shown(event) for event in events] == wanted["events"]
    assert {id_: step.to_dict() for id_, step in stream.steps.items()} == wanted["steps"]
    assert {id_: details.to_dict() for id_, details in stream.pending.items()} == wanted["pending"]


@pytest.mark.parametrize("path", [*SAMPLES, *CAPTURES], ids=name_of)
def test_cuts_line_ends_and_a_byte_order_mark_change_nothing(path: Path) -> None:
    data = path.read_bytes()
    whole = outcome([data])
    assert outcome(bytes_of(data)) == whole
    for size in (2, 3, 1000):
        assert outcome([data[start : start + size] for start in range(0, len(data), size)]) == whole
    for end in (b"\r\n", b"\r"):
        other = b"\xef\xbb\xbf" + data.replace(b"\r\n", b"\n").replace(b"\n", end)
        assert outcome([other]) == whole
        assert outcome(bytes_of(other)) == whole
    with path.open("rb") as file:
        assert list(read_stream(file)) == whole[0]


@captured
@pytest.mark.parametrize("path", CAPTURES, ids=name_of)
def test_each_captured_step_event_is_written_as_it_was_read(path: Path) -> None:
    read = [event for event in RunStepStream().feed(path.read_bytes()) if event.event.startswith("thread.run.step.")]
    sent = [line for line in path.read_text(encoding="utf-8").split("\n") if '"object":"thread.run.step' in line]
    assert len(read) == len(sent)
    for event, line in zip(read, sent, strict=True):
        assert event.error is None
        assert not isinstance(event.data, str)
        assert canonical(event.data.to_dict()) == canonical(json.loads(line.removeprefix("data:")))


@captured
@pytest.mark.parametrize("path", CAPTURES, ids=name_of)
def test_at_the_end_each_captured_step_is_the_last_one_sent_and_what_deltas_told_since(path: Path) -> None:
    stream = RunStepStream()
    last: dict[str, RunStep] = {}
    told_since: set[str] = set()
    for event in stream.feed(path.read_bytes()):
        if isinstance(event.data, RunStep):
            last[event.data.id] = event.data
            told_since.discard(event.data.id)
        elif isinstance(event.data, RunStepDelta):
            told_since.add(event.data.id)
    assert list(stream.steps) == list(last)
    for id_, held in stream.steps.items():
        if id_ not in told_since:
            assert held is last[id_]
        assert held.status == last[id_].status
        assert_immutable(held)
    assert stream.pending == {}


@captured
@pytest.mark.parametrize("name", ["b021", "b022", "b054"])
def test_captured_deltas_add_up_to_what_the_server_sent_in_the_end(name: str) -> None:
    (path,) = (SHARED / "corpus").glob(f"{name}_*")
    logged = json.loads(path.read_text(encoding="utf-8")) if path.suffix == ".json" else []
    events = [Event.from_dict(item) for item in logged] or RunStepStream().feed(path.read_bytes())
    accumulator = RunStepAccumulator()
    ended = 0
    for event in events:
        if event.event == "thread.run.step.completed" and isinstance(event.data, RunStep):
            assert accumulator.steps[event.data.id].tool_calls == event.data.tool_calls
            ended += 1
        accumulator.add(event)
    assert ended == (0 if logged else 2)


@captured
def test_a_captured_array_of_events_is_accumulated() -> None:
    (path,) = (SHARED / "corpus").glob("b054_*.json")
    accumulator = RunStepAccumulator()
    for item in json.loads(path.read_text(encoding="utf-8")):
        accumulator.add(item)
    assert accumulator.steps == {}
    (call,) = accumulator.pending["step_1"].to_dict()["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == {"left": 87787, "right": 788988737}


# Generated streams.


_NEWS = st.sampled_from(["created", "in_progress", "completed", "failed", "cancelled", "expired"])


def _step_event(news: str, id_: str, data: dict[str, Any]) -> bytes:
    return step_event(news, {**data, "id": id_})


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    ids = st.sampled_from(["step_1", "step_2"])
    parts = st.one_of(
        st.builds(delta_event, ids, FRAGMENTS),
        st.builds(delta_event, ids, FRAGMENTS),
        st.builds(_step_event, _NEWS, ids, st.just(STEP) | LIVE_STEP),
        st.sampled_from(
            [b": ping\n\n", b"id: 5\n\n", b"retry: 5\n\n", b"event: error\ndata: {}\n\n", b"data: [DONE]\n\n"]
        ),
        st.builds(event_bytes, st.sampled_from(["thread.run.step.delta", "thread.run.step.created", "x"]), st.text()),
        st.binary(max_size=5),
    )
    return b"".join(draw(st.lists(parts, max_size=8)))


@given(streams(), CUTS, st.sampled_from([100, 300, 2**26]))
def test_any_cut_of_the_bytes_gives_the_same(data: bytes, places: list[int], limit: int) -> None:
    whole = outcome([data], max_event_size=limit)
    assert outcome(cut(data, places), max_event_size=limit) == whole
    assert outcome(bytes_of(data), max_event_size=limit) == whole
    assert list(read_stream(io.BytesIO(data), max_event_size=limit)) == whole[0]


@given(streams())
def test_no_event_changes_later(data: bytes) -> None:
    stream = RunStepStream()
    kept: list[tuple[Event, bytes]] = []
    for start in range(0, len(data), 7):
        kept += [(event, pickle.dumps(event)) for event in stream.feed(data[start : start + 7])]
        _ = stream.steps
    for event, before in kept:
        assert pickle.dumps(event) == before
        assert_immutable(event.data)


@given(st.binary(max_size=200))
def test_no_bytes_ever_raise(data: bytes) -> None:
    for event in RunStepStream().feed(b"event: thread.run.step.delta\ndata: " + data + b"\n\n"):
        assert isinstance(event, Event)


# One event after another.


def test_what_is_no_event_of_a_step_comes_through_as_text() -> None:
    names = ["error", "done", "thread.run.completed", "thread.message.delta", "thread.run.step.paused", "ping"]
    data = b"".join(event_bytes(name, "[DONE]") for name in names) + b"data: [DONE]\n\n"
    events = RunStepStream().feed(data)
    assert events == [Event(event=name, data="[DONE]") for name in [*names, "message"]]
    assert all(event.error is None for event in events)


def test_a_step_event_that_cannot_be_read_has_its_error_and_the_next_one_none() -> None:
    good = delta_event("step_1", [function("a")])
    stream = RunStepStream()
    events = stream.feed(step_event("created", STEP) + event_bytes("thread.run.step.delta", '{"id": 5}') + good)
    assert events[1].data == '{"id": 5}'
    assert isinstance(events[1].error, ValidationError)
    assert [str(problem) for problem in events[1].error.problems] == [
        "id: expected a string, got an integer",
        "delta: expected an object, but the key is missing",
    ]
    assert events[2] == Event(event="thread.run.step.delta", data=delta(function("a")))
    assert stream.steps["step_1"].tool_calls[0].to_dict()["function"]["arguments"] == "a"


def test_an_event_that_is_too_big_is_reported_and_the_next_one_read() -> None:
    big, good = delta_event("step_1", [function("a" * 300)]), delta_event("step_1", [function("b")])
    stream = RunStepStream(max_event_size=300)
    dropped, event = stream.feed(big + good)
    assert (dropped.event, dropped.data) == ("thread.run.step.delta", "")
    assert str(dropped.error) == "event of more than 300 bytes"
    assert event.data == delta(function("b"))
    assert list(read_stream(io.BytesIO(big), max_event_size=300)) == [dropped]


def test_the_limit_is_64_mib_unless_told_otherwise() -> None:
    stream = RunStepStream()
    stream.feed(b"data: ")
    piece = b"x" * (1024 * 1024)
    for _ in range(63):
        stream.feed(piece)
    (event,) = stream.feed(piece[6:] + b"\n\n")
    assert event.error is None
    assert len(event.data) == 64 * 1024 * 1024 - 6  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    stream.feed(b"data: ")
    for _ in range(63):
        stream.feed(piece)
    (event,) = stream.feed(piece[5:] + b"\n\n")
    assert str(event.error) == "event of more than 67108864 bytes"


def test_half_an_event_is_discarded_and_a_closed_stream_takes_no_more() -> None:
    stream = RunStepStream()
    assert stream.feed(step_event("created", STEP)[:-1]) == []
    assert stream.close() == []
    assert stream.close() == []
    assert stream.steps == {}
    with pytest.raises(ValueError, match="the stream is closed"):
        stream.feed(b"\n")


def test_the_stream_knows_what_a_client_needs_to_connect_again() -> None:
    stream = RunStepStream()
    assert (stream.last_event_id, stream.retry) == ("", None)
    stream.feed(b"id: 7\nretry: 3000\n\n")
    assert (stream.last_event_id, stream.retry) == ("7", 3000)


def test_a_step_goes_on_in_the_stream_of_another_response() -> None:
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
        for twin in (pickle.loads(pickle.dumps(event)), copy.deepcopy(event)):  # noqa: S301  (our own)
            assert twin == event
            assert hash(twin) == hash(event)
            assert str(twin.error) == str(event.error)
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
def test_an_event_is_read_from_a_dict(logged: dict[str, Any], event: Event) -> None:
    assert Event.from_dict(logged) == event
    assert Event.from_dict(logged).error is None


def test_a_step_event_in_a_dict_that_cannot_be_read_has_its_error() -> None:
    for data in ({"id": 5}, '{"id": 5}'):
        event = Event.from_dict({"event": "thread.run.step.delta", "data": data})
        assert event.data == '{"id": 5}'
        assert str(event.error) == "id: expected a string, got an integer (and 1 more)"


# Files.


def test_events_come_out_of_a_file_as_soon_as_they_are_whole() -> None:
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


def test_a_file_without_a_buffer_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "run.sse"
    path.write_bytes(step_event("created", STEP))
    with path.open("rb", buffering=0) as file:
        (event,) = read_stream(file)  # pyright: ignore[reportArgumentType]
    assert event.data == step()


# What it costs.


def stream_of(number: int, calls: int = 1) -> bytes:
    deltas = [delta_event("step_1", [function(" word", index=place % calls)]) for place in range(number)]
    return step_event("created", STEP) + b"".join(deltas)


def calls_made(data: bytes, size: int, *, asks: bool) -> int:
    """Count the calls of Python and C functions, which no other program on the machine disturbs."""
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    stream = RunStepStream()
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        for chunk in chunks:
            stream.feed(chunk)
            if asks:
                _ = stream.steps.get("step_1")
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("size", [1000, 2**30])
@pytest.mark.parametrize("asks", [False, True])
def test_a_delta_takes_as_much_work_late_as_early(size: int, asks: bool) -> None:
    few, many = [calls_made(stream_of(number), size, asks=asks) / number for number in (300, 3000)]
    assert many < few * 1.05


def test_asking_after_each_delta_builds_no_call_but_the_one_that_was_touched() -> None:
    one, hundred = [calls_made(stream_of(1000, calls), 200, asks=True) for calls in (1, 100)]
    assert hundred < one * 1.2


@pytest.mark.long
def test_a_delta_costs_the_same_at_100_000_and_little_more_than_its_json() -> None:
    def shortest(data: bytes, size: int, rounds: int) -> float:
        times: list[float] = []
        for _ in range(rounds):
            stream = RunStepStream()
            started = time.perf_counter()
            for start in range(0, len(data), size):
                stream.feed(data[start : start + size])
            times.append(time.perf_counter() - started)
        return min(times)

    few, many = stream_of(2000), stream_of(100_000)
    texts = [line[6:] for line in few.decode().split("\n") if line.startswith("data: ")]
    started = time.perf_counter()
    for text in texts:
        json.loads(text)
    floor = time.perf_counter() - started
    for size in (1000, 65536):
        small, large = shortest(few, size, 30) / 2000, shortest(many, size, 3) / 100_000
        assert large < small * 1.3
        assert small * 2000 < floor * 4


def test_the_door_names_every_public_class() -> None:
    deltas = importlib.import_module("runstep.streaming.deltas")
    public = {name for name, value in vars(deltas).items() if name[0] != "_" and "Delta" in name and value is not None}
    assert sorted(streaming.__all__) == streaming.__all__
    assert public | {"Event", "RunStepAccumulator", "RunStepStream", "read_stream"} == set(streaming.__all__)
