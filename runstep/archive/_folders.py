# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Opening of files, of the files in folders, and of standard input."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from ..streaming.stream import BinaryFile

STDIN_NAME = "<stdin>"


class OpenFile(NamedTuple):
    """An open file, or the error that opening it raised.

    `is_explicit` is False for a file that was found in a folder.
    """

    name: str
    file: BinaryFile | OSError
    is_explicit: bool = True


def open_files(source: str | os.PathLike[str] | BinaryFile) -> Iterator[OpenFile]:
    """Yield the files of `source` one after another; each is closed when the next one is requested.

    Raises `OSError` if `source` itself cannot be opened.
    """
    if not isinstance(source, (str, os.PathLike)):
        name = getattr(source, "name", None)
        yield OpenFile(name if isinstance(name, str) else "<file>", source)
        return
    path = os.fsdecode(source)
    if path == "-":
        yield OpenFile(STDIN_NAME, _standard_input())
    elif not Path(path).is_dir():
        with Path(path).open("rb", buffering=0) as file:
            yield OpenFile(path, file)
    else:
        for inner, error in walk_files(path):
            if error is not None:
                yield OpenFile(inner, error)
                continue
            try:
                file = Path(inner).open("rb", buffering=0)  # noqa: SIM115  (only opening is tried)
            except OSError as failure:
                yield OpenFile(inner, failure)
                continue
            with file:
                yield OpenFile(inner, file, is_explicit=False)


def _standard_input() -> BinaryFile:
    stdin: TextIO | None = sys.stdin
    if stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return stdin.buffer


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
