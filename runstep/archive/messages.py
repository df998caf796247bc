# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Messages of threads in files and folders."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from ..streaming.sse import ServerSentEvents
from ..streaming.stream import BinaryFile
from ._folders import open_files
from ._input import Source, SourceError, open_source, read_all
from ._positions import skip_whitespace

_MAX_EVENT_SIZE = 1 << 26
_OBJECT = "thread.message"
_decoder = json.JSONDecoder()


def read_messages(source: str | os.PathLike[str] | BinaryFile) -> Iterator[dict[str, Any]]:
    """Yield the `thread.message` objects in `source` as decoded JSON, in the order of the files.

    `source` is read like by `read_records`, which reports damage; here, what is damaged is skipped. An event stream
    contains several states of a message, of which the last one is yielded. Raises `OSError` if `source` itself cannot
    be opened.
    """
    for opened in open_files(source):
        if isinstance(opened.file, OSError):
            continue
        found = open_source(opened.file)
        if found.format in ("stream", "events"):
            states = {message.get("id"): message for message in _messages_in_file(found)}
            yield from states.values()
        else:
            yield from _messages_in_file(found)


def _messages_in_file(source: Source) -> Iterator[dict[str, Any]]:
    try:
        for text in _texts(source):
            # Most texts contain no messages, and are not worth decoding.
            if _OBJECT in text:
                yield from _messages_in_text(text)
    except (SourceError, UnicodeDecodeError):
        return


def _texts(source: Source) -> Iterator[str]:
    """Yield texts that each contain one or several JSON documents."""
    if source.format in ("lines", "events"):
        for line in source.lines:
            yield line.decode("utf-8", "replace")
    elif source.format == "document":
        yield read_all(source).decode("utf-8", "surrogatepass")
    elif source.format == "stream":
        events = ServerSentEvents(_MAX_EVENT_SIZE)
        for line in source.lines:
            for _, data, _ in events.feed(line):
                yield data
        for _, data, _ in events.feed(b"\n\n"):
            yield data


def _messages_in_text(text: str) -> Iterator[dict[str, Any]]:
    end = skip_whitespace(text, 0)
    while end < len(text):
        try:
            document, end = _decoder.raw_decode(text, end)
        except (ValueError, RecursionError):
            return
        yield from _search(document)
        end = skip_whitespace(text, end)


def _search(document: Any) -> Iterator[dict[str, Any]]:
    """Yield the messages in a document, in document order. Iterative, because it may be nested deeply."""
    stack: list[Any] = [document]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            if value.get("object") == _OBJECT:
                yield value
            elif isinstance(value.get("data"), str) and _OBJECT in value["data"]:
                # A logged event, whose data is JSON text.
                yield from _messages_in_text(value["data"])
            else:
                stack.extend(reversed(value.values()))
        elif isinstance(value, list):
            stack.extend(reversed(value))
