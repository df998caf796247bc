# SPDX-License-Identifier: MIT
"""Tests of statistics."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any

from runstep import RunStep
from runstep.archive import OTHER_NAMES, Statistics, check_lines
from runstep.archive.statistics import count_steps

StepFactory = Callable[..., dict[str, Any]]


def add_up(parts: Iterable[Statistics]) -> Statistics:
    total = Statistics()
    for part in parts:
        total += part
    return total


def test_the_number_of_names_is_limited(step: StepFactory) -> None:
    parts = [
        check_lines([json.dumps(step(type=f"{number:04}" + "x" * 1000)), json.dumps(step())]).statistics
        for number in range(1500)
    ]
    total = add_up(parts)
    assert add_up(reversed(parts)).types == total.types
    assert (add_up(parts[::2]) + add_up(parts[1::2])).types == total.types
    assert len(total.types) == 1001
    assert max(map(len, total.types)) == 129
    assert total.types["message_creation"] == 1500
    assert total.types[OTHER_NAMES] == 501


def test_long_names_are_the_same_after_json() -> None:
    statistics = Statistics(steps=1, types=Counter({"x" * 500: 2}))
    decoded = Statistics.from_dict(statistics.to_dict())
    assert decoded.types == {"x" * 128: 2}
    decoded += decoded
    assert decoded.types == {"x" * 128: 4}


def test_hashes_of_ids_are_the_same_on_every_machine(step: StepFactory) -> None:
    statistics = check_lines([json.dumps(step(id=id_)) for id_ in ("step_a", "step_b")]).statistics
    assert statistics.to_dict()["ids"] == "".join(
        blake2b(id_, digest_size=8).hexdigest() for id_ in (b"step_a", b"step_b")
    )
    assert statistics.ids[0] == int.from_bytes(blake2b(b"step_a", digest_size=8).digest(), "little", signed=True)


def test_similar_ids_are_not_duplicates(step: StepFactory) -> None:
    base = RunStep.from_dict(step())
    document = base.to_dict()
    ids = [f"step_{first:04}-{second:04}" for first in range(0, 10_000, 100) for second in range(0, 10_000, 100)]
    steps = [RunStep.from_dict({**document, "id": id_}) for id_ in [*ids, "step_0000-0100"]]
    assert count_steps(steps).count_duplicates() == 1
