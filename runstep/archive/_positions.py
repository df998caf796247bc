# SPDX-License-Identifier: MIT
"""A JSON text and a path go in; the line on which the value stands comes out."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import final

_skip_blanks = re.compile(r"[ \t\r\n]*").match
_decode = json.JSONDecoder().raw_decode


@final
class Text:
    """A text, and on demand its lines."""

    __slots__ = ("_line_ends", "text")

    def __init__(self, text: str) -> None:
        self.text: str = text
        self._line_ends: list[int] | None = None

    def line(self, offset: int) -> int:
        """Return the line, from 1, that holds an offset."""
        if self._line_ends is None:
            self._line_ends = [match.start() for match in re.finditer("\n", self.text)]
        return bisect_left(self._line_ends, offset) + 1


@final
class Places:
    """Where the values of a JSON document stand, found on demand: decoding keeps no account of it.

    The text may hold more than the document, which begins at offset `start` and has been decoded before.
    Each object and array that a path leads through is gone through once, whatever the number of paths.
    """

    __slots__ = ("_members", "_start", "_text")

    def __init__(self, text: Text, start: int) -> None:
        self._text = text
        self._start = start
        self._members: dict[int, dict[str | int, int]] = {}

    def line(self, path: Iterable[str | int]) -> int:
        """Return the line, from 1, on which the value at `path` begins; where it is missing, that of what lacks it."""
        offset = self._start
        for key in path:
            if offset not in self._members:
                try:
                    self._members[offset] = self._offsets(offset)
                except RecursionError:  # as deep as could just be decoded
                    break
            inner = self._members[offset].get(key)
            if inner is None:
                break
            offset = inner
        return self._text.line(offset)

    def _offsets(self, start: int) -> dict[str | int, int]:
        """Return where the values in the object or array at `start` begin."""
        text = self._text.text
        offsets: dict[str | int, int] = {}
        is_object = text[start] == "{"
        if not is_object and text[start] != "[":
            return offsets
        offset = skipped(text, start + 1)
        while text[offset] not in "]}":
            key: str | int = len(offsets)
            if is_object:
                key, offset = _decode(text, offset)
                offset = skipped(text, skipped(text, offset) + 1)  # the colon
            offsets[key] = offset
            _, offset = _decode(text, offset)
            offset = skipped(text, offset)
            if text[offset] == ",":
                offset = skipped(text, offset + 1)
        return offsets


def skipped(text: str, offset: int) -> int:
    """Return the offset of what follows the blanks (RFC 8259, section 2) at `offset`."""
    match = _skip_blanks(text, offset)
    assert match is not None  # noqa: S101  (it matches nothing, too)
    return match.end()
