# SPDX-License-Identifier: MIT
"""Run steps go in; a file of another form comes out, whole or not at all."""

from __future__ import annotations

import argparse
import io
import json
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple, final

from ..archive._folders import files_in
from ..steps import RunStep
from ._output import _complain
from ._progress import _Progress
from ._steps import _Steps


@final
class InputError(Exception):
    """What was to be written is what is to be read."""


class Target(NamedTuple):
    """A form that steps can be converted to: what a person reads about it, and what makes pieces of text of them."""

    summary: str
    pieces: Callable[[Iterable[RunStep]], Iterator[str]]


def _jsonl(steps: Iterable[RunStep]) -> Iterator[str]:
    for step in steps:
        yield f"{step.to_json()}\n"


def _page(steps: Iterable[RunStep]) -> Iterator[str]:
    # Not `RunStepPage.to_json`, for which all steps would have to be there at once.
    yield '{"object": "list", "data": ['
    first: str | None = None
    last: str | None = None
    for step in steps:
        last = step.id
        if first is None:
            first = last
        else:
            yield ", "
        yield step.to_json()
    yield f'], "first_id": {json.dumps(first)}, "last_id": {json.dumps(last)}, "has_more": false}}\n'


TARGETS: dict[str, Target] = {
    "jsonl": Target("JSON Lines: one step a line, each exactly as it was", _jsonl),
    "page": Target("one list of all steps, as the API's listings are", _page),
}


def refuse_inputs(output: os.stat_result | None, paths: Iterable[str]) -> None:
    """Raise `InputError` if what is written to is a file among those that `paths` lead to, through links or not."""
    # Only what is a file loses what it held: one terminal or socket is often both ends.
    if output is None or not stat.S_ISREG(output.st_mode):
        return
    for path in paths:
        try:
            if os.path.samestat(output, os.fstat(0) if path == "-" else Path(path).stat()):
                raise InputError(path)
            if path != "-" and Path(path).is_dir():
                refuse_inputs(output, (inner for inner, error in files_in(path) if error is None))
        except OSError:  # noqa: PERF203  (there are few)
            continue  # who reads it will say why it cannot be


def write(pieces: Iterable[str], output: str) -> None:
    """Write text to a file through a temporary one beside it, which replaces it in the end.

    A link stays one, a file keeps its permissions; what is no file (`/dev/null`, a pipe) is written to
    directly. Raises `OSError`.
    """
    target = Path(output).resolve()
    if target.exists() and not target.is_file():
        with target.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
        return
    temporary = target.with_name(f".runstep-{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        try:
            opened = temporary.open("x", encoding="utf-8", newline="\n")
        except OSError as error:
            error.filename = output  # nobody asked for the other name
            raise
        with opened as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(target.stat().st_mode)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    output: str | None = options.output
    pieces = TARGETS[options.to].pieces
    try:
        refuse_inputs(_output_status(output), options.paths)
    except InputError as error:
        _complain(f"{error}: is to be read, so it cannot be written to")
        return 2
    # No progress where the steps themselves may go to the same terminal.
    with _Progress(is_wanted=output is not None) as progress:
        steps = _Steps(options.paths, progress)
        stream = iter(steps)
        first = next(stream, None)
        if first is not None:
            text = pieces(chain((first,), stream))
            if output is None:
                sys.stdout.writelines(text)
            else:
                write(text, output)
    return steps.code()


def _output_status(output: str | None) -> os.stat_result | None:
    """Return what the operating system knows of a file, or of standard output; None where there is nothing yet."""
    try:
        return os.fstat(sys.stdout.fileno()) if output is None else Path(output).stat()
    except (FileNotFoundError, io.UnsupportedOperation):
        return None
