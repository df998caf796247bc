# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Opening of files, of the files in folders, and of standard input."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO

from ..streaming.stream import BinaryFile

STDIN_NAME = "<stdin>"


class FoundFile(NamedTuple):
    """A file that is not open, or a path that cannot be listed, with the error.

    `is_explicit` is False for a file that was found in a folder.
    """

    name: str
    error: OSError | None = None
    is_explicit: bool = True


class OpenFile(NamedTuple):
    """An open file, or the error that opening it raised."""

    name: str
    file: BinaryFile | OSError
    is_explicit: bool = True

    @property
    def error_message(self) -> str | None:
        """The message for a file that could not be opened."""
        if not isinstance(self.file, OSError):
            return None
        return f"cannot read '{self.name}': {self.file.strerror or self.file}"


def find_files(paths: Iterable[str]) -> Iterator[FoundFile]:
    """Yield the files of several paths, which may be folders, or `"-"` for standard input."""
    for path in paths:
        # Unlike `Path.is_dir`, this never raises.
        if path == "-" or not os.path.isdir(path):  # noqa: PTH112
            yield FoundFile(path)
            continue
        try:
            for inner, error in walk_files(path):
                yield FoundFile(inner, error, is_explicit=False)
        except OSError as error:
            yield FoundFile(path, error)


@contextmanager
def open_found(found: FoundFile) -> Generator[OpenFile, None, None]:
    """Provide a file that is open inside the block."""
    name = found.name
    file: BinaryFile | OSError | None = found.error
    with ExitStack() as stack:
        if file is None:
            try:
                if name == "-":
                    file = _standard_input()
                    name = STDIN_NAME
                else:
                    file = stack.enter_context(Path(name).open("rb", buffering=0))
            except OSError as error:
                file = error
        yield OpenFile(name, file, found.is_explicit)


def open_paths(paths: Iterable[str]) -> Iterator[OpenFile]:
    """Yield the files of several paths one after another; each is closed when the next one is requested."""
    for found in find_files(paths):
        with open_found(found) as opened:
            yield opened


def open_files(source: str | os.PathLike[str] | BinaryFile) -> Iterator[OpenFile]:
    """Yield the files of `source` in the same way. Raises `OSError` if `source` itself cannot be opened."""
    if not isinstance(source, (str, os.PathLike)):
        name = getattr(source, "name", None)
        yield OpenFile(name if isinstance(name, str) else "<file>", source)
        return
    for opened in open_paths([os.fsdecode(source)]):
        if opened.is_explicit and isinstance(opened.file, OSError):
            raise opened.file
        yield opened


def _standard_input() -> BinaryFile:
    stdin: TextIO | None = sys.stdin
    if stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    # A buffered reader takes the lack of data in a pipe that does not block for its end.
    return getattr(stdin.buffer, "raw", stdin.buffer)


def walk_files(folder: str) -> Iterator[tuple[str, OSError | None]]:
    """Yield the path of each file in a folder and its subfolders, sorted by name.

    Symbolic links to files are followed, links to folders are not. Hidden names and special files such as pipes are
    ignored. A subfolder that cannot be listed is yielded with its error. Raises `OSError` if `folder` cannot be.
    """
    stack = [iter(_entries(folder))]
    while stack:
        for entry in stack[-1]:
            if entry.is_dir(follow_symlinks=False):
                try:
                    stack.append(iter(_entries(entry.path)))
                except OSError as error:
                    yield entry.path, error
                    continue
                break
            try:
                if entry.is_file() or (entry.is_symlink() and not Path(entry.path).exists()):
                    yield entry.path, None
            except OSError as error:  # a link to itself, or to a name that is too long
                yield entry.path, error
        else:
            stack.pop()


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
