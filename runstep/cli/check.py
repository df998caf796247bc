# SPDX-License-Identifier: MIT
"""The command `check`: problems and a summary."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import chain

from ..archive._summary import summary
from ..archive.reports import Part, check
from ..archive.statistics import Found
from ._output import _complain, _line, _print
from ._pool import workers
from ._progress import _Progress


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    found = Found()
    unread = 0
    is_json = options.format == "json"
    with _Progress(is_wanted=not options.quiet) as progress, workers(options.jobs) as team:
        for path in options.paths:
            parts = check(path, strict=options.strict, progress=progress.read, team=team, jobs=options.jobs)
            opened = _opened(parts, path)
            unread += opened is None
            for part in opened or ():
                found.add(part.found)
                progress.read(part.size)
                if part.findings:
                    progress.clear()
                for finding in part.findings:
                    _print(json.dumps(finding._asdict()) if is_json else _line(finding))
    if not options.quiet and (found.files or not unread):
        for line in summary(found):
            _print(line, sys.stderr if is_json else None)
    if not found.steps and not found.problems and not unread:
        _complain("no run steps found")
    return 2 if unread else int(found.problems > 0 or not found.steps)


def _opened(parts: Iterator[Part], path: str) -> Iterator[Part] | None:
    """Return the parts of what was asked for; None, and say so, where it cannot be opened."""
    try:
        first = next(parts, None)
    except OSError as error:
        _complain(f"{path}: {error.strerror or error}")
        return None
    return parts if first is None else chain((first,), parts)
