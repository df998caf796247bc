# SPDX-License-Identifier: MIT
"""The arguments of the command line, and its help."""

from __future__ import annotations

import argparse
import sys
from typing import Any, NoReturn

from . import check, convert, show
from ._terminal import escaped

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
    verb.set_defaults(run=check.run)
    verb.add_argument("--strict", action="store_true", help="also what the newest published schema does not allow")
    verb.add_argument("--format", choices=("text", "json"), default="text", help="of the problems (default: text)")
    verb.add_argument("--jobs", metavar="N", type=_positive, default=1, help="how many processes (default: 1)")
    verb.add_argument("--quiet", action="store_true", help="problems only: no summary, no progress")
    _add_paths(verb)

    text = "draw each run as a timeline"
    verb = verbs.add_parser("show", help=text, description=text, epilog=_SHOW_EXAMPLES, formatter_class=form)
    verb.set_defaults(run=show.run)
    verb.add_argument("--run", dest="run_id", metavar="ID", help="this run only")
    verb.add_argument("--full", action="store_true", help="inputs and outputs whole, not their beginnings")
    _add_paths(verb)

    text = "write the steps in another form"
    verb = verbs.add_parser("convert", help=text, description=text, epilog=_CONVERT_EXAMPLES, formatter_class=form)
    verb.set_defaults(run=convert.run)
    names = "; ".join(f"{name}: {target.summary}" for name, target in convert.TARGETS.items())
    verb.add_argument("--to", required=True, choices=convert.TARGETS, metavar="NAME", help=names)
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
