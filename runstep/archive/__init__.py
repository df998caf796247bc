# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Run steps in files and folders: JSON, JSON Lines and event streams, optionally gzip-compressed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from ..errors import ValidationError
from ..steps import RunStep
from ..streaming.stream import BinaryFile
from ._folders import open_files
from ._reader import FileReader
from ._summary import summary
from .messages import read_messages
from .problems import LocatedProblem
from .ranges import FileRange, split
from .records import Record
from .reports import Report, add_up, check_lines, check_range, join, read_lines
from .runs import by_thread
from .statistics import OTHER_NAMES, Statistics

__all__ = [
    "OTHER_NAMES",
    "FileRange",
    "LocatedProblem",
    "Record",
    "Report",
    "Statistics",
    "add_up",
    "by_thread",
    "check_lines",
    "check_range",
    "join",
    "read_lines",
    "read_messages",
    "read_records",
    "read_steps",
    "split",
    "summary",
]


def read_steps(
    source: str | os.PathLike[str] | BinaryFile,
    *,
    strict: bool = False,
    on_error: Callable[[Record, ValidationError], object] | None = None,
) -> Iterator[RunStep]:
    """Yield the run steps in `source`, which is read like by `read_records`.

    `on_error` is called with the record and the error of each step that is invalid and each place that is damaged, and
    the iteration goes on. Without it, the first error is raised. Raises `OSError` if `source` cannot be opened.
    """
    for opened in open_files(source):
        for record in FileReader(opened.name, strict=strict, parses_steps=not strict).read(opened):
            if type(record) is RunStep:
                yield record
                continue
            try:
                step = record.step(strict=strict)
            except ValidationError as error:
                if on_error is None:
                    raise
                on_error(record, error)
            else:
                yield step


def read_records(source: str | os.PathLike[str] | BinaryFile) -> Iterator[Record]:
    """Yield a `Record` for each run step in `source`, and for each place where damage may hide one.

    `source` is the path of a file or a folder, `"-"` for standard input, or a binary file object. A folder is read with
    its subfolders, sorted by name, without hidden names, special files and links to folders.

    The format is detected from the content, never from the name: a JSON document, or several in a row, with steps
    anywhere in it; JSON Lines; a captured event stream, or an array of `{"event": …, "data": …}` objects. An event
    stream yields each step once, as it is after the last event, and steps in events of other types before them. The
    text is UTF-8, UTF-16 or UTF-32, optionally gzip-compressed. A run step is an object whose `object` is
    `thread.run.step` or `assistant.run.step`, an object with `step_details` and `run_id` or `thread_id`, or any item
    of a page that has a run step.

    JSON Lines is read line by line. Documents and event streams are held in memory, and the records of a document
    keep its text. In gzip data, a line or a document may have 256 MiB; more than 8 MiB may have 100 times their
    compressed size.

    A damaged file does not stop the iteration: the damage is a record whose `damage` is set. So is a file without run
    steps, unless it is an empty page or array or consists of deltas. Files of a folder that are empty or in another
    format are skipped, unless their name ends like that of a JSON file. Raises `OSError` if `source` itself cannot be
    opened; a file of a folder that cannot be opened is a record.
    """
    for opened in open_files(source):
        yield from FileReader(opened.name).records(opened)
