# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Command-line arguments and help texts."""

from __future__ import annotations

import argparse
import sys
from typing import Any, NoReturn

from ._terminal import escape
from .check import run as run_check
from .convert import TARGETS
from .convert import run as run_convert
from .show import run as run_show

_DESCRIPTION = "Check, display and convert run steps of the OpenAI Assistants API."

_EPILOG = """\
examples:
  python -m runstep check dump.jsonl
  python -m runstep show dump.jsonl --run run_123
  python -m runstep convert exports/ --to jsonl -o steps.jsonl

A file is a JSON document with run steps anywhere in it, JSON Lines, or a captured event stream, optionally
gzip-compressed; the format is detected from the content. A folder is read with its subfolders; - is standard input.

exit codes:
  0  no problems
  1  problems were found, or no run steps
  2  something could not be read or written, or invalid arguments
"""

_CHECK_EPILOG = """\
examples:
  python -m runstep check dump.jsonl
  python -m runstep check --strict page.json
  python -m runstep check --jobs 4 exports/
  python -m runstep check --format json dump.jsonl

With --format json, each problem is a JSON object on a line of its own, with the keys file, line, location, level and
message, and the summary is printed to standard error.
"""

_SHOW_EPILOG = """\
examples:
  python -m runstep show page.json
  python -m runstep show dump.jsonl --run run_123 --full
  python -m runstep show stream.sse | less
"""

_CONVERT_EPILOG = """\
examples:
  python -m runstep convert exports/ --to jsonl -o steps.jsonl
  zcat dump.gz | python -m runstep convert - --to page -o page.json
"""


def create_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = _Parser(
        prog="python -m runstep",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add_command(name: str, run: Any, description: str, epilog: str) -> argparse.ArgumentParser:
        command = commands.add_parser(
            name,
            help=description,
            description=f"{description[0].upper()}{description[1:]}.",
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.set_defaults(run=run)
        command.add_argument("paths", metavar="PATH", nargs="+", help="a file, a folder, or - for standard input")
        return command

    command = add_command("check", run_check, "validate run steps and print a summary", _CHECK_EPILOG)
    command.add_argument("--strict", action="store_true", help="also report deviations from the published schema")
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="output format of the problems (default: text)"
    )
    command.add_argument(
        "--jobs",
        metavar="N",
        type=_positive,
        default=1,
        help="number of worker processes, at most one per CPU (default: 1)",
    )
    command.add_argument("--quiet", action="store_true", help="print problems only, without summary and progress")

    command = add_command("show", run_show, "display each run as a timeline", _SHOW_EPILOG)
    command.add_argument("--run", dest="run_id", metavar="ID", help="display only this run")
    command.add_argument("--full", action="store_true", help="do not truncate inputs and outputs")

    command = add_command("convert", run_convert, "write run steps in another format", _CONVERT_EPILOG)
    targets = "; ".join(f"{name}: {target.description}" for name, target in TARGETS.items())
    command.add_argument("--to", required=True, choices=TARGETS, metavar="FORMAT", help=targets)
    command.add_argument(
        "-o", "--output", metavar="FILE", help="output file, replaced atomically (default: standard output)"
    )
    return parser


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        message = f"expected a positive integer, got {text!r}"
        raise argparse.ArgumentTypeError(message)
    return number


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        # An argument may be a file name that a shell expanded.
        super().error(escape(message))

    def print_help(self, file: Any = None) -> None:
        super().print_help(file)
        # Raises `BrokenPipeError` now, if the reader of a pipe is gone, instead of at exit.
        sys.stdout.flush()
