# SPDX-License-Identifier: MIT
"""Equal objects hash equally in every process with the same `PYTHONHASHSEED`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import is_dataclass

import pytest

import runstep
from runstep import streaming

from .conftest import DATA, PACKAGE, ROOT

# What the captured streams do not contain.
DELTAS = [
    {"type": "message_creation", "message_creation": {"message_id": "msg_1"}},
    {"type": "activities", "activities": [None]},
    {
        "type": "tool_calls",
        "tool_calls": [
            {"index": 0, "type": "retrieval", "retrieval": {}},
            {
                "index": 1,
                "type": "code_interpreter",
                "code_interpreter": {"outputs": [{"index": 0, "type": "video"}]},
            },
        ],
    },
]

# Prints the hash of each document, and its `repr`, which names its classes.
PRINT_HASHES = f"""
import json, sys
from pathlib import Path
has_other_addresses = "--other-addresses" in sys.argv
if has_other_addresses:
    import decimal
    kept = [(object(), str(number)) for number in range(50_000)]
    import {PACKAGE}.export.tables
from {PACKAGE} import RunStep, RunStepPage, diagnose
from {PACKAGE}.streaming import RunStepDelta, read_stream

objects = {{}}
for path in sorted(Path("valid").glob("*.json"), reverse=has_other_addresses):
    data = json.loads(path.read_text(encoding="utf-8"))
    model = RunStepPage if "data" in data else RunStep
    objects[path.name] = model.from_dict(data)
    objects[path.name + ", problems"] = diagnose(data)
for path in Path("streams").glob("*.sse"):
    objects[path.name] = tuple(read_stream(path))
for number, details in enumerate({DELTAS}):
    objects[f"delta {{number}}"] = RunStepDelta.from_dict({{"id": "step_1", "delta": {{"step_details": details}}}})
print(json.dumps({{name: [hash(value), repr(value)] for name, value in objects.items()}}))
"""


def printed_hashes(*arguments: str) -> dict[str, tuple[int, str]]:
    """Return the hash and the `repr` of each document, in a new process."""
    result = subprocess.run(  # noqa: S603  (this Python)
        [sys.executable, "-c", PRINT_HASHES, *arguments],
        cwd=DATA,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"},
        capture_output=True,
        check=True,
        text=True,
    )
    hashes: dict[str, tuple[int, str]] = json.loads(result.stdout)
    return hashes


@pytest.mark.skipif(sys.version_info < (3, 12), reason="hash(None) is an address before Python 3.12")
def test_equal_objects_hash_equally_in_every_process() -> None:
    hashes = printed_hashes()
    assert printed_hashes("--other-addresses") == hashes
    text = "".join(representation for _, representation in hashes.values())
    models = [name for module in (runstep, streaming) for name in module.__all__ if is_dataclass(getattr(module, name))]
    assert len(models) > 30
    assert [name for name in ("FrozenDict", *models) if f"{name}(" not in text] == []
