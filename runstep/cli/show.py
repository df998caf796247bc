# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The command `show`: a timeline of each run."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from typing import TextIO

from ._output import print_line
from ._progress import Progress
from ._step_reader import StepReader
from .timeline import ASCII, render


def run(options: argparse.Namespace, progress: Progress) -> int:
    """Run the command and return its exit code."""
    table = {} if _can_encode(sys.stdout, "".join(map(chr, ASCII))) else ASCII
    with progress:
        steps = StepReader(options.paths, progress, options.run_id)
        for line in render(
            steps, width=shutil.get_terminal_size().columns, color=_has_color(options.color), full=options.full
        ):
            print_line(line.translate(table))
    return steps.exit_code()


def _has_color(wanted: str) -> bool:
    if wanted != "auto":
        return wanted == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _can_encode(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
