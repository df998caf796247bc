# SPDX-License-Identifier: MIT
"""The command line: arguments go in, lines for a person and an exit code come out."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from ._terminal import escaped
from .errors import Problem, ValidationError
from .steps import RunStep, RunStepPage


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line with `arguments`, by default those of the process, and return its exit code.

    0 where all is well, 1 where problems were found, 2 where a file could not be read.
    """
    parser = argparse.ArgumentParser(prog="python -m runstep", description="Check run steps.")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    check = verbs.add_parser("check", help="find what is wrong with run steps")
    check.add_argument("files", metavar="FILE", nargs="+", help="JSON (a step, a page, an array) or JSON Lines")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    return _check(parser.parse_args(arguments).files)


def _check(files: list[str]) -> int:
    steps = problems = unread = 0
    for file in files:
        try:
            with open(file, "rb") as opened:
                data = opened.read()
        except OSError as error:
            print(f"runstep: {escaped(file)}: {error.strerror}", file=sys.stderr)
            unread += 1
            continue
        for line, outcome in _outcomes(data):
            if isinstance(outcome, Problem):
                print(f"{escaped(file)}:{line}: {outcome}")
                problems += 1
            else:
                steps += outcome
    print(f"{steps} run steps, {problems} problems")
    return 2 if unread else int(problems > 0 or not steps)


def _outcomes(data: bytes) -> Iterator[tuple[int, int | Problem]]:
    """Yield the line of each document and how many run steps it holds, or each of its problems."""
    try:
        documents = [(1, json.loads(data))]
    except (ValueError, RecursionError):
        lines = data.split(b"\n")
        documents = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
        if not documents or not _is_whole(documents[0][1]):
            documents = [(1, data)]
    for number, document in documents:
        try:
            yield number, _steps(document)
        except ValidationError as error:
            for problem in error.problems:
                yield number, problem


def _is_whole(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _steps(document: Any) -> int:
    if isinstance(document, bytes):
        # For the error, or the step or page that the line holds.
        try:
            document = json.loads(document)
        except (ValueError, RecursionError):
            RunStep.from_json(document)
            raise
    if isinstance(document, list):
        return len(RunStepPage.from_dict({"data": document}).data)
    if isinstance(document, dict) and ("data" in document or document.get("object") == "list"):
        return len(RunStepPage.from_dict(document))
    RunStep.from_dict(document)
    return 1
