# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The decoder of server-sent events.

HTML Living Standard, section 9.2.6, "Interpreting an event stream". Its sentences are quoted above the lines that
implement them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, final

_BOM = b"\xef\xbb\xbf"

# The smallest limit that `sys.set_int_max_str_digits` accepts.
_MAX_RETRY_DIGITS = 640


ServerSentEvent: TypeAlias = tuple[str, str, bool]
"""The type of an event, its data, and whether the data was discarded because the event was too large."""


@final
class ServerSentEvents:
    """The decoder of one stream. It buffers incomplete lines and events.

    The size of an event is the number of bytes in its lines, without line ends and comments. The data of an event of
    more than `max_event_size` bytes is discarded when it arrives, and so is a line of this size.
    """

    __slots__ = (
        "_after_cr",
        "_data",
        "_event",
        "_head",
        "_id",
        "_is_too_big",
        "_line",
        "_max_event_size",
        "_size",
        "last_event_id",
        "retry",
    )

    def __init__(self, max_event_size: int) -> None:
        self.last_event_id: str = ""
        self.retry: int | None = None
        self._max_event_size = max_event_size
        # Possibly the first bytes of a byte order mark; None after the beginning of the stream.
        self._head: bytes | None = b""
        self._after_cr = False
        # The incomplete line.
        self._line = bytearray()
        # “When a stream is parsed, a data buffer, an event type buffer, and a last event ID buffer must be associated
        # with it. They must be initialized to the empty string.”
        self._data = bytearray()
        self._event = b""
        self._id = ""
        self._size = 0
        self._is_too_big = False

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent]:
        """Yield the events that `chunk` completes. Exhaust the iterator before feeding the next chunk."""
        # “The UTF-8 decode algorithm strips one leading UTF-8 Byte Order Mark (BOM), if any.”
        if self._head is not None:
            chunk = self._head + chunk
            if chunk != _BOM and _BOM.startswith(chunk):
                self._head = chunk
                return
            self._head = None
            chunk = chunk.removeprefix(_BOM)

        # “[…] a U+000D CARRIAGE RETURN U+000A LINE FEED (CRLF) character pair, a single U+000A LINE FEED (LF) character
        # not preceded by a U+000D CARRIAGE RETURN (CR) character, and a single U+000D CARRIAGE RETURN (CR) character
        # not followed by a U+000A LINE FEED (LF) character being the ways in which a line can end.”
        # CR ends the line at once, so that no event waits for the next chunk. A following LF is ignored.
        if not chunk:
            return
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_cr = chunk.endswith(b"\r")
        lines = chunk.splitlines()  # of `bytes`, which have exactly these three line ends
        rest = lines.pop() if lines and not chunk.endswith((b"\n", b"\r")) else b""
        if lines:
            if self._line:
                self._add_to_line(lines[0])
                lines[0] = bytes(self._line)
                self._line.clear()
            yield from self._decode(lines)
        if rest:
            self._add_to_line(rest)

    def close(self) -> None:
        """End the stream."""
        # “Once the end of the file is reached, any pending data must be discarded. (If the file ends in the middle of
        # an event, before the final empty line, the incomplete event is not dispatched.)”
        self._line.clear()
        self._data.clear()

    def _add_to_line(self, piece: bytes) -> None:
        """Extend the incomplete line. A comment, or a line that is too long, is reduced to its colon."""
        line = self._line
        if line.startswith(b":"):
            return
        line += piece
        if line.startswith(b":"):
            del line[1:]
        elif len(line) > self._max_event_size:
            self._discard()
            line[:] = b":"

    def _discard(self) -> None:
        self._is_too_big = True
        self._data.clear()

    def _decode(self, lines: list[bytes]) -> Iterator[ServerSentEvent]:  # noqa: C901, PLR0912  (calls are slow)
        limit, data, event, size = self._max_event_size, self._data, self._event, self._size
        for line in lines:
            # “If the line is empty (a blank line): Dispatch the event, as defined below.”
            if not line:
                # “Set the last event ID string of the event source to the value of the last event ID buffer.”
                self.last_event_id = self._id
                # “If the data buffer is an empty string, set the data buffer and the event type buffer to the empty
                # string and return.”
                if data or self._is_too_big:
                    # “If the event type buffer has a value other than the empty string, change the type of the newly
                    # created event to equal the value of the event type buffer.”
                    name = event.decode("utf-8", "replace") or "message"
                    # “If the data buffer's last character is a U+000A LINE FEED (LF) character, then remove the last
                    # character from the data buffer.”
                    yield name, data[:-1].decode("utf-8", "replace"), self._is_too_big
                # “Set the data buffer and the event type buffer to the empty string.”
                data.clear()
                event = b""
                size = 0
                self._is_too_big = False
                continue
            # “If the line starts with a U+003A COLON character (:): Ignore the line.”
            if line.startswith(b":"):
                continue
            size += len(line)
            if size > limit:
                self._discard()
                if len(line) > limit:
                    continue
            # “Collect the characters on the line before the first U+003A COLON character (:), and let field be that
            # string. Collect the characters on the line after the first U+003A COLON character (:), and let value be
            # that string. If value starts with a U+0020 SPACE character, remove it from value.”
            # “Otherwise, the string is not empty but does not contain a U+003A COLON character (:): Process the field
            # […], using the whole line as the field name, and the empty string as the field value.”
            field, _, value = line.partition(b":")
            if value.startswith(b" "):
                value = value[1:]
            if field == b"data":
                # “Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character to
                # the data buffer.”
                if not self._is_too_big:
                    data += value
                    data += b"\n"
            elif field == b"event":
                # “Set the event type buffer to the field value.”
                event = value
            elif field == b"id":
                # “If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field
                # value. Otherwise, ignore the field.”
                if b"\0" not in value:
                    self._id = value.decode("utf-8", "replace")
            elif field == b"retry" and value.isdigit() and len(value) <= _MAX_RETRY_DIGITS:
                # “If the field value consists of only ASCII digits, then interpret the field value as an integer in
                # base ten, and set the event stream's reconnection time to that integer. Otherwise, ignore the field.”
                self.retry = int(value)
            # “Otherwise: The field is ignored.”
        self._event, self._size = event, size
