# SPDX-License-Identifier: MIT
"""Files, folders and streams go in; a record of each run step anywhere in them, with its place, comes out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO

from ._folders import scan
from .records import Record

__all__ = ["Record", "read_records"]


def read_records(source: str | os.PathLike[str] | IO[bytes]) -> Iterator[Record]:
    """Yield a `Record` for each run step in `source`, and for each place where one may have been and is damaged.

    `source` is the path of a file or a folder (which is read with all folders in it, sorted by name; hidden
    names and what is no file are left out), `"-"` for standard input, or a binary file object.
    What a file holds is told from its first lines, never from its name: a JSON document (or several, one after
    another), in which steps may lie anywhere; JSON Lines; a captured event stream, or an array of
    `{"event": …, "data": …}` objects, of which each step is given once, as it stood at the end, and before them
    those that events of other names hold (this needs `runstep.streaming`); in UTF-8, UTF-16 or UTF-32; each also
    packed by gzip, up to three times. A step is an object whose `object` is `thread.run.step` or
    `assistant.run.step`, or which has `step_details` and `run_id` or `thread_id`; and whatever lies beside one in a
    page.

    JSON Lines, of any number, take the memory of one line; documents and event streams that of the whole, which the
    records of a document keep.
    Out of gzip a line or document may have 256 MiB, and all of a file 16 MiB and 1,100 times its size.

    Damage ends a file at worst, never the reading: it is a record, too, whose `step()` raises the `ValidationError`
    that is its `error`. So is a file in which no step is found at all, but for an empty page or array and deltas.
    Files of a folder that are empty or not JSON, and not called so, are passed over.
    Raises `OSError` if `source` itself cannot be opened; a file of a folder that cannot be is a record.
    """
    for reader in scan(source):
        yield from reader.records()
