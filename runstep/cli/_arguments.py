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


def create_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = _Parser(
        prog="python -m runstep",
        description="Run steps of the OpenAI Assistants API, wherever they lie: checked, shown, converted.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="VERB", required=True)

    def add_command(name: str, run: Any, description: str, examples: str) -> argparse.ArgumentParser:
        command = commands.add_parser(
            name,
            help=description,
            description=description,
            epilog=examples,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.set_defaults(run=run)
        return command

    command = add_command("check", run_check, "say what is wrong, and what there is", _CHECK_EXAMPLES)
    command.add_argument("--strict", action="store_true", help="also what the newest published schema does not allow")
    command.add_argument("--format", choices=("text", "json"), default="text", help="of the problems (default: text)")
    command.add_argument("--jobs", metavar="N", type=_positive, default=1, help="how many processes (default: 1)")
    command.add_argument("--quiet", action="store_true", help="problems only: no summary, no progress")
    _add_paths(command)

    command = add_command("show", run_show, "draw each run as a timeline", _SHOW_EXAMPLES)
    command.add_argument("--run", dest="run_id", metavar="ID", help="this run only")
    command.add_argument("--full", action="store_true", help="inputs and outputs whole, not their beginnings")
    _add_paths(command)

    command = add_command("convert", run_convert, "write the steps in another form", _CONVERT_EXAMPLES)
    targets = "; ".join(f"{name}: {target.description}" for name, target in TARGETS.items())
    command.add_argument("--to", required=True, choices=TARGETS, metavar="NAME", help=targets)
    command.add_argument(
        "-o", "--output", metavar="FILE", help="written whole or not at all (default: standard output)"
    )
    _add_paths(command)
    return parser


def _add_paths(command: argparse.ArgumentParser) -> None:
    command.add_argument("paths", metavar="PATH", nargs="+", help="a file, a folder, or - for standard input")


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
        # An argument may be a file name that a shell expanded.
        super().error(escape(message))

    def print_help(self, file: Any = None) -> None:
        super().print_help(file)
        # Raises `BrokenPipeError` now, if the reader of a pipe is gone, instead of at exit.
        sys.stdout.flush()
