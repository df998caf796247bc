# SPDX-License-Identifier: MIT
"""Invariant: `RunStep.from_json` returns a step that round-trips without loss, or raises `ValidationError`."""

from __future__ import annotations

import json
from typing import Any

from runstep import RunStep, ValidationError

from .inputs import seeds

SEEDS = seeds("valid/*.json", "invalid/*.json", "*.json")


def check(data: bytes) -> None:
    try:
        step = RunStep.from_json(data)
    except ValidationError as error:
        check_error(error)
        return
    serialized = step.to_dict()
    assert normalized(serialized) == normalized(json.loads(data))
    assert_equal(RunStep.from_dict(serialized), step)
    text = step.to_json()
    assert text == json.dumps(serialized)
    # False for a surrogate pair as two characters, which JSON text joins.
    if json.loads(text) == serialized:
        assert_equal(RunStep.from_json(text), step)


def check_error(error: ValidationError) -> None:
    assert {problem.level for problem in error.problems} == {"error"}
    assert str(error).isprintable()


def assert_equal(step: RunStep, expected: RunStep) -> None:
    assert step == expected
    assert hash(step) == hash(expected)
    assert canonical(step.to_dict()) == canonical(expected.to_dict())


def normalized(document: Any) -> str:
    """Return canonical JSON text, in which `[]` is `{}`, as PHP means it, and `1.0` is `1`."""

    def normalize(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: normalize(item) for key, item in value.items()}
        if isinstance(value, list):
            return [normalize(item) for item in value] or {}
        return int(value) if isinstance(value, float) and value.is_integer() else value

    return canonical(normalize(document))


def canonical(document: Any) -> str:
    return json.dumps(document, sort_keys=True)
