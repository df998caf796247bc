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

# Small, because the reports of several ranges wait in the main process of `check --jobs`.
RANGE_SIZE = 1 << 19
"""The default size of a range, in bytes: 512 KiB."""


class FileRange(NamedTuple):
    """A whole file, or the lines of JSON Lines that begin in a range of its bytes."""

    file: str
    """The path of the file, or any other name that a function for opening it understands."""
    start: int
    """The offset of the range, in bytes."""
    size: int
    """The size of the range, in bytes; 0 if it is unknown."""
    is_first: bool = True
    """Whether the file has no range before this one."""
    is_last: bool = True
    """Whether the file has no range after this one."""
    is_whole: bool = True
    """Whether the range is the file, in any format. If not, it consists of lines."""
    is_explicit: bool = True
    """False for a file that was found in a folder, which is skipped if it is in another format."""

    def split(self, size: int) -> Iterator[FileRange]:
        """Yield the ranges of at most `size` bytes that a range of lines consists of."""
        end = self.start + self.size
        for start in range(self.start, end, size):
            yield self._replace(
                start=start,
                size=min(size, end - start),
                is_first=self.is_first and start == self.start,
                is_last=self.is_last and start + size >= end,
            )


def split(path: str | os.PathLike[str], *, size: int = RANGE_SIZE) -> Iterator[FileRange]:
    """Return the ranges of a file or of the files in a folder, in the order in which `check` reads them.

    Files of at most `size` bytes are whole, and so are all that are not JSON Lines, compressed, or in another encoding
    than UTF-8. A path that cannot be opened is a whole file too, and is reported by `check_range`. Raises `ValueError`
    for a size below 1, and for `"-"`, because standard input can be read only once.
    """
    name = os.fsdecode(path)
    if size < 1:
        message = f"expected a positive size, got {size}"
        raise ValueError(message)
    if name == "-":
        message = "standard input cannot be split"
        raise ValueError(message)
    return (
        part if isinstance(part, FileRange) else FileRange(part.name, 0, 0, is_explicit=part.is_explicit)
        for part in split_files(find_files([name]), size)
    )


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
            yield from lines.split(size)


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
