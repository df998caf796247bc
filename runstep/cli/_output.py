# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Text output: problems and error messages."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from ..archive.problems import LocatedProblem
from ._terminal import escape


def print_line(text: str, stream: TextIO | None = None) -> None:
    """Print a line to a stream, by default standard output."""
    print(text, file=stream)


def print_error(text: str) -> None:
    """Print an error message to standard error."""
    print_line(f"runstep: error: {escape(text)}", sys.stderr)


def format_problem(problem: LocatedProblem) -> str:
    """Return a problem as `file:line: location: message`, which editors can open."""
    line = "" if problem.line is None else f":{problem.line}"
    location = f"{problem.location}: " if problem.location else ""
    return f"{escape(problem.file)}{line}: {location}{problem.message}"


def format_os_error(error: OSError) -> str:
    """Return the message for an error of the operating system, with the file that it concerns."""
    reason = error.strerror or str(error)
    return reason if error.filename is None else f"cannot open '{os.fsdecode(error.filename)}': {reason}"
