# SPDX-License-Identifier: MIT
"""Tests of the decoder of server-sent events, against the HTML Living Standard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstep.streaming.sse import ServerSentEvents

from .strategies import SPLIT_OFFSETS, STREAMS, split_chunks

LIMIT = 64 * 1024 * 1024


def decode(*chunks: bytes, limit: int = LIMIT) -> list[tuple[str, str]]:
    decoder = ServerSentEvents(limit)
    return [(name, data) for chunk in chunks for name, data, _ in decoder.feed(chunk)]


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        # Line ends.
        (b"data: a\n\n", [("message", "a")]),
        (b"data: a\r\n\r\n", [("message", "a")]),
        (b"data: a\r\r", [("message", "a")]),
        (b"data: a\r\n\ndata: b\n\r\n", [("message", "a"), ("message", "b")]),
        (b"data: a\r\ndata: b\rdata: c\n\n", [("message", "a\nb\nc")]),
        (b"data: a\x0bb\x0cc\x1cd\xc2\x85e\xe2\x80\xa8f\n\n", [("message", "a\x0bb\x0cc\x1cd\x85e\u2028f")]),
        # Fields.
        (b"event: x\ndata: a\n\n", [("x", "a")]),
        (b"event:x\ndata:a\n\n", [("x", "a")]),
        (b"data:  a \n\n", [("message", " a ")]),
        (b"data:\ta\n\n", [("message", "\ta")]),
        (b"data: a: b\n\n", [("message", "a: b")]),
        (b"data: a\ndata: b\n\n", [("message", "a\nb")]),
        (b"data\n\n", [("message", "")]),
        (b"data:\n\n", [("message", "")]),
        (b"data\ndata\n\n", [("message", "\n")]),
        (b"data: a\ndata\n\n", [("message", "a\n")]),
        (b"event: x\nevent: y\ndata: a\n\n", [("y", "a")]),
        (b"event: x\nevent\ndata: a\n\n", [("message", "a")]),
        (b"data: a\nevent: x\n\n", [("x", "a")]),
        (b"event: x\ndata: a\n\ndata: b\n\n", [("x", "a"), ("message", "b")]),
        (b": comment\ndata: a\n:\n: another\n\n", [("message", "a")]),
        (b"Data: a\ndatum: b\n data: c\nfield\n\n", []),
        (b"id: 1\nretry: 10\n\n", []),
        (b"event: x\n\ndata: a\n\n", [("message", "a")]),
        (b"\n\n\n\ndata: a\n\n\n\n", [("message", "a")]),
        (b"", []),
        # Incomplete events, which do not end with a blank line.
        (b"data: a", []),
        (b"data: a\n", []),
        (b"data: a\n\ndata: b", [("message", "a")]),
        # Encoding.
        (b"\xef\xbb\xbfdata: a\n\n", [("message", "a")]),
        (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", []),
        (b"data: a\n\xef\xbb\xbfdata: b\n\n", [("message", "a")]),
        (b"\xef\xbbdata: a\n\n", []),
        (b"data: \xf0\x9f\x8c\x8a \xff \xe2\x82\n\n", [("message", "🌊 \ufffd \ufffd")]),
        (b"event: \xe2\x82\xac\xff\ndata: a\n\n", [("€\ufffd", "a")]),
        (b"data: a\0b\n\n", [("message", "a\0b")]),
    ],
)
def test_streams_are_decoded_as_the_standard_requires(stream: bytes, events: list[tuple[str, str]]) -> None:
    assert decode(stream) == events
    assert decode(*[stream[offset : offset + 1] for offset in range(len(stream))]) == events


@pytest.mark.parametrize(
    ("stream", "id_"),
    [
        (b"", ""),
        (b"id: 7\n", ""),
        (b"id: 7\n\n", "7"),
        (b"id:7\ndata: a\n\ndata: b\n\n", "7"),
        (b"id: 7\n\nid\n\n", ""),
        (b"id: 7\n\nid: a\0b\n\n", "7"),
        (b"id: 7\nid: 8\n\nid: 9", "8"),
        (b"id: \xe2\x82\xac\xff\n\n", "€\ufffd"),
    ],
)
def test_the_last_event_id_is_set_at_the_end_of_an_event(stream: bytes, id_: str) -> None:
    decoder = ServerSentEvents(LIMIT)
    list(decoder.feed(stream))
    assert decoder.last_event_id == id_


@pytest.mark.parametrize(
    ("stream", "retry"),
    [
        (b"", None),
        (b"retry: 10\n", 10),
        (b"retry:0010\n", 10),
        (b"retry: 10\nretry: 2000\n", 2000),
        (b"retry: 10\nretry: 1_000\n", 10),
        (b"retry: -1\n", None),
        (b"retry: 1.5\n", None),
        (b"retry:  1\n", None),
        (b"retry\n", None),
        (b"retry: \xd9\xa3\n", None),
        (b"retry: \xc2\xb2\n", None),
        (b"retry: 10\nretry: " + b"9" * 5000 + b"\n", 10),
    ],
)
def test_the_reconnection_time_consists_of_ascii_digits(stream: bytes, retry: int | None) -> None:
    decoder = ServerSentEvents(LIMIT)
    list(decoder.feed(stream))
    assert decoder.retry == retry


def decode_all(chunks: list[bytes], limit: int) -> tuple[list[tuple[str, str, bool]], str, int | None]:
    """Return all events, the last event id and the reconnection time."""
    decoder = ServerSentEvents(limit)
    events = [event for chunk in chunks for event in decoder.feed(chunk)]
    return events, decoder.last_event_id, decoder.retry


@given(STREAMS, SPLIT_OFFSETS, st.sampled_from([8, 30, LIMIT]))
def test_chunk_boundaries_do_not_matter(stream: bytes, offsets: list[int], limit: int) -> None:
    expected = decode_all([stream], limit)
    assert decode_all(split_chunks(stream, offsets), limit) == expected
    assert decode_all([stream[offset : offset + 1] for offset in range(len(stream))], limit) == expected


@given(STREAMS)
def test_a_byte_order_mark_and_line_ends_do_not_matter(stream: bytes) -> None:
    lines = stream.removeprefix(b"\xef\xbb\xbf").splitlines()
    plain = b"".join(line + b"\n" for line in lines)
    if plain.startswith((b"\xef", b"\xbb")):
        return  # `plain` could be part of a byte order mark
    for end in (b"\n", b"\r\n", b"\r"):
        for mark in (b"", b"\xef\xbb\xbf"):
            assert decode_all([mark + plain.replace(b"\n", end)], 40) == decode_all([plain], 40)


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"event: x\ndata: 12\n\n", [("x", "12", False)]),
        (b"event: x\ndata: 123\n\n", [("x", "", True)]),
        (b"event: x\r\ndata: 12\r\n\r\n", [("x", "12", False)]),
        (b"data: 123\nevent: x\n\n", [("x", "", True)]),
        (b"data: 1234567890\nevent: x\n\n", [("x", "", True)]),
        (b"data: 12345678901\nevent: x\n\n", [("x", "", True)]),
        (b"event: 12345678901234567\n\n", [("message", "", True)]),
        (b"data: 1\ndata: 2\ndata: 3\n\n", [("message", "", True)]),
        (b": a comment of any length\ndata: 1\n: and another\n\n", [("message", "1", False)]),
        (b"event: x\ndata: 123\n\nevent: y\ndata: 12\n\n", [("x", "", True), ("y", "12", False)]),
        (b"data: 12345678901234567", []),
    ],
)
def test_an_event_larger_than_the_limit_is_discarded_and_reported(
    stream: bytes, events: list[tuple[str, str, bool]]
) -> None:
    for chunks in ([stream], [stream[offset : offset + 1] for offset in range(len(stream))]):
        assert decode_all(chunks, 16)[0] == events


@pytest.mark.parametrize("line", [b"data: ", b"data", b":", b"event: ", b"id: ", b"surprise: "])
def test_memory_is_bounded(line: bytes) -> None:
    decoder = ServerSentEvents(1000)
    for chunk in [line] + [b"x" * 100] * 1000 + [b"\n", *[b"data: 0123456789\n"] * 1000]:
        assert list(decoder.feed(chunk)) == []
        assert len(decoder._line) <= 1100
        assert len(decoder._data) <= 1000
        assert len(decoder._event) <= 1000
        assert len(decoder._id) <= 1000
