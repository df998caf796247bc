# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Command-line arguments and help texts."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from .. import __version__
from ._output import program_name
from ._progress import Progress
from ._terminal import escape
from .check import run as run_check
from .convert import TARGETS
from .convert import run as run_convert
from .show import run as run_show

_DESCRIPTION = "Check, display and convert run steps of the OpenAI Assistants API."

_EPILOG = """\
examples:
  {program} check dump.jsonl
  {program} show dump.jsonl --run run_123
  {program} convert exports/ --to jsonl -o steps.jsonl

A file is a JSON document with run steps anywhere in it, JSON Lines, or a captured event stream, optionally
gzip-compressed; the format is detected from the content. A folder is read with its subfolders, without hidden names
and links to folders; - is standard input. A path that cannot be read does not stop a command; running out of memory
does.

exit codes:
  0    no problems
  1    problems were found, or no run steps and no empty page
  2    something could not be read or written, or invalid arguments
  130  interrupted by Ctrl-C; other signals: 128 plus their number
  141  the reader of a pipe is gone
"""

_CHECK_EPILOG = """\
examples:
  {program} check dump.jsonl
  {program} check --strict page.json
  {program} check --jobs 4 exports/
  {program} check --format json dump.jsonl

In the summary, "undocumented" counts keys that are not in the published schema, and "also found" what is not a run
step.

With --format json, each problem is a JSON object on a line of its own, with the keys file, line, location, pattern,
level and message, and the summary is printed to standard error. The pattern is the location with [] for each index.
"""

_SHOW_EPILOG = """\
examples:
  {program} show page.json
  {program} show dump.jsonl --run run_123 --full
  {program} show stream.sse --color always | less -R
"""

_CONVERT_EPILOG = """\
examples:
  {program} convert exports/ --to jsonl -o steps.jsonl
  zcat dump.gz | {program} convert - --to page -o page.json
  {program} convert exports/ --to responses --messages exports/ -o threads.jsonl --losses losses.jsonl
  {program} convert exports/ --to sqlite -o steps.db

What chat and responses do not contain, and sqlite cannot store, is summarized on standard error.
"""


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the parsed arguments, whose `run` is the function of the command. Raises `SystemExit`."""
    parser = _create_parser(program_name())
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        options.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    return options


def _create_parser(program: str) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=program,
        description=_DESCRIPTION,
        epilog=_EPILOG.format(program=program),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=_print_help, parser=parser)
    parser.add_argument("--version", action="version", version=f"runstep {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND")

    def add_command(name: str, run: Any, description: str, epilog: str) -> argparse.ArgumentParser:
        command = commands.add_parser(
            name,
            help=description,
            description=f"{description[0].upper()}{description[1:]}.",
            epilog=epilog.format(program=program),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.set_defaults(run=run, parser=command)
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
    command.add_argument("-q", "--quiet", action="store_true", help="print problems only, without summary and progress")

    command = add_command("show", run_show, "display each run as a timeline", _SHOW_EPILOG)
    command.add_argument("--run", dest="run_id", metavar="ID", help="display only this run")
    command.add_argument("--full", action="store_true", help="do not truncate inputs and outputs")
    command.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="use colors: auto (the default) if standard output is a terminal and NO_COLOR is not set",
    )

    command = add_command("convert", run_convert, "write run steps in another format", _CONVERT_EPILOG)
    targets = "; ".join(f"{name}: {target.description}" for name, target in TARGETS.items())
    command.add_argument("--to", required=True, choices=TARGETS, metavar="FORMAT", help=targets)
    command.add_argument(
        "--messages",
        metavar="PATH",
        action="append",
        help="where to find the messages for chat and responses, which hold all steps in memory",
    )
    command.add_argument(
        "--hosted",
        choices=("function", "native", "omit"),
        help="calls of hosted tools in chat and responses: as functions (the default), native items, or none",
    )
    command.add_argument(
        "--pending", choices=("omit", "keep"), help="calls without output in chat and responses (default: omit)"
    )
    command.add_argument(
        "-o", "--output", metavar="FILE", help="output file, replaced atomically (default: standard output)"
    )
    command.add_argument("--losses", metavar="FILE", help="write each of these losses to a file, as JSON Lines")
    command.add_argument(
        "--latest", action="store_true", help="write only the last state of each id; holds all steps in memory"
    )
    command.add_argument(
        "-q", "--quiet", action="store_true", help="print problems only, without the number of steps and progress"
    )
    return parser


def _print_help(options: argparse.Namespace, _: Progress) -> int:
    options.parser.print_help()
    return 0


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
        # Unlike the original, this reports errors.
        print(self.format_help(), end="", file=file, flush=True)
