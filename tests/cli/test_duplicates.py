# SPDX-License-Identifier: MIT
"""Tests of the number of duplicates in the summary of `check`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from runstep.cli import _parallel, _pool

from .conftest import CliRunner

STEP = {
    "id": "ID",
    "object": "thread.run.step",
    "created_at": 1,
    "assistant_id": "asst_1",
    "thread_id": "thread_1",
    "run_id": "run_1",
    "type": "message_creation",
    "status": "completed",
    "step_details": {"type": "message_creation", "message_creation": {"message_id": "msg_1"}},
}


def test_similar_ids_are_not_duplicates_in_any_number_of_processes(
    run: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A grid of numbers, because many simple hashes of such ids collide.
    ids = [f"step_{first:04}-{second:04}" for first in range(0, 10_000, 100) for second in range(1000)]
    assert len(set(ids)) == 100_000
    assert {"step_8000-0000", "step_0000-0001"} < set(ids)
    # One id occurs three times. Most duplicates are far from the first occurrence, so another worker reads them.
    ids += [*ids[::1000], ids[0]]
    text = json.dumps(STEP)
    pages = [
        ",".join([text.replace("ID", id_) for id_ in ids[start : start + 100]]) for start in range(0, len(ids), 100)
    ]
    path = tmp_path / "steps.jsonl"
    path.write_text("".join([f"[{page}]\n" for page in pages]), encoding="utf-8")
    monkeypatch.setattr(_parallel, "_MIN_COST", 0)
    # Unlike forked workers, these do not hash strings like this process.
    monkeypatch.setattr(_pool, "_START_METHOD", "spawn")
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    alone = run("check", path)
    assert "\n  duplicates    101 steps with a repeated id, also counted above\n" in alone[1]
    assert run("check", path, "--jobs", 2) == alone
