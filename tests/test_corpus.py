# SPDX-License-Identifier: MIT
"""Tests of payloads captured from live servers: they round-trip, or have the expected errors."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from runstep import RunStep, RunStepPage, ValidationError, diagnose

from .conftest import CORPUS, needs_corpus

pytestmark = needs_corpus

NOT_A_STEP = 'object: expected a run step ("thread.run.step"), got '
DELTA = [NOT_A_STEP + '"thread.run.step.delta"']
ERROR_RESPONSE = "expected a run step, got an API error response"
ALL_KEYS_MISSING = [
    "id: expected a string, but the key is missing",
    "created_at: expected an integer, but the key is missing",
    "assistant_id: expected a string, but the key is missing",
    "thread_id: expected a string, but the key is missing",
    "run_id: expected a string, but the key is missing",
    "type: expected a string, but the key is missing",
    "status: expected a string, but the key is missing",
    "step_details: expected an object, but the key is missing",
]

# The expected errors, by the first four characters of the file name. All other `.json` files are valid.
INVALID: dict[str, list[str]] = {
    "a025": DELTA,
    "a031": DELTA,
    "a046": ALL_KEYS_MISSING,
    "b006": [ERROR_RESPONSE],
    "b035": ["step_details: expected an object, got null"],
    "b039": [
        "usage.completion_tokens: expected an integer, but the key is missing",
        "usage.prompt_tokens: expected an integer, but the key is missing",
        "usage.total_tokens: expected an integer, but the key is missing",
    ],
    "b040": DELTA,
    "b044": [
        "data[0].created_at: expected an integer, but the key is missing",
        "data[0].assistant_id: expected a string, but the key is missing",
        "data[0].step_details: expected an object, but the key is missing",
    ],
    "b045": [
        "step_details.type: expected a string, but the key is missing",
        "id: expected a string, but the key is missing",
        "created_at: expected an integer, but the key is missing",
    ],
    "b049": DELTA,
    "b051": DELTA,
    "b054": ["expected an object, got an array"],
    "b062": DELTA,
    "b066": DELTA,
    "b068": [line for line in ALL_KEYS_MISSING if not line.startswith("type:")],
}

# The number of run steps in each event stream, by the first four characters of the file name.
STEPS_IN_STREAMS: dict[str, int] = {
    "a008": 6,
    "a009": 3,
    "a010": 2,
    "a011": 4,
    "a032": 2,
    "a035": 3,
    "a040": 6,
    "a041": 1,
    "a043": 2,
    "a051": 2,
    "b007": 3,
    "b014": 6,
    "b015": 2,
    "b017": 2,
    "b021": 6,
    "b022": 6,
    "b056": 0,
}


def files(suffix: str) -> list[Path]:
    return sorted(CORPUS.glob(f"*.{suffix}"))


def file_key(file: Path) -> str:
    return file.name[:4]


def canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True)


def fix_php_array(data: Any) -> Any:
    """Replace the empty array that PHP wrote for an empty object, and return the document."""
    data["step_details"]["tool_calls"][2]["retrieval"] = {}
    return data


def check_round_trip(cls: type[RunStep | RunStepPage], data: Any) -> None:
    before = canonical(data)
    parsed = cls.from_dict(data)
    serialized = parsed.to_dict()
    assert canonical(data) == before
    if '"retrieval": []' in before:
        data = fix_php_array(data)
    assert canonical(serialized) == canonical(data)
    assert cls.from_json(parsed.to_json()) == parsed
    assert not [problem for problem in diagnose(data) if problem.level == "error"]


def test_files_match_the_manifest_and_the_expected_results() -> None:
    names = [line.split("\t")[0] for line in (CORPUS / "MANIFEST.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    assert sorted(names) == sorted(file.name for file in (*files("json"), *files("sse")))
    assert len(files("json")) == 45
    assert set(INVALID) < {file_key(file) for file in files("json")}
    assert set(STEPS_IN_STREAMS) == {file_key(file) for file in files("sse")}


@pytest.mark.parametrize("file", files("json"), ids=lambda file: file.stem)
def test_a_document_round_trips_or_has_the_expected_errors(file: Path) -> None:
    data = json.loads(file.read_bytes())
    cls = RunStepPage if isinstance(data, dict) and "data" in data else RunStep
    if file_key(file) not in INVALID:
        check_round_trip(cls, data)
        return
    before = canonical(data)
    with pytest.raises(ValidationError) as caught:
        cls.from_json(file.read_bytes())
    assert [str(problem) for problem in caught.value.problems] == INVALID[file_key(file)]
    assert [str(problem) for problem in diagnose(data) if problem.level == "error"] == INVALID[file_key(file)]
    assert canonical(data) == before


@pytest.mark.parametrize("file", files("sse"), ids=lambda file: file.stem)
def test_the_steps_of_a_stream_round_trip_and_other_events_are_rejected(file: Path) -> None:
    counts: Counter[str] = Counter()
    for line in file.read_text(encoding="utf-8").splitlines():
        text = line.removeprefix("data:").strip()
        if not line.startswith("data:") or not text.startswith("{"):
            continue
        data = json.loads(text)
        object_ = data.get("object")
        if object_ == "thread.run.step":
            check_round_trip(RunStep, data)
            counts["steps"] += 1
            continue
        with pytest.raises(ValidationError) as caught:
            RunStep.from_json(text)
        problems = [str(problem) for problem in caught.value.problems]
        if object_ is None:
            assert problems in ([ERROR_RESPONSE], ALL_KEYS_MISSING)
        else:
            assert problems == [f'{NOT_A_STEP}"{object_}"']
    assert counts["steps"] == STEPS_IN_STREAMS[file_key(file)]
