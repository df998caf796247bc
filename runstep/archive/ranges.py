# SPDX-License-Identifier: MIT
"""Ranges of files, for several processes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import NamedTuple

from ._input import open_source
from ._reader import Reader

_BYTES_IN_PIECE = 1 << 19  # where every line is damaged, what is wrong takes fifty times its bytes


class _Piece(NamedTuple):
    """What one process does at a time: a file, or the lines that begin in a range of its bytes."""

    file: str
    is_named: bool
    strict: bool
    size: int
    start: int = 0
    is_first: bool = True
    is_last: bool = True
    is_whole: bool = True


def _pieces(reader: Reader) -> Iterator[_Piece] | None:
    """Return the pieces of a file; None where another process cannot read it."""
    if isinstance(reader.opened, OSError) or reader.file == "<stdin>":
        return None
    status = os.fstat(reader.opened.fileno())
    if not stat.S_ISREG(status.st_mode):
        return None
    size = status.st_size
    if size > _BYTES_IN_PIECE:
        source = open_source(reader.opened)
        if source.kind == "lines" and source.start is not None:
            return _ranges(reader, range(source.start, size, _BYTES_IN_PIECE), size)
    return iter((_Piece(reader.file, reader.is_named, reader.strict, size),))


def _ranges(reader: Reader, starts: range, end: int) -> Iterator[_Piece]:
    for start in starts:
        size = min(_BYTES_IN_PIECE, end - start)
        is_first, is_last = start == starts[0], start == starts[-1]
        yield _Piece(reader.file, reader.is_named, reader.strict, size, start, is_first, is_last, is_whole=False)
