# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Text output: problems, error messages, and the name of the program in them."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TextIO

from ..archive.problems import LocatedProblem
from ._terminal import escape


def program_name() -> str:
    """Return how the process was started, for example `python3 -m runstep` or `runstep`."""
    package = __name__.rpartition(".cli.")[0]
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    if spec is not None and spec.name == f"{package}.__main__":
        return f"{Path(sys.orig_argv[0]).name} -m {package}"
    return Path(sys.argv[0]).name


def print_line(text: str, stream: TextIO | None = None) -> None:
    """Print a line to a stream, by default standard output."""
    print(text, file=stream)


def print_error(text: str) -> None:
    """Print an error message to standard error, if it can be written. If not, the exit code still tells."""
    _print_message("error", text)


def print_warning(text: str) -> None:
    """Print a warning to standard error, if it can be written."""
    _print_message("warning", text)


def _print_message(level: str, text: str) -> None:
    with contextlib.suppress(OSError):
        print_line(f"{program_name()}: {level}: {escape(text)}", sys.stderr)


def format_problem(problem: LocatedProblem) -> str:
    """Return a problem as `file:line: location: message`, which editors can open."""
    line = "" if problem.line is None else f":{problem.line}"
    location = f"{problem.location}: " if problem.location else ""
    return f"{escape(problem.file)}{line}: {location}{problem.message}"


def format_os_error(error: OSError) -> str:
    """Return the message for an error of the operating system, with the file that it concerns."""
    reason = error.strerror or str(error)
    return reason if error.filename is None else f"cannot open '{os.fsdecode(error.filename)}': {reason}"
