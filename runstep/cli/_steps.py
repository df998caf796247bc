# SPDX-License-Identifier: MIT
"""The readable steps of the paths that a command was given."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain

from ..archive._folders import scan
from ..archive.problems import findings_of
from ..errors import ValidationError
from ..steps import RunStep
from ._output import _complain, _line, _print
from ._progress import _Progress


class _Steps:
    """The steps that can be read, one after another; what cannot be is said on standard error."""

    def __init__(self, paths: list[str], progress: _Progress, run: str | None = None) -> None:
        self._paths = paths
        self._progress = progress
        self._run = run
        self._count = self._problems = 0

    def __iter__(self) -> Iterator[RunStep]:
        for reader in chain.from_iterable(map(scan, self._paths)):
            for record in reader.records(self._progress.read):
                try:
                    step = record.step()
                except ValidationError as error:
                    self._progress.clear()
                    for finding in findings_of(record, error):
                        _print(_line(finding), sys.stderr)
                        self._problems += 1
                    continue
                if self._run is None or step.run_id == self._run:
                    self._count += 1
                    yield step
        self._progress.clear()

    def code(self) -> int:
        if not self._count:
            _complain("no run steps found" if self._run is None else f"no run steps of {self._run} found")
        return int(self._problems > 0 or not self._count)
