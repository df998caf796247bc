# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Line numbers of values in JSON text."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable
from itertools import islice
from typing import final

# RFC 8259, section 2: insignificant whitespace.
_match_whitespace = re.compile(r"[ \t\r\n]*").match
_decode = json.JSONDecoder().raw_decode


# For each level of a path, the object or array is decoded again with all that is nested in it.
_MAX_LEVELS = 100


@final
class SourceText:
    """The text of a file, with a lazy index of its lines."""

    __slots__ = ("_line_ends", "text")

    def __init__(self, text: str) -> None:
        self.text: str = text
        self._line_ends: list[int] | None = None

    def line(self, offset: int) -> int:
        """Return the number, from 1, of the line that contains an offset."""
        if self._line_ends is None:
            self._line_ends = [match.start() for match in re.finditer("\n", self.text)]
        return bisect_left(self._line_ends, offset) + 1


@final
class JsonPositions:
    """The positions of the values in a JSON document, computed on demand because decoding does not record them.

    The document begins at offset `start` of the text, and has been decoded before. Each object and array on a path is
    scanned once, however many paths lead through it.
    """

    __slots__ = ("_members", "_source", "_start")

    def __init__(self, source: SourceText, start: int) -> None:
        self._source = source
        self._start = start
        self._members: dict[int, dict[str | int, int]] = {}

    def line(self, path: Iterable[str | int]) -> int:
        """Return the line on which the value at `path` begins; for a missing value, that of its parent.

        A value nested more than 100 levels deep has the line of what contains it on that level.
        """
        offset = self._start
        for key in islice(path, _MAX_LEVELS):
            if offset not in self._members:
                self._members[offset] = self._member_offsets(offset)
            member = self._members[offset].get(key)
            if member is None:
                break
            offset = member
        return self._source.line(offset)

    def _member_offsets(self, start: int) -> dict[str | int, int]:
        """Return the offsets of the values in the object or array at `start`; no offsets for any other value."""
        text = self._source.text
        offsets: dict[str | int, int] = {}
        is_object = text[start] == "{"
        if not is_object and text[start] != "[":
            return offsets
        offset = skip_whitespace(text, start + 1)
        while text[offset] not in "]}":
            key: str | int = len(offsets)
            if is_object:
                key, offset = _decode(text, offset)
                offset = skip_whitespace(text, skip_whitespace(text, offset) + 1)  # the colon
            offsets[key] = offset
            try:
                _, offset = _decode(text, offset)
            except RecursionError:  # nested almost too deeply to be decoded; what follows is not found
                break
            offset = skip_whitespace(text, offset)
            if text[offset] == ",":
                offset = skip_whitespace(text, offset + 1)
        return offsets


def skip_whitespace(text: str, offset: int) -> int:
    """Return the offset of the first character at or after `offset` that is not JSON whitespace."""
    match = _match_whitespace(text, offset)
    assert match is not None  # noqa: S101  (the pattern also matches the empty string)
    return match.end()
