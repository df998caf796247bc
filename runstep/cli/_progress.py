# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The progress line on standard error."""

from __future__ import annotations

import sys
import time

# In seconds.
_INITIAL_DELAY = 1.0
_INTERVAL = 0.2


class Progress:
    """A line that shows how much has been read, after a second, if standard error is a terminal.

    `file` is the name of the file that is read, or has been read last.
    """

    def __init__(self) -> None:
        self.file: str | None = None
        self._is_shown = sys.stderr.isatty()
        self._size = 0
        self._width = 0
        self._next = time.monotonic() + _INITIAL_DELAY

    def __enter__(self) -> Progress:  # noqa: PYI034  (`Self` was added in Python 3.11)
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def hide(self) -> None:
        """Do not show the line."""
        self._is_shown = False

    def advance(self, size: int) -> None:
        """Add a number of bytes, and update the line if it is due."""
        self._size += size
        if self._is_shown and time.monotonic() >= self._next:
            self._next = time.monotonic() + _INTERVAL
            self._write(f"{self._size / 1e6:,.0f} MB read")

    def clear(self) -> None:
        """Erase the line, so that other output can be printed."""
        if self._width:
            self._write("")

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r{text:{self._width}}\r")
        sys.stderr.flush()
        self._width = len(text)
