# SPDX-License-Identifier: MIT
"""A second opinion: what the official SDK's own types dump is read, and what is written here they read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openai.types.beta.threads.runs import RunStep as TheirStep

from runstep import RunStep

from .conftest import DATA, Mark

FILES = sorted(
    file
    for file in (DATA / "valid").glob("*.json")
    # A page is a class of their client, not of their types.
    if not file.stem.startswith(("page_", "php_", "floats_"))
)
FIELDS = (
    *("id", "object", "created_at", "assistant_id", "thread_id", "run_id", "type", "status", "step_details"),
    *("last_error", "expired_at", "cancelled_at", "failed_at", "completed_at", "metadata", "usage"),
)


def cases() -> Mark:
    return pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def load(file: Path) -> Any:
    return json.loads(file.read_bytes())


def test_the_files_are_there() -> None:
    assert len(FILES) == 50


@cases()
def test_what_they_build_from_a_document_and_dump_is_read(file: Path) -> None:
    data = load(file)
    theirs = TheirStep.construct(**data)
    # Their `construct` fills nothing in; an unset field is left out of the dump as it was out of the document.
    dumped = theirs.to_dict(exclude_unset=True, mode="json", warnings=False)
    assert RunStep.from_dict(dumped) == RunStep.from_dict(data)


@cases()
def test_the_two_agree_on_every_field(file: Path) -> None:
    data = load(file)
    ours = RunStep.from_dict(data)
    theirs: Any = TheirStep.construct(**data)
    written = ours.to_dict()
    for name in FIELDS:
        their_value: Any = getattr(theirs, name, None)
        if hasattr(their_value, "to_dict"):
            their_value = their_value.to_dict(exclude_unset=True, mode="json", warnings=False)
        # The first schema had another default than theirs, and a document may leave it out.
        assert their_value == written.get(name) or (name == "object" and "object" not in data)


# Their serializer takes no lone surrogates.
STRICT = [file for file in FILES if not file.with_suffix(".txt").exists() and file.stem != "lone_surrogate"]


def test_there_are_strictly_valid_files() -> None:
    assert len(STRICT) == 9


@pytest.mark.parametrize("file", STRICT, ids=lambda file: file.stem)
def test_what_is_written_here_they_validate(file: Path) -> None:
    ours = RunStep.from_dict(load(file), strict=True)
    theirs = TheirStep.model_validate(ours.to_dict(), strict=True)
    assert RunStep.from_json(theirs.to_json(exclude_unset=True), strict=True) == ours
    assert RunStep.from_json(theirs.model_dump_json()).id == ours.id
    assert theirs.status == ours.status
    assert theirs.created_at == ours.created_at
