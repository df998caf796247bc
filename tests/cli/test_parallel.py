# SPDX-License-Identifier: MIT
"""Tests of the batches of files that worker processes check."""

from __future__ import annotations

from pathlib import Path

import pytest

from runstep.archive._folders import find_files
from runstep.archive.ranges import split_files
from runstep.cli import _parallel


def batch_names(folder: Path, size: int) -> list[list[str]]:
    """Return the names of the files in each batch, with ranges and batches of a size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_parallel, "RANGE_SIZE", size)
        batches = list(_parallel._batches(split_files(find_files([str(folder)]), size)))
    return [[Path(part.file).name for part in batch] for batch in batches if isinstance(batch, list)]


def test_small_files_are_batched(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / str(number)).write_text("[]", encoding="utf-8")
    assert batch_names(tmp_path, 1 << 19) == [["0", "1", "2", "3", "4"]]
    assert batch_names(tmp_path, _parallel._FILE_COST + 3) == [["0", "1"], ["2", "3"], ["4"]]
    assert batch_names(tmp_path, 2) == [["0"], ["1"], ["2"], ["3"], ["4"]]


def test_a_range_is_a_batch_of_its_own(tmp_path: Path) -> None:
    for name, text in (("1", "[]"), ("2", "{}\n{}\n"), ("3", "[]")):
        (tmp_path / name).write_text(text, encoding="utf-8", newline="\n")
    assert batch_names(tmp_path, 4) == [["1"], ["2"], ["2"], ["3"]]
