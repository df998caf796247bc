# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Ranges of files, for checking one file in several processes or on several machines."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ._folders import FoundFile, find_files, open_found
from ._input import open_source

# Small, because the reports of several ranges wait in the main process.
RANGE_SIZE = 1 << 19
"""The default size of a range, in bytes: 512 KiB."""


class FileRange(NamedTuple):
    """A whole file (`is_whole`), or the lines of JSON Lines that begin in `size` bytes from offset `start`.

    `is_first` and `is_last` are set for the first and the last range of a file. `is_explicit` is False for a file that
    was found in a folder, and is skipped if it is in another format.
    """

    file: str
    start: int
    size: int
    is_first: bool = True
    is_last: bool = True
    is_whole: bool = True
    is_explicit: bool = True


def split(path: str | os.PathLike[str], *, size: int = RANGE_SIZE) -> Iterator[FileRange]:
    """Yield the ranges of a file or of the files in a folder, in the order in which `check` reads them.

    Files of at most `size` bytes are whole, and so are all that are not JSON Lines, compressed, or in another encoding
    than UTF-8. A path that cannot be opened is a whole file too, and is reported by `check_range`.
    """
    for part in split_files(find_files([os.fsdecode(path)]), size):
        yield part if isinstance(part, FileRange) else FileRange(part.name, 0, 0, is_explicit=part.is_explicit)


def split_files(files: Iterable[FoundFile], size: int) -> Iterator[FileRange | FoundFile]:
    """Yield, in order, the ranges of files, and the files that other processes cannot open."""
    for found in files:
        file_size = _shared_size(found)
        start = None if file_size is None or file_size <= size else _start_of_lines(found)
        if file_size is None:
            yield found
        elif start is None:
            yield FileRange(found.name, 0, file_size, is_explicit=found.is_explicit)
        else:
            lines = FileRange(found.name, start, file_size - start, is_whole=False, is_explicit=found.is_explicit)
            yield from split_range(lines, size)


def split_range(part: FileRange, size: int) -> Iterator[FileRange]:
    """Yield the parts of a range of lines that have `size` bytes."""
    end = part.start + part.size
    for start in range(part.start, end, size):
        yield part._replace(
            start=start,
            size=min(size, end - start),
            is_first=part.is_first and start == part.start,
            is_last=part.is_last and start + size >= end,
        )


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
