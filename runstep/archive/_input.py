# SPDX-License-Identifier: MIT
"""Binary files and folders go in; lines of UTF-8, out of gzip and other encodings, and what they are come out."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, final

from ._formats import Kind, _kind

MAX_GZIP_LAYERS = 3
"""How often a file may be packed by gzip inside gzip."""

MAX_GZIP_RATIO = 1100
"""How many times the bytes read may come out of gzip, beyond the first 16 MiB: one layer cannot do more (RFC 1951)."""

_FREE_OF_RATIO = 1 << 24

MAX_UNPACKED = 1 << 28
"""How many bytes a line or a document that comes out of gzip may have: 256 MiB."""

_Read: TypeAlias = Callable[[int], bytes]

_BLOCK = 1 << 16
_GZIP_MAGIC = b"\x1f\x8b"  # RFC 1952, section 2.3.1


@final
class BrokenError(Exception):
    """Reading a file had to end early; the message says why, in words for a person."""


@final
@dataclass(frozen=True, slots=True)
class Source:
    """An open file: its lines, what they are, and what is needed to open a part of it again.

    `start` is the offset at which its text begins, where the bytes of `lines` are the bytes of the file; else None.
    """

    lines: io.BufferedIOBase
    kind: Kind
    start: int | None
    is_packed: bool


def open_source(file: Any, progress: Callable[[int], None] | None = None) -> Source:
    """Return the text in a binary file, whatever it is packed in.

    `progress` is told the number of bytes, as often as some are read. Reading what is returned
    raises `BrokenError` where gzip or encoding is damaged, a limit is passed, or the operating system fails.
    """
    spent = _Spent(getattr(file, "read1", file.read), progress)
    head, is_all, read = _head(spent)
    layers = 0
    while head.startswith(_GZIP_MAGIC):
        layers += 1
        if layers > MAX_GZIP_LAYERS:
            head, is_all, read = b"", False, _failing(f"expected at most {MAX_GZIP_LAYERS} layers of gzip, got more")
        else:
            head, is_all, read = _head(_Unpacked(_Joined(head, read), spent))
    start: int | None = None if layers else 0
    encoding = json.detect_encoding(head).removesuffix("-sig")
    if encoding != "utf-8":
        if encoding in ("utf-16", "utf-32"):
            encoding += "-le" if head.startswith(b"\xff") else "-be"
        head, is_all, read = _head(_Recoded(_Joined(head, read), encoding))
        start = None
    if head.startswith(codecs.BOM_UTF8):
        head = head.removeprefix(codecs.BOM_UTF8)
        start = None if start is None else len(codecs.BOM_UTF8)
    lines = io.BufferedReader(_Joined(head, read), 1 * _BLOCK)
    return Source(lines, _kind(head.decode("utf-8", "replace"), is_all=is_all), start, layers > 0)


def read_all(source: Source) -> bytes:
    """Return all the bytes of a source. Raises `BrokenError` as reading its lines does, and where they are too many."""
    try:
        data = source.lines.read(MAX_UNPACKED + 1) if source.is_packed else source.lines.read()
    except MemoryError:
        message = "expected a document that fits into memory, got a larger one"
        raise BrokenError(message) from None
    if source.is_packed and len(data) > MAX_UNPACKED:
        message = f"expected a document of at most {MAX_UNPACKED >> 20} MiB out of gzip, got a larger one"
        raise BrokenError(message)
    return data


def lines_in(file: Any, start: int, size: int, *, is_first: bool) -> Iterator[bytes]:
    """Yield the lines that begin in a range of the bytes of a file. Raises `BrokenError` where it cannot be read.

    Of all ranges but the first it is not known whether they begin with a line.
    """
    try:
        file.seek(start if is_first else start - 1)
        if not is_first:
            # The line that holds the byte before the range ends inside the range, with it, or goes beyond it.
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
    except OSError as error:
        raise BrokenError(unreadable(error)) from None


# Layers: each reads from the one below.


class _Spent:
    """The lowest layer: counts what is read, and turns what the operating system says into `BrokenError`."""

    def __init__(self, read: Callable[[int], object], progress: Callable[[int], None] | None) -> None:
        self._read = read
        self._progress = progress
        self.count = 0

    def __call__(self, size: int) -> bytes:
        try:
            data = self._read(size)
        except OSError as error:
            raise BrokenError(unreadable(error)) from None
        if not isinstance(data, bytes):
            message = "expected a binary file, got one that gives no bytes"
            raise TypeError(message)
        self.count += len(data)
        if self._progress is not None:
            self._progress(len(data))
        return data


class _Joined(io.RawIOBase):
    """What was read to have a look, and then the rest."""

    def __init__(self, head: bytes, read: _Read) -> None:
        self._head = memoryview(head)
        self._rest = read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data: Any = self._head[: len(buffer)]
        if data:
            self._head = self._head[len(data) :]
        else:
            data = self._rest(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Unpacked:
    """What comes out of gzip, as long as it keeps to the limits."""

    def __init__(self, packed: _Joined, spent: _Spent) -> None:
        import gzip  # noqa: PLC0415  (most programs read no gzip)
        import zlib  # noqa: PLC0415

        self._file = gzip.GzipFile(fileobj=packed)
        self._damage = (OSError, zlib.error)
        self._spent = spent
        self._count = 0
        self._since_line_end = 0

    def __call__(self, size: int) -> bytes:
        # `read1` gives what there is before damage is met, `read` would lose it.
        try:
            data = self._file.read1(size)
        except EOFError:
            message = "expected more gzip data, got the end of the file"
            raise BrokenError(message) from None
        except self._damage:
            message = "expected gzip data, got damaged bytes"
            raise BrokenError(message) from None
        self._count += len(data)
        if self._count > _FREE_OF_RATIO + MAX_GZIP_RATIO * self._spent.count:
            message = f"expected at most {MAX_GZIP_RATIO} times its size out of gzip, got more"
            raise BrokenError(message)
        line_end = data.rfind(b"\n")
        self._since_line_end = len(data) + (self._since_line_end if line_end < 0 else -line_end - 1)
        if self._since_line_end > MAX_UNPACKED:
            message = f"expected a line of at most {MAX_UNPACKED >> 20} MiB out of gzip, got a longer one"
            raise BrokenError(message)
        return data


class _Recoded:
    """Text of another encoding, as UTF-8."""

    def __init__(self, file: _Joined, encoding: str) -> None:
        self._file = file
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._damage: BrokenError | None = None

    def __call__(self, size: int) -> bytes:
        text = ""
        data = b"?"
        while data and not text:
            if self._damage is not None:
                raise self._damage
            data = self._file.read(size) or b""
            try:
                text = self._decoder.decode(data, not data)
            except UnicodeDecodeError as error:
                text = error.object[: error.start].decode(self._encoding)
                self._damage = BrokenError(f"expected {self._encoding[:6].upper()} text, got other bytes")
        return text.encode()


# How JSON, of whatever encoding, or an event stream begins. Of what begins otherwise a line may never end.
_may_be_text = re.compile(rb"[ \t\r\n\0\xef\xbb\xbf\xfe\xff]*[{\[:deir]|" + _GZIP_MAGIC).match


def _failing(message: str) -> _Read:
    def fail(_: int) -> bytes:
        raise BrokenError(message)

    return fail


def _head(read: _Read) -> tuple[bytes, bool, _Read]:
    """Return the first bytes, a whole line at least, whether they are all, and what reads the rest."""
    blocks: list[bytes] = []
    size = 0
    line_ends = 0
    # Two lines: where the first is damaged, the second tells what they are.
    while size < _BLOCK or line_ends < 2:
        try:
            block = read(_BLOCK)
        except BrokenError as error:
            return b"".join(blocks), False, _failing(str(error))
        if not block:
            return b"".join(blocks), True, read
        blocks.append(block)
        size += len(block)
        line_ends += block.count(b"\n")
        if size >= _BLOCK and not line_ends and not _may_be_text(blocks[0]):
            break
        # What is packed or recoded has no lines yet.
        if blocks[0].startswith(_GZIP_MAGIC):
            break
    return b"".join(blocks), False, read


def unreadable(error: OSError) -> str:
    """Return what the operating system says, in words for a person."""
    return f"cannot be read: {error.strerror or type(error).__name__}"
