# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Messages of threads in files and folders."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, TypeAlias

from .._json import json_decoder
from ..streaming.sse import ServerSentEvents
from ..streaming.stream import BinaryFile
from ._folders import OpenFile, open_files
from ._input import Source, SourceError, describe_os_error, open_source, read_all
from ._positions import skip_whitespace
from .records import Record, damage_record

_MAX_EVENT_SIZE = 1 << 26
_OBJECT = b"thread.message"
_decoder = json_decoder()

_Report: TypeAlias = Callable[[int | None, str], None]


def read_messages(
    source: str | os.PathLike[str] | BinaryFile, *, on_error: Callable[[Record], object] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the `thread.message` objects in `source` as decoded JSON, in the order of the files.

    `source` is read like by `read_records`. An event stream contains several states of a message, of which the last one
    is yielded. `on_error` is called with a record, whose `damage` is set, for each place that may hide a message;
    without it, damage is skipped. Raises `OSError` if `source` itself cannot be opened.
    """
    for opened in open_files(source):
        yield from messages_in_file(opened, on_error)


def messages_in_file(opened: OpenFile, on_error: Callable[[Record], object] | None) -> Iterator[dict[str, Any]]:
    """Yield the messages in a file like `read_messages`, also the damage of a file that could not be opened."""

    def report(line: int | None, message: str) -> None:
        if on_error is not None:
            on_error(damage_record(opened.name, line, message))

    if isinstance(opened.file, OSError):
        report(None, describe_os_error(opened.file))
        return
    source = open_source(opened.file)
    messages = _messages_in_source(source, report)
    yield from _last_states(messages) if source.format in ("stream", "events") else messages


def _last_states(messages: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    states: dict[str | int, dict[str, Any]] = {}
    for message in messages:
        id_ = message.get("id")
        states[id_ if isinstance(id_, str) else len(states)] = message
    return states.values()


def _messages_in_source(source: Source, report: _Report) -> Iterator[dict[str, Any]]:
    line = 1
    try:
        for line, data in _texts(source):
            # Most texts contain no messages, and are not worth decoding.
            if _OBJECT not in data:
                continue
            try:
                yield from _messages_in_text(data.decode("utf-8", "surrogatepass"))
            except json.JSONDecodeError as error:
                report(line + error.lineno - 1, f"invalid JSON (column {error.colno})")
            except (ValueError, RecursionError):
                report(line, "cannot decode JSON")
    except SourceError as error:
        report(line, str(error))


def _texts(source: Source) -> Iterator[tuple[int, bytes]]:
    """Yield texts that each contain one or several JSON documents, with the lines on which they begin."""
    if source.format in ("lines", "events"):
        for number, line in enumerate(source.lines, 1):
            yield number, line.rstrip(b"\r\n")
    elif source.format == "document":
        yield 1, read_all(source)
    elif source.format == "stream":
        events = ServerSentEvents(_MAX_EVENT_SIZE)
        for number, line in enumerate(chain(source.lines, (b"\n\n",)), 1):
            for _, data, _ in events.feed(line):
                yield number, data.encode("utf-8", "surrogatepass")


def _messages_in_text(text: str) -> Iterator[dict[str, Any]]:
    """Yield the messages in one or several documents. Raises what decoding raises."""
    end = skip_whitespace(text, 0)
    while end < len(text):
        document, end = _decoder.raw_decode(text, end)
        yield from _search(document)
        end = skip_whitespace(text, end)


def _search(document: Any) -> Iterator[dict[str, Any]]:
    """Yield the messages in a document, in document order. Iterative, because it may be nested deeply."""
    stack: list[Any] = [document]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            if value.get("object") == "thread.message":
                yield value
                continue
            # PyPy 8.0 aborts if the values of a decoded object are reversed without a list.
            stack.extend(reversed(list(value.values())))
            data = value.get("data")
            if isinstance(data, str) and "thread.message" in data:
                stack.append(_parse_event_data(data))
        elif isinstance(value, list):
            stack.extend(reversed(value))


def _parse_event_data(text: str) -> Any:
    """Return the decoded data of a logged event; None if it is something else."""
    try:
        return _decoder.decode(text)
    except (ValueError, RecursionError):
        return None
