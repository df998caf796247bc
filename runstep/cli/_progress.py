# SPDX-License-Identifier: MIT
"""The progress line on standard error."""

from __future__ import annotations

import sys
import time

_SECONDS_OF_SILENCE = 1.0
_SECONDS_BETWEEN = 0.2


class _Progress:
    """A line on standard error that says how far reading has come, if that is a terminal and it takes long."""

    def __init__(self, *, is_wanted: bool = True) -> None:
        self._is_wanted = is_wanted and sys.stderr.isatty()
        self._size = 0
        self._width = 0
        self._next = time.monotonic() + _SECONDS_OF_SILENCE

    def __enter__(self) -> _Progress:  # noqa: PYI034  (`Self` came with Python 3.11)
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def read(self, size: int) -> None:
        """Count bytes that were read, and say so now and then."""
        self._size += size
        if self._is_wanted and time.monotonic() >= self._next:
            self._next = time.monotonic() + _SECONDS_BETWEEN
            text = f"{self._size / 1e6:,.0f} MB read"
            self._show(text)

    def clear(self) -> None:
        """Make room for other lines."""
        if self._width:
            self._show("")

    def _show(self, text: str) -> None:
        sys.stderr.write(f"\r{text:{self._width}}\r")
        sys.stderr.flush()
        self._width = len(text)
