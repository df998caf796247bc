# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The output file of `convert`, which is replaced atomically."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import final

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


def is_standard_output(output: str) -> bool:
    """Return whether the output file is already open as standard output, like `/dev/stdout`."""
    status = _output_status(output)
    standard_output = _output_status(None)
    return status is not None and standard_output is not None and os.path.samestat(status, standard_output)


def write_atomically(chunks: Iterable[str], output: str) -> None:
    """Write text to a temporary file beside `output`, which then replaces it. Raises `OSError`.

    Symbolic links and the mode are preserved, and others cannot read the temporary file. A special file, such as
    `/dev/null` or a pipe, is written directly.
    """
    if os.path.basename(output) in ("", "."):  # noqa: PTH119  (`Path` ignores both)
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), output)
    status = _output_status(output)
    if status is not None and not stat.S_ISREG(status.st_mode):
        with Path(output).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(chunks)
        return
    target = Path(output).resolve()
    temporary = target.with_name(f".runstep-{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        try:
            opened = open(temporary, "x", encoding="utf-8", newline="\n", opener=_open_private)  # noqa: SIM115  (`Path.open` has no opener)
        except OSError as error:
            error.filename = output  # the name that the user knows
            raise
        with opened as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_default_mode() if status is None else status.st_mode)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _default_mode() -> int:
    """Return the mode of a new file. The mask of the process can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
