# SPDX-License-Identifier: MIT
"""Files, folders and standard input, opened one after another."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TextIO

from ._reader import Reader


def scan(source: str | os.PathLike[str] | IO[bytes], *, strict: bool = False) -> Iterator[Reader]:
    """Yield a `Reader` for each file of `source`, open and ready to be read once."""
    if not isinstance(source, (str, os.PathLike)):
        name = getattr(source, "name", None)
        yield Reader(name if isinstance(name, str) else "<file>", source, strict=strict)
        return
    path = os.fsdecode(source)
    if path == "-":
        yield Reader("<stdin>", _standard_input(), strict=strict)
    elif not Path(path).is_dir():
        with Path(path).open("rb", buffering=0) as file:
            yield Reader(path, file, strict=strict)
    else:
        for inner, error in files_in(path):
            if error is not None:
                yield Reader(inner, error, strict=strict)
                continue
            try:
                file = Path(inner).open("rb", buffering=0)  # noqa: SIM115  (what is done with it is not tried)
            except OSError as failure:
                yield Reader(inner, failure, strict=strict)
                continue
            with file:
                yield Reader(inner, file, strict=strict, is_named=False)


def _standard_input() -> IO[bytes]:
    stdin: TextIO | None = sys.stdin
    if stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return stdin.buffer


# Folders.


def files_in(folder: str) -> Iterator[tuple[str, OSError | None]]:
    """Yield the path of each file in a folder and the folders in it, sorted by name, folder by folder.

    Links to files count as files; links to folders, hidden names and what is no file (a pipe) are left out. A folder
    that cannot be listed comes with its error. Raises `OSError` if `folder` itself cannot be.
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
            except OSError as error:  # a link to itself, or to where one may not look
                yield entry.path, error
        else:
            stack.pop()


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
