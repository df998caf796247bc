# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Ranges of files, for checking one file in several processes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from ._folders import FoundFile, open_found
from ._input import open_source

# Small, because the report of a range in which every line is damaged takes fifty times its size.
_RANGE_SIZE = 1 << 19

# Opening a file takes as long as checking this many bytes.
_FILE_COST = 1 << 13


class FileRange(NamedTuple):
    """A whole file (`is_whole`), or the lines of JSON Lines that begin in `size` bytes from offset `start`."""

    file: str
    start: int
    size: int
    is_first: bool = True
    is_last: bool = True
    is_whole: bool = True
    is_explicit: bool = True


Batch: TypeAlias = list[FileRange]
"""What a process checks at a time: a range of a large file, or several small files."""


def batch_cost(batch: Batch) -> int:
    """Return the number of bytes of a range that are checked as fast as a batch."""
    return sum([part.size + _FILE_COST for part in batch])


def batches(files: Iterable[FoundFile]) -> Iterator[Batch | FoundFile]:
    """Yield, in order, the batches that files consist of, and the files that other processes cannot open."""
    small: Batch = []
    for found in files:
        size = _shared_size(found)
        start = None if size is None or size <= _RANGE_SIZE else _start_of_lines(found)
        if size is not None and start is None:
            small.append(FileRange(found.name, 0, size, is_explicit=found.is_explicit))
            if batch_cost(small) < _RANGE_SIZE:
                continue
        if small:
            yield small
            small = []
        if size is None:
            yield found
        elif start is not None:
            for part in _split_lines(found, start, size):
                yield [part]
    if small:
        yield small


def _shared_size(found: FoundFile) -> int | None:
    """Return the size of a file; None if other processes cannot open it, or read something else."""
    if found.error is not None or found.name == "-":
        return None
    try:
        status = os.stat(found.name)  # noqa: PTH116  (four times as fast)
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _start_of_lines(found: FoundFile) -> int | None:
    """Return the offset at which JSON Lines begin; None if the file cannot be split into ranges."""
    with open_found(found) as opened:
        if isinstance(opened.file, OSError):
            return None
        source = open_source(opened.file)
        return source.start if source.format == "lines" else None


def _split_lines(found: FoundFile, start: int, end: int) -> Iterator[FileRange]:
    offsets = range(start, end, _RANGE_SIZE)
    for offset in offsets:
        yield FileRange(
            found.name,
            offset,
            min(_RANGE_SIZE, end - offset),
            is_first=offset == offsets[0],
            is_last=offset == offsets[-1],
            is_whole=False,
            is_explicit=found.is_explicit,
        )
