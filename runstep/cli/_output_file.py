# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The output file of `convert`."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO, final

from ..archive._folders import walk_files


@final
class OutputIsInputError(Exception):
    """The output file is also an input. The message is the path of the input."""


def refuse_input(output: str | None, paths: Iterable[str]) -> None:
    """Raise `OutputIsInputError` if a file, or standard output if `output` is None, is an input, or is in a folder."""
    status = _output_status(output)
    # Only a regular file would lose its content. A terminal or a socket is often both input and output.
    if status is not None and stat.S_ISREG(status.st_mode):
        _refuse_input(status, paths)


def _refuse_input(output: os.stat_result, paths: Iterable[str]) -> None:
    for path in paths:
        try:
            if os.path.samestat(output, os.fstat(0) if path == "-" else Path(path).stat()):
                raise OutputIsInputError(path)
            if path != "-" and Path(path).is_dir():
                _refuse_input(output, (inner for inner, error in walk_files(path) if error is None))
        except OSError:  # noqa: PERF203  (there are few paths)
            continue  # reported when the path is read


def _output_status(output: str | None) -> os.stat_result | None:
    """Return the status of the output; None if the file does not exist, or standard output is not a file."""
    try:
        return os.fstat(sys.stdout.fileno()) if output is None else Path(output).stat()
    except (FileNotFoundError, io.UnsupportedOperation):
        return None


def _is_open_as(output: str, stream: TextIO) -> bool:
    """Return whether the output file is already open as a standard stream, like `/dev/stdout`."""
    status = _output_status(output)
    try:
        return status is not None and os.path.samestat(status, os.fstat(stream.fileno()))
    except (OSError, ValueError):  # not a file, or closed
        return False


@contextmanager
def open_output(output: str | None) -> Generator[TextIO, None, None]:
    """Provide the output file, which is replaced atomically, or standard output if it is None. Raises `OSError`.

    A special file, such as `/dev/null` or a pipe, is written directly. The text is UTF-8, and line ends are unchanged.
    """
    for stream in (sys.stdout, sys.stderr):
        if (output is None and stream is sys.stdout) or (output is not None and _is_open_as(output, stream)):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8", newline="\n")
            yield stream
            stream.flush()
            return
    assert output is not None  # noqa: S101  (standard output, otherwise)
    status = _output_status(output)
    if status is not None and not stat.S_ISREG(status.st_mode):
        with Path(output).open("w", encoding="utf-8", newline="\n") as file:
            yield file
        return
    from ..export._atomic_file import replacing  # noqa: PLC0415  (only needed for `convert`)

    with replacing(output) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        yield file


def is_same_output(first: str, second: str | None) -> bool:
    """Return whether an output file, which may not exist yet, is another one, or standard output if that is None."""
    if second is None:
        return _is_open_as(first, sys.stdout)
    return os.path.realpath(first) == os.path.realpath(second)
