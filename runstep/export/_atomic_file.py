# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Files that are replaced atomically."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: str) -> Generator[Path, None, None]:
    """Provide the path of an empty temporary file beside `path`, which replaces it after the block.

    Others cannot read the temporary file. Symbolic links and the mode of an existing file are preserved. After an
    exception, the temporary file is removed. Raises `OSError`, also if `path` exists and is not a regular file.
    """
    try:
        mode = Path(path).stat().st_mode
    except FileNotFoundError:
        mode = None
    # `Path` ignores a slash or a dot at the end.
    if os.path.basename(path) in ("", ".") or (mode is not None and stat.S_ISDIR(mode)):  # noqa: PTH119
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if mode is not None and not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "Not a regular file", path)
    target = Path(path).resolve()
    temporary = target.with_name(f".runstep-{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        try:
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError as error:
            error.filename = path  # the name that the user knows
            raise
        yield temporary
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())
        temporary.chmod(_default_mode() if mode is None else stat.S_IMODE(mode))
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _default_mode() -> int:
    """Return the mode of a new file. The mask of the process can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
