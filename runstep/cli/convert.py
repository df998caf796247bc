# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""The command `convert`: run steps in another format."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from ..archive._folders import open_paths
from ..archive._summary import counted
from ..archive.messages import messages_in_file
from ..steps import RunStep
from ._output import print_error, print_line
from ._output_file import OutputIsInputError, is_same_output, open_output, refuse_input
from ._progress import Progress
from ._step_reader import StepReader

# The exports are imported when they are needed: the other commands start faster without them.
if TYPE_CHECKING:
    from ..export import Loss
    from ..export._conversation import Converter


class Target(NamedTuple):
    """An output format: its description, and a function that writes steps and returns the losses."""

    description: str
    write: Callable[[Iterable[RunStep], argparse.Namespace], tuple[Loss, ...]]


def _write_text(
    write: Callable[[Iterable[RunStep], TextIO], object],
) -> Callable[[Iterable[RunStep], argparse.Namespace], tuple[Loss, ...]]:
    """Return the function of a target without losses to report, which is written to a text file."""

    def write_steps(steps: Iterable[RunStep], options: argparse.Namespace) -> tuple[Loss, ...]:
        with open_output(options.output) as file:
            write(steps, file)
        return ()

    return write_steps


def _write_jsonl(steps: Iterable[RunStep], file: TextIO) -> None:
    file.writelines(f"{step.to_json()}\n" for step in steps)


def _write_page(steps: Iterable[RunStep], file: TextIO) -> None:
    # `RunStepPage.to_json` would need all steps in memory.
    file.write('{"object": "list", "data": [')
    first: str | None = None
    last: str | None = None
    for step in steps:
        last = step.id
        if first is None:
            first = last
        else:
            file.write(", ")
        file.write(step.to_json())
    file.write(f'], "first_id": {json.dumps(first)}, "last_id": {json.dumps(last)}, "has_more": false}}\n')


def _write_step_rows(steps: Iterable[RunStep], file: TextIO) -> None:
    from ..export.tables import STEP_COLUMNS, step_rows, write_csv  # noqa: PLC0415

    write_csv(step_rows(steps), file, STEP_COLUMNS)


def _write_call_rows(steps: Iterable[RunStep], file: TextIO) -> None:
    from ..export.tables import CALL_COLUMNS, call_rows, write_csv  # noqa: PLC0415

    write_csv(call_rows(steps), file, CALL_COLUMNS)


def _write_chat(steps: Iterable[RunStep], options: argparse.Namespace) -> tuple[Loss, ...]:
    from ..export.chat import ChatConverter  # noqa: PLC0415

    converter = ChatConverter(hosted=options.hosted, pending=options.pending)
    return _write_threads(steps, options, converter, lambda _, items: {"messages": items})


def _write_responses(steps: Iterable[RunStep], options: argparse.Namespace) -> tuple[Loss, ...]:
    from ..export.responses import ItemConverter  # noqa: PLC0415

    converter = ItemConverter(hosted=options.hosted, pending=options.pending)
    return _write_threads(steps, options, converter, lambda id_, items: {"thread_id": id_, "items": items})


def _write_threads(
    steps: Iterable[RunStep],
    options: argparse.Namespace,
    converter: Converter,
    line: Callable[[str, list[dict[str, Any]]], dict[str, Any]],
) -> tuple[Loss, ...]:
    from ..export._conversation import convert_threads  # noqa: PLC0415

    with open_output(options.output) as file:
        for id_, items in convert_threads(steps, options.read_messages, converter):
            file.write(f"{json.dumps(line(id_, items))}\n")
    return converter.losses.all()


def _write_sqlite(steps: Iterable[RunStep], options: argparse.Namespace) -> tuple[Loss, ...]:
    from ..export.tables import write_sqlite  # noqa: PLC0415

    losses: list[Loss] = []
    try:
        write_sqlite(steps, options.output, on_loss=losses.append)
    except ImportError as error:
        raise OSError(str(error)) from None
    return tuple(losses)


TARGETS: dict[str, Target] = {
    "jsonl": Target("JSON Lines, one step per line, without loss", _write_text(_write_jsonl)),
    "page": Target("a single page with all steps, like a listing of the API", _write_text(_write_page)),
    "chat": Target("messages of Chat Completions, JSON Lines with a thread per line", _write_chat),
    "responses": Target("input items of the Responses API, JSON Lines with a thread per line", _write_responses),
    "csv": Target("a table of steps", _write_text(_write_step_rows)),
    "calls": Target("a table of tool calls, also as CSV", _write_text(_write_call_rows)),
    "sqlite": Target("a database with both tables", _write_sqlite),
}
_WITH_MESSAGES = ("chat", "responses")


def _check_options(options: argparse.Namespace) -> str | None:
    """Set the defaults of options that depend on others. Return an error message if they do not fit."""
    if options.to not in _WITH_MESSAGES and (options.messages or options.hosted or options.pending):
        return "--messages, --hosted and --pending need --to chat or --to responses"
    if options.to == "chat" and options.hosted == "native":
        return "--hosted native needs --to responses"
    if options.to == "sqlite" and options.output is None:
        return "--to sqlite needs --output"
    if [*options.paths, *(options.messages or ())].count("-") > 1:
        return "standard input can be read only once"
    if options.losses is not None and is_same_output(options.losses, options.output):
        return "--losses and --output are the same file"
    options.messages = options.messages or []
    options.hosted = options.hosted or "function"
    options.pending = options.pending or "omit"
    return None


def run(options: argparse.Namespace, progress: Progress) -> int:
    """Run the command and return its exit code."""
    error = _check_options(options)
    if error is not None:
        options.parser.error(error)
    inputs = [*options.paths, *options.messages]
    try:
        refuse_input(options.output, inputs)
        if options.losses is not None:
            refuse_input(options.losses, inputs)
    except OutputIsInputError as input_error:
        print_error(f"the output file is also an input: '{input_error}'")
        return 2
    # No progress line if the steps may go to the same terminal.
    if options.output is None or options.quiet:
        progress.hide()
    with progress:
        reader = StepReader(options.paths, progress)
        options.read_messages = _read_messages(options.messages, reader, progress)
        # The last state of each step, in the order of their first states.
        latest = {step.id: step for step in reader} if options.latest else None
        steps = iter(reader if latest is None else latest.values())
        first = tuple(islice(steps, 1))
        # Without steps, existing output files are not replaced.
        if first or reader.has_empty_pages:
            with ExitStack() as stack:
                file = None if options.losses is None else stack.enter_context(open_output(options.losses))
                losses = TARGETS[options.to].write(chain(first, steps), options)
                if file is not None:
                    file.writelines(f"{json.dumps(asdict(loss))}\n" for loss in losses)
            if not options.quiet:
                count = reader.steps if latest is None else len(latest)
                for line in _report(count, losses):
                    print_line(line, sys.stderr)
    return reader.exit_code()


def _read_messages(paths: list[str], reader: StepReader, progress: Progress) -> Iterator[dict[str, Any]]:
    for opened in open_paths(paths):
        progress.file = opened.name
        if opened.is_explicit and opened.error_message is not None:
            reader.report_unreadable(opened.error_message)
        else:
            yield from messages_in_file(opened, reader.report_damage)


def _report(count: int, losses: tuple[Loss, ...]) -> Iterator[str]:
    """Yield the number of steps, and how often each loss occurred."""
    yield f"{counted(count, 'run step')} written"
    for reason, number in Counter(loss.reason for loss in losses).items():
        yield f"  {reason}" if number == 1 else f"  {reason} ({number:,} times)"
