# SPDX-License-Identifier: MIT
"""Tests of steps grouped into threads and runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runstep import RunStep
from runstep.archive import by_thread
from runstep.archive.runs import group_runs

StepFactory = Callable[..., dict[str, Any]]


def test_threads_are_in_the_order_of_their_first_steps(step: StepFactory) -> None:
    places = [("a", "t2"), ("b", "t1"), ("c", "t2")]
    steps = [RunStep.from_dict(step(id=id_, thread_id=thread_id)) for id_, thread_id in places]
    threads = by_thread(iter(steps))
    assert [(id_, [step.id for step in same]) for id_, same in threads.items()] == [("t2", ["a", "c"]), ("t1", ["b"])]


def test_runs_are_sorted_by_their_first_step(step: StepFactory) -> None:
    times = [("a", "r1", 30), ("b", "r2", -1), ("c", "r3", 20), ("d", "r1", 10_000_000_000_000), ("e", "r1", 10)]
    steps = [RunStep.from_dict(step(id=id_, run_id=run_id, created_at=time)) for id_, run_id, time in times]
    assert [(run.id, [step.id for step in run.steps], run.earlier_states) for run in group_runs(steps)] == [
        ("r1", ["e", "a", "d"], 0),
        ("r3", ["c"], 0),
        ("r2", ["b"], 0),
    ]


def test_a_step_has_its_last_state(step: StepFactory) -> None:
    statuses = ["queued", "in_progress", "completed"]
    steps = [RunStep.from_dict(step(id="a", status=status)) for status in statuses]
    (run,) = group_runs(steps)
    assert (run.steps, run.earlier_states) == (steps[2:], 2)
