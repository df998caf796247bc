# SPDX-License-Identifier: MIT
"""Captured run steps of live servers: each is read and written back exactly, or refused at the right place."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from runstep import RunStep, RunStepPage, ValidationError, diagnose

from .conftest import SHARED

CORPUS = SHARED / "corpus"

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no captured data beside the checkout (../shared/corpus)")

NOT_A_STEP = 'object: expected a run step ("thread.run.step"), got '
A_DELTA = [NOT_A_STEP + '"thread.run.step.delta"']
AN_ERROR = "expected a run step, got an API error response"
NO_STEP_AT_ALL = [
    "id: expected a string, but the key is missing",
    "created_at: expected an integer, but the key is missing",
    "assistant_id: expected a string, but the key is missing",
    "thread_id: expected a string, but the key is missing",
    "run_id: expected a string, but the key is missing",
    "type: expected a string, but the key is missing",
    "status: expected a string, but the key is missing",
    "step_details: expected an object, but the key is missing",
]

# The start of a file's name, and what is wrong with it. Every other `.json` file can be read.
UNREADABLE: dict[str, list[str]] = {
    "a025": A_DELTA,
    "a031": A_DELTA,
    "a046": NO_STEP_AT_ALL,
    "b006": [AN_ERROR],
    "b035": ["step_details: expected an object, got null"],
    "b039": [
        "usage.completion_tokens: expected an integer, but the key is missing",
        "usage.prompt_tokens: expected an integer, but the key is missing",
        "usage.total_tokens: expected an integer, but the key is missing",
    ],
    "b040": A_DELTA,
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
    "b049": A_DELTA,
    "b051": A_DELTA,
    "b054": ["expected an object, got an array"],
    "b062": A_DELTA,
    "b066": A_DELTA,
    "b068": [line for line in NO_STEP_AT_ALL if not line.startswith("type:")],
}

# How many run steps each event stream holds; its other events are none.
STREAMS: dict[str, int] = {
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


def key(file: Path) -> str:
    return file.name[:4]


def canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True)


def php_mended(data: Any) -> Any:
    """The document with the one empty array that PHP made of an empty object made one again."""
    data["step_details"]["tool_calls"][2]["retrieval"] = {}
    return data


def check_exact(cls: type[RunStep | RunStepPage], data: Any) -> None:
    before = canonical(data)
    parsed = cls.from_dict(data)
    written = parsed.to_dict()
    assert canonical(data) == before
    if '"retrieval": []' in before:
        data = php_mended(data)
    assert canonical(written) == canonical(data)
    assert cls.from_json(parsed.to_json()) == parsed
    assert not [problem for problem in diagnose(data) if problem.level == "error"]


def test_every_file_is_accounted_for() -> None:
    names = [line.split("\t")[0] for line in (CORPUS / "MANIFEST.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    assert sorted(names) == sorted(file.name for file in (*files("json"), *files("sse")))
    assert len(files("json")) == 45
    assert set(UNREADABLE) < {key(file) for file in files("json")}
    assert set(STREAMS) == {key(file) for file in files("sse")}


@pytest.mark.parametrize("file", files("json"), ids=lambda file: file.stem)
def test_a_document_is_written_back_exactly_or_refused_where_it_is_wrong(file: Path) -> None:
    data = json.loads(file.read_bytes())
    cls = RunStepPage if isinstance(data, dict) and "data" in data else RunStep
    if key(file) not in UNREADABLE:
        check_exact(cls, data)
        return
    before = canonical(data)
    with pytest.raises(ValidationError) as caught:
        cls.from_json(file.read_bytes())
    assert [str(problem) for problem in caught.value.problems] == UNREADABLE[key(file)]
    assert [str(problem) for problem in diagnose(data) if problem.level == "error"] == UNREADABLE[key(file)]
    assert canonical(data) == before


@pytest.mark.parametrize("file", files("sse"), ids=lambda file: file.stem)
def test_the_steps_of_a_stream_are_written_back_exactly_and_all_else_is_refused(file: Path) -> None:
    found: Counter[str] = Counter()
    for line in file.read_text(encoding="utf-8").splitlines():
        text = line.removeprefix("data:").strip()
        if not line.startswith("data:") or not text.startswith("{"):
            continue
        data = json.loads(text)
        object_ = data.get("object")
        if object_ == "thread.run.step":
            check_exact(RunStep, data)
            found["steps"] += 1
            continue
        with pytest.raises(ValidationError) as caught:
            RunStep.from_json(text)
        problems = [str(problem) for problem in caught.value.problems]
        if object_ is None:
            assert problems in ([AN_ERROR], NO_STEP_AT_ALL)
        else:
            assert problems == [f'{NOT_A_STEP}"{object_}"']
    assert found["steps"] == STREAMS[key(file)]
