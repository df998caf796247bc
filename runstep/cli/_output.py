# SPDX-License-Identifier: MIT
"""Lines for a person, on standard output and standard error."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from ..archive.problems import Finding
from ._terminal import escaped

# What is printed.


def _line(finding: Finding) -> str:
    line = "" if finding.line is None else f":{finding.line}"
    location = f"{finding.location}: " if finding.location else ""
    return f"{escaped(finding.file)}{line}: {location}{finding.message}"


def _print(text: str, stream: TextIO | None = None) -> None:
    print(text, file=stream)


def _complain(text: str) -> None:
    _print(f"runstep: {escaped(text)}", sys.stderr)


def _reason(error: OSError) -> str:
    reason = error.strerror or str(error)
    return reason if error.filename is None else f"{os.fsdecode(error.filename)}: {reason}"
