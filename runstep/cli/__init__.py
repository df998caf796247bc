# SPDX-License-Identifier: MIT
"""The command line: arguments go in, lines for a person or a program and an exit code come out."""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn, TextIO

from ..archive import scan
from ..archive._check import Finding, Found, Part, WorkerError, check, findings_of, workers
from ..archive._summary import summary
from ..errors import ValidationError
from ..steps import RunStep
from ._terminal import escaped
from .convert import TARGETS, InputError, refuse_inputs, write
from .timeline import ASCII, render

_EXAMPLES = """\
examples:
  python -m runstep check dump.jsonl            what is in it, and is it whole?
  python -m runstep check --strict page.json    also what the published schema does not have
  python -m runstep check --jobs 4 exports/     a folder, by four processes
  python -m runstep show dump.jsonl --run run_123
  zcat old.gz | python -m runstep convert - --to jsonl -o steps.jsonl

Files may be JSON (steps anywhere in it), JSON Lines or captured event streams, each also packed by gzip;
which they are is told from what they hold. A folder is read with all folders in it; - is standard input.
Exit code: 0 all is well, 1 problems were found, 2 something could not be read or written.
"""


_SECONDS_OF_SILENCE = 1.0
_SECONDS_BETWEEN = 0.2

_CHECK_EXAMPLES = """\
examples:
  python -m runstep check dump.jsonl              what is in it, and is it whole?
  python -m runstep check --strict page.json      and is it as the published schema has it?
  python -m runstep check --jobs 4 exports/       a folder, by four processes
  python -m runstep check --format json x.jsonl   one JSON object a problem: file, line, location, level, message
"""
_SHOW_EXAMPLES = """\
examples:
  python -m runstep show page.json
  python -m runstep show dump.jsonl --run run_123 --full
  python -m runstep show stream.sse | less
"""
_CONVERT_EXAMPLES = """\
examples:
  python -m runstep convert exports/ --to jsonl -o steps.jsonl
  zcat dump.gz | python -m runstep convert - --to page -o page.json
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line with `arguments`, by default those of the process, and return its exit code.

    0 where all is well, 1 where problems were found, 2 where something could not be read or written; 130 after
    Ctrl-C, 141 where the reader of a pipe has gone. Raises `SystemExit` where the arguments are wrong.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by who started it
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115  (as long as the process)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        options = _parser().parse_args(arguments)
        code: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # Python flushes once more at its end, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        _complain(_reason(error))
        return 2
    except WorkerError as error:
        _complain(str(error))
        return 2
    except MemoryError:
        _complain("out of memory")
        return 2
    return code


def _parser() -> argparse.ArgumentParser:
    form = argparse.RawDescriptionHelpFormatter
    parser = _Parser(
        prog="python -m runstep",
        description="Run steps of the OpenAI Assistants API, wherever they lie: checked, shown, converted.",
        epilog=_EXAMPLES,
        formatter_class=form,
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)

    text = "say what is wrong, and what there is"
    verb = verbs.add_parser("check", help=text, description=text, epilog=_CHECK_EXAMPLES, formatter_class=form)
    verb.set_defaults(run=_check)
    verb.add_argument("--strict", action="store_true", help="also what the newest published schema does not allow")
    verb.add_argument("--format", choices=("text", "json"), default="text", help="of the problems (default: text)")
    verb.add_argument("--jobs", metavar="N", type=_positive, default=1, help="how many processes (default: 1)")
    verb.add_argument("--quiet", action="store_true", help="problems only: no summary, no progress")
    _add_paths(verb)

    text = "draw each run as a timeline"
    verb = verbs.add_parser("show", help=text, description=text, epilog=_SHOW_EXAMPLES, formatter_class=form)
    verb.set_defaults(run=_show)
    verb.add_argument("--run", dest="run_id", metavar="ID", help="this run only")
    verb.add_argument("--full", action="store_true", help="inputs and outputs whole, not their beginnings")
    _add_paths(verb)

    text = "write the steps in another form"
    verb = verbs.add_parser("convert", help=text, description=text, epilog=_CONVERT_EXAMPLES, formatter_class=form)
    verb.set_defaults(run=_convert)
    names = "; ".join(f"{name}: {target.summary}" for name, target in TARGETS.items())
    verb.add_argument("--to", required=True, choices=TARGETS, metavar="NAME", help=names)
    verb.add_argument("-o", "--output", metavar="FILE", help="written whole or not at all (default: standard output)")
    _add_paths(verb)
    return parser


def _add_paths(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("paths", metavar="PATH", nargs="+", help="a file, a folder, or - for standard input")


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        message = f"expected a whole number from 1, got {text!r}"
        raise argparse.ArgumentTypeError(message)
    return number


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        # An argument may be the name of a file, which a shell put there.
        super().error(escaped(message))

    def print_help(self, file: Any = None) -> None:
        super().print_help(file)
        # Only now is it noticed that a reader has gone.
        sys.stdout.flush()


# The verbs.


def _check(options: argparse.Namespace) -> int:
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


def _show(options: argparse.Namespace) -> int:
    is_terminal = sys.stdout.isatty()
    colour = is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    table = {} if _can_encode(sys.stdout, "".join(map(chr, ASCII))) else ASCII
    with _Progress() as progress:
        steps = _Steps(options.paths, progress, options.run_id)
        for line in render(steps, width=shutil.get_terminal_size().columns, colour=colour, full=options.full):
            _print(line.translate(table))
    return steps.code()


def _convert(options: argparse.Namespace) -> int:
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


def _opened(parts: Iterator[Part], path: str) -> Iterator[Part] | None:
    """Return the parts of what was asked for; None, and say so, where it cannot be opened."""
    try:
        first = next(parts, None)
    except OSError as error:
        _complain(f"{path}: {error.strerror or error}")
        return None
    return parts if first is None else chain((first,), parts)


def _can_encode(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


class _Progress:
    """A line on standard error that says how far reading has come, if that is a terminal and it takes long."""

    def __init__(self, *, is_wanted: bool = True) -> None:
        self._is_wanted = is_wanted and sys.stderr.isatty()
        self._size = 0
        self._width = 0
        self._next = time.monotonic() + _SECONDS_OF_SILENCE

    def __enter__(self) -> _Progress:  # noqa: PYI034  (`Self` came with Python 3.11)
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def read(self, size: int) -> None:
        """Count bytes that were read, and say so now and then."""
        self._size += size
        if self._is_wanted and time.monotonic() >= self._next:
            self._next = time.monotonic() + _SECONDS_BETWEEN
            text = f"{self._size / 1e6:,.0f} MB read"
            self._show(text)

    def clear(self) -> None:
        """Make room for other lines."""
        if self._width:
            self._show("")

    def _show(self, text: str) -> None:
        sys.stderr.write(f"\r{text:{self._width}}\r")
        sys.stderr.flush()
        self._width = len(text)
