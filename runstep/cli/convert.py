# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The command `convert`: run steps in another format."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from ..steps import RunStep
from ._output import print_error, print_line
from ._output_file import OutputIsInputError, is_standard_output, refuse_input, write_atomically
from ._progress import Progress
from ._step_reader import StepReader
from ._summary import counted


class Target(NamedTuple):
    """An output format: its description, and a function that yields its text in chunks."""

    description: str
    chunks: Callable[[Iterable[RunStep]], Iterator[str]]


def _jsonl(steps: Iterable[RunStep]) -> Iterator[str]:
    for step in steps:
        yield f"{step.to_json()}\n"


def _page(steps: Iterable[RunStep]) -> Iterator[str]:
    # `RunStepPage.to_json` would need all steps in memory.
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
    "jsonl": Target("JSON Lines, one step per line, without loss", _jsonl),
    "page": Target("a single page with all steps, like a listing of the API", _page),
}


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    output: str | None = options.output
    try:
        refuse_input(output, options.paths)
    except OutputIsInputError as error:
        print_error(f"the output file is also an input: '{error}'")
        return 2
    if output is not None and is_standard_output(output):
        output = None
    # No progress line if the steps may go to the same terminal.
    with Progress(is_wanted=output is not None and not options.quiet) as progress:
        reader = StepReader(options.paths, progress)
        # The last state of each step, in the order of their first states.
        latest = {step.id: step for step in reader} if options.latest else None
        steps = iter(reader if latest is None else latest.values())
        first = tuple(islice(steps, 1))
        # Without steps, an existing output file is not replaced.
        if first or reader.has_empty_pages:
            chunks = TARGETS[options.to].chunks(chain(first, steps))
            if output is None:
                sys.stdout.writelines(chunks)
                sys.stdout.flush()
            else:
                write_atomically(chunks, output)
            if not options.quiet:
                count = reader.steps if latest is None else len(latest)
                print_line(f"{counted(count, 'run step')} written", sys.stderr)
    return reader.exit_code()
