# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Input layers: bytes of a file, optionally gzip-compressed or in another encoding, as lines of UTF-8."""

from __future__ import annotations

import codecs
import errno
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias, final

from ._formats import Format, detect_format

MAX_DECOMPRESSED = 1 << 28
"""The maximum size, in bytes, of a line or a document in gzip data: 256 MiB."""

MAX_EXPANSION = 100
"""The maximum ratio of gzip data to their compressed size, after the first 8 MiB. A ratio of 1,000 is possible, but an
export or a log hardly reaches 50."""

_FREE_SIZE = 1 << 23

_Read: TypeAlias = Callable[[int], bytes]

_BLOCK = 1 << 16
_GZIP_MAGIC = b"\x1f\x8b"  # RFC 1952, section 2.3.1


@final
class SourceError(Exception):
    """A file could not be read to its end. The message says why.

    `is_os_error` says that the operating system failed, which says nothing about the data.
    """

    def __init__(self, message: str, *, is_os_error: bool = False) -> None:
        super().__init__(message)
        self.is_os_error: bool = is_os_error


@final
@dataclass(frozen=True, slots=True)
class Source:
    """The decompressed and transcoded lines of an open file, and their format.

    `start` is the offset at which the text begins if `lines` are the bytes of the file, otherwise None.
    """

    lines: io.BufferedIOBase
    format: Format
    start: int | None
    is_compressed: bool


def open_source(file: Any, progress: Callable[[int], None] | None = None) -> Source:
    """Return the lines of a binary file.

    `progress` is called with the number of bytes of each read. Reading the lines raises `SourceError` for damaged
    gzip data, undecodable text, an exceeded limit, or an error of the operating system.
    """
    head = _read_head(_CountingReader(getattr(file, "read1", file.read), progress))
    start: int | None = 0
    is_compressed = head.data.startswith(_GZIP_MAGIC)
    if is_compressed:
        head = _read_head(_GzipReader(_PushbackReader(head)))
        start = None
    encoding = json.detect_encoding(head.data).removesuffix("-sig")
    if encoding != "utf-8":
        if encoding in ("utf-16", "utf-32"):
            encoding += "-le" if head.data.startswith(b"\xff") else "-be"
        head = _read_head(_TranscodingReader(_PushbackReader(head), encoding))
        start = None
    if head.data.startswith(codecs.BOM_UTF8):
        head = head._replace(data=head.data.removeprefix(codecs.BOM_UTF8))
        start = None if start is None else len(codecs.BOM_UTF8)
    lines = io.BufferedReader(_PushbackReader(head), _BLOCK)
    return Source(lines, detect_format(head.data.decode("utf-8", "replace"), is_all=head.is_all), start, is_compressed)


def read_all(source: Source) -> bytes:
    """Return all bytes of a source. Raises `SourceError` like reading its lines."""
    if not source.is_compressed:
        return source.lines.read()
    # A single `read` would reserve the maximum size.
    data = bytearray()
    while piece := source.lines.read1(_BLOCK):
        data += piece
        if len(data) > MAX_DECOMPRESSED:
            message = f"document of more than {MAX_DECOMPRESSED >> 20} MiB in gzip data"
            raise SourceError(message)
    return bytes(data)


def lines_in_range(file: Any, start: int, size: int, *, is_first: bool) -> Iterator[bytes]:
    """Yield the lines that begin in a range of bytes of a file. Raises `SourceError` if reading fails.

    The first range begins with a line; any other range may begin inside a line, which belongs to an earlier range.
    """
    try:
        file.seek(start if is_first else start - 1)
        if not is_first:
            # A line that ends with the byte before the range belongs to an earlier range; then this one begins a line.
            size += 1
            piece = b""
            while size > 0 and not piece.endswith(b"\n"):
                piece = file.readline(_BLOCK)
                size -= len(piece)
                if not piece:
                    return
        while size > 0 and (line := file.readline()):
            yield line
            size -= len(line)
    except Exception as error:  # noqa: BLE001  (see there)
        raise _source_error(error) from None


def _source_error(error: Exception) -> Exception:
    """Return the `SourceError` for an exception of a file object, which may raise any for damaged data."""
    if isinstance(error, OSError):
        return SourceError(describe_os_error(error), is_os_error=True)
    if isinstance(error, (MemoryError, TypeError, ValueError)):
        return error
    return SourceError(f"cannot read file: {type(error).__name__}")


def describe_os_error(error: OSError) -> str:
    """Return the message for a file that the operating system cannot open or read."""
    return f"cannot read file: {error.strerror or type(error).__name__}"


# The layers. Each reads from the one below.


@final
class _CountingReader:
    """The lowest layer: reports progress, and turns the exceptions of a file object into `SourceError`."""

    def __init__(self, read: Callable[[int], object], progress: Callable[[int], None] | None) -> None:
        self._read = read
        self._progress = progress

    def __call__(self, size: int) -> bytes:
        try:
            data = self._read(size)
        except Exception as error:  # noqa: BLE001  (see there)
            raise _source_error(error) from None
        if data is None:
            raise SourceError(
                describe_os_error(BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))), is_os_error=True
            )
        if not isinstance(data, bytes):
            found = "a text file" if isinstance(data, str) else f"one that returns {type(data).__name__}"
            message = f"expected a binary file, got {found}"
            raise TypeError(message)
        if self._progress is not None:
            self._progress(len(data))
        return data


@final
class _GzipReader:
    """Decompresses gzip data, and limits its size and the length of a line."""

    def __init__(self, file: _PushbackReader) -> None:
        import gzip  # noqa: PLC0415  (most programs read no gzip data)
        import zlib  # noqa: PLC0415

        self._compressed = file
        self._file = gzip.GzipFile(fileobj=file)
        self._errors = (OSError, zlib.error)
        self._size = 0
        self._line_length = 0

    def __call__(self, size: int) -> bytes:
        # Unlike `read`, `read1` returns the data in front of the damage.
        try:
            data = self._file.read1(size)
        except EOFError:
            message = "truncated gzip data"
            raise SourceError(message) from None
        except self._errors:
            message = "damaged gzip data"
            raise SourceError(message) from None
        self._size += len(data)
        if self._size > max(_FREE_SIZE, MAX_EXPANSION * self._compressed.size):
            message = f"gzip data that expands more than {MAX_EXPANSION} times (decompress it first)"
            raise SourceError(message)
        line_end = data.rfind(b"\n")
        self._line_length = len(data) + (self._line_length if line_end < 0 else -line_end - 1)
        if self._line_length > MAX_DECOMPRESSED:
            message = f"line of more than {MAX_DECOMPRESSED >> 20} MiB in gzip data"
            raise SourceError(message)
        return data


@final
class _TranscodingReader:
    """Transcodes text to UTF-8."""

    def __init__(self, file: _PushbackReader, encoding: str) -> None:
        self._file = file
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._error: SourceError | None = None

    def __call__(self, size: int) -> bytes:
        text = ""
        data = b"?"
        while data and not text:
            if self._error is not None:
                raise self._error
            data = self._file.read(size) or b""
            try:
                text = self._decoder.decode(data, not data)
            except UnicodeDecodeError as error:
                text = error.object[: error.start].decode(self._encoding)
                self._error = SourceError(f"cannot decode bytes as {self._encoding[:6].upper()}")
        return text.encode()


# The head: the first lines of a layer, read in advance to detect compression, encoding and format.

# The beginnings of JSON, in any encoding, of an event stream and of gzip data. Other data may have no line end at all.
_match_known = re.compile(rb"[ \t\r\n\0\xef\xbb\xbf\xfe\xff]*[{\[:deir]|" + _GZIP_MAGIC).match

# If the first line is damaged, the second one shows what both are.
_HEAD_LINES = 2


class _Head(NamedTuple):
    """The first bytes of a layer, whether they are all of them, and a function that reads the others."""

    data: bytes
    is_all: bool
    read: _Read


def _read_head(read: _Read) -> _Head:
    blocks: list[bytes] = []
    size = 0
    line_ends = 0
    while size < _BLOCK or line_ends < _HEAD_LINES:
        try:
            block = read(_BLOCK)
        except SourceError as error:
            return _Head(b"".join(blocks), False, _failing(error))
        if not block:
            return _Head(b"".join(blocks), True, read)
        blocks.append(block)
        size += len(block)
        line_ends += block.count(b"\n")
        if size >= _BLOCK and not line_ends and not _match_known(blocks[0]):
            break
        if blocks[0].startswith(_GZIP_MAGIC):
            break  # a line end in compressed data is not a line end
    return _Head(b"".join(blocks), False, read)


def _failing(error: SourceError) -> _Read:
    def fail(_: int) -> bytes:
        raise error

    return fail


@final
class _PushbackReader(io.RawIOBase):
    """Reads the head again, and then what follows it. `size` is the number of bytes so far."""

    def __init__(self, head: _Head) -> None:
        self.size = 0
        self._pending = memoryview(head.data)
        self._read = head.read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        # Transcoded data may be longer than requested.
        if not self._pending:
            self._pending = memoryview(self._read(len(buffer)))
        data = self._pending[: len(buffer)]
        self._pending = self._pending[len(data) :]
        buffer[: len(data)] = data
        self.size += len(data)
        return len(data)
