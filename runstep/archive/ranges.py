# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Ranges of files, for checking one file in several processes."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ._folders import STDIN_NAME, OpenFile
from ._input import open_source

# Small, because the report of a range in which every line is damaged takes fifty times its size.
_RANGE_SIZE = 1 << 19


class FileRange(NamedTuple):
    """A whole file (`is_whole`), or the lines of JSON Lines that begin in `size` bytes from offset `start`."""

    file: str
    start: int
    size: int
    is_first: bool = True
    is_last: bool = True
    is_whole: bool = True
    is_explicit: bool = True


def split_file(opened: OpenFile) -> Iterator[FileRange] | None:
    """Return the ranges of an open file; None if another process could not open the same file."""
    if isinstance(opened.file, OSError) or opened.name == STDIN_NAME:
        return None
    status = Path(opened.name).stat()
    if not stat.S_ISREG(status.st_mode):
        return None
    size = status.st_size
    if size > _RANGE_SIZE:
        source = open_source(opened.file)
        if source.format == "lines" and source.start is not None:
            return _split_lines(opened, source.start, size)
    return iter((FileRange(opened.name, 0, size, is_explicit=opened.is_explicit),))


def _split_lines(opened: OpenFile, start: int, end: int) -> Iterator[FileRange]:
    offsets = range(start, end, _RANGE_SIZE)
    for offset in offsets:
        yield FileRange(
            opened.name,
            offset,
            min(_RANGE_SIZE, end - offset),
            is_first=offset == offsets[0],
            is_last=offset == offsets[-1],
            is_whole=False,
            is_explicit=opened.is_explicit,
        )
