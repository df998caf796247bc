# SPDX-FileCopyrightText: 2026 The runstep authors
# SPDX-License-Identifier: MIT
"""Run steps grouped into threads and runs, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from ..steps import MessageCreationStepDetails, RunStep, ended_milliseconds, milliseconds


class Run(NamedTuple):
    """The steps of one run in order, each in its last state, and the number of earlier states."""

    id: str
    steps: list[RunStep]
    earlier_states: int


def by_thread(steps: Iterable[RunStep]) -> dict[str, list[RunStep]]:
    """Return the steps of each thread by its id, threads and steps in the order of their first occurrence."""
    threads: dict[str, list[RunStep]] = {}
    for step in steps:
        threads.setdefault(step.thread_id, []).append(step)
    return threads


def group_runs(steps: Iterable[RunStep]) -> list[Run]:
    """Return the runs that steps belong to, sorted by their first step; runs without a time are last.

    The steps of a run are sorted by the second of their creation, steps without a time last. Within a second, messages
    are last: the API may give a tool call the time of the message that used it, or a later one. A call that was created
    a second or more after its message stays after it, because nothing in the data says that they belong together.
    Otherwise, steps with equal times are in reverse order of `steps`, because the API lists the newest first ("List run
    steps"), unless the first step of the run began, or else ended, before the last one, which shows that they are
    listed oldest first.

    A step that occurs several times has its last state and place. Times above 10^11 are milliseconds, negative times
    are unset.
    """
    runs: dict[str, dict[str, RunStep]] = {}
    occurrences: Counter[str] = Counter()
    for step in steps:
        states = runs.setdefault(step.run_id, {})
        states.pop(step.id, None)  # so that it takes the place of its last state
        states[step.id] = step
        occurrences[step.run_id] += 1
    groups = [
        Run(id_, _chronological(list(states.values())), occurrences[id_] - len(states)) for id_, states in runs.items()
    ]

    def key(run: Run) -> tuple[bool, int]:
        starts = [time for step in run.steps if (time := milliseconds(step.created_at)) is not None]
        return not starts, min(starts, default=0)

    return sorted(groups, key=key)


def _chronological(steps: list[RunStep]) -> list[RunStep]:
    """Return the steps of one run, given in the order of a listing, in the order of events."""

    def age(step: RunStep) -> tuple[int, int]:
        return milliseconds(step.created_at) or 0, ended_milliseconds(step) or 0

    def key(step: RunStep) -> tuple[bool, int, bool, int]:
        start = milliseconds(step.created_at)
        is_message = isinstance(step.step_details, MessageCreationStepDetails)
        return start is None, (start or 0) // 1000, is_message, start or 0

    timed = [step for step in steps if milliseconds(step.created_at) is not None]
    is_oldest_first = bool(timed) and age(timed[0]) < age(timed[-1])
    return sorted(steps if is_oldest_first else reversed(steps), key=key)
